"""Curves drawn on the server: hand-worked scales, and what tells the series apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from cockpit.i18n import Language, use
from cockpit.kpi.model import Grain
from cockpit.series.curve import Curve
from cockpit.series.model import ForecastPoint, Point
from cockpit.views import charts, drawn, french
from tests.views.conftest import KPI

FIRST = date(2026, 11, 1)
POINTS = tuple(Point(FIRST + timedelta(days=at), value) for at, value in enumerate((80.0, 90.0)))
AHEAD = (
    ForecastPoint(date(2026, 11, 3), 84.0, 88.0, 92.0, low95=82.0, high95=94.0),
    ForecastPoint(date(2026, 11, 5), 86.0, 90.0, 100.0, low95=84.0, high95=100.0),
)
CURVE = Curve(
    kpi=KPI,
    grain=Grain.DAY,
    points=POINTS,
    last_year=(Point(FIRST, 85.0), Point(date(2026, 11, 2), 85.0)),
    budget=(),
    target=88.0,
    forecast=AHEAD,
    provisional_from=None,
    corrected=(Point(date(2026, 11, 3), 95.0),),
)


def figure(curve: Curve = CURVE, said: str = "Deux phrases.") -> ET.Element:
    rows = charts.rows(curve, curve.kpi)
    return ET.fromstring(drawn.line(rows, curve.target, curve.kpi, curve.grain, said))


class TestScale:
    @pytest.mark.parametrize(
        ("values", "ticks"),
        [
            # (100 - 80) / 4 = 5: a step of 5.
            ((80, 100), (80, 85, 90, 95, 100)),
            # (97 - 81) / 4 = 4: the next round step is 5, from 80 to 100.
            ((81, 97), (80, 85, 90, 95, 100)),
            # 0.9 / 4 = 0.225: a step of 0.5.
            ((0.2, 1.1), (0.0, 0.5, 1.0, 1.5)),
            # Below zero: (-3 to 4) / 4 = 1.75, a step of 2.
            ((-3, 4), (-4, -2, 0, 2, 4)),
            # Flat: a tenth of its size on each side.
            ((90, 90), (80, 90, 100)),
            ((0, 0), (-1, 0, 1)),
        ],
    )
    def test_ticks_are_round_and_hold_every_value(
        self, values: tuple[float, ...], ticks: tuple[float, ...]
    ) -> None:
        assert drawn.scale(values) == pytest.approx(ticks)

    def test_minutes_go_by_quarters_and_hours(self) -> None:
        """From 3 h 10 to 6 h 40: 52 min a step, so one hour."""
        assert drawn.scale((190, 400), minutes=True) == (180, 240, 300, 360, 420)

    def test_a_day_and_a_value_fall_where_a_ruler_puts_them(self) -> None:
        axis = drawn.Axis(FIRST, date(2026, 11, 11), 80.0, 100.0)
        assert axis.across(date(2026, 11, 4)) == 30.0
        assert (axis.down(100.0), axis.down(95.0), axis.down(80.0)) == (0.0, 25.0, 100.0)
        assert axis.spot(date(2026, 11, 6), 90.0) == (500, 500)

    def test_a_single_day_stands_in_the_middle(self) -> None:
        assert drawn.Axis(FIRST, FIRST, 0.0, 1.0).across(FIRST) == 50.0


class TestWords:
    @pytest.mark.parametrize(
        ("unit", "ticks", "spoken", "words"),
        [
            ("%", (80.0, 80.5), "fr", ("80,0 %", "80,5 %")),
            ("%", (80.0, 85.0), "en", ("80%", "85%")),
            ("passages", (1000.0, 1200.0), "fr", ("1 000", "1 200")),
            ("min", (330.0, 360.0), "fr", ("5 h 30", "6 h")),
            ("k€", (-500_000.0, 0.0, 1_500_000.0), "fr", ("−0,5 M€", "0,0 M€", "1,5 M€")),
            ("k€", (-500_000.0, 0.0, 1_500_000.0), "en", ("−€0.5M", "€0.0M", "€1.5M")),
            ("€", (20_000.0, 40_000.0), "fr", ("20 k€", "40 k€")),
        ],
    )
    def test_an_axis_is_written_in_the_units_of_its_kpi(
        self, unit: str, ticks: tuple[float, ...], spoken: Language, words: tuple[str, ...]
    ) -> None:
        with use(spoken):
            found = drawn.axis_words(replace(KPI, unit=unit), ticks)
        plain = [text.replace(french.NARROW, " ").replace(french.NBSP, " ") for text in found]
        assert tuple(plain) == words


class TestPicture:
    def test_the_picture_is_named_and_described(self) -> None:
        picture = figure(said="93,8 % le 20 nov. <b>")[0]
        names = {picture.get("aria-labelledby"): "Évolution"}
        assert picture.get("role") == "img"
        assert {picture[0].get("id"): picture[0].text} == names
        assert picture[1].get("id") == picture.get("aria-describedby")
        assert picture[1].text == "93,8 % le 20 nov. <b>"

    def test_each_series_has_its_own_stroke_not_only_its_colour(self) -> None:
        (lines,) = [one for one in figure()[0].iter("svg") if one.get("viewBox")]
        looks = {
            (path.get("class"), path.get("stroke-dasharray"))
            for path in lines
            if "ck-band" not in path.get("class", "")
        }
        assert looks == {("ck-before", None), ("ck-actual", None), ("ck-actual", "5 4")}
        aim = [one.get("stroke-dasharray") for one in figure()[0] if one.get("class") == "ck-aim"]
        assert aim == ["2 3"]

    def test_the_lines_run_through_their_points(self) -> None:
        """1 to 5 November, 80 to 100: 80 on the first day is at the bottom, 90 in the middle."""
        text = drawn.line(charts.rows(CURVE, KPI), 88.0, KPI, Grain.DAY, "")
        assert 'd="M0 1000l250-500"' in text  # 1 Nov. 80 %, 2 Nov. 90 %
        assert 'd="M0 750l250 0"' in text  # last year, 85 % both days
        assert 'd="M250 500l250 100 500-100"' in text  # forecast, from the last point

    def test_the_interval_goes_out_by_its_top_and_back_by_its_bottom(self) -> None:
        bands = re.findall(
            r'class="ck-band([^"]*)" d="([^"]+)"',
            drawn.line(charts.rows(CURVE, KPI), 88.0, KPI, Grain.DAY, ""),
        )
        assert bands == [
            (" ck-wider", "M250 500l250-200 500-300 0 800-500 100-250-400z"),
            ("", "M250 500l250-100 500-400 0 700-500 100-250-300z"),
        ]

    def test_days_are_named_in_the_language_of_the_page(self) -> None:
        def named(spoken: Language, grain: Grain) -> list[str]:
            with use(spoken):
                picture = figure(replace(CURVE, grain=grain, forecast=(), corrected=()))[0]
            return [text.text or "" for text in picture.iter("text") if text.get("dy") == "1.7em"]

        assert named("fr", Grain.DAY) == ["1er nov.", "2 nov."]
        assert named("en", Grain.DAY) == ["1 Nov", "2 Nov"]
        assert named("fr", Grain.MONTH) == ["nov. 2026"]

    def test_a_corrected_day_is_a_diamond_and_the_last_point_is_labelled(self) -> None:
        picture = figure()[0]
        diamonds = [one for one in picture.iter("svg") if one.get("x")]
        assert [one.get("x") for one in diamonds] == ["50%"]
        (label,) = [one for one in picture.iter("text") if one.get("class") == "ck-last"]
        assert (label.text or "").replace(french.NBSP, " ") == "90,0 %"

    @pytest.mark.parametrize("count", [1, 2])
    def test_short_curves_are_drawn_too(self, count: int) -> None:
        alone = replace(CURVE, points=POINTS[:count], last_year=(), forecast=(), corrected=())
        assert figure(replace(alone, target=None)).find("svg") is not None

    def test_hostile_words_stay_words(self) -> None:
        text = drawn.line(charts.rows(CURVE, KPI), None, KPI, Grain.DAY, "</desc><script>x")
        assert "<script" not in text
