"""What every act of administration shares: its audit line, its file, its lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit import clock, state
from cockpit.errors import BadRequest, WarehouseBusy
from cockpit.locks import locked
from cockpit.settings import Home
from cockpit.warehouse.durable import fsync

_PATIENCE_S = 10.0


def note(home: Home, who: str, what: state.What, subject: str, sentence: str) -> None:
    """One audit line. sentence: French, without any value."""
    line = state.AuditLine(
        at=clock.utc_naive(clock.now()), who=who, what=what, subject=subject, sentence=sentence
    )
    state.record_act(state.engine(home), line)


@contextmanager
def editing(home: Home) -> Iterator[None]:
    """One edit at a time. Raises WarehouseBusy when another one lasts."""
    with locked(home.root / "administer.lock", _PATIENCE_S) as mine:
        if not mine:
            raise WarehouseBusy
        yield


def version(text: str) -> str:
    """What tells one text of a file from another: sha256."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_version(text: str, given: str, name: str) -> None:
    """Raises BadRequest when the file is no longer what its editor read; "" asks nothing."""
    if given and given != version(text):
        raise BadRequest(
            field="version",
            expected=f"« {name} » tel que vous l'avez lu ; il a été modifié entre-temps et n'a pas "
            "été remplacé. Relisez-le, puis refaites votre modification",
        )


def put(path: Path, text: str) -> None:
    """Replace a file whole, durably, or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(text.encode("utf-8"))
    fsync(partial)
    partial.replace(path)
    fsync(path.parent)


def stamped(folder: Path, stem: str, suffix: str) -> Path:
    """A file name that is free, with the time in it."""
    base = f"{stem}-{clock.now():%Y%m%dT%H%M%S}"
    names = (f"{base}{again}{suffix}" for again in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(folder / name for name in names if not (folder / name).exists())
