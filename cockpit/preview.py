"""What a source's pending deliveries would change, computed on a copy that no reader ever sees.

The copy is a whole small installation in a temporary folder beside the generations: the batches are
landed and published there by the very code of a refresh, then every KPI that reads one of their
measures is computed before and after, for the units concerned and all that contain them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from cockpit import clock
from cockpit.connect.batch import Batch
from cockpit.connect.config import SourceConfig
from cockpit.connect.deliver import batches
from cockpit.errors import BadDelivery
from cockpit.judging import whole_scope
from cockpit.kpi import compute
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import Grain, Kpi, UnitId
from cockpit.kpi.special import special_terms
from cockpit.kpi.units import UnitTree
from cockpit.kpi.windows import add_months
from cockpit.refresh import DERIVATIONS, source_row
from cockpit.settings import Home
from cockpit.warehouse import aside, landing, publish, schema, structure, update
from cockpit.warehouse.attach import Generation, Warehouse

_MOST_DAYS = 62
_SAME = 1e-9
_KEYS = ["measure", "unit", "day"]

Days = tuple[date, date]
Values = dict[tuple[UnitId, date], float]


@dataclass(frozen=True, slots=True)
class Effect:
    """One KPI of one unit over one period. before, after: in the KPI's unit, None when absent."""

    kpi: str
    unit: UnitId
    grain: Grain
    period: date
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be published.

    batches: as mapped and checked. refusals: deliveries refused whole, by the connector or by the
    warehouse. effects: every figure that would change, by KPI, unit and period.
    """

    batches: tuple[Batch, ...]
    refusals: tuple[BadDelivery, ...]
    effects: tuple[Effect, ...]


def preview(home: Home, config: SourceConfig, units: UnitTree) -> Preview:
    """Read what is pending at one source, publish it aside, compare; nothing of it stays.

    Raises SourceUnavailable, SourceRefused, BadStructure, DiskFull.
    """
    past = landing.before(home.landing, config.name, structure.structure_hash(units))
    found = list(batches(home, config, past.hashes, units, past.cursor, header=past.header))
    read = tuple(one for one in found if isinstance(one, Batch))
    refused = tuple(one for one in found if isinstance(one, BadDelivery))
    refused += tuple(one.error for one in aside.refused(home.landing, config.name))
    if not read:
        return Preview((), refused, ())
    with _aside(home) as copy:
        before = _newest(copy)
        outcome = update.publish_batches(
            copy,
            units,
            [source_row(config)],
            _pending(home, copy, config, read, units),
            DERIVATIONS,
        )
        effects = tuple(_effects(before, _newest(copy), read)) if outcome.published else ()
    return Preview(read, refused + tuple(one.error for one in outcome.refusals), effects)


@contextmanager
def _aside(home: Home) -> Iterator[Home]:
    """A copy of the newest state in its own folder, removed at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix=".preview-", dir=home.root) as folder:
        copy = Home(Path(folder)).prepare()
        shutil.copytree(home.kpis, copy.kpis, dirs_exist_ok=True)
        if (home.root / "cockpit.toml").exists():
            shutil.copyfile(home.root / "cockpit.toml", copy.root / "cockpit.toml")
        newest = publish.current_path(home.generations)
        if newest is not None:
            os.link(newest, copy.generations / newest.name)  # never written again
            (copy.generations / publish.POINTER).write_text(newest.name, "utf-8")
        yield copy


def _newest(home: Home) -> Generation | None:
    return Warehouse(home).generation() if publish.current_path(home.generations) else None


def _pending(
    home: Home, copy: Home, config: SourceConfig, read: Sequence[Batch], units: UnitTree
) -> update.Pending:
    """The read batches, landed in the copy; after all others when the structure has moved."""
    kept = landing.landed(home.landing)
    already = list(kept)
    provisional = config.provisional_for.days if config.provisional_for else 0
    stamp = structure.structure_hash(units)
    for batch in read:
        already.append(
            landing.land(
                copy.landing, batch, already, structure_hash=stamp, provisional_days=provisional
            )
        )
    waiting = update.pending(home, units)
    fresh = already[len(kept) :]
    if waiting.from_scratch:
        again = {(one.source, one.source_hash) for one in fresh}
        kept = tuple(one for one in kept if (one.source, one.source_hash) not in again)
        return update.Pending((*kept, *fresh), from_scratch=True)
    return update.Pending(tuple(fresh), from_scratch=False)


