"""The card of a matter: severity, stage, what, where, since when, who has it, what to do."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.series.model import Status
from cockpit.views import alert_matters, dates, groups, signatures
from cockpit.views.status import CLASSES, chip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cockpit.alerts.desk.inbox import Item
    from cockpit.alerts.desk.keep import Kept
    from cockpit.alerts.model import Alert, Severity
    from cockpit.kpi.units import UnitTree
    from cockpit.views.alert_matters import Matter

SEVERITIES: dict[Severity, Status] = {"amber": Status.AMBER, "red": Status.RED}


def card(matter: Matter, units: UnitTree, now: datetime, *, new: bool = False) -> str:
    """One matter. new: it opened or grew worse since the reader's last visit."""
    found = matter.group
    worst = found.worst
    waits = _waiting(matter.items, units)
    is_alone = found.is_single or not matter.first.is_judged
    body = pick(worst.body_fr, worst.body_en) if is_alone else groups.places(found)
    return (
        f'<article class="ck-alert {CLASSES[SEVERITIES[worst.severity]]}">'
        f"{_top(matter, worst, new=new)}<h3>{escape(groups.title(found, units))}</h3>"
        f"<p>{escape(body)}</p>{_todo(worst)}{waits}{_hand(matter.items, now)}</article>"
    )


def _waiting(items: Iterable[Item], units: UnitTree) -> str:
    """Under a late source, what it keeps from being judged: told, and not counted."""
    found = groups.grouped(one.alert for item in items for one in item.waiting)
    listed = "".join(
        f"<li><b>{escape(groups.title(one, units))}</b><br>"
        f"{escape(pick(one.worst.body_fr, one.worst.body_en))}</li>"
        for one in found
    )
    return f'<ul class="ck-waits">{listed}</ul>' if listed else ""


def _top(matter: Matter, worst: Alert, *, new: bool) -> str:
    day = groups.oldest(matter.group)
    is_near = day.year == clock.today().year
    since = _("depuis le {day}").format(day=dates.bare_day(day) if is_near else dates.numeric(day))
    # What is new is for somebody to take: one pill says both, on one line of a phone.
    mark = f'<b class="ck-new">{escape(_("Nouveau"))}</b>' if new else ""
    stage = "" if new and matter.stage == "firing" else alert_matters.chip(matter.stage)
    chips = f"{chip(SEVERITIES[worst.severity])}{stage}{mark}"
    return (
        f'<div class="ck-alert-top"><span class="ck-chips">{chips}</span>'
        f"<span>{escape(since)}</span></div>"
    )


def _todo(found: Alert) -> str:
    pairs = ((_("Que faire :"), found.lever_fr), (_("Responsable :"), found.owner_fr))
    items = "".join(
        f"<span>{escape(title)} <b>{escape(text)}</b></span>" for title, text in pairs if text
    )
    return f'<p class="ck-who">{items}</p>' if items else ""


def _hand(items: Sequence[Item], now: datetime) -> str:
    said = [one for one in (alert_matters.in_hand(items, now), alert_matters.remarks(items)) if one]
    return f'<p class="ck-hand">{escape(" · ".join(said))}</p>' if said else ""


def over(found: Kept) -> str:
    """One episode that is over, as a line that leads to its sheet."""
    episode = found.episode
    days = _("du {first} au {last}").format(
        first=dates.bare_day(episode.since),
        last=dates.stamp(episode.resolved_at),
    )
    title = pick(found.title_fr, found.title_en)
    who = episode.assignee or signatures.shown(episode.acknowledged_by)
    said = " · ".join(one for one in (days, who) if one)
    status = SEVERITIES[episode.worst]
    return (
        f'<div class="ck-row {CLASSES[status]}"><span><b>{escape(title)}</b><br>'
        f'<span class="ck-muted">{escape(said)}</span></span></div>'
    )
