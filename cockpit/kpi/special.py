"""The few KPIs that are no ratio of sums: one named kind, one function each.

Each says which measures it reads, how far back, and its value at every window. None is ever made
from the values of its parts: a median of medians or a sum of percentiles means nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from cockpit.kpi import bjml, histogram, tension
from cockpit.kpi.calendar import establishments, site_silences
from cockpit.kpi.gaps import incomplete
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi, MeasureId, Scenario, Term, UnitId
from cockpit.kpi.panel import Days, Panel, Values
from cockpit.kpi.read import read_panel
from cockpit.kpi.reduce import Points
from cockpit.kpi.tension_setting import setting_of
from cockpit.kpi.windows import Windows, add_months
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

_ADMISSIONS = Term(MeasureId("ed_admissions"))
_AVAILABLE = Term(MeasureId("beds_available_0800"), facets=("MED", "CHIR", "UHCD"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a KPI: which windows, at which key of which panel.

    shared: the units whose reported days divide means (those of the whole when the key is a part).
    """

    generation: Generation
    kpi: Kpi
    panel: Panel
    own: Windows
    key: str
    scenario: Scenario
    shared: tuple[UnitId, ...]

    @property
    def nodes(self) -> tuple[UnitId, ...]:
        """The units that are summed."""
        return self.panel.nodes_of(self.key)

    @property
    def of_a_facet(self) -> bool:
        """Whether one facet is asked for, not all."""
        return bool(self.panel.facet) or self.panel.by == "facet"


@dataclass(frozen=True, slots=True)
class Special:
    """points: the KPI at every window. terms: measures read besides the KPI's own.

    reach: the first day that must be read for a window that starts on a given day. by_facet: it
    can be made for one facet; the others have no part, for the whole is nobody's part.
    reads_alone: it reads for itself what it is made of, nothing of the panel.
    """

    points: Callable[[Asked], Points]
    terms: tuple[Term, ...] = ()
    reach: Callable[[date], date] = lambda first: first
    by_facet: bool = False
    reads_alone: bool = False


def special_points(asked: Asked) -> Points:
    """A special KPI at every window; absent where it means nothing."""
    special = SPECIAL[asked.kpi.kind]
    if asked.of_a_facet and not special.by_facet:
        return _nothing(asked)
    return special.points(asked)


def special_terms(kpi: Kpi) -> tuple[Term, ...]:
    """What a KPI reads besides its numerator and denominator."""
    return SPECIAL[kpi.kind].terms if kpi.kind in SPECIAL else ()


def _median(asked: Asked) -> Points:
    """Median made again from the summed histogram of the whole window."""
    measure = asked.kpi.numerator[0].measure
    bins = asked.panel.bins(measure, asked.scenario, asked.key)
    edges = {code: histogram.edges(code) for code in bins}
    ordered = sorted(bins, key=lambda code: edges[code])
    counts = np.array(
        [_window_sums(bins[code].days, bins[code].values, asked.own) for code in ordered]
    )
    medians = histogram.quantiles([edges[code] for code in ordered], counts, 0.5, len(asked.own))
    totals = counts.sum(axis=0) if len(counts) else np.zeros(len(asked.own))
    daily = asked.panel.daily(asked.kpi.numerator[0], asked.scenario, asked.key)
    found = _points(asked.kpi.scale * medians, totals)
    if not len(daily.days):
        return found
    sites = site_silences(asked.generation, measure, asked.scenario, asked.nodes)
    step = MEASURES[measure].step
    return replace(found, partial=incomplete(daily, sites, asked.own, step))


def _window_sums(days: Days, values: Values, own: Windows) -> Values:
    first = np.searchsorted(days, own.starts, side="left")
    stop = np.searchsorted(days, own.ends, side="right")
    cumulated = np.concatenate(([0.0], np.cumsum(values)))
    return cumulated[stop] - cumulated[first]


def _bjml(asked: Asked) -> Points:
    admissions = asked.panel.daily(_ADMISSIONS, asked.scenario, asked.key)
    needs = bjml.needs(admissions.days, admissions.values, asked.own.ends)
    return _points(needs, np.ones(len(needs)))


def _bjml_gap(asked: Asked) -> Points:
    """Beds available at 08:00 on the last day of the window, less the need of its ISO week."""
    admissions = asked.panel.daily(_ADMISSIONS, asked.scenario, asked.key)
    needs = bjml.needs(admissions.days, admissions.values, asked.own.ends)
    available = asked.panel.daily(_AVAILABLE, asked.scenario, asked.key)
    found = _value_on(available.days, available.values, asked.own.ends)
    return _points(found - needs, np.ones(len(needs)))


