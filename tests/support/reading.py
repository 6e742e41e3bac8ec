"""Short ways to ask the KPI engine one question, through its real entry point."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, UnitId
from cockpit.kpi.windows import month_end
from cockpit.warehouse.attach import Generation
from tests.support.hospital import Hospital, kpi, parse


def span(text: str) -> tuple[date, date]:
    """`2026-02` is the whole month, `2026-02-27` one day, `a..b` from the one to the other."""
    first, _, last = text.partition("..")
    end = parse(last or first)
    return parse(first), end if len(last or first) > len("2026-01") else month_end(end)


def rows(
    hospital: Hospital, generation: Generation, name: str | Kpi, when: str, **asked: Any
) -> pd.DataFrame:
    """Points of a KPI. asked: unit ("G"), grain ("month"), role, by, facet, scenario."""
    start, end = span(when)
    unit = asked.pop("unit", "G")
    return series(
        generation,
        hospital.scope(asked.pop("role", "director_ght")),
        kpi(name) if isinstance(name, str) else name,
        None if unit is None else UnitId(unit),
        start=start,
        end=end,
        grain=Grain(asked.pop("grain", "month")),
        **asked,
    )


def value(
    hospital: Hospital, generation: Generation, name: str | Kpi, when: str, **asked: Any
) -> float | None:
    """The only point of a KPI, None when it is absent."""
    found = rows(hospital, generation, name, when, **asked)
    assert len(found) <= 1, found
    return float(found["value"].iloc[0]) if len(found) else None


def parts(
    hospital: Hospital, generation: Generation, name: str | Kpi, when: str, **asked: Any
) -> dict[str, float]:
    """One value per unit or facet of a split that has one point each."""
    found = rows(hospital, generation, name, when, **asked)
    return dict(zip(found[asked["by"]], found["value"], strict=True))
