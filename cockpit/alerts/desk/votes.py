"""Whether an alert was worth hearing of: one vote per person and episode, changed at will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.state.alert_models import AlertEpisode
from cockpit.state.decision_models import AlertVote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Engine

LONGEST_REASON = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one person thinks of one episode. at: naive UTC. why: asked of who was disturbed."""

    episode: int
    at: datetime
    who: str
    useful: bool
    why: str = ""


def vote(engine: Engine, cast: Vote) -> None:
    """Keep a vote in place of the person's last one. Raises BadRequest (unknown episode, too
    long)."""
    if len(cast.why) > LONGEST_REASON:
        raise BadRequest(field="motif", expected=mark("un texte de 400 caractères au plus"))
    with Session(engine) as session, session.begin():
        if session.get(AlertEpisode, cast.episode) is None:
            raise BadRequest(field="alerte", expected=mark("une alerte de la liste"))
        session.execute(
            delete(AlertVote).where(AlertVote.episode_id == cast.episode, AlertVote.who == cast.who)
        )
        session.add(
            AlertVote(
                episode_id=cast.episode,
                at=cast.at,
                who=cast.who,
                useful=cast.useful,
                why=cast.why.strip(),
            )
        )


def votes(engine: Engine, episodes: Iterable[int]) -> tuple[Vote, ...]:
    """The votes on these episodes, the oldest first."""
    wanted = select(AlertVote).where(AlertVote.episode_id.in_(tuple(episodes)))
    with Session(engine) as session:
        return tuple(
            Vote(episode=row.episode_id, at=row.at, who=row.who, useful=row.useful, why=row.why)
            for row in session.scalars(wanted.order_by(AlertVote.at, AlertVote.id))
        )
