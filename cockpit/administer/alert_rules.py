"""The rules of alerts as the page edits them: read, changed, added, switched off, shipped again.

`alerts.toml` stays the file that a person may edit: it holds only what is other than shipped, with
its comments, and nothing is written that the rulebook would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cockpit.administer import acts, toml
from cockpit.alerts import rulebook
from cockpit.alerts.rule import Rule
from cockpit.alerts.rule_checks import Known, levels_here
from cockpit.alerts.rule_file import NONE, difference
from cockpit.errors import BadRequest, BadRules
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.alerts.rule import Levels
    from cockpit.settings import Home

_TABLES = frozenset({"levels", "reset", "guard", "units"})
_LONGEST_STEM = 55


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule as its editor sees it.

    rule: what holds now. levels: those that hold, the KPI's when the rule has none. own: fields
    that the hospital changed; every field of a rule that it added. is_shipped: may go back.
    version: of the file, what `save` and the others want back.
    """

    rule: Rule
    levels: Levels
    own: frozenset[str]
    is_shipped: bool
    version: str


def read(home: Home, name: str) -> RuleState:
    """A rule and what of it is the hospital's own. Raises BadRequest."""
    rule, text = rulebook.load(home).get(name), _text(home)
    levels = levels_here(rule, rulebook.known_of(home))
    own = frozenset(_entry(text, name)) - {"id"}
    return RuleState(rule, levels, own, name in rulebook.shipped(), acts.version(text))


def save(
    home: Home, name: str, fields: Mapping[str, object], who: str, *, version: str = ""
) -> Rule:
    """Change these fields of a rule; only what is other than shipped is written.

    fields: as in the TOML; tables change key by key, "none" empties a level or a unit. Raises
    BadRules, BadRequest for an unknown rule or a file that changed since `version` (or that is no
    TOML), WarehouseBusy.
    """
    with acts.editing(home):
        text = _checked(home, version)
        rulebook.load(home).get(name)
        before = _entry(text, name)
        rule = _put(home, text, _joined(before, {**toml.plain(fields), "id": name}))
        after = _entry(_text(home), name)
    acts.note(home, who, "alert", name, _told(before, after))
    return rule


def add(home: Home, fields: Mapping[str, object], who: str, *, version: str = "") -> Rule:
    """A rule of the hospital's own. Raises as `save`, and BadRequest for a name that is taken."""
    entry = toml.plain(fields)
    with acts.editing(home):
        text = _checked(home, version)
        if entry.get("id") in rulebook.load(home).by_id:
            raise BadRequest(field="RULE", expected=mark("un nom qu'aucune règle ne porte"))
        rule = _put(home, text, entry)
    acts.note(home, who, "alert", rule.id, "Règle d'alerte ajoutée.")
    return rule


def draft(home: Home, fields: Mapping[str, object], name: str = "") -> Rule:
    """What `save` (or `add`, without a name) would make; nothing is written. Raises as they do."""
    known, text = rulebook.known_of(home), _text(home)
    entry = toml.plain(fields)
    if name:
        entry = _joined(_entry(text, name), {**entry, "id": name})
    return rulebook.applied(entry, known)


def free_id(home: Home, wished: str) -> str:
    """A name that no rule has: the one that is wished, cut to fit, else with a number."""
    taken = rulebook.load(home).by_id
    stem = wished[:_LONGEST_STEM]
    names = (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def disable(home: Home, name: str, who: str, *, version: str = "") -> Rule:
    """Switch a rule off, everywhere. Raises as `save`."""
    return save(home, name, {"enabled": False}, who, version=version)


def enable(home: Home, name: str, who: str, *, version: str = "") -> Rule:
    """Switch it on again. Raises as `save`."""
    return save(home, name, {"enabled": True}, who, version=version)


def back_to_shipped(home: Home, name: str, who: str, *, version: str = "") -> Rule:
    """Forget what the hospital changed. Raises as `save`, BadRequest for a rule of its own."""
    if name not in rulebook.shipped():
        raise BadRequest(field="RULE", expected=mark("une règle livrée avec Cockpit"))
    _take_out(home, name, version)
    acts.note(home, who, "alert", name, "Règle d'alerte remise comme livrée.")
    return rulebook.load(home).get(name)


def remove(home: Home, name: str, who: str, *, version: str = "") -> None:
    """Take out a rule of the hospital's own. Raises as `save`, BadRequest for a shipped one."""
    if name in rulebook.shipped():
        raise BadRequest(field="RULE", expected=mark("une règle ajoutée par l'hôpital"))
    rulebook.load(home).get(name)
    _take_out(home, name, version)
    acts.note(home, who, "alert", name, "Règle d'alerte retirée.")


def _take_out(home: Home, name: str, version: str) -> None:
    with acts.editing(home):
        text = _checked(home, version)
        without = toml.edited_entry(text, "rule", name, None)
        _refuse_new_faults(text, without, rulebook.known_of(home))
        acts.put(_path(home), without)


def _put(home: Home, text: str, entry: Mapping[str, Any]) -> Rule:
    """Write an entry that makes a rule, and only then; one that changes nothing is taken out."""
    known = rulebook.known_of(home)
    rule = rulebook.applied(entry, known)
    base = rulebook.shipped().get(rule.id)
    shortest = difference(rule, base, levels_here(base, known) if base else rule.levels)
    made = toml.edited_entry(text, "rule", rule.id, shortest if len(shortest) > 1 else None)
    if len(made.encode()) > rulebook.LARGEST_BYTES:  # it would not be read again
        size = rulebook.LARGEST_BYTES // 1024
        raise BadRules(file=FILE, expected=_("au plus {size} Kio").format(size=size))
    _refuse_new_faults(text, made, known)
    acts.put(_path(home), made)
    return rule


def _refuse_new_faults(before: str, after: str, known: Known) -> None:
    """Raises the first fault that a text has and the one before it had not."""
    old = {str(error) for error in _errors(before, known)}
    for error in _errors(after, known):
        if str(error) not in old:
            raise error


def _errors(text: str, known: Known) -> tuple[BadRules, ...]:
    return rulebook.written(rulebook.tables_of(text), known).errors


def _joined(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    after = {**before, **given}
    for key in _TABLES & before.keys() & given.keys():
        if isinstance(before[key], dict) and isinstance(given[key], dict):
            after[key] = {**before[key], **given[key]}
    if isinstance(after.get("units"), dict):
        after["units"] = {unit: own for unit, own in after["units"].items() if own != NONE}
    return after


def _entry(text: str, name: str) -> dict[str, Any]:
    """What the file says of a rule; nothing of one that it does not name."""
    for entry in rulebook.tables_of(text).rules:
        if isinstance(entry, dict) and entry.get("id") == name:
            return entry
    return {}


def _checked(home: Home, version: str) -> str:
    text = _text(home)
    acts.check_version(text, version, FILE)
    rulebook.tables_of(text)
    return text


def _told(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Names of what changed, never a value."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if changed == ["enabled"]:
        return f"Règle d'alerte {'désactivée' if after.get('enabled') is False else 'réactivée'}."
    names = ", ".join(key for key in changed if key != "id")
    return f"Règle d'alerte modifiée : {names}." if names else "Règle d'alerte comme livrée."


def _path(home: Home) -> Path:
    return home.root / FILE


def _text(home: Home) -> str:
    try:
        return _path(home).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BadRules(file=FILE, expected=mark("un fichier texte en UTF-8")) from error
