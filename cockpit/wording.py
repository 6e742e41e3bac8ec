"""Figures inside sentences that are stored (alerts, brief), in both languages at once.

Screens format for the language of their run (`cockpit/views/french.py`); a stored sentence has no
run, so the language is an argument here. Same rules, same result: 86,7 % · +1,9 pt · −412 k€.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from babel.dates import format_date

from cockpit.i18n import Language, is_singular

if TYPE_CHECKING:
    from datetime import date

    from cockpit.kpi.model import Kpi

NBSP = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"

_MONEY = {"€": 1.0, "k€": 1e3, "M€": 1e6}
_SCALES = ((1e9, "Md€", "bn", 1), (1e7, "M€", "M", 1), (1e4, "k€", "k", 0), (0.0, "€", "", 0))
_SYMBOLS = frozenset({"", "%", "min", "/100", "/6", "/M h", "j", "ETP", "h/ETP", "k€/ETP"})
ENGLISH_UNITS: dict[str, tuple[str, str]] = {
    "ETP": ("FTE", "FTE"),
    "accouchements": ("birth", "births"),
    "ans": ("year", "years"),
    "h/ETP": ("h/FTE", "h/FTE"),
    "j": ("d", "d"),
    "jours": ("day", "days"),
    "k€/ETP": ("k€/FTE", "k€/FTE"),
    "lits": ("bed", "beds"),
    "lits/j": ("bed/d", "beds/d"),
    "nuits": ("night", "nights"),
    "passages": ("visit", "visits"),
    "patients": ("patient", "patients"),
    "séances": ("session", "sessions"),
    "séjours": ("stay", "stays"),
    "séjours/lit/mois": ("stay/bed/month", "stays/bed/month"),
    "venues": ("visit", "visits"),
    "événements": ("event", "events"),
}
"""Units of KPIs: French plural -> English singular and plural; the screens read the same table."""


def number(x: float, decimals: int, language: Language, *, signed: bool = False) -> str:
    """1 234,5 with U+202F and U+2212; zero takes no sign. Rounds half up, as accounts do."""
    rounded = Decimal(repr(float(x))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if language == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    plus = "+" if signed and rounded > 0 else ""
    return (MINUS if rounded < 0 else plus) + text


def amount(euros: float, language: Language, *, signed: bool = False) -> str:
    """7 320 € below 10 000, 412 k€, 180,3 M€ from ten millions."""
    step, french, english, decimals = next(row for row in _SCALES if abs(euros) >= row[0])
    shown = number(euros / (step_of(step)), decimals, language, signed=signed)
    if language == "fr":
        return f"{shown}{NBSP}{french}"
    sign = shown[0] if shown[0] in f"+{MINUS}" else ""
    return f"{sign}€{shown.removeprefix(sign)}{english}"


def step_of(floor: float) -> float:
    """The divisor of an amount from the floor of its scale."""
    return {1e9: 1e9, 1e7: 1e6, 1e4: 1e3}.get(floor, 1.0)


def duration(minutes: float) -> str:
    """5 h 20, 45 min; the same in both languages."""
    whole = int(Decimal(repr(float(abs(minutes)))).quantize(Decimal(1), ROUND_HALF_UP))
    hours, rest = divmod(whole, 60)
    sign = MINUS if minutes < 0 and whole else ""
    if not hours:
        return f"{sign}{rest}{NBSP}min"
    return f"{sign}{hours}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")


def percent(x: float, decimals: int, language: Language, *, signed: bool = False) -> str:
    """86,7 % in French, 86.7% in English."""
    return number(x, decimals, language, signed=signed) + (f"{NBSP}%" if language == "fr" else "%")


def with_unit(value: float, kpi: Kpi, language: Language) -> str:
    """A KPI's value in full: 93,8 %, 52 814 passages, 4 h 10, −3,5 M€."""
    if kpi.unit in _MONEY:
        return amount(value * _MONEY[kpi.unit], language)
    if kpi.unit == "min":
        return duration(value)
    shown = number(value, kpi.decimals, language)
    if kpi.unit == "%":
        return percent(value, kpi.decimals, language)
    return _glued(shown, unit_word(kpi.unit, value, language))


def bare(value: float, kpi: Kpi, language: Language) -> str:
    """A KPI's value where the unit was just said: 162 passages (entre 150 et 174)."""
    if kpi.unit in _MONEY or kpi.unit in {"min", "%"}:
        return with_unit(value, kpi, language)
    return number(value, kpi.decimals, language)


def change(delta: float, kpi: Kpi, language: Language) -> str:
    """A difference of two values of a KPI: +1,9 pt, −12 lits, +350 k€, +25 min."""
    if kpi.unit in _MONEY:
        return amount(delta * _MONEY[kpi.unit], language, signed=True)
    if kpi.unit == "min":
        return ("+" if delta > 0 else "") + duration(delta)
    decimals = max(kpi.decimals, 1) if kpi.unit == "%" else kpi.decimals
    shown = number(delta, decimals, language, signed=True)
    is_rate = kpi.unit in {"%", "/100"}
    unit = "pt" if is_rate else unit_word(kpi.unit, delta, language)
    return _glued(shown, unit)


def _glued(shown: str, unit: str) -> str:
    """A no-break space, but before "/6"."""
    return shown + ("" if not unit or unit.startswith("/") else NBSP) + unit


def unit_word(unit: str, count: float, language: Language) -> str:
    """The unit after this number: 0 patient, 1,5 lit, 2 lits; 1 bed, 0 beds; nothing for an index.

    A unit of the hospital's own that has no English word stays as it is written.
    """
    if unit == "indice":
        return ""
    singular = is_singular(count, language)
    if language == "en":
        return ENGLISH_UNITS.get(unit, (unit, unit))[0 if singular else 1]
    if unit in _SYMBOLS or not singular:
        return unit
    counted, slash, per = unit.partition("/")
    return " ".join(word.removesuffix("s") for word in counted.split(" ")) + slash + per


def day(value: date, language: Language) -> str:
    """18 novembre, 1er janvier; 18 November."""
    if language == "en":
        return format_date(value, "d MMMM", locale="en")
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first} {format_date(value, 'MMMM', locale='fr')}"


def weekday(value: date, language: Language) -> str:
    """A day with its name: mardi 24 novembre; Tuesday 24 November."""
    return f"{format_date(value, 'EEEE', locale=language)} {day(value, language)}"


def month(value: date, language: Language) -> str:
    """A month with its year: octobre 2026; October 2026."""
    return format_date(value, "MMMM yyyy", locale=language)


def typed(text: str, language: Language) -> str:
    """Punctuation of the language: a no-break space before : and ; in French, none in English."""
    space = NBSP if language == "fr" else ""
    return text.replace(" :", f"{space}:").replace(" ;", f"{space};")
