"""A dropped file of HL7 messages: two units, four days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.settings import Home
from tests.connectors.hl7_messages import adt
from tests.connectors.sampling import Sample


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """A home whose drop folder holds one file: one patient moves, another stays."""
    home = Home(root).prepare()
    (home.drop / "mouvements.hl7").write_bytes(
        b"".join(
            [
                adt("A01", "20260114090000", visit="V0", movement="M0"),
                adt("A01", "20260115082500", movement="M1", expected="20260122"),
                adt("A02", "20260116100000", movement="M2", unit="2120"),
                adt("A03", "20260117110000", movement="M3", unit="2120"),
                adt("A08", "20260118120000", visit="V0"),
            ]
        )
    )
    columns = ("jour", "uf", "presents_8h")
    yield Sample(home, {"path": "drop/*.hl7"}, columns)
