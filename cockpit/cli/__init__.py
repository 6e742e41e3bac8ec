"""The command line: `cockpit --help` shows it all.

Exit status: 0 done, 1 failed, 2 misused. With `--json`, standard output holds JSON and nothing
else; what a person must read goes to standard error, in French. Nothing ever asks a question.
"""

from __future__ import annotations

from cockpit.cli import (
    administer,
    alerts,
    forecasts,
    keep,
    kpis,
    later,
    look,
    notify,
    outlook,
    oversight,
    phones,
    secret,
    serving,
    sources,
)
from cockpit.cli.out import application

app = application("Cockpit : le tableau de bord d'une direction d'hôpital.")
app.add_typer(sources.app, name="source")
app.add_typer(kpis.app, name="kpi")
app.add_typer(forecasts.app, name="forecast")
app.add_typer(outlook.whatif, name="whatif")
app.add_typer(alerts.app, name="alert")
app.add_typer(notify.app, name="notify")
app.add_typer(phones.app, name="web")
app.add_typer(secret.app, name="secret")
app.add_typer(later.users, name="user")
outlook.register(forecasts.app)
oversight.register(forecasts.app)
later.register()
for module in (administer, serving, keep, look, secret):
    module.register(app)


def main() -> None:
    """Entry point of the `cockpit` script."""
    app()
