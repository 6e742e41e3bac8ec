"""`cockpit forecast`: what comes next."""

from __future__ import annotations

from cockpit import settings
from cockpit.cli.asking import visiting
from cockpit.cli.kpis import Id
from cockpit.cli.out import As, Json, UnitCode, application, give, say

app = application("Les prévisions : calcul et lecture.")


@app.command()
def show(kpi: Id, unit: UnitCode = None, as_json: Json = False, role: As = None) -> None:
    """La prévision publiée d'un indicateur, avec son intervalle à 80 %."""
    from cockpit.answers import give as answers  # noqa: PLC0415 - see cli/asking.py
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    with visiting(role) as who:
        answer = answers.forecast(who, kpi, UnitId(unit) if unit else None)
    if as_json:
        give(answer, as_json=True)
        return
    if answer["refused"]:
        say(str(answer["refused"]))
    give(answer["points"], as_json=False, columns=("day", "low", "mid", "high"))


@app.command()
def run(as_json: Json = False) -> None:
    """Refaire les prévisions et les alertes sur les données déjà chargées."""
    from cockpit import refresh  # noqa: PLC0415

    give({"generation": refresh.forecast_now(settings.home(), on_step=say)}, as_json=as_json)
