"""The key that stands between the spool and the patients: made once, closed to other accounts."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cockpit.connect.hl7.movements import Pseudonyms
from cockpit.errors import SourceRefused
from cockpit.settings import Home

_KEY_BYTES = 32


def folder(home: Home) -> Path:
    """Where the spools and their key lie, closed to other accounts."""
    path = home.root / "hl7"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def pseudonyms(home: Home) -> Pseudonyms:
    """The keyed hashes of this installation; the key is made (0600) at its first use."""
    return Pseudonyms(key(home))


def key(home: Home) -> bytes:
    """32 bytes. Raises SourceRefused when the file is damaged."""
    path = folder(home) / "key"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):  # another process was first: its key is the one
            os.link(partial, path)
        partial.unlink()
    found = path.read_bytes()
    if len(found) != _KEY_BYTES:
        raise SourceRefused(source="hl7", reason="la clé « hl7/key » est abîmée")
    return found
