"""The catalogue with the hospital's own KPIs, read again when a file of `kpis/` changes."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from cockpit.errors import BadKpiFile
from cockpit.kpi import catalogue, tension_setting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cockpit.kpi.model import Kpi, KpiId

_log = structlog.get_logger(__name__)
_last_good: dict[Path, Mapping[KpiId, Kpi]] = {}


def kpis_of(folder: Path) -> Mapping[KpiId, Kpi]:
    """The catalogue of this installation; a faulty file leaves the last good one in service."""
    stamp: tuple[tuple[str, int], ...] = ()
    for path in sorted(folder.glob("*.toml")):
        with suppress(FileNotFoundError):  # removed since the folder was listed
            stamp += ((path.name, path.stat().st_mtime_ns),)
    kpis, setting = _read(folder, stamp), tension_setting.setting_of(folder.parent)
    if setting.variant == "occitanie":
        return kpis
    return _with_radar(folder, stamp, setting.orange, setting.red)


@lru_cache(maxsize=4)
def _with_radar(
    folder: Path, stamp: tuple[tuple[str, int], ...], orange: float, red: float
) -> Mapping[KpiId, Kpi]:
    """The same with HET as Grand Est reads it."""
    kpis, het = _read(folder, stamp), tension_setting.HET
    return {**kpis, het: tension_setting.adapted(kpis[het], orange, red)}


@lru_cache(maxsize=4)
def _read(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Mapping[KpiId, Kpi]:
    try:
        found: Mapping[KpiId, Kpi] = catalogue.with_local(folder) if stamp else catalogue.KPIS
    except BadKpiFile as error:
        _log.warning("local indicators refused", **error.log_line())
        return _last_good.get(folder, catalogue.KPIS)
    _last_good[folder] = found
    return found
