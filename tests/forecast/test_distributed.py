"""The same fits on a cluster: a real Dask of two workers, and the text that travels."""

from __future__ import annotations

import warnings
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.errors import BadSettings
from cockpit.forecast import distributed
from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.fit import Fitted, Job, fit
from cockpit.forecast.history import History
from cockpit.forecast.reasons import UNAVAILABLE
from cockpit.forecast.wire import fitted_of, fitted_text, job_of, job_text
from cockpit.kpi.model import UnitId
from cockpit.settings import Forecasts
from tests.support.hospital import kpi

FIRST = date(2025, 1, 1)


def job(unit: str, days: int = 120) -> Job:
    values = np.random.default_rng(days).poisson(90, days).astype(float)
    values[7] = np.nan
    return Job(
        kpi=kpi("bed_occupancy_rate") if unit == "B" else kpi("ed_visits"),
        unit=UnitId(unit),
        facet="75+",
        history=History(FIRST, values),
        calendar=FrenchCalendar("la-reunion", "none", events=(Event(FIRST, FIRST, "x", "effect"),)),
        past=pd.DataFrame(),
        today=FIRST + timedelta(days=days),
        made_at=datetime(2026, 1, 1, 6, 30),
    )


def same(one: Fitted, other: Fitted) -> bool:
    return one.forecast == other.forecast and one.past.equals(other.past)


def test_a_job_travels_as_text_without_a_change() -> None:
    sent = job("B", 60)
    come = job_of(job_text(sent))
    assert come.data_hash() == sent.data_hash()
    assert (come.kpi, come.unit, come.facet) == (sent.kpi, sent.unit, sent.facet)
    assert (come.today, come.made_at, come.members) == (sent.today, sent.made_at, sent.members)


def test_a_result_travels_as_text_without_a_change() -> None:
    """60 days: indicative, with points, parts and past origins; its past goes back with a job."""
    made = fit(job("A", 60))
    assert made.forecast.points
    assert len(made.past)
    assert same(fitted_of(fitted_text(made)), made)
    again = Job(**vars(job("A", 60)) | {"past": made.past})
    assert job_of(job_text(again)).past.equals(made.past)


def test_a_refusal_travels_too() -> None:
    made = fit(job("A", 20))
    assert made.forecast.refused
    assert same(fitted_of(fitted_text(made)), made)


@pytest.mark.parametrize("engine", ["ray", "spark"])
def test_an_engine_that_is_not_installed_names_what_to_install(engine: str) -> None:
    with pytest.raises(BadSettings) as refused:
        distributed.fit_all([job("A")], Forecasts(engine=engine))
    assert f"cockpit[{engine}]" in refused.value.sentence()


def test_without_a_job_no_cluster_is_started() -> None:
    assert list(distributed.fit_all([], Forecasts(engine="dask"))) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
class TestDask:
    jobs = (job("A"), job("B"), job("C", 20), job("D", 60))

    def test_two_workers_give_what_two_processes_give(self) -> None:
        """Four series: two forecast, one refused, one indicative; in the order asked."""
        here = list(distributed.fit_all(self.jobs, Forecasts()))
        there = list(distributed.fit_all(self.jobs, Forecasts(engine="dask"), on_step=pytest.fail))
        assert [made.forecast.unit for made in there] == ["A", "B", "C", "D"]
        assert [made.forecast.status for made in there][2:] == ["refused", "indicative"]
        assert all(same(*pair) for pair in zip(here, there, strict=True))

    def test_a_series_that_fails_spoils_only_itself(self) -> None:
        """A member that does not exist: unavailable, as in a child process here."""
        broken = Job(**vars(job("A")) | {"members": ("nothing",)})
        first, second = distributed.fit_all(
            (broken, self.jobs[3]), Forecasts(engine="dask"), on_step=pytest.fail
        )
        assert first.forecast.refused == UNAVAILABLE
        assert second.forecast.points

    def test_a_cluster_out_of_reach_is_told_and_the_fits_are_made_here(self) -> None:
        import dask

        said: list[str] = []
        where = Forecasts(engine="dask", address="tcp://127.0.0.1:9")
        with (
            dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            (made,) = distributed.fit_all(self.jobs[3:], where, on_step=said.append)
        assert made.forecast.points
        assert "calculées sur ce serveur" in said[0]
