"""The KPI engine: one way to compute a KPI, shared by tiles, drill-downs, alerts, exports, API.

Rules (domain: "calculation traps a contrôleur de gestion will test you on"):
- everything is summed first and divided last, over time, units and facets together;
- a point whose numerator or denominator was not reported is absent, never 0; so is a ratio whose
  denominator is not positive (years of debt over a negative self-financing mean nothing);
- a stock is not summed over days, unless a term asks for unit-days;
- what cannot be added over units (one stay crosses several) shows its unit variant below the
  establishment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from cockpit.access.scope import Scope
from cockpit.errors import BadRequest, UnknownUnit
from cockpit.kpi import provisional
from cockpit.kpi.calendar import reported_days, site_silences
from cockpit.kpi.gaps import reading_from
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Grain, Kpi, Scenario, Term, UnitId
from cockpit.kpi.panel import By, Days, Panel
from cockpit.kpi.read import read_panel
from cockpit.kpi.reduce import Mask, Points, Reduced, covers, reduce
from cockpit.kpi.special import SPECIAL, Asked, special_points, special_terms
from cockpit.kpi.windows import Windows, periods, spanned
from cockpit.warehouse.attach import Generation

COLUMNS = ("period", "value", "numerator", "denominator", "status")


def visible_nodes(generation: Generation, scope: Scope, unit: UnitId | None) -> tuple[UnitId, ...]:
    """The units to sum for `unit`; None is the whole scope.

    Raises UnknownUnit alike for a unit that does not exist and for one outside the scope.
    """
    if unit is None:
        return scope.roots
    if not generation.units.is_within(unit, scope.roots):
        raise UnknownUnit(unit=unit)
    return (unit,)


def terms_at(
    kpi: Kpi, generation: Generation, unit: UnitId
) -> tuple[Sequence[Term], Sequence[Term]]:
    """Numerator and denominator that hold at this unit's level."""
    level = generation.units.get(unit).level
    if kpi.unit_terms and level not in {"group", "establishment"}:
        return kpi.unit_terms, kpi.unit_denominator
    return kpi.numerator, kpi.denominator


def panel_for(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    nodes: Sequence[UnitId],
    own: Windows,
    *,
    scenario: Scenario = "actual",
    by: By | None = None,
    facet: str = "",
) -> Panel:
    """One read for several KPIs over the same nodes. Raises OutOfScope for a hidden domain."""
    terms: set[Term] = set()
    for kpi in kpis:
        scope.require(kpi.domain)
        if kpi.kind in SPECIAL and SPECIAL[kpi.kind].reads_alone:
            continue
        for node in nodes:
            numerator, denominator = terms_at(kpi, generation, node)
            terms.update(numerator, denominator)
        terms.update(special_terms(kpi))
    read = [spanned(own, span) for span in {term.span for term in terms}] or [own]
    reaches = [SPECIAL[kpi.kind].reach(own.first) for kpi in kpis if kpi.kind in SPECIAL]
    first = min([*(days.first for days in read), *reaches])
    if by != "facet":
        first = reading_from(first, [MEASURES[term.measure].step for term in terms])
    last = max(days.last for days in read)
    return read_panel(generation, terms, nodes, first, last, scenario=scenario, by=by, facet=facet)


def evaluate(
    generation: Generation,
    kpi: Kpi,
    panel: Panel,
    own: Windows,
    *,
    node: UnitId,
    key: str = "",
    scenario: Scenario = "actual",
    whole: Sequence[UnitId] = (),
) -> Points:
    """The KPI at each window for one key of the panel. node: a unit of that key's level.

    whole: for parts that must sum to a whole, its units: their means are all divided by its months.
    """
    shared = tuple(whole) or panel.nodes_of(key)
    asked = Asked(generation, kpi, panel, own, key, scenario, shared)
    if kpi.kind in SPECIAL:
        return special_points(asked)
    numerator, denominator = terms_at(kpi, generation, node)
    top = _sum(asked, numerator)
    if not denominator:
        nothing = np.full(len(own), np.nan)
        return Points(kpi.scale * top.values, top.values, nothing, top.present, top.partial)
    bottom = _sum(asked, denominator, below=True)
    present = top.present & bottom.present & (bottom.values > 0)
    safe = np.where(present, bottom.values, 1.0)
    return Points(
        kpi.scale * top.values / safe,
        top.values,
        bottom.values,
        present,
        top.partial | bottom.partial,
    )


def _sum(asked: Asked, terms: Sequence[Term], *, below: bool = False) -> Reduced:
    """Signed sum of terms. below: a denominator that has not the numerator's facet is not split."""
    if not terms:
        nowhere = np.zeros(len(asked.own), dtype=bool)
        return Reduced(np.zeros(len(asked.own)), nowhere, nowhere)
    split_kind = MEASURES[asked.kpi.numerator[0].measure].facet
    reduced = [
        _reduced(asked, term, split=not below or MEASURES[term.measure].facet == split_kind)
        for term in terms
    ]
    if len(reduced) == 1:
        return reduced[0]
    values = np.sum([one.values for one in reduced], axis=0)
    partial = np.any([one.partial for one in reduced], axis=0)
    return Reduced(values, _present(asked, terms, reduced), partial)


