"""Alerts with what people did of them, as a person counts them: matters, and the words of a stage.

A matter is one group of alerts (`views/groups`) that stand together: what somebody has, what is
put off and what is on its way back are told apart from what asks for somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from cockpit import clock
from cockpit.alerts.desk.inbox import Item, inbox, mark_of
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.views import dates, groups, signatures
from cockpit.views.parts import Html

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.alerts.desk.life import Stage
    from cockpit.views.context import Context
    from cockpit.views.groups import Group

Pile = Literal["open", "taken", "recovering", "snoozed"]
STAGES: Mapping[Stage, tuple[str, str, str]] = {
    "firing": ("○", mark("À prendre"), "ck-outline"),
    "acknowledged": ("✓", mark("Acquittée"), "ck-taken"),
    "assigned": ("→", mark("Confiée"), "ck-taken"),
    "snoozed": ("◔", mark("Différée"), "ck-none"),
    "recovering": ("↘", mark("Retour en cours"), "ck-ok"),
    "resolved": ("●", mark("Terminée"), "ck-ok"),
}
"""Sign, word and colour of each stage; what nobody has is only outlined, beside its severity."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Alerts of one rule and one severity that stand in the same pile, worst first."""

    group: Group
    items: tuple[Item, ...]

    @property
    def stage(self) -> Stage:
        """Where it stands: that of the alert that most needs somebody."""
        found = {item.stage for item in self.items}
        return next(stage for stage in STAGES if stage in found)

    @property
    def first(self) -> Item:
        """The alert that speaks for the others."""
        return self.items[0]

    @property
    def episodes(self) -> tuple[int, ...]:
        """What an act on it concerns; empty when the reader cannot act."""
        return tuple(item.kept.id for item in self.items if item.kept)

    @property
    def code(self) -> str:
        """What an address names it by; "" when the reader cannot act."""
        return str(self.episodes[0]) if self.episodes else ""

    def is_new(self, since: datetime) -> bool:
        """Whether one of them opened or grew worse after that."""
        return any(item.is_new(since) for item in self.items)


def pile_of(item: Item) -> Pile:
    """Where an alert is listed."""
    if item.stage == "snoozed":
        return "snoozed"
    if item.stage == "recovering":
        return "recovering"
    return "taken" if item.is_taken else "open"


def matters(items: Iterable[Item], pile: Pile) -> tuple[Matter, ...]:
    """The matters of a pile in the order of the alerts."""
    listed = {_key(item): item for item in items if pile_of(item) == pile}
    return tuple(
        Matter(group, tuple(listed[alert.rule, alert.facet, alert.unit] for alert in group.alerts))
        for group in groups.grouped(item.alert for item in listed.values())
    )


def _key(item: Item) -> tuple[str, str, str]:
    return (item.alert.rule, item.alert.facet, item.alert.unit)


def untaken_reds(context: Context) -> int:
    """Red groups of which nobody has every alert in hand: the number of the badge."""
    found = inbox(context.generation, context.scope, context.now)
    items = [item for item in found if item.is_judged]
    taken = {_key(item) for item in items if item.is_taken}
    return groups.reds(
        group
        for group in groups.grouped(item.alert for item in items)
        if any((one.rule, one.facet, one.unit) not in taken for one in group.alerts)
    )


def desk_key(context: Context) -> tuple[object, ...]:
    """What a kept answer about stages depends on: the acts, and the minute (a delay ends)."""
    return (mark_of(context.generation.home), f"{clock.now():%Y-%m-%dT%H:%M}")


def chip(stage: Stage) -> Html:
    """A stage as a pill: sign, word and colour."""
    sign, word, tone = STAGES[stage]
    shown = escape(_(word))
    return Html(
        f'<span class="ck-chip {tone}"><span aria-hidden="true">{sign}</span> {shown}</span>'
    )


def in_hand(items: Sequence[Item], now: datetime) -> str:
    """Who has it and since when; until when it is put off, by whom and why; "" while nobody."""
    if off := next((item.put_off for item in items if item.stage == "snoozed"), None):
        text = _("Différée jusqu'au {until} par {who} : {reason}")
        return text.format(
            until=dates.stamp(off.until), who=signatures.shown(off.who), reason=off.reason
        )
    held = next((item for item in items if item.who), None)
    if held is None or held.kept is None:
        return ""
    when = dates.moment(held.held.at, now) if held.held else ""
    if held.kept.episode.assignee:
        by = signatures.shown(held.kept.episode.acknowledged_by)
        text = _("Confiée à {who} par {by} · {when}")
        return text.format(who=held.who, by=by or _("n.d."), when=when)
    return _("Acquittée par {who} · {when}").format(who=signatures.shown(held.who), when=when)


def remarks(items: Sequence[Item]) -> str:
    """How many comments there are; "" without any."""
    count = sum(item.remarks for item in items)
    return ngettext("{n} note", "{n} notes", count).format(n=count) if count else ""
