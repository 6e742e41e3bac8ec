"""What is said of messages and of how a person is told: channels, states, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.notify.people import EMAIL, PUSH
from cockpit.series.model import Status
from cockpit.views import dates, duty_words, parts
from cockpit.views.admin.words import chip, unbroken

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.administer.people import PersonState
    from cockpit.errors import BadNotify
    from cockpit.notify.outbox import Message

_FIELDS: Mapping[str, str] = {
    "id": mark("Identifiant"),
    "name": mark("Nom"),
    "role": mark("Profil"),
    "email": mark("Adresse électronique"),
    "phone": mark("Téléphone"),
    "language": mark("Langue des messages"),
    "red": mark("Pour une alerte"),
    "amber": mark("Pour une vigilance"),
    "quiet": mark("Heures calmes"),
    "digest": mark("Synthèse du matin"),
}
_STATES: Mapping[str, tuple[Status, str]] = {
    "waiting": (Status.AMBER, mark("En attente")),
    "handing": (Status.AMBER, mark("En cours")),
    "sent": (Status.OK, mark("Remis")),
    "failed": (Status.RED, mark("Refusé")),
    "expired": (Status.RED, mark("Périmé")),
}
_KINDS = {"alert": mark("Alertes"), "digest": mark("Synthèse"), "test": mark("Essai")}


def field(name: str) -> str:
    """A field of an entry, as the form names it."""
    return _(_FIELDS.get(name, name))


def fault(error: BadNotify) -> str:
    """One sentence on one field."""
    name = field(str(error.facts.get("field", "")).split(".")[0])
    return _("{field} : attendu {expected}.").format(field=name, expected=error.said("expected"))


def how(one: PersonState, phones: int) -> str:
    """How this person is told, in two sentences, from what is saved."""
    red, amber = (_ways(one.get(way), phones) for way in ("red", "amber"))
    quiet = str(one.get("quiet") or "")
    if red:
        alert = _("Une alerte : {ways}, jour et nuit si vous êtes d'astreinte").format(ways=red)
        alert += _(", sinon hors de vos heures calmes.") if quiet else "."
    else:
        alert = _("Une alerte : rien ne vous est envoyé.")
    if amber:
        watch = _("Une vigilance : {ways}").format(ways=amber)
        watch += _(", après vos heures calmes ({quiet}).").format(quiet=quiet) if quiet else "."
    else:
        watch = _("Une vigilance : rien ne vous est envoyé.")
    return f"{alert} {watch}"


def _ways(names: object, phones: int) -> str:
    listed = [str(one) for one in names] if isinstance(names, list | tuple) else []
    usable = [one for one in listed if one != PUSH or phones]
    return ", ".join(duty_words.channel(one).lower() for one in usable)


def card(one: PersonState, phones: int) -> str:
    """Whether the person can be reached, and how; each fault of the entry in a sentence."""
    has_way = bool(_ways(one.get("red"), phones))
    status, word = (Status.OK, _("Joignable")) if has_way else (Status.RED, _("Injoignable"))
    if one.faults:
        status, word = Status.RED, _("Fiche à corriger")
    notes = "".join(parts.note(unbroken(fault(error)), Status.RED) for error in one.faults)
    return (
        f'<section class="ck-card ck-duty"><h2>{escape(one.label)}</h2>'
        f"<p>{chip(status, word)}</p><p>{escape(how(one, phones))}</p>{notes}</section>"
    )


def messages(listed: Sequence[Message], now: datetime) -> str:
    """The last messages, newest first: what became of each, why, and what to do."""
    if not listed:
        return parts.empty(_("Aucun message n'a encore été préparé pour cette personne."))
    rows = "".join(_message(one, now) for one in listed)
    return f'<section class="ck-card">{rows}</section>'


def _message(one: Message, now: datetime) -> str:
    status, word = _STATES.get(one.state, (Status.NONE, one.state))
    kind = _(_KINDS[one.kind]) if one.kind in _KINDS else one.kind
    said = " ".join(filter(None, (_why(one), todo(one, now))))
    why = f"<span>{escape(unbroken(said))}</span>" if said else ""
    when = f"{dates.moment(one.made_at, now)} · {duty_words.channel(one.channel)}"
    return (
        f'<div class="ck-act"><b>{escape(kind)} {chip(status, _(word))}</b>{why}'
        f'<span class="ck-muted">{escape(when)}</span></div>'
    )


def _why(one: Message) -> str:
    reason = _(one.reason)
    return f"{reason[:1].upper()}{reason[1:]}." if reason and one.state != "sent" else ""


def todo(one: Message, now: datetime) -> str:
    """What becomes of it now, or what a person can do."""
    if one.state == "failed":
        email = _("Vérifiez l'adresse, puis envoyez un essai.")
        other = _("Vérifiez le numéro et la voie, puis envoyez un essai.")
        return email if one.channel == EMAIL else other
    if one.state == "expired":
        return _("Trop ancien pour être utile : jamais envoyé. Prévenez la DSI si cela dure.")
    return _coming(one, now) if one.state in {"waiting", "handing"} else ""


def _coming(one: Message, now: datetime) -> str:
    if one.tries:
        return _("Gardé, nouvel essai automatique pendant 24 h.")
    if one.due_at > now:
        return _("Partira le {when}.").format(when=dates.stamp(one.due_at))
    return _("Confié au service d'envoi, qui passe toutes les deux secondes.")


def trial(one: Message, now: datetime) -> tuple[str, Status]:
    """What became of a message of trial."""
    way = duty_words.channel(one.channel)
    if one.state == "sent":
        return _("Message d'essai remis par : {way}.").format(way=way), Status.OK
    status, _word = _STATES.get(one.state, (Status.NONE, ""))
    said = _("Message d'essai pas encore remis par : {way}.").format(way=way)
    return " ".join(filter(None, (said, _why(one), todo(one, now)))), status
