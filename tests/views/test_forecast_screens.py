"""The forecast on a KPI's sheet and the accuracy page, on a hospital that publishes each day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.forecast import oversight
from cockpit.forecast.oversight import overseen
from cockpit.web import opened
from tests.forecast.overseen import SITE, VISITS, YESTERDAY, forecast, published
from tests.support.hospital import Hospital
from tests.views.test_screens import MAIN, visit
from tests.views.test_tiles import words

SHEET = {"kpi": "ed_visits", "unit": "A"}


@pytest.fixture
def home(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Hospital:
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    return published(hospital)


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
    assert "Paramètre « nom » refusé" in said("\n".join(part.value for part in app.html))
    assert overseen(home.home, VISITS, SITE).off is None


def test_a_forecast_that_is_off_says_who_and_why_and_nothing_else(
    app: AppTest, home: Hospital
) -> None:
    reason = "Travaux <b>au</b> SAU"
    oversight.switch(home.home, (VISITS, SITE), on=False, who="Mme Roy", reason=reason)
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
    assert "|Site A|" in text
    assert "|En service|" in text
    assert "|Dr Martin|" in text
