"""Charts as plain Vega-Lite without data, their text and their table.

A spec depends only on what the chart looks like, so it is made once and kept (`vega`); the data
travel beside it as a small frame. `drawing` is all of it, for who keeps it (`widgets.chart`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from cockpit.i18n import gettext as _
from cockpit.i18n import language
from cockpit.kpi.model import Grain, Kpi
from cockpit.views import dates, french, tables, vega
from cockpit.views.vega import ACTUAL, BEFORE, BUDGET, CORRECTED, FORECAST, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cockpit.series.curve import Curve
    from cockpit.series.model import ForecastPoint

_BOUNDS = ("low", "high", "low95", "high95")
COLUMNS = ("day", "series", "value", *_BOUNDS, "label", "beside", "side")
"""beside: the height next to which the label is written, free of any line; side: above or below."""
_PLOT = 290
"""Width in pixels of the lines on a phone, where a label takes the most room."""
_LETTER = 8
_MONEY = {"€": 1.0, "k€": 1e3, "M€": 1e6}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A curve ready to be sent, in the language it was made in; never to be changed.

    rows: those of `rows`, as an Arrow table, which is sent without being converted again.
    """

    rows: pa.Table
    spec: Spec
    said: str
    table: str


def drawing(curve: Curve, kpi: Kpi) -> Drawing:
    """The curve, its two sentences and its table: 5 ms of processor, from nothing else."""
    frame = pa.Table.from_pandas(rows(curve, kpi))
    return Drawing(frame, spec(curve, kpi), describe(curve, kpi), table(curve, kpi))


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
    later = _later(curve, scale, past[-1] if past else None)
    whole = pd.concat([part for part in (frame, later) if len(part)] or [frame])
    whole = whole.reindex(columns=list(COLUMNS)).reset_index(drop=True)
    whole["day"] = pd.to_datetime(whole["day"])
    words = french.terse(kpi, curve.points[-1].value) if past else ""
    return _labelled(whole, len(frame) - 1, words)


def _later(curve: Curve, scale: float, last: tuple[date, str, float] | None) -> pd.DataFrame:
    """The forecast, tied to the last actual point, and the days that a person corrected."""
    ahead = [
        (point.day, FORECAST, point.mid * scale, *_scaled(point, scale)) for point in curve.forecast
    ]
    if ahead and last:
        wide = last[2] if curve.forecast[0].low95 is not None else None
        ahead.insert(0, (last[0], FORECAST, *(last[2],) * 3, wide, wide))
    blank = (None,) * len(_BOUNDS)
    ahead += [(point.day, CORRECTED, point.value * scale, *blank) for point in curve.corrected]
    columns = ["day", "series", "value", *_BOUNDS]
    return pd.DataFrame(ahead, columns=columns).astype(dict.fromkeys(columns[2:], float))


def _scaled(point: ForecastPoint, scale: float) -> tuple[float | None, ...]:
    bounds = (point.low, point.high, point.low95, point.high95)
    return tuple(None if bound is None else bound * scale for bound in bounds)


def _labelled(whole: pd.DataFrame, last: int, words: str) -> pd.DataFrame:
    """Write `words` at row `last`, above what is drawn at its left or below it: the nearer."""
    whole["label"], whole["beside"], whole["side"] = "", float("nan"), ""
    if not words:
        return whole
    at = whole.loc[last]
    reach = (whole["day"].max() - whole["day"].min()) * (_LETTER * (len(words) + 1) / _PLOT)
    near = whole["day"].between(at["day"] - reach, at["day"] + reach / 4)
    top, bottom = whole.loc[near, "value"].max(), whole.loc[near, "value"].min()
    above = top - at["value"] <= at["value"] - bottom
    written = [words, top if above else bottom, "above" if above else "below"]
    whole.loc[last, ["label", "beside", "side"]] = written
    return whole


def _drawn_at(day: date, grain: Grain) -> date:
    """A curve names a window by its last day; a month or a year is drawn at its first."""
    if grain is Grain.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain in {Grain.MONTH, Grain.QUARTER} else day


def _scale(kpi: Kpi) -> float:
    """Amounts are drawn in euros, so that the axis can say k€ or M€."""
    return _MONEY.get(kpi.unit, 1.0)


