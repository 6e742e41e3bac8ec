"""The list of alerts, the sheet of one and the rules, as Streamlit runs them.

The hospital and its three alerts are those of `test_alerts_inbox`.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import clock, state
from cockpit.administer import alert_rules
from cockpit.alerts import dryrun, rulebook
from cockpit.alerts.desk import keep
from cockpit.alerts.followed import followed
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId
from cockpit.settings import Home
from cockpit.views.alert_acts import delayed
from cockpit.views.alert_trial_chart import Tried, describe, spec
from cockpit.web import opened
from tests.support.hospital import Hospital
from tests.views.test_alerts_inbox import EVERY, ids, judged
from tests.views.test_screens import visit
from tests.views.test_tiles import words

HOSTILE = "<img src=x onerror=alert(1)> ![](http://ailleurs.example/x.png) \r\nBcc: tous"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published once; each test has its own copy."""
    made = Hospital(tmp_path_factory.mktemp("alerts") / "home")
    made.given("""
        patients_0800  A1  2026-11-10..2026-11-20  9
        boarders_0800  A1  2026-11-01..2026-11-09  2
        boarders_0800  A1  2026-11-10..2026-11-20  9
    """)
    judged(made, *EVERY)
    return made.home.root


def said(app: AppTest) -> str:
    assert not app.exception
    html = "\n".join(part.value for part in app.html)
    return words(html).replace("\u00a0", " ").replace("&#x27;", "'")


def press(app: AppTest, label: str) -> str:
    next(one for one in app.button if one.label == label).click().run()
    return said(app)


def fill(app: AppTest, **typed: str) -> None:
    """Each named field of the form that is open."""
    for name, text in typed.items():
        widgets = [*app.text_input, *app.text_area]
        next(one for one in widgets if str(one.key).startswith(f"{name}_")).set_value(text)


def badge(app: AppTest) -> str:
    nav = next(part.value for part in app.html if "ck-nav" in part.value)
    return nav.split('ck-badge">')[1].split("<")[0] if "ck-badge" in nav else ""


def test_a_card_says_what_where_since_when_and_what_to_do(app: AppTest) -> None:
    visit(app, "alertes", **{"as": "bed_manager"})
    text = said(app)
    assert "À prendre" not in text, "what is new is for somebody to take: said once"
    assert "|depuis le 18 nov.|" in text
    assert "|boarders_now_level · Site A : 9|" in text
    assert "|Ouvrir des lits tampons|" in text
    assert "|Nouveau|" in text, "it opened since the last visit"
    assert "eprd_variance" not in text, "finance is not of this role"


def test_acknowledging_asks_the_name_once_then_takes_one_tap(app: AppTest, home: Home) -> None:
    visit(app, "alertes")
    assert badge(app) == "2"
    press(app, "Acquitter")
    fill(app, who="Dr Martin")
    assert "1 alerte acquittée." in press(app, "Acquitter")
    assert badge(app) == "1", "what somebody has is no longer counted"
    assert "1 alerte acquittée." in press(app, "Acquitter")
    assert badge(app) == ""
    by = [one.episode.acknowledged_by for one in keep.open_episodes(state.engine(home))]
    assert sorted(by) == ["", "Dr Martin (director_ght)", "Dr Martin (director_ght)"]


def test_an_act_without_a_name_or_a_reason_is_refused_in_words(app: AppTest, home: Home) -> None:
    visit(app, "alertes", **{"as": "bed_manager"})
    press(app, "Différer")
    assert "« nom » refusé" in press(app, "Différer")
    fill(app, who="Dr Martin")
    assert "une raison en quelques mots" in press(app, "Différer")
    fill(app, why="a" * 10_000)
    assert "un texte de 500 caractères au plus" in press(app, "Différer")
    assert [one.value for one in app.text_area] == ["a" * 10_000], "what was pasted is still there"
    assert keep.open_episodes(state.engine(home))[0].episode.snoozed_until is None


def test_what_is_put_off_stands_apart_with_who_and_why(app: AppTest) -> None:
    visit(app, "alertes", **{"as": "bed_manager"})
    press(app, "Différer")
    fill(app, who="Dr Martin", why="Lits ouverts à 8 h")
    assert "1 alerte différée." in press(app, "Différer")
    assert badge(app) == ""
    app.session_state["snoozed"] = True
    app.run()
    text = said(app)
    assert "par Dr Martin (Cellule des lits) : Lits ouverts à 8 h" in text
    assert "Aucune alerte ouverte ici." in text


