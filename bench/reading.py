"""(c) What a screen reads, at 20 million observations, from four places of the hospital.

"Première fois": the answers of the generation are forgotten before each call; what belongs to the
generation itself (units, calendars, feeds, forecasts) is read once per process, and its cost is the
line "après une publication". "Déjà demandé": the answer is kept, as for the second person who asks.
Reference: `SELECT 1` and one measure of one unit over a year, on the same connection.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import duckdb

from bench.report import Figure, Section, middle, timings_ms
from cockpit.access.scope import Scope
from cockpit.judging import whole_scope
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.model import Kpi, UnitId
from cockpit.series.contributions import contributions
from cockpit.series.curve import curve
from cockpit.series.model import Period
from cockpit.series.trend import trend, trends
from cockpit.settings import Home
from cockpit.warehouse.attach import Generation, Warehouse

HOME_MS, SHEET_MS = 15.0, 40.0
PLACES: tuple[tuple[str, UnitId | None], ...] = (
    ("groupe", None),
    ("établissement", UnitId("2")),
    ("pôle", UnitId("23")),
    ("UF", UnitId("2301")),
)
_YEAR = """
    SELECT day, sum(value) FROM rollup_day
    WHERE measure_id = $1 AND unit_id = 1 AND day >= DATE '2025-11-20' GROUP BY day
"""


def run(home: Home, times: int) -> Section:
    """Home and sheets from everywhere, every period of the switch."""
    generation = Warehouse(home).generation()
    scope = whole_scope(generation)
    start = perf_counter()
    trends(generation, scope, home_kpis(), None, Period.DAY)
    cold = 1000 * (perf_counter() - start)
    figures = [Figure("Synthèse après une publication, première lecture", f"{cold:.0f} ms")]
    figures += [_home(generation, scope, *place, times) for place in PLACES]
    figures += [_sheet(generation, scope, *place, times) for place in PLACES]
    figures += _kept(generation, scope)
    figures += _reference(generation)
    return Section("c. Lire 20 millions d'observations", tuple(figures))


def _fresh(generation: Generation, call: Callable[[], object], times: int) -> list[float]:
    """Timings with every answer forgotten before each call."""
    found = []
    for _ in range(times):
        generation._cache.clear()
        found += timings_ms(call, 1)
    return sorted(found)


def _home(
    generation: Generation, scope: Scope, label: str, unit: UnitId | None, times: int
) -> Figure:
    by_period = {
        period: _fresh(
            generation, lambda p=period: trends(generation, scope, home_kpis(), unit, p), times
        )
        for period in Period
    }
    every = sorted(one for each in by_period.values() for one in each)
    return _figure(f"Synthèse, première fois · {label}", every, HOME_MS)


def _sheet(
    generation: Generation, scope: Scope, label: str, unit: UnitId | None, times: int
) -> Figure:
    def sheet(kpi: Kpi, period: Period) -> None:
        trend(generation, scope, kpi, unit, period)
        curve(generation, scope, kpi, unit, period)
        contributions(generation, scope, kpi, unit, period)

    every = sorted(
        one
        for kpi in home_kpis()
        for period in Period
        for one in _fresh(generation, lambda k=kpi, p=period: sheet(k, p), max(3, times // 5))
    )
    return _figure(f"fiche d'indicateur, première fois · {label}", every, SHEET_MS)


def _figure(name: str, times: list[float], target: float) -> Figure:
    p95 = times[int(0.95 * (len(times) - 1))]
    note = f"p95 {p95:.1f} ms, {len(times)} lectures, la plus courte {times[0]:.1f} ms"
    half = middle(times)
    return Figure(name, f"{half:.1f} ms", f"p50 ≤ {target:.0f} ms", note, half <= target)


def _kept(generation: Generation, scope: Scope) -> list[Figure]:
    kept = middle(timings_ms(lambda: trends(generation, scope, home_kpis(), None, Period.DAY), 50))
    return [Figure("Synthèse, déjà demandée", f"{1000 * kept:.0f} µs")]


def _reference(generation: Generation) -> list[Figure]:
    number = generation.measure_numbers["patients_midnight"]
    with generation._connection.cursor() as cursor:
        cursor.execute(f"USE {generation._alias}")
        nothing = middle(timings_ms(lambda: cursor.execute("SELECT 1").fetchnumpy(), 50))
        year = middle(timings_ms(lambda: _year(cursor, number), 50))
    return [
        Figure("référence : SELECT 1", f"{nothing:.2f} ms"),
        Figure("référence : une mesure, un an, groupe", f"{year:.2f} ms"),
    ]


def _year(cursor: duckdb.DuckDBPyConnection, number: int) -> object:
    return cursor.execute(_YEAR, [number]).fetchnumpy()
