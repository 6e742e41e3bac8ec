"""The contract of a source as its newest delivery shows it: proposed, then written in its TOML.

Nobody types forty columns by hand. What the source already says stays; ranges are never proposed:
the next record would break them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import pyarrow as pa
import pyarrow.compute as pc

from cockpit.administer import sources, toml
from cockpit.connect.batch import Batch
from cockpit.connect.clauses import Clause, ColumnType, Contract, Mode
from cockpit.connect.config import SourceConfig, load_source
from cockpit.connect.deliver import batches
from cockpit.connect.expect import Shapes, newest, shapes
from cockpit.connect.structure import load_structure
from cockpit.errors import NeverRead
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import landing
from cockpit.warehouse.structure import structure_hash

_CLAUSES: tuple[Clause, ...] = ("columns", "types", "key", "freshness")
_MOST_ROWS = 1_000_000
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Seen:
    """The newest delivery. whole: measures whose values have no decimals. age: of its newest day
    when it came."""

    header: tuple[str, ...]
    whole: frozenset[str]
    age: timedelta


def learned(home: Home, name: str) -> dict[str, object]:
    """The `[contract]` that the newest delivery of a source keeps, nested as in the TOML.

    The newest that waits, else the newest kept: a delivery refused for its columns is taken as what
    they must be from now on. Raises NeverRead when nothing was delivered, BadSource,
    SourceUnavailable, SourceRefused.
    """
    given = sources.read_values(home, name).get("contract", {})
    config = load_source(home.sources / f"{name}.toml")
    made: dict[str, object] = {**given} if isinstance(given, dict) else {}
    seen = _seen(home, config)
    if key := config.contract.key or _key(config):
        made["key"] = list(key)
    if not config.contract.freshness:
        made["freshness"] = f"{ceil(max(config.stale_after, seen.age) / _DAY)}d"
    if seen.header:
        named = filter(None, seen.header)
        made["columns"] = {column: _column(column, config, seen) for column in named}
    return made


def with_mode(contract: Mapping[str, object], mode: Mode) -> dict[str, object]:
    """The same with this mode for its columns, types, key and freshness."""
    before = contract.get("modes")
    modes = {**before} if isinstance(before, Mapping) else {}
    return {**contract, "modes": modes | dict.fromkeys(_CLAUSES, mode)}


def text(contract: Mapping[str, object]) -> str:
    """As the source's file says it."""
    return toml.written({"contract": contract})


def freeze(home: Home, name: str, contract: Mapping[str, object], who: str) -> SourceConfig:
    """Write a learned contract in the source. Raises as `sources.save`."""
    version = sources.version_of(home, name)
    values = {**sources.read_values(home, name), "contract": contract}
    return sources.save(home, name, values, who, version=version)


def _seen(home: Home, config: SourceConfig) -> _Seen:
    units = load_structure(home.structure)
    past = landing.before(home.landing, config.name, structure_hash(units))
    if waiting := _waiting(home, config, units, past):
        rows, noted = waiting.observations.tables(), shapes(waiting.observations.tables())
        few = len(waiting.observations) <= _MOST_ROWS
        whole = _whole(rows if few else ())
        return _Seen(waiting.header, whole, _age(noted, waiting.received_at))
    delivered = landing.in_state(home.landing, landing.KEPT, config.name)
    kept = [one for one in delivered if not one.withdraws]
    if not kept:
        raise NeverRead(source=config.name)
    last = kept[-1]
    whole = _whole([last.rows()] if last.accepted <= _MOST_ROWS else ())
    return _Seen(past.header, whole, _age(last.shapes, last.received_at))


def _waiting(
    home: Home, config: SourceConfig, units: UnitTree, past: landing.Before
) -> Batch | None:
    """The newest delivery that is not kept yet, as it would be without a contract."""
    loose = config.model_copy(update={"contract": _loose(config.contract)})
    found = batches(home, loose, past.hashes, units, past.cursor)
    return next((one for one in reversed(list(found)) if isinstance(one, Batch)), None)


def _loose(contract: Contract) -> Contract:
    """Only what decides how a delivery is read."""
    return Contract(mode=contract.mode_of("ranges"), ranges=contract.ranges)


def _whole(tables: Iterable[pa.Table]) -> frozenset[str]:
    met: dict[str, bool] = {}
    for table in tables:
        values = table["value"].cast(pa.float64())
        broken = pc.not_equal(values, pc.round(values))
        names = table["measure"].cast(pa.string())
        met |= dict.fromkeys(set(pc.unique(names).to_pylist()) - met.keys(), True)
        met |= dict.fromkeys(pc.unique(names.filter(broken)).to_pylist(), False)
    return frozenset(name for name, is_whole in met.items() if is_whole)


def _age(noted: Shapes, received: datetime) -> timedelta:
    last = newest(noted)
    return max(received.date() - last, timedelta()) if last else timedelta()


def _key(config: SourceConfig) -> tuple[str, ...]:
    """The columns that say what a line is about; none where lines of one key are added up."""
    mapping = config.mapping
    if config.duplicates == "sum":
        return ()
    numbers = {*mapping.measures, *([mapping.value.column] if mapping.value else [])}
    numbers |= {one.weight for all_ in mapping.measures.values() for one in all_ if one.weight}
    return tuple(name for name in mapping.sources() if name not in numbers)


def _column(name: str, config: SourceConfig, seen: _Seen) -> object:
    """What the source says of it already, else its type as it was read."""
    if declared := config.contract.columns.get(name):
        return {"type": declared.type, "unit": declared.unit} if declared.unit else declared.type
    found: ColumnType = "text"
    if config.mapping.date.sources() == (name,):
        found = "date"
    elif targets := config.mapping.measures.get(name):
        whole = all(
            one.scale == 1 and not one.weight and one.measure in seen.whole for one in targets
        )
        found = "integer" if whole else "number"
    elif config.mapping.value and name == config.mapping.value.column:
        found = "number"
    return found
