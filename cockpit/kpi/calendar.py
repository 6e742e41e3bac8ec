"""On which days a measure was reported anywhere in the site of a unit.

Only dates, no figure: it tells "nothing happened here" from "nothing was sent", and divides means.
A site answers for itself: what another site sent, or sent first, changes none of its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import sqlalchemy as sa

from cockpit.kpi.gaps import Counts, numbers, silences
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, UnitId
from cockpit.kpi.panel import Days
from cockpit.kpi.units import UnitTree
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

_NONE: Days = np.array([], dtype="datetime64[D]")


def reported_days(
    generation: Generation, measure: MeasureId, scenario: str, nodes: Sequence[UnitId]
) -> Days:
    """Sorted days (first days of months for a monthly measure) with at least one observation.

    In the establishments of `nodes`; in the whole hospital for a unit above establishments.
    """
    sites = sites_of(generation, nodes)
    if len(sites) == 1:
        return _calendars(generation, sites[0]).get((measure, scenario), _NONE)
    return generation.fact(
        ("reported", measure, scenario, *sites),
        lambda: _of_any(generation, measure, scenario, sites),
    )


def _of_any(
    generation: Generation, measure: MeasureId, scenario: str, sites: Sequence[UnitId]
) -> Days:
    found = [_calendars(generation, site).get((measure, scenario), _NONE) for site in sites]
    return np.unique(np.concatenate([_NONE, *found]))


def last_day_at(
    generation: Generation, measure: MeasureId, site: UnitId, delivered: date
) -> date | None:
    """Until when a source that described `delivered` describes this site; None: it never did.

    A month by any of its days. A site that reports now and then is described
    as far as its source is; one that broke with a habit, until its own last report.
    """
    days = _calendars(generation, site).get((measure, "actual"), _NONE)
    if not len(days):
        return None
    last, end = numbers(np.array([days[-1], delivered], "datetime64[D]"), MEASURES[measure].step)
    if last >= end:
        return delivered
    silent = _silences(generation, measure, "actual", site)
    own: date = days[-1].astype(object)
    return own if ((silent > last) & (silent <= end)).any() else delivered


def site_silences(
    generation: Generation, measure: MeasureId, scenario: str, nodes: Sequence[UnitId]
) -> list[Counts]:
    """The silences of each site that `nodes` sum; empty unless there are several."""
    key = ("sites", *nodes)
    sites = generation.fact(key, lambda: establishments(generation.units, nodes))
    if len(sites) < 2:  # noqa: PLR2004 - several
        return []
    return [_silences(generation, measure, scenario, site) for site in sites]


def _silences(generation: Generation, measure: MeasureId, scenario: str, site: UnitId) -> Counts:
    days = _calendars(generation, site).get((measure, scenario), _NONE)
    return generation.fact(
        ("silences", site, measure, scenario), lambda: silences(days, MEASURES[measure].step)
    )


def sites_of(generation: Generation, nodes: Sequence[UnitId]) -> tuple[UnitId, ...]:
    """The sites that answer for these units, each once: the root for one above establishments."""
    return generation.fact(
        ("sites of", *nodes),
        lambda: tuple(dict.fromkeys(site_of(generation.units, node) for node in nodes)),
    )


def reporting_sites(generation: Generation, nodes: Sequence[UnitId]) -> tuple[UnitId, ...]:
    """The establishments at or below the nodes, or the one above; the root without any."""
    below = generation.fact(("sites", *nodes), lambda: establishments(generation.units, nodes))
    return sites_of(generation, below)


def establishments(units: UnitTree, nodes: Sequence[UnitId]) -> list[UnitId]:
    """The establishments at or below the nodes; a node without any stands for itself."""
    below = (
        [unit.id for unit in units.descendants(node) if unit.level == "establishment"] or [node]
        for node in nodes
    )
    return [site for sites in below for site in sites]


def site_of(units: UnitTree, node: UnitId) -> UnitId:
    """The establishment that holds a unit; the root for one above or without establishment."""
    path = units.path(node)
    return next((unit.id for unit in path if unit.level == "establishment"), path[0].id)


def _calendars(generation: Generation, site: UnitId) -> dict[tuple[str, str], Days]:
    return generation.fact(("reported_days", site), lambda: _read(generation, site))


def _read(generation: Generation, site: UnitId) -> dict[tuple[str, str], Days]:
    """One read for all measures: the site's rollup, or the facts of one without children."""
    c = (schema.rollup_day if generation.units.children(site) else schema.observation).c
    rows = generation.columns(
        sa.select(c.measure_id, c.scenario_id, c.day)
        .where(c.unit_id == generation.unit_numbers[site])
        .group_by(c.measure_id, c.scenario_id, c.day)
        .order_by(c.measure_id, c.scenario_id, c.day)
    )
    names = {number: name for name, number in generation.measure_numbers.items()}
    days = rows["day"].astype("datetime64[D]")
    codes = rows["measure_id"].astype(np.int64) * len(schema.SCENARIOS) + rows["scenario_id"]
    found, starts = np.unique(codes, return_index=True)
    edges = [*starts.tolist(), len(days)]
    keys = (divmod(code, len(schema.SCENARIOS)) for code in found.tolist())
    return {
        (names[measure], schema.SCENARIOS[scenario]): days[start:stop]
        for (measure, scenario), (start, stop) in zip(keys, pairwise(edges), strict=True)
    }
