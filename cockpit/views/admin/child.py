"""What Administration does away from the page: `python -m cockpit.views.admin.child`.

Asked as JSON on standard input, answered as JSON on standard output; what cannot be done is
answered by its sentence. Nothing of a secret goes through here: a source names its secrets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cockpit import i18n, settings
from cockpit.administer import contracts, generations, mapping, withdrawals
from cockpit.connect import registry
from cockpit.connect.config import load_source
from cockpit.connect.conformance import promises
from cockpit.connect.contract import Asked, Deadline
from cockpit.connect.structure import load_structure
from cockpit.errors import BadSource, CockpitError, together
from cockpit.preview import Effect, Preview, preview
from cockpit.warehouse.withdrawal import Withdrawal

if TYPE_CHECKING:
    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Home

Json = dict[str, Any]

ROWS = 20
EFFECTS = 200
_CHECK_S = 60.0
_LOST, _MOVED, _NEW = range(3)


def test(home: Home, asked: Mapping[str, Any]) -> Json:
    """Whether a source answers and keeps every promise; a draft is only asked for an answer."""
    source = asked.get("source", "")
    config = load_source(home.sources / f"{source}.toml") if source else None
    kind = config.connector if config else asked["kind"]
    connector = registry.connector(kind)
    own = connector.Config.model_validate(config.settings if config else asked["settings"])
    found = connector.check(Asked(home, source, deadline=Deadline.after(_CHECK_S)), own)
    kept = list(promises(home, config)) if config and found.ok else []
    return {
        "ok": found.ok and all(one.ok for one in kept),
        "sentence": found.sentence,
        "promises": [{"ok": one.ok, "sentence": one.sentence} for one in kept],
    }


def columns(home: Home, asked: Mapping[str, Any]) -> Json:
    """The columns that a source, or a draft, offers now."""
    source = asked.get("source") or (asked["kind"], asked["settings"])
    return {"columns": list(mapping.columns_of(home, source))}


def codes(home: Home, asked: Mapping[str, Any]) -> Json:
    """The codes that some of its columns hold."""
    source = asked.get("source") or (asked["kind"], asked["settings"])
    return {"codes": mapping.codes_of(home, source, asked["columns"])}


def previewed(home: Home, asked: Mapping[str, Any]) -> Json:
    """Rows as mapped, refused ones, and every KPI that would change."""
    units = load_structure(home.structure)
    found = preview(home, load_source(home.sources / f"{asked['source']}.toml"), units)
    return {
        "files": [
            {
                "file": one.file,
                "lines": one.lines,
                "accepted": one.accepted_lines,
                "refused": one.refused_lines,
            }
            for one in found.batches
        ],
        "warnings": [sentence for one in found.batches for sentence in one.warnings],
        "whole": together(found.refusals),
        "publishable": _has_figures(found),
        "rows": list(islice(_rows(found), ROWS)),
        "refusals": list(islice(_refusals(found), ROWS)),
        **_effects(found.effects, units),
    }


def _has_figures(found: Preview) -> bool:
    """Whether publishing would show anything: some line of a file that is not refused whole."""
    refused = {error.facts.get("file") for error in found.refusals}
    return any(one.accepted_lines for one in found.batches if one.file not in refused)


def _rows(found: Preview) -> Iterator[Json]:
    for batch in found.batches:
        for part in batch.observations.tables():
            for row in part.slice(0, ROWS).to_pylist():
                yield {**row, "day": row["day"].isoformat()}


def _refusals(found: Preview) -> Iterator[Json]:
    for batch in found.batches:
        yield from batch.quarantine.slice(0, ROWS).to_pylist()


def _effects(found: Iterable[Effect], units: UnitTree) -> Json:
    """The largest change of each KPI and unit, largest first; what is lost before all."""
    largest: dict[tuple[str, str], tuple[tuple[float, ...], Effect]] = {}
    counted: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.kpi, one.unit)
        rank = _rank(one)
        counted[key] = counted.get(key, 0) + 1
        if key not in largest or rank < largest[key][0]:
            largest[key] = (rank, one)
    depth = {unit.id: len(units.ancestors(unit.id)) for unit in units}
    ordered = sorted(
        largest.items(), key=lambda item: (*item[1][0][:2], depth.get(item[1][1].unit, 0))
    )
    shown = [_effect(one, counted[key]) for key, (_, one) in ordered[:EFFECTS]]
    return {"effects": shown, "changed": len(ordered)}


def _rank(one: Effect) -> tuple[float, ...]:
    """Lost, then moved (by how much of what it was), then new; the newest period first."""
    newest = -one.period.toordinal()
    if one.after is None:
        return (_LOST, 0.0, newest)
    if one.before is None:
        return (_NEW, 0.0, newest)
    change = abs(one.after - one.before) / max(abs(one.before), 1e-9)
    return (_MOVED, -change, newest)


def _effect(one: Effect, periods: int) -> Json:
    return {
        "kpi": one.kpi,
        "unit": one.unit,
        "grain": one.grain.value,
        "period": one.period.isoformat(),
        "before": one.before,
        "after": one.after,
        "periods": periods,
    }


def contract(home: Home, asked: Mapping[str, Any]) -> Json:
    """The contract that the newest delivery of a source keeps."""
    return {"contract": contracts.learned(home, asked["source"])}


def rollback(home: Home, asked: Mapping[str, Any]) -> Json:
    """Publish an earlier generation again."""
    return {"generation": generations.rollback(home, int(asked["number"]), asked["who"])}


def withdraw(home: Home, asked: Mapping[str, Any]) -> Json:
    """Take back figures of a source."""
    days = (date.fromisoformat(asked[end]) if asked[end] else None for end in ("first", "last"))
    wanted = Withdrawal(asked["source"], asked["measure"], *days)
    return {"figures": withdrawals.withdraw(home, wanted, asked["who"])}


DO = {
    "test": test,
    "columns": columns,
    "codes": codes,
    "contract": contract,
    "preview": previewed,
    "rollback": rollback,
    "withdraw": withdraw,
}


def answer(home: Home, asked: Mapping[str, Any]) -> Json:
    """What was asked for, or the sentence of what prevents it."""
    i18n.speak(asked.get("language", "fr"))
    try:
        return DO[asked["do"]](home, asked)
    except CockpitError as error:
        return {"error": error.sentence()}
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        refused = BadSource(file=asked.get("kind", ""), field=field, expected="une autre valeur")
        return {"error": refused.sentence()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answer(settings.home(), json.load(sys.stdin))))
