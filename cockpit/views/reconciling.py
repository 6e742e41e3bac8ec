"""Rapprochements: two systems that count the same thing, and their gap."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cockpit.i18n import gettext as _
from cockpit.i18n import label, pick
from cockpit.kpi.model import Grain
from cockpit.series.model import Status
from cockpit.series.reconcile import Gap, Reconciliation, gaps, reconciliations
from cockpit.views import dates, french, parts
from cockpit.views.context import Context
from cockpit.views.status import CLASSES, ICONS

_CLOSE_PCT = 0.05
"""Below this a gap would read 0,0 %."""


def section(context: Context) -> str:
    """Each reconciliation of the families that the role sees, the broken ones first."""
    seen = [
        one
        for one in reconciliations(context.generation.home.root)
        if one.domain in context.scope.domains
    ]
    found = [(one, _latest(context, one)) for one in seen]
    found.sort(key=lambda pair: (all(gap.within for gap in pair[1]), not pair[1]))
    broken = sum(not gap.within for _one, own in found for gap in own)
    aside = _("{n} à vérifier").format(n=broken) if broken else ""
    listed = (card(context, one, own) for one, own in found)
    return parts.column(parts.section(_("Rapprochements"), aside), parts.pile(listed))


def _latest(context: Context, one: Reconciliation) -> tuple[Gap, ...]:
    """The latest closed month of each site."""
    newest: dict[str, Gap] = {}
    for gap in gaps(context.generation, context.scope, one):
        newest.setdefault(gap.unit, gap)
    return tuple(sorted(newest.values(), key=lambda gap: gap.unit))


def card(context: Context, one: Reconciliation, own: Sequence[Gap]) -> str:
    """What is compared, the gap of each site against the tolerance; where to look when broken."""
    is_broken = any(not gap.within for gap in own)
    status = Status.RED if is_broken else Status.OK if own else Status.UNAVAILABLE
    text = _("{left} et {right} · tolérance {limit}").format(
        left=pick(one.left.label_fr, one.left.label_en),
        right=pick(one.right.label_fr, one.right.label_en),
        limit=french.percent(one.tolerance_pct),
    )
    if not own:
        text = _("En attente d'une source.")
    rows = "".join(_site(context, gap) for gap in own)
    listed = f"<ul>{rows}</ul>" if rows else ""
    look = f"<p>{escape(one.look_fr)}</p>" if is_broken and one.look_fr else ""
    sign = f'<span class="ck-sign" aria-hidden="true">{ICONS[status]}</span>'
    return (
        f'<section class="ck-card ck-gap {CLASSES[status]}"><h3>{sign} {escape(label(one))}</h3>'
        f'<p class="ck-muted">{escape(text)}</p>{listed}{look}</section>'
    )


def _site(context: Context, gap: Gap) -> str:
    where = context.units.get(gap.unit).label
    counts = f"{french.number(gap.left)} / {french.number(gap.right)}"
    small = f"{dates.named(gap.month, Grain.MONTH)} · {counts}"
    word = _("dans la tolérance") if gap.within else _("écart à expliquer")
    tone = "" if gap.within else "ck-bad"
    return (
        f'<li class="ck-share"><span>{escape(where)} <small>{escape(small)}</small></span>'
        f'<b class="{tone}">{escape(_gap(gap))}<span class="ck-sr"> {escape(word)}</span></b></li>'
    )


def _gap(gap: Gap) -> str:
    if gap.gap_pct is None:
        return french.number(gap.gap, signed=True)
    decimals = 1 if abs(gap.gap_pct) >= _CLOSE_PCT or not gap.gap else 2
    return french.percent(gap.gap_pct, decimals, signed=True)
