"""A forecast as it is stored: its origin, its quantiles, what made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from cockpit.kpi.model import KpiId, UnitId
    from cockpit.series.model import ForecastPoint


@dataclass(frozen=True, slots=True)
class Forecast:
    """One fit, immutable once stored.

    origin: last day of history used. history_from: its first day. mape: mean absolute error in
    percent at 7 days over the last origins, and of the same-weekday mean beside it (None when the
    history is too short). refused: the French sentence that says why there is no forecast.
    facet: "" for the KPI itself, else the part that is forecast ("charges/1" of a landing).
    """

    kpi: KpiId
    unit: UnitId
    model: str
    origin: date
    made_at: datetime
    history_from: date
    points: tuple[ForecastPoint, ...]
    mape: float | None = None
    mape_naive: float | None = None
    refused: str = ""
    facet: str = ""
