"""`cockpit forecast event`: what the hospital marks, so that forecasts learn it or forget it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cockpit import settings
from cockpit.cli.out import Json, application, give, say
from cockpit.cli.sources import WHO
from cockpit.errors import BadRequest

if TYPE_CHECKING:
    from cockpit.forecast.events import Marked

app = application("Les événements qui marquent l'activité : grève, ouverture, panne.")

_COLUMNS = ("number", "first", "last", "label", "use", "unit", "kpi")

First = Annotated[str, typer.Argument(metavar="FIRST", help="Premier jour, AAAA-MM-JJ.")]
Last = Annotated[str, typer.Argument(metavar="LAST", help="Dernier jour, AAAA-MM-JJ.")]
Label = Annotated[str, typer.Argument(metavar="LABEL", help="« Grève », « Ouverture ».")]
Use = Annotated[
    Literal["effect", "exclude"],
    typer.Option(help="effect : son effet est appris et attendu ; exclude : jours oubliés."),
]
Unit = Annotated[str | None, typer.Option("--unit", help="Cette unité et celles dessous.")]
Only = Annotated[str | None, typer.Option("--kpi", help="Cet indicateur seulement.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Numéro donné par « list ».")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Les événements, dans l'ordre du fichier."""
    from cockpit.forecast import events  # noqa: PLC0415 - pandas: 0.3 s

    every = events.read(settings.home().root)
    rows = [_row(number, one) for number, one in enumerate(every, 1)]
    give(rows, as_json=as_json, columns=_COLUMNS)


@app.command()
def add(  # noqa: PLR0917 - one parameter per option
    first: First,
    last: Last,
    label: Label,
    use: Use = "effect",
    unit: Unit = None,
    kpi: Only = None,
    as_json: Json = False,
) -> None:
    """Marquer un événement ; les prévisions suivantes en tiennent compte."""
    from cockpit.administer import events as editor  # noqa: PLC0415
    from cockpit.forecast import events  # noqa: PLC0415

    days = {"first": _day("FIRST", first), "last": _day("LAST", last)}
    given = days | {"label": label, "use": use, "unit": unit, "kpi": kpi}
    home = settings.home()
    made = editor.add(home, given, WHO)
    say(f"Événement « {label} » ajouté.")
    give(_row(len(events.read(home.root)), made), as_json=as_json)


@app.command()
def remove(number: Number, as_json: Json = False) -> None:
    """Retirer un événement."""
    from cockpit.administer import events as editor  # noqa: PLC0415

    gone = editor.remove(settings.home(), number, WHO)
    say(f"Événement « {gone.label} » retiré.")
    give(_row(number, gone), as_json=as_json)


def _row(number: int, one: Marked) -> dict[str, object]:
    return {"number": number} | one.model_dump(mode="json")


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(field=field, expected="un jour AAAA-MM-JJ") from error
