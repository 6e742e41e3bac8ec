"""From stored messages to people: at least once, at most one duplicate each.

    waiting --hand()--> handing --> sent
       ^                   |
       +---- a failure, or a sender that died: tried again, later and later ----> expired (24 h)
    NeverSent (a mailbox that does not exist) ends it: failed

`handing` is written just before the letter cannot be taken back: only a sender that dies in the
instant between that and the answer makes its letter leave twice, with the same Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cockpit import i18n, state
from cockpit.alerts.desk import keep
from cockpit.errors import BadStructure
from cockpit.i18n import mark
from cockpit.kpi.installed import kpis_of
from cockpit.locks import locked
from cockpit.notify import digest, letter, links, outbox, route
from cockpit.notify.channels import email, gateway, push, webhook
from cockpit.notify.errand import LIMIT_S, Errand
from cockpit.notify.failure import ChannelDown, NeverSent, NotSent
from cockpit.notify.people import EMAIL, PUSH
from cockpit.notify.settings import Webhook
from cockpit.state.database import exists
from cockpit.state.notify_models import NotifyLine as LineRow
from cockpit.state.notify_models import NotifyMessage as Row

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cockpit.notify.book import Book
    from cockpit.notify.outbox import Message
    from cockpit.notify.people import Person
    from cockpit.settings import Home

LOCK = "notify.lock"
_MOST = 200
_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 900.0
_IN_DOUBT = timedelta(seconds=60)
"""A sender that died with a letter in its hand: who keeps dying must not keep sending."""

_log = structlog.get_logger(__name__)

Fence = Callable[[], None]


class _Changed(Exception):
    """The message took a line, or another sender, since it was read."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What one pass did. busy: another process is sending."""

    sent: int = 0
    failed: int = 0
    postponed: int = 0
    expired: int = 0
    busy: bool = False


def send_due(
    home: Home, *, limit_s: float = 20.0, plan: bool = True, fence: Fence = lambda: None
) -> Passed:
    """One bounded pass: carry reds without answer further, write digests, send what is due.

    plan: False only sends. fence: raises when this process may no longer act, asked before each
    message. A home where nobody ever worked is left as it is.
    """
    if not exists(home):
        return Passed()
    with locked(home.root / LOCK, 0.0) as mine:
        if not mine:
            return Passed(busy=True)
        return _Round(home, state.engine(home), fence).run(limit_s, plan=plan)


