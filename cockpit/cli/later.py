"""Commands whose names are promised and whose work is not done yet: they say so and fail."""

from __future__ import annotations

import typer

from cockpit.cli.out import FAILED, application, say

users = application("Les comptes : pas encore dans cette version.")


def register() -> None:
    """Give each promised name its sentence."""
    for name in ("add", "list", "role"):
        _promise(users, name, "La gestion des comptes")


def _promise(app: typer.Typer, name: str, what: str) -> None:
    sentence = f"{what} n'existe pas encore dans cette version. Rien n'a été modifié."

    def later() -> None:
        say(sentence)
        raise typer.Exit(FAILED)

    later.__doc__ = f"{what} : pas encore dans cette version."
    anything = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(name, context_settings=anything)(later)