def test_an_address_cannot_open_the_form_of_an_alert_out_of_sight(app: AppTest, home: Home) -> None:
    made = opened.warehouse().generation()
    code = str(ids(made)["boarders_now_level"])
    visit(app, "alertes", **{"as": "daf", "act": "acknowledge", "code": code})
    assert [one for one in app.text_input if str(one.key).startswith("who_")] == []


def test_the_sheet_shows_the_history_and_a_hostile_comment_as_text(app: AppTest) -> None:
    visit(app, "alertes", **{"as": "bed_manager", "alert": "boarders_now_level", "unit": "A"})
    assert "Attribuer les premières sorties du matin" in said(app)
    fill(app, why=HOSTILE, who="Dr <b>Martin</b>")
    press(app, "Noter")
    html = "\n".join(part.value for part in app.html)
    assert "&lt;img src=x onerror=alert(1)&gt; ![](http://ailleurs.example/x.png) Bcc: tous" in html
    assert "<img" not in html
    assert "Dr &lt;b&gt;Martin" in html
    assert all("ailleurs" not in one.value for one in app.markdown), "never read as markdown"


def test_the_sheet_of_a_family_that_the_role_does_not_see_says_so(app: AppTest) -> None:
    visit(app, "alertes", **{"as": "daf", "alert": "boarders_now_level", "unit": "A"})
    assert "Votre profil ne donne pas accès" in said(app)
    assert "Site A : 9" not in said(app)


def test_a_director_changes_a_level_and_the_file_holds_it(app: AppTest, home: Home) -> None:
    rule = {"screen": "regles", "alert": "boarders_now_level"}
    visit(app, "alertes", **rule)
    app.text_input(key="rule_levels_red").set_value("14")
    app.text_input(key="rule_wait").set_value("3")
    app.text_input(key="rule_who").set_value("Mme Roy")
    assert "Règle enregistrée." in press(app, "Enregistrer")
    saved = rulebook.load(home).get("boarders_now_level")
    assert (saved.levels.red, saved.wait) == (14, 3)
    line = state.audit_lines(state.engine(home))[0]
    assert (line.who, line.subject) == ("Mme Roy (director_ght)", "boarders_now_level")


def test_a_level_that_is_wrong_is_refused_in_words(app: AppTest, home: Home) -> None:
    visit(app, "alertes", screen="regles", alert="boarders_now_level")
    app.text_input(key="rule_who").set_value("Mme Roy")
    app.text_input(key="rule_levels_red").set_value("beaucoup")
    assert "un nombre" in press(app, "Enregistrer")
    app.text_input(key="rule_levels_red").set_value("2")
    assert "une alerte > vigilance" in press(app, "Enregistrer").replace("&gt;", ">")
    assert not (home.root / "alerts.toml").exists()


def test_a_site_director_changes_own_units_only(app: AppTest, home: Home) -> None:
    rule = {"as": "director_A", "screen": "regles", "alert": "boarders_now_level"}
    visit(app, "alertes", **rule)
    assert [one for one in app.text_input if one.key == "rule_levels_red"] == []
    assert not any("Site B" in option for option in app.selectbox(key="rule_more").options)
    app.selectbox(key="rule_more").set_value("A")
    app.text_input(key="rule_more_red").set_value("20")
    app.text_input(key="rule_who").set_value("M. Petit")
    press(app, "Enregistrer")
    saved = rulebook.load(home).get("boarders_now_level")
    assert saved.units[UnitId("A")].levels.red == 20
    assert saved.levels.is_empty


def test_who_does_not_direct_reads_the_rules_and_sees_no_form(app: AppTest) -> None:
    visit(
        app, "alertes", **{"as": "bed_manager", "screen": "regles", "alert": "boarders_now_level"}
    )
    assert "Votre profil lit les règles" in said(app)
    assert not app.text_input


def test_an_admin_goes_back_to_the_shipped_rule(app: AppTest, home: Home) -> None:
    alert_rules.save(home, "boarders_now_level", {"wait": 3, "enabled": False}, "test")
    visit(app, "alertes", **{"as": "admin", "screen": "regles", "alert": "boarders_now_level"})
    assert "|Désactivée|" in said(app)
    app.text_input(key="rule_back_who").set_value("DSI")
    assert "Règle remise comme livrée." in press(app, "Revenir à la règle livrée")
    assert rulebook.load(home).get("boarders_now_level").wait == 1


