"""A CSV file of three lines in the drop folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.settings import Home
from tests.connectors.sampling import Sample

COLUMNS = ("jour", "uf", "n")
TEXT = "jour;uf;libellé;n\n01/03/2024;10;Médecine;1,5\n02/03/2024;01;Été;2\n03/03/2024;10;;3\n"


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    home = Home(root).prepare()
    (home.drop / "mouvements.csv").write_bytes(TEXT.encode("cp1252"))
    yield Sample(home, {"path": "drop/*.csv"}, COLUMNS)
