"""Where the logs go: one line per event on standard error, JSON when nobody is watching."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog


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
            structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=False,  # a command changes the level after the first line
    )
