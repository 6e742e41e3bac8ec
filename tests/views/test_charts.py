"""Charts: what the browser receives, and the words and the table beside it.

Curve: three days, last year's beside them, target 88, forecast of one day.

    18 Nov 90,0 (last year 88,0) · 19 Nov 92,0 (89,0) · 20 Nov 93,84 (none) · 21 Nov 94 [90, 97]
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import altair as alt
import pytest

from cockpit.i18n import use
from cockpit.kpi.model import Grain
from cockpit.series.curve import Curve
from cockpit.series.model import Point
from cockpit.views import charts
from tests.views.conftest import KPI, TREND
from tests.views.test_tiles import words

CURVE = Curve(
    kpi=KPI,
    grain=Grain.DAY,
    points=TREND.spark,
    last_year=(Point(date(2026, 11, 18), 88.0), Point(date(2026, 11, 19), 89.0)),
    budget=(),
    target=88.0,
    forecast=TREND.forecast,
    provisional_from=None,
)


def keys(spec: object) -> set[str]:
    if isinstance(spec, dict):
        return set(spec) | set().union(*(keys(value) for value in spec.values()), set())
    if isinstance(spec, list):
        return set().union(*(keys(value) for value in spec), set())
    return set()


def test_the_spec_is_valid_vega_lite_without_data() -> None:
    spec = charts.spec(CURVE, KPI)
    alt.LayerChart.from_dict(json.loads(json.dumps(spec)))
    alt.LayerChart.from_dict(json.loads(json.dumps(charts.bars(KPI))))
    assert "data" not in spec
    assert set(spec) == {
        "$schema",
        "height",
        "background",
        "padding",
        "encoding",
        "layer",
        "config",
    }


def test_no_chart_catches_the_scroll_or_fetches_anything() -> None:
    for unit in ("%", "€", "min", "passages"):
        found = keys(charts.spec(CURVE, replace(KPI, unit=unit)))
        assert not found & {"params", "selection", "url", "href", "zoom", "legend"}


def test_a_spec_is_made_once() -> None:
    first, second = charts.spec(CURVE, KPI), charts.spec(CURVE, KPI)
    assert first["config"] is second["config"]


def test_the_language_of_the_numbers_is_the_run_s() -> None:
    assert charts.spec(CURVE, KPI)["config"]["locale"]["number"]["decimal"] == ","
    with use("en"):
        assert charts.spec(CURVE, KPI)["config"]["locale"]["number"]["decimal"] == "."


def test_rows_label_the_last_actual_point_and_join_the_forecast() -> None:
    frame = charts.rows(CURVE, KPI)
    assert list(frame.columns) == list(charts.COLUMNS)
    assert frame["series"].value_counts().to_dict() == {"actual": 3, "before": 2, "forecast": 2}
    labelled = frame[frame["label"] != ""]
    assert labelled[["series", "label"]].to_numpy().tolist() == [["actual", "93,8\u00a0%"]]
    joined = frame[frame["series"] == "forecast"].iloc[0]
    assert (joined["value"], joined["low"], joined["high"]) == (93.84, 93.84, 93.84)


def test_the_last_label_is_written_where_no_line_runs() -> None:
    """30 days that fall to 10: the label goes below the last point, not across the fall."""
    days = [date(2026, 10, day) for day in range(1, 31)]
    falling = tuple(Point(day, 40.0 - day.day) for day in days)
    alone = replace(CURVE, points=falling, last_year=(), forecast=())
    last = charts.rows(alone, KPI).iloc[-1]
    assert (last["side"], last["beside"]) == ("below", 10.0)
    rising = replace(alone, points=tuple(Point(day, float(day.day)) for day in days))
    last = charts.rows(rising, KPI).iloc[-1]
    assert (last["side"], last["beside"]) == ("above", 30.0)


def test_amounts_are_drawn_in_euros() -> None:
    frame = charts.rows(replace(CURVE, forecast=()), replace(KPI, unit="k€"))
    assert frame["value"].max() == pytest.approx(93_840)


def test_a_month_is_drawn_at_its_first_day() -> None:
    months = (Point(date(2026, 9, 30), 1.0), Point(date(2026, 10, 31), 2.0))
    drawn = replace(CURVE, grain=Grain.MONTH, points=months, last_year=(), forecast=())
    assert [day.day for day in charts.rows(drawn, KPI)["day"]] == [1, 1]


def test_an_empty_curve_is_an_empty_frame() -> None:
    empty = replace(CURVE, points=(), last_year=(), forecast=())
    assert charts.rows(empty, KPI).empty
    assert charts.describe(empty, KPI) == "Aucun point à afficher pour cette période."


def test_a_chart_is_told_in_two_sentences() -> None:
    said = charts.describe(CURVE, KPI).replace("\u00a0", " ")
    assert said == (
        "93,8 % le ven. 20 nov., entre 90,0 % et 93,8 % depuis mer. 18 nov. "
        "Prévision le sam. 21 nov. : 94,0 %, entre 90,0 % et 97,0 % huit fois sur dix."
    )
    without = charts.describe(replace(CURVE, forecast=()), KPI).replace("\u00a0", " ")
    assert without.endswith("Cible : 88,0 %.")


def test_the_table_holds_every_point_newest_first() -> None:
    said = words(charts.table(CURVE, KPI))
    order = [said.index(day) for day in ("sam. 21 nov.", "ven. 20 nov.", "mer. 18 nov.")]
    assert order == sorted(order)
    assert "94,0 % (90,0 % – 97,0 %)" in said
