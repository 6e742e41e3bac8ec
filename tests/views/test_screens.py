"""Every screen as Streamlit runs it, on a small published hospital.

Two sites; A1 and A2 have 10 beds each, 9 and 8 patients at 8 h on 20 November 2026:

    occupancy  A1 9/10 = 90 %   A2 8/10 = 80 %   whole 17/20 = 85,0 %
    ed_visits  A3 100 on each day of 1 to 20 November, 120 on the 20th; B1 50 each day
    expenses   A1, title 1: 100 k€ in each month of 2026 to October, voted 90 k€
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.web import opened
from tests.support.hospital import Hospital
from tests.views.conftest import MAIN
from tests.views.test_tiles import words

FIGURES = """
    patients_0800  A1  2026-11-10..2026-11-20  9
    patients_0800  A2  2026-11-10..2026-11-20  8
    beds_open_0800 A1  2026-11-10..2026-11-20  10
    beds_open_0800 A2  2026-11-10..2026-11-20  10
    beds_installed A1  2026-11-10..2026-11-20  12
    beds_installed A2  2026-11-10..2026-11-20  10
    beds_open      A1  2026-11-10..2026-11-20  10
    beds_open      A2  2026-11-10..2026-11-20  10
    ed_visits      A3  2026-11-01..2026-11-19  75+ 100
    ed_visits      A3  2026-11-20              75+ 120
    ed_visits      B1  2026-11-01..2026-11-20  75+ 50
    expense_eur    A1  2026-01..2026-10  1/6411  100000
    expense_eur    A1  2026-01..2026-12  1/6411  @budget 90000