def _reduced(asked: Asked, term: Term, *, split: bool) -> Reduced:
    """One term at every window. Twelve months are read once the site has reported them all."""
    panel, windows = asked.panel, spanned(asked.own, term.span)
    daily = panel.daily(term, asked.scenario, asked.key, split=split)
    days = panel.days(term, asked.scenario)
    calendar = _calendar(asked, term, asked.shared)
    scenario = term.scenario or asked.scenario
    sites = site_silences(asked.generation, term.measure, scenario, asked.nodes)
    one = reduce(term, daily, windows, calendar, whole=days, sites=sites)
    if scenario != "actual":
        one = replace(one, partial=np.zeros(len(windows), dtype=bool))  # a plan lacks no day
    if term.span != "trailing_12m":
        return one
    history = _calendar(asked, term, asked.nodes)
    return replace(one, present=one.present & covers(term, windows, history))


def _calendar(asked: Asked, term: Term, nodes: Sequence[UnitId]) -> Days:
    return reported_days(asked.generation, term.measure, term.scenario or asked.scenario, nodes)


def _present(asked: Asked, terms: Sequence[Term], reduced: Sequence[Reduced]) -> Mask:
    """Every term was reported here; for a sum of several measures, at least one was reported here
    and the others somewhere in the site in the same window (a unit with expenses and no revenue
    has a result)."""
    here = np.array([one.present for one in reduced])
    if asked.kpi.additive in {"full", "units"} and not asked.kpi.denominator:
        elsewhere = np.array(
            [
                _reported_in(_calendar(asked, term, asked.shared), spanned(asked.own, term.span))
                for term in terms
            ]
        )
        known: Mask = np.any(here, axis=0) & np.all(here | elsewhere, axis=0)
        return known
    everywhere: Mask = np.all(here, axis=0)
    return everywhere


def _reported_in(calendar: Days, own: Windows) -> Mask:
    stop = np.searchsorted(calendar, own.ends, side="right")
    return stop > np.searchsorted(calendar, own.starts, side="left")


def series(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId | None,
    *,
    start: date,
    end: date,
    grain: Grain,
    by: By | None = None,
    scenario: Scenario = "actual",
    facet: str = "",
) -> pd.DataFrame:
    """A KPI over time at one unit, optionally split by the units below it or by facet.

    Returns one row per point that can be computed: period (first day, date), value (the KPI's
    unit), numerator and denominator as summed (NaN when the KPI has no denominator), status
    ("provisional": may still move; "partial": days or units are missing; "consolidated"); with
    `by`, a column `unit` or `facet`. Sorted by split then period. Periods are whole civil periods
    (ISO weeks).
    Raises UnknownUnit, OutOfScope, BadRequest for a facet that the KPI's measure does not have.
    """
    nodes = visible_nodes(generation, scope, unit)
    own = closed(periods(start, end, grain), generation, kpi, nodes)
    if not len(own) or not is_known(generation, kpi, facet):
        scope.require(kpi.domain)
        return _named(_frame_of_nothing(), by)
    parts = parts_of(generation, nodes) if by == "unit" else nodes
    panel = panel_for(generation, scope, [kpi], parts, own, scenario=scenario, by=by, facet=facet)
    frames = [
        _frame(
            evaluate(
                generation,
                kpi,
                panel,
                own,
                node=UnitId(key) if by == "unit" else nodes[0],
                key=key,
                scenario=scenario,
                whole=nodes,
            ),
            own,
            key,
            provisional.consolidated_until(generation, kpi, panel.nodes_of(key)),
        )
        for key in panel.keys
    ]
    frame = pd.concat(frames, ignore_index=True) if frames else _frame_of_nothing()
    return _named(frame, by)


def is_known(generation: Generation, kpi: Kpi, facet: str) -> bool:
    """Whether anything was ever reported under this facet: what nothing has would read as zeros.

    Raises BadRequest for a KPI whose measure has no facet at all.
    """
    if not facet:
        return True
    if MEASURES[kpi.numerator[0].measure].facet is None:
        raise BadRequest(field="facet", expected="un indicateur qui se découpe")
    codes = generation.facets.values()
    return any(code == facet or code.startswith(facet + "/") for code in codes)


def closed(own: Windows, generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...]) -> Windows:
    """The windows of a monthly KPI that mixes scenarios, cut at its last closed month.

    A budget is known to December: without the cut, a year so far would be set against all of it.
    """
    mixes = any(term.scenario for term in kpi.terms())
    last = provisional.last_day(generation, kpi, nodes) if mixes else None
    if last is None:
        return own
    stop = np.datetime64(last, "D")
    begun = own.starts <= stop
    return Windows(own.starts[begun], np.minimum(own.ends[begun], stop))


def _named(frame: pd.DataFrame, by: By | None) -> pd.DataFrame:
    return frame.rename(columns={"key": by}) if by else frame.drop(columns="key")


def parts_of(generation: Generation, nodes: tuple[UnitId, ...]) -> tuple[UnitId, ...]:
    """The units directly below. A unit with nothing below it stands for itself, as does one that
    only took over others of its level: the part that it reports itself would be missing."""
    units = generation.units
    below = (
        [child.id for child in units.children(node)] if units.is_shared(node) else [node]
        for node in nodes
    )
    return tuple(part for found in below for part in found)


def _frame(points: Points, own: Windows, key: str, until: date | None) -> pd.DataFrame:
    kept = points.present
    moving = own.ends > np.datetime64(until, "D") if until else np.zeros(len(own), dtype=bool)
    status = np.where(points.partial, "partial", np.where(moving, "provisional", "consolidated"))
    return pd.DataFrame(
        {
            "key": key,
            "period": own.starts.astype(object)[kept],
            "value": points.values[kept],
            "numerator": points.numerators[kept],
            "denominator": points.denominators[kept],
            "status": status[kept],
        }
    )


def _frame_of_nothing() -> pd.DataFrame:
    kinds = dict.fromkeys(("value", "numerator", "denominator"), float)
    return pd.DataFrame(columns=["key", *COLUMNS]).astype(kinds)
