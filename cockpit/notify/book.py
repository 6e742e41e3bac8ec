"""Who may be told what, here and now: people, what their roles see, the roster, the channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cockpit.access.scope import DEFAULT_ROLE, Scope, Site, scopes
from cockpit.connect.structure import load_structure
from cockpit.errors import BadNotify
from cockpit.i18n import mark
from cockpit.kpi.model import UnitId
from cockpit.notify import people as people_file
from cockpit.notify import roster as roster_file
from cockpit.notify import settings as settings_file
from cockpit.notify.people import People, Person
from cockpit.notify.roster import Roster
from cockpit.notify.settings import Channels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Home

_DIRECTOR = "director_"


@dataclass(frozen=True)
class Book:
    """What the files of the home say. text: of people.toml, kept while it is without error."""

    people: People
    roster: Roster
    channels: Channels
    scopes: Mapping[str, Scope]
    units: UnitTree
    text: str = ""
    by_id: Mapping[str, Person] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {one.id: one for one in self.people.people})

    @property
    def errors(self) -> tuple[BadNotify, ...]:
        """Everything that is wrong in the three files."""
        return (*self.people.errors, *self.roster.errors, *self.channels.errors)

    def sees(self, person: Person, unit: str, domain: str) -> bool:
        """Whether the role of this person holds the unit and the domain: else never written to."""
        scope = self.scopes.get(person.role)
        if scope is None or domain not in scope.domains:
            return False
        return self.units.is_within(UnitId(unit), scope.roots)

    def owns(self, person: Person, role: str) -> bool:
        """Whether alerts of this role are for them; what is for the direction is for the director
        of each site too, who sees only their own."""
        wanted = role or DEFAULT_ROLE
        is_site = wanted == DEFAULT_ROLE and person.role.startswith(_DIRECTOR)
        return person.role == wanted or is_site


def load(home: Home, *, good: str = "") -> Book:
    """The three files as they are now. good: the last people.toml that had no error.

    Raises BadStructure when the units cannot be read.
    """
    units = load_structure(home.structure)
    sites = tuple(Site(one.id, one.label) for one in units.establishments())
    found = {one.role: one for one in scopes(tuple(one.id for one in units.roots()), sites)}
    channels = settings_file.load(home)
    text, unread = _text(home, people_file.FILE)
    people = people_file.read(text, found, channels, good=good)
    if unread:
        people = People(people_file.read(good, found, channels).people, (unread,))
    lines, torn = _text(home, roster_file.FILE)
    roster = Roster(errors=(torn,)) if torn else roster_file.read(lines)
    return Book(people, roster, channels, found, units, text)


def _text(home: Home, name: str) -> tuple[str, BadNotify | None]:
    path = home.root / name
    try:
        return (path.read_text("utf-8") if path.exists() else ""), None
    except (OSError, UnicodeDecodeError):
        return "", BadNotify(file=name, expected=mark("un fichier texte en UTF-8"))
