"""The calendar of an installation: its region, its zone, and what surrounds a holiday."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cockpit.errors import BadSettings
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.kpi.rest_days import public_holidays
from cockpit.settings import Home


def days(first: date, count: int = 1) -> np.ndarray:
    return np.datetime64(first, "D") + np.arange(count)


class TestRegions:
    year = days(date(2026, 1, 1), 365)

    @pytest.mark.parametrize(
        ("region", "count"), [("metropole", 11), ("alsace-moselle", 13), ("la-reunion", 12)]
    )
    def test_each_region_has_its_holidays(self, region: str, count: int) -> None:
        assert FrenchCalendar(region).is_holiday(self.year).sum() == count

    @pytest.mark.parametrize(
        ("region", "own"),
        [
            ("la-reunion", date(2026, 12, 20)),
            ("FR-974", date(2026, 12, 20)),
            ("guadeloupe", date(2026, 5, 27)),
            ("mayotte", date(2026, 4, 27)),
            ("GB-ENG", date(2026, 12, 28)),
            ("DE", date(2026, 10, 3)),
        ],
    )
    def test_a_day_that_is_worked_in_metropolitan_france(self, region: str, own: date) -> None:
        assert own in public_holidays(2026, region)
        assert own not in public_holidays(2026)


class TestSettings:
    def write(self, root, text: str) -> Home:
        (root / "cockpit.toml").write_text(text, "utf-8")
        return Home(root)

    @pytest.mark.parametrize("region", ["alsace-moselle", "martinique", "FR-974", "GB-ENG", "DE"])
    def test_a_region_with_a_calendar_is_accepted(self, tmp_path, region: str) -> None:
        home = self.write(tmp_path, f'holidays = "{region}"\nschool_zone = "none"\n')
        assert home.installation.holidays == region
        assert home.installation.school_zone == "none"

    @pytest.mark.parametrize("region", ["reunion", "FR-999", "XX", "GB-FR", ""])
    def test_an_unknown_region_is_refused_with_those_that_exist(
        self, tmp_path, region: str
    ) -> None:
        with pytest.raises(BadSettings) as refused:
            _ = self.write(tmp_path, f'holidays = "{region}"').installation
        assert "champ « holidays »" in refused.value.sentence()
        assert "la-reunion" in refused.value.sentence()

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ('school_zone = "D"', "school_zone"),
            ('[forecast]\nengine = "slurm"', "forecast.engine"),
            ('[forecast]\naddress = "here and there"', "forecast.address"),
        ],
    )
    def test_a_faulty_field_is_named(self, tmp_path, text: str, field: str) -> None:
        with pytest.raises(BadSettings) as refused:
            _ = self.write(tmp_path, text).installation
        assert f"« {field} »" in refused.value.sentence()


class TestSchool:
    def test_zones_do_not_leave_together(self) -> None:
        """February 2026: zone A from the 7th, zone B from the 14th."""
        tenth = days(date(2026, 2, 10))
        assert FrenchCalendar(zone="A").is_school_break(tenth)
        assert not FrenchCalendar(zone="B").is_school_break(tenth)

    def test_outside_the_zones_no_break_is_known(self) -> None:
        assert not FrenchCalendar(zone="none").is_school_break(days(date(2026, 1, 1), 365)).any()

    def test_years_not_published_are_school_days(self) -> None:
        assert not FrenchCalendar().is_school_break(days(date(2045, 8, 1))).any()


class TestTerms:
    def test_what_surrounds_a_holiday_is_told_apart(self) -> None:
        """Ascension is Thursday 14 May 2026: its eve, and a Friday between it and the weekend."""
        first = date(2026, 5, 11)
        terms = FrenchCalendar().terms(days(first, 7))
        assert first + timedelta(days=3) in public_holidays(2026)
        marked = {
            name: np.flatnonzero(terms[f"holiday:{name}"]).tolist()
            for name in ("weekday", "eve", "after", "bridge")
        }
        assert marked == {"weekday": [3], "eve": [2], "after": [4], "bridge": [4]}
