"""Passwords and keys of the sources: a TOML file holds a reference, never the secret itself.

env:NAME        a variable of the environment of the worker
file:/path      the first line of a file (systemd credentials, Docker secrets)
secret:NAME     kept encrypted in the state database (`cockpit secret set NAME`)
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from cockpit import log
from cockpit.connect.contract import Asked
from cockpit.errors import BadSource

_REFERENCE = re.compile(
    r"env:[A-Za-z_][A-Za-z0-9_]*|file:/[^\0\n]+|secret:[a-z0-9][a-z0-9_-]{0,63}"
)


def _reference(text: str) -> str:
    if text and not _REFERENCE.fullmatch(text):
        message = "une référence (env:NOM, file:/chemin ou secret:nom), jamais le secret lui-même"
        raise ValueError(message)
    return text


Secret = Annotated[str, AfterValidator(_reference), Field(json_schema_extra={"secret": True})]
"""A setting that names a secret; "" when there is none."""


def reveal(asked: Asked, reference: str, field: str) -> str:
    """The secret itself, "" for no reference; logs hide it from now on. Raises BadSource."""
    if not reference:
        return ""
    kind, _, name = reference.partition(":")
    text = _READ[kind](asked, name)
    if not text:
        raise BadSource(
            file=f"{asked.source}.toml", field=field, expected="un secret lisible par le worker"
        )
    log.hide(text)
    return text


def _of_environment(_asked: Asked, name: str) -> str:
    return os.environ.get(name, "")


def _of_file(_asked: Asked, name: str) -> str:
    try:
        return Path(name).read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _of_store(asked: Asked, name: str) -> str:
    from cockpit.state import vault  # noqa: PLC0415 - SQLAlchemy: 0.2 s, only for who keeps one

    return vault.text_of(asked.home, name)


_READ = {"env": _of_environment, "file": _of_file, "secret": _of_store}
