"""Exports of the quality office, of the CISO and of the application monitoring."""

from __future__ import annotations

from pathlib import Path

from sample_data.delivery import daily, monthly
from sample_data.finance import finance
from sample_data.quality import (
    ledger_frame,
    letters_frame,
    monitoring_frame,
    risks_frame,
    satisfaction_frame,
)
from sample_data.world import World


def export_quality(world: World, drop: Path) -> None:
    """Sources `esatis`, `lettres`, `qualite`, `suivi-annexe` and `supervision`."""
    monthly(drop, "esatis", satisfaction_frame(world), world.end)
    monthly(drop, "lettres", letters_frame(world), world.end)
    monthly(drop, "qualite", risks_frame(world), world.end)
    monthly(drop, "suivi-annexe", ledger_frame(world, finance(world)), world.end)
    daily(drop, "supervision", monitoring_frame(world), world.end)
