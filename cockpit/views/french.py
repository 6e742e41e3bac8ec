"""Figures as a hospital writes them: 86,7 % · +1,9 pt · −412 k€ · 5 h 20 · n.d.

Every function follows the language of the run (`cockpit.i18n`); examples here are the French ones.
A figure that is missing, not finite or not computable is "n.d.", never 0.
Source of the rules: CLDR fr, domain "formats français"; rounding is half up, as in French accounts.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cockpit.i18n import gettext as _
from cockpit.i18n import language
from cockpit.kpi.model import Kpi
from cockpit.series.model import Change, Window
from cockpit.views import dates
from cockpit.views.units import SYMBOLS, spell

NARROW = "\u202f"
NBSP = "\u00a0"
MINUS = "\u2212"
SIGNIFICANT = 3

_MONEY = {"€": 1.0, "k€": 1e3, "M€": 1e6}
_RELATIVE_FROM = 50.0
"""Below this reference a change is said in units: "+2 patients" speaks, "+40 %" does not."""
_MILLION = 1e6
_SAID = frozenset({"j", "jours", "ans", "ETP"})
"""Units short enough to stay beside a change; "+12" alone is clear under "214 passages"."""
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


class Scale(NamedTuple):
    """From which amount, divided by what, decimals, French and English unit."""

    floor: float
    step: float
    decimals: int
    french: str
    english: str


_SCALES = (
    Scale(1e9, 1e9, 1, "Md€", "bn"),
    Scale(1e7, 1e6, 1, "M€", "M"),
    Scale(1e4, 1e3, 0, "k€", "k"),
    Scale(0.0, 1.0, 0, "€", ""),
)


class Figure(NamedTuple):
    """A number and what follows it, to be set in two sizes."""

    text: str
    unit: str = ""

    def __str__(self) -> str:
        """Both, with the no-break space between them when there is one."""
        return f"{self.text}{self.gap}{self.unit}"

    @property
    def gap(self) -> str:
        """What stands between: nothing before an English % or a "/100"."""
        glued = self.unit.startswith("/") or (language() == "en" and self.unit == "%")
        return "" if glued or not self.unit else NBSP


def missing() -> str:
    """What stands for a figure that is not available."""
    return _("n.d.")


def known(x: float | None) -> bool:
    """Whether there is a finite number to write."""
    return x is not None and math.isfinite(x)


def number(x: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """1 234,5; the sign is U+2212 or, when asked, +; zero has none."""
    if x is None or not math.isfinite(x):
        return missing()
    rounded = _rounded(x, decimals)
    text = f"{abs(rounded):,f}"
    if language() == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return _sign(rounded, signed=signed) + text


def _rounded(x: float, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(x))).quantize(step, rounding=ROUND_HALF_UP)


def _sign(x: Decimal | float, *, signed: bool) -> str:
    if x < 0:
        return MINUS
    return "+" if signed and x > 0 else ""


def percent(x: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """86,7 %; x is already in percent."""
    if not known(x):
        return missing()
    return str(Figure(number(x, decimals, signed=signed), "%"))


def points(x: float | None, decimals: int = 1) -> str:
    """+1,9 pt: the difference of two rates, never "%"."""
    if not known(x):
        return missing()
    return f"{number(x, decimals, signed=True)}{NBSP}pt"


def euros(x: float | None, *, signed: bool = False) -> str:
    """7 320 € below 10 000, then 412 k€ without decimals, 180,3 M€ from 10 millions, 2,8 Md€."""
    return str(money(x, signed=signed)) if x is not None and known(x) else missing()


def thousands(x: float | None, *, signed: bool = False) -> str:
    """An amount in a column of k€: 8 k€, 412 k€, 180,3 M€; never euros beside k€."""
    if x is None or not known(x):
        return missing()
    return str(money(x, signed=signed, least=_SCALES[2]))


def money(x: float, *, signed: bool = False, least: Scale | None = None) -> Figure:
    """An amount in euros, number and unit apart; in English the unit goes with the number.

    least: the smallest scale to use; the amount's own without it.
    """
    fitting = next(scale for scale in _SCALES if abs(x) >= scale.floor)
    _floor, step, decimals, unit, english = fitting if least is None else max(fitting, least)
    if language() == "fr":
        return Figure(number(x / step, decimals, signed=signed), unit)
    return Figure(f"{_sign(x, signed=signed)}€{number(abs(x) / step, decimals)}{english}")


def duration(minutes: float | None) -> str:
    """5 h 20; 45 min below one hour; 2 h when round."""
    if minutes is None or not math.isfinite(minutes):
        return missing()
    whole = int(_rounded(abs(minutes), 0))
    sign = MINUS if minutes < 0 and whole else ""
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{sign}{rest}{NBSP}min"
    return f"{sign}{hours}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")


def figure(kpi: Kpi, x: float | None, *, short: bool = False) -> Figure:
    """A KPI's value, number and unit apart; `short` keeps three significant digits (tiles)."""
    if x is None or not math.isfinite(x):
        return Figure(missing())
    if kpi.unit in _MONEY:
        return money(x * _MONEY[kpi.unit])
    if kpi.unit == "min":
        return Figure(duration(x))
    text = _short(x, kpi.decimals) if short else number(x, kpi.decimals)
    return Figure(text, spell(kpi.unit, x))


