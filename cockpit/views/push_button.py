"""The button by which a phone asks to be told, and what `web/push.js` says beside it."""

from __future__ import annotations

from html import escape

from cockpit.i18n import gettext as _
from cockpit.views.parts import Html


def button(person: str) -> Html:
    """For this phone and this person of people.toml. Its state is the browser's, so every sentence
    that it may need goes with it."""
    words = {
        "start": _("Être prévenu sur ce téléphone"),
        "stop": _("Ne plus être prévenu sur ce téléphone"),
        "on": _(
            "Ce téléphone est prévenu : une notification dit combien d'alertes, jamais lesquelles."
        ),
        "wait": _("Un instant…"),
        "failed": _("Ce téléphone n'a pas pu être inscrit."),
        "denied": _(
            "Les notifications de Cockpit sont refusées sur ce téléphone. Pour les autoriser : "
            "réglages du navigateur ou du téléphone, Notifications, Cockpit, Autoriser ; puis "
            "rouvrez cette page."
        ),
        "install": _(
            "Sur iPhone et iPad, installez d'abord Cockpit : bouton Partager, « Sur l'écran "
            "d'accueil », puis ouvrez-le depuis son icône et revenez ici."
        ),
        "unable": _(
            "Ce navigateur ne prend pas en charge les notifications, ou Cockpit n'est pas ouvert "
            "par une adresse https."
        ),
    }
    said = "".join(f' data-{name}="{escape(text)}"' for name, text in words.items())
    return Html(
        f'<div class="ck-push"><button type="button" class="ck-button" '
        f'data-push-person="{escape(person)}"{said}>{escape(words["start"])}</button>'
        '<p class="ck-said" role="status"></p></div>'
    )
