"""Fits on a cluster: the same `fit.fit`, one task per series, through fugue.

One hospital needs none of it: two processes here fit its series in minutes. For a region of
thousands of series, `[forecast] engine` of cockpit.toml names Dask, Ray or Spark. Jobs and results
travel as text (`wire.py`). Time and memory of a task are bounded by the cluster's own limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd
import structlog

from cockpit.errors import BadSettings
from cockpit.forecast import pool
from cockpit.forecast.fit import Fitted, Job, fit
from cockpit.forecast.wire import fitted_of, fitted_text, job_of, job_text
from cockpit.i18n import gettext as _
from cockpit.i18n import mark

if TYPE_CHECKING:
    from cockpit.settings import Forecasts

_NEEDS = {
    "dask": ("fugue", "dask", "distributed"),
    "ray": ("fugue", "ray"),
    "spark": ("fugue", "pyspark"),
}
_LOST = mark("La grappe de calcul n'a pas abouti : les prévisions sont calculées sur ce serveur.")
_NOTHING_ON_DISK = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.p2p.storage.disk": False,
}
"""Dask pickles what it puts on the disk, and unpickles it from there."""
_SHAPE = "place:int,text:str"

_log = structlog.get_logger(__name__)


def fit_all(
    jobs: Sequence[Job],
    where: Forecasts,
    *,
    on_step: Callable[[str], None] = lambda _text: None,
) -> Iterator[Fitted]:
    """Fit each job, in their order, where the installation says.

    A cluster that cannot be reached or that fails is told to `on_step`, and the fits are made
    here. Raises BadSettings when the libraries of the engine are not installed.
    """
    if where.engine == "local" or not jobs:
        return pool.fit_all(jobs)
    require(where.engine)
    try:
        return iter(_fitted(jobs, where))
    except Exception as error:  # noqa: BLE001 - whatever a cluster raises, the hospital has its forecasts
        _log.warning("cluster failed", engine=where.engine, error=type(error).__name__)
        on_step(_(_LOST))
        return pool.fit_all(jobs)


def require(engine: str) -> None:
    """Raises BadSettings, naming the extra to install, when a library of the engine is absent."""
    if any(find_spec(name) is None for name in _NEEDS.get(engine, ())):
        expected = _("« cockpit[{engine}] » installé, ou local").format(engine=engine)
        raise BadSettings(file="cockpit.toml", field="forecast.engine", expected=expected)


def _fitted(jobs: Sequence[Job], where: Forecasts) -> list[Fitted]:
    fugue: Any = import_module("fugue.api")  # 1 s, for a cluster only
    asked = pd.DataFrame({"place": range(len(jobs)), "text": [job_text(job) for job in jobs]})
    with _engine(where) as engine:
        found = fugue.transform(
            asked,
            _work,
            schema=_SHAPE,
            partition="per_row",
            engine=engine,
            as_fugue=True,
            as_local=True,
        ).as_pandas()
    by_place = dict(zip(found["place"], found["text"], strict=True))
    return [fitted_of(by_place[place]) for place in range(len(jobs))]


def _work(asked: pd.DataFrame) -> pd.DataFrame:
    """On a worker: text of jobs in, text of results out."""
    return asked.assign(text=[fitted_text(_one(job_of(text))) for text in asked["text"]])


def _one(job: Job) -> Fitted:
    try:
        return fit(job)
    except Exception:  # noqa: BLE001 - whatever a library raises, the other series go on
        return pool.unavailable(job)


@contextmanager
def _engine(where: Forecasts) -> Iterator[Any]:
    """What fugue takes as its engine: a client of the cluster, or one started here."""
    opened = {"dask": _dask, "ray": _ray, "spark": _spark}[where.engine]
    with opened(where.address) as engine:
        yield engine


@contextmanager
def _dask(address: str) -> Iterator[Any]:
    dask: Any = import_module("distributed")
    import_module("fugue_dask")  # makes a Dask client known to fugue
    if address:
        with dask.Client(address) as client:
            yield client
        return
    config: Any = import_module("dask.config")
    with (
        config.set(_NOTHING_ON_DISK),
        dask.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        dask.Client(cluster) as client,
    ):
        yield client


@contextmanager
def _ray(address: str) -> Iterator[Any]:
    ray: Any = import_module("ray")
    import_module("fugue_ray")
    ray.init(address=address or None, include_dashboard=False, log_to_driver=False)
    try:
        yield "ray"
    finally:
        ray.shutdown()


@contextmanager
def _spark(address: str) -> Iterator[Any]:
    spark: Any = import_module("pyspark.sql").SparkSession
    import_module("fugue_spark")
    session = spark.builder.master(address or "local[2]").appName("cockpit").getOrCreate()
    try:
        yield session
    finally:
        session.stop()
