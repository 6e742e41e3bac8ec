"""A healthy `faults` source with a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.settings import Home
from tests.connectors.sampling import Sample


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    home = Home(root).prepare()
    key = root / "password"
    key.write_text("motdepasse-d-essai\n", "utf-8")
    yield Sample(home, {"days": 3, "password": f"file:{key}"}, ("jour", "uf", "passages"))
