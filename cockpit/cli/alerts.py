"""`cockpit alert`: what needs somebody today."""

from __future__ import annotations

from cockpit import settings
from cockpit.cli.asking import visiting
from cockpit.cli.out import As, Json, application, give

app = application("Les alertes : évaluation et lecture.")
_COLUMNS = ("severity", "since", "unit", "title")


@app.command("list")
def list_(as_json: Json = False, role: As = None) -> None:
    """Les alertes ouvertes, la plus grave d'abord."""
    from cockpit.answers import give as answers  # noqa: PLC0415 - see cli/asking.py

    with visiting(role) as who:
        give(answers.alerts(who), as_json=as_json, columns=_COLUMNS)


@app.command()
def evaluate(as_json: Json = False, role: As = None) -> None:
    """Évaluer les règles sur les données déjà chargées, publier, puis lister."""
    from cockpit import refresh  # noqa: PLC0415

    refresh.alert_now(settings.home())
    list_(as_json=as_json, role=role)
