"""`cockpit forecast beds` and `cockpit whatif`: the beds to come, and what a decision changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli.asking import visiting
from cockpit.cli.out import As, Json, UnitCode, application, give, say
from cockpit.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.forecast.whatif.model import Scenario

whatif = application("Et si… : l'effet d'une décision ou d'un événement, avec sa fourchette.")

Actions = Annotated[
    list[str] | None,
    typer.Option(
        "--do",
        help="Une action, à répéter : beds:UNITE:-6:DEBUT:FIN, visits:+10:DEBUT:FIN, "
        "wave:25:DEBUT:PIC:FIN, absence:+1:DEBUT:FIN (dates AAAA-MM-JJ).",
    ),
]
Name = Annotated[str, typer.Argument(help="Le nom du scénario.")]
_SHAPES = {
    "beds": ("unit", "beds", "first", "last"),
    "visits": ("percent", "first", "last"),
    "wave": ("percent", "first", "peak", "last"),
    "absence": ("points", "first", "last"),
}


def register(forecast: typer.Typer) -> None:
    """Give `cockpit forecast` its command about beds."""
    forecast.command("beds")(beds)


def beds(unit: UnitCode = None, as_json: Json = False, role: As = None) -> None:
    """Les lits des 14 jours à venir d'une unité, à 8 h et à 18 h, et le bilan du jour."""
    from cockpit.answers import whatif as answers  # noqa: PLC0415 - see cli/asking.py
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    with visiting(role) as who:
        answer = answers.beds(who, UnitId(unit) if unit else None)
    if as_json:
        give(answer, as_json=True)
        return
    if answer["refused"]:
        say(str(answer["refused"]))
    columns = ("day", "slot", "occupied", "low80", "high80", "open_beds", "available", "need")
    give(answer["days"], as_json=False, columns=(*columns, "p_short", "p_tense"))


@whatif.command()
def run(
    name: Annotated[str, typer.Argument(help="Un nom, ou celui d'un scénario gardé.")] = "essai",
    do: Actions = None,
    save: Annotated[bool, typer.Option("--save", help="Garder le scénario à ce nom.")] = False,
    as_json: Json = False,
    role: As = None,
) -> None:
    """L'effet d'un scénario décrit par --do, ou gardé à ce nom."""
    from cockpit.answers import whatif as answers  # noqa: PLC0415

    with visiting(role) as who:
        asked = _asked(name, do) if do else answers.read(who, name)
        answer = answers.effects(who, asked)
        if save:
            answers.save(who, asked, "cockpit whatif")
    _tell([answer], as_json=as_json)


@whatif.command()
def compare(names: list[str], as_json: Json = False, role: As = None) -> None:
    """Les effets de plusieurs scénarios gardés, côte à côte."""
    from cockpit.answers import whatif as answers  # noqa: PLC0415

    with visiting(role) as who:
        found = answers.compare(who, names)
    _tell(found, as_json=as_json)


@whatif.command("list")
def list_(as_json: Json = False, role: As = None) -> None:
    """Les scénarios gardés."""
    from cockpit.answers import whatif as answers  # noqa: PLC0415

    with visiting(role) as who:
        kept = answers.listed(who)
    rows = [
        {"name": one.name, "saved_at": f"{one.saved_at.isoformat()}Z", "who": one.who}
        for one in kept
    ]
    give(rows, as_json=as_json, columns=("name", "saved_at", "who"))


@whatif.command()
def remove(name: Name, role: As = None) -> None:
    """Retirer un scénario gardé."""
    from cockpit.answers import whatif as answers  # noqa: PLC0415

    with visiting(role) as who:
        answers.remove(who, name)
    say(f"Scénario « {name} » retiré.")


def _asked(name: str, texts: Sequence[str]) -> Scenario:
    from cockpit.forecast.whatif.model import scenario  # noqa: PLC0415

    return scenario({"name": name, "actions": [_action(text) for text in texts]})


def _action(text: str) -> dict[str, object]:
    kind, *values = text.split(":")
    fields = _SHAPES.get(kind, ())
    if not fields or len(values) != len(fields):
        raise BadRequest(field="--do", expected="une action comme beds:UNITE:-6:DEBUT:FIN")
    return {"kind": kind, **{f: _read(f, v) for f, v in zip(fields, values, strict=True)}}


def _read(field: str, text: str) -> object:
    if field == "unit":
        return text
    try:
        if field in {"first", "last", "peak"}:
            return date.fromisoformat(text)
        return int(text) if field == "beds" else float(text)
    except ValueError as error:
        raise BadRequest(
            field="--do", expected="une action comme beds:UNITE:-6:DEBUT:FIN"
        ) from error


def _tell(answers: Sequence[dict[str, object]], *, as_json: bool) -> None:
    """One line per effect; the assumptions of each are in the JSON."""
    if as_json:
        give(list(answers), as_json=True)
        return
    rows = [
        {"scenario": one["name"], **effect}
        for one in answers
        for effect in one["effects"]  # type: ignore[attr-defined]  # plain JSON
    ]
    columns = ("scenario", "label", "unit", "before", "after", "low", "mid", "high", "refused")
    give(rows, as_json=False, columns=columns)
