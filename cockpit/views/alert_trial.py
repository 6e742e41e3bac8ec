"""A rule tried on the last twelve months: how often it would have spoken, when and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from cockpit import clock
from cockpit.alerts import dryrun, dryrun_change, rulebook
from cockpit.alerts.by_day import watched
from cockpit.alerts.followed import followed
from cockpit.i18n import gettext as _
from cockpit.kpi.windows import add_months
from cockpit.series.model import Status
from cockpit.views import alert_trial_chart, alert_trial_words, parts, tables, widgets
from cockpit.views.admin import words
from cockpit.views.alert_trial_chart import Tried

if TYPE_CHECKING:
    from cockpit.alerts.dryrun import Firing, Trial
    from cockpit.alerts.dryrun_change import Change, Episode
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.views.context import Context

_MONTHS = 12
_SHOWN = 12


class Asked(NamedTuple):
    """A rule and the figures that it is tried on. kpi: None for a ladder."""

    context: Context
    rule: Rule
    kpi: Kpi | None
    reader: Reader
    book: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Other numbers against those of now. missed: known episodes that they would not have said."""

    found: Trial
    change: Change
    missed: tuple[Episode, ...]


def span() -> tuple[date, date]:
    """The twelve months up to yesterday."""
    last = clock.yesterday()
    return add_months(last, -_MONTHS) + timedelta(days=1), last


def asked(context: Context, rule: Rule, kpi: Kpi | None) -> Asked:
    """What a try needs; the figures are read as they are asked for."""
    reader = dryrun.reader_over(context.generation, context.scope, context.kpis.values(), *span())
    book = rulebook.load(context.generation.home).rules
    return Asked(context, rule, kpi, reader, book)


def fold(
    context: Context, rule: Rule, kpi: Kpi | None, other: Callable[[], Rule | None] | None = None
) -> None:
    """Read when it is opened. other: the form of other numbers; draws it, gives the rule."""
    with st.expander(_("Essai sur 12 mois"), key="trial", on_change="rerun") as shown:
        if shown.open:
            one = asked(context, rule, kpi)
            found, place = tried(one), st.container()
            changed = other() if other is not None else None
            against = None if changed is None else compared(one, found, changed)
            with place:
                st.html(parts.note(alert_trial_words.said(found)))
                curve(one, found, against)
            if against is not None:
                difference(context, against, found)
            newest(one, found)


def alone(context: Context, rule: Rule, kpi: Kpi | None, before: Rule | None = None) -> None:
    """A rule that is not saved yet, against the one that it would change."""
    one = asked(context, before or rule, kpi)
    found = tried(one)
    against = compared(one, found, rule) if before is not None else None
    st.html(parts.section(_("Essai sur 12 mois"), _("rien n'est enregistré")))
    if against is None:
        st.html(parts.note(alert_trial_words.said(found)))
    else:
        difference(context, against, found)
    curve(one, found, against)
    newest(one, found)


def tried(one: Asked) -> Trial:
    """The rule over the twelve months."""
    return dryrun.trial(one.rule, one.reader, book=one.book)


def compared(one: Asked, before: Trial, other: Rule) -> Compared:
    """The same rule with other fields, on the same figures."""
    after = dryrun.trial(other, one.reader, book=one.book)
    told = dryrun_change.episodes(one.context.generation, one.context.scope, one.rule.id, span())
    missed = dryrun_change.missed(told, before.firings, after.firings)
    return Compared(after, dryrun_change.change(before.firings, after.firings), missed)


def difference(context: Context, against: Compared, before: Trial) -> None:
    """What other numbers change, time by time."""
    change = against.change
    rows = [
        (*_cells(context, one), label)
        for label, runs in ((_("En moins"), change.gone), (_("En plus"), change.new))
        for one in runs
    ]
    columns = [*_columns(), tables.Column(_("Avec ces nombres"), number=False)]
    pieces = [parts.note(alert_trial_words.changed(against, before))]
    if rows:
        pieces.append(tables.table(_("Ce qui change"), columns, rows))
    if against.missed:
        pieces.append(_missed(context, against.missed))
    st.html(parts.column(*pieces))


def _missed(context: Context, missed: Sequence[Episode]) -> str:
    """The alerts that people were told of, and would not have been."""
    said = alert_trial_words.missed(missed, lambda unit: _label(context, unit))
    return parts.note(said, Status.RED if any(one.useful for one in missed) else Status.AMBER)


def curve(one: Asked, found: Trial, against: Compared | None) -> None:
    """The unit that fired most, or the one that is chosen, with a mark at each time."""
    counts = dict.fromkeys(watched(one.rule, one.reader), 0)
    for run in found.firings:
        counts[run.unit] += 1
    if not counts or not found.known:
        return
    unit = _chosen(one.context, counts)
    gone = against.change.gone if against else ()
    drawing = Tried(
        one.kpi,
        followed(one.rule, one.reader, unit, one.book),
        tuple(run for run in found.firings if run.unit == unit),
        tuple(run for run in gone if run.unit == unit),
    )
    said = alert_trial_chart.describe(drawing)
    with st.container(border=True, key="chart_trial"):
        st.html(parts.section(_label(one.context, unit), alert_trial_words.looked_at(one)))
        if drawing.found.periods:
            made = alert_trial_chart.spec(drawing)
            st.vega_lite_chart(alert_trial_chart.rows(drawing), made, alt=said)
        st.html(parts.said(alert_trial_words.legend(drawing)))
        with st.expander(_("Lire la courbe")):
            st.html(parts.column(parts.said(said), _every(drawing)))


def _chosen(context: Context, counts: Mapping[UnitId, int]) -> UnitId:
    """The unit of the address, else that which fired most; a list where there is a choice."""
    ordered = sorted(counts, key=lambda unit: -counts[unit])
    unit = next((one for one in ordered if one == context.params.code), ordered[0])
    if len(ordered) > 1:
        names = {
            str(one): alert_trial_words.times_at(_label(context, one), counts[one])
            for one in ordered
        }
        widgets.choice("code", _("Unité"), list(names), str(unit), words=names.__getitem__)
    return unit


def _every(drawing: Tried) -> str:
    """Each time at this unit, the newest first."""
    columns = [
        tables.Column(_("A sonné le"), number=False),
        tables.Column(_("Valeur")),
        tables.Column(_("Gravité"), number=False),
    ]
    rows = [
        (alert_trial_words.day(run), alert_trial_chart.figure(drawing, run.value), _chip(run))
        for run in reversed(drawing.firings)
    ]
    return tables.table(_("Toutes les fois à cette unité"), columns, rows) if rows else ""


def newest(one: Asked, found: Trial) -> None:
    """The last times everywhere, the newest first, in a table."""
    last = sorted(found.firings, key=lambda run: run.fired, reverse=True)[:_SHOWN]
    if last:
        rows = [_cells(one.context, run) for run in last]
        st.html(tables.table(_("Les dernières fois"), _columns(), rows))


def _columns() -> list[tables.Column]:
    titles = (_("Unité"), _("A sonné le"), _("Gravité"))
    return [tables.Column(title, number=False) for title in titles]


def _cells(context: Context, one: Firing) -> tuple[str, str, str]:
    return _label(context, one.unit), alert_trial_words.day(one), _chip(one)


def _label(context: Context, unit: str) -> str:
    known = next((one for one in context.units if one.id == unit), None)
    return known.label if known else unit


def _chip(one: Firing) -> str:
    is_red = one.severity == "red"
    return words.chip(
        Status.RED if is_red else Status.AMBER, _("Alerte") if is_red else _("Vigilance")
    )
