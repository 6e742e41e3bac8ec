"""A late source speaks once, and silences every alert that would be judged on its old figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cockpit.alerts import sentences
from cockpit.alerts.model import Alert
from cockpit.kpi.model import Kpi, UnitId
from cockpit.series.freshness import freshness
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from cockpit.kpi.units import Unit
    from cockpit.series.model import Freshness
    from cockpit.warehouse.attach import Generation

RULE = "source_late"


@dataclass(frozen=True, slots=True)
class Late:
    """A source beyond its delay, and the watched KPIs that wait for it."""

    source: Freshness
    silenced: tuple[Kpi, ...]


def late_sources(generation: Generation, kpis: Iterable[Kpi]) -> tuple[Late, ...]:
    """Late sources that feed these KPIs, sorted by name, each once."""
    found: dict[str, Freshness] = {}
    waiting: dict[str, dict[str, Kpi]] = {}
    for kpi in kpis:
        source = freshness(generation, kpi)
        if source is not None and source.late:
            found[source.source] = source
            waiting.setdefault(source.source, {})[kpi.id] = kpi
    return tuple(Late(found[name], tuple(waiting[name].values())) for name in sorted(found))


def freshness_alerts(generation: Generation, late: Sequence[Late], today: date) -> Iterator[Alert]:
    """One amber alert per late source, at the smallest unit that holds all that it feeds."""
    for one in late:
        unit = _fed_unit(generation, one.source.source)
        if unit is not None:
            yield freshness_alert(one, unit, today)


def freshness_alert(late: Late, unit: Unit, today: date) -> Alert:
    """The alert of one late source. `since` is the last day that it described; its facet is the
    source, so that two that feed the same unit are two alerts."""
    french, english = (
        sentences.freshness(late.source, late.silenced, language) for language in ("fr", "en")
    )
    return Alert(
        rule=RULE,
        kind="freshness",
        domain=late.silenced[0].domain,
        kpi=None,
        facet=late.source.source,
        unit=unit.id,
        unit_label=unit.label,
        severity="amber",
        since=late.source.as_of or today,
        as_of=today,
        title_fr=french.title,
        title_en=english.title,
        body_fr=french.body,
        body_en=english.body,
        owner_fr=late.source.owner,
        lever_fr="Relancer l'export puis vérifier la source",
    )


def _fed_unit(generation: Generation, source: str) -> Unit | None:
    """The lowest unit above everything that this source reported; None when it never did."""
    observation, batch, unit = schema.observation.c, schema.batch.c, schema.unit.c
    rows = generation.read(
        sa.select(unit.code)
        .join_from(schema.observation, schema.batch, batch.batch_id == observation.batch_id)
        .join(schema.unit, unit.unit_id == observation.unit_id)
        .where(batch.source == source)
        .distinct()
        .order_by(unit.code)
    )
    return common_unit(generation.units.path(UnitId(code)) for code in rows["code"])


def common_unit(paths: Iterable[Sequence[Unit]]) -> Unit | None:
    """The last unit that every path from the root shares; None without any, or across two roots."""
    shared: Sequence[Unit] | None = None
    for path in paths:
        if shared is None:
            shared = path
        shared = [one for one, other in zip(shared, path, strict=False) if one.id == other.id]
    return shared[-1] if shared else None
