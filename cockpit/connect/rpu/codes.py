"""The codes of the RPU (ED visit summary, OSCOUR): which are known and what they count as.

Source: OSCOUR charter of the RPU, codes of 2006 completed in 2013 (arrêté of 24 July 2013).
"""

from __future__ import annotations

from typing import Final

FIELDS: Final = (
    *("CP", "COMMUNE", "NAISSANCE", "SEXE", "ENTREE", "MODE_ENTREE", "PROVENANCE", "TRANSPORT"),
    *("TRANSPORT_PEC", "MOTIF", "GRAVITE", "DP", "SORTIE", "MODE_SORTIE", "DESTINATION", "ORIENT"),
)
"""The variables of one visit, in the order of the format."""

KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "SEXE": ("M", "F", "I"),
    "MODE_ENTREE": ("6", "7", "8"),
    "PROVENANCE": ("1", "2", "3", "4", "5", "6", "7", "8"),
    "TRANSPORT": ("PERSO", "AMBU", "VSAB", "SMUR", "HELI", "FO"),
    "TRANSPORT_PEC": ("MED", "PARAMED", "AUCUN"),
    "GRAVITE": ("1", "2", "3", "4", "5", "P", "D"),
    "MODE_SORTIE": ("6", "7", "8", "9"),
    "DESTINATION": ("1", "2", "3", "4", "6", "7"),
    "ORIENT": (
        *("HDT", "HO", "SC", "SI", "REA", "UHCD", "MED", "CHIR", "OBST"),
        *("FUGUE", "SCAM", "PSA", "REO"),
    ),
}
"""The codes of each coded variable; any other text counts as NC."""

ADMITTED: Final = ("6", "7")
DEAD: Final = ("9",)
LEFT: Final = ("PSA", "FUGUE", "SCAM")
BY_WARD: Final[dict[str, tuple[str, ...]]] = {
    "UHCD": ("UHCD",),
    "MED": ("MED",),
    "CHIR": ("CHIR",),
    "SC": ("SC", "SI", "REA"),
    "PSY": ("HDT", "HO"),
    "OBST": ("OBST",),
}
"""Destination of an admitted patient, by what ORIENT says."""

BY_SECTOR: Final[dict[str, tuple[str, ...]]] = {
    "SMR": ("2",),
    "USLD": ("3",),
    "PSY": ("4",),
    "HAD": ("6",),
}
"""The same by DESTINATION, where ORIENT names no ward."""

DESTINATIONS: Final = (*BY_WARD, "SMR", "USLD", "HAD")

SYNDROMES: Final[dict[str, tuple[str, ...]]] = {
    "grippe": ("J09", "J10", "J11"),
    "bronchiolite": ("J21",),
    "gastro_enterite": ("A08", "A09"),
}
"""Groups of main diagnoses (first three characters, CIM-10) followed in winter."""
