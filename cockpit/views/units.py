"""The words that follow a number: singular and plural, French and English.

A KPI names its unit in French, plural ("passages"). French takes the singular below 2 (0 patient,
1,5 lit), English for 1 alone.
"""

from __future__ import annotations

from cockpit.i18n import is_singular, language
from cockpit.wording import ENGLISH_UNITS

SYMBOLS = frozenset({"", "%", "€", "k€", "M€", "min", "/100", "/6", "/M h"})
"""Written alike in both languages, whatever the number."""

ENGLISH: dict[str, tuple[str, str]] = {**ENGLISH_UNITS, "indice": ("", "")}
"""French plural -> English singular and plural; a test holds every unit of the catalogue."""

_UNSAID = frozenset({"indice"})
_ABBREVIATED = frozenset({"j", "ETP", "h/ETP", "k€/ETP"})


def spell(unit: str, count: float) -> str:
    """The unit after this number; an index has none."""
    spoken = language()
    if unit in _UNSAID:
        return ""
    if spoken == "en" and unit in ENGLISH:
        return ENGLISH[unit][0 if is_singular(count, spoken) else 1]
    if spoken == "en" or unit in SYMBOLS | _ABBREVIATED or not is_singular(count, spoken):
        return unit
    counted, slash, per = unit.partition("/")
    return " ".join(map(_singular, counted.split(" "))) + slash + per


def _singular(word: str) -> str:
    return word.removesuffix("s")


def plural(unit: str) -> str:
    """The unit alone, for the head of a column: lits, beds."""
    if unit in _UNSAID:
        return ""
    return ENGLISH[unit][1] if language() == "en" and unit in ENGLISH else unit
