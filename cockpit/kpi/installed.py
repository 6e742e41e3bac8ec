"""The catalogue with the hospital's own KPIs, read again when a file of `kpis/` changes."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from cockpit.errors import BadKpiFile
from cockpit.kpi import catalogue

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
    return _read(folder, stamp)


@lru_cache(maxsize=4)
def _read(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Mapping[KpiId, Kpi]:
    try:
        found: Mapping[KpiId, Kpi] = catalogue.with_local(folder) if stamp else catalogue.KPIS
    except BadKpiFile as error:
        _log.warning("local indicators refused", **error.log_line())
        return _last_good.get(folder, catalogue.KPIS)
    _last_good[folder] = found
    return found