def scaled(kpi: Kpi, value: float | None) -> float | None:
    """A value as it is drawn."""
    return None if value is None else value * _scale(kpi)


def spec(curve: Curve, kpi: Kpi) -> Spec:
    """A KPI's curve: last year thin grey, target dotted, forecast dashed in its band."""
    aim = None if curve.target is None else curve.target * _scale(kpi)
    drawn = vega.line(language(), curve.grain, _axis_format(kpi))
    return {**drawn, "layer": [*drawn["layer"], *vega.aim(aim)]}


def _axis_format(kpi: Kpi) -> str:
    """d3's format of an axis; an amount or a duration has its own words in `vega`."""
    if kpi.unit in _MONEY:
        return vega.MONEY
    if kpi.unit == "min":
        return vega.MINUTES
    return ",.3~f" if kpi.decimals else ",.0f"


def plain(kpi: Kpi, grain: Grain) -> Spec:
    """A line without target nor forecast; data: `point_rows`."""
    return vega.line(language(), grain, _axis_format(kpi))


def point_rows(kpi: Kpi, points: list[tuple[date, float]]) -> pd.DataFrame:
    """The data of `plain` from (first day, value)."""
    frame = pd.DataFrame(points, columns=["day", "value"])
    frame["value"] *= _scale(kpi)
    frame["day"] = pd.to_datetime(frame["day"])
    frame["series"] = ACTUAL
    words = french.terse(kpi, points[-1][1]) if points else ""
    return _labelled(frame, len(frame) - 1, words).reindex(columns=list(COLUMNS))


def describe_points(kpi: Kpi, grain: Grain, points: list[tuple[date, float]]) -> str:
    """Where the line ends, and between what it ran."""
    values = [value for _day, value in points]
    text = _("{value} ({last}). Entre {low} et {high} depuis {first}.")
    words = text.format(
        value=french.value(kpi, values[-1]),
        last=dates.named(points[-1][0], grain),
        low=french.value(kpi, min(values)),
        high=french.value(kpi, max(values)),
        first=dates.named(points[0][0], grain),
    )
    return words.replace("..", ".")


def bars(kpi: Kpi) -> Spec:
    """Horizontal bars to compare units or facets; data: name, value, label."""
    return vega.bars(language(), _axis_format(kpi))


def bar_rows(kpi: Kpi, named: Iterable[tuple[str, float]]) -> pd.DataFrame:
    """The data of `bars`, in the order given."""
    listed = [(name, value * _scale(kpi), french.terse(kpi, value)) for name, value in named]
    return pd.DataFrame(listed, columns=["name", "value", "label"])


def describe(curve: Curve, kpi: Kpi) -> str:
    """The curve in two sentences: where it is and between what; what is expected, or the target."""
    if not curve.points:
        return _("Aucun point à afficher pour cette période.")
    return f"{_past(curve, kpi)} {_ahead(curve, kpi)}".replace("..", ".")


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
    if curve.budget:
        return _("Budget : {budget}.").format(budget=french.value(kpi, curve.budget[-1].value))
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
    corrected = {point.day: point.value for point in curve.corrected}
    before = {point.day: point.value for point in curve.last_year}
    ahead = [
        (dates.ended(p.day, curve.grain), "", "", _expected(kpi, p, corrected.get(p.day)))
        for p in reversed(curve.forecast)
    ]
    past = [
        (
            dates.ended(p.day, curve.grain),
            french.value(kpi, p.value),
            _known(kpi, before, p.day),
            "",
        )
        for p in reversed(curve.points)
    ]
    return tables.table(_("Valeurs de la courbe"), columns, [*ahead, *past])


def _expected(kpi: Kpi, point: ForecastPoint, corrected: float | None) -> str:
    """196 (178 - 214), and what a person put in its place."""
    low, mid, high = (french.value(kpi, x) for x in (point.low, point.mid, point.high))
    said = f"{mid} ({low} – {high})"
    if corrected is None:
        return said
    return _("{said} ; corrigé : {value}").format(said=said, value=french.value(kpi, corrected))


def _known(kpi: Kpi, values: dict[Any, float], day: Any) -> str:
    return french.value(kpi, values[day]) if day in values else ""
