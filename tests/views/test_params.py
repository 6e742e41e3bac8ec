"""The address of a page: an allow-list, never an error, and it round-trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.kpi.model import Domain, Grain
from cockpit.series.model import Period
from cockpit.views.params import Params, parse

FULL = {
    "as": "daf",
    "unit": "2110",
    "period": "month",
    "kpi": "ed_visits",
    "lang": "en",
    "domain": "finance",
    "grain": "week",
    "split": "unit",
    "facet": "1/6411",
    "source": "lits-8h",
    "screen": "source",
    "tab": "columns",
    "act": "publish",
    "kind": "csv",
    "code": "2110",
    "alert": "ed_visits_level",
    "turn": "2",
}


def test_an_address_is_read_whole() -> None:
    read = parse(FULL)
    assert (read.role, read.unit, read.period) == ("daf", "2110", Period.MONTH)
    assert (read.kpi, read.language, read.domain) == ("ed_visits", "en", Domain.FINANCE)
    assert (read.grain, read.facet, read.source) == (Grain.WEEK, "1/6411", "lits-8h")


def test_an_address_round_trips() -> None:
    assert parse(FULL).query() == FULL


def test_nothing_said_is_nothing_asked() -> None:
    assert parse({}) == Params()
    assert Params().query() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("period", "century"),
        ("lang", "de"),
        ("domain", "everything"),
        ("unit", "2110; drop table"),
        ("kpi", "../secrets"),
        ("as", "<script>"),
        ("unit", "x" * 65),
        ("unit", ""),
        ("unknown", "x"),
        ("turn", "0"),
        ("turn", "-1"),
        ("turn", "٣"),
        ("turn", "12345"),
    ],
)
def test_what_is_not_of_the_list_is_ignored(name: str, value: str) -> None:
    assert parse({name: value}) == Params()


def test_a_link_changes_what_it_says_and_keeps_the_rest() -> None:
    assert parse(FULL).query(kpi=None, unit="E2")["unit"] == "E2"
    assert "kpi" not in parse(FULL).query(kpi=None)


@given(some.dictionaries(some.sampled_from([*FULL, "x"]), some.text(max_size=80)))
def test_reading_an_address_never_fails(query: dict[str, str]) -> None:
    assert parse(parse(query).query()) == parse(query)
