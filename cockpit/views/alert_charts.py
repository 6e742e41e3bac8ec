"""The curve of an alert: its KPI with the spans of the alert shaded and the level drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from cockpit.i18n import gettext as _
from cockpit.kpi.model import Grain
from cockpit.views import charts, dates, french
from cockpit.views.vega import AIM, QUIET, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cockpit.alerts.model import Severity
    from cockpit.kpi.model import Kpi
    from cockpit.series.curve import Curve

COLOURS: dict[Severity, str] = {"amber": AIM, "red": "#D0374B"}
"""Three to one against both grounds."""
_HALF = {Grain.DAY: 0.5, Grain.WEEK: 3.5, Grain.MONTH: 15.0, Grain.QUARTER: 45.0, Grain.YEAR: 182.0}
"""Half a period in days: a span of one period is a band, not a line."""
_SHADE = 0.14


@dataclass(frozen=True, slots=True)
class Span:
    """One run of the alert, first and last day included."""

    first: date
    last: date
    severity: Severity


def spec(
    curve: Curve, kpi: Kpi, spans: Iterable[Span], level: tuple[float, Severity] | None
) -> Spec:
    """The KPI's own curve over the spans. level: in the KPI's unit, in place of the target."""
    bare = replace(curve, target=None) if level else curve
    drawn = charts.spec(bare, kpi)
    bands = shaded(curve.grain, curve.points[0].day, spans) if curve.points else []
    return {**drawn, "layer": [*bands, *drawn["layer"], *_level(kpi, level)]}


def shaded(grain: Grain, start: date, spans: Iterable[Span]) -> list[Spec]:
    """The spans as bands, from the first day of a curve on."""
    half = timedelta(days=_HALF[grain])
    values = [
        {
            "from": _moment(max(span.first, start), -half),
            "to": _moment(max(span.last, start), half),
            "tone": COLOURS[span.severity],
        }
        for span in spans
        if span.last >= start
    ]
    encoding = {
        "x": {"field": "from", "type": "temporal"},
        "x2": {"field": "to"},
        "color": {"field": "tone", "type": "nominal", "scale": None, "legend": None},
    }
    mark = {**QUIET, "type": "rect", "opacity": _SHADE, "clip": True}
    return [{"data": {"values": values}, "mark": mark, "encoding": encoding}] if values else []


def _moment(day: date, shift: timedelta) -> str:
    return (datetime.combine(day, time()) + shift).isoformat()


def _level(kpi: Kpi, level: tuple[float, Severity] | None) -> list[Spec]:
    if level is None:
        return []
    value, severity = level
    mark = {
        **QUIET,
        "type": "rule",
        "strokeDash": [6, 3],
        "strokeWidth": 1.5,
        "color": COLOURS[severity],
    }
    encoding = {
        "x": {"value": 0},
        "x2": {"value": "width"},
        "y": {"datum": charts.scaled(kpi, value)},
    }
    return [{"data": {"values": [{}]}, "mark": mark, "encoding": encoding}]


def describe(
    curve: Curve, kpi: Kpi, spans: Iterable[Span], level: tuple[float, Severity] | None
) -> str:
    """The curve in words: its own two sentences, the level, and since when it is shaded."""
    said = [charts.describe(curve, kpi)]
    if level:
        said.append(_("Seuil de la règle : {level}.").format(level=french.value(kpi, level[0])))
    if now := next(iter(spans), None):
        text = _("Bande colorée : en alerte depuis le {day}.")
        said.append(text.format(day=dates.bare_day(now.first)))
    return " ".join(said).replace("..", ".")
