"""The CSV of sample_csv.py behind a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connectors import sample_csv
from tests.connectors.reading import home_allowing
from tests.connectors.sampling import Sample
from tests.connectors.servers import sshd


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    with sshd.running() as server:
        (server.folder / "mouvements.csv").write_bytes(sample_csv.TEXT.encode("cp1252"))
        home = home_allowing(root, server.place)
        yield Sample(home, {**server.settings(), "settle_s": 0.1}, sample_csv.COLUMNS)
