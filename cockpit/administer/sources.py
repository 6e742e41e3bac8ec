"""Sources as files: listed, read, changed, added, paused, removed.

A source stays the TOML file that a person may edit: what is written here keeps its comments, and
nothing is written that `load_source` would refuse. `version`, the sha256 of the text that an
editor read, keeps one editor from wiping out what another wrote meanwhile.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cockpit import clock, schedule, state
from cockpit.administer import acts, drafts, toml
from cockpit.administer.fields import FieldSpec, common, schema
from cockpit.administer.waiting import approve, discard
from cockpit.connect import registry
from cockpit.connect.config import SourceConfig, load_source
from cockpit.errors import BadRequest, BadSource, CockpitError, together
from cockpit.fetch import source_still
from cockpit.settings import Home
from cockpit.warehouse import aside
from cockpit.warehouse.held import held

__all__ = [
    "FieldSpec",
    "SourceState",
    "approve",
    "common",
    "create",
    "discard",
    "listed",
    "pause",
    "read_text",
    "read_values",
    "remove",
    "resume",
    "save",
    "save_text",
    "schema",
    "version_of",
]

REMOVED = "removed"
_PATIENCE_S = 10.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as it stands now.

    error: the sentence of a file that cannot be read, whose other fields are then empty. last:
    its newest run. next_at: aware; None when it is paused or faulty. quarantined: lines refused by
    the newest run. held: batches that wait for a person. refusals: what the warehouse refuses of
    it, as sentences. warned: what the newest reading kept and warns of, "" when it was clean.
    version: of its text.
    """

    name: str
    label: str
    connector: str
    owner: str
    schedule: str
    paused: bool
    error: str
    last: state.RunRecord | None
    next_at: datetime | None
    quarantined: int
    held: int
    refusals: tuple[str, ...]
    warned: str
    version: str


def listed(home: Home) -> tuple[SourceState, ...]:
    """Every source, in name order."""
    engine = state.engine(home)
    last, read = state.last_run_by_source(engine), state.last_reading_by_source(engine)
    waiting = Counter(one.batch.source for one in held(home.landing))
    refusals = aside.refused(home.landing)
    found = []
    for path in sorted(home.sources.glob("*.toml")):
        errors = [one.error for one in refusals if one.landed.source == path.stem]
        one = _state(path, last.get(path.stem), waiting[path.stem])
        warned = _warning(read.get(path.stem))
        found.append(replace(one, refusals=tuple(together(errors)), warned=warned))
    return tuple(found)


def _warning(read: state.RunRecord | None) -> str:
    return read.sentence if read and read.status == "ok" else ""


def _state(path: Path, last: state.RunRecord | None, waiting: int) -> SourceState:
    config, error = None, ""
    try:
        config = load_source(path)
    except BadSource as refusal:
        error = refusal.sentence()
    return SourceState(
        name=path.stem,
        label=config.label if config else path.stem,
        connector=config.connector if config else "",
        owner=config.owner if config else "",
        schedule=config.schedule if config else "",
        paused=bool(config and config.paused),
        error=error,
        last=last,
        next_at=_next(config, last),
        quarantined=last.refused if last else 0,
        held=waiting,
        refusals=(),
        warned="",
        version=acts.version(path.read_bytes().decode("utf-8", "replace")),
    )


def _next(config: SourceConfig | None, last: state.RunRecord | None) -> datetime | None:
    if config is None or config.paused:
        return None
    return schedule.next_time(config, last) if last else clock.now()


def read_text(home: Home, name: str) -> str:
    """The TOML of a source, faulty or not. Raises BadRequest, BadSource when it is no text."""
    path = _existing(home, name)
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSource(file=path.name, expected="un fichier texte en UTF-8") from error


def read_values(home: Home, name: str) -> dict[str, object]:
    """The same as nested values. Raises BadRequest, BadSource."""
    return toml.read(read_text(home, name), f"{name}.toml")


def version_of(home: Home, name: str) -> str:
    """What `save` and `save_text` want back. Raises BadRequest, BadSource."""
    return acts.version(read_text(home, name))


