"""What is said of who is on duty: names, hours of Paris, how they are reached, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.notify.people import EMAIL, PUSH
from cockpit.series.model import Status
from cockpit.views import dates
from cockpit.views.parts import Html

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from cockpit.errors import BadNotify
    from cockpit.notify.book import Book
    from cockpit.notify.people import Person
    from cockpit.notify.roster import Roster, Shift, Turn

CHANNELS = {EMAIL: mark("E-mail"), PUSH: mark("Notification")}
PERSON = "person"
"""What is put right in the directory, not in the roster."""

_TO = "\u202f–\u202f"
_SOON = timedelta(days=14)
"""A roster that ends sooner than this is to be filled."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Who can be reached how. phones: how many each person has for notifications."""

    book: Book
    phones: Mapping[str, int]

    def name(self, person: str) -> str:
        """As people call them; the id of the file for who is not in the directory."""
        found = self.book.by_id.get(person)
        return found.name if found else person

    def ways(self, person: Person) -> tuple[str, ...]:
        """The channels by which an alert would reach them, in words."""
        usable = (
            one for one in person.channels("red") if one != PUSH or self.phones.get(person.id)
        )
        return tuple(channel(one).lower() for one in usable)

    def faults(self, person: str) -> tuple[tuple[Status, str], ...]:
        """What keeps a person of the roster from being told, or called; the gravest first."""
        name, found = self.name(person), self.book.by_id.get(person)
        if found is None:
            said = _("« {name} » n'est pas dans l'annuaire : personne ne sera prévenu.")
            return ((Status.RED, said.format(name=name)),)
        told = []
        if not self.ways(found):
            said = _("{name} n'a aucune voie pour les alertes : rien ne lui parviendra.")
            told.append((Status.RED, said.format(name=name)))
        if not found.phone:
            said = _("{name} n'a pas de numéro de téléphone : personne ne pourra l'appeler.")
            told.append((Status.AMBER, said.format(name=name)))
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should look at. todo: "" when there is nothing to do.

    act, code: the screen of the roster where it is done, "" for another page.
    """

    status: Status
    text: str
    todo: str
    act: str = ""
    code: str = ""


def channel(name: str) -> str:
    """A channel in words; its own name for one of channels.toml."""
    return _(CHANNELS[name]) if name in CHANNELS else name


def moment(stored: datetime, *, end: bool = False) -> str:
    """As lun. 23 nov. at 08:00; a whole day has no hour, and ends with itself."""
    local = clock.in_paris(stored)
    if (local.hour, local.minute) != (0, 0):
        return _("{day} à {hour}").format(day=_named(local.date()), hour=f"{local:%H:%M}")
    return _named(local.date() - timedelta(days=1 if end else 0))


def _named(day: date) -> str:
    """A day of another year says which."""
    named = dates.short_day(day)
    return named if day.year == clock.today().year else f"{named} {day.year}"


def span(first: datetime, last: datetime) -> str:
    """As lun. 16 nov. - dim. 22 nov.; a day alone; mar. 24 nov., 18:00 - 20:00."""
    start, end = clock.in_paris(first), clock.in_paris(last)
    if moment(first) == moment(last, end=True):
        return moment(first)
    ends = moment(last, end=True)
    if dates.short_day(start.date()) in ends:
        hour = _("minuit") if (end.hour, end.minute) == (0, 0) else f"{end:%H:%M}"
        return f"{dates.short_day(start.date())}, {start:%H:%M}{_TO}{hour}"
    return f"{moment(first)}{_TO}{ends}"


def until(turn: Turn) -> str:
    """As jusqu'au lun. 23 nov. at 08:00."""
    local = clock.in_paris(turn.last)
    said = (
        _("jusqu'au {when}")
        if (local.hour, local.minute) != (0, 0)
        else _("jusqu'au {when} inclus")
    )
    return said.format(when=moment(turn.last, end=True))


def call(person: Person | None) -> Html:
    """Links that dial and write, for a thumb; nothing for who has neither."""
    if person is None:
        return Html("")
    links = []
    if person.phone:
        href = f"tel:{escape(person.phone)}"
        links.append(f'<a class="ck-button ck-main" href="{href}">{escape(_("Appeler"))}</a>')
    if person.email:
        href = f"mailto:{escape(person.email)}"
        links.append(f'<a class="ck-button" href="{href}">{escape(_("Écrire"))}</a>')
    return Html(f'<p class="ck-buttons">{"".join(links)}</p>' if links else "")


