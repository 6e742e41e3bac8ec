"""The switch on top of the screens about alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import gettext as _
from cockpit.views import anchors

if TYPE_CHECKING:
    from cockpit.views.context import Context

RULES, NOISE, DECISIONS = "regles", "bruit", "decisions"
_CLEAN = dict.fromkeys(("unit", "alert", "act", "code", "facet", "kpi"))


def switch(context: Context, here: str | None = None) -> str:
    """Alerts, decisions, rules, the noise of a month. here: the present one, None for the list."""
    at = context.link
    options = [
        anchors.Option(_("Alertes"), at("alertes", **_CLEAN, screen=None), here is None),
        anchors.Option(
            _("Décisions"), at("decisions", **_CLEAN, screen=None, domain=None), here == DECISIONS
        ),
        anchors.Option(_("Règles"), at("alertes", **_CLEAN, screen=RULES), here == RULES),
        anchors.Option(_("Bruit"), at("alertes", **_CLEAN, screen=NOISE), here == NOISE),
    ]
    return anchors.switch(_("Écrans"), options)