def _value_on(days: Days, values: Values, wanted: Days) -> Values:
    at = np.searchsorted(days, wanted)
    inside = at < len(days)
    at = np.where(inside, at, 0)
    if not len(days):
        return np.full(len(wanted), np.nan)
    return np.where(inside & (days[at] == wanted), values[at], np.nan)


def _het(asked: Asked) -> Points:
    """The worst site of the nodes: tension does not average (FEDORU: per site)."""
    if asked.scenario != "actual":
        return _nothing(asked)
    days = (asked.own.starts.tobytes(), asked.own.ends.tobytes())
    shared = (asked.kpi.kind, asked.panel.nodes, *days)
    tense = asked.panel.once(shared, lambda: _tense(asked))
    sites = establishments(asked.generation.units, asked.nodes)
    worst = _nan_max(np.array([tense[site] for site in sites]))
    return _points(worst, np.ones(len(worst)))


def _tense(asked: Asked) -> dict[UnitId, Values]:
    """The tension of every site of the panel, in one read."""
    sites = tuple(dict.fromkeys(establishments(asked.generation.units, asked.panel.nodes)))
    first, ends = _three_years_before(asked.own.first), asked.own.ends
    read = read_panel(asked.generation, tension.TERMS, sites, first, asked.own.last, by="unit")
    if asked.kpi.kind == "het":
        return {site: tension.counts(read.at(site), ends) for site in sites}
    setting = setting_of(asked.generation.home.root)
    return {site: tension.sums(read.at(site), ends, setting.at(site)) for site in sites}


def _nan_max(rows: npt.NDArray[np.float64]) -> Values:
    filled = np.where(np.isnan(rows), -np.inf, rows).max(axis=0)
    return np.where(np.isinf(filled), np.nan, filled)


def _landing(asked: Asked) -> Points:
    """The landing, or the voted result that was stored beside it."""
    facets = {"actual": "", "budget": "budget"}
    if asked.scenario not in facets:
        return _nothing(asked)
    return _stored(asked, "forecast_point", "mid", facet=facets[asked.scenario])


def _forecast_quality(asked: Asked) -> Points:
    return _stored(asked, "forecast_run", "mape") if asked.scenario == "actual" else _nothing(asked)


def _stored(asked: Asked, table: str, column: str, *, facet: str = "") -> Points:
    """What the worker had stored at the end of each window: the newest origin until then.

    Several units together have none: a forecast of the sum is not the sum of forecasts.
    """
    if len(asked.nodes) != 1:
        return _nothing(asked)
    kpi = asked.kpi.id if asked.kpi.kind == "landing" else "ed_visits"
    memory = asked.generation.fact(
        ("stored", table, kpi), lambda: _memory(asked.generation, table, column, kpi)
    )
    if (asked.nodes[0], facet) not in memory:
        return _nothing(asked)
    origins, values = memory[asked.nodes[0], facet]
    at = np.searchsorted(origins, asked.own.ends, side="right") - 1
    found = np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
    return _points(found, np.ones(len(found)))


def _memory(
    generation: Generation, table: str, column: str, kpi: str
) -> dict[tuple[str, str], tuple[Days, Values]]:
    """By unit and facet, the origins and the values that were stored of one KPI, oldest first."""
    c = schema.metadata.tables[table].c
    rows = generation.read(
        sa.select(c.unit, c.facet, c.origin, c[column].label("value"))
        .where(c.kpi == kpi, c[column].is_not(None))
        .order_by(c.origin, c.made_at, c.model)
    )
    return {
        (str(unit), str(facet)): (
            mine["origin"].to_numpy().astype("datetime64[D]"),
            mine["value"].to_numpy(dtype=float),
        )
        for (unit, facet), mine in rows.groupby(["unit", "facet"])
    }


def _points(values: Values, weights: Values) -> Points:
    present = ~np.isnan(values)
    nothing = np.zeros(len(values), dtype=bool)
    return Points(values, values, weights, present, nothing)


def _nothing(asked: Asked) -> Points:
    nowhere = np.full(len(asked.own), np.nan)
    return _points(nowhere, nowhere)


def _three_years_before(first: date) -> date:
    return add_months(first, -36) - timedelta(days=14)


SPECIAL: dict[str, Special] = {
    "median": Special(_median),
    "bjml": Special(_bjml, (_ADMISSIONS,), _three_years_before, by_facet=True),
    "bjml_gap": Special(_bjml_gap, (_ADMISSIONS, _AVAILABLE), _three_years_before, by_facet=True),
    "het": Special(_het, reads_alone=True),
    "het_radar": Special(_het, reads_alone=True),
    "landing": Special(_landing, reads_alone=True),
    "forecast_quality": Special(_forecast_quality, reads_alone=True),
}
