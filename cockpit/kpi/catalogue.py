"""The 82 indicators in the order of the catalogue, and the hospital's own beside them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cockpit.errors import UnknownKpi
from cockpit.kpi.activity import ACTIVITY
from cockpit.kpi.beds import BEDS
from cockpit.kpi.checks import Problem, check
from cockpit.kpi.finance import FINANCE
from cockpit.kpi.local import read_folder
from cockpit.kpi.model import Kpi, KpiId
from cockpit.kpi.quality import QUALITY
from cockpit.kpi.workforce import WORKFORCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["KPIS", "Problem", "check", "home_kpis", "kpi", "kpi_named", "with_local"]

_ALL = (*ACTIVITY, *BEDS, *FINANCE, *WORKFORCE, *QUALITY)

KPIS: Mapping[KpiId, Kpi] = MappingProxyType({one.id: one for one in _ALL})


def kpi_named(kpi_id: str, among: Mapping[KpiId, Kpi] = KPIS) -> Kpi:
    """The KPI of that id. Raises UnknownKpi."""
    found = among.get(KpiId(kpi_id))
    if found is None:
        raise UnknownKpi(kpi=kpi_id)
    return found


kpi = kpi_named  # for callers that write `catalogue.kpi(...)`, where the bare name hides nothing


def home_kpis(among: Mapping[KpiId, Kpi] = KPIS) -> tuple[Kpi, ...]:
    """The home tiles, in the order shown."""
    return tuple(sorted((one for one in among.values() if one.home_rank), key=_rank))


def with_local(folder: Path) -> dict[KpiId, Kpi]:
    """The catalogue with the hospital's `kpis/*.toml` applied: new KPIs last, adjusted in place.

    Raises BadKpiFile naming file and field; the caller keeps what it had.
    """
    return read_folder(folder, KPIS)


def _rank(one: Kpi) -> int:
    return one.home_rank
