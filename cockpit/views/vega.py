"""Vega-Lite written once per look, without data: `charts` fills it, Streamlit draws it.

Axis and ground colours come from Streamlit's theme, and so does the accent: what is named here is
legible on both grounds. No selection, no zoom: a finger that scrolls the page must not be caught.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from cockpit.i18n import Language
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Grain
from cockpit.views.locale_fr import VEGA_EN, VEGA_FR

Spec = dict[str, Any]

HEIGHT = 240
PADDING = {"left": 0, "top": 22, "right": 6, "bottom": 4}
GREY = "#76839A"
AIM = "#B8600B"
QUIET: Spec = {"aria": False, "tooltip": False}
"""Marks say nothing: a screen reader hears the whole chart, a thumb finds `_reader`."""
MONEY, MINUTES = "money", "minutes"
ACTUAL, FORECAST, BEFORE, BUDGET = "actual", "forecast", "before", "budget"
CORRECTED = "corrected"

_X_FORMATS = {
    Grain.DAY: "%e %b",
    Grain.WEEK: "%e %b",
    Grain.MONTH: "%b %y",
    Grain.QUARTER: "%b %y",
    Grain.YEAR: "%Y",
}


@cache
def line(spoken: Language, grain: Grain, form: str) -> Spec:
    """The line of a KPI; `form` is d3's number format of the axis, or MONEY, or MINUTES."""
    axis: Spec = {"title": None, "tickCount": 4, **_numbers(spoken, form)}
    y: Spec = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": False}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": HEIGHT,
        "background": "transparent",
        "padding": PADDING,
        "encoding": {"x": _x(grain)},
        "layer": [
            _band("low95", "high95", 0.09),
            _band("low", "high", 0.16),
            _before(y),
            _budget(y),
            _actual(y),
            _forecast(y),
            _corrected(y),
            _last(y),
            _reader(grain),
        ],
        "config": _config(spoken),
    }


def _numbers(spoken: Language, form: str) -> Spec:
    """How an axis writes its numbers."""
    if form == MINUTES:
        return {"values": list(range(0, 24 * 60, 60)), "labelExpr": "datum.value / 60 + ' h'"}
    if form != MONEY:
        return {"format": form}
    millions, thousands = (f"format(datum.value / {step}, ',.3~f')" for step in (1_000_000, 1_000))
    if spoken == "en":
        words = f"'€' + {millions} + 'M' : '€' + {thousands} + 'k'"
    else:
        words = f"{millions} + ' M€' : {thousands} + ' k€'"
    return {"labelExpr": f"abs(datum.value) >= 1000000 ? {words}"}


def _x(grain: Grain) -> Spec:
    axis = {"title": None, "grid": False, "tickCount": 5, "format": _X_FORMATS[grain]}
    axis["labelOverlap"] = True
    return {"field": "day", "type": "temporal", "axis": axis}


def _only(series: str) -> list[Spec]:
    return [{"filter": f"datum.series === '{series}'"}]


def _band(low: str, high: str, opacity: float) -> Spec:
    """An interval of the forecast: the wider, the lighter."""
    return {
        "transform": [{"filter": f"datum.series === '{FORECAST}' && isValid(datum.{low})"}],
        "mark": {**QUIET, "type": "area", "opacity": opacity},
        "encoding": {
            "y": {"field": low, "type": "quantitative"},
            "y2": {"field": high},
        },
    }


def _before(y: Spec) -> Spec:
    mark = {**QUIET, "type": "line", "strokeWidth": 1.25, "color": GREY}
    return {"transform": _only(BEFORE), "mark": mark, "encoding": {"y": y}}


def _budget(y: Spec) -> Spec:
    mark = {
        **QUIET,
        "type": "line",
        "strokeWidth": 1.5,
        "strokeDash": [2, 3],
        "color": AIM,
    }
    return {"transform": _only(BUDGET), "mark": mark, "encoding": {"y": y}}


def _actual(y: Spec) -> Spec:
    mark = {**QUIET, "type": "line", "strokeWidth": 2.5, "strokeJoin": "round"}
    return {"transform": _only(ACTUAL), "mark": mark, "encoding": {"y": y}}


def _forecast(y: Spec) -> Spec:
    mark = {**QUIET, "type": "line", "strokeWidth": 2.5, "strokeDash": [5, 4]}
    return {"transform": _only(FORECAST), "mark": mark, "encoding": {"y": y}}


def _corrected(y: Spec) -> Spec:
    """What a person expects instead of the model: a hollow diamond on its day."""
    mark = {**QUIET, "type": "point", "shape": "diamond", "size": 90, "strokeWidth": 2}
    return {
        "transform": _only(CORRECTED),
        "mark": {**mark, "filled": False, "color": AIM, "opacity": 1},
        "encoding": {"y": y},
    }


def _last(y: Spec) -> Spec:
    """The last point: a dot, and its value in words clear of the lines (a halo is in the CSS)."""
    dot = {**QUIET, "type": "point", "filled": True, "size": 70, "opacity": 1}
    return {
        "transform": [{"filter": "datum.label !== ''"}],
        "layer": [
            {"mark": dot, "encoding": {"y": y}},
            _label(y, "above", -14),
            _label(y, "below", 16),
        ],
    }


def _label(y: Spec, side: str, dy: int) -> Spec:
    mark: Spec = {**QUIET, "type": "text", "align": "right", "dx": 6, "dy": dy}
    return {
        "transform": [{"filter": f"datum.side === '{side}'"}],
        "mark": {**mark, "fontSize": 13, "fontWeight": 700},
        "encoding": {"y": {**y, "field": "beside"}, "text": {"field": "label"}},
    }


def _reader(grain: Grain) -> Spec:
    """Wide invisible points, so that a thumb finds the value of a day."""
    said = "%A %e %B %Y" if grain in {Grain.DAY, Grain.WEEK} else "%B %Y"
    return {
        "transform": [{"filter": f"datum.series === '{ACTUAL}' || datum.series === '{FORECAST}'"}],
        "mark": {"aria": False, "type": "point", "size": 500, "opacity": 0},
        "encoding": {
            "y": {"field": "value", "type": "quantitative"},
            "tooltip": [
                {"field": "day", "type": "temporal", "format": said, "title": _("Date")},
                {"field": "value", "type": "quantitative", "format": ",.1f", "title": _("Valeur")},
            ],
        },
    }


def aim(target: float | None) -> list[Spec]:
    """The target as a dotted rule; nothing without one."""
    if target is None:
        return []
    mark = {**QUIET, "type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.5, "color": AIM}
    encoding = {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"datum": target}}
    return [{"data": {"values": [{}]}, "mark": mark, "encoding": encoding}]


def _config(spoken: Language) -> Spec:
    return {
        "locale": VEGA_FR if spoken == "fr" else VEGA_EN,
        "view": {"stroke": None},
        "axis": {"aria": False, "labelFontSize": 12, "labelPadding": 6},
    }


@cache
def bars(spoken: Language, form: str) -> Spec:
    """Horizontal bars, each with its figure at its end."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": {"step": 34},
        "background": "transparent",
        "padding": PADDING,
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "axis": {"title": None}},
            "x": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": None, "tickCount": 4, **_numbers(spoken, form)},
            },
        },
        "layer": [
            {
                "mark": {
                    **QUIET,
                    "type": "bar",
                    "cornerRadiusEnd": 4,
                    "height": 16,
                }
            },
            {
                "mark": {**QUIET, "type": "text", "align": "left", "dx": 6, "fontSize": 12},
                "encoding": {"text": {"field": "label"}},
            },
        ],
        "config": _config(spoken),
    }
