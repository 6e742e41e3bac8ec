"""`cockpit web`: what is done to the phones that open Cockpit."""

from __future__ import annotations

from cockpit import settings
from cockpit.cli.out import Json, application, give, say

app = application("Les téléphones qui ouvrent Cockpit.")


@app.callback()
def web() -> None:
    """Les téléphones qui ouvrent Cockpit."""


@app.command("revoke-phones")
def revoke_phones(as_json: Json = False) -> None:
    """Faire effacer par chaque téléphone, à sa prochaine ouverture, les chiffres qu'il garde."""
    from cockpit.administer import phones  # noqa: PLC0415 - SQLAlchemy: 0.3 s

    number = phones.revoke(settings.home(), "cockpit web")
    if as_json:
        give({"phones": number}, as_json=True)
    else:
        say(f"Demande n° {number} : chaque téléphone efface ce qu'il garde au prochain accès.")
