"""Who is told, as the page edits it: a person added, changed, taken out of `people.toml`.

The file stays the one that a person may edit, with its comments and its order; nothing is written
that the reading of it would refuse. An entry that is wrong is listed too, so that it can be put
right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cockpit.administer import acts, toml
from cockpit.errors import BadNotify, BadRequest
from cockpit.i18n import mark
from cockpit.notify import book, people
from cockpit.notify.people import FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from cockpit.notify.settings import Channels
    from cockpit.settings import Home

_TABLE = "person"


@dataclass(frozen=True, slots=True)
class PersonState:
    """One entry as its editor sees it. name: its id; label: how people call them.

    values: as they are written. faults: all that is wrong in them. version: of this entry alone,
    what `save` and `remove` want back.
    """

    name: str
    label: str
    role: str
    values: Mapping[str, Any]
    faults: tuple[BadNotify, ...]
    version: str

    def get(self, field: str) -> Any:
        """What is written of a field, or what holds without it."""
        return self.values.get(field, people.Person.model_fields[field].default)


@dataclass(frozen=True, slots=True)
class Rules:
    """What an entry may name here. roles: those that exist."""

    roles: Collection[str]
    channels: Channels

    def faults(self, values: Mapping[str, object]) -> tuple[BadNotify, ...]:
        """All that is wrong in the values of one person."""
        return people.faults(toml.plain(values), self.roles, self.channels)


def rules_of(home: Home) -> Rules:
    """What holds in an installation. Raises BadStructure."""
    found = book.load(home)
    return Rules(tuple(found.scopes), found.channels)


def listed(home: Home, rules: Rules) -> tuple[PersonState, ...]:
    """Everybody of the file who has an id, in its order. Raises BadNotify when it is no TOML."""
    return tuple(
        PersonState(
            name=str(one["id"]),
            label=str(one.get("name") or one["id"]),
            role=str(one.get("role", "")),
            values=one,
            faults=rules.faults(one),
            version=_version(one),
        )
        for one in _tables(_text(home))
        if one.get("id")
    )


def save(
    home: Home, name: str, fields: Mapping[str, object], who: str, *, version: str = ""
) -> None:
    """Change these fields of a person; None takes one out.

    Raises BadNotify for the first thing wrong in what it would be; BadRequest for an unknown person
    or an entry that is no longer the one of `version`; WarehouseBusy.
    """
    rules = rules_of(home)
    with acts.editing(home):
        text = _text(home)
        before = _entry(text, name, version)
        after = toml.plain({**before, **fields, "id": name})
        _refuse(rules.faults(after))
        acts.put(_path(home), toml.edited_entry(text, _TABLE, name, after))
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    acts.note(home, who, "notify", name, f"Notifications modifiées : {', '.join(changed)}.")


def add(home: Home, fields: Mapping[str, object], who: str) -> None:
    """One more person. Raises as `save`, and BadRequest for an id that is taken."""
    rules, entry = rules_of(home), toml.plain(fields)
    with acts.editing(home):
        text = _text(home)
        if any(one.get("id") == entry.get("id") for one in _tables(text)):
            raise BadRequest(
                field=mark("Identifiant"), expected=mark("un nom que personne n'a déjà")
            )
        _refuse(rules.faults(entry))
        acts.put(_path(home), toml.edited_entry(text, _TABLE, str(entry["id"]), entry))
    acts.note(home, who, "notify", str(entry["id"]), "Personne ajoutée aux notifications.")


def remove(home: Home, name: str, who: str, *, version: str = "") -> None:
    """Take a person out: nothing is sent to them any more. Raises as `save`."""
    with acts.editing(home):
        text = _text(home)
        _entry(text, name, version)
        acts.put(_path(home), toml.edited_entry(text, _TABLE, name, None))
    acts.note(home, who, "notify", name, "Personne retirée des notifications.")


def _refuse(faults: Sequence[BadNotify]) -> None:
    if faults:
        raise faults[0]


def _entry(text: str, name: str, version: str) -> Mapping[str, Any]:
    """What is written of a person, once. Raises BadRequest."""
    found = [one for one in _tables(text) if one.get("id") == name]
    if len(found) != 1:
        raise BadRequest(
            field=mark("Personne"), expected=mark("une personne écrite une fois dans people.toml")
        )
    if version and version != _version(found[0]):
        raise BadRequest(
            field=mark("Personne"),
            expected=mark(
                "une fiche telle que vous l'avez lue ; elle a été modifiée entre-temps et n'a pas "
                "été remplacée"
            ),
        )
    return found[0]


def _version(values: Mapping[str, Any]) -> str:
    return acts.version(repr(sorted(values.items(), key=lambda one: one[0])))


def _tables(text: str) -> list[Mapping[str, Any]]:
    return [one for one in people.tables(text) if isinstance(one, dict)]


def _text(home: Home) -> str:
    """The file, "" when there is none. Raises BadNotify."""
    try:
        return _path(home).read_bytes().decode("utf-8") if _path(home).exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotify(file=FILE, expected=mark("un fichier texte en UTF-8")) from error


def _path(home: Home) -> Path:
    return home.root / FILE
