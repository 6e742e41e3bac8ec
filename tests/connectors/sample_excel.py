"""A workbook of three lines in the drop folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl

from cockpit.settings import Home
from tests.connectors.sampling import Sample

COLUMNS = ("jour", "uf", "n")


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    home = Home(root).prepare()
    book = openpyxl.Workbook()
    for row in (
        [*COLUMNS],
        ["01/03/2024", "10", 1.5],
        ["02/03/2024", "01", 2],
        ["03/03/2024", 10, 3],
    ):
        book.active.append(row)
    book.save(home.drop / "mouvements.xlsx")
    yield Sample(home, {"path": "drop/*.xlsx"}, COLUMNS)