def save(
    home: Home, name: str, values: Mapping[str, object], who: str, *, version: str = ""
) -> SourceConfig:
    """Give a source these values, all of them; the comments of what did not change stay.

    values: nested as in the TOML; None leaves a field out. Raises BadSource when they make no
    source, BadRequest when the file changed since `version` ("": whatever it holds now).
    """
    return _edit(home, name, lambda _: values, who, version)


def save_text(home: Home, name: str, text: str, version: str, who: str) -> SourceConfig:
    """Replace the TOML itself. Raises as `save`."""
    with acts.editing(home):
        acts.check_version(read_text(home, name), version, f"{name}.toml")
        config = _put(home, name, text)
    acts.note(home, who, "source", name, "Source modifiée (texte).")
    return config


def create(home: Home, name: str, values: Mapping[str, object], who: str) -> SourceConfig:
    """A new source. Raises BadSource, BadRequest when there is one of this name."""
    return create_text(home, name, toml.written(values), who)


def create_text(home: Home, name: str, text: str, who: str) -> SourceConfig:
    """A new source from its TOML. Raises as `create`."""
    with acts.editing(home):
        if _path(home, name).exists():
            raise BadRequest(field="NAME", expected="un nom qu'aucune source ne porte")
        config = _put(home, name, text)
    acts.note(home, who, "source", name, "Source ajoutée.")
    return config


def pause(home: Home, name: str, who: str) -> SourceConfig:
    """Read it no more until `resume`; what it gave stays published. Raises as `save`."""
    return _edit(home, name, lambda values: {**values, "paused": True}, who)


def resume(home: Home, name: str, who: str) -> SourceConfig:
    """Read it again. Raises as `save`."""
    return _edit(home, name, lambda values: {**values, "paused": None}, who)


def remove(home: Home, name: str, who: str) -> Path:
    """Take a source out of service; its figures stay. Returns where its file now is.

    What a connector kept of it to count (the pseudonymous movements of `hl7`) is erased. Raises
    BadRequest, SourceBusy while it is being read, and SourceUnavailable when that memory cannot be
    erased now: the source then stays.
    """
    with acts.editing(home), source_still(home, name, _PATIENCE_S):
        path = _existing(home, name)
        folder = home.sources / REMOVED
        folder.mkdir(exist_ok=True)
        aside = path.rename(acts.stamped(folder, name, ".toml"))
        try:
            _forget(home, name)
        except CockpitError:
            aside.rename(path)
            raise
    acts.note(home, who, "source", name, "Source retirée ; ses chiffres restent.")
    return aside


def _forget(home: Home, name: str) -> None:
    """Ask every connector: the source may have been of another kind, or its file be faulty."""
    for kind in registry.kinds():
        with suppress(BadSource):  # a package that is not installed keeps nothing
            if forget := getattr(registry.connector(kind), "forget", None):
                forget(home, name)


_Change = Callable[[dict[str, object]], Mapping[str, object]]


def _edit(home: Home, name: str, change: _Change, who: str, version: str = "") -> SourceConfig:
    with acts.editing(home):
        text = read_text(home, name)
        acts.check_version(text, version, f"{name}.toml")
        before = toml.read(text, f"{name}.toml")
        after = toml.plain(change(before))
        config = _put(home, name, toml.edited(text, after))
    acts.note(home, who, "source", name, _told(before, after))
    return config


def _told(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Names of what changed, never a value."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if changed == ["paused"]:
        return "Source mise en pause." if after.get("paused") else "Source remise en service."
    return (
        f"Source modifiée : {', '.join(changed)}." if changed else "Source enregistrée, inchangée."
    )


def _put(home: Home, name: str, text: str) -> SourceConfig:
    """Write a text that `load_source` accepts, and only then."""
    path = _path(home, name)
    config = drafts.checked(name, text)
    home.sources.mkdir(parents=True, exist_ok=True)
    acts.put(path, text)
    return config


def _path(home: Home, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise BadRequest(field="NAME", expected="un nom en minuscules, chiffres, « - » ou « _ »")
    return home.sources / f"{name}.toml"


def _existing(home: Home, name: str) -> Path:
    path = _path(home, name)
    if not path.is_file():
        raise BadRequest(field="NAME", expected="une source de « cockpit source list »")
    return path
