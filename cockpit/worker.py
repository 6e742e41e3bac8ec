"""The refresh loop: each source when its schedule says so, one worker per installation.

A source that fails leaves what was published and its sentence in the run log, and is tried again at
its next time. A stop (SIGTERM, Ctrl-C) is obeyed between two refreshes; whatever a kill leaves half
done, the next refresh finishes (see cockpit/refresh.py).
"""

from __future__ import annotations

import fcntl
import signal
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import structlog
from croniter import croniter

from cockpit import clock, refresh, state
from cockpit.connect.config import load_sources
from cockpit.errors import BadSource, CockpitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from cockpit.connect.config import SourceConfig
    from cockpit.settings import Home
    from cockpit.state import RunRecord

LOCK = "worker.lock"
_POLL_S = 5.0
_AFTER_ERROR_S = 60.0
_KEEP_RUNS = timedelta(days=400)
_log = structlog.get_logger(__name__)


def work(home: Home, stop: Event) -> None:
    """Refresh what is due until `stop` is set. Waits for another worker of this home to end."""
    home.prepare()
    with _alone(home, stop):
        fitted: date | None = None
        while not stop.is_set():
            fitted = _round(home, fitted, stop)
            stop.wait(_POLL_S)


def stop_on_signals() -> Event:
    """An event that SIGTERM and Ctrl-C set."""
    stop = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        _log.info("worker stops", signal=number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def due(
    configs: Sequence[SourceConfig], last: dict[str, RunRecord], now: datetime
) -> tuple[str, ...]:
    """Names of the sources whose next time has come; one that never ran is due at once.

    now: aware. Schedules are read on the wall clock of Paris, across both changes of hour.
    """
    return tuple(
        config.name
        for config in configs
        if config.name not in last or next_time(config, last[config.name]) <= now
    )


def next_time(config: SourceConfig, last: RunRecord) -> datetime:
    """First time of the schedule after the start of the last run, aware."""
    after = clock.in_paris(last.started_at)
    found: datetime = croniter(config.schedule, after).get_next(datetime)
    return found.astimezone(UTC)


def _round(home: Home, fitted: date | None, stop: Event) -> date | None:
    """One look at the schedules; returns the day of the last forecasts."""
    try:
        return _refresh_due(home, fitted)
    except CockpitError as error:
        _log.warning("refresh refused", **error.log_line())
    except Exception:  # noqa: BLE001 - the loop outlives any fault (house style, 7)
        _log.exception("refresh failed")
    stop.wait(_AFTER_ERROR_S)
    return fitted


def _refresh_due(home: Home, fitted: date | None) -> date | None:
    engine = state.engine(home)
    configs, errors = load_sources(home)
    last = state.last_run_by_source(engine)
    for error in errors:
        _report_once(home, error, last)
    names = due(configs, last, clock.now())
    today = clock.today()
    forecasts = fitted != today  # minutes of processor: once a day is what a director reads
    if not names and not (forecasts and configs):
        return fitted
    report = refresh.refresh(home, names or _none(configs), on_step=_say, forecasts=forecasts)
    state.forget_runs(engine, clock.utc_naive(clock.now()) - _KEEP_RUNS)
    _log.info("refreshed", sources=list(names), generation=report.generation)
    return today if forecasts else fitted


def _none(configs: Sequence[SourceConfig]) -> tuple[str, ...]:
    """Some source to name when only the forecasts are due: reading it again changes nothing."""
    return (configs[0].name,)


def _report_once(home: Home, error: BadSource, last: dict[str, RunRecord]) -> None:
    """A source that cannot be read is one failed run, not one every five seconds."""
    name = str(error.facts["file"]).removesuffix(".toml")
    known = last.get(name)
    if known and known.status == "failed" and known.sentence == error.sentence():
        return
    now = clock.utc_naive(clock.now())
    record = state.RunRecord(
        source=name, started_at=now, ended_at=now, status="failed", sentence=error.sentence()
    )
    state.record_run(state.engine(home), record)


def _say(step: str) -> None:
    _log.info("step", what=step)


@contextmanager
def _alone(home: Home, stop: Event) -> Iterator[None]:
    """Hold the worker's lock of this home; a killed worker lets go of it by itself."""
    with (home.root / LOCK).open("a") as lock:
        while not _taken(lock.fileno()):
            _log.info("another worker is running; waiting")
            if stop.wait(_POLL_S):
                break
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
