"""A forecast as it is stored: its origin, its quantiles, what made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from cockpit.forecast.gate import Status
    from cockpit.kpi.model import KpiId, UnitId
    from cockpit.series.model import ForecastPoint


@dataclass(frozen=True, slots=True)
class Forecast:
    """One fit, immutable once stored.

    origin: last day of history used. history_from: its first day. model: the combination.
    mape and mape_naive: error in percent at 7 days over the past origins, and that of repeating
    last week; mase, mase_naive: the same in units of that repetition on the history; coverage80:
    share of past days inside the interval then announced. None when the history is too short.
    status: see `gate.Status`. sentence: why the forecast is weaker than usual, in French. refused:
    why there is none. banner: a sudden change of level. members: models averaged. versions: theirs.
    data_hash: of the values, the calendar and the engine that it was made with. facet: "" for the
    KPI itself, else the part that is forecast ("75+", "expense/1" of a landing).
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
    status: Status = "ok"
    sentence: str = ""
    banner: str = ""
    mase: float | None = None
    mase_naive: float | None = None
    coverage80: float | None = None
    members: tuple[str, ...] = ()
    versions: str = ""
    data_hash: str = ""

    @property
    def is_daily(self) -> bool:
        """Whether its points may be drawn after a daily curve."""
        return self.status not in {"weekly", "refused"}
