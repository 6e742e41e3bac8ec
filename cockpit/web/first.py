"""The first screen as plain HTML: what shows while the live page loads.

Made of the same parts as `cockpit/views/screens/synthese.py`, in the same order and of the same
size, so that nothing jumps when the live page takes over.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.answers.visit import Visit
from cockpit.brief import Brief, BriefLine, brief
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.kpi.catalogue import home_kpis
from cockpit.series.freshness import sources
from cockpit.series.model import Period
from cockpit.series.trend import trends
from cockpit.views import cards, dates, groups, parts, tiles, widgets

if TYPE_CHECKING:
    from cockpit.warehouse.attach import Generation

_LINES = 5

STYLE = """
body{margin:0;background:var(--ck-ground);color:var(--ck-ink);font-family:"Source Sans",
system-ui,sans-serif}
.ck-first{box-sizing:border-box;max-width:1180px;margin:0 auto;display:flex;flex-direction:column;
gap:16px;padding:calc(env(safe-area-inset-top) + 8px) calc(16px + env(safe-area-inset-right))
calc(84px + env(safe-area-inset-bottom)) calc(16px + env(safe-area-inset-left))}
.ck-first>*{flex:none}
@media (min-width:768px){.ck-first{padding-left:24px;padding-right:24px}
#first .ck-first{max-width:1320px;padding-left:calc(var(--ck-rail) + 32px);padding-right:32px}}
"""
"""Beside /cockpit.css: what Streamlit's own containers give to the live page."""


def content(who: Visit) -> str:
    """Header, status sentence, worst alert, the rest of the brief, tiles; every datum escaped.

    The period switch, which only the live page can work, is a picture of it.
    """
    minute = clock.now().strftime("%Y-%m-%dT%H:%M")
    held = groups.in_hand(who.generation, who.scope)
    key = ("first", who.scope.key(), who.scope.role, who.language, minute, held)
    return who.generation.cached(key, lambda: _content(who))


def stamp(generation: Generation) -> str:
    """Attributes that say which state a page shows, and since when it is published (UTC)."""
    at = generation.published_at.isoformat(timespec="seconds")
    return f'data-generation="{generation.id}" data-at="{at}Z"'


def _content(who: Visit) -> str:
    made = brief(who.generation, who.scope)
    found = groups.opened(who.generation, who.scope)
    first = found[0] if found else None
    worst = cards.alert(first, who.generation.units) if first else ""
    lines = groups.others(made, first, _LINES)
    return (
        f'<main class="ck-first" data-testid="stHtml" {stamp(who.generation)}>'
        f"{_header(who)}{_hero(who, made)}"
        f"{_switch()}{worst}{_lines(lines)}{_tiles(who)}</main>"
    )


def _header(who: Visit) -> str:
    top = who.generation.units.get(who.scope.roots[0])
    now = clock.utc_naive(clock.now())
    known = sources(who.generation, who.scope.roots)
    chip = parts.freshness(known, who.generation.published_at, now)
    return parts.header(_("Synthèse"), f"{top.label} · {dates.short_day(clock.today())}", chip)


def _hero(who: Visit, made: Brief) -> str:
    found = groups.opened(who.generation, who.scope)
    counts = groups.standing(who.generation, who.scope)
    held = groups.in_hand(who.generation, who.scope)
    detail = groups.reach(found, held)
    return parts.hero(pick(made.headline_fr, made.headline_en), detail, counts)


def _switch() -> str:
    drawn = "".join(
        f"<a{' aria-current' if period is Period.DAY else ''}>{escape(_(name))}</a>"
        for period, name in widgets.PERIODS.items()
    )
    return f'<div class="ck-switch" aria-hidden="true">{drawn}</div>'


def _lines(lines: list[BriefLine]) -> str:
    if not lines:
        return ""
    items = (cards.line(line.status, line.text) for line in lines)
    return (
        f'<section class="ck-later">{parts.section(_("À retenir"))}'
        f"{parts.pile(items, 'ck-stack')}</section>"
    )


def _tiles(who: Visit) -> str:
    shown = [kpi for kpi in home_kpis(who.kpis) if kpi.domain in who.scope.domains]
    top = who.scope.roots[0]
    found = trends(who.generation, who.scope, shown, top, Period.DAY)
    label = who.generation.units.get(top).label
    return f"{parts.section(_('Indicateurs clés'), label)}{tiles.grid(found)}"
