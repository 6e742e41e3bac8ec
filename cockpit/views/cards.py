"""Cards with words in them: an alert, a line of the brief, the definition of a KPI, a source."""

from __future__ import annotations

from html import escape

from cockpit.i18n import gettext as _
from cockpit.i18n import label, pick
from cockpit.kpi.model import Kpi
from cockpit.kpi.units import UnitTree
from cockpit.series.model import Freshness, Status, Trend
from cockpit.views import dates, french, groups, tiles
from cockpit.views.groups import Group
from cockpit.views.parts import icon
from cockpit.views.status import CLASSES, chip

_SEVERITY = {"amber": Status.AMBER, "red": Status.RED}


def alert(found: Group, units: UnitTree) -> str:
    """One group: severity, who answers for it, since when, what, where.

    An alert alone is told in its own words; several units are one card that lists them.
    """
    worst = found.worst
    status = _SEVERITY[worst.severity]
    since = _("depuis le {day}").format(day=groups.since(found))
    body = pick(worst.body_fr, worst.body_en) if found.is_single else groups.places(found)
    head = " · ".join(text for text in (worst.owner_fr, since) if text)
    return (
        f'<article class="ck-alert {CLASSES[status]}"><div class="ck-alert-top">{chip(status)} '
        f"<span>{escape(head)}</span></div>"
        f"<h3>{escape(groups.title(found, units))}</h3>"
        f"<p>{escape(body)}</p></article>"
    )


def line(status: Status, text: str, end: str = "", *, mute: bool = False) -> str:
    """One line that leads to a page: sign (unless `mute`), sentence, and a figure at the end."""
    last = f' <span class="ck-end">{escape(end)}</span>' if end else ""
    sign = "" if mute else icon(status)
    return f'<div class="ck-row {CLASSES[status]}">{sign} <span>{escape(text)}</span>{last}</div>'


def figure(trend: Trend) -> str:
    """The head of a KPI sheet: value in full, changes in words, days covered, status and target."""
    kpi = trend.kpi
    moves = [move for move in (trend.previous, trend.last_year) if move]
    said = [
        f'<p class="ck-change {tiles.tone(kpi, move)}">'
        f"{escape(french.change(kpi, move, trend.window))}</p>"
        for move in (moves if french.known(trend.value) else [])
    ]
    return (
        f'<section class="ck-card"><div class="ck-figure">'
        f'<p class="ck-value">{escape(french.value(kpi, trend.value))}</p>{"".join(said)}</div>'
        f'<p class="ck-facts">{" ".join(_facts(trend))}</p></section>'
    )


def _facts(trend: Trend) -> list[str]:
    status = trend.status if french.known(trend.value) else Status.UNAVAILABLE
    words = [dates.covering(trend.window), *tiles.marks(trend)]
    if trend.target:
        title = _("Budget") if trend.target.kind == "budget" else _("Cible")
        words.append(f"{title} {french.value(trend.kpi, trend.target.reference)}")
    return [chip(status), *(f"<span>{escape(word)}</span>" for word in words if word)]


def definition(kpi: Kpi, fresh: Freshness | None = None, perimeter: str = "") -> str:
    """What the KPI is, where it comes from and who answers for it."""
    rows = (
        (_("Périmètre"), perimeter),
        (_("Source"), fresh.label if fresh else kpi.source_fr),
        (_("Dernière donnée"), dates.numeric(fresh.as_of) if fresh and fresh.as_of else ""),
        (_("Reçue le"), dates.stamp(fresh.received_at) if fresh and fresh.received_at else ""),
        (_("Repère"), kpi.reference_fr),
        (_("Seuil d'alerte"), kpi.alert_fr),
        (_("Responsable"), (fresh.owner if fresh else "") or kpi.owner_fr),
        (_("Levier"), kpi.lever_fr),
        (_("Code"), kpi.id),
    )
    listed = "".join(
        f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in rows if text
    )
    return (
        f'<section class="ck-card"><h2>{escape(label(kpi))}</h2>'
        f"<p>{escape(pick(kpi.definition_fr, kpi.definition_en))}</p><dl>{listed}</dl></section>"
    )


def source(fresh: Freshness) -> str:
    """One source: late or not, the last day described, when it was received, who owns it."""
    status = Status.AMBER if fresh.late else Status.OK
    as_of = dates.bare_day(fresh.as_of) if fresh.as_of else _("n.d.")
    words = _("données au {day} · reçues le {when} · {owner}").format(
        day=as_of, when=dates.stamp(fresh.received_at), owner=fresh.owner or _("n.d.")
    )
    return (
        f'<div class="ck-row {CLASSES[status]}">{icon(status)}<span><b>{escape(fresh.label)}</b>'
        f'<br><span class="ck-muted">{escape(words)}</span></span></div>'
    )
