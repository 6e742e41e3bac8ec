"""Alerts as rows of the generation, and the reader that a scope filters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from cockpit.alerts.model import Alert
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cockpit.access.scope import Scope
    from cockpit.kpi.units import UnitTree
    from cockpit.warehouse.attach import Generation

_TYPES = {
    **dict.fromkeys(("since", "as_of", "fired"), pa.date32()),
    **dict.fromkeys(("value", "level", "probability"), pa.float64()),
    **dict.fromkeys(("urgency", "place"), pa.int64()),
    "back": pa.bool_(),
}
_ALERT = pa.schema(
    [(column.name, _TYPES.get(column.name, pa.string())) for column in schema.alert.columns]
)
_KINDS = ("ladder", "threshold", "missing", "reconciliation", "forecast", "freshness")


def to_table(alerts: Iterable[Alert]) -> pa.Table:
    """Rows of the generation's `alert` table, in the order given."""
    rows = [{name: getattr(alert, name) for name in _ALERT.names} for alert in alerts]
    return pa.Table.from_pylist(rows, schema=_ALERT)


def active(generation: Generation, scope: Scope) -> tuple[Alert, ...]:
    """Alerts of this generation that the scope may see, worst first.

    Only domains of the role and units of its roots' subtrees. A late source that feeds a larger
    part of the hospital than the scope is told as the scope's own delay, without the other units.
    A site's alert that the group's own alert already says is left out.
    """
    key = ("alerts", *scope.key())
    return generation.cached(key, lambda: _active(generation, scope))


def spoken(generation: Generation) -> frozenset[tuple[str, str, str]]:
    """The rule, facet and unit of every alert of this generation, whoever may see it."""
    return generation.fact("spoken", lambda: frozenset(map(_key, _read(generation))))


def _key(alert: Alert) -> tuple[str, str, str]:
    return (alert.rule, alert.facet, alert.unit)


def _active(generation: Generation, scope: Scope) -> tuple[Alert, ...]:
    return folded(visible(_read(generation), generation.units, scope), generation.units)


def folded(alerts: Sequence[Alert], units: UnitTree) -> tuple[Alert, ...]:
    """Without the alerts that one above them already says: same rule, same severity or worse.

    Where it comes from is one tap away on the KPI sheet; saying it four times hides the rest.
    """
    said = {(alert.rule, alert.facet, alert.unit): alert.severity for alert in alerts}

    def is_said_above(alert: Alert) -> bool:
        ancestors = units.ancestors(alert.unit)
        above = (said.get((alert.rule, alert.facet, unit.id)) for unit in ancestors)
        return any(severity in {"red", alert.severity} for severity in above if severity)

    return tuple(alert for alert in alerts if not is_said_above(alert))


def visible(alerts: Iterable[Alert], units: UnitTree, scope: Scope) -> tuple[Alert, ...]:
    """What a scope sees of these alerts, worst first.

    Red before amber, what is on its way back after what is not; then strain, what else touches
    patients tonight, the rest: a full ward comes before a budget. Then levels before forecasts
    before late sources, the oldest first, hospital before wards, the order of the rules.
    """
    seen = [
        shown
        for alert in alerts
        if alert.domain in scope.domains
        for shown in _seen_by(alert, units, scope)
    ]
    return tuple(sorted(seen, key=lambda alert: _rank(alert, units)))


def _seen_by(alert: Alert, units: UnitTree, scope: Scope) -> list[Alert]:
    if units.is_within(alert.unit, scope.roots):
        return [alert]
    inside = [root for root in scope.roots if units.is_within(root, (alert.unit,))]
    if alert.kind != "freshness" or not inside:
        return []
    own = units.get(inside[0])
    return [replace(alert, unit=own.id, unit_label=own.label)]


def _rank(alert: Alert, units: UnitTree) -> tuple[object, ...]:
    depth = len(units.ancestors(alert.unit)) if alert.unit in units else 0
    return (
        alert.severity != "red",
        alert.back,
        alert.urgency,
        _KINDS.index(alert.kind),
        alert.since,
        depth,
        alert.place,
        alert.unit,
    )


def _read(generation: Generation) -> tuple[Alert, ...]:
    rows = generation.read(
        sa.select(schema.alert).order_by(schema.alert.c.rule, schema.alert.c.unit)
    )
    return tuple(_alert(row) for row in rows.to_dict("records"))


def _alert(row: dict[Any, Any]) -> Alert:
    return Alert(
        **{
            **row,
            "domain": Domain(row["domain"]),
            "kpi": KpiId(row["kpi"]) if isinstance(row["kpi"], str) else None,
            "unit": UnitId(row["unit"]),
            "since": row["since"].date(),
            "as_of": row["as_of"].date(),
            "back": bool(row["back"]),
            "urgency": int(row["urgency"]),
            "place": int(row["place"]),
            "fired": None if pd.isna(row["fired"]) else row["fired"].date(),
            **{
                name: None if pd.isna(row[name]) else float(row[name])
                for name in ("value", "level", "probability")
            },
        }
    )
