"""The curve of a rule that is tried: what it judged over twelve months, and when it speaks.

The levels are drawn where they stood each period: those of a habit or of a budget move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cockpit.i18n import gettext as _
from cockpit.i18n import language, ngettext
from cockpit.kpi.model import Grain
from cockpit.views import charts, dates, french, vega
from cockpit.views.alert_charts import COLOURS, Span, shaded
from cockpit.views.vega import GREY, QUIET, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from cockpit.alerts.dryrun import Firing
    from cockpit.alerts.followed import Followed, Line
    from cockpit.alerts.model import Severity
    from cockpit.kpi.model import Kpi

_MOST_SAID = 20
_MANY = 120
_FAR = 3
"""A level further from the figures than so many times their own span would flatten the curve."""
_SIDES: dict[Severity, str] = {"amber": "triangle-up", "red": "diamond"}


@dataclass(frozen=True, slots=True)
class Tried:
    """What is drawn of one unit. firings: times of the rule. gone: times of it that other numbers
    take away. kpi: None for a ladder, which counts rules."""

    kpi: Kpi | None
    found: Followed
    firings: tuple[Firing, ...]
    gone: tuple[Firing, ...] = ()


def rows(tried: Tried) -> pd.DataFrame:
    """The data of the line: one row per known period."""
    points = [(_at(tried, seen.start, seen.end), seen.value) for seen in tried.found.periods]
    if tried.kpi is not None:
        return charts.point_rows(tried.kpi, points).assign(label="")
    frame = pd.DataFrame(points, columns=["day", "value"])
    frame["day"], frame["series"] = pd.to_datetime(frame["day"]), vega.ACTUAL
    return frame.assign(label="", side="").reindex(columns=list(charts.COLUMNS))


def spec(tried: Tried) -> Spec:
    """The line between the bands of its runs, its levels, and a mark at each time."""
    found = tried.found
    if tried.kpi is None:
        drawn = vega.line(language(), found.grain, ",.0f")
    else:
        drawn = charts.plain(tried.kpi, found.grain)
    if not found.periods:
        return drawn
    start = _at(tried, found.periods[0].start, found.periods[0].end)
    bands = shaded(found.grain, start, _spans(tried))
    levels = [layer for line in found.lines for layer in _line(tried, line)]
    marks = _marks(tried, tried.firings, tried.gone)
    line = drawn["layer"] if len(found.periods) < _MANY else _thin(drawn["layer"])
    return {**drawn, "layer": [*bands, *levels, *line, *marks]}


def _thin(layers: list[Spec]) -> list[Spec]:
    """A year of days in the width of a phone."""
    return [
        {**one, "mark": {**one["mark"], "strokeWidth": 1}}
        if one.get("mark", {}).get("type") == "line"
        else one
        for one in layers
    ]


def _at(tried: Tried, start: date, end: date) -> date:
    """Where a period is drawn: a week at its last day, a month at its first."""
    return end if tried.found.grain is Grain.WEEK else start


def _spans(tried: Tried) -> list[Span]:
    """Each run, from its first period beyond to the last at which the rule speaks."""
    found = []
    for run in tried.firings:
        spoken = [
            _at(tried, seen.start, seen.end)
            for seen in tried.found.periods
            if seen.start >= run.since and (run.over is None or seen.start < run.over)
        ]
        if spoken:
            found.append(Span(spoken[0], spoken[-1], run.severity))
    return found


def _line(tried: Tried, line: Line) -> list[Spec]:
    """One level as a thin dashed line; nothing where it is out of sight."""
    values = [seen.value for seen in tried.found.periods]
    room = (max(values) - min(values) or abs(max(values)) or 1.0) * _FAR
    low, high = min(values) - room, max(values) + room
    data = [
        {
            "day": _at(tried, seen.start, seen.end).isoformat(),
            "level": _scaled(tried, level) if low <= level <= high else None,
        }
        for seen, level in zip(tried.found.periods, line.values, strict=True)
    ]
    if not any(one["level"] is not None for one in data):
        return []
    is_flat = len(set(line.values)) == 1
    look = {"strokeDash": [6, 3], "strokeWidth": 1.5} if is_flat else {"strokeWidth": 0.75}
    mark = {**QUIET, "type": "line", "color": COLOURS[line.severity], **look}
    return [_layer(data, mark, "level")]


def _marks(tried: Tried, firings: Iterable[Firing], gone: Sequence[Firing]) -> list[Spec]:
    """A filled mark for each time, hollow and grey for those that other numbers take away."""
    place = {seen.start: seen for seen in tried.found.periods}
    layers = []
    for severity, shape in _SIDES.items():
        for lost in (False, True):
            data = [
                {
                    "day": _at(tried, run.fired, run.until).isoformat(),
                    "value": _scaled(tried, place[run.fired].value),
                }
                for run in firings
                if run.severity == severity and (run in gone) is lost and run.fired in place
            ]
            colour = GREY if lost else COLOURS[severity]
            mark = {**QUIET, "type": "point", "shape": shape, "size": 70, "opacity": 1}
            mark |= {"filled": not lost, "color": colour, "strokeWidth": 2}
            layers += [_layer(data, mark, "value")] if data else []
    return layers


def _layer(data: Sequence[Mapping[str, object]], mark: Spec, field: str) -> Spec:
    encoding = {
        "x": {"field": "day", "type": "temporal"},
        "y": {"field": field, "type": "quantitative"},
    }
    return {"data": {"values": list(data)}, "mark": mark, "encoding": encoding}


def _scaled(tried: Tried, value: float) -> float:
    return value if tried.kpi is None else charts.scaled(tried.kpi, value) or 0.0


def figure(tried: Tried, value: float) -> str:
    """A figure of the rule in words."""
    return french.number(value) if tried.kpi is None else french.value(tried.kpi, value)


def describe(tried: Tried) -> str:
    """The chart in words: where the line ends, its levels, each time that it is marked."""
    periods, grain = tried.found.periods, tried.found.grain
    if not periods:
        return _("Aucun point à afficher pour cette période.")
    values = [seen.value for seen in periods]
    text = _("{value} ({last}). Entre {low} et {high} depuis {first}.")
    said = [
        text.format(
            value=figure(tried, values[-1]),
            last=dates.named(periods[-1].start, grain),
            low=figure(tried, min(values)),
            high=figure(tried, max(values)),
            first=dates.named(periods[0].start, grain),
        ),
        *_said_levels(tried),
        _said_times(tried),
    ]
    return " ".join(one for one in said if one).replace("..", ".")


def _said_levels(tried: Tried) -> list[str]:
    names: dict[Severity, str] = {"amber": _("Vigilance"), "red": _("Alerte")}
    said = []
    for line in tried.found.lines:
        known = [value for value in line.values if value == value]  # noqa: PLR0124 - NaN
        if known:
            low, high = figure(tried, min(known)), figure(tried, max(known))
            text = _("{name} à {level}.") if low == high else _("{name} entre {low} et {high}.")
            said.append(text.format(name=names[line.severity], level=low, low=low, high=high))
    return said


def _said_times(tried: Tried) -> str:
    days = [dates.named(run.fired, tried.found.grain) for run in tried.firings]
    if not days:
        return _("Aucune marque : la règle n'aurait pas sonné ici.")
    listed = ", ".join(days[-_MOST_SAID:])
    n = len(days)
    text = ngettext("{n} marque : {days}.", "{n} marques : {days}.", n)
    if n > _MOST_SAID:
        text = _("{n} marques, dont les dernières : {days}.")
    return text.format(n=n, days=listed)
