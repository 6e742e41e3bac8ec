"""Why a forecast is missing, weak or off is said in the reader's language, from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from cockpit.forecast import fit, oversight, pool
from cockpit.forecast.gate import capacity_change, level_shift, verdict
from cockpit.forecast.history import History
from cockpit.forecast.reasons import REASONS, told
from cockpit.i18n import gettext, use
from tests.support.hospital import kpi

YESTERDAY = date(2026, 11, 21)
TODAY = date(2026, 11, 22)
VISITS = kpi("ed_visits")


def ending(values: np.ndarray, last: date = YESTERDAY) -> History:
    return History(last - timedelta(days=len(values) - 1), values)


def refused(values: np.ndarray, last: date = YESTERDAY) -> str:
    return verdict(ending(values, last), VISITS, TODAY).sentence


def holes() -> np.ndarray:
    values = np.full(200, 100.0)
    values[-13:-1] = np.nan
    return values


def shifted(by: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    values = 100 + rng.normal(0, 2, 400)
    values[-10:] *= by
    return values


@pytest.mark.parametrize(
    ("make", "english"),
    [
        (
            lambda: refused(np.full(20, 100.0)),
            "No forecast: 20 days of history, at least 28 are needed (4 weeks).",
        ),
        (lambda: refused(np.full(60, 100.0)), "Indicative: only 60 days of history."),
        (
            lambda: refused(np.full(200, 100.0), date(2026, 11, 10)),
            "No forecast: the data stop on 10/11/2026",
        ),
        (lambda: refused(holes()), "No forecast: 12 days are missing out of the last 56."),
        (
            lambda: refused(np.full(200, 1.0)),
            "Fewer than 5 a day: chance prevails, read the week.",
        ),
        (lambda: level_shift(ending(shifted(1.5))), "Change of level: up 5"),
        (lambda: level_shift(ending(shifted(0.5))), "Change of level: down 5"),
        (lambda: capacity_change(ending(shifted(0.5))), "Capacity changed, open beds: down 5"),
        (lambda: fit._NAIVE, "Nothing forecasts better than last week: it is repeated."),
        (
            lambda: pool.UNAVAILABLE,
            "Forecast unavailable: the computation of this series did not complete.",
        ),
        (
            lambda: oversight._no_skill(9.0, 7.25),
            "14 days without gain: mean error 9.0 against 7.2 by repeating the week before.",
        ),
    ],
)
def test_each_sentence_of_the_engine_is_stored_in_french_and_read_in_english(
    make: Callable[[], str], english: str
) -> None:
    stored = make()
    assert told(stored) == stored
    with use("en"):
        assert told(stored).startswith(english)


def test_a_forecast_stored_by_an_earlier_version_is_read_too() -> None:
    with use("en"):
        assert told(
            "Pas de prévision : les données s'arrêtent au 10/11/2026, il y a 12 jours."
        ) == ("No forecast: the data stop on 10/11/2026, 12 days ago.")


def test_what_a_person_wrote_stands_as_it_is() -> None:
    with use("en"):
        assert told("Match au stade, 30 passages {de} plus") == (
            "Match au stade, 30 passages {de} plus"
        )
        assert told("") == ""


def test_every_reason_has_its_english_with_the_same_facts() -> None:
    with use("en"):
        for reason in REASONS:
            said = gettext(reason)
            assert said != reason
            assert sorted(_facts(said)) == sorted(_facts(reason))


def _facts(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]
