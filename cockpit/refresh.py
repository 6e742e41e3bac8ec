"""From the sources to a published generation: the whole path, once.

Each source is read on its own: one that fails leaves its last good figures published and its
sentence in the run log. Whatever was landed before a crash is published by the next refresh.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cockpit import clock, state
from cockpit.access.scope import Scope, Site, scope_named
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.store import to_table
from cockpit.connect.batch import Batch
from cockpit.connect.config import SourceConfig, load_sources
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, BadRequest, BadSource, CockpitError, SourceUnavailable
from cockpit.forecast.run import make_forecasts
from cockpit.forecast.store import to_tables
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.nowcast import T2A
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import attach, landing, publish, structure, update
from cockpit.warehouse.landing import Landed

DERIVATIONS = (T2A,)

Say = Callable[[str], None]


@dataclass
class _Reading:
    """What one source gave so far, for its run record."""

    source: str
    started_at: datetime
    landed: list[Landed] = field(default_factory=list)
    refused_rows: list[state.RefusedRow] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    failed: bool = False


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
) -> RefreshReport:
    """Read the named sources (all when none is named), publish what is new, evaluate alerts.

    forecasts: fit them too (minutes); otherwise the last ones stay. Raises WarehouseBusy when
    another process is publishing, BadStructure when the structure cannot be read, BadRequest for
    an unknown source. A source that fails is reported in its run, never raised.
    """
    home.prepare()
    units = load_structure(home.structure)
    configs, errors = load_sources(home)
    chosen = [one for one in configs if not sources or one.name in sources]
    broken = [one for one in errors if not sources or _name_of(one) in sources]
    if not {*sources} <= {*(one.name for one in chosen), *map(_name_of, broken)}:
        raise BadRequest(field="SOURCE", expected="une source de « cockpit source list »")
    with publish.publishing(home.generations):
        readings = [_read(home, config, units, on_step) for config in chosen]
        readings += [_broken(error) for error in broken]
        new = update.pending(home, units)
        if new.batches:
            on_step(f"Publication : {len(new.batches)} lot(s)")
        published = _publish_new(home, units, configs, readings, new)
        if published or _wants_alerts(home):
            _publish_alerts(home)
        if forecasts and (published or _wants_forecasts(home)):
            _publish_forecasts(home, on_step)
    runs = tuple(_record(home, reading) for reading in readings)
    return RefreshReport(_newest(home), published, runs)


def rebuild(home: Home, *, on_step: Say = lambda _: None) -> int:
    """Make the warehouse again from landing alone; returns the generation. Raises as `refresh`."""
    home.prepare()
    units = load_structure(home.structure)
    configs, _ = load_sources(home)
    with publish.publishing(home.generations):
        on_step("Reconstruction depuis les lots conservés")
        everything = update.Pending(landing.landed(home.landing), from_scratch=True)
        _publish_new(home, units, configs, [], everything)
        return _publish_alerts(home)


def forecast_now(home: Home, *, on_step: Say = lambda _: None) -> int:
    """Fit every forecast on the newest generation and publish them; returns the generation."""
    with publish.publishing(home.generations):
        return _publish_forecasts(home, on_step)


def alert_now(home: Home) -> int:
    """Evaluate every rule on the newest generation and publish the alerts."""
    with publish.publishing(home.generations):
        return _publish_alerts(home)


def _read(home: Home, config: SourceConfig, units: UnitTree, say: Say) -> _Reading:
    """Land every new delivery of one source; stops at the first failure of the source itself."""
    reading = _Reading(config.name, clock.utc_naive(clock.now()))
    already = [*landing.landed(home.landing), *landing.set_aside_before(home.landing)]
    stamp = structure.structure_hash(units)
    known = landing.known_hashes(home.landing, config.name, stamp)
    provisional = config.provisional_for.days if config.provisional_for else 0
    try:
        cursor = landing.cursor_of(home.landing, config.name)
        for found in batches(home, config, known, units, cursor):
            if isinstance(found, BadDelivery):
                _refuse_file(reading, found)
                continue
            say(f"{config.label} : {found.file}")
            one = landing.land(
                home.landing, found, already, structure_hash=stamp, provisional_days=provisional
            )
            already.append(one)
            _keep(reading, found, one)
    except CockpitError as error:
        _fail(reading, error)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "le disque est plein" if full else f"erreur du disque ({error.strerror})"
        _fail(reading, SourceUnavailable(source=config.name, reason=reason))
    except Exception as error:  # noqa: BLE001 - a connector that breaks must not stop the others
        reason = f"erreur inattendue du connecteur ({type(error).__name__})"
        _fail(reading, SourceUnavailable(source=config.name, reason=reason))
    return reading


def _fail(reading: _Reading, error: CockpitError) -> None:
    reading.failed = True
    reading.sentences.append(error.sentence())


def _keep(reading: _Reading, batch: Batch, one: Landed) -> None:
    reading.landed.append(one)
    reading.refused_rows += state.RefusedRow.many(batch.quarantine)


def _refuse_file(reading: _Reading, error: BadDelivery) -> None:
    reading.failed = True
    reading.sentences.append(error.sentence())
    line = error.facts.get("line")
    reading.refused_rows.append(
        state.RefusedRow(
            str(error.facts["file"]),
            line if isinstance(line, int) else None,
            str(error.facts.get("field", "")),
            f"attendu : {error.facts['expected']}",
        )
    )


def _name_of(error: BadSource) -> str:
    return str(error.facts["file"]).removesuffix(".toml")


def _broken(error: BadSource) -> _Reading:
    reading = _Reading(_name_of(error), clock.utc_naive(clock.now()), failed=True)
    reading.sentences.append(error.sentence())
    return reading


def _publish_new(
    home: Home,
    units: UnitTree,
    configs: Sequence[SourceConfig],
    readings: Sequence[_Reading],
    new: update.Pending,
) -> bool:
    """Publish pending batches and note in their sources' runs those that were refused."""
    sources = [_source_row(config) for config in configs]
    outcome = update.publish_batches(home, units, sources, new, DERIVATIONS)
    for refusal in outcome.refusals:
        for reading in readings:
            if reading.source == refusal.landed.source:
                _refuse_file(reading, refusal.error)
    return outcome.published


