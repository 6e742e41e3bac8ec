"""A tile says value, change, days, status and target; and it is always five lines high.

The trend: occupancy 93,84 %, 91,9 seven days before, target 88, Friday 20 November 2026, amber.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.i18n import use
from cockpit.kpi.model import Kpi
from cockpit.series.model import Change, Point, Status, Trend
from cockpit.views import spark, tiles
from tests.views.conftest import FRESH, KPI, TREND

Make = Callable[..., Trend]


def words(html: str) -> str:
    """What a reader sees, with plain spaces."""
    text = re.sub(r"<[^>]+>(?: (?=<))?", "|", html).replace("\u202f", " ").replace("\u00a0", " ")
    return re.sub(r"([●▲◆○]\|) ", r"\1", re.sub(r"\|+", "|", text))


class Tags(HTMLParser):
    """Names of the opened tags and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _value in attrs)


def test_a_tile_says_everything() -> None:
    html = tiles.tile(TREND)
    assert words(html) == (
        "|Occupation|93,8| |%|+1,9 pt / 7 j|ven. 20 nov.|▲|Vigilance|Cible 88 %|"
    )
    assert 'class="ck-tile ck-amber"' in html
    assert 'class="ck-change ck-bad"' in html


def test_a_tile_in_english() -> None:
    with use("en"):
        said = words(tiles.tile(TREND))
    assert said == "|Occupancy|93.8|%|+1.9 pt / 7 d|Fri 20 Nov|▲|Warning|Target 88%|"


def test_a_missing_value_is_never_zero(trend: Make) -> None:
    html = tiles.tile(trend(value=None, window=None, previous=None, spark=(), forecast=()))
    assert "|n.d.|" in words(html)
    assert "|Indisponible|" in words(html)
    assert "ck-unavailable" in html
    assert ">0<" not in html


def test_a_value_that_is_not_finite_is_missing(trend: Make) -> None:
    assert "|n.d.|" in words(tiles.tile(trend(value=float("nan"))))


@pytest.mark.parametrize("value", [None, 93.8])
def test_every_tile_has_the_same_lines(trend: Make, value: float | None) -> None:
    html = tiles.tile(trend(value=value))
    for line in ("ck-name", "ck-value", "ck-change", "ck-when", "ck-spark", "ck-foot"):
        assert html.count(f'class="{line}') == 1


def test_a_stale_tile_says_the_date_of_its_data(trend: Make) -> None:
    late = replace(FRESH, late=True, as_of=date(2026, 11, 18))
    assert "|données au 18 nov.|" in words(tiles.tile(trend(freshness=late)))


def test_marks_are_words(trend: Make) -> None:
    html = tiles.tile(trend(partial=True, provisional=True, restated=True))
    assert "partiel| · |provisoire| · |révisé" in words(html)


@pytest.mark.parametrize(
    ("delta", "good", "tone"),
    [
        (1.9, False, "ck-bad"),
        (-1.9, True, "ck-good"),
        (1.9, None, "ck-neutral"),
        (0.01, False, "ck-neutral"),
    ],
)
def test_a_change_is_coloured_by_polarity_and_zero_is_neutral(
    trend: Make, delta: float, good: bool | None, tone: str
) -> None:
    moved = Change("previous", 91.9, delta, None, good)
    assert f'class="ck-change {tone}"' in tiles.tile(trend(previous=moved))


def test_status_is_an_icon_and_a_word(trend: Make) -> None:
    for status, said in (
        (Status.OK, "●|Conforme"),
        (Status.RED, "◆|Alerte"),
        (Status.NONE, "○|Suivi"),
    ):
        assert said in words(tiles.tile(trend(status=status)))


def test_the_forecast_is_a_second_dashed_mask() -> None:
    past, ahead = spark.masks(TREND.spark, TREND.forecast)
    assert "stroke-dasharray" in ahead
    assert "stroke-dasharray" not in past


@pytest.mark.parametrize("values", [[], [3.0], [float("nan"), 2.0]])
def test_one_point_makes_no_curve(trend: Make, values: list[float]) -> None:
    points = tuple(Point(date(2026, 11, 1 + i), value) for i, value in enumerate(values))
    assert spark.masks(points) == ()
    assert "ck-flat" in tiles.tile(trend(spark=points))


@given(some.lists(some.floats(-1e12, 1e12), min_size=2, max_size=40))
def test_a_curve_stays_in_its_box(values: list[float]) -> None:
    points = [Point(date(2026, 1, 1), value) for value in values]
    (mask,) = spark.masks(points)
    area, line, _dot = re.findall(r'd="M(-?\d+) (-?\d+)l([^V"]*)', unquote(mask) + 'd="M0 0l')
    assert area == line
    spots = [(int(line[0]), int(line[1]))]
    steps = [int(step) for step in re.findall(r"-?\d+", line[2])]
    for right, down in zip(steps[::2], steps[1::2], strict=True):
        spots.append((spots[-1][0] + right, spots[-1][1] + down))
    assert len(spots) == len(values)
    assert all(0 <= x <= spark.WIDTH and 0 <= y <= spark.HEIGHT for x, y in spots)


def test_a_curve_is_drawn_point_by_point_from_the_one_before() -> None:
    """Lowest 40 above the floor, highest 40 under the top, 30 kept at the right for the dot."""
    points = [Point(date(2026, 1, 1 + i), value) for i, value in enumerate((0.0, 2.0, 1.0))]
    (mask,) = spark.masks(points)
    assert 'd="M0 300l585-260 585 130"' in unquote(mask)
    assert 'd="M0 300l585-260 585 130V340H0z"' in unquote(mask)
    assert 'd="M1170 170h.1"' in unquote(mask)


def test_a_mask_stays_inside_its_quotes() -> None:
    for mask in spark.masks(TREND.spark, TREND.forecast):
        assert mask.startswith("url('data:image/svg+xml,")
        assert not set(mask[5:-2]) & set("'\"<>()\\#&")


@given(some.text(max_size=60))
def test_a_hostile_label_adds_no_tag(label: str) -> None:
    plain, hostile = Tags(), Tags()
    plain.feed(tiles.tile(TREND))
    named: Kpi = replace(KPI, short_fr=label or "x")
    hostile.feed(tiles.tile(replace(TREND, kpi=named)))
    assert hostile.seen == plain.seen
    assert hostile.attributes == plain.attributes


def test_a_script_in_a_label_is_text() -> None:
    named = replace(KPI, short_fr='<script>alert(1)</script>"><img src=x onerror=1>')
    html = tiles.tile(replace(TREND, kpi=named))
    assert "<script" not in html
    assert "<img" not in html


def test_a_link_speaks_the_whole_tile() -> None:
    said = tiles.spoken(TREND).replace("\u00a0", " ")
    assert said == "Occupation : 93,8 %, +1,9 pt / 7 j, Vigilance"


def test_a_skeleton_has_as_many_tiles_as_the_page() -> None:
    assert tiles.skeleton(8).count("ck-skeleton") == 8
