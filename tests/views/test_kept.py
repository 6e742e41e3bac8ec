"""What a page keeps for the next gesture: made once, never shown to who may not see it.

Two sites of the small hospital, in November 2026, whose figures differ everywhere:

    ed_visits  A3  100 a day, 120 on the 20th     B1   50 a day
    beds       A1    9 of 10 taken                B2    4 of  8 taken
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import FrameType

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.i18n import LANGUAGES, use
from cockpit.kpi.model import Grain
from cockpit.series.curve import curve
from cockpit.series.model import Period
from cockpit.series.trend import trends
from cockpit.views import charts, widgets
from cockpit.views.context import Context, build, roles
from cockpit.views.params import Params
from cockpit.views.screens import explorer
from cockpit.warehouse.attach import Warehouse
from cockpit.web import opened
from tests.support.hospital import Hospital
from tests.views.conftest import MAIN

FIGURES = """
    patients_0800  A1  2026-10-01..2026-11-20  9
    beds_open_0800 A1  2026-10-01..2026-11-20  10
    patients_0800  B2  2026-10-01..2026-11-20  4
    beds_open_0800 B2  2026-10-01..2026-11-20  8
    ed_visits      A3  2026-10-01..2026-11-19  75+ 100
    ed_visits      A3  2026-11-20              75+ 120
    ed_visits      B1  2026-10-01..2026-11-20  75+ 50
"""
_NAMES = ("ed_visits", "bed_occupancy_now")
_MAKERS = {("charts.py", "drawing"), ("charts.py", "rows"), ("charts.py", "point_rows")}
_MAKERS |= {("charts.py", "bar_rows"), ("tiles.py", "tile"), ("explorer.py", "read")}


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    made = Hospital(tmp_path_factory.mktemp("kept") / "home")
    made.given(FIGURES)
    return made


@pytest.fixture
def visits(hospital: Hospital) -> list[Context]:
    """Every role at its top and at the first unit below, each period and language, shuffled."""
    generation = Warehouse(hospital.home).generation()
    asked = []
    for scope, period, spoken in product(
        roles(generation.units), (Period.DAY, Period.MONTH), LANGUAGES
    ):
        for unit in (scope.roots[0], generation.units.children(scope.roots[0])[0].id):
            params = Params(role=scope.role, unit=unit, period=period, language=spoken)
            asked.append(build(generation, scope, params))
    random.Random(1).shuffle(asked)
    return asked


def test_a_kept_curve_is_that_of_who_asks(visits: list[Context]) -> None:
    for here in [*visits, *visits]:
        with use(here.language):
            for kpi in here.having(*_NAMES):
                points = curve(here.generation, here.scope, kpi, here.unit.id, here.period)
                kept, anew = widgets.drawing(here, points, kpi), charts.drawing(points, kpi)
                assert kept.rows.equals(anew.rows)
                assert (kept.spec, kept.said, kept.table) == (anew.spec, anew.said, anew.table)


def test_kept_tiles_are_those_of_who_asks_and_lead_to_their_address(visits: list[Context]) -> None:
    """Also of two groups on one page, and of two tabs of it."""
    for one, tab, names in product([*visits, *visits], (None, "matin"), (_NAMES, _NAMES[:1])):
        here = replace(one, params=replace(one.params, tab=tab))
        with use(here.language):
            ask = (here.generation, here.scope, here.having(*names), here.unit.id, here.period)
            found = trends(*ask)
            assert widgets.kept_tiles(here, found) == widgets.tile_grid(here, found)


def test_a_kept_choice_of_the_explorer_is_that_of_who_asks(visits: list[Context]) -> None:
    for here in [*visits, *visits]:
        with use(here.language):
            for kpi, split in product(here.having(*_NAMES), ("", "unit")):
                rows = explorer.read(here, kpi, Grain.MONTH, split)
                kept = explorer.answer(here, kpi, Grain.MONTH, split)
                assert list(kept.rows) == rows
                told = explorer.table(kpi, Grain.MONTH, rows) if rows else None
                assert (kept.drawn.table if kept.drawn else None) == told


def test_nothing_kept_for_a_site_is_found_by_the_other(visits: list[Context]) -> None:
    tops = {here.scope.roots: here for here in visits if here.unit.id == here.scope.roots[0]}
    said = []
    for here in tops.values():
        (kpi,) = here.having("ed_visits")
        points = curve(here.generation, here.scope, kpi, here.unit.id, Period.DAY)
        with use("fr"):
            said.append(widgets.drawing(here, points, kpi).said.split("\u00a0")[0])
    assert sorted(said) == ["120", "170", "50"]


@pytest.fixture
def app(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-21")
    opened.warehouse.cache_clear()
    yield AppTest.from_file(str(MAIN), default_timeout=30)
    opened.warehouse.cache_clear()


@pytest.mark.parametrize("page", ["synthese", "indicateur", "capacite", "activite", "explorer"])
def test_a_page_drawn_again_makes_no_curve_and_no_tile_anew(app: AppTest, page: str) -> None:
    """Half of what a gesture cost the processor."""
    app.query_params["kpi"] = "ed_visits"
    app.run()
    assert page == "synthese" or _made(lambda: app.switch_page(f"../../pages/{page}.py").run())
    assert _made(app.run) == set()
    assert not app.exception


def _made(run: Callable[[], object]) -> set[tuple[str, str]]:
    """The makers of curves and tiles that a run calls, in the thread of its script."""
    called: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call":
            code = frame.f_code
            called.add((Path(code.co_filename).name, code.co_name))

    threading.setprofile(note)
    try:
        run()
    finally:
        threading.setprofile(None)
    return called & _MAKERS
