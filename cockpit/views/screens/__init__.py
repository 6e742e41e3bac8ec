"""One module per screen; each has one public function that a page calls, `show(context)`."""

from cockpit.views.screens import (
    activite,
    administration,
    alertes,
    capacite,
    explorer,
    finances,
    indicateur,
    plus,
    rh,
    scenarios,
    sources,
    synthese,
)

__all__ = [
    "activite",
    "administration",
    "alertes",
    "capacite",
    "explorer",
    "finances",
    "indicateur",
    "plus",
    "rh",
    "scenarios",
    "sources",
    "synthese",
]
