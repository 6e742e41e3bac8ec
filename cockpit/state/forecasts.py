"""What was decided of each forecast, by whom and why: one log, never changed.

Whether a forecast is validated, switched off or corrected is read from its last lines, so that the
state and its log cannot disagree.

    validate        a referent accepts the forecast of a series for use
    override        a referent replaces the figure of one day; `withdraw` takes it back
    off, on         the forecast is not shown any more, or again
    drop, promote   the worker changes the models that are averaged (`subject`: those kept)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cockpit.state.audit import AuditLine, record_act
from cockpit.state.database import engine, exists
from cockpit.state.models import ForecastAct as Row

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cockpit.settings import Home

Act = Literal["validate", "override", "withdraw", "off", "on", "drop", "promote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastAct:
    """At that instant (naive UTC), `who` did this to the forecast of a KPI at a unit, because.

    facet: the part that is forecast, "" for the whole; the acts of one say nothing of the other.
    reason: French. day, value, predicted, origin: of a corrected figure, in the KPI's unit; value
    None withdraws it. subject: members averaged and versions. id: given by the database.
    """

    at: datetime
    who: str
    act: Act
    kpi: str
    unit: str
    facet: str = ""
    reason: str = ""
    day: date | None = None
    value: float | None = None
    predicted: float | None = None
    origin: date | None = None
    subject: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    data_hash: str = ""
    id: int | None = None


def record_forecast_act(engine: Engine, act: ForecastAct) -> None:
    """Write one act, and its line in the audit."""
    named = {name: getattr(act, name) for name in ForecastAct.__slots__ if name != "id"}
    with Session(engine) as session, session.begin():
        session.add(Row(**named | {"scores": json.dumps(dict(act.scores))}))
    record_act(engine, _audited(act))


def _audited(act: ForecastAct) -> AuditLine:
    words = {
        "validate": "Prévision validée",
        "override": f"Prévision du {act.day} corrigée : {act.value} au lieu de {act.predicted}",
        "withdraw": f"Correction du {act.day} retirée",
        "off": "Prévision arrêtée",
        "on": "Prévision remise en service",
        "drop": f"Modèles moyennés : {act.subject}",
        "promote": f"Modèles moyennés : {act.subject}",
    }
    sentence = f"{words[act.act]}. {act.reason}".strip()
    subject = "/".join(name for name in (act.kpi, act.unit, act.facet) if name)
    return AuditLine(
        at=act.at, who=act.who, what="forecast", subject=subject[:200], sentence=sentence
    )


def forecast_acts(
    home: Home,
    *,
    kpi: str | None = None,
    unit: str | None = None,
    facet: str | None = None,
    only: Sequence[Act] = (),
    limit: int = 1000,
) -> tuple[ForecastAct, ...]:
    """The newest acts, newest first; none on an installation that has no state yet.

    facet: "" for those of the wholes; None for all.
    """
    if not exists(home):
        return ()
    statement = select(Row).order_by(Row.id.desc()).limit(limit)
    if kpi is not None:
        statement = statement.where(Row.kpi == kpi)
    if unit is not None:
        statement = statement.where(Row.unit == unit)
    if facet is not None:
        statement = statement.where(Row.facet == facet)
    if only:
        statement = statement.where(Row.act.in_(only))
    with Session(engine(home)) as session:
        return tuple(_act(row) for row in session.scalars(statement))


def newest_act(home: Home) -> int:
    """A number that grows with each act; 0 when there is none: what a kept answer depends on."""
    if not exists(home):
        return 0
    with engine(home).connect() as connection:
        return connection.execute(select(func.max(Row.id))).scalar() or 0


def _act(row: Row) -> ForecastAct:
    names = [name for name in ForecastAct.__slots__ if name not in {"act", "scores"}]
    found = {name: getattr(row, name) for name in names}
    return ForecastAct(**found, act=cast("Act", row.act), scores=json.loads(row.scores or "{}"))
