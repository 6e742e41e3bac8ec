"""`cockpit structure`: the hospital's units, listed, renamed, closed, merged."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from cockpit import settings
from cockpit.cli.out import Json, application, give, say
from cockpit.cli.sources import WHO
from cockpit.errors import BadRequest

app = application("Les unités de l'hôpital : lister, renommer, fermer, regrouper.")

Code = Annotated[str, typer.Argument(metavar="UNIT", help="Code de l'unité.")]
LastDay = Annotated[str, typer.Argument(metavar="LAST_DAY", help="Dernier jour, AAAA-MM-JJ.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Les unités, dans l'ordre du fichier."""
    from cockpit.administer import structure as editor  # noqa: PLC0415

    columns = ("unit", "parent", "level", "label", "valid_from", "valid_to")
    give(list(editor.rows(settings.home())), as_json=as_json, columns=columns)


@app.command()
def rename(code: Code, label: str, as_json: Json = False) -> None:
    """Changer le libellé d'une unité."""
    from cockpit.administer import structure as editor  # noqa: PLC0415

    editor.rename(settings.home(), code, label, WHO)
    say(f"Unité « {code} » renommée ; la prochaine actualisation le publie.")
    give({"unit": code, "label": label}, as_json=as_json)


@app.command()
def close(code: Code, last_day: LastDay, as_json: Json = False) -> None:
    """Fermer une unité après un dernier jour ; son passé reste."""
    from cockpit.administer import structure as editor  # noqa: PLC0415

    day = _day(last_day)
    editor.close(settings.home(), code, day, WHO)
    say(f"Unité « {code} » fermée après le {day:%d/%m/%Y}.")
    give({"unit": code, "valid_to": day.isoformat()}, as_json=as_json)


@app.command()
def merge(
    codes: Annotated[list[str], typer.Argument(metavar="UNIT...", help="Unités reprises.")],
    into: Annotated[str, typer.Option("--into", help="Code de celle qui les reprend.")],
    last_day: Annotated[str, typer.Option("--last-day", help="Leur dernier jour, AAAA-MM-JJ.")],
    label: Annotated[str, typer.Option("--label", help="Libellé de celle qui reprend.")] = "",
    as_json: Json = False,
) -> None:
    """Regrouper des unités, ou changer le code d'une seule ; le passé suit."""
    from cockpit.administer import structure as editor  # noqa: PLC0415

    day = _day(last_day)
    editor.merge(settings.home(), codes, into, label, day, WHO)
    say(f"« {into} » reprend {', '.join(codes)} après le {day:%d/%m/%Y}.")
    give({"into": into, "merged": codes, "valid_to": day.isoformat()}, as_json=as_json)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(field="LAST_DAY", expected="un jour AAAA-MM-JJ") from error
