"""Fits in child processes, each bounded in time and memory: one bad series spoils only itself."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd
import structlog
from pebble import ProcessExpired, ProcessPool

from cockpit.forecast.fit import Fitted, Job, fit, versions
from cockpit.forecast.model import Forecast
from cockpit.forecast.models.prophet_rc import silent_prophet
from cockpit.forecast.reasons import UNAVAILABLE

if TYPE_CHECKING:
    from concurrent.futures import Future

_log = structlog.get_logger(__name__)

FIT_LIMIT_S = 180  # a fit takes a second; a machine that does everything else first, minutes
_DATA_LIMIT_BYTES = 2 * 1024**3  # of data; address space is larger (libraries map theirs)
_FITS_PER_PROCESS = 200
_NOT_NEEDED = ("dask", "matplotlib", "plotly")
"""For clusters (`statsforecast`, `prophet`) and for drawing (`prophet`)."""


def fit_all(
    jobs: Sequence[Job],
    *,
    processes: int | None = None,
    limit_s: float = FIT_LIMIT_S,
    work: Callable[[Job], Fitted] = fit,
) -> Iterator[Fitted]:
    """Fit each job, in their order. A fit that fails, runs out of time or of memory gives
    "prévision indisponible" for its series alone.

    processes: two by default on two cores. limit_s: seconds per series. One process fits nothing
    in the caller, so that it never pays for the libraries.
    """
    if not jobs:
        return
    # Not a fork: the caller has threads (DuckDB's), which a forked child would find half-locked.
    context = multiprocessing.get_context("spawn")
    with (
        _nothing_to_run_again(),
        ProcessPool(
            max_workers=processes or max(1, min(os.cpu_count() or 1, len(jobs))),
            max_tasks=_FITS_PER_PROCESS,
            initializer=_prepared,
            context=context,
        ) as pool,
    ):
        futures = [pool.schedule(work, args=[job], timeout=limit_s) for job in jobs]
        for job, future in zip(jobs, futures, strict=True):
            yield _result(job, future)


@contextmanager
def _nothing_to_run_again() -> Iterator[None]:
    """A spawned child first runs the program of its parent again (a page of Streamlit, a bench):
    ours only need the functions that they are sent."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _prepared() -> None:
    """Each child: at a lower priority than the pages, and never more than its share of memory.

    The libraries are loaded before its first fit, which their seconds would be counted against.
    What they only load when it is installed and no fit needs stays out: 50 MB of each child.
    """
    os.nice(5)
    # None: Python finds no such module, as on a server without it, and they do without.
    sys.modules.update(dict.fromkeys(_NOT_NEEDED))  # type: ignore[arg-type]
    silent_prophet()
    import_module("statsforecast.models")
    resource.setrlimit(resource.RLIMIT_DATA, (_DATA_LIMIT_BYTES, _DATA_LIMIT_BYTES))


def _result(job: Job, future: Future[Fitted]) -> Fitted:
    try:
        return future.result()
    except (TimeoutError, ProcessExpired, MemoryError) as error:
        return _failed(job, error)
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the other series go on
        return _failed(job, error)


def _failed(job: Job, error: BaseException) -> Fitted:
    kind = type(error).__name__
    _log.warning("fit failed", kpi=job.kpi.id, unit=job.unit, facet=job.facet, kind=kind)
    return unavailable(job)


def unavailable(job: Job) -> Fitted:
    """The refusal of a series whose fit failed."""
    blank = Forecast(
        kpi=job.kpi.id,
        unit=job.unit,
        facet=job.facet,
        model="none",
        origin=job.history.last,
        made_at=job.made_at,
        history_from=job.history.first,
        points=(),
        versions=versions(),
    )
    return Fitted(replace(blank, status="refused", refused=UNAVAILABLE), pd.DataFrame())