@pytest.mark.parametrize(
    ("chosen", "end"),
    [
        ("hours", datetime(2026, 11, 22, 8, 30)),
        ("tomorrow", datetime(2026, 11, 23, 7, 0)),
        ("monday", datetime(2026, 11, 23, 7, 0)),
        ("week", datetime(2026, 11, 29, 6, 30)),
    ],
)
def test_a_delay_ends_on_the_clock_of_paris(chosen: str, end: datetime) -> None:
    """Sunday 22 November 2026, 07:30 in Paris, 06:30 UTC."""
    assert delayed(chosen, clock.in_paris(datetime(2026, 11, 22, 6, 30))) == end


RULE = {"screen": "regles", "alert": "boarders_now_level"}


def test_what_is_typed_is_tried_before_it_is_saved(app: AppTest, home: Home) -> None:
    """Nine patients at A from 10 to 20 November: vigilance from 6, none from 12."""
    visit(app, "alertes", **RULE)
    app.text_input(key="rule_levels_amber").set_value("12")
    app.text_input(key="rule_levels_red").set_value("14")
    shown = press(app, "Essayer sans enregistrer")
    assert "1 fois → 0 fois : 1 de moins." in shown
    assert "1 alerte connue n'aurait pas été dite : Site A 18/11/2026." in shown
    assert not (home.root / "alerts.toml").exists()
    assert "Règle enregistrée." not in shown


def test_who_only_reads_compares_other_numbers_and_cannot_save_them(app: AppTest) -> None:
    app.session_state["trial"] = True
    visit(app, "alertes", **RULE, **{"as": "bed_manager"})
    assert "Aurait sonné 1 fois en 12 mois, dont 0 en alerte, dans 1 unité." in said(app)
    app.text_input(key="trial_amber").set_value("9")
    assert "Rien ne change : 1 fois avec ces nombres aussi." in press(app, "Comparer")
    app.text_input(key="trial_amber").set_value("beaucoup")
    assert "un nombre" in press(app, "Comparer")
    assert "Enregistrer" not in {button.label for button in app.button}


def test_an_admin_adds_a_rule_then_takes_it_out(app: AppTest, home: Home) -> None:
    new = {"screen": "regles", "act": "ajouter", "kind": "level", "kpi": "boarders_now"}
    visit(app, "alertes", **new, **{"as": "admin"})
    app.text_input(key=_key(app, "amber")).set_value("4")
    app.text_input(key=_key(app, "red")).set_value("7")
    app.text_input(key="rule_new_lever_fr").set_value(f'"]\n[[rule]] {HOSTILE}')
    app.text_area(key="rule_card").set_value("Appeler les services\n\nOuvrir un lit")
    assert "Aurait sonné 1 fois" in press(app, "Essayer sans enregistrer")
    assert not (home.root / "alerts.toml").exists()
    app.text_input(key="rule_who").set_value("Mme Roy")
    assert "Règle ajoutée." in press(app, "Ajouter")
    added = rulebook.load(home).get("boarders_now_level_2")
    assert (added.levels.amber, added.levels.red, added.at) == (4, 7, ("establishment",))
    assert added.card == ("Appeler les services", "Ouvrir un lit")
    assert rulebook.load(home).errors == ()
    app.text_input(key="rule_gone_who").set_value("Mme Roy")
    assert "Règle supprimée." in press(app, "Supprimer cette règle")
    assert "boarders_now_level_2" not in rulebook.load(home).by_id


def _key(app: AppTest, level: str) -> str:
    keys = (str(one.key) for one in app.text_input)
    return next(key for key in keys if key.startswith("rule_new_levels") and key.endswith(level))


def test_only_who_administers_adds_a_rule(app: AppTest) -> None:
    visit(app, "alertes", screen="regles", act="ajouter")
    assert "Votre profil ne donne pas accès" in said(app)
    assert not app.text_input
    visit(app, "alertes", screen="regles")
    assert "Ajouter une règle" not in said(app)


def test_the_curve_of_a_try_marks_each_time_and_draws_the_levels(home: Home) -> None:
    made = Hospital(home.root)
    generation = made.warehouse.generation()
    rule, days = rulebook.shipped()["boarders_now_level"], (date(2026, 9, 1), date(2026, 11, 20))
    reader = dryrun.reader_over(generation, made.scope(), KPIS.values(), *days)
    found = dryrun.trial(rule, reader).firings
    drawing = Tried(
        KPIS[KpiId("boarders_now")], followed(rule, reader, UnitId("A")), found, gone=found
    )
    layers = [one["data"]["values"] for one in spec(drawing)["layer"] if "data" in one]
    assert {"day": "2026-11-10", "value": 9.0} in layers[-1]
    assert {one["level"] for values in layers for one in values if "level" in one} == {6, 10}
    assert "1 marque : mar. 10 nov." in describe(drawing)