@dataclass
class _Round:
    home: Home
    engine: Engine
    fence: Fence

    def run(self, limit_s: float, *, plan: bool) -> Passed:
        end = time.monotonic() + limit_s
        self.fence()
        done = Passed(expired=outbox.expire(self.engine, outbox.now()))
        if not plan and outbox.is_idle(self.engine, outbox.now()):
            return done
        try:
            with Session(self.engine) as session, session.begin():
                book = outbox.current_book(self.home, session)
        except BadStructure as error:
            _log.error("nothing is sent", **error.log_line())
            return done
        if plan:
            self._carry_further(book)
            digest.plan(self.home, self.engine, book, outbox.now())
        return self._sent(book, end, done)

    def _carry_further(self, book: Book) -> None:
        """Reds that nobody took in hand, to the next person of the roster."""
        after = timedelta(minutes=book.channels.escalation.after_minutes)
        now = outbox.now()
        alarms = {one.episode: (one, step) for one, step in outbox.alarms(self.engine, _old(now))}
        if not alarms or not after:
            return
        for kept in keep.open_episodes(self.engine):
            alarm, step = alarms.get(kept.id, (None, 0))
            episode = kept.episode
            if alarm is None or episode.is_taken(now) or episode.severity != "red":
                continue
            if now >= alarm.at + after * (step + 1):
                with Session(self.engine) as session, session.begin():
                    outbox.store(session, route.called(alarm, step + 1, now, book))

    def _sent(self, book: Book, end: float, done: Passed) -> Passed:
        down: set[str] = set()
        for number in outbox.due(self.engine, outbox.now(), _MOST):
            if time.monotonic() >= end:
                break
            message = outbox.read(self.engine, number)
            if message is None or message.channel in down:
                continue
            self.fence()
            try:
                self._hand_over(book, message, min(LIMIT_S, max(1.0, end - time.monotonic())))
            except NeverSent as error:
                _end(self.engine, message, "failed", str(error.facts["reason"]))
                done = replace(done, failed=done.failed + 1)
            except _Changed:
                continue
            except NotSent as error:
                if isinstance(error, ChannelDown):
                    down.add(message.channel)
                _again(self.engine, message, str(error.facts["reason"]))
                done = replace(done, postponed=done.postponed + 1)
            except Exception as error:  # noqa: BLE001 - one letter never stops the others
                _log.error("letter failed", key=message.key, exc_info=error)
                _again(self.engine, message, mark("erreur inattendue, voir le journal"))
                done = replace(done, postponed=done.postponed + 1)
            else:
                _end(self.engine, message, "sent", "")
                done = replace(done, sent=done.sent + 1)
        return done

    def _hand_over(self, book: Book, message: Message, limit_s: float) -> None:
        person = book.by_id.get(message.person)
        if person is None:
            raise NeverSent(reason=mark("cette personne n'est plus dans people.toml"))
        readable = _readable(book, person, message)
        if not readable.lines:
            raise NeverSent(reason=mark("cette personne ne voit plus ces unités"))
        with i18n.use(person.language):
            written = letter.compose(readable, person, self._links(person, message))
        hand = _hand(self.engine, message)
        errand = Errand(self.home, book.channels, person, written, hand, limit_s)
        carrier = book.channels.named.get(message.channel)
        if message.channel == EMAIL:
            email.send(errand)
        elif message.channel == PUSH:
            push.send(errand, self._notice(book, person, message))
        elif carrier is None:
            raise NotSent(reason=mark("cette voie n'est plus dans channels.toml"))
        elif isinstance(carrier, Webhook):
            webhook.send(errand, carrier)
        else:
            gateway.send(errand, carrier)

    def _notice(self, book: Book, person: Person, message: Message) -> push.Notice:
        now = outbox.now()
        reds = {
            (kept.episode.rule, kept.episode.back, "" if kept.kpi else kept.title_fr)
            for kept in keep.open_episodes(self.engine)
            if kept.episode.severity == "red" and not kept.episode.is_taken(now)
            if book.sees(person, kept.episode.unit, kept.domain)
        }  # by matter, as the badge of the bar counts them
        left = message.due_at + outbox.EXPIRES - now
        return push.Notice(len(reds), max(0, int(left.total_seconds())))

    def _links(self, person: Person, message: Message) -> letter.Links:
        public_url = self.home.installation.public_url
        if not public_url:
            return letter.Links()
        monthly = (str(one.id) for one in kpis_of(self.home.kpis).values() if one.step == "month")
        if message.kind != "alert":
            return letter.Links(public_url, frozenset(monthly))
        signing = links.key(self.home)
        return letter.Links(
            public_url,
            frozenset(monthly),
            lambda line: links.token(signing, line, person.id, outbox.now()),
        )


def _readable(book: Book, person: Person, message: Message) -> Message:
    """Only what this person may still see: rights are those of now, not of the day it was kept."""
    if message.kind != "alert":
        return message
    lines = (one for one in message.lines if book.sees(person, one.words.unit, one.words.domain))
    return replace(message, lines=tuple(lines))


def _hand(engine: Engine, message: Message) -> Callable[[], None]:
    """Note that the letter is leaving; raises when it is no longer the one that was written."""

    def hand() -> None:
        now = outbox.now()
        with Session(engine) as session, session.begin():
            changed = session.execute(
                update(Row)
                .where(Row.id == message.id, Row.state == message.state)
                .where(Row.doubts == message.doubts)
                .values(
                    state="handing",
                    doubts=Row.doubts + 1,
                    next_at=now + _IN_DOUBT * 2 ** min(message.doubts, 4),
                )
            )
            count = select(func.count()).where(LineRow.message_id == message.id)
            if changed.rowcount != 1 or session.scalar(count) != len(message.lines):  # type: ignore[attr-defined]
                raise _Changed

    return hand


def _end(engine: Engine, message: Message, how: str, reason: str) -> None:
    now = outbox.now()
    with Session(engine) as session, session.begin():
        session.execute(
            update(Row)
            .where(Row.id == message.id)
            .values(state=how, ended_at=now, reason=reason, tries=Row.tries + 1, next_at=None)
        )
        if how == "sent" and message.tries:  # its channel is back: nobody waits any longer
            session.execute(
                update(Row)
                .where(Row.channel == message.channel, Row.state == "waiting")
                .values(next_at=None)
            )
    _log.info("message ended", key=message.key, how=how, reason=reason)


def _again(engine: Engine, message: Message, reason: str) -> None:
    later = outbox.now() + timedelta(seconds=_pause_s(message.tries))
    with Session(engine) as session, session.begin():
        session.execute(
            update(Row)
            .where(Row.id == message.id)
            .values(state="waiting", tries=Row.tries + 1, next_at=later, reason=reason)
        )
    _log.warning("message postponed", key=message.key, reason=reason, tries=message.tries + 1)


def _pause_s(tries: int) -> float:
    return min(_FIRST_PAUSE_S * 2.0 ** min(tries, 10), _LONGEST_PAUSE_S)


def _old(now: datetime) -> datetime:
    return now - outbox.EXPIRES