def _effects(
    before: Generation | None, after: Generation | None, read: Sequence[Batch]
) -> Iterator[Effect]:
    """Every change, for the KPIs that read a delivered measure and the units that report it."""
    if after is None:
        return
    tables = [table.select(_KEYS) for batch in read for table in batch.observations.tables()]
    touched = _texts(tables, "measure")
    given = _texts(tables, "unit")
    if any(batch.replace != "rows" for batch in read):  # what is left out is withdrawn
        given |= _reporters(after, touched)
    days = _days(tables, read)
    for kpi in kpis_of(after.home.kpis).values():
        terms = [*kpi.terms(), *special_terms(kpi)]
        if touched & {str(term.measure) for term in terms}:
            reach = days if all(term.span == "period" for term in terms) else _to_now(days)
            grain = _grain(kpi, days)
            old = _values(before, kpi, given, grain, reach)
            new = _values(after, kpi, given, grain, reach)
            yield from _changes(kpi, grain, old, new)


def _reporters(generation: Generation, measures: set[str]) -> set[str]:
    """Every unit that ever reported one of them."""
    numbers = [
        generation.measure_numbers[name]
        for name in sorted(measures)
        if name in generation.measure_numbers
    ]
    statement = (
        sa.select(schema.unit.c.code)
        .join(schema.reporter, schema.reporter.c.unit_id == schema.unit.c.unit_id)
        .where(schema.reporter.c.measure_id.in_(numbers))
    )
    return set(generation.read(statement)["code"])


def _texts(tables: Sequence[pa.Table], name: str) -> set[str]:
    return {text for table in tables for text in pc.unique(table[name]).to_pylist()}


def _days(tables: Sequence[pa.Table], read: Sequence[Batch]) -> Days:
    ends = [pc.min_max(table["day"]).as_py() for table in tables if table.num_rows]
    first = min((one["min"] for one in ends), default=clock.today())
    last = max((one["max"] for one in ends), default=clock.today())
    if any(batch.replace == "month" for batch in read):
        return first.replace(day=1), add_months(last.replace(day=1), 1) - timedelta(days=1)
    return first, last


def _to_now(days: Days) -> Days:
    """A year to date, or twelve months, moves long after the days delivered."""
    return days[0], max(days[1], clock.yesterday())


def _grain(kpi: Kpi, days: Days) -> Grain:
    short = (days[1] - days[0]).days < _MOST_DAYS
    return Grain.DAY if kpi.step == "day" and short else Grain.MONTH


def _changes(kpi: Kpi, grain: Grain, old: Values, new: Values) -> Iterator[Effect]:
    for unit, period in dict.fromkeys((*old, *new)):
        was, will = old.get((unit, period)), new.get((unit, period))
        if was is None or will is None or abs(was - will) > _SAME * max(1.0, abs(was)):
            yield Effect(kpi.id, unit, grain, period, was, will)


def _values(
    generation: Generation | None, kpi: Kpi, given: set[str], grain: Grain, days: Days
) -> Values:
    """The KPI at the given units and at every unit that contains one, by (unit, period)."""
    if generation is None:
        return {}
    units = generation.units
    known = [UnitId(code) for code in given if code in units]
    wanted = {*known, *(above.id for unit in known for above in units.ancestors(unit))}
    scope = whole_scope(generation)
    found: Values = {}
    for node in sorted(wanted & set(scope.roots)):
        frame = compute.series(
            generation, scope, kpi, node, start=days[0], end=days[1], grain=grain
        )
        found |= _by_period(frame.assign(unit=node))
    for node in sorted(unit for unit in wanted if units.children(unit)):
        frame = compute.series(
            generation, scope, kpi, node, start=days[0], end=days[1], grain=grain, by="unit"
        )
        found |= _by_period(frame[frame["unit"].isin(wanted)])
    return found


def _by_period(frame: pd.DataFrame) -> Values:
    periods = pd.to_datetime(frame["period"]).dt.date
    keys = zip(frame["unit"], periods, strict=True)
    return dict(zip(keys, frame["value"].astype(float), strict=True))
