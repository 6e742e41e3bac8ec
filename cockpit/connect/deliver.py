"""The public verb of this package: a source's new deliveries, as checked batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cockpit import clock
from cockpit.connect import checks, registry, unread
from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.coded import Ints
from cockpit.connect.config import SourceConfig
from cockpit.connect.contract import Asked, Deadline, Delivery, places
from cockpit.connect.distinct import distinct, without
from cockpit.connect.mapping import Fault, Mapped, map_lines
from cockpit.connect.observations import Observations, Spool
from cockpit.connect.reasons import REPEATED
from cockpit.connect.watch import Watch, fresh
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home

MOST_REFUSED = 1_000_000
"""Beyond, a delivery is refused whole: it is not what the mapping says, and would fill memory."""

_MOST_COLUMNS = 500
_LONGEST_COLUMN = 200


def batches(
    home: Home,
    config: SourceConfig,
    known_hashes: frozenset[str],
    units: UnitTree,
    cursor: str = "",
    *,
    header: tuple[str, ...] = (),
) -> Iterator[Batch | BadDelivery]:
    """Every delivery of a source that is not in `known_hashes`, oldest first.

    known_hashes: `source_hash` of the batches already loaded. cursor, header: those of the last
    one. A file refused whole is yielded as its BadDelivery and the next one is read. Raises
    SourceUnavailable when nothing can be reached, SourceRefused when a person must act.
    """
    found = _batches(home, config, known_hashes, units, cursor, header=header)
    return fresh(found, config) if config.contract.freshness else found


def _batches(
    home: Home,
    config: SourceConfig,
    known_hashes: frozenset[str],
    units: UnitTree,
    cursor: str,
    *,
    header: tuple[str, ...],
) -> Iterator[Batch | BadDelivery]:
    connector = registry.connector(config.connector)
    settings = connector.Config.model_validate(config.settings)

    def is_known(digest: str) -> bool:
        return source_hash(digest, config) in known_hashes

    asked = Asked(
        home=home,
        source=config.name,
        columns=tuple(dict.fromkeys((*config.mapping.sources(), *config.contract.key))),
        is_known=is_known,
        cursor=_own_cursor(cursor, config),
        deadline=Deadline.after(config.time_limit.total_seconds()),
    )
    try:
        for delivery in connector.read(asked, settings):
            if isinstance(delivery, BadDelivery):
                yield delivery
                continue
            try:
                batch = batch_of(delivery, config, units, asked.cursor, home.landing, header=header)
            except BadDelivery as refusal:
                yield refusal
                continue
            if batch.source_hash:
                yield batch
                header = batch.header or header
                asked = replace(asked, cursor=_own_cursor(batch.cursor, config))
    except (SourceUnavailable, SourceRefused) as error:
        raise type(error)(**{**error.facts, "source": config.name}) from error


def source_hash(digest: str, config: SourceConfig) -> str:
    """sha256 of a delivery's digest and of what decides how it is read. The columns, types, key and
    freshness of the contract hold for deliveries to come: old ones had other columns."""
    return hashlib.sha256(f"{digest}\n{_how_read(config)}".encode()).hexdigest()


def _how_read(config: SourceConfig) -> str:
    mapping = config.mapping.model_dump(mode="json")
    mapping["zero_is_missing"].sort()
    where = places(registry.connector(config.connector))
    reading = {
        "connector": config.connector,
        "mapping": mapping,
        "settings": {key: text for key, text in config.settings.items() if key not in where},
        "replace": config.replaces,
        "duplicates": config.duplicates,
        "contract": {
            "mode": config.contract.mode_of("ranges"),
            **config.contract.model_dump(mode="json", include={"ranges"}),
        },
    }
    return json.dumps(
        reading, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )  # str: a date of the TOML


def stamp(config: SourceConfig) -> str:
    """What tells one way of reading a source from another."""
    return source_hash("", config)[:16]


def _own_cursor(cursor: str, config: SourceConfig) -> str:
    """The cursor itself; "" when the source was read otherwise then: all is to be read again."""
    read_as, _, text = cursor.partition(":")
    return text if read_as == stamp(config) else ""


def batch_of(
    delivery: Delivery,
    config: SourceConfig,
    units: UnitTree,
    previous: str = "",
    folder: Path | None = None,
    *,
    header: tuple[str, ...] = (),
) -> Batch:
    """One delivery mapped and checked, part by part. lines = accepted lines + refused lines.

    previous, header: the cursor and the columns before it. folder: where a large one waits. A
    delivery without digest that says what the last one said has an empty `source_hash`. Raises
    BadDelivery when it is refused whole.
    """
    watch = Watch(delivery, config, folder)
    read = _read(delivery, config, units, watch, folder)
    _refuse_repeated(read, config, watch)
    quarantine = pa.concat_tables(read.refused)
    quarantine = quarantine.sort_by([("line", "ascending"), ("column", "ascending")])
    unread_part = unread.said(delivery, read.lines, quarantine)
    digest, cursor = _identity(delivery, read.spool, quarantine, previous)
    return Batch(
        source=config.name,
        file=delivery.name,
        source_hash=source_hash(digest, config) if digest else "",
        received_at=clock.utc_naive(clock.now()),
        replace=config.replaces,
        lines=read.lines,
        observations=read.spool,
        quarantine=quarantine,
        cursor=f"{stamp(config)}:{cursor}" if cursor else "",
        warnings=(*watch.warnings(header), *unread_part),
        header=_kept_header(delivery.names()),
    )


@dataclass
class _Read:
    """A delivery as far as it was read. refused: schema QUARANTINE, in parts."""

    name: str
    spool: Spool
    folder: Path | None
    lines: int = 0
    refused: list[pa.Table] = field(default_factory=lambda: [QUARANTINE.empty_table()])


def _read(
    delivery: Delivery, config: SourceConfig, units: UnitTree, watch: Watch, folder: Path | None
) -> _Read:
    read = _Read(delivery.name, Spool(folder), folder)
    for part in delivery.parts:
        mapped = map_lines(part.table, delivery, config.mapping)
        found, faults = _checked(mapped, config, units, watch.part(mapped))
        read.spool.add(found)
        read.lines += len(mapped.lines.number) + part.refused.num_rows
        read.refused += [part.refused] if part.refused.num_rows else []
        read.refused += [
            _quarantined(delivery.name, mapped.lines.number[one.rows], one) for one in faults
        ]
        _refuse_flood(delivery, read.refused)
    return read


def _refuse_repeated(read: _Read, config: SourceConfig, watch: Watch) -> None:
    """Take out the lines that give again what another one gives: the contract's key, then the key
    of every observation."""
    alike = watch.repeated()
    if len(alike):
        read.spool = without(read.spool, alike, read.folder)
        read.refused.append(_quarantined(read.name, alike, watch.fault_of_key(alike)))
    read.spool, again = distinct(read.spool, sums=config.duplicates == "sum", folder=read.folder)
    if len(again):
        where = (*config.mapping.unit.sources(), *config.mapping.date.sources())
        one = Fault(again, " + ".join(where), REPEATED)
        read.refused.append(_quarantined(read.name, again, one))


def _kept_header(names: tuple[str, ...]) -> tuple[str, ...]:
    """What is noted of a header: () for one that no table has."""
    fits = len(names) <= _MOST_COLUMNS and all(len(name) <= _LONGEST_COLUMN for name in names)
    return names if fits else ()


def _refuse_flood(delivery: Delivery, refused: list[pa.Table]) -> None:
    if sum(table.num_rows for table in refused) > MOST_REFUSED:
        reasons = pc.value_counts(pa.concat_tables(refused)["reason"]).to_pylist()
        usual = max(reasons, key=lambda one: one["counts"])["values"]
        expected = f"moins d'un million de lignes refusées (motif le plus fréquent : {usual})"
        raise BadDelivery(file=delivery.name, expected=expected)


def _checked(
    mapped: Mapped, config: SourceConfig, units: UnitTree, broken: list[Fault]
) -> tuple[Observations, list[Fault]]:
    faults = [*mapped.faults, *checks.check(mapped, config.mapping, units), *broken]
    refused = np.zeros(len(mapped.lines.number), dtype=bool)
    for fault in faults:
        refused[fault.rows] = True
    return checks.observations(mapped, refused), faults


def _identity(
    delivery: Delivery, spool: Spool, quarantine: pa.Table, previous: str
) -> tuple[str, str]:
    """Digest and cursor. A delivery that was never a file is known by what it says: the same as
    the last time is nothing new ("" as digest), the same as some other time is a change back."""
    if delivery.digest:
        return delivery.digest, delivery.reached()
    said = hashlib.sha256()
    for table in chain((part.cast(ROWS) for part in spool.tables()), (quarantine,)):
        written = pa.BufferOutputStream()
        with pa.ipc.new_stream(written, table.schema) as stream:
            stream.write_table(table.combine_chunks())
        said.update(written.getvalue())
    cursor = delivery.reached() or f"={said.hexdigest()}"
    if cursor == previous:
        return "", cursor
    said.update(previous.encode())
    return said.hexdigest(), cursor


def _quarantined(name: str, numbers: Ints, fault: Fault) -> pa.Table:
    count = len(numbers)
    columns = [
        pa.repeat(pa.scalar(name, pa.string()), count),
        pa.array(numbers),
        pa.repeat(pa.scalar(fault.column, pa.string()), count),
        pa.repeat(pa.scalar(fault.reason, pa.string()), count),
    ]
    return pa.table(columns, schema=QUARANTINE)
