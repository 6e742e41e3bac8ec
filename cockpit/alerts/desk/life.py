"""The life of one alert: figures open and close it, people take it in hand.

    seen(episode, sight)     what a generation says: opened, worse, milder, going back, again, over
    act(episode, act)        what a person does: acknowledge, assign, snooze, wake, comment

An episode is frozen and every step gives a new one with the events to log, so that the same
generations and the same acts always give the same history. An act that means nothing any more
raises: nobody acknowledges what is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from cockpit.alerts.model import Severity
from cockpit.errors import BadRequest
from cockpit.i18n import mark

Stage = Literal["firing", "acknowledged", "assigned", "snoozed", "recovering", "resolved"]
Deed = Literal["acknowledge", "assign", "snooze", "wake", "comment"]
What = Literal["opened", "worse", "milder", "recovering", "again", "resolved"]
_RANK: dict[Severity, int] = {"amber": 1, "red": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one generation says of one rule at one unit.

    severity: None when the rule is silent. back: it still speaks and is on its way back.
    """

    at: datetime
    generation: int
    severity: Severity | None
    since: date | None = None
    as_of: date | None = None
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does. until: of a snooze (naive UTC). to: the person of an assignment."""

    at: datetime
    who: str
    deed: Deed
    reason: str = ""
    to: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the log. what: of figures, or the deed of a person. generation: of figures."""

    at: datetime
    who: str
    what: What | Deed
    severity: Severity | None = None
    generation: int | None = None
    reason: str = ""
    to: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One run of a rule at a unit, from the day it spoke to the day it is over.

    worst: the worst severity it had. since: first day of the run, which a restatement may move.
    acknowledged_by, assignee: "" while nobody. snoozed_until: None while awake. Instants are naive
    UTC; resolved_at None while it is open.
    """

    rule: str
    unit: str
    opened_at: datetime
    severity: Severity
    worst: Severity
    since: date
    as_of: date
    back: bool = False
    acknowledged_by: str = ""
    assignee: str = ""
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None

    def stage(self, now: datetime) -> Stage:
        """Where it stands for a person who looks now."""
        if self.resolved_at is not None:
            return "resolved"
        if self.snoozed_until is not None and now < self.snoozed_until:
            return "snoozed"
        if self.back:
            return "recovering"
        if self.assignee:
            return "assigned"
        return "acknowledged" if self.acknowledged_by else "firing"

    def is_taken(self, now: datetime) -> bool:
        """Somebody has it in hand, or asked not to hear of it: it wakes nobody."""
        return bool(self.acknowledged_by) or self.stage(now) in {"snoozed", "resolved"}


WHO_FIGURES = "chiffres"


def seen(
    episode: Episode | None, sight: Sight, *, rule: str, unit: str
) -> tuple[Episode | None, tuple[Event, ...]]:
    """The episode after one more generation, and what to log. None: there was none, and is none.

    What grows worse wakes those who had snoozed it and asks for a new acknowledgement: they took an
    amber in hand, not a red.
    """
    if episode is not None and episode.resolved_at is not None:
        raise ValueError("a closed episode is never opened again")
    if sight.severity is None:
        return _silent(episode, sight)
    if sight.since is None or sight.as_of is None:
        raise ValueError("an alert that speaks has its days")
    if episode is None:
        opened = Episode(
            rule=rule,
            unit=unit,
            opened_at=sight.at,
            severity=sight.severity,
            worst=sight.severity,
            since=sight.since,
            as_of=sight.as_of,
            back=sight.back,
        )
        return opened, (_told(sight, "opened"),)
    return _going_on(episode, sight, sight.severity, sight.since, sight.as_of)


def _silent(episode: Episode | None, sight: Sight) -> tuple[Episode | None, tuple[Event, ...]]:
    if episode is None:
        return None, ()
    over = replace(episode, resolved_at=sight.at, back=False, snoozed_until=None)
    return over, (_told(sight, "resolved", episode.severity),)


def _going_on(
    episode: Episode, sight: Sight, severity: Severity, since: date, as_of: date
) -> tuple[Episode, tuple[Event, ...]]:
    now = replace(episode, severity=severity, since=since, as_of=as_of, back=sight.back)
    if _RANK[severity] > _RANK[episode.severity]:
        worst = max(severity, episode.worst, key=_RANK.__getitem__)
        woken = replace(now, worst=worst, acknowledged_by="", snoozed_until=None)
        return woken, (_told(sight, "worse"),)
    events = []
    if _RANK[severity] < _RANK[episode.severity]:
        events.append(_told(sight, "milder"))
    if sight.back != episode.back:
        events.append(_told(sight, "recovering" if sight.back else "again"))
    return now, tuple(events)


def _told(sight: Sight, what: What, severity: Severity | None = None) -> Event:
    return Event(
        at=sight.at,
        who=WHO_FIGURES,
        what=what,
        severity=sight.severity or severity,
        generation=sight.generation,
    )


def act(episode: Episode, done: Act) -> tuple[Episode, Event]:
    """The episode after somebody's act. Raises BadRequest for one that means nothing now."""
    if episode.resolved_at is not None and done.deed != "comment":
        raise BadRequest(
            field="alerte", expected=mark("une alerte ouverte : celle-ci est terminée")
        )
    event = Event(
        at=done.at,
        who=done.who,
        what=done.deed,
        severity=episode.severity,
        reason=done.reason,
        to=done.to,
        until=done.until,
    )
    return _after(episode, done), event


def _after(episode: Episode, done: Act) -> Episode:
    match done.deed:
        case "acknowledge":
            return replace(episode, acknowledged_by=done.who, snoozed_until=None)
        case "assign":
            if not done.to:
                raise BadRequest(field="à", expected=mark("une personne"))
            return replace(episode, assignee=done.to, acknowledged_by=done.who, snoozed_until=None)
        case "snooze":
            if done.until is None or done.until <= done.at:
                raise BadRequest(field="jusqu'à", expected=mark("un moment à venir"))
            if not done.reason.strip():
                raise BadRequest(field="motif", expected=mark("une raison en quelques mots"))
            return replace(episode, snoozed_until=done.until)
        case "wake":
            return replace(episode, snoozed_until=None)
        case "comment":
            if not done.reason.strip():
                raise BadRequest(field="note", expected=mark("quelques mots"))
            return episode
        case _:
            assert_never(done.deed)
