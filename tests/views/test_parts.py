"""Header, status sentence, cards and tables, made from dataclasses by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.alerts.model import Alert
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.model import Forecast
from cockpit.forecast.oversight import Overseen
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.kpi.units import Unit, UnitTree
from cockpit.series.model import Contribution, Status
from cockpit.views import cards, facets, forecasts, groups, parts, tables
from cockpit.views.groups import Group, InHand
from cockpit.views.parts import Html
from tests.views.conftest import FRESH, KPI, TREND
from tests.views.test_tiles import Tags, words

ALERT = Alert(
    rule="occupancy_level",
    kind="threshold",
    domain=Domain.BEDS,
    kpi=KpiId("bed_occupancy_now"),
    unit=UnitId("2110"),
    unit_label="Médecine polyvalente",
    severity="red",
    since=date(2026, 11, 18),
    as_of=date(2026, 11, 20),
    title_fr="Occupation : 104 %",
    title_en="Occupancy: 104%",
    body_fr="Au-dessus de 97 % depuis 3 jours.",
    body_en="Above 97% for 3 days.",
    owner_fr="Directeur des soins",
    lever_fr="Ouvrir 6 lits",
)
UNITS = UnitTree(
    (
        Unit(UnitId("E1"), None, "establishment", "Site Argence"),
        Unit(UnitId("2100"), UnitId("E1"), "pole", "Pôle médecine"),
        Unit(UnitId("2110"), UnitId("2100"), "service", "Médecine polyvalente"),
        Unit(UnitId("2120"), UnitId("2100"), "service", "Pneumologie"),
    )
)
NOW = datetime(2026, 11, 21, 6, 30)


def test_the_freshness_chip_counts_late_sources() -> None:
    late = replace(FRESH, late=True)
    assert words(parts.freshness([FRESH], datetime(2026, 11, 21, 5), NOW)).endswith("|06:00|")
    assert "06:00 · 2 en retard" in words(
        parts.freshness([late, late, FRESH], datetime(2026, 11, 21, 5), NOW)
    )
    assert "jamais" in words(parts.freshness([], None, NOW))


def test_the_status_sentence_takes_the_worst_colour_and_the_right_plural() -> None:
    html = parts.hero("Établissement sous tension", "", parts.Counts(red=1, amber=3, ok=0))
    assert "ck-hero ck-red" in html
    assert "|1|alerte|3|vigilances|0|conforme|" in words(html)
    assert "ck-ok" in parts.hero("Tout va bien", "", parts.Counts(0, 0, 8))


def test_an_alert_names_its_owner_and_its_first_day() -> None:
    said = words(cards.alert(Group((ALERT,)), UNITS))
    assert "|Directeur des soins · depuis le 18 nov.|" in said


RED = Group((replace(ALERT, severity="red"),))


@pytest.mark.parametrize(
    ("red", "held", "said"),
    [
        (2, InHand(0, 0), "1 unité concernée"),
        (2, InHand(1, 0), "2 alertes, dont 1 prise en main · 1 unité concernée"),
        (3, InHand(1, 1), "3 alertes, dont 1 prise en main et 1 différée · 1 unité concernée"),
        (1, InHand(1, 0), "1 alerte, prise en main · 1 unité concernée"),
        (1, InHand(0, 1), "1 alerte, différée · 1 unité concernée"),
        (0, InHand(0, 0), "Aucune alerte ouverte."),
    ],
)
def test_the_status_sentence_says_what_somebody_has(red: int, held: InHand, said: str) -> None:
    assert groups.reach([RED] * red, held) == said


WARDS = (
    replace(ALERT, kpi=KpiId("bed_occupancy_rate"), value=97.0, level=95.0),
    replace(
        ALERT,
        kpi=KpiId("bed_occupancy_rate"),
        unit=UnitId("2120"),
        unit_label="Pneumologie",
        value=104.0,
        level=95.0,
        since=date(2026, 11, 7),
    ),
)


def test_full_wards_are_one_card_that_lists_them_the_fullest_first() -> None:
    (found,) = groups.grouped(WARDS)
    said = words(cards.alert(found, UNITS)).replace("\u00a0", " ")
    assert "|Occupation à minuit : 2 services au-dessus de 95 %|" in said
    assert "|Pneumologie 104,0 % · Médecine polyvalente 97,0 %|" in said
    assert "depuis le 7 nov." in said
    assert groups.meeting(found, UNITS) == "2100"
    assert groups.reds([found]) == 1


def test_another_severity_or_another_late_source_is_another_card() -> None:
    amber = replace(WARDS[1], severity="amber")
    late = replace(ALERT, rule="freshness", kind="freshness", kpi=None)
    assert len(groups.grouped([WARDS[0], amber])) == 2
    assert len(groups.grouped([late, replace(late, title_fr="Données en retard : x")])) == 2


def test_a_group_below_its_level_or_with_several_levels_says_so() -> None:
    below = [replace(ward, value=90.0) for ward in WARDS]
    apart = [WARDS[0], replace(WARDS[1], level=92.0)]
    assert "au-dessous de 95" in groups.title(groups.grouped(below)[0], UNITS)
    assert "2 services hors seuil" in groups.title(groups.grouped(apart)[0], UNITS)


def test_a_model_has_a_name_for_people() -> None:
    assert forecasts.model_name("prophet_rc").startswith("Prophet ")
    assert forecasts.model_name("landing_profile") == "profil mensuel"
    assert forecasts.model_name("other") == "other"


def test_the_definition_says_source_owner_and_code() -> None:
    said = words(cards.definition(KPI, FRESH, "Site Argence"))
    for word in ("Patients présents", "Lits (8 h)", "Cellule des lits", "20/11/2026", KPI.id):
        assert word in said


def test_a_sheet_without_value_shows_no_change() -> None:
    said = words(cards.figure(replace(TREND, value=None)))
    assert "n.d." in said
    assert "Indisponible" in said
    assert "pt" not in said.split("n.d.")[1].split("Cible")[0]


def test_a_table_is_a_real_one() -> None:
    columns = [tables.Column("Service", number=False), tables.Column("Lits")]
    html = tables.table("Lits", columns, [("Cardio <b>", Html("<b>28</b>"))])
    assert "<caption>Lits</caption>" in html
    assert 'scope="col"' in html
    assert '<th scope="row" role="rowheader">Cardio &lt;b&gt;</th>' in html
    assert 'data-label="Lits"><b>28</b></td>' in html


def test_a_bar_stops_at_the_whole_and_its_figure_does_not() -> None:
    assert "width:100.0%" in tables.bar(104.0, "104 %")
    assert tables.bar(None, "n.d.") == "n.d."


def test_contributions_grow_from_the_middle() -> None:
    """-2 is half of the reach 4: it ends at the middle and starts at 25 %; down is good here."""
    shares = [
        Contribution("1", "Chirurgie", 80.0, 84.0, 4.0),
        Contribution("2", "Médecine", 92.0, 90.0, -2.0),
        Contribution("", "", None, None, 0.5),
    ]
    html = tables.contributions(KPI, shares)
    assert 'class="ck-bad" style="left:50.0%;width:50.0%"' in html
    assert 'class="ck-good" style="left:25.0%;width:25.0%"' in html
    assert "+4,0 pt" in words(html)


def test_facets_have_words() -> None:
    assert facets.label("MO") == "Maladie ordinaire"
    assert facets.label("1/6411") == "6411 · Titulaires et stagiaires (PNM)"
    assert facets.label("PNM/IDE") == "Infirmiers"
    assert facets.label("Cardiologie") == "Cardiologie"
    assert facets.label("") == "Non réparti"
    assert facets.title("expense", "1") == "T1 Personnel"


def test_every_state_has_a_sentence_and_an_action() -> None:
    for html in (parts.forbidden(), parts.empty("Rien.", "Faire X")):
        assert html.count("<p>") == 2
        assert 'role="status"' in html
    assert "Source absente." in parts.error("Source absente."), "an error says its own action"
    assert "19 nov." in words(parts.stale(replace(FRESH, as_of=date(2026, 11, 19))))


def test_a_refused_forecast_says_why() -> None:
    made = Forecast(
        KPI.id, UnitId("E1"), "blend", date(2026, 11, 20), NOW, date(2024, 1, 1), (),
        refused="Historique trop court.",
    )  # fmt: skip
    nobody = Overseen(None, None, {})
    refused = forecasts.card(KPI, made, nobody, FrenchCalendar())
    assert "Pas de prévision : Historique trop court." in words(refused)
    kept = replace(made, refused="", points=TREND.forecast, mape=7.4, mape_naive=9.1)
    said = words(forecasts.card(KPI, kept, nobody, FrenchCalendar()))
    assert "7,4 %, contre 9,1 %" in said


@given(some.text(max_size=40))
def test_hostile_words_never_make_tags(text: str) -> None:
    plain, hostile = Tags(), Tags()
    plain.feed(
        cards.alert(Group((ALERT,)), UNITS)
        + parts.header("x", "x")
        + cards.line(Status.OK, "x", "x")
    )
    evil = replace(ALERT, title_fr=text, body_fr=text, owner_fr=text or "x", lever_fr=text or "x")
    hostile.feed(
        cards.alert(Group((evil,)), UNITS)
        + parts.header(text, text)
        + cards.line(Status.OK, text, text)
    )
    assert hostile.seen <= plain.seen
    assert hostile.attributes <= plain.attributes
