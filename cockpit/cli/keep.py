"""`cockpit backup` and `cockpit restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cockpit import settings
from cockpit.cli.out import FAILED, say

File = Annotated[Path, typer.Argument(metavar="FILE", help="Fichier .tar.gz.")]
Force = Annotated[bool, typer.Option("--force", help="Mettre de côté ce qui existe.")]
_MEGABYTE = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(file: File) -> None:
    """Sauvegarder COCKPIT_HOME dans un fichier, worker en marche ou non."""
    from cockpit import archive  # noqa: PLC0415

    home = settings.home()
    if not home.root.is_dir():
        say(f"« {home.root} » n'existe pas : il n'y a rien à sauvegarder.")
        raise typer.Exit(FAILED)
    if not file.resolve().parent.is_dir():
        say(f"Le dossier de « {file} » n'existe pas. Rien n'a été écrit.")
        raise typer.Exit(FAILED)
    size = archive.backup(home, file.resolve())
    say(_done(file, size))


def restore(file: File, force: Force = False) -> None:
    """Remettre une sauvegarde dans COCKPIT_HOME, qui doit être vide."""
    from cockpit import archive  # noqa: PLC0415

    if not file.is_file():
        say(f"« {file} » n'existe pas. Rien n'a été modifié.")
        raise typer.Exit(FAILED)
    aside = archive.restore(settings.home(), file.resolve(), force=force)
    if aside:
        say(f"L'installation précédente est dans « {aside} ».")
    say("Restauration terminée. « cockpit check » la vérifie.")


def _done(file: Path, size: int) -> str:
    megabytes = f"{size / _MEGABYTE:.1f}".replace(".", ",")
    return f"Sauvegarde écrite : « {file} » ({megabytes} Mo)."
