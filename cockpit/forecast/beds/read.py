"""The daily figures of every ward on one grid of days, with holes where nothing was transmitted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from cockpit.forecast.beds.survival import Survival, from_histogram
from cockpit.kpi.model import MeasureId, Term, UnitId
from cockpit.kpi.read import read_panel
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.forecast.calendar_fr import Flags
    from cockpit.forecast.history import Days, Values
    from cockpit.kpi.panel import Panel
    from cockpit.warehouse.attach import Generation

YEARS_READ = 3
_STAYS_DAYS = 365

CENSUS, EXITS, OPEN = "patients_midnight", "bed_exits", "beds_open"
MORNING, EVENING = "patients_0800", "patients_1800"
_WARD = (
    CENSUS,
    EXITS,
    OPEN,
    MORNING,
    EVENING,
    "beds_installed",
    "frozen_beds",
    "exits_announced",
    "entries_planned",
)
NIGHTS = MeasureId("stay_nights")
ADMISSIONS = MeasureId("ed_admissions")


@dataclass(frozen=True, eq=False)
class Ward:
    """One unit that reports its census. series: one value per day of the hospital's grid."""

    unit: UnitId
    discipline: str
    series: Mapping[str, Values]
    survival: Survival | None

    def __getitem__(self, name: str) -> Values:
        return self.series[name]

    def has(self, name: str) -> bool:
        """Whether the measure was ever reported."""
        return bool((~np.isnan(self.series[name])).any())

    def last(self, name: str, until: int) -> int:
        """Place of the last value of a measure up to a place; -1 without any."""
        known = np.flatnonzero(~np.isnan(self[name][: until + 1]))
        return int(known[-1]) if len(known) else -1

    def latest(self, name: str, until: int) -> float:
        """The last value of a measure up to a place; NaN without any."""
        place = self.last(name, until)
        return float(self[name][place]) if place >= 0 else float("nan")

    def without(self, excluded: Flags) -> Ward:
        """The ward with holes on these days of the grid: what teaches, not what is known."""
        if not excluded.any():
            return self
        left = {name: np.where(excluded, np.nan, values) for name, values in self.series.items()}
        return replace(self, series=left)

    @cached_property
    def entries(self) -> Values:
        """Patients who came each day: what the census gained, plus those who left."""
        census = self[CENSUS]
        before = np.concatenate([[np.nan], census[:-1]])
        found: Values = np.maximum(census - before + self[EXITS], 0.0)
        return found


@dataclass(frozen=True, eq=False)
class Hospital:
    """The wards and the ED admissions by destination (and the sum of each unit that has an ED).

    first: day of the first value of every series, which run to today. last: the last night of
    census of any ward, the origin of the outlook.
    """

    first: date
    last: date
    today: date
    wards: Mapping[UnitId, Ward]
    admissions: Mapping[str, Values]

    @cached_property
    def days(self) -> Days:
        """Every day of the grid."""
        return np.datetime64(self.first, "D") + np.arange((self.today - self.first).days + 1)

    @property
    def origin(self) -> int:
        """Place of `last` on the grid."""
        return (self.last - self.first).days


def read_hospital(generation: Generation, today: date) -> Hospital | None:
    """Everything known on the morning of `today`; None when no unit reports a midnight census."""
    units = _reporters(generation, CENSUS)
    first = today - timedelta(days=366 * YEARS_READ + 14)
    if not units:
        return None
    panel = read_panel(generation, _terms(_WARD), units, first, today, by="unit")
    known = panel.days(Term(MeasureId(CENSUS)), "actual")
    if known is None or not len(known):
        return None
    last = min(known[-1].astype(object), today - timedelta(days=1))
    grid = np.datetime64(first, "D") + np.arange((today - first).days + 1)
    stays = _survivals(generation, units, last)
    wards = {
        unit: Ward(
            unit,
            generation.units.get(unit).discipline,
            {name: _on(grid, panel, name, unit) for name in _WARD},
            stays.get(unit),
        )
        for unit in units
    }
    return Hospital(first, last, today, wards, _admissions(generation, grid))


def _terms(names: Sequence[str]) -> list[Term]:
    return [Term(MeasureId(name), over_time="last") for name in names]


def _reporters(generation: Generation, measure: str) -> list[UnitId]:
    """The units that ever delivered a measure, in the order of the structure."""
    number = generation.measure_numbers.get(measure)
    if number is None:
        return []
    c = schema.reporter.c
    rows = generation.read(sa.select(c.unit_id).where(c.measure_id == number, c.scenario_id == 0))
    found = set(rows["unit_id"].tolist())
    return [u.id for u in generation.units if generation.unit_numbers.get(u.id) in found]


def _on(grid: Days, panel: Panel, name: str, unit: UnitId) -> Values:
    daily = panel.daily(Term(MeasureId(name), over_time="last"), "actual", unit)
    return placed(grid, daily.days, daily.values)


def placed(grid: Days, days: Days, values: Values) -> Values:
    """Values on the grid, NaN on the days that have none."""
    found = np.full(len(grid), np.nan)
    places = (days - grid[0]).astype(int)
    inside = (places >= 0) & (places < len(grid))
    found[places[inside]] = values[inside]
    return found


def _admissions(generation: Generation, grid: Days) -> dict[str, Values]:
    """ED admissions of the whole by destination; "" is their sum."""
    units = _reporters(generation, ADMISSIONS)
    if not units:
        return {}
    first, last = grid[0].astype(object), grid[-1].astype(object)
    roots = [unit.id for unit in generation.units.roots()]
    term = Term(ADMISSIONS)
    split = read_panel(generation, [term], roots, first, last, by="facet")
    found = {key: split.daily(term, "actual", key) for key in split.keys}
    found[""] = read_panel(generation, [term], roots, first, last).daily(term, "actual", "")
    return {key: placed(grid, daily.days, daily.values) for key, daily in found.items()}


def _survivals(
    generation: Generation, units: Sequence[UnitId], last: date
) -> dict[UnitId, Survival]:
    """Length of stay of a year, of the wards that report its histogram."""
    if NIGHTS not in generation.measure_numbers:
        return {}
    since = last - timedelta(days=_STAYS_DAYS)
    term = Term(NIGHTS)
    panel = read_panel(generation, [term], list(units), since, last, by="unit")
    counted = {
        unit: {code: float(bin_.values.sum()) for code, bin_ in bins.items()}
        for unit in units
        if (bins := panel.bins(NIGHTS, "actual", unit))
    }
    return {unit: kept for unit, bins in counted.items() if (kept := from_histogram(bins))}
