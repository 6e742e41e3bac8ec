"""What every connector promises, tried on a live source: `cockpit source check NAME --conformance`.

Each promise is one function that raises `Broken` with a French sentence. The source is read a few
times; nothing is loaded, and no wrong password is ever sent to it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ValidationError

from cockpit.connect import registry, secrets
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.config import SourceConfig
from cockpit.connect.contract import LINE, Asked, Connector, Deadline, Delivery
from cockpit.errors import BadDelivery, BadSource, CockpitError, SourceRefused, SourceUnavailable
from cockpit.settings import Home

NOT_THERE = "colonne_qui_n_existe_pas"
QUICK_S = 5.0


@dataclass(frozen=True)
class Promise:
    """One promise: its name (stable, for programs), whether it is kept, one French sentence."""

    name: str
    ok: bool
    sentence: str


@dataclass
class Subject:
    """A live source. said: every sentence and error that it gave so far, causes included."""

    home: Home
    source: str
    connector: Connector
    config: BaseModel
    columns: tuple[str, ...]
    time_limit_s: float = 600.0
    said: list[str] = field(default_factory=list)

    def asked(self, columns: tuple[str, ...] = (), **more: Any) -> Asked:
        """What to ask of it, within its time limit."""
        more.setdefault("deadline", Deadline.after(self.time_limit_s))
        return Asked(self.home, self.source, columns, **more)


class Broken(Exception):
    """A promise is not kept; its text is the sentence."""


def promises(home: Home, config: SourceConfig) -> Iterator[Promise]:
    """Every promise of the contract, tried in order on a declared source."""
    connector = registry.connector(config.connector)
    settings = connector.Config.model_validate(config.settings)
    limit_s = config.time_limit.total_seconds()
    columns = config.mapping.sources()
    yield from tried(Subject(home, config.name, connector, settings, columns, limit_s))


def tried(subject: Subject) -> Iterator[Promise]:
    """The same, on any settings of any connector."""
    for name, (sentence, promise) in PROMISES.items():
        try:
            promise(subject)
        except Broken as broken:
            yield Promise(name, ok=False, sentence=str(broken))
        except CockpitError as error:
            _hear(subject, error)
            yield Promise(name, ok=False, sentence=error.sentence())
        except Exception as error:  # noqa: BLE001 - a connector that breaks has not kept its word
            _hear(subject, error)
            broke = f"Erreur inattendue du connecteur ({type(error).__name__})."
            yield Promise(name, ok=False, sentence=broke)
        else:
            yield Promise(name, ok=True, sentence=sentence)


def _strict(subject: Subject) -> None:
    model = subject.connector.Config
    if model.model_config.get("extra") != "forbid" or not model.model_config.get("frozen"):
        raise Broken('Config doit porter extra="forbid" et frozen=True.')
    given = subject.config.model_dump(exclude_defaults=True) | {NOT_THERE: 1}
    try:
        model.model_validate(given)
    except ValidationError:
        return
    raise Broken("Un réglage inconnu est accepté sans rien dire.")


def _described(subject: Subject) -> None:
    bare = [
        name
        for name, one in type(subject.config).model_fields.items()
        if not (one.title or "").strip()
    ]
    if bare:
        raise Broken(f"Réglage sans titre : {', '.join(bare)}.")
    type(subject.config).model_json_schema()


def _checks(subject: Subject) -> None:
    found = subject.connector.check(subject.asked(), subject.config)
    subject.said.append(found.sentence)
    if not found.ok:
        raise Broken(f"« check » répond non : {found.sentence}")
    if not found.sentence.strip().endswith("."):
        raise Broken("« check » ne répond pas par une phrase.")


def _discovers(subject: Subject) -> None:
    found = subject.connector.discover(subject.asked(), subject.config)
    if not found or not all(stream.name and stream.columns for stream in found):
        raise Broken("« discover » ne donne pas de flux nommé avec ses colonnes.")


def _reads_text(subject: Subject) -> None:
    rows = 0
    for delivery in _deliveries(subject, subject.asked(subject.columns)):
        for part in delivery.parts:
            schema = part.table.schema
            texts = [schema.field(name).type for name in subject.columns]
            if any(one != pa.string() for one in texts) or schema.field(LINE).type != pa.int64():
                raise Broken(f"« read » doit donner des colonnes de texte et « {LINE} » (int64).")
            if part.refused.schema != QUARANTINE:
                raise Broken("Les lignes refusées n'ont pas la forme prévue.")
            rows += part.table.num_rows
        if delivery.digest and not _is_digest(delivery.digest):
            raise Broken("« digest » n'est pas un sha256.")
    if not rows:
        raise Broken("« read » n'a donné aucune ligne : rien n'est prouvé.")


def _only_asked(subject: Subject) -> None:
    asked = {*subject.columns, LINE}
    for delivery in _deliveries(subject, subject.asked(subject.columns)):
        for part in delivery.parts:
            more = set(part.table.column_names) - asked
            if more:
                raise Broken(f"Colonne donnée sans être demandée : {', '.join(sorted(more))}.")


def _recognised(subject: Subject) -> None:
    """By its digest, else by what it says (see deliver.py)."""
    first = [
        (one.digest, _content(one.parts))
        for one in _deliveries(subject, subject.asked(subject.columns))
    ]
    digests = {digest for digest, _ in first if digest}
    contents = {content for _, content in first}
    again = subject.asked(subject.columns, is_known=digests.__contains__)
    for delivery in _deliveries(subject, again):
        if delivery.digest or _content(delivery.parts) not in contents:
            raise Broken("Relue sans changement, la source donne du nouveau.")


def _refuses_missing(subject: Subject) -> None:
    try:
        for delivery in _deliveries(subject, subject.asked((*subject.columns, NOT_THERE))):
            for _ in delivery.parts:
                pass
            raise Broken("Une colonne absente n'est pas refusée.")
    except (BadDelivery, BadSource, SourceRefused) as error:
        _hear(subject, error)


def _gives_up(subject: Subject) -> None:
    start = time.monotonic()
    late = subject.asked(subject.columns, deadline=Deadline.after(0.0))
    try:
        for delivery in _deliveries(subject, late):
            for _ in delivery.parts:
                pass
    except SourceUnavailable as error:
        _hear(subject, error)
        if time.monotonic() - start > QUICK_S:
            raise Broken("L'échéance dépassée n'est dite qu'après plusieurs secondes.") from error
        return
    raise Broken("Une échéance déjà dépassée n'arrête pas la lecture.")


def _writes_inside(subject: Subject) -> None:
    with _written() as places:
        for delivery in _deliveries(subject, subject.asked(subject.columns)):
            for _ in delivery.parts:
                pass
    root = subject.home.root.resolve()
    outside = [place for place in places if not place.is_relative_to(root)]
    if outside:
        raise Broken(f"Écriture hors du dossier de l'installation : « {outside[0]} ».")


def _keeps_secrets(subject: Subject) -> None:
    hidden = [
        secrets.reveal(subject.asked(), getattr(subject.config, name), name)
        for name, one in type(subject.config).model_fields.items()
        if isinstance(one.json_schema_extra, dict) and one.json_schema_extra.get("secret")
    ]
    if any(secret in text for secret in filter(None, hidden) for text in subject.said):
        raise Broken("Un secret apparaît dans une phrase ou dans une erreur.")


PROMISES: dict[str, tuple[str, Callable[[Subject], None]]] = {
    "strict": ("Un réglage inconnu est refusé.", _strict),
    "described": ("Chaque réglage a son titre.", _described),
    "check": ("« check » répond par une phrase.", _checks),
    "discover": ("« discover » donne des flux et leurs colonnes.", _discovers),
    "text": ("« read » donne du texte et le numéro de ligne.", _reads_text),
    "only_asked": ("Seules les colonnes demandées sortent de la source.", _only_asked),
    "recognised": ("Le même contenu relu est reconnu.", _recognised),
    "missing_column": ("Une colonne absente est refusée.", _refuses_missing),
    "deadline": ("Une échéance dépassée arrête la lecture.", _gives_up),
    "writes_inside": ("Rien n'est écrit hors du dossier de l'installation.", _writes_inside),
    "secrets": ("Aucun secret dans les phrases ni dans les erreurs.", _keeps_secrets),
}


def _deliveries(subject: Subject, asked: Asked) -> Iterator[Delivery]:
    """What it gives; a delivery refused whole is raised as its refusal."""
    for found in subject.connector.read(asked, subject.config):
        if isinstance(found, BadDelivery):
            raise found
        yield found


def _content(parts: Iterable[Any]) -> str:
    said = hashlib.sha256()
    for part in parts:
        for table in (part.table.select(sorted(part.table.column_names)), part.refused):
            for row in table.to_pylist():
                said.update(repr(row).encode())
    return said.hexdigest()


def _is_digest(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")  # noqa: PLR2004 - sha256


def _hear(subject: Subject, error: BaseException) -> None:
    """Everything that an error says, and those that caused it."""
    seen: BaseException | None = error
    while seen is not None:
        facts = seen.facts if isinstance(seen, CockpitError) else ""
        subject.said.append(f"{seen} {seen!r} {facts}")
        seen = seen.__cause__ or seen.__context__


_watching: list[tuple[int, list[Path]]] = []
_hook: list[bool] = []


@contextmanager
def _written() -> Iterator[list[Path]]:
    """Every file that this thread opens for writing meanwhile, resolved."""
    if not _hook:  # an audit hook cannot be taken away again
        sys.addaudithook(_on_event)
        _hook.append(True)
    places: list[Path] = []
    watch = (threading.get_ident(), places)
    _watching.append(watch)
    try:
        yield places
    finally:
        _watching.remove(watch)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not _watching or not isinstance(arguments[0], (str, bytes)):
        return
    writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    path = Path(os.fsdecode(arguments[0]))
    if writes and path != Path(os.devnull) and path.parent.name != "__pycache__":
        for thread, places in _watching:
            if thread == threading.get_ident():
                places.append(path.absolute().resolve())
