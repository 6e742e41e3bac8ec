"""`POST /api/v1/alerts/acknowledge`: what somebody acknowledged while the phone had no network.

The phone draws a key at the tap and sends it until it is answered: the key is written with the
acknowledgement, in one transaction, so that a second sending writes nothing and gets the same
answer. What has changed since the tap is refused with its sentence, never written over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from cockpit import clock, i18n, state
from cockpit.alerts.desk import inbox, keep
from cockpit.alerts.desk.life import Act
from cockpit.answers.visit import Visit, visit
from cockpit.errors import BadRequest, CockpitError
from cockpit.forecast import oversight
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.notify import outbox
from cockpit.state.phone_models import PhoneAct
from cockpit.web.api import as_json, body_of, failed, refusal
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine
    from starlette.requests import Request
    from starlette.responses import Response

    from cockpit.alerts.desk.keep import Happened, Kept

_LARGEST = 8192
_OLDEST = timedelta(days=30)


class Taken(BaseModel):
    """What a phone sends. severity: the worst that was read. at: when the button was tapped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[0-9a-f-]{16,36}$")
    episodes: tuple[int, ...] = Field(min_length=1, max_length=200)
    severity: Literal["amber", "red"]
    who: str = Field(min_length=1, max_length=80)
    at: AwareDatetime


def routes() -> list[Route]:
    """Before the rest of the API, whose last route answers for all that it does not know."""
    return [Route("/api/v1/alerts/acknowledge", respond, methods=["POST"])]


async def respond(request: Request) -> Response:
    """JSON in, JSON out: {"done": how many were written now} or the error of every answer."""
    try:
        sent = _read(request.headers.get("content-type", ""), await body_of(request, _LARGEST))
        return await run_in_threadpool(_answer, request.query_params, sent)
    except CockpitError as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001 - a reader of JSON gets JSON, the log the trace
        return failed("offline act", error)


def _read(kind: str, body: bytes) -> Taken:
    """JSON only: a form of another site cannot send that type."""
    wrong = BadRequest(field="corps", expected=mark("une prise en note de Cockpit"))
    if not kind.startswith("application/json"):
        raise wrong
    try:
        return Taken.model_validate_json(body)
    except ValidationError as error:
        raise wrong from error


def _answer(asked: Mapping[str, str], sent: Taken) -> Response:
    who = visit(warehouse(), asked)
    with i18n.use(who.language):
        return as_json({"done": take(who, sent)})


def take(who: Visit, sent: Taken) -> int:
    """Acknowledge what the key has not acknowledged yet; how many. Raises BadRequest."""
    home = who.generation.home
    engine = state.engine(home)
    left = [one for one in sent.episodes if one not in _done(engine, sent.key)]
    if not left:
        return 0
    now = clock.utc_naive(clock.now())
    found = [one for one in keep.open_episodes(engine) if one.id in left]
    for one in found:
        _require_unchanged(one, sent)
    signature = oversight.signed(f"{oversight.signed(sent.who)} ({who.scope.role})")
    done = Act(at=now, who=signature, deed="acknowledge", reason=_tapped(sent, now))

    def follow(session: Session, happened: Sequence[Happened]) -> None:
        rows = (PhoneAct(key=sent.key, episode_id=one.kept.id, at=now) for one in happened)
        session.add_all(rows)
        session.flush()
        outbox.follow(home)(session, happened)

    try:
        inbox.take(who.generation, who.scope, left, done, follow)
    except IntegrityError:
        return 0  # the same key at the same time: the other sending wrote it
    return len(found)


def _done(engine: Engine, key: str) -> frozenset[int]:
    with Session(engine) as session:
        return frozenset(session.scalars(select(PhoneAct.episode_id).where(PhoneAct.key == key)))


def _require_unchanged(found: Kept, sent: Taken) -> None:
    """Raises BadRequest when the reader did not know what is known now."""
    if found.episode.acknowledged_by:
        raise BadRequest(
            field="alerte", expected=mark("une alerte libre : quelqu'un l'a prise entre-temps")
        )
    if found.episode.severity == "red" and sent.severity != "red":
        raise BadRequest(
            field="alerte",
            expected=mark("l'alerte que vous aviez lue : elle s'est aggravée depuis"),
        )


def _tapped(sent: Taken, now: datetime) -> str:
    """Said in the log: the act is written when it arrives, not when it was done."""
    at = clock.utc_naive(sent.at.astimezone(UTC))
    if not now - _OLDEST < at <= now:
        return _("Prise en note hors ligne")
    when = f"{clock.in_paris(at):%d/%m %H:%M}"
    return _("Prise en note hors ligne le {when}").format(when=when)
