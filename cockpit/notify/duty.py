"""The worker's passes, in a thread of their own: a mail server that hangs delays no refresh."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

import structlog

from cockpit.errors import CockpitError
from cockpit.notify.send import send_due

if TYPE_CHECKING:
    from cockpit.notify.send import Fence
    from cockpit.settings import Home

_EVERY_S = 2.0
_PLAN_S = 30.0
_AFTER_ERROR_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass
class Postman:
    """One pass at a time, every few seconds. fence: raises once another worker has taken over."""

    home: Home
    fence: Fence
    _thread: Thread | None = None
    _next_at: float = 0.0
    _plan_at: float = 0.0
    _is_over: bool = False

    def look(self) -> None:
        """Start a pass when it is time and none is under way; never waits."""
        now = time.monotonic()
        if now < self._next_at or (self._thread is not None and self._thread.is_alive()):
            return
        plan = now >= self._plan_at
        self._next_at = now + _EVERY_S
        self._plan_at = now + _PLAN_S if plan else self._plan_at
        self._thread = Thread(target=self._pass, args=(plan,), daemon=True)
        self._thread.start()

    def end(self, patience_s: float = 5.0) -> None:
        """Let the letter under way arrive, and begin no other."""
        self._is_over = True
        if self._thread is not None:
            self._thread.join(patience_s)

    def _pass(self, plan: bool) -> None:
        try:
            send_due(self.home, plan=plan, fence=self._may_go_on)
        except _OverError:
            return
        except CockpitError as error:
            _log.warning("nothing was sent", **error.log_line())
        except Exception:  # noqa: BLE001 - the loop outlives any fault (house style, 7)
            _log.exception("sending failed")
        else:
            return
        self._next_at = time.monotonic() + _AFTER_ERROR_S

    def _may_go_on(self) -> None:
        if self._is_over:
            raise _OverError
        self.fence()


class _OverError(Exception):
    """The worker stops."""
