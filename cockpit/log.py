"""Where the logs go: one line per event on standard error, JSON when nobody is watching."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import EventDict

_hidden: set[str] = set()
_SHORTEST = 4  # a shorter text would blank half of every line


def hide(secret: str) -> None:
    """Never let this text reach a log, nor the way an address writes it."""
    if len(secret) >= _SHORTEST:
        _hidden.update({secret, quote(secret, safe=""), quote_plus(secret)})


def _without_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    text = value if isinstance(value, str) else repr(value)
    found = [secret for secret in _hidden if secret in text]
    if not found:
        return value
    for secret in found:
        text = text.replace(secret, "***")
    return text


class _StandardError:
    """Standard error as it is when a line is written, not when the logs were set up."""

    def write(self, text: str) -> int:
        """One line."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """At once: a supervisor is reading."""
        sys.stderr.flush()


def configure(*, level: int = logging.INFO) -> None:
    """Set up the logs of this process; call it once, in a command."""
    watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets,
            structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=False,  # a command changes the level after the first line
    )
