"""Each answer as plain JSON values: dates in ISO form, figures in the KPI's unit, absent as null.

Every function takes the visit first: scope and generation are part of every answer.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.alerts.store import active
from cockpit.brief import brief as make_brief
from cockpit.forecast.oversight import overseen
from cockpit.forecast.reasons import told
from cockpit.forecast.store import latest
from cockpit.i18n import label, pick
from cockpit.kpi import compute
from cockpit.series.freshness import freshness, sources
from cockpit.series.model import Period, Status, Trend
from cockpit.series.trend import trends

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    import pandas as pd

    from cockpit.alerts.model import Alert
    from cockpit.answers.ask import SeriesQuestion
    from cockpit.answers.visit import Visit
    from cockpit.forecast.oversight import Overseen
    from cockpit.kpi.model import Kpi, Term, UnitId
    from cockpit.kpi.units import Unit
    from cockpit.series.model import ForecastPoint, Freshness
    from cockpit.warehouse.attach import Generation, Warehouse

Json = dict[str, object]


def kpis(who: Visit) -> list[Json]:
    """Every KPI of the scope's domains at the top of the scope, in the order of the catalogue.

    value is null when no source feeds the KPI yet; period is the first day of the window.
    """
    seen = [kpi for kpi in who.kpis.values() if kpi.domain in who.scope.domains]
    unit = who.scope.roots[0]
    found = trends(who.generation, who.scope, seen, unit, Period.DAY)
    return [_summary(trend) for trend in found]


def kpi(who: Visit, name: str) -> Json:
    """One KPI with its definition card. Raises UnknownKpi, OutOfScope."""
    found = who.kpi(name)
    (trend,) = trends(who.generation, who.scope, [found], who.scope.roots[0], Period.DAY)
    fresh = freshness(who.generation, found)
    return _summary(trend) | _definition(found) | {"source": _source(fresh) if fresh else None}


def series(who: Visit, asked: SeriesQuestion) -> Json:
    """The points that can be computed, oldest first; the others are absent, never 0.

    Raises UnknownUnit, OutOfScope.
    """
    frame = compute.series(
        who.generation,
        who.scope,
        asked.kpi,
        asked.unit,
        start=asked.start,
        end=asked.end,
        grain=asked.grain,
        by=asked.by,
        scenario=asked.scenario,
        facet=asked.facet,
    )
    return {
        "kpi": asked.kpi.id,
        "unit": asked.unit or _only(who),
        "grain": asked.grain,
        "scenario": asked.scenario,
        "unit_of_value": asked.kpi.unit,
        "points": _points(frame),
    }


def forecast(who: Visit, name: str, unit: UnitId | None, facet: str = "") -> Json:
    """The stored forecast; `points` is empty and `refused` says why when there is none to use.

    facet: a part that is forecast by itself ("75+" of the ED visits), "" for the whole.
    corrected: what a person put in place of `mid`, null where nobody did. off: a person or the
    worker stopped it, `refused` says who and why. Raises UnknownKpi, UnknownUnit, OutOfScope.
    """
    found = who.kpi(name)
    at = who.unit(unit)
    made = latest(who.generation, who.scope, found, at, facet)
    if made is None:
        sentence = pick("Cet indicateur n'est pas prévu.", "This indicator is not forecast.")
        return {"kpi": found.id, "unit": at, "facet": facet, "points": [], "refused": sentence}
    stands = overseen(who.generation.home, found.id, at, facet)
    stopped = f"{stands.off.who} : {told(stands.off.reason)}" if stands.off else ""
    valid = stands.validated if stands.is_validated(made) else None
    return {
        "kpi": found.id,
        "unit": at,
        "facet": facet,
        "unit_of_value": found.unit,
        "model": made.model,
        "origin": _day(made.origin),
        "made_at": _instant(made.made_at),
        "history_from": _day(made.history_from),
        "mape": made.mape,
        "mape_naive": made.mape_naive,
        "status": made.status,
        "off": stands.off is not None,
        "validated_by": valid.who if valid else None,
        "refused": told(made.refused) or stopped,
        "points": [] if stopped else [_forecast_point(point, stands) for point in made.points],
    }


def _forecast_point(point: ForecastPoint, stands: Overseen) -> Json:
    act = stands.overrides.get(point.day)
    return {
        "day": _day(point.day),
        "low": point.low,
        "mid": point.mid,
        "high": point.high,
        "corrected": act.value if act else None,
    }


def units(who: Visit) -> list[Json]:
    """The units that the scope sees, parents before children."""
    tree = who.generation.units
    return [_unit(unit) for root in who.scope.roots for unit in tree.descendants(root)]


def alerts(who: Visit) -> list[Json]:
    """The open alerts of the scope, worst first."""
    return [_alert(alert) for alert in active(who.generation, who.scope)]


def brief(who: Visit) -> Json:
    """The few lines that matter now, worst first."""
    made = make_brief(who.generation, who.scope)
    return {
        "headline": pick(made.headline_fr, made.headline_en),
        "status": str(made.status),
        "unit": made.unit,
        "counts": {str(status): count for status, count in made.counts},
        "generation": who.generation.id,
        "published_at": _instant(who.generation.published_at),
        "lines": [
            {
                "kind": line.kind,
                "status": str(line.status),
                "text": line.text,
                "kpi": line.kpi,
                "unit": line.unit,
                "from": _day(line.window.start) if line.window else None,
                "to": _day(line.window.end) if line.window else None,
                "value": line.value,
            }
            for line in made.lines
        ],
    }


def health(warehouse: Warehouse) -> Json:
    """Whether the figures are fresh. Raises NoGeneration."""
    generation = warehouse.generation()
    known = source_list(generation)
    late = any(one["late"] for one in known)
    return {
        "status": "late" if late else "ok",
        "generation": generation.id,
        "published_at": _instant(generation.published_at),
        "sources": known,
    }


def source_list(generation: Generation) -> list[Json]:
    """Every source with its age, late ones first."""
    return [_source(one) for one in sources(generation)]


def _summary(trend: Trend) -> Json:
    window = trend.window
    return {
        "id": trend.kpi.id,
        "label": label(trend.kpi),
        "unit": trend.kpi.unit,
        "domain": str(trend.kpi.domain),
        "value": trend.value,
        "period": _day(window.start) if window else None,
        "period_end": _day(window.end) if window else None,
        "status": str(trend.status if trend.value is not None else Status.UNAVAILABLE),
        "target": trend.target.reference if trend.target else None,
        "previous": trend.previous.reference if trend.previous else None,
        "provisional": trend.provisional,
        "partial": trend.partial,
        "hospital_unit": trend.unit.id,
        "waiting_for": trend.kpi.waiting_for if trend.value is None else "",
    }


def _definition(found: Kpi) -> Json:
    return {
        "definition": pick(found.definition_fr, found.definition_en),
        "scale": found.scale,
        "direction": found.direction,
        "step": found.step,
        "numerator": _terms(found.numerator),
        "denominator": _terms(found.denominator),
        "owner": found.owner_fr,
        "lever": found.lever_fr,
        "reference": found.reference_fr,
    }


def _terms(terms: Iterable[Term]) -> list[Json]:
    return [
        {
            "measure": term.measure,
            "sign": term.sign,
            "facets": list(term.facets),
            "span": term.span,
            "scenario": term.scenario,
        }
        for term in terms
    ]


def _points(frame: pd.DataFrame) -> list[Json]:
    names = [name for name in ("unit", "facet") if name in frame.columns]
    return [
        {
            "period": _day(row["period"]),
            **{name: row[name] for name in names},
            "value": _number(row["value"]),
            "numerator": _number(row["numerator"]),
            "denominator": _number(row["denominator"]),
            "status": str(row["status"]),
        }
        for row in frame.to_dict("records")
    ]


def _unit(unit: Unit) -> Json:
    return {
        "unit": unit.id,
        "parent": unit.parent,
        "level": unit.level,
        "label": unit.label,
        "finess": unit.finess,
        "discipline": unit.discipline,
        "valid_from": _day(unit.valid_from),
        "valid_to": _day(unit.valid_to),
    }


def _alert(alert: Alert) -> Json:
    return {
        "rule": alert.rule,
        "kind": alert.kind,
        "severity": alert.severity,
        "domain": str(alert.domain),
        "kpi": alert.kpi,
        "unit": alert.unit,
        "unit_label": alert.unit_label,
        "since": _day(alert.since),
        "as_of": _day(alert.as_of),
        "value": alert.value,
        "level": alert.level,
        "title": pick(alert.title_fr, alert.title_en),
        "body": pick(alert.body_fr, alert.body_en),
        "owner": alert.owner_fr,
        "lever": alert.lever_fr,
    }


def _source(one: Freshness) -> Json:
    return {
        "source": one.source,
        "label": one.label,
        "owner": one.owner,
        "as_of": _day(one.as_of),
        "age_days": (clock.today() - one.as_of).days if one.as_of else None,
        "received_at": _instant(one.received_at),
        "late": one.late,
    }


def _only(who: Visit) -> UnitId | None:
    return who.scope.roots[0] if len(who.scope.roots) == 1 else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _number(found: float) -> float | None:
    """JSON has no NaN: a KPI without denominator, or of a special kind, has null there."""
    return float(found) if math.isfinite(found) else None


def _instant(stored: datetime | None) -> str | None:
    """Naive UTC -> ISO with its zone."""
    return f"{stored.isoformat(timespec='seconds')}Z" if stored else None
