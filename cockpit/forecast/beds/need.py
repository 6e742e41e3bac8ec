"""BJML of the coming days: of a site by the rule itself, of a ward by its share of the rule.

The rule (25th percentile of the ED admissions of the same ISO week over three years) is read at the
sites and the whole, on medicine, surgery and the short-stay unit, as the KPI `bjml_gap` does. Below
a site, each ward takes the share of its discipline's need that it takes of its admissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds.read import placed
from cockpit.kpi import bjml
from cockpit.kpi.model import MeasureId, Term
from cockpit.kpi.read import read_panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.forecast.beds.read import Hospital
    from cockpit.forecast.history import Days, Values
    from cockpit.kpi.units import Unit
    from cockpit.warehouse.attach import Generation

ACUTE = frozenset({"MED", "CHIR", "UHCD"})
_WHOLE = frozenset({"group", "establishment"})


def is_whole(unit: Unit) -> bool:
    """Whether the rule is read at this unit itself."""
    return unit.level in _WHOLE or unit.parent is None


def of_whole(generation: Generation, unit: Unit, hospital: Hospital, wanted: Days) -> Values:
    """The need of a site or of the whole, by the rule; NaN without its ED's history."""
    term = Term(MeasureId("ed_admissions"))
    panel = read_panel(generation, [term], [unit.id], hospital.first, hospital.last)
    daily = panel.daily(term, "actual", "")
    return _needs(hospital, placed(hospital.days, daily.days, daily.values), wanted)


def of_wards(
    hospital: Hospital, wards: Sequence[str], shares: Mapping[str, float], wanted: Days
) -> Values:
    """The need of some wards: their shares of what each discipline needs; NaN when none has one."""
    found = np.full(len(wanted), np.nan)
    for discipline, sent in hospital.admissions.items():
        mine = [w for w in wards if hospital.wards[w].discipline == discipline and w in shares]  # type: ignore[index]  # unit ids are text
        if mine:
            needed = sum(shares[w] for w in mine) * _needs(hospital, sent, wanted)
            found = np.where(np.isnan(found), needed, found + np.nan_to_num(needed))
    return found


def _needs(hospital: Hospital, admissions: Values, wanted: Days) -> Values:
    known = ~np.isnan(admissions)
    return bjml.needs(hospital.days[known], admissions[known], wanted)
