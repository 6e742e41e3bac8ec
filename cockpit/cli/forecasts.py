"""`cockpit forecast`: what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cockpit import settings
from cockpit.cli import marked
from cockpit.cli.asking import visiting
from cockpit.cli.kpis import Facet, Id
from cockpit.cli.out import As, Json, UnitCode, application, give, say

if TYPE_CHECKING:
    from collections.abc import Iterator

app = application("Les prévisions : calcul, lecture, essai sur le passé, événements.")
app.add_typer(marked.app, name="event")

Origins = Annotated[int, typer.Option(help="Nombre de jours passés d'où l'on prévoit.")]
Step = Annotated[int | None, typer.Option(help="Écart entre eux : 20 jours, ou 1 mois.")]
Horizon = Annotated[int | None, typer.Option(help="Prévoir jusqu'à : 28 jours, ou 12 mois.")]
Against = Annotated[Literal["prophet"] | None, typer.Option(help="Comparer aussi à Prophet.")]
Only = Annotated[list[str] | None, typer.Argument(help="Ces indicateurs seulement.")]
Points = Annotated[bool, typer.Option("--points", help="Donner aussi chaque jour prévu.")]


@app.command()
def show(
    kpi: Id,
    unit: UnitCode = None,
    facet: Facet = None,
    as_json: Json = False,
    role: As = None,
) -> None:
    """La prévision publiée d'un indicateur, avec son intervalle à 80 %."""
    from cockpit.answers import give as answers  # noqa: PLC0415 - see cli/asking.py
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    with visiting(role) as who:
        answer = answers.forecast(who, kpi, UnitId(unit) if unit else None, facet or "")
    if as_json:
        give(answer, as_json=True)
        return
    if answer["refused"]:
        say(str(answer["refused"]))
    give(answer["points"], as_json=False, columns=("day", "low", "mid", "high"))


@app.command()
def run(kpis: Only = None, as_json: Json = False) -> None:
    """Refaire les prévisions et les alertes sur les données déjà chargées."""
    from cockpit import refresh  # noqa: PLC0415

    give(
        {"generation": refresh.forecast_now(settings.home(), only=kpis or (), on_step=say)},
        as_json=as_json,
    )


@app.command()
def backtest(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    unit: UnitCode = None,
    facet: Facet = None,
    origins: Origins = 18,
    step: Step = None,
    horizon: Horizon = None,
    against: Against = None,
    points: Points = False,
    as_json: Json = False,
    role: As = None,
) -> None:
    """Essayer les prévisions d'un indicateur sur son passé : erreur, couverture, gain."""
    from cockpit.answers import backtests  # noqa: PLC0415 - see cli/asking.py
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    asked = backtests.Trial(origins, step, horizon, against, points)
    with visiting(role) as who:
        place = UnitId(unit) if unit else None
        answer: Any = backtests.backtested(who, kpi, place, facet or "", asked)
    if as_json:
        give(answer, as_json=True)
        return
    first, last = answer["origins"][0], answer["origins"][-1]
    say(f"{len(answer['origins'])} origines, du {first} au {last} ; {answer['cpu_s']:.0f} s.")
    lines = list(_lines(answer))
    give(lines, as_json=False, columns=tuple(lines[0]))


def _lines(answer: Any) -> Iterator[dict[str, object]]:
    """One line per model: error near and far, coverage, gain on the yardsticks."""
    far = str(answer["horizon"])
    near = "7" if "7" in answer["models"]["mean"]["mase"] else far
    for name, told in answer["models"].items():
        gains = {
            f"gain {key.split('_')[1]} %": _round(told.get(key, {near: None})[near], 1)
            for key in answer["models"]["mean"]
            if key.startswith("gain_")
        }
        yield {
            "modèle": name,
            f"MASE {near}": _round(told["mase"][near], 3),
            f"MASE {far}": _round(told["mase"][far], 3),
            f"erreur % {near}": _round(told["wape"][near], 1),
            "dans 80 %": _round(told["coverage"][far]["80"], 2),
            "dans 95 %": _round(told["coverage"][far]["95"], 2),
            **gains,
        }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