def _source_row(config: SourceConfig) -> structure.SourceRow:
    provisional = config.provisional_for.total_seconds() / 86400 if config.provisional_for else 0.0
    return structure.SourceRow(
        config.name,
        config.label,
        config.owner,
        config.stale_after.total_seconds() / 3600,
        provisional,
    )


def _publish_alerts(home: Home) -> int:
    """Evaluate the rules on the newest generation, then publish what they say."""
    generation = attach.Warehouse(home).generation()
    scope = whole_scope(generation)
    kpis = tuple(kpis_of(home.kpis).values())
    evaluated_at = clock.utc_naive(clock.now())
    found = evaluate(generation, scope, kpis, clock.today())
    return update.publish_alerts(home, to_table(found), evaluated_at)


def _wants_alerts(home: Home) -> bool:
    """Whether the newest figures have not been judged (a stop between the two), or not today: a
    source becomes late by doing nothing."""
    if publish.current_path(home.generations) is None:
        return False
    judged = attach.Warehouse(home).generation().alerts_at
    return judged is None or clock.in_paris(judged).date() < clock.today()


def _publish_forecasts(home: Home, say: Say) -> int:
    """Fit on the newest generation; new forecasts are added, none is ever changed."""
    generation = attach.Warehouse(home).generation()
    made = make_forecasts(generation, home.installation, on_step=say)
    update.publish_forecasts(home, to_tables(made))
    return _publish_alerts(home)


def _wants_forecasts(home: Home) -> bool:
    """Whether the newest generation has data but no forecast yet (a stop between the two)."""
    if publish.current_path(home.generations) is None:
        return False
    return not attach.Warehouse(home).generation().has_forecasts


def whole_scope(generation: attach.Generation) -> Scope:
    """The scope of the worker: everything."""
    return scope_named(
        None,
        tuple(root.id for root in generation.units.roots()),
        tuple(Site(u.id, u.label) for u in generation.units.establishments()),
    )


def _record(home: Home, reading: _Reading) -> state.RunRecord:
    status: state.RunStatus = "unchanged"
    if reading.failed:
        status = "failed"
    elif reading.landed:
        status = "ok"
    record = state.RunRecord(
        source=reading.source,
        started_at=reading.started_at,
        ended_at=clock.utc_naive(clock.now()),
        status=status,
        files=len(reading.landed),
        lines=sum(one.lines for one in reading.landed),
        accepted=sum(one.accepted for one in reading.landed),
        refused=sum(one.refused for one in reading.landed),
        sentence=" ".join(reading.sentences),
        hashes=tuple(one.source_hash for one in reading.landed),
    )
    state.record_run(state.engine(home), record, reading.refused_rows)
    return record


def _newest(home: Home) -> int | None:
    path = publish.current_path(home.generations)
    return publish.number_of(path) if path else None
