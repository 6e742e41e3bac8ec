"""A forecast in the director's words: whatever is rounded, what is written adds up."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit import i18n
from cockpit.forecast import explain
from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.model import Forecast
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from tests.support.hospital import kpi

VISITS, CASH = kpi("ed_visits"), kpi("cash_position")
MONDAY = date(2026, 11, 23)
CALENDAR = FrenchCalendar("metropole", "B")


def point(day: date = MONDAY, mid: float = 196.2, **parts: float) -> ForecastPoint:
    return ForecastPoint(day, mid - 18, mid, mid + 18, parts=tuple(parts.items()))


def forecast(*points: ForecastPoint) -> Forecast:
    return Forecast(
        kpi=KpiId("ed_visits"),
        unit=UnitId("A"),
        model="mean",
        origin=date(2026, 11, 21),
        made_at=datetime(2026, 11, 22, 6),
        history_from=date(2024, 1, 1),
        points=points,
        mape=8.2,
    )


def said(one: ForecastPoint, calendar: FrenchCalendar = CALENDAR) -> str:
    text = explain.sentence(VISITS, forecast(one), one, calendar)
    return text.replace("\u00a0", " ")


def test_a_monday_of_the_school_break_is_told_as_a_director_would() -> None:
    """181.3 + 16.6 - 4.8 + 3.1 = 196.2"""
    one = point(level=181.3, trend=3.1, weekday=16.6, school=-4.8)
    assert said(one) == (
        "Lundi 23 novembre : 196 passages (178 – 214). Niveau récent 181 ; effet lundi +17 ; "
        "vacances zone B −5 ; tendance 4 semaines +3. Erreur habituelle à 7 jours : 8 %."
    )


def test_english_has_its_own_words_and_punctuation() -> None:
    one = point(level=181.3, trend=3.1, weekday=16.6, school=-4.8)
    with i18n.use("en"):
        text = explain.sentence(VISITS, forecast(one), one, CALENDAR)
    assert text.replace("\u00a0", " ") == (
        "Monday 23 November: 196 visits (178 – 214). Recent level 181; Monday effect +17; "
        "school break, zone B −5; 4-week trend +3. Usual error at 7 days: 8%."
    )


def test_a_holiday_has_its_name_and_the_day_after_it_too() -> None:
    armistice = date(2026, 11, 11)
    assert "Armistice −40" in said(point(armistice, 140, level=180, holiday=-40))
    assert "lendemain : Armistice +9" in said(point(date(2026, 11, 12), 189, level=180, holiday=9))


def test_an_event_is_named_as_the_hospital_marked_it() -> None:
    strike = Event(MONDAY, MONDAY, "Grève des transports", "effect")
    calendar = FrenchCalendar("metropole", "B", events=(strike,))
    assert "Grève des transports −30" in said(point(mid=150, level=180, event=-30), calendar)


def test_what_the_engine_did_after_the_calendar_is_said_plainly() -> None:
    text = said(point(mid=186, level=180, adjustment=10, coherence=-4))
    assert "ajustement des autres modèles +10 ; accord avec le total −4" in text


def test_small_parts_are_gathered_and_a_cut_figure_still_adds_up() -> None:
    """Capped at 190 where the parts say 200.9: the ten that were cut are among the others."""
    text = said(point(mid=190, level=200, trend=0.5, weekday=0.4))
    assert "Niveau récent 200 ; autres −10." in text


def test_a_model_that_cannot_tell_gives_the_figure_alone() -> None:
    assert said(point()) == (
        "Lundi 23 novembre : 196 passages (178 – 214). Erreur habituelle à 7 jours : 8 %."
    )


@given(
    st.lists(st.floats(-300, 300), min_size=1, max_size=8),
    st.floats(-5, 5),
    st.sampled_from([1.0, 0.1, 10.0]),
)
def test_rounded_parts_add_up_to_the_rounded_whole(
    values: list[float], cut: float, grain: float
) -> None:
    total = sum(values) + cut
    found = explain.rounded_together({str(n): x for n, x in enumerate(values)}, total, grain)
    assert abs(sum(found.values()) - total) <= grain / 2 + 1e-6
    assert all(abs(x / grain - round(x / grain)) < 1e-6 for x in found.values())


@pytest.mark.parametrize("mid", [52_340.4, 9_612.2, 18_400_250.0])
def test_amounts_as_they_are_written_add_up_at_their_own_scale(mid: float) -> None:
    one = point(mid=mid / 1e6, level=0.9 * mid / 1e6, month=0.1 * mid / 1e6)
    told = explain.parts(CASH, one, CALENDAR)
    step = 1 if mid < 1e4 else 1e3 if mid < 1e7 else 1e5
    euros = [part.value * {"€": 1, "k€": 1e3, "M€": 1e6}[CASH.unit] for part in told]
    if CASH.unit == "M€":
        assert all(abs(x / step - round(x / step)) < 1e-6 for x in euros)
        assert abs(sum(euros) - mid) <= step / 2 + 1e-3


def test_the_figures_of_a_sentence_are_those_of_its_parts() -> None:
    one = point(mid=199.6, level=181.5, trend=3.5, weekday=16.5, school=-1.9)
    head, _, rest = said(one).partition(". ")
    figures = [int(x.replace("−", "-")) for x in re.findall(r" ([+−]?\d+)(?= ;|\.)", rest)]
    assert head.startswith("Lundi 23 novembre : 200 passages")
    assert sum(figures) == 200
