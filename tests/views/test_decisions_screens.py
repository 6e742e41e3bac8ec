"""Votes and decisions, from the sheet of an alert and on their own page; the noise of a month.

The hospital and its three alerts are those of `test_alerts_inbox`: boarders at A (red), expense of
the group (red), absence at B (amber). Site A counts 9 boarders every day from 10 to 20 November.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import i18n, state
from cockpit.alerts.desk import decisions, keep, votes
from cockpit.alerts.desk.decisions import Decision
from cockpit.alerts.desk.life import Act
from cockpit.answers.visit import visit as visited
from cockpit.kpi.catalogue import KPIS
from cockpit.settings import Home
from cockpit.web import first, opened
from tests.support.hospital import Hospital
from tests.views.test_alerts_inbox import EVERY, NOW, ids, judged, role
from tests.views.test_alerts_screens import HOSTILE, fill, press, said
from tests.views.test_screens import visit
from tests.views.test_tiles import words

SHEET = {"as": "bed_manager", "alert": "boarders_now_level", "unit": "A"}
DECIDED = Decision(
    at=datetime(2026, 10, 1, 8),
    who="Mme Roy (bed_manager)",
    what="Ouvrir dix places de SMR",
    owner="Directrice des soins",
    due=date(2026, 10, 12),
    kpi="boarders_now",
    unit="A",
    expected=-3.0,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published once; each test has its own copy. Boarders: 8 a day, 5 from 12 October on."""
    made = Hospital(tmp_path_factory.mktemp("decisions") / "home")
    made.given("""
        boarders_0800 A1 2026-09-01..2026-10-11 8
        boarders_0800 A1 2026-10-12..2026-11-20 5
    """)
    judged(made, *EVERY)
    return made.home.root


def cast(home: Home) -> list[tuple[str, bool, str]]:
    found = votes.votes(state.engine(home), range(10))
    return [(one.who, one.useful, one.why) for one in found]


class TestVotes:
    def test_the_first_vote_asks_the_name_and_the_next_is_one_tap(
        self, app: AppTest, home: Home
    ) -> None:
        visit(app, "alertes", **SHEET)
        assert "|aucun avis|" in said(app)
        press(app, "Inutile")
        fill(app, who_vote="Dr Martin", why_vote="déjà su")
        assert "|0 utile, 1 inutile|" in press(app, "Inutile")
        assert "|1 utile, 0 inutile|" in press(app, "Utile"), "the person changed their mind"
        assert cast(home) == [("Dr Martin (bed_manager)", True, "")]

    def test_a_reason_can_follow_and_is_text_whatever_it_holds(
        self, app: AppTest, home: Home
    ) -> None:
        app.session_state["alert_signature"] = "Dr Martin"
        visit(app, "alertes", **SHEET)
        press(app, "Inutile")
        fill(app, why_reason=HOSTILE)
        press(app, "Enregistrer le motif")
        assert cast(home)[0][2].endswith("Bcc: tous")
        html = "\n".join(part.value for part in app.html)
        assert "&lt;img src=x onerror=alert(1)&gt; ![](http://ailleurs.example/x.png) Bcc" in html
        assert "<img" not in html
        assert all("ailleurs" not in one.value for one in app.markdown)

    def test_a_vote_without_a_name_is_refused_in_words(self, app: AppTest, home: Home) -> None:
        visit(app, "alertes", **SHEET)
        press(app, "Utile")
        assert "« nom » refusé" in press(app, "Utile")
        assert cast(home) == []


def kept() -> list[Decision]:
    made = opened.warehouse().generation()
    found = decisions.decisions(made, role(made, "director_ght"), KPIS)
    return [one.decision for one in found]


class TestDecideOnTheSheet:
    def test_the_alert_gives_its_kpi_unit_and_owner(self, app: AppTest, home: Home) -> None:
        visit(app, "alertes", **SHEET)
        press(app, "Décider")
        expected = next(one for one in app.text_input if str(one.key).startswith("expected_"))
        assert "en patients" in expected.label
        assert expected.placeholder.startswith("\u22123"), "9 against a level of 6"
        fill(app, what="Ouvrir  dix\r\nplaces", expected="-2,5", who_decide="Dr Martin")
        assert "Décision n° 1 notée." in press(app, "Décider")
        (found,) = kept()
        assert (found.what, found.owner, found.expected) == (
            "Ouvrir dix places",
            "Cellule des lits",
            -2.5,
        )
        assert (found.kpi, found.unit) == ("boarders_now", "A")
        assert found.episode == ids(opened.warehouse().generation())["boarders_now_level"]
        assert "|Décisions prises|" in said(app)

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ({"expected": "beaucoup"}, "un nombre, comme"),
            ({"what": " "}, "quelques mots"),
            ({"owner": ""}, "une personne"),
        ],
    )
    def test_what_nobody_could_follow_is_refused_in_words(
        self, app: AppTest, home: Home, typed: dict[str, str], why: str
    ) -> None:
        visit(app, "alertes", **SHEET)
        press(app, "Décider")
        fill(app, **{"what": "Ouvrir dix places", "who_decide": "Dr Martin"} | typed)
        assert why in press(app, "Décider")
        assert kept() == []


