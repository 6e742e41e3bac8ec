from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from cockpit.forecast import pool
from cockpit.forecast.fit import Fitted, Job, fit
from cockpit.forecast.reasons import UNAVAILABLE
from cockpit.kpi.model import UnitId
from tests.forecast.daily import job, weekly

SHORT = weekly(60)


def hostile(one: Job) -> Fitted:
    """A fit that hangs, dies, raises or eats memory, by the name of its unit."""
    if one.unit == "hangs":
        time.sleep(600)
    if one.unit == "dies":
        os.kill(os.getpid(), 9)
    if one.unit == "raises":
        message = "no"
        raise ArithmeticError(message)
    if one.unit == "eats":
        held = [bytearray(256 * 1024**2) for _ in range(40)]
        del held
    return fit(one)


@pytest.mark.slow
def test_a_bad_series_spoils_only_itself() -> None:
    units = ["first", "hangs", "dies", "raises", "eats", "last"]
    jobs = [job(SHORT, unit=UnitId(unit)) for unit in units]
    made = {
        one.forecast.unit: one.forecast
        for one in pool.fit_all(jobs, processes=2, limit_s=20, work=hostile)
    }
    assert list(made) == units
    good = {unit for unit, one in made.items() if one.points}
    assert good == {"first", "last"}
    assert {made[unit].refused for unit in set(units) - good} == {UNAVAILABLE}


def test_the_program_that_fits_is_not_run_again_in_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of Streamlit is the main module of its process, and fails outside of a server."""
    page = tmp_path / "page.py"
    page.write_text("raise RuntimeError('run again')", "utf-8")
    main = ModuleType("__main__")
    main.__file__ = str(page)
    monkeypatch.setitem(sys.modules, "__main__", main)
    (made,) = pool.fit_all([job(SHORT)], processes=1)
    assert made.forecast.status == "indicative"
    assert sys.modules["__main__"] is main


def told(one: Job) -> Fitted:
    """The fit, with the libraries that its process has loaded as what to keep of it."""
    made = fit(one)
    loaded = {name.partition(".")[0] for name, module in sys.modules.items() if module}
    return replace(made, past=pd.DataFrame({"loaded": sorted(loaded)}))


@pytest.mark.slow
def test_a_child_loads_what_fits_and_nothing_that_draws_or_runs_a_cluster() -> None:
    (made,) = pool.fit_all([job(weekly(400))], processes=1, work=told)
    loaded = set(made.past["loaded"])
    assert made.forecast.status == "ok"
    assert {"prophet", "statsforecast"} <= loaded
    assert not {"dask", "distributed", "matplotlib", "plotly", "streamlit"} & loaded


def test_no_series_starts_no_process() -> None:
    assert list(pool.fit_all([])) == []
