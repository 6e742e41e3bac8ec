"""(f) Daily forecasts on public hospital series, each through a source, the warehouse and a KPI.

Rolling origins whose step is no multiple of 7. Every trust and Land, one département in two;
default Prophet at the same origins on a sample, unless everything is asked for.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from bench.forecast_monthly import DATA
from bench.forecast_one import job
from bench.report import Figure, Section, middle, timings_ms
from cockpit import judging, refresh
from cockpit.forecast import backtest, combination, scores
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.choose import Series
from cockpit.forecast.fit import fit
from cockpit.forecast.history import History
from cockpit.forecast.models import naive7, prophet_plain
from cockpit.forecast.run import calendar_of, read_history
from cockpit.forecast.store import latest, parts, to_tables
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import KpiId, UnitId
from cockpit.settings import Home
from cockpit.warehouse import attach, publish, update

HOMES = Path(__file__).parents[1] / "tests" / "real"
STEP_DAYS, HORIZON_DAYS = 20, 28
WHOLE_SHARE = 0.95
YEARS = 10
PROCESSES = 2
BESIDE = 4
"""Default Prophet is fitted for one series in so many: it takes longer than all the rest."""
NIGHT_SERIES = 500
MOST_NIGHT_S, MOST_CPU_S, MOST_RSS_MB, MOST_READ_MS = 600.0, 1.2, 300.0, 20.0


@dataclass(frozen=True)
class Source:
    """One public set. limits: highest mean MASE up to 7 and 28 days. sample: one series in n."""

    title: str
    home: str
    files: tuple[str, ...]
    kpi: str
    origins: int
    limits: tuple[float, float]
    sample: int


SOURCES = (
    Source(
        "Sorties NHS, par trust",
        "nhs",
        ("nhs_healthyr/england_trust_discharged_patients.csv",),
        "daily_discharges",
        18,
        (0.80, 0.83),
        1,
    ),
    Source(
        "Soins intensifs, par Land",
        "icu",
        ("divi_icu/Intensivregister_Bundeslaender_Kapazitaeten.csv",),
        "icu_patients",
        18,
        (0.70, 0.90),
        1,
    ),
    Source(
        "Urgences, par département",
        "spf",
        ("fr_spf_dep/urgences_sosmed_dep_daily.csv",),
        "ed_visits",
        8,
        (0.85, 0.96),
        2,
    ),
)


@dataclass(frozen=True)
class Task:
    """One series to try in a child. against: also fit default Prophet."""

    source: str
    unit: str
    history: History
    calendar: FrenchCalendar
    origins: int
    against: bool


def run(folder: Path, *, small: bool = False, full: bool = False) -> Section:
    """small: three series of each set; full: every series, Prophet beside each."""
    warnings.simplefilter("ignore")
    tasks = [task for source in SOURCES for task in _tasks(folder, source, small, full)]
    rows = pd.concat(_in_children(tasks), ignore_index=True)
    figures = [
        *_accuracy(rows),
        *_against(rows),
        *_coverage(rows),
        *_costs(full=full),
        *_reading(folder),
    ]
    return Section("(f) Prévisions quotidiennes, séries publiques", tuple(figures))


def _tasks(folder: Path, source: Source, small: bool, full: bool) -> Iterator[Task]:
    home = _loaded(folder, source)
    generation = attach.Warehouse(home).generation()
    scope = judging.whole_scope(generation)
    kpi = kpis_of(home.kpis)[KpiId(source.kpi)]
    units = [unit.id for unit in generation.units.establishments()]
    found = {u: read_history(generation, scope, Series(kpi, u), years=YEARS) for u in units}
    whole = _whole({unit: one for unit, one in found.items() if one is not None})
    step = 1 if full else max(1, len(whole) // 3) if small else source.sample
    calendar = calendar_of(home.installation, kpi)
    for place, (unit, history) in enumerate(list(whole.items())[::step]):
        against = full or place % BESIDE == 0
        yield Task(source.title, unit, history, calendar, source.origins, against)


def _loaded(folder: Path, source: Source) -> Home:
    root = folder / source.home
    if not root.exists():
        shutil.copytree(HOMES / source.home, root)
        home = Home(root).prepare()
        for name in source.files:
            shutil.copyfile(DATA / name, home.drop / Path(name).name)
        refresh.refresh(home, forecasts=False)
    return Home(root)


def _whole(found: Mapping[UnitId, History]) -> dict[UnitId, History]:
    """Series that cover nearly every day of the longest: sites that opened or closed are left."""
    longest = max(int(one.observed.sum()) for one in found.values())
    return {unit: one for unit, one in found.items() if one.observed.sum() >= WHOLE_SHARE * longest}


def _in_children(tasks: list[Task]) -> list[pd.DataFrame]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as executor:
        return list(executor.map(_tried, tasks))


def _tried(task: Task) -> pd.DataFrame:
    warnings.simplefilter("ignore")
    beside = (naive7.NAME, *([prophet_plain.NAME] if task.against else []))
    rows = backtest.backtest(
        task.history,
        calendar=task.calendar,
        beside=beside,
        origins=task.origins,
        step=STEP_DAYS,
        horizon=HORIZON_DAYS,
    )
    return rows.assign(source=task.source, unit=task.unit)


def _mase(rows: pd.DataFrame, upto: int) -> pd.DataFrame:
    """MASE of each model, one row per series (source, unit), one column per model."""
    return (
        rows.groupby(["source", "unit", "model"])
        .apply(lambda same: scores.mase(same, upto), include_groups=False)
        .unstack("model")
    )


def _accuracy(rows: pd.DataFrame) -> Iterator[Figure]:
    for source in SOURCES:
        own = rows[rows["source"] == source.title]
        for upto, limit in zip((7, 28), source.limits, strict=True):
            table = _mase(own, upto).mean()
            mean = table[combination.NAME]
            note = f"{own['unit'].nunique()} séries ; " + ", ".join(
                f"{name} {value:.3f}" for name, value in table.items() if name != combination.NAME
            )
            name = f"{source.title} : MASE à {upto} jours"
            yield Figure(name, f"{mean:.3f}", f"<= {limit:.2f}", note, bool(mean <= limit))


def _against(rows: pd.DataFrame) -> Iterator[Figure]:
    near, far = _mase(rows, 7), _mase(rows, 28)
    share = (near[combination.NAME] < near[naive7.NAME]).mean()
    yield Figure(
        "Séries mieux prévues que la semaine dernière répétée (7 jours)",
        f"{share:.0%}",
        ">= 90 %",
        f"{len(near)} séries",
        bool(share >= 0.90),
    )
    for table, upto, least in ((near, 7, 12), (far, 28, 10)):
        both = table.dropna(subset=[prophet_plain.NAME])
        gain = 100 * (1 - both[combination.NAME].mean() / both[prophet_plain.NAME].mean())
        better = (both[combination.NAME] < both[prophet_plain.NAME]).mean()
        name = f"Gain sur Prophet par défaut à {upto} jours"
        note = f"{len(both)} séries"
        yield Figure(name, f"{gain:.1f} %", f">= {least} %", note, bool(gain >= least))
        name = f"Séries mieux prévues que par Prophet à {upto} jours"
        yield Figure(name, f"{better:.0%}", ">= 80 %", note, bool(better >= 0.80))


def _coverage(rows: pd.DataFrame) -> Iterator[Figure]:
    mean = rows[rows["model"] == combination.NAME]
    for level, low, high in ((80, 0.77, 0.85), (95, 0.93, 0.98)):
        for upto in (7, 28):
            inside = scores.coverage(mean, level, upto)
            name = f"Couverture de l'intervalle à {level} %, {upto} jours"
            target = f"{low:.2f}-{high:.2f}"
            yield Figure(name, f"{inside:.3f}", target, "", bool(low <= inside <= high))


def _costs(*, full: bool) -> Iterator[Figure]:
    """A night's fits on two processes: what each costs, and how long 500 of them take."""
    count = NIGHT_SERIES if full else 24
    command = (sys.executable, "-m", "bench.forecast_one", str(count), str(PROCESSES))
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    used, rss = told["cpu_s"], told["rss_mb"]
    night = told["took_s"] * NIGHT_SERIES / count
    note = f"{count} séries de trois ans en {told['took_s']:.0f} s"
    yield Figure("CPU par série quotidienne", f"{used:.2f} s", "<= 1,2 s", "", used <= MOST_CPU_S)
    yield Figure(
        "500 séries, 2 processus", f"{night:.0f} s", "<= 600 s", note, night <= MOST_NIGHT_S
    )
    yield Figure("Mémoire d'un processus", f"{rss:.0f} Mo", "<= 300 Mo", "", rss <= MOST_RSS_MB)


def _reading(folder: Path) -> Iterator[Figure]:
    """One forecast of each département stored, then read as a screen reads it."""
    home = Home(folder / "spf")
    made = fit(job(0)).forecast
    before = attach.Warehouse(home).generation()
    units = [unit.id for unit in before.units.establishments()]
    stored = [replace(made, unit=unit) for unit in units]
    with publish.publishing(home.generations):
        update.publish_forecasts(home, to_tables(stored, pd.DataFrame()))
    generation = attach.Warehouse(home).generation()
    scope = judging.whole_scope(generation)

    kpi = KPIS[KpiId("ed_visits")]
    alone = [timings_ms(lambda u=unit: parts(generation, scope, kpi, u), 1)[0] for unit in units]
    (every,) = timings_ms(lambda: latest(generation, scope, kpi, units[-1]), 1)
    again = middle(timings_ms(lambda: latest(generation, scope, kpi, units[-1]), 50))
    note = f"{len(stored)} enregistrées ; toutes d'un coup {every:.0f} ms, puis {again:.3f} ms"
    name, read = "Lecture d'une prévision enregistrée, sans cache", middle(alone)
    yield Figure(name, f"{read:.1f} ms", "<= 20 ms", note, read <= MOST_READ_MS)
