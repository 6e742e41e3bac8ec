"""The public verb of this package: a source's new deliveries, as checked batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cockpit import clock
from cockpit.connect import checks, registry
from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.checks import Observations
from cockpit.connect.config import SourceConfig
from cockpit.connect.contract import Asked, Deadline, Delivery
from cockpit.connect.mapping import Fault, Lines, map_lines
from cockpit.connect.reasons import REPEATED
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home


def batches(
    home: Home,
    config: SourceConfig,
    known_hashes: frozenset[str],
    units: UnitTree,
    cursor: str = "",
) -> Iterator[Batch | BadDelivery]:
    """Every delivery of a source that is not in `known_hashes`, oldest first.

    known_hashes: `source_hash` of the batches already loaded. cursor: `Batch.cursor` of the last
    one. A file refused whole is yielded as its BadDelivery and the next one is read. Raises
    SourceUnavailable when nothing can be reached, SourceRefused when a person must act.
    """
    connector = registry.connector(config.connector)
    settings = connector.Config.model_validate(config.settings)

    def is_known(digest: str) -> bool:
        return source_hash(digest, config) in known_hashes

    asked = Asked(
        home=home,
        source=config.name,
        columns=config.mapping.sources(),
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
                batch = batch_of(delivery, config, units, asked.cursor)
            except BadDelivery as refusal:
                yield refusal
                continue
            if batch.source_hash:
                yield batch
                asked = replace(asked, cursor=_own_cursor(batch.cursor, config))
    except (SourceUnavailable, SourceRefused) as error:
        raise type(error)(**{**error.facts, "source": config.name}) from error


def source_hash(digest: str, config: SourceConfig) -> str:
    """sha256 of a delivery's digest and of everything that decides how it is read."""
    return hashlib.sha256(f"{digest}\n{_how_read(config)}".encode()).hexdigest()


def _how_read(config: SourceConfig) -> str:
    mapping = config.mapping.model_dump(mode="json")
    mapping["zero_is_missing"].sort()
    reading = {
        "connector": config.connector,
        "mapping": mapping,
        "settings": {key: text for key, text in config.settings.items() if key != "path"},
        "replace": config.replaces,
        "duplicates": config.duplicates,
    }
    return json.dumps(reading, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _stamp(config: SourceConfig) -> str:
    return source_hash("", config)[:16]


def _own_cursor(cursor: str, config: SourceConfig) -> str:
    """The cursor itself; "" when the source was read otherwise then: all is to be read again."""
    stamp, _, text = cursor.partition(":")
    return text if stamp == _stamp(config) else ""


def batch_of(
    delivery: Delivery, config: SourceConfig, units: UnitTree, previous: str = ""
) -> Batch:
    """One delivery mapped and checked. lines = accepted lines + refused lines.

    previous: the cursor before it. A delivery without digest that says what the last one said has
    an empty `source_hash`. Raises BadDelivery when it is refused whole.
    """
    table, cut_out = _whole(delivery)
    mapped = map_lines(table, delivery, config.mapping)
    faults = [*mapped.faults, *checks.check(mapped, config.mapping, units)]
    refused = np.zeros(len(mapped.lines.number), dtype=bool)
    for fault in faults:
        refused[fault.rows] = True
    found = checks.observations(mapped, refused)
    found, again = _distinct(found, config)
    faults += again
    quarantine = pa.concat_tables(
        [cut_out, *(_quarantined(delivery.name, mapped.lines, fault) for fault in faults)]
    )
    rows = _rows(found)
    quarantine = quarantine.sort_by([("line", "ascending"), ("column", "ascending")])
    digest, cursor = _identity(delivery, rows, quarantine, previous)
    return Batch(
        source=config.name,
        file=delivery.name,
        source_hash=source_hash(digest, config) if digest else "",
        received_at=clock.utc_naive(clock.now()),
        replace=config.replaces,
        lines=len(mapped.lines.number) + cut_out.num_rows,
        rows=rows,
        quarantine=quarantine,
        cursor=f"{_stamp(config)}:{cursor}" if cursor else "",
    )


def _whole(delivery: Delivery) -> tuple[pa.Table, pa.Table]:
    parts = list(delivery.parts)
    refused = pa.concat_tables([QUARANTINE.empty_table(), *(part.refused for part in parts)])
    return pa.concat_tables([part.table for part in parts]), refused


def _identity(
    delivery: Delivery, rows: pa.Table, quarantine: pa.Table, previous: str
) -> tuple[str, str]:
    """Digest and cursor. A delivery that was never a file is known by what it says: the same as
    the last time is nothing new ("" as digest), the same as some other time is a change back."""
    if delivery.digest:
        return delivery.digest, delivery.cursor
    said = hashlib.sha256()
    for table in (rows, quarantine):
        written = pa.BufferOutputStream()
        with pa.ipc.new_stream(written, table.schema) as stream:
            stream.write_table(table.combine_chunks())
        said.update(written.getvalue())
    cursor = delivery.cursor or f"={said.hexdigest()}"
    if cursor == previous:
        return "", cursor
    said.update(previous.encode())
    return said.hexdigest(), cursor


def _distinct(found: Observations, config: SourceConfig) -> tuple[Observations, list[Fault]]:
    key = checks.keys(found)
    repeated = checks.repeated(key)
    if not repeated.any():
        return found, []
    if config.duplicates == "sum":
        return checks.summed(found, key), []
    rows = np.unique(found.rows[repeated])
    where = (*config.mapping.unit.sources(), *config.mapping.date.sources())
    return found.kept(np.flatnonzero(~np.isin(found.rows, rows))), [
        Fault(rows, " + ".join(where), REPEATED)
    ]


def _quarantined(name: str, lines: Lines, fault: Fault) -> pa.Table:
    count = len(fault.rows)
    columns = [
        pa.repeat(pa.scalar(name, pa.string()), count),
        pa.array(lines.number[fault.rows]),
        pa.repeat(pa.scalar(fault.column, pa.string()), count),
        pa.repeat(pa.scalar(fault.reason, pa.string()), count),
    ]
    return pa.table(columns, schema=QUARANTINE)


def _rows(found: Observations) -> pa.Table:
    columns = [
        found.measure.text(),
        found.unit.text(),
        pa.array(found.day.astype(np.int32)).cast(pa.date32()),
        found.facet.text(),
        found.scenario.text(),
        pa.array(found.value),
    ]
    return pa.table(columns, schema=ROWS)
