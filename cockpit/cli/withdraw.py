"""`cockpit source withdraw`: take back figures that a source has published."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit import settings
from cockpit.cli.out import Json, give, say
from cockpit.cli.sources import WHO, Name

if TYPE_CHECKING:
    from datetime import date

_DAYS = ["%Y-%m-%d"]
Measure = Annotated[str, typer.Option("--measure", help="Cette mesure seulement.")]
From = Annotated[datetime | None, typer.Option("--from", formats=_DAYS, help="Premier jour.")]
To = Annotated[datetime | None, typer.Option("--to", formats=_DAYS, help="Dernier jour, compris.")]
Yes = Annotated[bool, typer.Option("--yes", help="Le faire ; sans elle, dire ce qui partirait.")]


def withdraw(
    name: Name,
    measure: Measure = "",
    first: From = None,
    last: To = None,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Retirer des chiffres publiés par une source, même retirée ; sans « --yes », un aperçu."""
    from cockpit.administer import withdrawals  # noqa: PLC0415 - pandas, DuckDB: 0.5 s
    from cockpit.warehouse.attach import Warehouse  # noqa: PLC0415
    from cockpit.warehouse.withdrawal import Withdrawal  # noqa: PLC0415

    home = settings.home()
    asked = Withdrawal(name, measure, _day(first), _day(last))
    found = withdrawals.effect(Warehouse(home).generation(), asked)
    rows = [
        {
            "measure": one.measure,
            "figures": one.figures,
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
        }
        for one in found.given
    ]
    if yes:
        withdrawals.withdraw(home, asked, WHO)
        say(f"{found.figures} chiffre(s) retirés ; « cockpit generation rollback » y revient.")
    else:
        say(f"{found.figures} chiffre(s) seraient retirés ; « --yes » le fait.")
    kpis = [kpi.id for kpi in found.kpis]
    if as_json:
        give({"source": name, "withdrawn": yes, "measures": rows, "kpis": kpis}, as_json=True)
        return
    give(rows, as_json=False, columns=("measure", "figures", "first", "last"))
    say(f"Indicateurs concernés : {', '.join(kpis) or 'aucun'}.")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
