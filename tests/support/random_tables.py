"""Random figures for one KPI, small enough to be read when a property fails."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi, Measure
from cockpit.kpi.windows import add_months
from tests.support.hospital import Hospital, Row

LEAVES = ("A1", "A2", "A3", "B1", "B2")
SITES = ("A", "B")
MONTHS = tuple(add_months(date(2024, 11, 1), back) for back in (0, 1, 2, 3, 12, 13, 14, 15))
"""Four months around a new year, and the same a year later."""
_FACETS = {
    "stay_type": ("HC", "AMBU"),
    "account": ("1/6411", "1/6451", "2/602", "3/78", "4/6811"),
    "discipline": ("MED", "CHIR", "SMR"),
    "status": ("TITULAIRE", "CDI", "CDD", "PM"),
}
_OTHER_FACETS = ("X", "Y/1", "Y/2")
_CELLS = 9
_DAYS = st.sampled_from((0, 6, 13, 20, 27))


def _days(measure: Measure) -> st.SearchStrategy[date]:
    months = st.sampled_from(MONTHS)
    if measure.step == "month":
        return months
    return st.builds(lambda month, day: month + timedelta(days=day), months, _DAYS)


def _facets(measure: Measure) -> tuple[str, ...]:
    if measure.kind == "distribution":
        return ("0-30", "30-60", "60-")
    return ("",) if measure.facet is None else _FACETS.get(measure.facet, _OTHER_FACETS)


def _units(measure: Measure) -> tuple[str, ...]:
    """Stays are known by site, everything else by UF."""
    return SITES if measure.id in {"mco_stays", "mco_nights"} else LEAVES


@st.composite
def figures(draw: st.DrawFn, kpi: Kpi, *, positive: bool = False) -> list[Row]:
    """A few cells of every measure and scenario that the KPI reads, each key once."""
    found: dict[tuple[object, ...], Row] = {}
    scenarios = {term.scenario or "actual" for term in kpi.terms()}
    for name in sorted({term.measure for term in kpi.terms()}):
        measure = MEASURES[name]
        for scenario in sorted(scenarios | {"actual"}):
            cells = st.tuples(
                st.sampled_from(_units(measure)),
                _days(measure),
                st.sampled_from(_facets(measure)),
                st.integers(0 if positive else -40, 90),
            )
            for unit, day, facet, value in draw(st.lists(cells, min_size=1, max_size=_CELLS)):
                row = Row(name, unit, day, facet, scenario, float(value))
                found[row[:-1]] = row
    return list(found.values())


@contextmanager
def fresh_hospital() -> Iterator[Hospital]:
    """A hospital per example: a fixture would be shared by all of them."""
    with tempfile.TemporaryDirectory() as folder:
        yield Hospital(Path(folder))
