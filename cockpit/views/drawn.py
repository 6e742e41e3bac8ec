"""A curve drawn on the server, for pages without any script: the rows of `charts` as inline SVG.

The picture stretches with the page while its words and its strokes do not: lines live in an inner
box of 1000 by 1000 that is stretched, everything else is placed in percent of the plot. Colours are
those of the style sheet, light and dark; what tells the series apart is the stroke (solid, dashed,
dotted, thin), so that paper and colour-blind readers lose nothing.

scale       round ticks that hold every value
Axis        where a day and a value fall, in percent
axis_words  the ticks as a person reads them
line        the whole figure: picture, and the key of its strokes
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from cockpit.i18n import gettext as _
from cockpit.i18n import language
from cockpit.kpi.model import Grain, Kpi
from cockpit.views import dates, french, spark
from cockpit.views.vega import ACTUAL, BEFORE, BUDGET, CORRECTED, FORECAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd

SIDE = 1000
"""Width and height of the inner box, before it is stretched."""
_TICKS = 4
_ROUND = (1.0, 2.0, 5.0, 10.0)
_HOURS = (5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 180.0, 240.0, 360.0, 720.0, 1440.0)
_MONEY = frozenset({"€", "k€", "M€"})
_AMOUNTS = ((1e6, "M€", "M"), (1e3, "k€", "k"), (1.0, "€", ""))
_HALF_UP = 1e-9
_LOWEST = 88.0
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """The ground of a plot: days from first to last, values from low to high."""

    first: date
    last: date
    low: float
    high: float

    def across(self, day: date) -> float:
        """0 at the first day, 100 at the last; a single day stands in the middle."""
        whole = (self.last - self.first).days
        return 100.0 * (day - self.first).days / whole if whole else 50.0

    def down(self, value: float) -> float:
        """0 at the top, 100 at the bottom, as SVG counts."""
        return 100.0 * (self.high - value) / (self.high - self.low)

    def spot(self, day: date, value: float) -> tuple[int, int]:
        """The same, in whole units of the inner box."""
        return round(self.across(day) * SIDE / 100), round(self.down(value) * SIDE / 100)


def scale(values: Iterable[float], *, minutes: bool = False) -> tuple[float, ...]:
    """About four round ticks, the first at or below every value and the last at or above.

    Steps are 1, 2 or 5 times a power of ten; minutes go by quarters, hours or days. A flat series
    has one step on each side.
    """
    known = list(values)
    low, high = min(known), max(known)
    step = _step((high - low) / _TICKS or abs(high) / 10 or 1.0, minutes=minutes)
    first = math.floor(low / step + _HALF_UP)
    last = math.ceil(high / step - _HALF_UP)
    if first == last:
        first, last = first - 1, last + 1
    return tuple(round(step * at, 10) for at in range(first, last + 1))


def _step(least: float, *, minutes: bool) -> float:
    if minutes and least <= _HOURS[-1]:
        return next(one for one in _HOURS if one >= least)
    power = 10.0 ** math.floor(math.log10(least))
    return power * next(one for one in _ROUND if one * power >= least - _HALF_UP * power)


def axis_words(kpi: Kpi, ticks: Sequence[float]) -> tuple[str, ...]:
    """80 %, 1 200, 5 h 30, 1,5 M€: with as many decimals as the step between two ticks needs."""
    step = ticks[1] - ticks[0]
    if kpi.unit == "min":
        return tuple(french.duration(tick) for tick in ticks)
    if kpi.unit in _MONEY:
        return _amounts(ticks, step)
    unit = "%" if kpi.unit == "%" else ""
    return tuple(str(french.Figure(french.number(one, _decimals(step)), unit)) for one in ticks)


def _amounts(ticks: Sequence[float], step: float) -> tuple[str, ...]:
    """Euros on one scale, that of the largest."""
    largest = max(map(abs, ticks))
    one, unit, letter = next(found for found in _AMOUNTS if largest >= found[0] or found[0] == 1)
    written = [french.number(tick / one, _decimals(step / one)) for tick in ticks]
    if language() == "fr":
        return tuple(str(french.Figure(text, unit)) for text in written)
    signs = [french.MINUS if text.startswith(french.MINUS) else "" for text in written]
    bare = [text.removeprefix(french.MINUS) for text in written]
    return tuple(f"{sign}€{text}{letter}" for sign, text in zip(signs, bare, strict=True))


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + _HALF_UP))


def line(rows: pd.DataFrame, aim: float | None, kpi: Kpi, grain: Grain, said: str) -> str:
    """The curve as a figure. rows: those of `charts.rows`; aim: the target as it is drawn.

    said: the chart in words, which a screen reader hears instead of the picture.
    """
    listed: list[_Row] = rows.to_dict("records")  # type: ignore[assignment]  # names are text
    for row in listed:
        row["day"] = row["day"].date()
    ticks = scale(_heights(listed, aim), minutes=kpi.unit == "min")
    days = sorted({row["day"] for row in listed})
    axis = Axis(days[0], days[-1], ticks[0], ticks[-1])
    series = {row["series"] for row in listed}
    name = escape(f"drawn-{kpi.id}")
    return (
        f'<figure class="ck-drawn"><svg class="ck-plot" role="img" aria-labelledby="{name}" '
        f'aria-describedby="{name}-said"><title id="{name}">{escape(_("Évolution"))}</title>'
        f'<desc id="{name}-said">{escape(said)}</desc>'
        f"{_frame(axis, ticks, axis_words(kpi, ticks))}{_days(axis, days, grain)}"
        f"{_strokes(axis, listed)}{_aim(axis, aim)}{_marks(axis, listed)}</svg>"
        f"{_key(series, has_aim=aim is not None)}</figure>"
    )


def _heights(rows: Iterable[_Row], aim: float | None) -> list[float]:
    names = ("value", "low", "high", "low95", "high95")
    found = [row[name] for row in rows for name in names]
    return [one for one in (*found, aim) if one is not None and math.isfinite(one)]


def _frame(axis: Axis, ticks: Sequence[float], words: Sequence[str]) -> str:
    """One rule per tick, its words at the left."""
    return "".join(
        f'<line class="ck-rule" x2="100%" y1="{at}" y2="{at}"/>'
        f'<text x="0" dx="-8" y="{at}" dy=".35em" text-anchor="end">{escape(text)}</text>'
        for tick, text in zip(ticks, words, strict=True)
        for at in [_percent(axis.down(tick))]
    )


def _percent(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0") + "%"


def _days(axis: Axis, days: Sequence[date], grain: Grain) -> str:
    """The first, the middle and the last day; the middle one leaves when there is no room."""
    middle = days[len(days) // 2]
    wanted = [(days[0], "start", ""), (days[-1], "end", "")]
    if middle not in {days[0], days[-1]}:
        wanted.insert(1, (middle, "middle", ' class="ck-middle"'))
    return "".join(
        f'<text{kind} x="{_percent(axis.across(day))}" y="100%" dy="1.7em" '
        f'text-anchor="{side}">{escape(_named(day, grain))}</text>'
        for day, side, kind in wanted[: len(days)]
    )


def _named(day: date, grain: Grain) -> str:
    if grain in {Grain.DAY, Grain.WEEK}:
        return dates.bare_day(day)
    return str(day.year) if grain is Grain.YEAR else dates.short_month(day)


def _strokes(axis: Axis, rows: Sequence[_Row]) -> str:
    """Bands of the forecast under the lines: the wider, the lighter."""
    bands = _band(axis, rows, "low95", "high95", "ck-wider") + _band(axis, rows, "low", "high", "")
    lines = "".join(
        _stroke(axis, rows, series, look)
        for series, look in (
            (BEFORE, 'class="ck-before"'),
            (BUDGET, 'class="ck-aim" stroke-dasharray="2 3"'),
            (ACTUAL, 'class="ck-actual"'),
            (FORECAST, 'class="ck-actual" stroke-dasharray="5 4"'),
        )
    )
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" width="100%" height="100%" '
        f'overflow="visible" fill="none">{bands}{lines}</svg>'
    )


def _stroke(axis: Axis, rows: Sequence[_Row], series: str, look: str) -> str:
    spots = [axis.spot(row["day"], row["value"]) for row in rows if row["series"] == series]
    if len(spots) < 2:  # noqa: PLR2004 - one point is no line
        return ""
    return f'<path {look} vector-effect="non-scaling-stroke" d="{spark.line(spots)}"/>'


def _band(axis: Axis, rows: Sequence[_Row], low: str, high: str, kind: str) -> str:
    known = [row for row in rows if row["series"] == FORECAST and math.isfinite(row[low])]
    if len(known) < 2:  # noqa: PLR2004
        return ""
    above = [axis.spot(row["day"], row[high]) for row in known]
    below = [axis.spot(row["day"], row[low]) for row in reversed(known)]
    return f'<path class="{f"ck-band {kind}".strip()}" d="{spark.line([*above, *below])}z"/>'


def _aim(axis: Axis, aim: float | None) -> str:
    if aim is None:
        return ""
    at = _percent(axis.down(aim))
    return f'<line class="ck-aim" stroke-dasharray="2 3" x2="100%" y1="{at}" y2="{at}"/>'


def _marks(axis: Axis, rows: Iterable[_Row]) -> str:
    """A diamond on a day that a person corrected; a dot and its value on the last known point."""
    out = []
    for row in rows:
        x, y = _percent(axis.across(row["day"])), _percent(axis.down(row["value"]))
        if row["series"] == CORRECTED:
            diamond = '<path class="ck-aim" fill="none" d="M0-6 6 0 0 6-6 0z"/>'
            out.append(f'<svg x="{x}" y="{y}" overflow="visible">{diamond}</svg>')
        if row["label"]:
            # Below the lowest line, never below the plot: the days are written there.
            down = axis.down(row["beside"])
            beside = _percent(down if row["side"] == "above" else min(down, _LOWEST))
            away = "-.9em" if row["side"] == "above" else "1.5em"
            out.append(
                f'<circle class="ck-dot" cx="{x}" cy="{y}" r="4.5"/><text class="ck-last" '
                f'x="{x}" dx="6" y="{beside}" dy="{away}" text-anchor="end">'
                f"{escape(row['label'])}</text>"
            )
    return "".join(out)


def _key(series: Iterable[str], *, has_aim: bool) -> str:
    """What each stroke is."""
    known = set(series) | ({"aim"} if has_aim else set())
    named = (
        (ACTUAL, 'class="ck-actual"', _("mesuré")),
        (FORECAST, 'class="ck-actual" stroke-dasharray="5 4"', _("prévision et intervalle")),
        (BEFORE, 'class="ck-before"', _("N-1")),
        (BUDGET, 'class="ck-aim" stroke-dasharray="2 3"', _("budget")),
        ("aim", 'class="ck-aim" stroke-dasharray="2 3"', _("cible")),
    )
    listed = "".join(
        f'<li><svg width="26" height="8" aria-hidden="true"><path {look} d="M0 4H26"/></svg>'
        f"{escape(text)}</li>"
        for one, look, text in named
        if one in known
    )
    return f'<figcaption><ul class="ck-key">{listed}</ul></figcaption>'
