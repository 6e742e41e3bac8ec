"""Every forecast of a generation, made by the worker after the figures are published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING

import pandas as pd

from cockpit import clock
from cockpit.access.scope import Scope, scope_named
from cockpit.forecast import decide, events
from cockpit.forecast.bottom_up import summed_up
from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.choose import FILLS_BEDS, Series, chosen, is_home, tops_of
from cockpit.forecast.coherent import reconciled
from cockpit.forecast.distributed import fit_all
from cockpit.forecast.fit import Fitted, Job
from cockpit.forecast.history import History
from cockpit.forecast.landing_run import LANDING, landing_forecasts
from cockpit.forecast.model import Forecast
from cockpit.forecast.monthly_run import monthly_forecasts
from cockpit.forecast.store import Key, past_of, stored_hashes
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Domain, Grain, Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from cockpit.settings import Installation
    from cockpit.warehouse.attach import Generation

_YEARS_READ = 4

Step = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Batch:
    """Forecasts to publish together, and what to keep of them (`forecast_past`)."""

    forecasts: tuple[Forecast, ...]
    past: pd.DataFrame


def make_forecasts(
    generation: Generation,
    installation: Installation,
    *,
    on_step: Step = lambda _text: None,
    kpis: Mapping[KpiId, Kpi] = KPIS,
    only: Collection[str] = (),
) -> Iterator[Batch]:
    """Landings, then the tiles of the home screen, then every other series, then the months.

    kpis: the catalogue. only: the names of those to forecast (all). on_step hears one short line
    per KPI (progress, logs). Only what the data changed is fitted: a series whose hash is stored is
    left alone. A series that allows no forecast gives one that is refused, with its sentence.
    """
    scope = scope_named(None, tuple(unit.id for unit in generation.units.roots()), ())
    wanted = [kpi for kpi in kpis.values() if not only or kpi.id in only]
    tops = tops_of(generation)
    if not only or LANDING in only:
        on_step(LANDING)
        landings = [landing_forecasts(generation, scope, kpis, unit) for unit in tops]
        yield Batch(tuple(summed_up(generation, scope, chain(*landings), kpis)), pd.DataFrame())
    run = _Run(generation, installation, scope, on_step)
    every = list(chosen(generation, wanted))
    for home in (True, False):
        yield run.batch([one for one in every if is_home(one.kpi) is home])
    on_step("monthly")
    months = [monthly_forecasts(generation, scope, kpi, unit) for kpi in wanted for unit in tops]
    yield Batch(tuple(summed_up(generation, scope, chain(*months), kpis)), pd.DataFrame())


class _Run:
    """What the fits of one generation share."""

    def __init__(
        self, generation: Generation, installation: Installation, scope: Scope, on_step: Step
    ) -> None:
        self._generation = generation
        self._installation = installation
        self._scope = scope
        self._on_step = on_step
        self._events = events.load(generation.home.root)
        if self._events.problem:
            on_step(self._events.problem)
        self._past = past_of(generation)
        self._stored = stored_hashes(generation)
        self._histories: dict[Key, History | None] = {}

    def batch(self, wanted: list[Series]) -> Batch:
        """Fits of these series, reconciled KPI by KPI."""
        jobs = [job for same in self._by_kpi(wanted) for job in self._changed(same)]
        forecasts: list[Forecast] = []
        kept: list[pd.DataFrame] = []
        fitted = fit_all(jobs, self._installation.forecast, on_step=self._on_step)
        for kpi, fits in groupby(zip(jobs, fitted, strict=True), key=lambda one: one[0].kpi):
            self._on_step(kpi.id)
            done = [made for _, made in fits]
            forecasts += self._coherent(kpi, [made.forecast for made in done])
            kept += [_named(made) for made in done if len(made.past)]
        return Batch(tuple(forecasts), pd.concat(kept) if kept else pd.DataFrame())

    @staticmethod
    def _by_kpi(wanted: list[Series]) -> Iterator[list[Series]]:
        for _, same in groupby(wanted, key=lambda one: one.kpi.id):
            yield list(same)

    def _changed(self, same: list[Series]) -> list[Job]:
        """The jobs of one KPI; none when no series of it changed (they are reconciled together)."""
        jobs = [job for job in map(self._job, same) if job is not None]
        if all(self._stored.get(_key(job)) == job.data_hash() for job in jobs):
            return []
        return jobs

    def _job(self, one: Series) -> Job | None:
        history = self._history(one)
        if history is None:
            return None
        key = (one.kpi.id, one.unit, one.facet)
        past = self._past.get(key, pd.DataFrame())
        return Job(
            kpi=one.kpi,
            unit=one.unit,
            facet=one.facet,
            history=history,
            calendar=calendar_of(
                self._installation, one.kpi, self._events.of(one, self._generation.units)
            ),
            past=past,
            today=clock.today(),
            made_at=_now(),
            open_beds=self._open_beds(one),
            members=decide.members_of(self._generation.home, key, past, history),
        )

    def _history(self, one: Series) -> History | None:
        """Read once, however many series and levels ask for it."""
        key = (one.kpi.id, one.unit, one.facet)
        if key not in self._histories:
            self._histories[key] = read_history(self._generation, self._scope, one)
        return self._histories[key]

    def _open_beds(self, one: Series) -> History | None:
        beds = KPIS.get(KpiId("beds_open"))
        if beds is None or one.kpi.id not in FILLS_BEDS:
            return None
        return self._history(Series(beds, one.unit))

    def _coherent(self, kpi: Kpi, made: list[Forecast]) -> list[Forecast]:
        """Wholes agree between levels; facets and rates are left as they are."""
        if kpi.denominator or kpi.additive == "none":
            return made
        units = self._generation.units
        whole = {one.unit: one for one in made if one.facet == ""}
        below = {
            unit: [child.id for child in units.children(unit) if child.id in whole]
            for unit in whole
            if kpi.additive != "establishments" or units.get(unit).level == "group"
        }
        agreed = reconciled(
            whole, {u: b for u, b in below.items() if b and self._is_whole(kpi, u, b)}
        )
        return [*agreed.values(), *(one for one in made if one.facet)]

    def _is_whole(self, kpi: Kpi, parent: UnitId, below: list[UnitId]) -> bool:
        """Whether these children are all that feeds the parent: their days add up to its days."""
        histories = [self._history(Series(kpi, unit)) for unit in (parent, *below)]
        lasts = [float(one.values[-28:].sum()) if one is not None else 0.0 for one in histories]
        return abs(lasts[0] - sum(lasts[1:])) <= 0.001 * max(abs(lasts[0]), 1.0)


def calendar_of(
    installation: Installation, kpi: Kpi, marked: tuple[Event, ...] = ()
) -> FrenchCalendar:
    """The calendar that a series follows: money also follows the days of the month.

    marked: the events of the series.
    """
    return FrenchCalendar(
        installation.holidays,
        installation.school_zone,
        month_cycle=kpi.domain is Domain.FINANCE,
        events=marked,
    )


def read_history(
    generation: Generation, scope: Scope, one: Series, *, years: int = _YEARS_READ
) -> History | None:
    """Observed days up to yesterday; None without any. Partial days are left out."""
    last = clock.yesterday()
    rows = series(
        generation,
        scope,
        one.kpi,
        one.unit,
        start=last - timedelta(days=366 * years),
        end=last,
        grain=Grain.DAY,
        facet=one.facet,
    )
    whole = rows[rows["status"] != "partial"]
    found = pd.DataFrame(
        {"day": whole["period"].to_numpy(), "value": whole["value"].to_numpy(float)}
    )
    return History.of(found) if found["value"].notna().any() else None


def _key(job: Job) -> Key:
    return job.kpi.id, job.unit, job.facet


def _named(made: Fitted) -> pd.DataFrame:
    one = made.forecast
    return made.past.assign(kpi=one.kpi, unit=one.unit, facet=one.facet)


def _now() -> datetime:
    return clock.utc_naive(clock.now())
