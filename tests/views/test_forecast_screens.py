"""The forecast on a KPI's sheet and the accuracy page, on a hospital that publishes each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import state
from cockpit.administer import events as editor
from cockpit.forecast import events, oversight
from cockpit.forecast.oversight import overseen
from cockpit.web import opened
from tests.forecast.overseen import SITE, VISITS, YESTERDAY, forecast, published
from tests.support.hospital import Hospital
from tests.views.test_screens import MAIN, visit
from tests.views.test_tiles import words

MISSED = date(2026, 10, 20)
STRUCTURE = "unit;parent;level;label\nGHT;;group;GHT\nA;GHT;establishment;Site A\nB;GHT;establishment;Site B\n"
SHEET = {"kpi": "ed_visits", "unit": "A"}


@pytest.fixture
def home(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Hospital:
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    made = published(hospital)
    made.home.structure.write_text(STRUCTURE, "utf-8")
    return made


@pytest.fixture
def app(home: Hospital) -> Iterator[AppTest]:
    opened.warehouse.cache_clear()
    yield AppTest.from_file(str(MAIN), default_timeout=30)
    opened.warehouse.cache_clear()


def said(html: str) -> str:
    return words(html).replace("&#x27;", "'").replace("\u00a0", " ")


def test_the_sheet_says_the_next_day_its_error_and_that_nobody_vouched(app: AppTest) -> None:
    text = said(visit(app, "indicateur", **SHEET))
    assert "Dimanche 22 novembre" in text
    assert (
        "Erreur habituelle à 7 jours : 3,0 %, contre 7,0 % en répétant la semaine d'avant." in text
    )
    assert "Pas encore validée" in text


def test_a_referent_validates_on_the_sheet_with_a_name_and_a_reason(
    app: AppTest, home: Hospital
) -> None:
    visit(app, "indicateur", **SHEET)
    app.session_state["trust"] = True
    app.run()
    app.text_input(key="who_validate").set_value("Dr Martin")
    app.text_area(key="why_validate").set_value("Relue en réunion")
    next(one for one in app.button if one.label == "Valider pour l'usage").click().run()
    act = overseen(home.home, VISITS, SITE).validated
    assert act is not None
    assert (act.who, act.reason) == ("Dr Martin (director_ght)", "Relue en réunion")
    assert "Validée par Dr Martin" in said("\n".join(part.value for part in app.html))


def test_a_decision_without_a_name_is_refused_on_the_sheet(app: AppTest, home: Hospital) -> None:
    visit(app, "indicateur", **SHEET)
    app.session_state["trust"] = True
    app.run()
    app.text_area(key="why_off").set_value("Travaux")
    next(one for one in app.button if one.label == "Arrêter cette prévision").click().run()
    assert "« nom » refusé" in said("\n".join(part.value for part in app.html))
    assert overseen(home.home, VISITS, SITE).off is None


def test_a_forecast_that_is_off_says_who_and_why_and_nothing_else(
    app: AppTest, home: Hospital
) -> None:
    reason = "Travaux <b>au</b> SAU"
    oversight.switch(home.home, (VISITS, SITE, ""), on=False, who="Mme Roy", reason=reason)
    html = visit(app, "indicateur", **SHEET)
    assert "par Mme Roy" in html
    assert "Travaux &lt;b&gt;au&lt;/b&gt; SAU" in html, "what a person typed is never markup"
    assert "Dimanche 22 novembre" not in said(html)


def test_the_accuracy_page_lists_every_series_with_its_state_and_referent(
    app: AppTest, home: Hospital
) -> None:
    oversight.validate(home.home, forecast(YESTERDAY), who="Dr Martin")
    text = said(visit(app, "fiabilite"))
    assert "1 série prévue." in text
    assert "|En service|" in text
    assert "|validée par Dr Martin · Site A|" in text


EVENTS = {"screen": "events", **SHEET, "code": "2026-10-20"}


def filled(app: AppTest, label: str, **query: str) -> str:
    """What the page says once its form is sent with this label."""
    visit(app, "fiabilite", **EVENTS, **query)
    app.text_input(key="event_label_0").set_value(label)
    app.text_input(key="event_who_0").set_value("Dr Martin")
    next(one for one in app.button if one.label == "Marquer").click().run()
    assert not app.exception
    return said("\n".join(part.value for part in app.html))


def test_a_marked_event_is_in_the_file_under_its_day_unit_and_indicator(
    app: AppTest, home: Hospital
) -> None:
    text = filled(app, "Grève <b>")
    assert "« Grève <b> » est marqué" in unescape(text)
    assert "<b>Grève" not in text
    (one,) = events.read(home.home.root)
    assert (one.first, one.last, one.unit, one.kpi) == (MISSED, MISSED, SITE, VISITS)
    assert (one.label, one.use) == ("Grève <b>", "exclude")
    line = state.audit_lines(state.engine(home.home))[0]
    assert (line.who, line.what) == ("Dr Martin (director_ght)", "forecast")


def test_a_label_that_cannot_be_is_refused_in_words_and_nothing_is_written(
    app: AppTest, home: Hospital
) -> None:
    assert "« libellé » refusé" in filled(app, "_")
    assert not (home.home.root / "events.toml").exists()


def test_an_event_of_everyone_is_seen_by_a_site_and_not_taken_away_by_it(
    app: AppTest, home: Hospital
) -> None:
    days = {"first": MISSED, "last": MISSED, "use": "exclude"}
    editor.add(home.home, days | {"label": "Neige"}, "test")
    editor.add(home.home, days | {"label": "Travaux", "unit": "A"}, "test")
    editor.add(home.home, days | {"label": "Inondation", "unit": "B"}, "test")
    address = {"screen": "events", "as": "director_A", "act": "remove", "code": "1"}
    html = visit(app, "fiabilite", **address)
    assert "Neige" in html
    assert "Inondation" not in html
    assert html.count(">Retirer</a>") == 1
    next(iter(app.text_input)).set_value("Dr Martin")
    next(one for one in app.button if one.label == "Retirer").click().run()
    assert "Votre profil" in "\n".join(part.value for part in app.html)
    assert len(events.read(home.home.root)) == 3


def test_a_missed_day_leads_to_its_mark_then_shows_it(app: AppTest, home: Hospital) -> None:
    """Before the three good weeks, one forecast was 20 too high: nobody said why."""
    home.publish(forecasts=[forecast(MISSED - timedelta(days=1), error=20)])
    visit(app, "indicateur", **SHEET)
    app.session_state["trust"] = True
    app.run()
    html = "\n".join(part.value for part in app.html)
    assert "screen=events&amp;code=2026-10-20" in html
    given = {"first": MISSED, "last": MISSED, "label": "Grève", "use": "exclude"}
    editor.add(home.home, given, "test")
    app.run()
    shown = "\n".join(part.value for part in app.html)
    assert "code=2026-10-20" not in shown
    assert "|Grève|" in said(shown)
