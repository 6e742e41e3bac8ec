"""What happened to the alerts of a rule at a unit, in words: figures and people, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from cockpit.alerts.desk.life import WHO_FIGURES
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.views import alert_matters, dates, parts, signatures

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.alerts.desk.keep import Kept
    from cockpit.alerts.desk.life import Deed, Event, What

Told = tuple["Kept", Sequence["Event"]]
_WHAT: Mapping[What | Deed, str] = {
    "opened": mark("Ouverte"),
    "worse": mark("Aggravée"),
    "milder": mark("Atténuée"),
    "recovering": mark("Retour en cours"),
    "again": mark("Repartie"),
    "resolved": mark("Terminée"),
    "acknowledge": mark("Acquittée"),
    "assign": mark("Confiée à {to}"),
    "snooze": mark("Différée jusqu'au {until}"),
    "wake": mark("Réveillée"),
    "comment": mark("Note"),
}


def history(told: Sequence[Told], now: datetime) -> str:
    """Every episode with its log; what a person typed is text, whatever it holds."""
    if not told:
        return parts.empty(_("Cette règle n'a pas encore sonné ici."))
    cards = (_episode(kept, log, now) for kept, log in told)
    return parts.pile(cards)


def _episode(kept: Kept, log: Sequence[Event], now: datetime) -> str:
    episode = kept.episode
    days = _("Depuis le {day}") if episode.resolved_at is None else _("À partir du {day}")
    title = days.format(day=dates.numeric(episode.since))
    stage = alert_matters.chip(episode.stage(now))
    lines = "".join(_line(event) for event in reversed(log))
    return f'<section class="ck-card ck-event"><h3>{escape(title)} {stage}</h3>{lines}</section>'


def _line(event: Event) -> str:
    who = _("Les chiffres") if event.who == WHO_FIGURES else signatures.shown(event.who)
    what = _(_WHAT[event.what]).format(to=event.to, until=dates.stamp(event.until))
    why = f"<span>{escape(event.reason)}</span>" if event.reason else ""
    return (
        f'<div class="ck-act"><b>{escape(what)}</b>{why}'
        f'<span class="ck-muted">{escape(dates.stamp(event.at))} · {escape(who)}</span></div>'
    )
