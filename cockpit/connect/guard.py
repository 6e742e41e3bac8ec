"""The only door from a source to the disk: nothing outside COCKPIT_HOME is ever opened.

A path setting is relative, without `..`; a symbolic link is followed only to a place inside; the
file is then opened one folder at a time without following any link, so that a link swapped in
between is refused; pipes and devices are refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

from cockpit.errors import BadDelivery
from cockpit.settings import Home

LARGEST_BYTES = 4 << 30
"""A larger file is refused: a delivery is one export, not an archive."""

_TEMPORARY = ("~$", ".")  # an open spreadsheet's lock, a hidden file
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".writing", "~")


def is_temporary(name: str) -> bool:
    """Whether a file is another program's own, or is still being transferred."""
    return name.startswith(_TEMPORARY) or name.lower().endswith(_UNFINISHED)


def relative_pattern(text: str) -> str:
    """A path setting, checked. Raises ValueError (French) when it could leave COCKPIT_HOME."""
    path = PurePosixPath(text)
    printable = text.isprintable() and "\\" not in text and ":" not in text
    if not text.strip() or not printable or path.is_absolute() or text.startswith("~"):
        message = "un chemin dans le dossier de l'installation, écrit avec « / »"
        raise ValueError(message)
    if ".." in path.parts or "**" in text:
        message = "un chemin sans « .. » ni « ** »"
        raise ValueError(message)
    return text


def matching(home: Home, pattern: str) -> list[str]:
    """Names (relative to COCKPIT_HOME) of the files that a path setting selects, in name order."""
    root = home.root.resolve()
    found = (path for path in root.glob(relative_pattern(pattern)) if not path.is_dir())
    kept = (path for path in found if not is_temporary(path.name))
    return sorted(path.relative_to(root).as_posix() for path in kept)


@dataclass(frozen=True)
class Opened:
    """One file open for reading, as it was when it was opened."""

    name: str
    stream: BufferedIOBase
    before: os.stat_result

    def refuse_changed(self) -> None:
        """Raises BadDelivery when it was written to since: half a file is never taken for one."""
        after = os.fstat(self.stream.fileno())
        if (self.before.st_size, self.before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise _refused(self.name, "un fichier dont l'écriture est finie")


@contextmanager
def opened(home: Home, name: str, largest: int = LARGEST_BYTES) -> Iterator[Opened]:
    """One file of COCKPIT_HOME, open for reading.

    Raises BadDelivery when it lies outside, is not a regular file, is larger than `largest` bytes
    or cannot be read.
    """
    try:
        descriptor = _descriptor(home.root.resolve(), name)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise _refused(
            name, "un fichier lisible placé dans le dossier de l'installation"
        ) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise _refused(name, "un fichier ordinaire")
    with os.fdopen(descriptor, "rb") as stream:
        if found.st_size > largest:
            raise _refused(name, f"un fichier d'au plus {largest >> 20} Mio")
        yield Opened(name, stream, found)


def _refused(name: str, expected: str) -> BadDelivery:
    return BadDelivery(file=name, expected=expected)


def _descriptor(root: Path, name: str) -> int:
    inside = (root / name).resolve(strict=True).relative_to(root)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in inside.parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(inside.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