"""
PAGES = (
    "synthese", "alertes", "capacite", "finances", "rh", "activite", "explorer", "indicateur",
    "sources", "plus", "scenarios", "fiabilite", "decisions",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    hospital = Hospital(tmp_path_factory.mktemp("views") / "home")
    hospital.given(FIGURES)
    return hospital.home.root


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("COCKPIT_HOME", str(home))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-21")
    opened.warehouse.cache_clear()
    yield AppTest.from_file(str(MAIN), default_timeout=30)
    opened.warehouse.cache_clear()


def visit(app: AppTest, page: str, **query: str) -> str:
    """The HTML of a page at an address, all parts joined."""
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "synthese":
        app.switch_page(f"../../pages/{page}.py").run()
    assert not app.exception
    return "\n".join(part.value for part in app.html)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_drawn_for_the_one_who_administers(app: AppTest, page: str) -> None:
    html = visit(app, page, **{"as": "admin"})
    assert html.count("<h1>") == 1
    assert "Page indisponible" not in html


@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_english(app: AppTest, page: str) -> None:
    html = visit(app, page, **{"as": "admin", "lang": "en"})
    assert "unavailable" not in html.split("<h1>")[0]
    assert html.count("<h1>") == 1


def test_the_home_page_says_where_when_and_how_we_stand(app: AppTest) -> None:
    said = words(visit(app, "synthese"))
    assert "GHT d'essai · sam. 21 nov." in said.replace("&#x27;", "'")
    assert "|Occupation|85,0| |%|" in said
    assert "|Passages urgences|170| |passages|" in said
    assert said.count("|n.d.|") > 0, "a KPI that nothing feeds is not a zero"


def test_the_home_page_has_at_most_eight_tiles_and_no_chart(app: AppTest) -> None:
    html = visit(app, "synthese")
    assert 1 <= html.count('class="ck-tile') <= 8
    assert not app.get("vega_lite_chart")


def test_an_address_restores_unit_period_and_kpi(app: AppTest) -> None:
    query = {"unit": "A1", "kpi": "bed_occupancy_now", "period": "7d"}
    said = words(visit(app, "indicateur", **query))
    assert "|UF A1|" in said
    assert "90,0 %" in said
    assert app.query_params["unit"] == "A1"


def test_the_sheet_leads_to_the_units_that_explain_the_change(app: AppTest) -> None:
    said = words(visit(app, "indicateur", kpi="ed_visits"))
    assert "|Où ?|" in said
    assert "|Site A |100 passages → 120 passages|+20,0|" in said


def test_the_bed_table_has_one_line_per_unit_with_beds(app: AppTest) -> None:
    said = words(visit(app, "capacite"))
    assert said.index("UF A1") < said.index("UF A2"), "the tightest first"
    assert "|UF A1|90,0 %|" in said
    assert "|10|2|12|" in said, "open, closed, installed"


def test_accounts_compare_actual_with_budget_to_date(app: AppTest) -> None:
    """Ten months: 1 000 k€ booked, 900 k€ voted, so -100 k€ on the result."""
    said = words(visit(app, "finances"))
    assert "Réalisé|1 000 k€|" in said
    assert "Budget à date|900 k€|" in said
    assert "Effet|" in said
    assert "|−100 k€|" in said


def test_a_role_does_not_see_the_page_of_another(app: AppTest) -> None:
    said = words(visit(app, "finances", **{"as": "drh"}))
    assert "Accès réservé" in said
    assert "k€" not in said


def test_only_those_who_administer_see_the_sources(app: AppTest) -> None:
    assert "Accès réservé" in words(visit(app, "sources"))


def test_a_unit_of_another_site_is_one_sentence(app: AppTest) -> None:
    html = visit(app, "synthese", **{"as": "director_A", "unit": "B1"})
    assert "Cette unité n&#x27;existe pas dans votre périmètre." in html
    app.button[0].click().run()
    assert "Site A" in "".join(part.value for part in app.html), "one tap leads back"


def test_an_unknown_kpi_is_one_sentence(app: AppTest) -> None:
    assert "Cet indicateur n&#x27;existe pas" in visit(app, "indicateur", kpi="nope")


def links(html: str) -> dict[str, str]:
    """Words of each link that has some -> its address."""
    found = re.findall(r'<a class="ck-link[^"]*" href="([^"]*)"[^>]*>(.*?)</a>', html)
    return {words(said).strip("|"): unescape(address) for address, said in found if said}


@pytest.mark.parametrize("page", ["synthese", "activite", "rh", "indicateur"])
def test_the_period_switch_leads_to_the_same_page_and_marks_the_present_period(
    app: AppTest, page: str
) -> None:
    html = visit(app, page, period="7d", unit="A")
    there = links(html)
    assert there["Mois"] == f"/{'' if page == 'synthese' else page}?unit=A&period=month"
    marked = re.findall(r'aria-current="true">([^<]*)<', html)
    assert marked == ["7 j"]


def test_a_tab_keeps_role_unit_and_period_and_leaves_the_rest(app: AppTest) -> None:
    html = visit(app, "indicateur", **{"as": "admin", "unit": "A", "period": "7d", "kpi": "births"})
    there = links(html)
    assert there["bed|Capacité"] == "/capacite?as=admin&unit=A&period=7d"
    assert there["notifications|Alertes"] == "/alertes?as=admin&period=7d"
    assert there["monitoring|Synthèse"] == "/?as=admin&period=7d"
    assert re.findall(r'aria-current="page"><[^>]*>(\w+)<', html) == ["monitoring"]


def test_the_home_page_kept_for_one_scope_is_not_shown_to_another(app: AppTest) -> None:
    """Visits in turn, so that each answer was kept before the next one asks."""
    for _turn in range(2):
        for role, figure, named in (
            ("director_ght", "170", "GHT d'essai"),
            ("director_A", "120", "Site A"),
            ("director_B", "50", "Site B"),
        ):
            said = words(unescape(visit(app, "synthese", **{"as": role})))
            assert f"|{figure}| |passages|" in said
            assert f"{named} · sam. 21 nov." in said
            assert f"as={role}" in "".join(part.value for part in app.html)
    assert "Passages urgences" not in visit(app, "synthese", **{"as": "drh_nobody"})


def test_the_home_page_kept_in_french_is_not_shown_in_english(app: AppTest) -> None:
    assert "Indicateurs clés" in visit(app, "synthese")
    assert "Indicateurs clés" not in visit(app, "synthese", lang="en")


def test_a_newer_generation_replaces_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = Hospital(tmp_path / "home")
    hospital.given("ed_visits A3 2026-11-01..2026-11-20 75+ 100")
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-21")
    opened.warehouse.cache_clear()
    app = AppTest.from_file(str(MAIN), default_timeout=30)
    assert "|100| |passages|" in words(visit(app, "synthese"))
    hospital.given("ed_visits A3 2026-11-01..2026-11-20 75+ 130")
    assert "|130| |passages|" in words(visit(app, "synthese"))
    opened.warehouse.cache_clear()


def test_the_explorer_splits_by_unit(app: AppTest) -> None:
    said = words(visit(app, "explorer", kpi="ed_visits", split="unit", grain="week"))
    assert "|Site A|" in said
    assert "|Site B|" in said


def test_a_period_so_far_is_in_the_table_and_not_in_the_line(app: AppTest) -> None:
    said = words(visit(app, "explorer", kpi="ed_visits", grain="week"))
    assert "en cours" in said, "the week of 16 November ends on the 22nd"
    line = said.split("Entre")[0]
    assert "S47" not in line.split("|")[-1]


def test_a_tap_on_an_account_shows_the_units_that_book_it(app: AppTest) -> None:
    said = words(visit(app, "finances", facet="expense/1/6411"))
    assert "Tous les comptes du titre" in said
    assert "|Site A|" in said
    assert "|1 000 k€|" in said
