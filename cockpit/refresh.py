"""From the sources to a published generation: the whole path, once.

Each source is read on its own: one that fails leaves its last good figures published and its
sentence in the run log. Whatever was landed before a crash is published by the next refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit import clock, refused, state
from cockpit.connect.config import SourceConfig, load_sources
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, BadSource, UnknownKpi
from cockpit.fetch import (
    SourceBusy,
    fetch,
    landing_still,
    record_failure,
)
from cockpit.forecast.beds import store as bed_store
from cockpit.forecast.beds.outlook import make_outlooks
from cockpit.forecast.drift_week import make_weekly
from cockpit.forecast.oversight import review
from cockpit.forecast.run import make_forecasts
from cockpit.forecast.store import to_tables
from cockpit.judging import judge, wants_judging, whole_scope
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import Domain, KpiId
from cockpit.kpi.nowcast import T2A
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import attach, landing, publish, structure, update

if TYPE_CHECKING:
    import pyarrow as pa

DERIVATIONS = (T2A,)

WHO = "cockpit refresh"
_PATIENCE_S = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """generation: the newest after the refresh, None when nothing was ever published.

    published: whether this refresh published one. runs: one record per source that was read.
    """

    generation: int | None
    published: bool
    runs: tuple[state.RunRecord, ...]

    @property
    def failed(self) -> bool:
        """Whether at least one source failed."""
        return any(run.status == "failed" for run in self.runs)


def refresh(
    home: Home,
    sources: Sequence[str] = (),
    *,
    on_step: Say = lambda _: None,
    forecasts: bool = True,
    patience_s: float = 0.0,
) -> RefreshReport:
    """Read the named sources (all when none is named), publish what is new, evaluate alerts.

    forecasts: fit them too (minutes); otherwise the last ones stay. patience_s: how long to wait
    for a publish under way. Raises WarehouseBusy when another process is publishing, BadStructure
    when the structure cannot be read, BadRequest for an unknown source. A source that fails is
    reported in its run, never raised.
    """
    home.prepare()
    units = load_structure(home.structure)
    configs, errors = load_sources(home)
    chosen = [one for one in configs if (one.name in sources if sources else not one.paused)]
    broken = [one for one in errors if not sources or _name_of(one) in sources]
    if not {*sources} <= {*(one.name for one in chosen), *map(_name_of, broken)}:
        raise BadRequest(field="SOURCE", expected="une source de « cockpit source list »")
    runs = [_fetched(home, config, units, on_step) for config in chosen]
    runs += [record_failure(home, _name_of(error), error, who=WHO) for error in broken]
    published, refusals = publish_landed(home, on_step=on_step, patience_s=patience_s)
    if forecasts and (published or _wants_forecasts(home)):
        _publish_forecasts(home, on_step)
    return RefreshReport(
        _newest(home), published, tuple(refused.told(run, refusals) for run in runs)
    )


def publish_landed(
    home: Home,
    *,
    on_step: Say = lambda _: None,
    patience_s: float = 0.0,
    fence: publish.Fence = publish.no_fence,
) -> tuple[bool, refused.Refusals]:
    """Publish whatever is landed and not published yet, then judge it; nothing is read.

    fence: raises when this process may no longer publish. Returns whether there is a new
    generation, and the batches that stay refused. Raises as `refresh`.
    """
    units = load_structure(home.structure)
    configs, _ = load_sources(home)
    with publish.publishing(home.generations, patience_s=patience_s, fence=fence):
        with landing_still(home):
            new = update.pending(home, units)
            if new.batches:
                on_step(f"Publication : {len(new.batches)} lot(s)")
            outcome = _publish_new(home, units, configs, new)
        if outcome.published or wants_judging(home):
            judge(home)
    return outcome.published, outcome.refusals


def rebuild(home: Home, *, on_step: Say = lambda _: None) -> int:
    """Make the warehouse again from landing alone; returns the generation. Raises as `refresh`."""
    home.prepare()
    units = load_structure(home.structure)
    configs, _ = load_sources(home)
    with publish.publishing(home.generations):
        on_step("Reconstruction depuis les lots conservés")
        with landing_still(home):
            everything = update.Pending(landing.landed(home.landing), from_scratch=True)
            _publish_new(home, units, configs, everything)
        return judge(home)


def forecast_now(home: Home, *, only: Sequence[str] = (), on_step: Say = lambda _: None) -> int:
    """Fit on the newest generation and publish; returns the generation.

    only: these KPIs, all without. Raises UnknownKpi.
    """
    for name in only:
        if name not in kpis_of(home.kpis):
            raise UnknownKpi(kpi=name)
    return _publish_forecasts(home, on_step, only)


def alert_now(home: Home) -> int:
    """Evaluate every rule on the newest generation and publish the alerts."""
    with publish.publishing(home.generations):
        return judge(home)


def _fetched(home: Home, config: SourceConfig, units: UnitTree, say: Say) -> state.RunRecord:
    """The run of one source; one that another process is reading is left to it."""
    try:
        return fetch(home, config, units, who=WHO, on_step=say, patience_s=_PATIENCE_S)
    except SourceBusy as busy:
        now = clock.utc_naive(clock.now())
        return state.RunRecord(
            source=config.name,
            started_at=now,
            ended_at=now,
            status="unchanged",
            sentence=busy.sentence(),
        )


def _name_of(error: BadSource) -> str:
    return str(error.facts["file"]).removesuffix(".toml")


def _publish_new(
    home: Home, units: UnitTree, configs: Sequence[SourceConfig], new: update.Pending
) -> update.Outcome:
    """Publish pending batches and note in their sources' runs those that stay refused."""
    sources = [source_row(config) for config in configs]
    outcome = update.publish_batches(home, units, sources, new, DERIVATIONS)
    refused.note(home, outcome, who=WHO)
    return outcome


