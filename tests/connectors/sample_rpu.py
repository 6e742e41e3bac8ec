"""RPU files made by hand, and the sample of the conformance tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.connect.rpu.codes import FIELDS
from cockpit.connect.rpu.columns import COLUMNS
from cockpit.settings import Home
from tests.connectors.sampling import Sample

FINESS = "990001018"
USUAL = {
    "CP": "84000",
    "COMMUNE": "ARGENCE",
    "NAISSANCE": "15/06/1980",
    "SEXE": "F",
    "MODE_ENTREE": "8",
    "PROVENANCE": "5",
    "TRANSPORT": "PERSO",
    "TRANSPORT_PEC": "AUCUN",
    "MOTIF": "R10.4",
    "GRAVITE": "2",
    "DP": "R104",
    "MODE_SORTIE": "8",
}


def visit(entry: str, leave: str = "", **fields: str) -> str:
    """One PATIENT; a variable given empty is an empty tag."""
    said = {**USUAL, "ENTREE": entry, "SORTIE": leave, **fields}
    cells = "".join(f"   <{name}>{said.get(name, '')}</{name}>\n" for name in FIELDS)
    return f"  <PATIENT>\n{cells}   <LISTE_DA><DA>I10</DA></LISTE_DA>\n  </PATIENT>\n"


def document(
    visits: Iterable[str],
    *,
    finess: str = FINESS,
    window: tuple[str, str] = ("", ""),
    encoding: str = "UTF-8",
) -> bytes:
    """A whole file. Its first visit begins on line 10."""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<OSCOUR>\n <ETABLISSEMENT>\n'
        f"  <FINESS>{finess}</FINESS>\n  <ORDRE>1</ORDRE>\n"
        f"  <EXTRACT>01/04/2026 03:30:00</EXTRACT>\n  <DATEDEBUT>{window[0]}</DATEDEBUT>"
        f"<DATEFIN>{window[1]}</DATEFIN>\n </ETABLISSEMENT>\n <PASSAGES>\n"
        + "".join(visits)
        + " </PASSAGES>\n</OSCOUR>\n"
    )
    return text.encode(encoding)


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """A home with the visits of two days."""
    home = Home(root).prepare()
    visits = [
        visit("12/03/2026 10:00", "12/03/2026 12:30"),
        visit("13/03/2026 10:00", "13/03/2026 18:30", MODE_SORTIE="6", ORIENT="MED"),
    ]
    (home.drop / "RPU_1_20260314033000.xml").write_bytes(document(visits))
    yield Sample(home, {"path": "drop/RPU_*.xml"}, COLUMNS[:3])
