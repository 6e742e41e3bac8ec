"""Pages without any script: the brief, the KPI sheet, the lite version of every other page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from cockpit.answers.visit import scopes_of
from cockpit.kpi.catalogue import KPIS
from cockpit.views import nav
from cockpit.web import own
from cockpit.web.opened import warehouse

PAGES = ["/brief", "/fiche?kpi=ed_visits", "/?lite=1", "/activite?lite=1", "/alertes?lite=1"]
EVERY = ["/brief", "/fiche", *(f"/{page.url_path}?lite=1" for page in nav.PAGES)]


def words(text: str) -> str:
    """What a reader sees, with plain spaces."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


def joined(path: str, more: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{more}"


class TestDocument:
    @pytest.mark.parametrize("path", PAGES)
    def test_a_page_is_whole_without_any_script_font_or_outside_host(
        self, client: TestClient, path: str
    ) -> None:
        text = client.get(path).text
        assert "<script" not in text
        assert "@font-face" not in text
        assert re.findall(r'<link rel="\w+" href="([^"]+)"', text) == [
            "/icons/32.png",
            own.address("cockpit.css"),
        ]
        assert not re.search(r"(?:https?:)?//[a-z]", text)
        assert text.count("<h1>") == text.count("<main ") == text.count("<footer ") == 1
        assert '<html lang="fr">' in text
        assert '<a class="ck-skip" href="#content">' in text

    @pytest.mark.parametrize("path", PAGES)
    def test_every_link_stays_without_script_but_the_way_to_the_application(
        self, client: TestClient, path: str
    ) -> None:
        links = [
            unescape(one) for one in re.findall(r'<a [^>]*href="([^"]+)"', client.get(path).text)
        ]
        *light, full = [link for link in links if not link.startswith("#")]
        assert "lite=0" in full
        assert [
            one for one in light if not re.match(r"/(brief|fiche|accessibilite)\b|.*lite=1", one)
        ] == []

    @pytest.mark.parametrize("path", ["/", "/brief", "/fiche"])
    def test_a_page_says_which_state_it_shows_and_since_when(
        self, client: TestClient, path: str
    ) -> None:
        number = client.get("/readyz").json()["generation"]
        found = re.search(
            r'<main [^>]*data-generation="(\d+)" data-at="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"',
            client.get(path).text,
        )
        assert found
        assert int(found[1]) == number

    def test_a_printed_page_says_whose_it_is_and_what_it_was_made_from(
        self, client: TestClient
    ) -> None:
        foot = client.get("/brief").text.partition("<footer")[2]
        number = client.get("/readyz").json()["generation"]
        for said in ("Mon établissement", "mercredi 4 mars 2026", f"état n° {number}"):
            assert said in words(foot)

    def test_english_is_english_down_to_the_footer(self, client: TestClient) -> None:
        text = client.get("/fiche?kpi=ed_visits&lang=en").text
        assert '<html lang="en">' in text
        assert "figures published on" in text
        assert "Open in Cockpit" in text
        assert "lang=en" in text.partition("ck-switch")[2]

    @pytest.mark.parametrize("path", EVERY)
    def test_no_page_is_heavy(self, client: TestClient, path: str) -> None:
        answer = client.get(path, headers={"accept-encoding": "identity"})
        assert answer.status_code in {200, 403}
        assert len(answer.content) <= 50_000


class TestSheet:
    def test_the_figures_are_those_of_the_api(self, client: TestClient) -> None:
        """Unit 20: 40, 45 then 50 visits."""
        said = client.get("/api/v1/kpis/ed_visits/series?unit=20&grain=day").json()
        values = [point["value"] for point in said["points"]]
        text = client.get("/fiche?kpi=ed_visits&unit=20").text
        assert '<p class="ck-value">50\u00a0passages</p>' in text
        table = text.partition("<table")[2]
        cells = re.findall(r'data-label="Valeur">(\d+)\u00a0passages', table)
        assert values == [40, 45, 50]
        assert [int(cell) for cell in cells] == [50, 45, 40]

    def test_the_curve_is_drawn_named_and_followed_by_a_real_table(
        self, client: TestClient
    ) -> None:
        text = client.get("/fiche?kpi=ed_visits&unit=20").text
        assert '<svg class="ck-plot" role="img" aria-labelledby="drawn-ed_visits"' in text
        assert '<path class="ck-actual"' in text
        assert re.search(r"<details[^>]*><summary>Voir les valeurs</summary><div[^>]*><table", text)

    def test_a_unit_below_and_a_period_are_one_link_away(self, client: TestClient) -> None:
        links = unescape(client.get("/fiche?kpi=ed_visits&period=day").text)
        assert "/fiche?unit=1&period=day&kpi=ed_visits" in links
        assert "/fiche?period=month&kpi=ed_visits" in links
        below = client.get("/fiche?kpi=ed_visits&unit=10&period=day").text
        assert 'href="/fiche?unit=1&amp;period=day&amp;kpi=ed_visits"' in below
        assert "/indicateur?unit=10&period=day&kpi=ed_visits&lite=0" in unescape(below)

    @pytest.mark.parametrize(
        ("query", "status", "sentence"),
        [
            ("kpi=nope", 404, "Cet indicateur n'existe pas"),
            ("kpi=<script>", 404, "Cet indicateur n'existe pas"),
            ("kpi=ed_visits&unit=999", 404, "Cette unité n'existe pas dans votre périmètre"),
            ("kpi=ed_visits&unit=<b>", 404, "Cette unité n'existe pas dans votre périmètre"),
            ("kpi=ed_visits&unit=20&as=director_1", 404, "Cette unité n'existe pas"),
            ("kpi=absence_rate&as=daf", 403, "Votre profil ne donne pas accès"),
            ("as=root", 400, "Voir comme"),
            ("kpi=nope&lang=en", 404, "does not exist"),
        ],
    )
    def test_what_cannot_be_shown_is_one_sentence_and_a_way_back(
        self, client: TestClient, query: str, status: int, sentence: str
    ) -> None:
        answer = client.get(f"/fiche?{query}")
        assert answer.status_code == status
        assert sentence in words(answer.text)
        assert 'href="/brief' in answer.text
        assert "<script" not in answer.text

    def test_labels_of_the_hospital_are_escaped(self, client: TestClient) -> None:
        text = client.get("/fiche?kpi=ed_visits").text
        assert "CH &lt;b&gt;Deux" in text
        assert "<b>Deux" not in text

    def test_a_kpi_without_figures_says_what_is_missing(self, client: TestClient) -> None:
        text = client.get("/fiche?kpi=absence_rate").text
        assert "n'est pas disponible pour ce périmètre" in words(text)
        assert "<svg" not in text.partition("<main")[2]


class TestLite:
    @pytest.mark.parametrize("path", ["/", "/indicateur?kpi=ed_visits", "/finances", "/explorer"])
    def test_a_browser_that_saves_data_gets_no_script(self, client: TestClient, path: str) -> None:
        saving = {"save-data": "on"}
        lite, full = (
            client.get(path, headers=saving),
            client.get(joined(path, "lite=0"), headers=saving),
        )
        assert "<script" not in lite.text
        assert "<script" in full.text
        assert "Version complète" in lite.text
        for answer in (lite, full, client.get(path)):
            assert "save-data" in answer.headers["vary"].lower()

    def test_less_data_can_be_asked_for_by_the_address(self, client: TestClient) -> None:
        assert words(client.get("/?lite=1").text).replace("Version complète", "") == words(
            client.get("/brief").text
        ).replace("Ouvrir Cockpit", "")
        sheet = client.get("/indicateur?kpi=ed_visits&unit=20&lite=1").text
        assert "50\u00a0passages" in sheet

    def test_the_full_version_still_shows_figures_before_the_framework(
        self, client: TestClient
    ) -> None:
        assert '<div id="first"' in client.get("/?lite=0").text

    def test_a_family_is_a_short_list_of_its_kpis(self, client: TestClient) -> None:
        text = client.get("/activite?lite=1&unit=20").text
        assert "50\u00a0passages" in text
        assert "/fiche?unit=20&kpi=ed_visits" in unescape(text)

    def test_a_page_that_needs_a_script_says_so_over_the_brief(self, client: TestClient) -> None:
        text = words(client.get("/explorer?lite=1").text)
        assert "« Explorer » n'a pas de version légère. Voici la synthèse." in text

    def test_a_closed_page_is_closed_in_lite_too(self, client: TestClient) -> None:
        assert client.get("/finances?lite=1&as=drh").status_code == 403
        assert client.get("/sources?lite=1").status_code == 403
        assert client.get("/nowhere?lite=1").status_code == 404


def test_no_page_of_a_role_names_what_another_role_sees(client: TestClient) -> None:
    """Every role, every page: no unit outside its own, no KPI of a family that it does not see."""
    generation = warehouse().generation()
    with_figures = 0
    for scope in scopes_of(generation):
        within = generation.units.is_within
        others = [unit for unit in generation.units if not within(unit.id, scope.roots)]
        closed = [kpi for kpi in KPIS.values() if kpi.domain not in scope.domains]
        for page in EVERY:
            answer = client.get(joined(page, f"as={scope.role}"))
            assert answer.status_code in {200, 403}, page
            text = words(answer.text)
            assert [unit.label for unit in others if unit.label in text] == [], (scope.role, page)
            assert not re.search(
                "|".join(rf"unit={unit.id}\b" for unit in others) or "$^", answer.text
            )
            assert not {kpi.id for kpi in closed} & set(re.findall(r"kpi=(\w+)", answer.text))
            with_figures += "passages" in text
    assert with_figures > len(EVERY)
