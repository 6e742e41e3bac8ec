"""`cockpit demo`, `up`, `serve`, `worker`, `refresh`, `rebuild`: what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cockpit import log, settings
from cockpit.cli.out import FAILED, MISUSED, Json, give, say

if TYPE_CHECKING:
    from cockpit.refresh import RefreshReport

Names = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Sources à lire.")]
Host = Annotated[str | None, typer.Option(help="Adresse d'écoute : 127.0.0.1 seulement.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port d'écoute (8501).")]
Force = Annotated[bool, typer.Option("--force", help="Remplacer l'hôpital d'exemple existant.")]
Quick = Annotated[bool, typer.Option("--no-forecasts", help="Sans calculer les prévisions.")]


_PATIENCE_S = 60.0  # the worker may be publishing
_RUN_COLUMNS = ("source", "status", "files", "lines", "accepted", "refused")


def register(app: typer.Typer) -> None:
    """Add the commands, in the order of the help."""
    app.command()(demo)
    app.command()(up)
    app.command()(serve)
    app.command()(worker)
    app.command()(refresh)
    app.command()(rebuild)


def demo(force: Force = False, no_forecasts: Quick = False) -> None:
    """Construire l'hôpital d'exemple dans COCKPIT_HOME et le publier."""
    from cockpit.cli import sample  # noqa: PLC0415 - pandas: 0.5 s

    home = settings.home()
    if not sample.may_build(home, force=force):
        say(
            f"« {home.root} » contient déjà une installation. Rien n'a été modifié. "
            "Choisissez un autre COCKPIT_HOME, ou « --force » s'il s'agit de l'exemple."
        )
        raise typer.Exit(FAILED)
    sample.build(home, forecasts=not no_forecasts)


def up(port: Port = None) -> None:
    """Tout démarrer : l'exemple à la première fois, le worker, le serveur. Ctrl-C arrête tout."""
    from cockpit.cli import together  # noqa: PLC0415

    raise typer.Exit(together.run(settings.home(), port))


def serve(host: Host = None, port: Port = None) -> None:
    """Démarrer le serveur web seul."""
    from cockpit.cli import web  # noqa: PLC0415 - Streamlit: 1 s

    home = settings.home()
    address = host or home.installation.host
    if not web.is_loopback(address):
        say(
            f"Adresse « {address} » refusée : sans connexion par compte, Cockpit n'écoute que "
            "sur cette machine (127.0.0.1). Rien n'a démarré."
        )
        raise typer.Exit(MISUSED)
    log.configure()
    raise typer.Exit(web.run(home, port or home.installation.port))


def worker() -> None:
    """Démarrer le worker seul : lit chaque source à son heure, publie, prévoit, alerte."""
    from cockpit import worker as loop  # noqa: PLC0415

    log.configure()
    loop.work(settings.home(), loop.stop_on_signals())


def refresh(names: Names = None, as_json: Json = False, no_forecasts: Quick = False) -> None:
    """Lire les sources maintenant (toutes par défaut) et publier ce qui est nouveau."""
    from cockpit import refresh as path  # noqa: PLC0415
    from cockpit.answers.runs import refresh_json  # noqa: PLC0415
    from cockpit.notify.send import send_due  # noqa: PLC0415

    home = settings.home()
    report = path.refresh(
        home,
        tuple(names or ()),
        on_step=say,
        forecasts=not no_forecasts,
        patience_s=_PATIENCE_S,
    )
    send_due(home)  # started by cron, nobody else would
    for run in report.runs:
        if run.sentence:
            say(f"{run.source} : {run.sentence}")
    answer = refresh_json(report)
    if as_json:
        give(answer, as_json=True)
    else:
        give(answer["runs"], as_json=False, columns=_RUN_COLUMNS)
        say(_published(report))
    if report.failed:
        raise typer.Exit(FAILED)


def _published(report: RefreshReport) -> str:
    if report.generation is None:
        return "Rien n'a encore été publié."
    done = "publiée" if report.published else "déjà publiée : rien de nouveau"
    return f"Génération {report.generation} {done}."


def rebuild(as_json: Json = False) -> None:
    """Refaire l'entrepôt à partir des lots conservés, sans relire les sources."""
    from cockpit import refresh as path  # noqa: PLC0415

    give({"generation": path.rebuild(settings.home(), on_step=say)}, as_json=as_json)
