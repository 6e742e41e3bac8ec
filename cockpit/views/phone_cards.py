"""The two cards of Plus about the phone in hand: put on its home screen, and made to forget.

Their buttons are worked by `cockpit/web/phone.js`, their visible part by the style sheet: only the
phone knows its system and whether Cockpit is already installed.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cockpit.i18n import gettext as _
from cockpit.views import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.views.context import Context


def cards(context: Context) -> str:
    """Both, under their title."""
    installing = parts.section(_("Ajouter à l'écran d'accueil")) + _install()
    return parts.column(
        f'<div class="ck-install ck-column">{installing}</div>',
        parts.section(_("Ce téléphone")),
        _keeping(context),
    )


def _install() -> str:
    said = _("Cockpit s'ouvre alors d'un geste, en plein écran, et garde de quoi lire hors ligne.")
    listed = "".join(
        f'<div class="ck-by-hand ck-on-{system}"><ol>{_steps(steps)}</ol></div>'
        for system, steps in _by_hand().items()
    )
    button = _button("install", _("Installer Cockpit"), "ck-button ck-main")
    return f'<section class="ck-card ck-phone-card"><p>{escape(said)}</p>{listed}{button}</section>'


def _by_hand() -> dict[str, Sequence[str]]:
    """What to do where the browser offers no button of its own."""
    return {
        "ios": (
            _("Dans Safari, touchez Partager, le carré avec une flèche vers le haut."),
            _("Choisissez « Sur l'écran d'accueil »."),
            _("Touchez Ajouter : l'icône Cockpit est sur l'écran d'accueil."),
        ),
        "android": (
            _("Dans Chrome, touchez ⋮ en haut à droite."),
            _("Choisissez « Ajouter à l'écran d'accueil », puis Installer."),
        ),
        "desktop": (
            _("Dans Chrome ou Edge, cliquez sur l'icône d'installation de la barre d'adresse."),
            _("Confirmez : Cockpit a sa propre fenêtre."),
        ),
    }


def _steps(steps: Sequence[str]) -> str:
    return "".join(f"<li>{escape(step)}</li>" for step in steps)


def _keeping(context: Context) -> str:
    if context.generation.home.installation.web.offline:
        said = _(
            "Ce téléphone garde la dernière synthèse et les deux dernières fiches lues, pour les "
            "moments sans réseau."
        )
        where = escape(context.link("hors-ligne", unit=None, period=None, kpi=None))
        kept = f'<a class="ck-button" href="{where}">{escape(_("Voir ce qui est gardé"))}</a>'
    else:
        said = _("Votre établissement ne laisse garder aucun chiffre sur les téléphones.")
        kept = ""
    erase = _button("erase", _("Effacer ce téléphone"), "ck-button")
    return (
        f'<section class="ck-card ck-phone-card"><p>{escape(said)}</p>'
        f'<div class="ck-buttons">{kept}{erase}</div></section>'
    )


def _button(act: str, label: str, classes: str) -> str:
    return f'<button type="button" class="{classes}" data-phone="{act}">{escape(label)}</button>'
