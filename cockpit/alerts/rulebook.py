"""The rules of an installation: those shipped, then the hospital's own `alerts.toml` over them.

A faulty entry never stops the alerts: the shipped rules go on, with the last good version of the
hospital's own, and the errors come with them for who administers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from cockpit.access.scope import Site, scopes
from cockpit.alerts.maintenance import Maintenance, window
from cockpit.alerts.rule import Rule
from cockpit.alerts.rule_checks import Known, broken_ladder, faults, levels_here
from cockpit.alerts.rule_file import made
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, BadRules, BadStructure
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, use
from cockpit.kpi import tension_setting
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.kpi.model import Kpi, KpiId, UnitId
    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Home

SHIPPED = ("strain", "emergency", "beds", "activity", "finance", "workforce", "quality", "data")
"""Files of `shipped/`, in the order in which alerts as urgent and as old are told."""
LARGEST_BYTES = 512 * 1024
_TABLES = {"rule": list, "maintenance": list, "tension": dict}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """rules: in order of urgency, the disabled ones too. own: ids that the hospital's file names.

    errors: what is wrong in that file; what they are about is left as it was before.
    """

    rules: tuple[Rule, ...]
    own: frozenset[str] = frozenset()
    maintenance: tuple[Maintenance, ...] = ()
    errors: tuple[BadRules, ...] = ()
    by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {rule.id: rule for rule in self.rules})

    def get(self, rule: str) -> Rule:
        """The rule of that id. Raises BadRequest."""
        if rule not in self.by_id:
            raise BadRequest(field="RULE", expected=mark("une règle de la liste"))
        return self.by_id[rule]

    def silenced(self, moment: datetime, rule: str, path: Iterable[UnitId]) -> Maintenance | None:
        """The maintenance under way for a rule at a unit. path: the unit and those above it."""
        above = tuple(path)
        windows = (one for one in self.maintenance if one.covers(moment, rule, above))
        return next(windows, None)


@dataclass(frozen=True, slots=True)
class Tables:
    """What a file holds, entry by entry, before any of it is believed."""

    rules: tuple[object, ...] = ()
    maintenance: tuple[object, ...] = ()
    tension: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cached:
    stamp: tuple[object, ...]
    kpis: Mapping[KpiId, Kpi]
    book: Rulebook


_cached: dict[Path, _Cached] = {}
_last_good: dict[Path, Tables] = {}


def load(home: Home) -> Rulebook:
    """The rules that hold now; the file is read again when it changes."""
    kpis = kpis_of(home.kpis)
    stamp = (_stamp(home.root / FILE), _stamp(home.structure))
    before = _cached.get(home.root)
    if before is not None and before.stamp == stamp and before.kpis is kpis:
        return before.book
    with use("fr"):  # an error is kept for readers of any language
        book = _load(home, known_of(home))
    for error in book.errors:
        _log.warning("alert rules refused", **error.log_line())
    _cached[home.root] = _Cached(stamp, kpis, book)
    return book


def _load(home: Home, known: Known) -> Rulebook:
    good = _last_good.get(home.root, Tables())
    errors: tuple[BadRules, ...] = ()
    try:
        tables = tables_of(_text(home.root / FILE))
    except BadRules as error:
        tables, errors = good, (error,)
    book = written(tables, known, good)
    if not errors:
        _last_good[home.root] = _believed(tables, good, book)
    return replace(book, errors=errors or book.errors)


def known_of(home: Home) -> Known:
    """What the rules of an installation may name."""
    units: UnitTree | None = None
    with suppress(OSError, BadStructure):  # not known yet, or told elsewhere
        units = load_structure(home.structure)
    top = tuple(unit.id for unit in units.roots()) if units else ()
    sites = tuple(Site(one.id, one.label) for one in units.establishments()) if units else ()
    roles = {scope.role: scope.domains for scope in scopes(top, sites)}
    return Known(kpis_of(home.kpis), units, roles)


@cache
def shipped() -> Mapping[str, Rule]:
    """The rules that come with the program, by id, in order of urgency."""
    folder = Path(__file__).parent / "shipped"
    tables = [tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in SHIPPED]
    rules = [made(entry) for table in tables for entry in table["rule"]]
    return {rule.id: rule for rule in sorted(rules, key=_urgency)}


def tables_of(text: str) -> Tables:
    """The entries of a file. Raises BadRules when it is not TOML or holds anything else."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRules(file=FILE, expected=mark("du TOML valide")) from error
    for name, value in found.items():
        if name not in _TABLES or not isinstance(value, _TABLES[name]):
            expected = mark("des tables [[rule]] et [[maintenance]] et une table [tension]")
            raise BadRules(file=FILE, field=name, expected=expected)
    return Tables(
        tuple(found.get("rule", ())), tuple(found.get("maintenance", ())), found.get("tension", {})
    )


