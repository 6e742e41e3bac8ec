"""`cockpit check`: everything that an installation needs, one line each."""

from __future__ import annotations

import typer

from cockpit import settings
from cockpit.cli.out import FAILED, Json, give


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(as_json: Json = False) -> None:
    """Vérifier l'installation : réglages, structure, sources, indicateurs, entrepôt, état."""
    from cockpit.doctor import examine  # noqa: PLC0415 - pandas and DuckDB: 0.6 s

    found = [
        {"check": one.name, "ok": one.ok, "sentence": one.sentence}
        for one in examine(settings.home())
    ]
    give(found, as_json=as_json, columns=("check", "ok", "sentence"))
    if not all(one["ok"] for one in found):
        raise typer.Exit(FAILED)
