"""The six HET indicators of one site on one day: what the sheet of a tension alert shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from cockpit.kpi import tension
from cockpit.kpi.compute import visible_nodes
from cockpit.kpi.model import Domain
from cockpit.kpi.read import read_panel
from cockpit.kpi.tension_setting import Het, setting_of
from cockpit.kpi.windows import add_months

if TYPE_CHECKING:
    from cockpit.access.scope import Scope
    from cockpit.kpi.model import UnitId
    from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the six. value: in `unit`. level: 0-4 (Occitanie) or 0-3 (Grand Est); None: unknown.

    in_tension: at three standard deviations or more, or beyond the orange threshold.
    """

    id: Het
    label_fr: str
    label_en: str
    unit: str
    value: float | None
    level: float | None
    in_tension: bool


_LABELS: dict[Het, tuple[str, str, str]] = {
    "HET1": ("Lits disponibles face au BJML", "Available beds against BJML", "lits"),
    "HET2": ("Passages aux urgences", "ED visits", "passages"),
    "HET3": ("Durée de passage des admis", "Time in the ED of admitted patients", "min"),
    "HET4": ("Taux d'hospitalisation", "Admission rate", "%"),
    "HET5": ("Présents à 15 h", "Present at 15:00", "patients"),
    "HET6": ("Passages de 75 ans et plus", "Visits aged 75+", "passages"),
}


def indicators(
    generation: Generation, scope: Scope, site: UnitId, day: date
) -> tuple[Indicator, ...]:
    """HET1 to HET6 in order, in the variant of the installation.

    Raises UnknownUnit, OutOfScope.
    """
    scope.require(Domain.ACTIVITY)
    nodes = visible_nodes(generation, scope, site)
    first = add_months(day, -37)  # three years of the same ISO week, for the BJML
    panel = read_panel(generation, tension.TERMS, nodes, first, day)
    setting = setting_of(generation.home.root)
    wanted = np.array([day], dtype="datetime64[D]")
    is_radar = setting.variant == "grand_est"
    found = (
        tension.grand_est(panel, wanted, setting.at(site))
        if is_radar
        else tension.occitanie(panel, wanted)
    )
    tense = 1 if is_radar else tension.LEVEL_OF_TENSION
    return tuple(_indicator(name, one, tense) for name, one in found.items())


def _indicator(name: Het, one: tension.Levelled, tense: float) -> Indicator:
    value, level = float(one.values[0]), float(one.levels[0])
    return Indicator(
        name,
        *_LABELS[name],
        value=None if np.isnan(value) else value,
        level=None if np.isnan(level) else level,
        in_tension=level >= tense,
    )
