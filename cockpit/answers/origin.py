"""Where the figures come from, as plain JSON values: lineage of a KPI, what a delivery fed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from cockpit.errors import OutOfScope
from cockpit.i18n import pick
from cockpit.series import lineage as origin
from cockpit.series import reconcile
from cockpit.series.model import Window

if TYPE_CHECKING:
    from cockpit.answers.ask import SeriesQuestion
    from cockpit.answers.visit import Visit

Json = dict[str, object]
_INSTANT, _DAYS = "received_at", ("first_day", "last_day")


def lineage(who: Visit, asked: SeriesQuestion) -> Json:
    """The deliveries behind a KPI over `asked`'s days. Raises UnknownUnit, OutOfScope."""
    window = Window(asked.start, asked.end)
    found = origin.lineage(who.generation, who.scope, asked.kpi, asked.unit, window)
    return {
        "kpi": asked.kpi.id,
        "unit": asked.unit or (who.scope.roots[0] if len(who.scope.roots) == 1 else None),
        "from": asked.start.isoformat(),
        "to": asked.end.isoformat(),
        "generation": who.generation.id,
        "deliveries": [_plain(row) for row in found.to_dict("records")],
    }


def fed_by(who: Visit, source_hash: str) -> list[Json]:
    """What a delivery feeds now. Raises OutOfScope for who does not administer sources."""
    if not who.scope.administers:
        raise OutOfScope(what="sources")
    found = origin.fed_by(who.generation, source_hash)
    return [_plain(row) | {"kpis": list(row["kpis"])} for row in found.to_dict("records")]


def _plain(row: dict[Any, Any]) -> Json:
    days = {name: pd.Timestamp(str(row[name])).date().isoformat() for name in _DAYS}
    stamp = row.get(_INSTANT)
    instant = {_INSTANT: f"{pd.Timestamp(str(stamp)).isoformat(timespec='seconds')}Z"}
    return row | days | (instant if stamp is not None else {})


def reconciliations(who: Visit) -> list[Json]:
    """Every reconciliation that the role may see, with its closed months, newest first."""
    found: list[Json] = []
    for one in reconcile.reconciliations(who.generation.home.root):
        if one.domain not in who.scope.domains:
            continue
        gaps = reconcile.gaps(who.generation, who.scope, one)
        found.append(
            {
                "id": one.id,
                "label": pick(one.label_fr, one.label_en),
                "left": pick(one.left.label_fr, one.left.label_en),
                "right": pick(one.right.label_fr, one.right.label_en),
                "tolerance_pct": one.tolerance_pct,
                "look": one.look_fr,
                "broken": sum(not gap.within for gap in gaps),
                "gaps": [asdict(gap) | {"month": gap.month.isoformat()} for gap in gaps],
            }
        )
    return found
