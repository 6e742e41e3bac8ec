"""`cockpit kpi`: the indicators, their definition, their values."""

from __future__ import annotations

from typing import Annotated

import typer

from cockpit.cli.asking import visiting
from cockpit.cli.out import As, Json, UnitCode, application, give

app = application("Les indicateurs : catalogue, définition, valeurs.")

Id = Annotated[str, typer.Argument(help="Identifiant de l'indicateur.", metavar="ID")]
Start = Annotated[str | None, typer.Option("--from", help="Premier jour, AAAA-MM-JJ.")]
End = Annotated[str | None, typer.Option("--to", help="Dernier jour, AAAA-MM-JJ.")]
Grain = Annotated[str | None, typer.Option(help="day, week, month, quarter ou year.")]
By = Annotated[str | None, typer.Option(help="Détailler par unit ou par facet.")]
Scenario = Annotated[str | None, typer.Option(help="actual, budget ou plan.")]
Facet = Annotated[str | None, typer.Option(help="Ne garder que cette facette.")]


@app.command("list")
def list_(as_json: Json = False, role: As = None) -> None:
    """Le catalogue, avec la dernière valeur de chaque indicateur."""
    from cockpit.answers import give as answers  # noqa: PLC0415 - see cli/asking.py

    with visiting(role) as who:
        columns = ("id", "label", "value", "unit", "period", "status")
        give(answers.kpis(who), as_json=as_json, columns=columns)


@app.command()
def show(kpi: Id, as_json: Json = False, role: As = None) -> None:
    """La fiche d'un indicateur : définition, formule, source, valeur."""
    from cockpit.answers import give as answers  # noqa: PLC0415

    with visiting(role) as who:
        give(answers.kpi(who, kpi), as_json=as_json)


@app.command()
def series(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    unit: UnitCode = None,
    start: Start = None,
    end: End = None,
    grain: Grain = None,
    by: By = None,
    scenario: Scenario = None,
    facet: Facet = None,
    as_json: Json = False,
    role: As = None,
) -> None:
    """Les valeurs d'un indicateur dans le temps."""
    from cockpit.answers import ask  # noqa: PLC0415
    from cockpit.answers import give as answers  # noqa: PLC0415

    params = _asked(unit=unit, start=start, end=end)
    params |= _asked(grain=grain, by=by, scenario=scenario, facet=facet)
    with visiting(role) as who:
        answer = answers.series(who, ask.series_question(who.kpi(kpi), params))
    if as_json:
        give(answer, as_json=True)
    else:
        split = (by,) if by else ()
        columns = ("period", *split, "value", "numerator", "denominator", "status")
        give(answer["points"], as_json=False, columns=columns)


@app.command()
def lineage(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    unit: UnitCode = None,
    start: Start = None,
    end: End = None,
    as_json: Json = False,
    role: As = None,
) -> None:
    """D'où vient un chiffre : mesures, livraisons, fichiers, lignes."""
    from cockpit.answers import ask, origin  # noqa: PLC0415

    params = _asked(unit=unit, start=start, end=end)
    with visiting(role) as who:
        answer = origin.lineage(who, ask.series_question(who.kpi(kpi), params))
    columns = ("measure", "source", "file", "rows", "first_day", "last_day", "received_at")
    give(answer if as_json else answer["deliveries"], as_json=as_json, columns=columns)


@app.command()
def reconcile(as_json: Json = False, role: As = None) -> None:
    """Les rapprochements entre systèmes, et leurs écarts."""
    from cockpit.answers import origin  # noqa: PLC0415

    with visiting(role) as who:
        found = origin.reconciliations(who)
    columns = ("id", "label", "left", "right", "tolerance_pct", "broken")
    give(found, as_json=as_json, columns=columns)


def _asked(**options: str | None) -> dict[str, str]:
    """The parameters of a question, as its address names them; an option left out is absent."""
    names = {"start": "from", "end": "to"}
    return {names.get(name, name): value for name, value in options.items() if value is not None}
