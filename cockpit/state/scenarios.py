"""What-if scenarios kept by name: what was asked, never what it gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.state.models import Scenario

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class KeptScenario:
    """facts: JSON of `cockpit.forecast.whatif.model.Scenario`. saved_at: naive UTC."""

    name: str
    saved_at: datetime
    who: str
    facts: str


def keep(engine: Engine, one: KeptScenario) -> None:
    """Save a scenario in place of the one of this name. Raises BadRequest beyond 200 names."""
    with Session(engine) as session, session.begin():
        names = set(session.scalars(select(Scenario.name)))
        if one.name not in names and len(names) >= MOST_KEPT:
            raise BadRequest(field="name", expected=mark("au plus 200 scénarios : retirez-en un"))
        session.merge(Scenario(name=one.name, saved_at=one.saved_at, who=one.who, facts=one.facts))


def kept(engine: Engine) -> tuple[KeptScenario, ...]:
    """Every scenario, the newest first."""
    with Session(engine) as session:
        rows = session.scalars(select(Scenario).order_by(Scenario.saved_at.desc(), Scenario.name))
        return tuple(KeptScenario(row.name, row.saved_at, row.who, row.facts) for row in rows)


def forget(engine: Engine, name: str) -> bool:
    """Take a scenario away; whether there was one."""
    with Session(engine) as session, session.begin():
        return bool(session.execute(delete(Scenario).where(Scenario.name == name)).rowcount)  # type: ignore[attr-defined]
