"""`people.toml`: who may be told, of what, by which channels and when.

    [[person]]
    id = "cdupont"
    name = "Claire Dupont"
    email = "claire.dupont@hopital.example"
    role = "director_ght"
    red = ["email", "sms"]
    quiet = "22:00-07:00"
    digest = 7

A bad entry is told and leaves the others; the last good version of it stands meanwhile.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from cockpit import clock
from cockpit.errors import BadNotify
from cockpit.i18n import mark
from cockpit.notify import entries
from cockpit.notify.entries import Entry, made

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cockpit.alerts.model import Severity
    from cockpit.notify.settings import Channels

FILE = "people.toml"
EMAIL, PUSH = "email", "push"
BUILT_IN = (EMAIL, PUSH)
"""The channels that need no declaration of their own."""

_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9][A-Za-z0-9-]{0,61}"
)
_PHONE = re.compile(r"\+?[0-9]{6,15}")
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_LONGEST_MAILBOX = 254


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", text):
        raise ValueError(mark("un identifiant en minuscules, chiffres, « . », « - » ou « _ »"))
    return text


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(mark("un nom, sur une ligne"))
    return text


def _mailbox(text: str) -> str:
    if text and (len(text) > _LONGEST_MAILBOX or not _MAILBOX.fullmatch(text)):
        raise ValueError(mark("une adresse comme « prenom.nom@hopital.fr »"))
    return text


def _phone(text: str) -> str:
    bare = re.sub(r"[ .]", "", text)
    if bare and not _PHONE.fullmatch(bare):
        raise ValueError(mark("un numéro comme « +33612345678 »"))
    return bare


def _quiet(text: str) -> str:
    if text and (not _QUIET.fullmatch(text) or text[:5] == text[6:]):
        raise ValueError(mark("deux heures comme « 22:00-07:00 »"))
    return text


class Person(Entry):
    """One person. red, amber: channels for alerts of that severity, none when empty.

    quiet: hours (Paris) in which amber waits; it may cross midnight. digest: hour (Paris) at which
    the brief is sent, None for never.
    """

    id: Annotated[str, AfterValidator(_id)]
    name: Annotated[str, AfterValidator(_name), Field(max_length=120)]
    role: str
    email: Annotated[str, AfterValidator(_mailbox)] = ""
    phone: Annotated[str, AfterValidator(_phone)] = ""
    language: Literal["fr", "en"] = "fr"
    red: tuple[str, ...] = (EMAIL,)
    amber: tuple[str, ...] = (EMAIL,)
    quiet: Annotated[str, AfterValidator(_quiet)] = ""
    digest: int | None = Field(None, ge=0, le=23)

    def channels(self, severity: Severity) -> tuple[str, ...]:
        """By which channels an alert of this severity comes, each once."""
        return tuple(dict.fromkeys(self.red if severity == "red" else self.amber))

    def wakes_at(self, at: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours it falls in. Both naive UTC."""
        if not self.quiet:
            return at
        start, end = (time.fromisoformat(one) for one in self.quiet.split("-"))
        local = clock.in_paris(at)
        now = local.time()
        is_quiet = start <= now < end if start < end else now >= start or now < end
        if not is_quiet:
            return at
        day = local.date() + timedelta(days=1 if now >= end else 0)
        return clock.utc_naive(datetime.combine(day, end, clock.PARIS))


@dataclass(frozen=True, slots=True)
class People:
    """Those who may be told, in the order of the file, and what is wrong in it."""

    people: tuple[Person, ...] = ()
    errors: tuple[BadNotify, ...] = ()


def read(text: str, roles: Collection[str], channels: Channels, *, good: str = "") -> People:
    """The people of a text. roles: those that exist here, not checked when empty.

    good: the last text without error, whose entries stand for the bad ones of the same id, or for
    the whole when this is no TOML at all.
    """
    before = {one.id: one for one, _ in _each(good, roles, channels) if one} if good else {}
    try:
        found = list(_each(text, roles, channels))
    except BadNotify as error:
        return People(tuple(before.values()), (error,))
    people: dict[str, Person] = {}
    errors: list[BadNotify] = []
    for person, wrong in found:
        if wrong is not None:
            errors.append(wrong)
            name = str(wrong.facts["field"]).partition(" ")[0]
            if name in before:
                people.setdefault(name, before[name])
        elif person is not None:
            people[person.id] = person
    return People(tuple(people.values()), tuple(errors))


def _each(
    text: str, roles: Collection[str], channels: Channels
) -> Iterator[tuple[Person | None, BadNotify | None]]:
    seen: set[str] = set()
    for number, entry in enumerate(tables(text), 1):
        name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
        where = f"{name} (n° {number})" if name else f"person n° {number}"
        try:
            person = made(Person, entry, file=FILE, where=where)
            for wrong in _unreachable(person, roles, channels, where):
                raise wrong
            if person.id in seen:
                raise _bad(f"{where}.id", mark("un identifiant écrit une seule fois"))
        except BadNotify as error:
            yield None, error
        else:
            seen.add(person.id)
            yield person, None


def tables(text: str) -> list[object]:
    """What is written of each person, as it is. Raises BadNotify for what is no list of tables."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad("", mark("du TOML valide")) from error
    people = found.get("person", [])
    if set(found) - {"person"} or not isinstance(people, list):
        raise _bad("person", mark("des tables [[person]], et rien d'autre"))
    return people


def faults(
    entry: Mapping[str, object], roles: Collection[str], channels: Channels
) -> tuple[BadNotify, ...]:
    """All that is wrong in what is written of one person, each with its own field."""
    found = entries.faults(Person, entry, file=FILE, where="")
    if found:
        return found
    return tuple(_unreachable(Person.model_validate(entry), roles, channels, ""))


def _unreachable(
    person: Person, roles: Collection[str], channels: Channels, where: str
) -> Iterator[BadNotify]:
    """A role, a channel or an address that is not there."""
    at = f"{where}." if where else ""
    if roles and person.role not in roles:
        yield _bad(f"{at}role", mark("un profil de la liste « Voir comme »"))
    for field in ("red", "amber"):
        if any(one not in {*BUILT_IN, *channels.named} for one in getattr(person, field)):
            yield _bad(f"{at}{field}", mark("« email », « push » ou une voie de channels.toml"))
    wanted = {*person.red, *person.amber}
    if not person.email and EMAIL in wanted:
        yield _bad(f"{at}email", mark("une adresse, puisque cette voie est demandée"))
    elif not person.email and person.digest is not None:
        yield _bad(f"{at}email", mark("une adresse, puisque la synthèse est demandée"))
    if not person.phone and any(channels.needs_phone(one) for one in wanted):
        yield _bad(f"{at}phone", mark("un numéro, puisque cette voie est demandée"))


def _bad(field: str, expected: str) -> BadNotify:
    return BadNotify(file=FILE, field=field, expected=expected)
