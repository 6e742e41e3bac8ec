"""Files that fall into a drop folder: seen within seconds, read once nothing writes to them.

The folders are listed every two seconds. No watch of the kernel's: it sees nothing of what falls
into a network folder, and a listing of a thousand files takes 20 ms. The listing runs in a thread
of its own, so that a network folder that hangs holds nobody up; the schedule goes on beside it.

A file is told of once, as it is: one that was refused, or that was landed already, starts no second
reading until it changes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from cockpit.connect import guard, registry
from cockpit.connect.files import FileConfig

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from cockpit.connect.config import SourceConfig
    from cockpit.settings import Home
    from cockpit.state import RunRecord

_EVERY_S = 2.0
_SHARE = 20
"""A listing takes at most so much of the time: a folder that answers slowly is asked less often."""
_REST_S = 10.0
"""Between two readings of a source for what fell: files that follow each other go together."""


class _Sign(NamedTuple):
    """What changes with a file: any write, any file put in its place."""

    size: int
    written_ns: int
    changed_ns: int


_Folder = dict[str, _Sign]
"""The files that a source would read, by name."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A source of dropped files. read_ns: when its last reading began; 0: never."""

    config: SourceConfig
    pattern: str
    read_ns: int


@dataclass
class Lookout:
    """What fell for each source since it was last read. One listing at a time."""

    home: Home
    _watched: Mapping[str, _Watched] = field(default_factory=dict)
    _told: dict[str, _Folder] = field(default_factory=dict)
    _before: dict[str, _Folder] = field(default_factory=dict)
    _fallen: set[str] = field(default_factory=set)
    _rests: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None
    _next_at: float = 0.0

    def watch(self, configs: Sequence[SourceConfig], last: Mapping[str, RunRecord]) -> None:
        """From now on, the sources of dropped files among these. last: the last run of each.

        A source that was never read is due by itself, with all that lies there.
        """
        self._watched = {
            config.name: _Watched(config, pattern, _nanoseconds(last[config.name]))
            for config in configs
            if config.name in last and not config.paused and (pattern := _pattern(config))
        }

    def look(self) -> None:
        """List the folders when it is time and no listing is under way; never waits."""
        now = time.monotonic()
        if now < self._next_at or (self._thread is not None and self._thread.is_alive()):
            return
        self._next_at = now + _EVERY_S
        self._thread = Thread(target=self.list_now, daemon=True)
        self._thread.start()

    def list_now(self) -> None:
        """One look at every folder."""
        began = time.monotonic()
        for name, watched in self._watched.items():
            self._list(name, watched)
        took = time.monotonic() - began
        self._next_at = max(self._next_at, time.monotonic() + _SHARE * took)

    def ready(self, busy: Container[str]) -> list[SourceConfig]:
        """The sources to read now, each once. busy: those being read, which are told afterwards."""
        now, watched = time.monotonic(), self._watched
        with self._lock:
            found = sorted(
                name
                for name in self._fallen
                if name not in busy and name in watched and self._rests.get(name, 0.0) <= now
            )
            self._fallen.difference_update(found)
        self._rests.update(dict.fromkeys(found, now + _REST_S))
        return [watched[name].config for name in found]

    def _list(self, name: str, watched: _Watched) -> None:
        """Tell of a source once all that is new there has kept still since the look before: a
        reading takes every file, and must not meet one that is being written."""
        try:
            seen = _listed(self.home, watched.pattern)
        except OSError:
            return
        told = self._told.setdefault(name, _older(seen, watched.read_ns))
        new = {file: sign for file, sign in seen.items() if told.get(file) != sign}
        before = self._before.get(name, {})
        self._before[name] = seen
        if new and all(before.get(file) == sign for file, sign in new.items()):
            self._told[name] = seen
            with self._lock:
                self._fallen.add(name)


def _pattern(config: SourceConfig) -> str:
    """Where the files of a source are dropped; "" for a source of anything else."""
    settings = registry.connector(config.connector).Config.model_validate(config.settings)
    return settings.path if isinstance(settings, FileConfig) else ""


def _nanoseconds(run: RunRecord) -> int:
    return int(run.started_at.replace(tzinfo=UTC).timestamp() * 1e9)


def _listed(home: Home, pattern: str) -> _Folder:
    """Raises OSError."""
    found: _Folder = {}
    for name in guard.matching(home, pattern):
        try:
            one = (home.root / name).stat()
        except FileNotFoundError:  # taken away since the folder was listed
            continue
        found[name] = _Sign(one.st_size, one.st_mtime_ns, one.st_ctime_ns)
    return found


def _older(seen: _Folder, read_ns: int) -> _Folder:
    """What lay there when the last reading began: a worker that starts does not read it again."""
    return {name: sign for name, sign in seen.items() if sign.changed_ns < read_ns}
