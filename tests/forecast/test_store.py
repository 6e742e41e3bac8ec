from __future__ import annotations

from datetime import date, datetime

import pytest

from cockpit.errors import OutOfScope, UnknownUnit
from cockpit.forecast.model import Forecast
from cockpit.forecast.store import latest, parts, to_tables
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from tests.support.hospital import Hospital, kpi

OCCUPANCY = kpi("bed_occupancy_rate")


def forecast(unit: str = "A", origin: date = date(2026, 11, 21), facet: str = "") -> Forecast:
    return Forecast(
        kpi=KpiId("bed_occupancy_rate"),
        unit=UnitId(unit),
        model="prophet_fr",
        origin=origin,
        made_at=datetime(2026, 11, 22, 6, 30),
        history_from=date(2023, 11, 22),
        points=(
            ForecastPoint(date(2026, 11, 22), 84.5, 87.5, 90.0),
            ForecastPoint(date(2026, 11, 23), 88.0, 91.0, 94.0),
        ),
        mape=2.6,
        mape_naive=2.5,
        facet=facet,
    )


class TestStore:
    """Two forecasts of A (origins 20 and 21 November), one of B that was refused."""

    refused = Forecast(
        kpi=KpiId("bed_occupancy_rate"),
        unit=UnitId("B"),
        model="prophet_fr",
        origin=date(2026, 11, 3),
        made_at=datetime(2026, 11, 22, 6, 30),
        history_from=date(2023, 11, 22),
        points=(),
        status="refused",
        refused="Pas de prévision : les données s'arrêtent au 03/11/2026.",
    )

    @pytest.fixture
    def published(self, hospital: Hospital) -> Hospital:
        hospital.deliver("patients_midnight A1 2026-11-21 10")
        older = forecast(origin=date(2026, 11, 20))
        hospital.publish(forecasts=[older, forecast(), forecast(facet="x"), self.refused])
        return hospital

    def test_the_newest_comes_back_as_it_was_made(self, published: Hospital) -> None:
        generation, scope = published.warehouse.generation(), published.scope()
        assert latest(generation, scope, OCCUPANCY, UnitId("A")) == forecast()

    def test_a_refusal_comes_back_with_its_sentence(self, published: Hospital) -> None:
        generation, scope = published.warehouse.generation(), published.scope()
        assert latest(generation, scope, OCCUPANCY, UnitId("B")) == self.refused

    def test_a_unit_without_forecast_has_none(self, published: Hospital) -> None:
        generation, scope = published.warehouse.generation(), published.scope()
        assert latest(generation, scope, OCCUPANCY, UnitId("G")) is None

    def test_facets_are_parts_of_the_whole(self, published: Hospital) -> None:
        generation, scope = published.warehouse.generation(), published.scope()
        assert len(parts(generation, scope, OCCUPANCY, UnitId("A"))) == 3

    def test_another_site_answers_as_an_unknown_unit(self, published: Hospital) -> None:
        generation = published.warehouse.generation()
        with pytest.raises(UnknownUnit):
            latest(generation, published.scope("director_B"), OCCUPANCY, UnitId("A"))
        with pytest.raises(UnknownUnit):
            latest(generation, published.scope(), OCCUPANCY, UnitId("Z"))

    def test_a_hidden_domain_is_refused(self, published: Hospital) -> None:
        with pytest.raises(OutOfScope):
            latest(published.warehouse.generation(), published.scope("daf"), OCCUPANCY, UnitId("A"))

    def test_nothing_makes_two_empty_tables(self) -> None:
        assert {name: rows.num_rows for name, rows in to_tables([]).items()} == {
            "forecast_run": 0,
            "forecast_point": 0,
            "forecast_past": 0,
        }