def written(tables: Tables, known: Known, good: Tables | None = None) -> Rulebook:
    """The rules that a file makes; what is wrong in it is told, and stays as in `good`."""
    rules, errors, own = dict(shipped()), [], set[str]()
    fallback = {_id(entry): entry for entry in good.rules} if good else {}
    for number, entry in enumerate(tables.rules, 1):
        name = _id(entry) or f"n° {number}"
        try:
            if name in own:
                raise _bad(name, "id", _("un identifiant écrit une seule fois"))
            rules[name] = applied(entry, known, number)
        except BadRules as error:
            errors.append(error)
            if name not in own and name in fallback:
                with suppress(BadRules):  # what it names may be gone since
                    rules[name] = applied(fallback[name], known, number)
        own.add(name)
    errors += _without_broken_ladders(rules)
    windows = []
    for number, entry in enumerate(tables.maintenance, 1):
        try:
            windows.append(window(number, entry, known, rules))
        except BadRules as error:
            errors.append(error)
    errors += tension_setting.errors(tables.tension)
    ordered = tuple(sorted(rules.values(), key=_urgency))
    return Rulebook(ordered, frozenset(own & rules.keys()), tuple(windows), tuple(errors))


def applied(entry: object, known: Known, number: int = 1) -> Rule:
    """One entry as a rule. Raises BadRules for the first thing that is wrong with it."""
    if not isinstance(entry, dict) or not _id(entry):
        raise _bad(f"n° {number}", "id", _("un identifiant de règle"))
    base = shipped().get(_id(entry))
    rule = made(entry, base, levels_here(base, known) if base else None)
    for fault in faults(rule, known):
        if base is None or not _is_elsewhere(fault.field, entry):
            raise _bad(rule.id, *fault)
    return rule


def _is_elsewhere(name: str, entry: Mapping[str, Any]) -> bool:
    """Whether a shipped reset is on the wrong side of a level of the hospital's own KPI file: it is
    then read as the level itself, and nobody has to answer for it."""
    part, _dot, key = name.partition(".")
    return part == "reset" and key not in entry.get("reset", {})


def _without_broken_ladders(rules: dict[str, Rule]) -> list[BadRules]:
    errors = []
    for rule in tuple(rules.values()):
        fault = broken_ladder(rule, rules)
        if fault is None:
            continue
        errors.append(_bad(rule.id, *fault))
        del rules[rule.id]
        if rule.id in shipped():
            rules[rule.id] = shipped()[rule.id]
    return errors


def _believed(tables: Tables, good: Tables, book: Rulebook) -> Tables:
    """What is kept of a file for the day when it is wrong: its good entries, else those before."""
    wrong = {str(error.facts.get("rule", "")) for error in book.errors}
    before = tuple(entry for entry in good.rules if _id(entry) in wrong)
    right = tuple(entry for entry in tables.rules if _id(entry) and _id(entry) not in wrong)
    return replace(tables, rules=(*right, *before))


def _id(entry: object) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _urgency(rule: Rule) -> int:
    return rule.urgency


def _bad(rule: str, name: str, expected: str) -> BadRules:
    return BadRules(file=FILE, rule=rule, field=name, expected=expected)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            expected = _("au plus {size} Kio").format(size=LARGEST_BYTES // 1024)
            raise BadRules(file=FILE, expected=expected)
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadRules(file=FILE, expected=mark("un fichier texte en UTF-8")) from error


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino)
