"""Why a forecast is missing, weak or off is said in the reader's language, from what is stored."""

from __future__ import annotations

import pytest

from cockpit.forecast import oversight
from cockpit.forecast.gate import verdict
from cockpit.forecast.reasons import REASONS, told
from cockpit.i18n import gettext, use
from tests.forecast.daily import TODAY, YESTERDAY, ending
from tests.support.hospital import kpi

VISITS = kpi("ed_visits")


def refused(days: int) -> str:
    return verdict(ending(YESTERDAY, [100.0] * days), VISITS, TODAY).sentence


@pytest.mark.parametrize(
    ("stored", "english"),
    [
        (refused(20), "No forecast: 20 days of history, at least 28 are needed (4 weeks)."),
        (refused(60), "Indicative: only 60 days of history."),
        (
            oversight._no_skill(9.0, 7.25),
            "14 days without gain: mean error 9.0 against 7.2 by repeating the week before.",
        ),
    ],
)
def test_a_sentence_of_the_engine_is_stored_in_french_and_read_in_english(
    stored: str, english: str
) -> None:
    assert told(stored) == stored
    with use("en"):
        assert told(stored) == english


def test_the_facts_of_every_reason_are_found_again_in_its_sentence() -> None:
    for reason in REASONS:
        facts = {name: f"{place + 3}" for place, name in enumerate(_facts(reason))}
        with use("en"):
            assert told(reason.format(**facts)) == gettext(reason).format(**facts)


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
