"""`cockpit forecast validate|override|switch|drift|decisions`: people in charge of forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit import settings
from cockpit.cli.asking import visiting
from cockpit.cli.kpis import Facet, Id
from cockpit.cli.out import As, Json, UnitCode, give, say

if TYPE_CHECKING:
    from datetime import date

    from cockpit.forecast.drift import Line
    from cockpit.forecast.model import Forecast
    from cockpit.state.forecasts import ForecastAct

By = Annotated[str, typer.Option("--by", help="Nom de la personne qui décide.")]
Reason = Annotated[str, typer.Option("--reason", help="Pourquoi.")]
Day = Annotated[str, typer.Option("--day", help="Jour, AAAA-MM-JJ.")]
Value = Annotated[float | None, typer.Option("--value", help="Valeur attendue ce jour-là.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `cockpit forecast`."""
    for command in (validate, override, switch, drift, decisions):
        app.command()(command)


def validate(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    by: By,
    unit: UnitCode = None,
    facet: Facet = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Un référent accepte une prévision pour l'usage, avec ses modèles d'aujourd'hui."""
    from cockpit.forecast import oversight  # noqa: PLC0415 - see cli/asking.py

    made = _forecast(kpi, unit, facet)
    act = oversight.validate(settings.home(), made, who=by, reason=reason)
    _done(act, "Prévision validée.", as_json=as_json)


def override(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    by: By,
    day: Day,
    reason: Reason,
    value: Value = None,
    unit: UnitCode = None,
    facet: Facet = None,
    as_json: Json = False,
) -> None:
    """Corriger la prévision d'un jour ; sans --value, retirer la correction."""
    from cockpit.forecast import oversight  # noqa: PLC0415

    home, made, on = settings.home(), _forecast(kpi, unit, facet), _day(day)
    if value is None:
        key = (made.kpi, made.unit, made.facet)
        act = oversight.withdraw(home, key, day=on, who=by, reason=reason)
        _done(act, "Correction retirée.", as_json=as_json)
        return
    act = oversight.override(home, made, day=on, value=value, who=by, reason=reason)
    _done(act, "Correction enregistrée, à côté de la valeur du modèle.", as_json=as_json)


def switch(  # noqa: PLR0917 - one parameter per option
    kpi: Id,
    state: Annotated[str, typer.Argument(help="on ou off.", metavar="on|off")],
    by: By,
    reason: Reason,
    unit: UnitCode = None,
    facet: Facet = None,
    as_json: Json = False,
) -> None:
    """Arrêter une prévision, ou la remettre en service."""
    from cockpit.errors import BadRequest  # noqa: PLC0415
    from cockpit.forecast import oversight  # noqa: PLC0415

    if state not in {"on", "off"}:
        raise BadRequest(field="état", expected="on ou off")
    made = _forecast(kpi, unit, facet)
    key = (made.kpi, made.unit, made.facet)
    act = oversight.switch(settings.home(), key, on=state == "on", who=by, reason=reason)
    told = "Prévision remise en service." if state == "on" else "Prévision arrêtée."
    _done(act, f"{told} Les alertes suivront à la prochaine lecture.", as_json=as_json)


def drift(as_json: Json = False, role: As = None) -> None:
    """Les prévisions se dégradent-elles ? Le rapport de la semaine, série par série."""
    from cockpit.forecast.drift import report  # noqa: PLC0415

    with visiting(role) as who:
        found = report(who.generation, who.scope, who.kpis)
        rows = [_line(line) for line in found.lines]
    if not as_json:
        say(f"Au {found.as_of:%d/%m/%Y} : {found.refused:.0%} des séries sans prévision.")
        give(rows, as_json=False, columns=("kpi", "unit", "level", "mase28", "median12", "why"))
        return
    counts = {level: found.count(level) for level in ("ok", "warn", "alarm", "unknown")}
    head = {"as_of": found.as_of.isoformat(), "refused": found.refused, "counts": counts}
    give(head | {"series": rows}, as_json=True)


def decisions(
    kpi: Id = "", unit: UnitCode = None, facet: Facet = None, as_json: Json = False
) -> None:
    """Le journal des prévisions : validations, corrections, arrêts, changements de modèles."""
    from cockpit.state.forecasts import forecast_acts  # noqa: PLC0415

    acts = forecast_acts(settings.home(), kpi=kpi or None, unit=unit, facet=facet)
    columns = ("at", "who", "act", "kpi", "unit", "facet", "subject", "reason")
    give([_told(act) for act in acts], as_json=as_json, columns=columns)


def _forecast(kpi: str, unit: str | None, facet: str | None) -> Forecast:
    from cockpit.errors import BadRequest  # noqa: PLC0415
    from cockpit.forecast.store import latest  # noqa: PLC0415
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    with visiting(None) as who:
        at = who.unit(UnitId(unit) if unit else None)
        made = latest(who.generation, who.scope, who.kpi(kpi), at, facet or "")
    if made is None:
        raise BadRequest(field="ID", expected="un indicateur qui a une prévision à cette unité")
    return made


def _day(text: str) -> date:
    from datetime import date  # noqa: PLC0415

    from cockpit.errors import BadRequest  # noqa: PLC0415

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(field="--day", expected="un jour, AAAA-MM-JJ") from error


def _done(act: ForecastAct, sentence: str, *, as_json: bool) -> None:
    say(sentence)
    if as_json:
        give(_told(act), as_json=True)


def _told(act: ForecastAct) -> dict[str, Any]:
    return {
        "at": f"{act.at.isoformat(timespec='seconds')}Z",
        "who": act.who,
        "act": act.act,
        "kpi": act.kpi,
        "unit": act.unit,
        "facet": act.facet,
        "day": act.day.isoformat() if act.day else None,
        "value": act.value,
        "predicted": act.predicted,
        "subject": act.subject,
        "scores": dict(act.scores),
        "data_hash": act.data_hash,
        "reason": act.reason,
    }


def _line(line: Line) -> dict[str, Any]:
    found = line.drift
    return {
        "kpi": found.kpi,
        "unit": found.unit,
        "status": line.status,
        "level": found.level,
        "mase28": found.mase28,
        "median12": found.median12,
        "coverage80": found.coverage80,
        "tracking": found.tracking,
        "why": ", ".join(found.reasons),
        "off": line.off,
        "validated_by": line.validated_by,
    }
