"""The refresh loop: each source when its schedule says so, one worker per installation.

A file that falls into a drop folder is read at once (see cockpit/drops.py). Every reading is a
process of its own, so that no source waits for another; what one lands is published as soon as it
ends. A source that may answer later is tried again after a while, one that refused waits for its
next time. A stop (SIGTERM, Ctrl-C) ends the readings too; whatever a kill leaves half done, the
next refresh finishes (see cockpit/refresh.py).
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cockpit import children, clock, drops, fetch, listeners, refresh, state
from cockpit.connect.config import load_sources
from cockpit.errors import BadSource, CockpitError, SourceUnavailable, WarehouseBusy
from cockpit.locks import locked
from cockpit.notify.duty import Postman
from cockpit.schedule import due
from cockpit.state import lease as leases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from sqlalchemy import Engine

    from cockpit.children import Child
    from cockpit.connect.config import SourceConfig
    from cockpit.settings import Home
    from cockpit.state import RunRecord
    from cockpit.state.lease import Lease

LOCK = "worker.lock"
WHO = "worker"
_POLL_S = 0.25
_LOOK_S = 5.0
_BEAT_S = 5.0
_GRACE_S = 10.0  # a source gives up by itself at its limit; past this it is made to
_AFTER_ERROR_S = 60.0
_FORECAST_LIMIT_S = 2 * 3600.0
_FORECAST_AGAIN_S = 900.0
_KEEP_RUNS = timedelta(days=400)
_log = structlog.get_logger(__name__)


@dataclass
class _Duty:
    """What the holder of the lease is doing. Times are on the monotonic clock.

    unpublished: something may have been landed since the last publish. fitting, fitted: the day of
    the forecasts under way and of the last ones, which begins at six (`clock.forecast_day`).
    judged: the day of the last look for late sources.
    """

    home: Home
    engine: Engine
    lease: Lease
    readings: dict[str, Child] = field(default_factory=dict)
    listeners: listeners.Listeners = field(default_factory=dict)
    forecasts: Child | None = None
    forecast_at: float = 0.0
    fitting: date | None = None
    fitted: date | None = None
    judged: date | None = None
    unpublished: bool = True
    publish_at: float = 0.0
    look_at: float = 0.0
    postman: Postman = field(init=False)
    lookout: drops.Lookout = field(init=False)

    def __post_init__(self) -> None:
        self.lookout = drops.Lookout(self.home)
        fence = partial(leases.check, self.engine, self.lease.token)
        self.postman = Postman(self.home, fence)

    def children(self) -> list[Child]:
        """Every process under way."""
        listening = [one.child for one in self.listeners.values()]
        return [*self.readings.values(), *listening, *filter(None, [self.forecasts])]


def work(home: Home, stop: Event) -> None:
    """Refresh what is due until `stop` is set. Waits while another worker of this home lives."""
    home.prepare()
    engine = state.engine(home)
    watch = leases.Watch()
    while not stop.is_set():
        lease = leases.take(engine, watch)
        if lease is None:
            _log.info("another worker is running; waiting")
            stop.wait(_BEAT_S)
            continue
        _log.info("worker acts", token=lease.token)
        with locked(home.root / LOCK, patience_s=0.0):  # a restore waits for it to be free
            _serve(_Duty(home, engine, lease), stop)
        watch = leases.Watch()


def stop_on_signals() -> Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        _log.info("worker stops", signal=number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def _serve(duty: _Duty, stop: Event) -> None:
    """Act until `stop` is set or another worker has taken over."""
    with _beating(duty, stop) as lost:
        try:
            while not (stop.is_set() or lost.is_set()):
                _round(duty)
                stop.wait(_POLL_S)
        finally:
            children.end_all(duty.children())
            duty.postman.end()
            leases.give_up(duty.engine, duty.lease)


@contextmanager
def _beating(duty: _Duty, stop: Event) -> Iterator[Event]:
    """Show from a thread that this worker lives; the event is set once another has taken over."""
    lost, done = Event(), Event()

    def beat() -> None:
        while not done.wait(_BEAT_S):
            try:
                leases.renew(duty.engine, duty.lease)
            except leases.LeaseLost as error:
                _log.warning("lease lost", **error.log_line())
                lost.set()
                return
            except SQLAlchemyError as error:
                _log.warning("no sign of life could be written", error=type(error).__name__)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join(_BEAT_S if stop.is_set() else 0.0)


def _round(duty: _Duty) -> None:
    """One look at everything; the loop outlives any fault (house style, 7)."""
    try:
        duty.postman.look()
        _collect(duty)
        if time.monotonic() >= duty.look_at:
            duty.look_at = time.monotonic() + _LOOK_S
            _look(duty)
        _read_fallen(duty)
        if duty.unpublished and time.monotonic() >= duty.publish_at:
            _publish(duty)
    except CockpitError as error:
        _log.warning("refresh refused", **error.log_line())
    except Exception:  # noqa: BLE001 - see above
        _log.exception("refresh failed")
    else:
        return
    duty.publish_at = duty.look_at = time.monotonic() + _AFTER_ERROR_S


def _look(duty: _Duty) -> None:
    """Start what is due."""
    configs, errors = load_sources(duty.home)
    last = state.last_run_by_source(duty.engine)
    for error in errors:
        _report_once(duty.home, error, last)
    for config in configs:
        if config.name not in duty.readings and due([config], last, clock.now()):
            _start_reading(duty, config, last.get(config.name))
    duty.lookout.watch(configs, last)
    listeners.keep(duty.home, duty.listeners, configs)
    if configs and duty.fitted != clock.forecast_day():
        _start_forecasts(duty)
    if duty.judged != clock.today():
        duty.judged, duty.unpublished = clock.today(), True


def _read_fallen(duty: _Duty) -> None:
    duty.lookout.look()
    for config in duty.lookout.ready(duty.readings):
        last = state.runs_of(duty.engine, config.name, 1)
        _start_reading(duty, config, last[0] if last else None)


def _start_reading(duty: _Duty, config: SourceConfig, last: RunRecord | None) -> None:
    duty.readings[config.name] = children.start(
        duty.home,
        "cockpit.fetch",
        config.name,
        limit_s=config.time_limit.total_seconds() + _GRACE_S,
        before=(last.id or 0) if last else 0,
    )


def _collect(duty: _Duty) -> None:
    """Take note of the readings that have ended, and end those that take too long."""
    for name, child in list(duty.readings.items()):
        if child.is_overdue:
            child.kill()
            _reading_died(duty, name, child, "lecture plus longue que time_limit, arrêtée")
        elif child.has_ended:
            code = child.process.returncode
            if code not in {0, fetch.BUSY}:
                _reading_died(duty, name, child, f"lecture interrompue (code {code})")
        else:
            continue
        del duty.readings[name]
        duty.unpublished = True
    if duty.forecasts and (duty.forecasts.has_ended or duty.forecasts.is_overdue):
        _collect_forecasts(duty, duty.forecasts)


def _reading_died(duty: _Duty, name: str, child: Child, reason: str) -> None:
    """The run of a reading that could not write its own."""
    last = state.runs_of(duty.engine, name, 1)
    if not last or (last[0].id or 0) <= child.before:
        error = SourceUnavailable(source=name, reason=reason)
        fetch.record_failure(duty.home, name, error, who=WHO)


def _publish(duty: _Duty) -> None:
    """Publish what is landed; another process that is publishing is waited for."""
    try:
        published, _ = refresh.publish_landed(
            duty.home,
            on_step=_say,
            fence=lambda: leases.check(duty.engine, duty.lease.token),
        )
    except WarehouseBusy:
        duty.publish_at = time.monotonic() + _POLL_S
        _end_frozen(duty.lease)
        return
    duty.unpublished = False
    state.forget_runs(duty.engine, clock.utc_naive(clock.now()) - _KEEP_RUNS)
    if published:
        _log.info("published")


def _end_frozen(lease: Lease) -> None:
    """The worker that we took over from sleeps on the publish lock: nobody would ever publish."""
    if leases.is_running(lease.before):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(int(lease.before.split("/")[1]), signal.SIGKILL)
            _log.warning("ended the frozen worker", holder=lease.before)


def _start_forecasts(duty: _Duty) -> None:
    """Minutes of processor: once a day is what a director reads, and beside everything else.

    The report of the week is made with them (`refresh.forecast_now`).
    """
    if duty.forecasts or duty.unpublished or time.monotonic() < duty.forecast_at:
        return
    duty.fitting = clock.forecast_day()
    duty.forecasts = children.start(
        duty.home, "cockpit.cli", "forecast", "run", "--json", limit_s=_FORECAST_LIMIT_S
    )


def _collect_forecasts(duty: _Duty, child: Child) -> None:
    child.kill()
    duty.forecasts = None
    if child.process.returncode == 0:
        duty.fitted = duty.fitting
    else:
        duty.forecast_at = time.monotonic() + _FORECAST_AGAIN_S


def _report_once(home: Home, error: BadSource, last: dict[str, RunRecord]) -> None:
    """A source that cannot be read is one failed run, not one every five seconds."""
    name = str(error.facts["file"]).removesuffix(".toml")
    known = last.get(name)
    if known and known.status == "failed" and known.sentence == error.sentence():
        return
    fetch.record_failure(home, name, error, who=WHO)


def _say(step: str) -> None:
    _log.info("step", what=step)