def source_row(config: SourceConfig) -> structure.SourceRow:
    """What a generation says of a source."""
    provisional = config.provisional_for.total_seconds() / 86400 if config.provisional_for else 0.0
    return structure.SourceRow(
        config.name,
        config.label,
        config.owner,
        config.stale_after.total_seconds() / 3600,
        provisional,
    )


def _publish_forecasts(home: Home, say: Say, only: Sequence[str] = ()) -> int:
    """Fit on the newest generation; new forecasts are added, none is ever changed.

    Fitting takes minutes, so that others publish meanwhile. Beds are looked ahead at unless `only`
    names other matters. Alerts are judged once, on all that was made.
    """
    generation, kpis = attach.Warehouse(home).generation(), kpis_of(home.kpis)
    for act in review(generation, whole_scope(generation), kpis):
        say(f"Prévision arrêtée : {act.kpi} {act.unit}. {act.reason}")
    for batch in make_forecasts(generation, home.installation, on_step=say, kpis=kpis, only=only):
        _publish_made(home, to_tables(batch.forecasts, batch.past))
    if not only or any(kpis[KpiId(name)].domain is Domain.BEDS for name in only):
        outlooks = make_outlooks(generation, home.installation, on_step=say)
        if outlooks:
            _publish_made(home, bed_store.to_tables(outlooks))
    with publish.publishing(home.generations, patience_s=_PATIENCE_S):
        number = judge(home)
    if not only:
        _report_drift(home, say)
    return number


def _report_drift(home: Home, say: Say) -> None:
    """The report of the week, on the forecasts that were just published."""
    generation = attach.Warehouse(home).generation()
    made = make_weekly(generation, whole_scope(generation), kpis_of(home.kpis))
    if made is not None:
        say(f"Rapport de dérive : {made.week}")


def _publish_made(home: Home, made: Mapping[str, pa.Table]) -> None:
    with publish.publishing(home.generations, patience_s=_PATIENCE_S):
        update.publish_forecasts(home, made)


def _wants_forecasts(home: Home) -> bool:
    """Whether the newest generation has data but no forecast yet (a stop between the two)."""
    if publish.current_path(home.generations) is None:
        return False
    return not attach.Warehouse(home).generation(any_version=True).has_forecasts


def _newest(home: Home) -> int | None:
    path = publish.current_path(home.generations)
    return publish.number_of(path) if path else None
