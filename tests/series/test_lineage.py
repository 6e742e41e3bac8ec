"""From a figure to the deliveries that made it, and from a delivery to what it feeds."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.errors import OutOfScope, UnknownUnit
from cockpit.series import lineage
from cockpit.series.model import Window
from tests.support.hospital import Hospital, kpi

JANUARY = Window(date(2026, 1, 1), date(2026, 1, 31))


@pytest.fixture
def two_files(hospital: Hospital):
    """January of two sites in one file, then five days of A1 again in another."""
    hospital.deliver(
        "ed_visits A1 2026-01-01..2026-01-31 75+ 3\ned_visits B1 2026-01-01..2026-01-31 75+ 2"
    )
    hospital.deliver("ed_visits A1 2026-01-10..2026-01-14 75+ 4")
    return hospital.publish()


def seen(hospital: Hospital, generation, unit: str, window: Window = JANUARY) -> list:
    found = lineage.lineage(generation, hospital.scope(), kpi("ed_visits"), unit, window)
    return sorted(
        (row.rows, row.units, str(row.first_day.date()), str(row.last_day.date()), row.scenario)
        for row in found.itertuples()
    )


def test_each_delivery_says_how_many_rows_of_the_figure_it_gave(hospital, two_files) -> None:
    assert seen(hospital, two_files, "G") == [
        (5, 1, "2026-01-10", "2026-01-14", "actual"),
        (26 + 31, 2, "2026-01-01", "2026-01-31", "actual"),
    ]


def test_only_the_unit_and_the_days_of_the_figure_count(hospital, two_files) -> None:
    assert seen(hospital, two_files, "B") == [(31, 1, "2026-01-01", "2026-01-31", "actual")]
    short = Window(date(2026, 1, 12), date(2026, 1, 12))
    assert seen(hospital, two_files, "A1", short) == [(1, 1, "2026-01-12", "2026-01-12", "actual")]


def test_a_unit_outside_the_scope_and_a_hidden_domain_are_refused(hospital, two_files) -> None:
    with pytest.raises(UnknownUnit):
        lineage.lineage(two_files, hospital.scope("director_B"), kpi("ed_visits"), "A", JANUARY)
    with pytest.raises(OutOfScope):
        lineage.lineage(two_files, hospital.scope("daf"), kpi("bed_occupancy_rate"), "G", JANUARY)


def test_a_delivery_says_which_indicators_it_feeds_and_what_is_left_of_it(
    hospital, two_files
) -> None:
    found = lineage.lineage(two_files, hospital.scope(), kpi("ed_visits"), "G", JANUARY)
    first = found[found["rows"] == 57]["source_hash"].item()
    (row,) = lineage.fed_by(two_files, first).itertuples()
    assert (row.measure, row.rows, row.units) == ("ed_visits", 57, 2)
    assert "ed_visits" in row.kpis
    assert lineage.fed_by(two_files, "0" * 64).empty
