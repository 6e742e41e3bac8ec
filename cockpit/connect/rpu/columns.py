"""The columns that an RPU file becomes, and which measures they feed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from cockpit.connect.rpu.codes import DESTINATIONS, FIELDS, KNOWN, SYNDROMES

UNIT: Final = "unite"
DAY: Final = "jour"

AGE_BANDS: Final = {"0-17": (0, 18), "18-74": (18, 75), "75+": (75, 200)}
BIN_EDGES: Final = (*range(0, 481, 30), 540, 600, 720, 840, 960, 1200, 1440)
BINS: Final = (*(f"{low}-{high}" for low, high in pairwise(BIN_EDGES)), f"{BIN_EDGES[-1]}-")

SHOWN_WHEN_MET: Final = ("passages_age_nc", "hosp_smr", "hosp_usld", "hosp_had", "hosp_nc")
"""Left empty at zero: a breakdown that the hospital does not have is not shown to it."""


def age_column(band: str) -> str:
    """`passages_75_et_plus` for 75+."""
    return "passages_" + band.replace("-", "_").replace("+", "_et_plus")


def bin_column(prefix: str, code: str) -> str:
    """`duree_30_60` for 30-60, `duree_1440_et_plus` for the last one."""
    low, _, high = code.partition("-")
    return f"{prefix}_{low}_{high or 'et_plus'}"


def _coded(prefix: str, field: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{code.lower()}" for code in (*KNOWN[field], "nc"))


COUNTS: Final = (
    "passages",
    *(age_column(band) for band in AGE_BANDS),
    "passages_age_nc",
    *(f"hosp_{destination.lower()}" for destination in DESTINATIONS),
    "hosp_nc",
    "mode_sortie_connu",
    "duree_valide",
    "plus_de_8h",
    "sans_soins",
    "presents_15h",
    "minutes_hospitalises",
    "hospitalises_duree_valide",
    "nuits_brancard_estimees",
    "deces",
    *_coded("ccmu", "GRAVITE"),
    "ccmu_4_5",
    *_coded("transport", "TRANSPORT"),
    *SYNDROMES,
    *(bin_column("duree", code) for code in BINS),
    *(bin_column("duree_hosp", code) for code in BINS),
    *(f"rempli_{field.lower()}" for field in FIELDS),
    *(f"nc_{field.lower()}" for field in KNOWN),
)
"""Every count of a day and establishment.

rempli_*: visits where the variable is filled (divided by `passages`: its completeness). nc_*:
visits whose code is not one of the format. ccmu_nc and transport_nc: empty or not of the format.
"""

COLUMNS: Final = (UNIT, DAY, *COUNTS)

MAPPING: Final[dict[str, Any]] = {
    "date": {"column": DAY, "format": "%Y-%m-%d"},
    "unit": {"column": UNIT},
    "measures": {
        **{age_column(band): {"measure": "ed_visits", "facet": band} for band in AGE_BANDS},
        "passages_age_nc": {"measure": "ed_visits", "facet": "NC"},
        **{
            f"hosp_{destination.lower()}": {"measure": "ed_admissions", "facet": destination}
            for destination in (*DESTINATIONS, "NC")
        },
        "mode_sortie_connu": "ed_visits_known_outcome",
        "duree_valide": "ed_visits_valid_duration",
        "plus_de_8h": "ed_visits_over_8h",
        "sans_soins": "ed_left_without_care",
        "presents_15h": "ed_present_15h",
        "minutes_hospitalises": "ed_admitted_minutes",
        "hospitalises_duree_valide": "ed_admitted_valid",
        **{
            bin_column("duree", code): {"measure": "ed_los_minutes", "facet": code} for code in BINS
        },
    },
}
