"""The one warehouse of this process."""

from __future__ import annotations

from functools import cache

from cockpit import settings
from cockpit.warehouse.attach import Warehouse


@cache
def warehouse() -> Warehouse:
    """Opened once; a generation published later is found by itself."""
    return Warehouse(settings.home())
