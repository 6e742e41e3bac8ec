"""Figures that a person takes back from a source: a landed batch without rows that names them.

Placed like any other, so that a rebuild gives the same and that going back to an earlier generation
holds it. It takes out what its source gave before it; what the source gives next is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from cockpit import clock
from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.observations import Spool
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.warehouse import landing, schema
from cockpit.warehouse.attach import Generation
from cockpit.warehouse.landing import Landed


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """measure: "" for all of them. first, last: days, both included; None: no bound."""

    source: str
    measure: str = ""
    first: date | None = None
    last: date | None = None

    def sentence(self) -> str:
        """What it takes back, in French: the name of its batch."""
        what = MEASURES[MeasureId(self.measure)].label_fr if self.measure else "toutes les mesures"
        since = f", depuis le {self.first:%d/%m/%Y}" if self.first else ""
        until = f", jusqu'au {self.last:%d/%m/%Y}" if self.last else ""
        return f"Retrait : {what}{since}{until}"


@dataclass(frozen=True, slots=True)
class Given:
    """What a source has published of one measure: how many figures, first and last day."""

    measure: str
    figures: int
    first: date
    last: date


def given(generation: Generation, asked: Withdrawal) -> tuple[Given, ...]:
    """What would be taken back, by measure; for administration only, so without any value."""
    o, b, m = schema.observation.c, schema.batch.c, schema.measure.c
    facts = schema.observation.join(schema.batch, o.batch_id == b.batch_id)
    wanted = [b.source == asked.source, b.source_hash != ""]
    wanted += [m.name == asked.measure] if asked.measure else []
    wanted += [o.day >= asked.first] if asked.first else []
    wanted += [o.day <= asked.last] if asked.last else []
    days = (sa.func.min(o.day).label("first"), sa.func.max(o.day).label("last"))
    rows = generation.read(
        sa.select(m.name, sa.func.count().label("figures"), *days)
        .select_from(facts.join(schema.measure, m.measure_id == o.measure_id))
        .where(*wanted)
        .group_by(m.name)
        .order_by(m.name)
    )
    return tuple(
        Given(row["name"], int(row["figures"]), row["first"].date(), row["last"].date())
        for row in rows.to_dict("records")
    )


def land(folder: Path, asked: Withdrawal, structure_hash: str) -> Landed:
    """Keep it durably, after every batch ever landed. The caller holds the lock of landing."""
    already = [one for suffix in landing.MANIFESTS for one in landing.in_state(folder, suffix)]
    received = clock.utc_naive(clock.now())
    number = max((one.seq for one in already), default=0)
    batch = Batch(
        source=asked.source,
        file=asked.sentence(),
        source_hash=hashlib.sha256(f"{asked} {number} {received}".encode()).hexdigest(),
        received_at=received,
        replace="rows",
        lines=0,
        observations=Spool.of(ROWS.empty_table()),
        quarantine=QUARANTINE.empty_table(),
    )
    facts = {
        "measure": asked.measure,
        "first": asked.first.isoformat() if asked.first else "",
        "last": asked.last.isoformat() if asked.last else "",
    }
    return landing.land(folder, batch, already, structure_hash=structure_hash, withdraws=facts)
