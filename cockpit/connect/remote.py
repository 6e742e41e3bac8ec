"""A drop folder elsewhere (SFTP, S3): its new files are fetched, then read as if dropped here.

What was fetched is kept in the cursor (name, size, stamp -> digest): a refresh lists the folder and
fetches only what is new. A file that is still growing, or whose name says that its transfer goes
on, waits for the next refresh. A refused file is fetched again each time, until someone replaces it
or takes it away: its sentence stays.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedIOBase
from typing import Any, Literal, Protocol, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cockpit.connect import guard, network, registry
from cockpit.connect.contract import Asked, Check, Delivery, FileFormat, Part, Stream
from cockpit.connect.files import digest_of, found_files
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable

MOST_FILES = 5_000
MOST_ENTRIES = 100_000
_OFTEN = 20  # deliveries between two cursors: each one lists every file of the folder
_SHOWN = 5
_LARGEST_SHOWN = 64 << 20
_ANYWHERE = "drop/*"  # the path that a file format wants, though its files come from elsewhere

FormatName = Literal["csv", "excel", "rpu", "pmsi"]


class RemoteConfig(BaseModel):
    """What every drop folder elsewhere shares: which files, and how they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(
        "*", title="Fichiers", description="Nom des fichiers, avec * et ? au besoin"
    )
    format: FormatName = Field(title="Format des fichiers")
    options: dict[str, Any] = Field(
        default_factory=dict,
        title="Réglages du format",
        description="Ceux du connecteur de ce format, sans « path »",
    )
    largest_mib: int = Field(
        guard.LARGEST_BYTES >> 20, ge=1, le=guard.LARGEST_BYTES >> 20, title="Taille maximale (Mio)"
    )

    @field_validator("pattern")
    @classmethod
    def _one_name(cls, text: str) -> str:
        if not text or not text.isprintable() or "/" in text or "\\" in text:
            message = "un nom de fichier, avec * et ? au besoin, sans dossier"
            raise ValueError(message)
        return text

    @model_validator(mode="after")
    def _known_options(self) -> Self:
        try:
            self.reader()
        except BadSource as error:
            message = f"un format lisible ici ({error.facts['expected']})"
            raise ValueError(message) from error
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            message = f"des réglages que le format « {self.format} » connaît (voir « {field} »)"
            raise ValueError(message) from error
        return self

    def reader(self) -> tuple[FileFormat[BaseModel], BaseModel]:
        """The format and its own settings."""
        if "path" in self.options:
            message = "des réglages sans « path » : les fichiers viennent d'ailleurs"
            raise ValueError(message)
        connector = registry.connector(self.format)
        settings = connector.Config.model_validate({**self.options, "path": _ANYWHERE})
        return cast("FileFormat[BaseModel]", connector), settings


@dataclass(frozen=True)
class Entry:
    """A file of the folder. stamp: what changes with its content (a time, an etag)."""

    name: str
    size: int
    stamp: str