def value(kpi: Kpi, x: float | None) -> str:
    """A KPI's value in full, with its unit: 93,8 %, 52 814 passages, 5,8 j."""
    return str(figure(kpi, x))


def short(kpi: Kpi, x: float | None) -> str:
    """A KPI's value on a tile: 52,8 k passages; whole numbers below 10 000 stay whole."""
    return str(figure(kpi, x, short=True))


def terse(kpi: Kpi, x: float | None) -> str:
    """A KPI's value where room is scarce: its symbol stays (93,8 %), a counted word goes (214)."""
    found = figure(kpi, x, short=True)
    return str(found) if kpi.unit in SYMBOLS or kpi.unit in _SAID else found.text


def aim(kpi: Kpi, x: float) -> str:
    """A target, as short as it stays exact: 88 %, 1,0, 4, −1,5 M€."""
    if kpi.unit in _MONEY and abs(x) * _MONEY[kpi.unit] >= _MILLION:
        millions = number(x * _MONEY[kpi.unit] / _MILLION, 1)
        return str(Figure(millions, "M€")) if language() == "fr" else f"€{millions}M"
    whole = replace(kpi, decimals=0) if float(x).is_integer() else kpi
    return terse(whole, x)


def _short(x: float, decimals: int) -> str:
    for step, letter in ((1e6, "M"), (1e3, "k")):
        if abs(x) >= 10 * step or (letter == "M" and abs(x) >= step):
            return f"{number(x / step, _spare(x / step))}{NBSP}{letter}"
    return number(x, min(decimals, _spare(x)))


def _spare(x: float) -> int:
    """Decimals left by three significant digits."""
    whole = len(str(int(abs(x))))
    return max(0, SIGNIFICANT - whole)


def delta(kpi: Kpi, change: Change) -> str:
    """A change in words: points for a rate, an amount for money, percent of a large count."""
    if kpi.unit == "%":
        return points(change.delta, max(kpi.decimals, 1))
    if kpi.unit in _MONEY:
        return euros(change.delta * _MONEY[kpi.unit], signed=True)
    if kpi.unit == "min":
        return ("+" if change.delta > 0 else "") + duration(change.delta)
    if change.relative is not None and abs(change.reference) >= _RELATIVE_FROM:
        return percent(change.relative, signed=True)
    unit = spell(kpi.unit, change.delta) if kpi.unit in _SAID else ""
    return str(Figure(number(change.delta, kpi.decimals, signed=True), unit))


def is_nil(kpi: Kpi, change: Change) -> bool:
    """Whether the change, as written, is zero: such a change is neutral."""
    return not re.search(r"[1-9]", delta(kpi, change))


def change(kpi: Kpi, moved: Change, window: Window | None = None) -> str:
    """+1,9 pt / 7 j: a change and what it is against; "stable" when it is written as zero.

    window: the days of the figure itself, from which the name of the reference is read.
    """
    text = _("stable") if is_nil(kpi, moved) else delta(kpi, moved)
    return f"{text}{NBSP}/{NBSP}{against(moved, window)}"


def against(moved: Change, window: Window | None = None) -> str:
    """What a change compares with: veille, 7 j, M-1, N-1, budget, cible."""
    if moved.kind == "budget":
        return _("budget")
    if moved.kind == "target":
        return _("cible")
    if moved.kind == "last_year":
        return _("N-1")
    return dates.gap(window, moved.window)


def parse_number(text: str) -> float | None:
    """A number typed by a person: any space, comma or point, any minus; None when it is not one.

    "1 234,5", "1.234,5" and (in English) "1,234.5" are the same; "12,5 %" is refused.
    """
    bare = _SPACES.sub("", text).replace(MINUS, "-")
    if language() == "en" and _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    elif "," in bare:
        bare = bare.replace(".", "").replace(",", ".")
    return float(bare) if _NUMBER.fullmatch(bare) else None