def decide(home: Home, **more: object) -> int:
    return decisions.decide(state.engine(home), replace(DECIDED, **more))  # type: ignore[arg-type]


class TestDecisions:
    def test_what_is_open_comes_first_and_what_is_late_says_so(
        self, app: AppTest, home: Home
    ) -> None:
        done = decide(home, what="Faite")
        decisions.carried_out(state.engine(home), done, date(2026, 10, 12))
        decide(home, what="À venir", due=date(2026, 12, 1))
        decide(home, what="Tardive", due=date(2026, 11, 18))
        visit(app, "decisions", **{"as": "bed_manager"})
        text = said(app)
        assert "2 à mener · 1 en retard · 1 menée" in text
        assert text.index("|Tardive|") < text.index("|À venir|") < text.index("|Faite|")
        assert "En retard|échéance le 18 nov.|Tardive|" in text
        assert "trop tôt pour mesurer (encore 4 jours)" in text
        assert "|attendu −3,0 patients · mesuré −3,0 patients|" in text

    def test_before_and_after_are_two_figures_a_change_and_a_curve(
        self, app: AppTest, home: Home
    ) -> None:
        """8 boarders a day for four weeks, then 5."""
        decide(home)
        visit(app, "decisions", **{"as": "bed_manager", "code": "1"})
        text = said(app)
        assert "|Avant · 14 sept.–11 oct.|8,0 patients|" in text
        assert "|Après · 12 oct.–8 nov.|5,0 patients|" in text
        assert "|−3,0 patients|" in text
        assert "L'effet attendu est atteint." in text
        assert "Pas encore menée : compté depuis l'échéance." in text
        assert "Trait vertical : 12 oct." in text
        assert len(app.get("vega_lite_chart")) == 1
        assert "|Valeurs de la courbe|" in text

    def test_the_day_it_was_done_is_noted_with_who_says_so(self, app: AppTest, home: Home) -> None:
        decide(home, due=date(2026, 11, 18))
        visit(app, "decisions", **{"as": "bed_manager", "code": "1"})
        app.date_input[0].set_value(date(2026, 10, 12))
        fill(app, who_done="Dr Martin")
        assert "Menée" in press(app, "Menée à bien")
        assert "|−3,0 patients|" in said(app), "measured from the day it was done"
        line = state.audit_lines(state.engine(home))[0]
        assert (line.who, line.subject) == ("Dr Martin (bed_manager)", "décision 1")

    @pytest.mark.parametrize("name", ["daf", "director_B"])
    def test_a_role_that_does_not_see_the_figure_sees_no_decision(
        self, app: AppTest, home: Home, name: str
    ) -> None:
        decide(home)
        visit(app, "decisions", **{"as": name})
        assert "Ouvrir dix places" not in said(app)
        app.query_params["code"] = "1"
        app.run()
        assert "une décision de votre liste" in said(app)

    def test_a_decision_that_no_alert_led_to(self, app: AppTest, home: Home) -> None:
        visit(app, "decisions", **{"as": "bed_manager", "act": "decide"})
        kpis = next(one for one in app.selectbox if str(one.key).startswith("kpi_"))
        assert not any("Titre 1" in one or "Aucun" in one for one in kpis.options)
        kpis.set_value("boarders_now")
        fill(app, what=HOSTILE, owner="Mme Roy", who_decide="Mme Roy")
        assert "Décision n° 1 notée." in press(app, "Décider")
        (found,) = kept()
        assert (found.kpi, found.unit, found.expected, found.episode) == (
            "boarders_now",
            "G",
            None,
            None,
        )
        html = "\n".join(part.value for part in app.html)
        assert "&lt;img src=x" in html
        assert "<img" not in html


class TestNoise:
    def test_the_month_says_what_each_rule_did_and_leads_to_its_editor(
        self, app: AppTest, home: Home
    ) -> None:
        visit(app, "alertes", **{"as": "bed_manager", "screen": "bruit", "code": "2026-11"})
        text = said(app)
        assert "1 règle a sonné, 1 alerte en tout" in text
        assert "expense" not in text, "finance is not of this role"
        html = "\n".join(part.value for part in app.html)
        assert "screen=regles&amp;alert=boarders_now_level" in html

    def test_without_a_month_the_last_that_had_noise_is_shown(self, app: AppTest) -> None:
        """October was silent; who asks for it is told so."""
        visit(app, "alertes", screen="bruit")
        assert "|novembre 2026|" in said(app)
        assert "|A sonné|" in said(app)
        visit(app, "alertes", screen="bruit", code="2026-10")
        assert "Aucune alerte ne s'est ouverte ce mois-là." in said(app)


def test_the_home_page_and_its_first_screen_say_what_somebody_has(app: AppTest, home: Home) -> None:
    beds = ids(opened.warehouse().generation())["boarders_now_level"]
    visit(app, "synthese")
    assert "|3 unités concernées|" in said(app)
    keep.act(state.engine(home), beds, Act(at=NOW, who="Dr Martin", deed="acknowledge"))
    app.run()
    counted = "|2 alertes, dont 1 prise en main · 3 unités concernées|"
    assert counted in said(app)
    with i18n.use("fr"):
        assert counted in words(first.content(visited(opened.warehouse(), {})))
