"""One file that holds an installation, and its way back.

    archive/cockpit-backup.json    what this is, made first
    archive/...                    COCKPIT_HOME without locks, temporary files and old generations

The state database is copied through SQLite itself, so that a backup taken while the worker writes
is whole. A restore never deletes: with `--force`, what was there is moved aside.
"""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit import __version__, clock
from cockpit.errors import BadDelivery, Refused, WarehouseBusy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.settings import Home

_LABEL = "cockpit-backup.json"
_FORMAT = 1
_STATE = "state.db"
_POINTER = "CURRENT"
_CHUNK = 1 << 20
_ASIDE = "avant-restauration"
_SKIPPED = (".lock", ".partial", "-wal", "-shm", "-journal")
_KEY = "secret.key"  # kept apart: who finds a backup must not read the secrets in it
_BESIDE_STATE = ("-wal", "-shm", "-journal")


class HomeNotEmpty(Refused):
    """Facts: home."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"« {self.facts['home']} » contient déjà une installation. Rien n'a été modifié. "
            "Ajoutez « --force » pour la mettre de côté et restaurer."
        )


def backup(home: Home, path: Path) -> int:
    """Write the archive (tar.gz) whole or not at all; returns its size in bytes."""
    partial = path.with_name(path.name + ".partial")
    try:
        with tarfile.open(partial, "w:gz", compresslevel=3) as archive:
            _add_label(archive)
            newest = _newest(home.generations)
            for file in _files(home.root, newest):
                with suppress(FileNotFoundError):  # the worker has just replaced it
                    archive.add(file, file.relative_to(home.root).as_posix(), recursive=False)
            if newest:
                _add_text(archive, f"generations/{_POINTER}", newest)
            _add_state(archive, home.root / _STATE)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path.stat().st_size


def restore(home: Home, path: Path, *, force: bool = False) -> Path | None:
    """Put an archive in place; returns the folder where what was there now lies, if anything.

    Raises HomeNotEmpty without `force`, BadDelivery for a file that is not such an archive,
    WarehouseBusy while a worker runs.
    """
    with _no_worker(home):
        present = [one for one in home.root.iterdir() if _is_kept(one)]
        if present and not force:
            raise HomeNotEmpty(home=str(home.root))
        with tempfile.TemporaryDirectory(dir=home.root, prefix=".restore-") as folder:
            staged = Path(folder)
            _extract(path, staged)
            aside = _move_aside(home.root, present)
            for one in staged.iterdir():
                if one.name != _LABEL:
                    one.rename(home.root / one.name)
    return aside


def _newest(generations: Path) -> str:
    pointer = generations / _POINTER
    return pointer.read_text("utf-8").strip() if pointer.exists() else ""


def _files(root: Path, newest: str) -> Iterator[Path]:
    """What to keep, sorted; of the generations, the newest: its pointer is written apart, so that
    both agree should the worker publish meanwhile."""
    generations = root / "generations"
    for file in sorted(root.rglob("*")):
        inside = file.relative_to(root).parts[0]
        if not file.is_file() or inside.startswith((".", _ASIDE)) or _is_skipped(file):
            continue
        if file.parent == generations and file.name != newest:
            continue
        if file != root / _STATE:
            yield file


def _is_kept(path: Path) -> bool:
    """The logs beside the state go with it: SQLite would play them into the restored one."""
    beside = path.name.startswith(_STATE) and path.name.endswith(_BESIDE_STATE)
    return beside or not _is_skipped(path)


def _is_skipped(path: Path) -> bool:
    passing = path.name.startswith((".build-", ".restore-", ".preview-", _ASIDE))
    return passing or path.name == _KEY or path.name.endswith(_SKIPPED)


def _add_label(archive: tarfile.TarFile) -> None:
    label = {"format": _FORMAT, "version": __version__, "made_at": clock.now().isoformat()}
    _add_text(archive, _LABEL, json.dumps(label))


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mtime = int(clock.now().timestamp())
    archive.addfile(entry, io.BytesIO(data))


def _add_state(archive: tarfile.TarFile, state: Path) -> None:
    """Through SQLite's own copy: a file copied under a writer may be torn."""
    if not state.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / _STATE
        with closing(sqlite3.connect(state)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        archive.add(copy, _STATE)


def _extract(path: Path, folder: Path) -> None:
    wrong = BadDelivery(file=path.name, expected="une archive faite par « cockpit backup »")
    try:
        _check_sum(path)
        with tarfile.open(path, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != _LABEL:
                raise wrong
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise wrong from error


def _check_sum(path: Path) -> None:
    """Read to the end: tarfile stops before the checksum, and a torn archive would restore half."""
    with gzip.open(path) as stream:
        while stream.read(_CHUNK):
            pass


def _move_aside(root: Path, present: list[Path]) -> Path | None:
    if not present:
        return None
    aside = root / f"{_ASIDE}-{clock.now():%Y%m%dT%H%M%S}"
    aside.mkdir()
    for one in present:
        one.rename(aside / one.name)
    return aside


@contextmanager
def _no_worker(home: Home) -> Iterator[None]:
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / "worker.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WarehouseBusy from error
        yield
