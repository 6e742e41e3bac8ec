from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.accounts import stored_landing
from cockpit.forecast.landing import Landing
from cockpit.forecast.model import Forecast
from cockpit.forecast.run import make_forecasts
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId
from tests.support.hospital import Hospital, kpi

WANTED = ("year_end_landing", "revenue_by_title", "expense_by_title")
ACCOUNTS = {"revenue_eur": "1/731", "expense_eur": "1/6411"}


def drawn(seed: int) -> str:
    """Twenty-two months of accounts of a unit, in millions with noise, as lines of figures."""
    noise = np.random.default_rng(seed)
    months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)][:22]
    return "\n".join(
        f"{measure} {{unit}} {month} {account} {noise.integers(8, 13)}000000"
        for month in months
        for measure, account in ACCOUNTS.items()
    )


@pytest.fixture
def made(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> list[Forecast]:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    for unit, seed in (("A1", 1), ("B1", 2)):
        hospital.deliver(drawn(seed).replace("{unit}", unit))
    generation = hospital.publish()
    kpis = {KpiId(name): KPIS[KpiId(name)] for name in WANTED}
    batches = make_forecasts(generation, hospital.home.installation, kpis=kpis)
    found = [one for batch in batches for one in batch.forecasts]
    hospital.publish(forecasts=found)
    return found


def landing(hospital: Hospital, unit: str) -> Landing:
    generation = hospital.warehouse.generation()
    found = stored_landing(generation, hospital.scope(), kpi("year_end_landing"), UnitId(unit))
    assert found is not None
    return found


def test_the_landing_of_the_group_is_the_sum_of_its_sites(
    hospital: Hospital, made: list[Forecast]
) -> None:
    """And its titles still add up to its result: 2 titles, 2 sites."""
    assert made
    group, a, b = (landing(hospital, unit) for unit in ("G", "A", "B"))
    assert group.p50 == pytest.approx(a.p50 + b.p50)
    signs = {"revenue": 1, "expense": -1}
    assert sum(signs[t.side] * t.p50 for t in group.by_title) == pytest.approx(group.p50)


def test_months_of_the_group_are_the_sum_of_its_sites_and_keep_their_range(
    made: list[Forecast],
) -> None:
    found = {
        one.unit: one
        for one in made
        if (one.kpi, one.facet, one.model) == ("expense_by_title", "1", "monthly")
    }
    for whole, a, b in zip(*(found[UnitId(unit)].points for unit in "GAB"), strict=True):
        assert whole.mid == pytest.approx(a.mid + b.mid)
        assert whole.low < whole.mid < whole.high


def test_accounts_that_have_not_moved_are_not_forecast_again(
    hospital: Hospital, made: list[Forecast]
) -> None:
    assert made
    kpis = {KpiId(name): KPIS[KpiId(name)] for name in WANTED}
    generation = hospital.warehouse.generation()
    batches = make_forecasts(generation, hospital.home.installation, kpis=kpis)
    assert [one for batch in batches for one in batch.forecasts] == []
