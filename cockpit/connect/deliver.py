"""The public verb of this package: a source's new deliveries, as checked batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from cockpit import clock
from cockpit.connect import checks, registry
from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.checks import Observations
from cockpit.connect.config import SourceConfig
from cockpit.connect.contract import Delivery
from cockpit.connect.mapping import Fault, Lines, map_delivery
from cockpit.connect.reasons import REPEATED
from cockpit.errors import BadDelivery, SourceUnavailable
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home


def batches(
    home: Home, config: SourceConfig, known_hashes: frozenset[str], units: UnitTree
) -> Iterator[Batch | BadDelivery]:
    """Every delivery of a source that is not in `known_hashes`, oldest first.

    known_hashes: `source_hash` of the batches already loaded. A file refused whole is yielded as
    its BadDelivery and the next one is read. Raises SourceUnavailable when nothing can be reached.
    """
    connector = registry.connector(config.connector)
    settings = connector.Config.model_validate(config.settings)

    def is_known(digest: str) -> bool:
        return source_hash(digest, config) in known_hashes

    try:
        for delivery in connector.read(home, settings, config.mapping.sources(), is_known):
            if isinstance(delivery, BadDelivery):
                yield delivery
            else:
                yield batch_of(delivery, config, units)
    except SourceUnavailable as error:
        raise SourceUnavailable(source=config.name, reason=error.facts["reason"]) from error


def source_hash(digest: str, config: SourceConfig) -> str:
    """sha256 of a delivery's digest and of everything that decides how it is read."""
    mapping = config.mapping.model_dump(mode="json")
    mapping["zero_is_missing"].sort()
    reading = {
        "connector": config.connector,
        "mapping": mapping,
        "settings": {key: text for key, text in config.settings.items() if key != "path"},
        "replace": config.replaces,
        "duplicates": config.duplicates,
    }
    text = json.dumps(reading, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{digest}\n{text}".encode()).hexdigest()


def batch_of(delivery: Delivery, config: SourceConfig, units: UnitTree) -> Batch:
    """One delivery mapped and checked. lines = accepted lines + refused lines."""
    mapped = map_delivery(delivery, config.mapping)
    faults = [*mapped.faults, *checks.check(mapped, config.mapping, units)]
    refused = np.zeros(len(mapped.lines.number), dtype=bool)
    for fault in faults:
        refused[fault.rows] = True
    found = checks.observations(mapped, refused)
    found, again = _distinct(found, config)
    faults += again
    quarantine = pa.concat_tables(
        [delivery.refused, *(_quarantined(delivery.name, mapped.lines, fault) for fault in faults)]
    )
    return Batch(
        source=config.name,
        file=delivery.name,
        source_hash=source_hash(delivery.digest, config),
        received_at=clock.utc_naive(clock.now()),
        replace=config.replaces,
        lines=len(mapped.lines.number) + delivery.refused.num_rows,
        rows=_rows(found),
        quarantine=quarantine.sort_by([("line", "ascending"), ("column", "ascending")]),
    )


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
