"""Questions read from text: what is not exactly a date is refused, never guessed."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.answers.ask import series_question
from cockpit.errors import BadRequest
from tests.support.hospital import kpi


@pytest.mark.parametrize(
    "text",
    ["20260101", "2026-W01-4", "2026W014", "2026-1-1", "01/01/2026", "2026-01-32", " 2026-01-01"],
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_only_a_year_a_month_and_a_day_are_a_date(name: str, text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        series_question(kpi("ed_visits"), {"to": "2026-01-31"} | {name: text})
    assert (refused.value.facts["field"], refused.value.facts["expected"]) == (
        name,
        "une date AAAA-MM-JJ",
    )


def test_both_ends_are_read() -> None:
    asked = series_question(kpi("ed_visits"), {"from": "2026-01-01", "to": "2026-01-31"})
    assert (asked.start, asked.end) == (date(2026, 1, 1), date(2026, 1, 31))
