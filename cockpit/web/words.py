"""What the scripts of a phone say, in both languages: they have no catalogue of their own.

Names are those of `phone.js`, `acts.js` and `sw.js`; `{…}` is filled on the phone.
"""

from __future__ import annotations

from cockpit import i18n
from cockpit.i18n import gettext as _


def words() -> dict[str, dict[str, str]]:
    """Language -> name -> sentence."""
    found: dict[str, dict[str, str]] = {}
    for language in i18n.LANGUAGES:
        with i18n.use(language):
            found[language] = _connection() | _ages() | _acts() | _device()
    return found


def _connection() -> dict[str, str]:
    return {
        "offline": _("Hors ligne · chiffres du {when}, {ago}"),
        "retry": _("Réessayer"),
        "instead": _("Cette page demande le réseau. Voici la dernière synthèse gardée."),
        "kept_on": _("Chiffres du {when} · mise à jour…"),
        "lost": _("Connexion interrompue : les chiffres restent lisibles, reconnexion en cours."),
        "lost_offline": _("Pas de réseau : les chiffres de {time} restent lisibles."),
        "back": _("Connexion rétablie."),
        "late": _("La page complète n'arrive pas : ces chiffres restent lisibles."),
        "light": _("Version légère"),
    }


def _ages() -> dict[str, str]:
    return {
        "now": _("à l'instant"),
        "minutes": _("il y a {n} min"),
        "hours": _("il y a {n} h"),
        "hours_minutes": _("il y a {n} h {m}"),
        "days": _("il y a {n} j"),
        "day_time": _("{day} à {time}"),
        "nothing": _("Aucun chiffre n'est gardé sur ce téléphone pour ce profil."),
    }


def _acts() -> dict[str, str]:
    return {
        "name_first": _("Écrivez d'abord votre nom : il signe la prise en note."),
        "waiting": _("Sera envoyée au retour du réseau : {title}"),
        "waiting_many": _("{n} prises en note seront envoyées au retour du réseau."),
        "queued": _("Prise en note, à envoyer"),
        "not_kept": _("Ce téléphone n'a pas pu la garder : recommencez au retour du réseau."),
        "done": _("Prise en note enregistrée : {title}"),
        "refused": _("Prise en note refusée : {title}"),
        "understood": _("Compris"),
        "unexpected": _("Le serveur l'a refusée sans dire pourquoi."),
    }


def _device() -> dict[str, str]:
    return {
        "erase_sure": _("Effacer de ce téléphone les chiffres gardés et les prises en note ?"),
        "installed": _("Cockpit est installé sur l'écran d'accueil."),
        "draft": _("Brouillon retrouvé. Listes, cases et dates sont à vérifier."),
    }
