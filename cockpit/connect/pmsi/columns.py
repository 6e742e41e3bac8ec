"""The columns that a PMSI file becomes, and which measures they feed."""

from __future__ import annotations

from typing import Any, Final

from cockpit.connect.pmsi.kinds import SESSIONS

UNIT: Final = "unite"
DAY: Final = "jour"
STEP: Final = "pas"

SITE_DAY, UNIT_DAY, UNIT_MONTH, SITE_MONTH = "site", "unit", "unit_month", "site_month"
ROWS: Final = {SITE_DAY: "jour", UNIT_DAY: "jour", UNIT_MONTH: "mois", SITE_MONTH: "mois"}
"""The kinds of rows and their step: a row counts for one site or one unit, on one day or month."""

BY_DAY: Final = {STEP: ["jour"]}
BY_MONTH: Final = {STEP: ["mois"]}

SITE: Final = (
    "sejours_hc",
    "sejours_ambu",
    "nuitees",
    "sejours_seances",
    "sejours_urgences",
    "deces",
    "erreurs_groupage",
)
"""Counts of stays, by site."""

PASSAGES: Final = (
    "resumes",
    "passages_hc",
    "passages_ambu",
    "nuitees_passages",
    *(f"seances_{name}" for name in SESSIONS),
    "accouchements",
    "sejours_codes",
)
"""Counts of unit stays, by medical unit, and of the stays that end there; resumes: all lines."""

MONTHLY: Final = ("chir_hc", "chir_ambu", "journees")
"""Counts of a month, by the medical unit (or site, for an RSA) where the stay ends."""

COUNTS: Final = (*SITE, *PASSAGES, *MONTHLY)
COLUMNS: Final = (UNIT, STEP, DAY, *COUNTS)


def _target(measure: str, where: dict[str, list[str]], facet: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"measure": measure, "where": where}
    return {**found, "facet": facet} if facet else found


MAPPING: Final[dict[str, Any]] = {
    "date": {"column": DAY, "format": "%Y-%m-%d"},
    "unit": {"column": UNIT},
    "measures": {
        "sejours_hc": _target("mco_stays", BY_DAY, "HC"),
        "sejours_ambu": _target("mco_stays", BY_DAY, "AMBU"),
        "nuitees": _target("mco_nights", BY_DAY),
        "passages_hc": _target("mco_passages", BY_DAY, "HC"),
        "passages_ambu": _target("mco_passages", BY_DAY, "AMBU"),
        "nuitees_passages": _target("mco_passage_nights", BY_DAY),
        **{f"seances_{name}": _target("sessions", BY_DAY, name.upper()) for name in SESSIONS},
        "accouchements": _target("births", BY_DAY),
        "sejours_codes": _target("coded_stays", BY_DAY),
        "chir_hc": _target("surgery_stays", BY_MONTH, "HC"),
        "chir_ambu": _target("surgery_stays", BY_MONTH, "AMBU"),
        "journees": _target("los_actual_days", BY_MONTH),
    },
}
