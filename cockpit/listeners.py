"""Processes that sources push to: started with the worker, started again when they end or when
their settings change."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from cockpit import children
from cockpit.connect import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.children import Child
    from cockpit.connect.config import SourceConfig
    from cockpit.settings import Home

_BACK_OFF_S = (1.0, 2.0, 5.0, 15.0, 60.0)
_STEADY_S = 60.0  # one that held this long has not fallen in a row
_log = structlog.get_logger(__name__)


@dataclass
class Listener:
    """One source's. settings: those it was started with. falls: in a row. again_at: on the
    monotonic clock, 0 while it runs."""

    child: Child
    settings: dict[str, Any]
    falls: int = 0
    again_at: float = 0.0


Listeners = dict[str, Listener]
"""By source."""


def module_of(config: SourceConfig) -> str:
    """The module to run for a source that is pushed to; "" for one that is only read.

    A connector that is pushed to has a setting `listen` and a module that is run with the name of
    the source: `LISTENER` of the connector, or `cockpit.connect.<kind>.listener`.
    """
    connector = registry.connector(config.connector)
    settings = connector.Config.model_validate(config.settings)
    own = f"cockpit.connect.{config.connector}.listener"
    return str(getattr(connector, "LISTENER", own)) if getattr(settings, "listen", "") else ""


def keep(home: Home, running: Listeners, configs: Sequence[SourceConfig]) -> None:
    """A listener for each source that is pushed to, under its present settings; none for others."""
    wanted = {
        config.name: (module, config.settings)
        for config in configs
        if not config.paused and (module := module_of(config))
    }
    gone = {
        name
        for name, known in running.items()
        if name not in wanted or known.settings != wanted[name][1]
    }
    children.end_all([running.pop(name).child for name in sorted(gone)])
    for name, (module, settings) in wanted.items():
        known = running.get(name)
        if known is None:
            running[name] = Listener(children.start(home, module, name), settings)
        elif known.child.has_ended:
            _again(home, running, name, module)


def _again(home: Home, running: Listeners, name: str, module: str) -> None:
    known, now = running[name], time.monotonic()
    if not known.again_at:
        known.falls = 0 if known.child.age_s > _STEADY_S else known.falls
        known.again_at = now + _BACK_OFF_S[min(known.falls, len(_BACK_OFF_S) - 1)]
        _log.warning("listener ended", source=name, code=known.child.process.returncode)
    elif now >= known.again_at:
        child = children.start(home, module, name)
        running[name] = Listener(child, known.settings, known.falls + 1)