def remarks(
    roster: Roster, reach: Reach, turns: Sequence[Turn], codes: Mapping[int, str], now: datetime
) -> tuple[Remark, ...]:
    """What to look at from now on, the gravest first.

    turns: of the coming weeks. codes: of lines.
    """
    found = [
        *_gaps(roster, turns),
        *_people(reach, turns),
        *_unread(roster, codes),
        *_crossings(roster, reach, turns, codes),
        *_end(roster, now),
    ]
    return tuple(sorted(found, key=lambda one: one.status is not Status.RED))


def _unread(roster: Roster, codes: Mapping[int, str]) -> Iterable[Remark]:
    for error in roster.errors:
        line = int(str(error.facts.get("line", 0)))
        text = f"{fault(error)} {_('La ligne est gardée, sans effet.')}"
        code = codes.get(line, "")
        todo = _("Corrigez-la dans le fichier, ou retirez-la.")
        yield Remark(Status.RED, text, todo, "line" if code else "", code)


def _gaps(roster: Roster, turns: Sequence[Turn]) -> Iterable[Remark]:
    """Holes between two shifts; after the last one it is `_end` that speaks."""
    last = max((one.last for one in roster.shifts), default=None)
    for turn in turns:
        if turn.shift is None and last is not None and turn.last <= last:
            text = hole(turn.first, turn.last)
            yield Remark(Status.RED, text, _("Ajoutez un tour."), "add", gap_code(turn))


def _people(reach: Reach, turns: Sequence[Turn]) -> Iterable[Remark]:
    listed = [
        name for turn in turns if turn.shift for name in (turn.shift.person, turn.shift.deputy)
    ]
    for name in dict.fromkeys(one for one in listed if one):
        for status, text in reach.faults(name):
            todo = _("Complétez sa fiche, ou remplacez cette personne.")
            yield Remark(status, text, todo, PERSON)


def crossing(before: Shift, after: Shift, reach: Reach) -> str:
    """Two people at once, and who is called."""
    said = _("{one} et {other} à la fois, {when} : {other} l'emporte, son tour commence après.")
    return said.format(
        one=reach.name(before.person),
        other=reach.name(after.person),
        when=span(after.first, before.last),
    )


def _crossings(
    roster: Roster, reach: Reach, turns: Sequence[Turn], codes: Mapping[int, str]
) -> Iterable[Remark]:
    """Two shifts that cross: one inside the other is a replacement, and nothing to look at."""
    shown = {turn.shift for turn in turns if turn.shift}
    for before, after in roster.overlaps():
        if after.last <= before.last or not {before, after} & shown:
            continue
        text = crossing(before, after, reach)
        todo = _("Si ce n'est pas voulu, retirez l'un des deux tours.")
        yield Remark(Status.AMBER, text, todo, "turn", codes.get(before.line, ""))


def _end(roster: Roster, now: datetime) -> Iterable[Remark]:
    last = max((one.last for one in roster.shifts), default=None)
    if last is None or last <= now:
        text = _("Le tableau est vide à partir d'aujourd'hui.")
        yield Remark(Status.RED, text, _("Ajoutez un tour, ou importez un fichier."), "add")
    elif last < now + _SOON:
        said = _("Après le {when}, plus personne n'est au tableau.")
        text = said.format(when=moment(last, end=True))
        yield Remark(Status.AMBER, text, _("Ajoutez les tours suivants."), "add")


def fault(error: BadNotify) -> str:
    """What is wrong with one line of a roster, in one sentence."""
    said = _("Ligne {n} : attendu {expected}.")
    return said.format(n=error.facts.get("line", 1), expected=error.said("expected"))


def hole(first: datetime, last: datetime) -> str:
    """That nobody is on duty between two instants."""
    said = _("Trou du tableau, {when} : personne n'est d'astreinte.")
    return said.format(when=span(first, last))


def gap_code(turn: Turn) -> str:
    """A hole as the address of the form that fills it."""
    return "_".join(f"{clock.in_paris(one):%Y%m%dT%H%M}" for one in (turn.first, turn.last))


def held_by(shift: Shift | None, reach: Reach) -> str:
    """The name of who is on duty, or that nobody is."""
    return reach.name(shift.person) if shift else _("Personne d'astreinte")
