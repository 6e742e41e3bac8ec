"""The CSV of sample_csv.py in a bucket of a real S3 endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.connectors import sample_csv
from tests.connectors.reading import home_allowing
from tests.connectors.sampling import Sample
from tests.connectors.servers import s3


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    with s3.running() as server:
        server.put("depot/mouvements.csv", sample_csv.TEXT.encode("cp1252"))
        home = home_allowing(root, server.place)
        (root / "access").write_text(f"{s3.ACCESS}\n", "utf-8")
        (root / "secret").write_text(f"{s3.SECRET}\n", "utf-8")
        keys = {"access_key": f"file:{root / 'access'}", "secret_key": f"file:{root / 'secret'}"}
        yield Sample(home, {**server.settings(), **keys}, sample_csv.COLUMNS)
