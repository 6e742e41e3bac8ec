"""Charts as plain Vega-Lite without data, their text and their table.

`line(...)` and `bars(...)` depend only on what the chart looks like, so they are made once and
kept; the data travel beside, as a small frame. Axis and ground colours come from Streamlit's theme,
and so does the accent: what is named here is legible on both grounds. No selection, no zoom: a
finger that scrolls the page must not be caught.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from cockpit.i18n import Language, language
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Grain, Kpi
from cockpit.views import dates, french, tables
from cockpit.views.locale_fr import VEGA_EN, VEGA_FR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cockpit.series.curve import Curve

Spec = dict[str, Any]

HEIGHT = 240
GREY = "#76839A"
AIM = "#B8600B"
COLUMNS = ("day", "series", "value", "low", "high", "label")
ACTUAL, FORECAST, BEFORE, BUDGET = "actual", "forecast", "before", "budget"

_X_FORMATS = {
    Grain.DAY: "%e %b",
    Grain.WEEK: "%e %b",
    Grain.MONTH: "%b %y",
    Grain.QUARTER: "%b %y",
    Grain.YEAR: "%Y",
}
_MONEY = {"€": 1.0, "k€": 1e3, "M€": 1e6}


def rows(curve: Curve, kpi: Kpi) -> pd.DataFrame:
    """The data of `line`: one row per (day, series); label only on the last actual point."""
    scale = _scale(kpi)
    past, before, budget = (
        [(_drawn_at(point.day, curve.grain), series, point.value * scale) for point in points]
        for series, points in (
            (ACTUAL, curve.points),
            (BEFORE, curve.last_year),
            (BUDGET, curve.budget),
        )
    )
    frame = pd.DataFrame([*budget, *before, *past], columns=["day", "series", "value"])
    ahead = [
        (point.day, FORECAST, point.mid * scale, point.low * scale, point.high * scale)
        for point in curve.forecast
    ]
    if ahead and past:
        last = past[-1][2]
        ahead.insert(0, (past[-1][0], FORECAST, last, last, last))
    later = pd.DataFrame(ahead, columns=["day", "series", "value", "low", "high"])
    whole = pd.concat([part for part in (frame, later) if len(part)] or [frame])
    whole = whole.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    whole["day"] = pd.to_datetime(whole["day"])
    whole["label"] = ""
    if past:
        whole.loc[len(frame) - 1, "label"] = french.short(kpi, curve.points[-1].value)
    return whole


def _drawn_at(day: date, grain: Grain) -> date:
    """A curve names a point by the last day of its window; a month or a year is drawn at its first."""
    if grain is Grain.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain in {Grain.MONTH, Grain.QUARTER} else day


def _scale(kpi: Kpi) -> float:
    """Amounts are drawn in euros, so that the axis can say k€ or M€."""
    return _MONEY.get(kpi.unit, 1.0)


def spec(curve: Curve, kpi: Kpi) -> Spec:
    """The look of a KPI's curve: last year thin grey, target dotted, forecast dashed in its band."""
    aim = None if curve.target is None else curve.target * _scale(kpi)
    drawn = _line(language(), curve.grain, _axis_format(kpi), kpi.unit == "min")
    return {**drawn, "layer": [*drawn["layer"], *_aim(aim)]}


@cache
def _line(spoken: Language, grain: Grain, form: str, minutes: bool) -> Spec:  # noqa: FBT001 - a cache key
    axis: Spec = {"title": None, "tickCount": 4, "format": form}
    if minutes:
        axis["labelExpr"] = "floor(datum.value / 60) + ' h'"
        axis["values"] = list(range(0, 24 * 60, 60))
    y: Spec = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": False}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "encoding": {"x": _x(grain)},
        "layer": [_band(), _before(y), _budget(y), _actual(y), _forecast(y), _last(y), _reader(grain)],
        "config": _config(spoken),
    }


def _x(grain: Grain) -> Spec:
    axis = {"title": None, "grid": False, "tickCount": 5, "format": _X_FORMATS[grain]}
    axis["labelOverlap"] = True
    return {"field": "day", "type": "temporal", "axis": axis}


def _only(series: str) -> list[Spec]:
    return [{"filter": f"datum.series === '{series}'"}]


def _band() -> Spec:
    return {
        "transform": _only(FORECAST),
        "mark": {"type": "area", "opacity": 0.18, "tooltip": False},
        "encoding": {
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
        },
    }


def _before(y: Spec) -> Spec:
    mark = {"type": "line", "strokeWidth": 1.25, "color": GREY, "tooltip": False}
    return {"transform": _only(BEFORE), "mark": mark, "encoding": {"y": y}}


def _budget(y: Spec) -> Spec:
    mark = {"type": "line", "strokeWidth": 1.5, "strokeDash": [2, 3], "color": AIM, "tooltip": False}
    return {"transform": _only(BUDGET), "mark": mark, "encoding": {"y": y}}


def _actual(y: Spec) -> Spec:
    mark = {"type": "line", "strokeWidth": 2.5, "strokeJoin": "round", "tooltip": False}
    return {"transform": _only(ACTUAL), "mark": mark, "encoding": {"y": y}}


def _forecast(y: Spec) -> Spec:
    mark = {"type": "line", "strokeWidth": 2.5, "strokeDash": [5, 4], "tooltip": False}
    return {"transform": _only(FORECAST), "mark": mark, "encoding": {"y": y}}


