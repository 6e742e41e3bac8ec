"""Secrets of the sources, encrypted in the state database; their key lives elsewhere.

The key is, in this order: the environment variable COCKPIT_KEY; the file that COCKPIT_KEY_FILE
names; COCKPIT_HOME/secret.key, made on first use, readable by its owner alone, left out of backups.
Any text of at least 32 characters will do. Several keys (one a line, or separated by commas): the
first one encrypts, all of them decrypt, so that a key is changed without losing anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cockpit import clock
from cockpit.errors import BadRequest, BadSettings
from cockpit.state.database import engine
from cockpit.state.models import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.settings import Home

KEY = "COCKPIT_KEY"
KEY_FILE = "COCKPIT_KEY_FILE"
OWN_FILE = "secret.key"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SHORTEST_KEY = 32
_LONGEST_SECRET = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """One secret, without its text. changed_at: naive UTC. readable: with the keys of now."""

    name: str
    changed_at: datetime
    readable: bool


def keep(home: Home, name: str, text: str) -> None:
    """Encrypt and keep a secret, in place of the one of this name. Raises BadRequest."""
    if not NAME.fullmatch(name):
        raise BadRequest(field="NAME", expected="un nom en minuscules, chiffres, « - » ou « _ »")
    if not text or len(text) > _LONGEST_SECRET or not text.isprintable():
        raise BadRequest(field="secret", expected="une ligne de 1 à 4096 caractères")
    sealed = _box(_keys(home, make=True)).encrypt(_bound(name, text)).decode("ascii")
    changed_at = clock.utc_naive(clock.now())
    with Session(engine(home)) as session, session.begin():
        session.merge(Secret(name=name, sealed=sealed, changed_at=changed_at))


def text_of(home: Home, name: str) -> str:
    """The secret itself; "" when there is none or no key of now opens it."""
    with Session(engine(home)) as session:
        row = session.get(Secret, name)
        return _opened(_keys(home), row) if row else ""


def kept(home: Home) -> tuple[Kept, ...]:
    """Every secret by name, never its text."""
    keys = _keys(home)
    with Session(engine(home)) as session:
        rows = session.scalars(select(Secret).order_by(Secret.name))
        return tuple(Kept(row.name, row.changed_at, bool(_opened(keys, row))) for row in rows)


def forget(home: Home, name: str) -> None:
    """Raises BadRequest when there is none of this name."""
    with Session(engine(home)) as session, session.begin():
        gone = session.get(Secret, name)
        if gone is None:
            raise BadRequest(field="NAME", expected="un secret de « cockpit secret list »")
        session.execute(delete(Secret).where(Secret.name == name))


def rotate(home: Home) -> int:
    """Encrypt every secret again with a new key; returns how many.

    The installation's own file gets a new key by itself: both keys stand in it until all is
    encrypted again. A key of the environment is changed by who manages it: the new one first, then
    the old one, then this. Raises BadRequest when that was not done, or when a secret cannot be
    read: then nothing has changed.
    """
    own = _own_file(home)
    keys = _keys(home, make=True)
    if own:
        keys = [_new_key(), *keys]
        _write_keys(own, keys)
    elif len(keys) == 1:
        expected = "la nouvelle clé, puis l'ancienne, séparées par une virgule ou une ligne"
        raise BadRequest(field=KEY, expected=expected)
    done = _encrypt_again(home, keys)
    if own:
        _write_keys(own, keys[:1])
    return done


def _encrypt_again(home: Home, keys: Sequence[str]) -> int:
    with Session(engine(home)) as session, session.begin():
        rows = session.scalars(select(Secret)).all()
        for row in rows:
            text = _opened(keys, row)
            if not text:
                expected = f"une clé qui ouvre le secret « {row.name} », ou son oubli"
                raise BadRequest(field=KEY, expected=expected)
            row.sealed = _box(keys).encrypt(_bound(row.name, text)).decode("ascii")
    return len(rows)


def _bound(name: str, text: str) -> bytes:
    """With its name, so that one secret cannot be put in the place of another."""
    return f"{name}\n{text}".encode()


def _opened(keys: Sequence[str], row: Secret) -> str:
    if not keys:
        return ""
    try:
        name, _, text = _box(keys).decrypt(row.sealed.encode("ascii")).decode().partition("\n")
    except InvalidToken:
        return ""
    return text if name == row.name else ""


def _box(keys: Sequence[str]) -> MultiFernet:
    digests = (hashlib.sha256(key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _own_file(home: Home) -> Path | None:
    """The key's file of this installation, when the environment names no key."""
    return None if os.environ.get(KEY) or os.environ.get(KEY_FILE) else home.root / OWN_FILE


def _keys(home: Home, *, make: bool = False) -> list[str]:
    """The keys, the one that encrypts first. Raises BadSettings for a key that is too short."""
    own = _own_file(home)
    if own and make and not own.exists():
        _write_keys(own, [_new_key()])
    where, text = KEY, os.environ.get(KEY, "")
    if not text:
        path = own or Path(os.environ[KEY_FILE])
        where, text = path.name, _read(path, needed=own is None)
    keys = [key for key in re.split(r"[\s,]+", text) if key]
    if any(len(key) < _SHORTEST_KEY for key in keys) or (not keys and own is None):
        expected = f"une clé d'au moins {_SHORTEST_KEY} caractères"
        raise BadSettings(file=where, expected=expected)
    return keys


def _read(path: Path, *, needed: bool) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if not needed and isinstance(error, FileNotFoundError):
            return ""
        raise BadSettings(file=path.name, expected="un fichier de clé lisible") from error


def _new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def _write_keys(path: Path, keys: Sequence[str]) -> None:
    """Whole or not at all, readable by its owner alone from the first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with suppress(FileNotFoundError):
        partial.unlink()
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write("\n".join(keys) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