class Folder(Protocol):
    """An open connection to a drop folder elsewhere."""

    @property
    def place(self) -> str:
        """What tells this folder from another one; no secret."""
        ...

    def entries(self) -> Iterable[Entry]:
        """Its files, in any order. Raises SourceUnavailable, SourceRefused."""
        ...

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of one file, as they come; fewer or more than its size when it changed."""
        ...


def read_remote(
    asked: Asked, config: RemoteConfig, folder: Folder, settle_s: float = 0
) -> Iterator[Delivery | BadDelivery]:
    """The files of a folder that are new, in name order.

    settle_s: how long a new file must stay the same before it is fetched. A file that is refused
    is yielded as its error. Raises SourceUnavailable when no file matches or the server fails.
    """
    listed = _listed(asked, config, folder)
    if not listed:
        raise SourceUnavailable(source=asked.source, reason="aucun fichier ne correspond")
    seen = _seen(asked, folder, listed)
    new = [one for one in listed if one not in seen or not asked.is_known(seen[one])]
    if new and settle_s:
        time.sleep(min(settle_s, network.left(asked)))
        still = set(_listed(asked, config, folder))
        new = [one for one in new if one in still]
    for left, entry in zip(range(len(new), 0, -1), new, strict=True):
        try:
            with _fetched(asked, config, folder, entry) as stream:
                if stream is None:
                    continue
                digest = digest_of(stream)
                seen[entry] = digest
                if asked.is_known(digest):
                    continue
                given = _parsed(asked, config, entry, stream, digest)
                is_kept = left <= _OFTEN or left % _OFTEN == 0
                yield replace(given, cursor=_cursor(folder, seen) if is_kept else "")
        except BadDelivery as refusal:
            seen.pop(entry, None)
            yield refusal


def check_remote(asked: Asked, config: RemoteConfig, folder: Folder) -> Check:
    """Whether the newest file (last name) can be fetched and has a header."""
    listed = _listed(asked, config, folder)
    if not listed:
        return Check(ok=False, sentence=f"Aucun fichier ne correspond à « {config.pattern} ».")
    try:
        _header(asked, config, folder, listed[-1])
    except BadDelivery as refusal:
        return Check(ok=False, sentence=refusal.sentence())
    return Check(ok=True, sentence=found_files([one.name for one in listed]))


def streams_of_remote(asked: Asked, config: RemoteConfig, folder: Folder) -> list[Stream]:
    """One stream per file of the last five, with its columns."""
    found: list[Stream] = []
    for entry in _listed(asked, config, folder)[-_SHOWN:]:
        try:
            found.append(Stream(entry.name, _header(asked, config, folder, entry)))
        except BadDelivery:
            continue
    return found


def _listed(asked: Asked, config: RemoteConfig, folder: Folder) -> list[Entry]:
    found: list[Entry] = []
    for number, entry in enumerate(folder.entries()):
        network.left(asked)
        is_named = entry.name.isprintable() and fnmatch.fnmatchcase(entry.name, config.pattern)
        if is_named and not guard.is_temporary(entry.name):
            found.append(entry)
        if len(found) > MOST_FILES or number >= MOST_ENTRIES:
            reason = f"plus de {MOST_FILES} fichiers à lire dans le dossier (archivez les anciens)"
            raise SourceRefused(source=asked.source, reason=reason)
    return sorted(found, key=lambda one: one.name)


def _seen(asked: Asked, folder: Folder, listed: Iterable[Entry]) -> dict[Entry, str]:
    """What the cursor says of the files that are still there, unchanged."""
    try:
        kept = json.loads(asked.cursor or "{}")
        if kept.get("place") != _mark(folder):
            return {}
        known = {Entry(name, size, stamp): digest for name, size, stamp, digest in kept["files"]}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {one: known[one] for one in listed if one in known}


def _cursor(folder: Folder, seen: dict[Entry, str]) -> str:
    files = [[one.name, one.size, one.stamp, digest] for one, digest in seen.items()]
    said = {"place": _mark(folder), "files": files}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _mark(folder: Folder) -> str:
    return hashlib.sha256(folder.place.encode()).hexdigest()[:16]


@contextmanager
def _fetched(
    asked: Asked, config: RemoteConfig, folder: Folder, entry: Entry
) -> Iterator[BufferedIOBase | None]:
    """One file, in a file without a name here; None when it changed while it was fetched."""
    if entry.size > config.largest_mib << 20:
        expected = f"un fichier d'au plus {config.largest_mib} Mio"
        raise BadDelivery(file=entry.name, expected=expected)
    with tempfile.TemporaryFile(dir=asked.home.landing) as stream:
        size = 0
        for chunk in folder.chunks(entry):
            network.left(asked)
            size += len(chunk)
            if size > entry.size:
                break
            stream.write(chunk)
        stream.seek(0)
        yield cast("BufferedIOBase", stream) if size == entry.size else None


def _header(asked: Asked, config: RemoteConfig, folder: Folder, entry: Entry) -> tuple[str, ...]:
    if entry.size > _LARGEST_SHOWN:
        return ()
    reader, settings = config.reader()
    with _fetched(asked, config, folder, entry) as stream:
        return reader.header(entry.name, stream, settings) if stream else ()


def _parsed(
    asked: Asked, config: RemoteConfig, entry: Entry, stream: BufferedIOBase, digest: str
) -> Delivery:
    reader, settings = config.reader()
    given = reader.parse(entry.name, stream, digest, settings, asked.columns)
    return replace(given, parts=_timed(asked, given.parts))


def _timed(asked: Asked, parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        network.left(asked)
        yield part
