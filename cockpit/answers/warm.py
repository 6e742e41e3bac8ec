"""What is computed before anybody asks, after each publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.answers import give
from cockpit.answers.visit import visit

if TYPE_CHECKING:
    from cockpit.warehouse.attach import Warehouse


def home_page(warehouse: Warehouse) -> int:
    """The brief, the alerts and the tiles of the default role; returns the generation's number."""
    who = visit(warehouse, {})
    give.brief(who)
    give.alerts(who)
    give.kpis(who)
    return who.generation.id