def _last(y: Spec) -> Spec:
    """The last point: a dot, and its value in words above it."""
    encoding = {"y": y, "text": {"field": "label"}}
    return {
        "transform": [{"filter": "datum.label !== ''"}],
        "layer": [
            {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1}},
            {
                "mark": {
                    "type": "text",
                    "align": "right",
                    "dy": -14,
                    "dx": 6,
                    "fontSize": 13,
                    "fontWeight": 700,
                    "tooltip": False,
                }
            },
        ],
        "encoding": encoding,
    }


def _reader(grain: Grain) -> Spec:
    """Wide invisible points, so that a thumb finds the value of a day."""
    said = "%A %e %B %Y" if grain in {Grain.DAY, Grain.WEEK} else "%B %Y"
    return {
        "transform": [
            {"filter": f"datum.series === '{ACTUAL}' || datum.series === '{FORECAST}'"}
        ],
        "mark": {"type": "point", "size": 500, "opacity": 0},
        "encoding": {
            "y": {"field": "value", "type": "quantitative"},
            "tooltip": [
                {"field": "day", "type": "temporal", "format": said, "title": _("Date")},
                {"field": "value", "type": "quantitative", "format": ",.1f", "title": _("Valeur")},
            ],
        },
    }


def _aim(target: float | None) -> list[Spec]:
    if target is None:
        return []
    mark = {"type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.5, "color": AIM}
    return [{"data": {"values": [{}]}, "mark": mark, "encoding": {"x": None, "y": {"datum": target}}}]


def _axis_format(kpi: Kpi) -> str:
    if kpi.unit in _MONEY:
        return "$,.3~s"
    return ",.3~f" if kpi.decimals else ",.0f"


def _config(spoken: Language) -> Spec:
    return {
        "locale": VEGA_FR if spoken == "fr" else VEGA_EN,
        "view": {"stroke": None},
        "axis": {"labelFontSize": 12, "labelPadding": 6},
    }


@cache
def _bars(spoken: Language, form: str) -> Spec:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": {"step": 34},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "axis": {"title": None}},
            "x": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": None, "format": form, "tickCount": 4},
            },
        },
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 4, "height": 16, "tooltip": False}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12},
                "encoding": {"text": {"field": "label"}},
            },
        ],
        "config": _config(spoken),
    }


def bars(kpi: Kpi) -> Spec:
    """Horizontal bars to compare units or facets; data: name, value, label."""
    return _bars(language(), _axis_format(kpi))


def bar_rows(kpi: Kpi, named: Iterable[tuple[str, float]]) -> pd.DataFrame:
    """The data of `bars`, in the order given."""
    listed = [(name, value * _scale(kpi), french.short(kpi, value)) for name, value in named]
    return pd.DataFrame(listed, columns=["name", "value", "label"])


def describe(curve: Curve, kpi: Kpi) -> str:
    """The curve in two sentences: where it is and between what; what is expected, or the target."""
    if not curve.points:
        return _("Aucun point à afficher pour cette période.")
    return f"{_past(curve, kpi)} {_ahead(curve, kpi)}"


def _past(curve: Curve, kpi: Kpi) -> str:
    values = [point.value for point in curve.points]
    text = _("{value} {day}, entre {low} et {high} depuis {first}.")
    return text.format(
        value=french.value(kpi, values[-1]),
        day=dates.on_ended(curve.points[-1].day, curve.grain),
        low=french.value(kpi, min(values)),
        high=french.value(kpi, max(values)),
        first=dates.ended(curve.points[0].day, curve.grain),
    )


def _ahead(curve: Curve, kpi: Kpi) -> str:
    if curve.forecast:
        last = curve.forecast[-1]
        text = _("Prévision {day} : {mid}, entre {low} et {high} huit fois sur dix.")
        return text.format(
            day=dates.on_ended(last.day, curve.grain),
            mid=french.value(kpi, last.mid),
            low=french.value(kpi, last.low),
            high=french.value(kpi, last.high),
        )
    if curve.target is not None:
        return _("Cible : {target}.").format(target=french.value(kpi, curve.target))
    return _("Pas de cible ni de prévision pour cet indicateur.")


def table(curve: Curve, kpi: Kpi) -> str:
    """The same points as a real table, the newest first, forecast on top."""
    columns = [
        tables.Column(_("Période"), number=False),
        tables.Column(_("Valeur")),
        tables.Column(_("N-1")),
        tables.Column(_("Prévision (80 %)"), wide=True),
    ]
    before = {point.day: point.value for point in curve.last_year}
    ahead = [
        (dates.ended(p.day, curve.grain), "", "", _interval(kpi, p.low, p.mid, p.high))
        for p in reversed(curve.forecast)
    ]
    past = [
        (dates.ended(p.day, curve.grain), french.value(kpi, p.value), _known(kpi, before, p.day), "")
        for p in reversed(curve.points)
    ]
    return tables.table(_("Valeurs de la courbe"), columns, [*ahead, *past])


def _interval(kpi: Kpi, low: float, mid: float, high: float) -> str:
    return f"{french.value(kpi, mid)} ({french.value(kpi, low)} – {french.value(kpi, high)})"  # noqa: RUF001


def _known(kpi: Kpi, values: dict[Any, float], day: Any) -> str:
    return french.value(kpi, values[day]) if day in values else ""
