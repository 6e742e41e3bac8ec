"""`cockpit secret` and `cockpit audit`: what must not be seen, and who was refused what."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from cockpit import clock, settings
from cockpit.cli.out import Json, application, give, say

app = application("Les secrets des sources, chiffrés : poser, lister, oublier, changer de clé.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Nom, cité par « secret:NOM ».")]


def register(whole: typer.Typer) -> None:
    """Add `cockpit audit`."""
    whole.command()(audit)


@app.command("set")
def set_(name: Name) -> None:
    """Poser un secret, lu sur l'entrée standard ou saisi sans écho. Jamais affiché."""
    from cockpit.state import vault  # noqa: PLC0415 - SQLAlchemy: 0.2 s

    home = settings.home()
    if sys.stdin.isatty():
        text = getpass.getpass(f"Secret « {name} » (rien ne s'affiche) : ")
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    vault.keep(home, name, text)
    _note(name, "Secret posé.")
    say(f"Secret « {name} » posé. Une source le cite par « secret:{name} ».")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Les noms des secrets, jamais leur texte."""
    from cockpit.state import vault  # noqa: PLC0415

    rows = [
        {
            "name": one.name,
            "changed_at": f"{one.changed_at.isoformat(timespec='seconds')}Z",
            "readable": one.readable,
        }
        for one in vault.kept(settings.home())
    ]
    give(rows, as_json=as_json, columns=("name", "changed_at", "readable"))


@app.command()
def forget(name: Name) -> None:
    """Oublier un secret."""
    from cockpit.state import vault  # noqa: PLC0415

    vault.forget(settings.home(), name)
    _note(name, "Secret oublié.")
    say(f"Secret « {name} » oublié.")


@app.command()
def rotate() -> None:
    """Chiffrer de nouveau tous les secrets avec une nouvelle clé."""
    from cockpit.state import vault  # noqa: PLC0415

    count = vault.rotate(settings.home())
    _note("*", f"Clé changée : {count} secret(s).")
    say(f"{count} secret(s) chiffré(s) avec la nouvelle clé.")


def audit(as_json: Json = False) -> None:
    """Le journal : ce qui a été refusé et ce qui a été fait, du plus récent au plus ancien."""
    from cockpit import state  # noqa: PLC0415

    rows = [
        {
            "at": f"{one.at.isoformat(timespec='seconds')}Z",
            "who": one.who,
            "what": one.what,
            "subject": one.subject,
            "sentence": one.sentence,
        }
        for one in state.audit_lines(state.engine(settings.home()))
    ]
    give(rows, as_json=as_json, columns=("at", "who", "what", "subject", "sentence"))


def _note(name: str, sentence: str) -> None:
    from cockpit import state  # noqa: PLC0415

    line = state.AuditLine(
        at=clock.utc_naive(clock.now()),
        who="cockpit secret",
        what="secret",
        subject=name,
        sentence=sentence,
    )
    state.record_audit(state.engine(settings.home()), line)
