"""What every connector of files shares: which files, in which order, each refused alone."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BufferedIOBase
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cockpit.connect import guard, reasons
from cockpit.connect.contract import Asked, Check, Delivery, FileFormat, Part, Stream
from cockpit.errors import BadDelivery, SourceUnavailable


class FileConfig(BaseModel):
    """What every source of dropped files says: where they lie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(guard.relative_pattern)] = Field(
        title="Fichiers", description="Chemin dans le dossier de l'installation, avec * au besoin"
    )


_Own = TypeVar("_Own", bound=FileConfig)


class FileConnector(ABC, Generic[_Own]):
    """A connector whose deliveries are dropped files: it only says how one of them is read."""

    def check(self, asked: Asked, config: _Own) -> Check:
        """Whether the newest file can be opened and has a header."""
        return check_files(asked, config.path, self, config)

    def discover(self, asked: Asked, config: _Own) -> list[Stream]:
        """One stream per readable file."""
        return streams_of(asked, config.path, self, config)

    def read(self, asked: Asked, config: _Own) -> Iterator[Delivery | BadDelivery]:
        """The files in name order, without those already known."""
        return read_files(asked, config.path, self, config)

    @abstractmethod
    def header(self, name: str, stream: BufferedIOBase, config: _Own) -> tuple[str, ...]:
        """See `contract.FileFormat`."""

    @abstractmethod
    def parse(
        self, name: str, stream: BufferedIOBase, digest: str, config: _Own, columns: tuple[str, ...]
    ) -> Delivery:
        """See `contract.FileFormat`."""


def read_files(
    asked: Asked, pattern: str, file_format: FileFormat[_Own], config: _Own
) -> Iterator[Delivery | BadDelivery]:
    """The files that a path setting selects, in name order, without those already known.

    A file that is refused is yielded as its error. Raises SourceUnavailable when no file matches.
    """
    names = guard.matching(asked.home, pattern)
    if not names:
        raise SourceUnavailable(source=pattern, reason="aucun fichier ne correspond")
    for name in names:
        asked.deadline.left()
        try:
            with guard.opened(asked.home, name) as found:
                digest = digest_of(found.stream)
                if not asked.is_known(digest):
                    given = file_format.parse(name, found.stream, digest, config, asked.columns)
                    yield replace(given, parts=_unchanged(given.parts, found))
        except BadDelivery as refusal:
            yield refusal


def _unchanged(parts: Iterable[Part], found: guard.Opened) -> Iterator[Part]:
    """The same parts, refused at their end when the file was written to meanwhile."""
    yield from parts
    found.refuse_changed()


def digest_of(stream: BufferedIOBase) -> str:
    """sha256 of a stream, which is left at its start."""
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def check_files(asked: Asked, pattern: str, file_format: FileFormat[_Own], config: _Own) -> Check:
    """Whether the newest file (last name) can be opened and has a header."""
    names = guard.matching(asked.home, pattern)
    if not names:
        return Check(ok=False, sentence=f"Aucun fichier ne correspond à « {pattern} ».")
    try:
        with guard.opened(asked.home, names[-1]) as found:
            file_format.header(names[-1], found.stream, config)
    except BadDelivery as refusal:
        return Check(ok=False, sentence=refusal.sentence())
    return Check(ok=True, sentence=found_files(names))


def found_files(names: Sequence[str]) -> str:
    """How many files there are and which is the last, in French."""
    return f"{reasons.counted(len(names), 'fichier')} ; dernier : « {names[-1]} »."


def streams_of(
    asked: Asked, pattern: str, file_format: FileFormat[_Own], config: _Own
) -> list[Stream]:
    """One stream per readable file, with its columns."""
    found: list[Stream] = []
    for name in guard.matching(asked.home, pattern):
        try:
            with guard.opened(asked.home, name) as one:
                found.append(Stream(name, file_format.header(name, one.stream, config)))
        except BadDelivery:
            continue
    return found
