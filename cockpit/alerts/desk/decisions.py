"""What was decided on an alert or without one, who carries it and whether it is done.

A decision is read by who may read its figure: the family of its KPI and its unit; without a figure,
those of its alert; without either, by who sees the whole hospital.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from cockpit import clock, state
from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.state.alert_models import AlertEpisode
from cockpit.state.decision_models import Decision as Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from cockpit.access.scope import Scope
    from cockpit.kpi.model import Kpi
    from cockpit.warehouse.attach import Generation

LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided. at: naive UTC. due: the day from which an effect is expected.

    kpi, unit: "" for what no figure shows; facet: a part of the KPI. expected: signed change, in
    the KPI's unit. episode: of the alert that led to it.
    """

    at: datetime
    who: str
    what: str
    owner: str
    due: date
    kpi: str = ""
    facet: str = ""
    unit: str = ""
    expected: float | None = None
    episode: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it is kept. done_on: the day it was carried out, None while it is not.

    alert: rule, facet and unit of the alert that led to it.
    """

    id: int
    decision: Decision
    done_on: date | None
    alert: tuple[str, str, str] | None = None

    @property
    def from_day(self) -> date:
        """The day that separates before from after."""
        return self.done_on or self.decision.due


def decide(engine: Engine, decision: Decision) -> int:
    """Keep a decision; its number. Raises BadRequest for one that nobody could follow."""
    if not decision.what.strip():
        raise BadRequest(field="décision", expected=mark("quelques mots"))
    if len(decision.what) > LONGEST:
        raise BadRequest(field="décision", expected=mark("un texte de 1 000 caractères au plus"))
    if not decision.owner.strip():
        raise BadRequest(field="responsable", expected=mark("une personne"))
    if bool(decision.kpi) != bool(decision.unit):
        raise BadRequest(field="effet", expected=mark("un indicateur et une unité"))
    if decision.expected is not None and not (decision.kpi and np.isfinite(decision.expected)):
        raise BadRequest(field="effet", expected=mark("un nombre, et l'indicateur qu'il change"))
    with Session(engine) as session, session.begin():
        if decision.episode is not None and session.get(AlertEpisode, decision.episode) is None:
            raise BadRequest(field="alerte", expected=mark("une alerte de la liste"))
        row = Row(**asdict(decision), done_on=None)
        session.add(row)
        session.flush()
        return row.id


def carried_out(engine: Engine, number: int, on: date) -> Kept:
    """Note the day a decision was carried out. Raises BadRequest (unknown, a day to come)."""
    if on > clock.today():
        raise BadRequest(field="jour", expected=mark("un jour passé, ou aujourd'hui"))
    with Session(engine) as session, session.begin():
        row = session.get(Row, number)
        if row is None:
            raise BadRequest(field="décision", expected=mark("une décision de la liste"))
        row.done_on = on
        return _kept(row)


def decisions(generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]) -> tuple[Kept, ...]:
    """The decisions that the scope may read, the newest first."""
    wanted = (
        select(Row, AlertEpisode)
        .outerjoin(AlertEpisode, AlertEpisode.id == Row.episode)
        .order_by(Row.id.desc())
    )
    with Session(state.engine(generation.home)) as session:
        found = [(row, cast("AlertEpisode | None", of)) for row, of in session.execute(wanted)]
        every = [(_kept(row, of), of) for row, of in found]
    return tuple(one for one, of in every if _is_read(one.decision, of, generation, scope, kpis))


def _is_read(
    decided: Decision,
    of: AlertEpisode | None,
    generation: Generation,
    scope: Scope,
    kpis: Mapping[KpiId, Kpi],
) -> bool:
    kpi = kpis.get(KpiId(decided.kpi))
    if kpi is not None:
        domain, unit = kpi.domain, UnitId(decided.unit)
    elif of is not None and not decided.kpi:
        domain, unit = Domain(of.domain), UnitId(of.unit)
    else:
        return sees_all(generation, scope)
    return domain in scope.domains and generation.units.is_within(unit, scope.roots)


def sees_all(generation: Generation, scope: Scope) -> bool:
    """Whether the scope is every family of the whole hospital."""
    tops = {unit.id for unit in generation.units.roots()}
    return scope.domains >= set(Domain) and tops <= set(scope.roots)


def _kept(row: Row, of: AlertEpisode | None = None) -> Kept:
    facts = {field.name: getattr(row, field.name) for field in fields(Decision)}
    alert = (of.rule, of.facet, of.unit) if of is not None else None
    return Kept(row.id, Decision(**facts), row.done_on, alert)
