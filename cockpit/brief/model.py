"""The brief as data: every line names the KPI, the unit and the days that its figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cockpit.i18n import pick

if TYPE_CHECKING:
    from cockpit.kpi.model import KpiId, UnitId
    from cockpit.series.model import Status, Window

LineKind = Literal["alert", "change", "good", "coming", "steady"]


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One line of the brief.

    kpi is None for a late source. window: the days of the figure (to come for "coming"). value:
    the figure itself, in the KPI's unit.
    """

    kind: LineKind
    status: Status
    text_fr: str
    text_en: str
    kpi: KpiId | None
    unit: UnitId
    window: Window | None
    value: float | None

    @property
    def text(self) -> str:
        """The sentence in the language of the run."""
        return pick(self.text_fr, self.text_en)


@dataclass(frozen=True, slots=True)
class Brief:
    """The status sentence, how many watched KPIs stand where, and the lines, worst first.

    counts: (status, number of KPIs with levels) for red, amber and ok, at the top of the scope.
    """

    unit: UnitId
    status: Status
    headline_fr: str
    headline_en: str
    counts: tuple[tuple[Status, int], ...]
    lines: tuple[BriefLine, ...]
