from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cockpit import i18n, wording
from cockpit.i18n import LANGUAGES, Language
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Kpi
from cockpit.views import french
from tests.support.hospital import kpi

CATALOGUE = sorted(KPIS.values(), key=lambda one: one.id)


@given(st.sampled_from(CATALOGUE), st.floats(-5e9, 5e9), st.sampled_from(LANGUAGES))
def test_a_stored_sentence_writes_a_figure_as_the_screens_do(
    one: Kpi, value: float, language: Language
) -> None:
    assume(abs(value) >= 1)
    with i18n.use(language):
        assert wording.with_unit(value, one, language) == french.value(one, value)


@pytest.mark.parametrize(
    ("name", "delta", "french_text"),
    [
        ("bed_occupancy_rate", 1.9, "+1,9\u00a0pt"),
        ("cash_position", -412_000, "\u2212412\u00a0k€"),
        ("ed_los_median", 25, "+25\u00a0min"),
        ("boarders_now", 1, "+1\u00a0patient"),
        ("boarders_now", 0, "0\u00a0patient"),
    ],
)
def test_a_change_takes_its_sign_and_points_for_a_rate(
    name: str, delta: float, french_text: str
) -> None:
    assert wording.change(delta, kpi(name), "fr") == french_text


def test_days_and_months_are_said_in_words() -> None:
    assert wording.day(date(2026, 1, 1), "fr") == "1er janvier"
    assert wording.weekday(date(2026, 11, 24), "fr") == "mardi 24 novembre"
    assert wording.weekday(date(2026, 11, 24), "en") == "Tuesday 24 November"
    assert wording.month(date(2026, 8, 1), "fr") == "août 2026"
