"""A rule tried on the last twelve months: how often it would have spoken, when and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.alerts import dryrun
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.kpi.model import UnitId
from cockpit.series.model import Status
from cockpit.views import dates, french, parts, tables
from cockpit.views.admin import words

if TYPE_CHECKING:
    from cockpit.alerts.dryrun import Firing
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

_YEAR = timedelta(days=365)
_SHOWN = 12


def fold(context: Context, rule: Rule, kpi: Kpi | None) -> None:
    """Read when it is opened; why not, for a rule that cannot be tried."""
    with st.expander(_("Essai sur 12 mois"), key="trial", on_change="rerun") as shown:
        if not shown.open:
            return
        why = dryrun.untried(rule)
        if why or kpi is None:
            st.html(parts.note(why or _("L'indicateur de cette règle n'est pas connu.")))
            return
        last = clock.yesterday()
        ask = (context.generation, context.scope, context.kpis.values(), rule)
        found = dryrun.dry_run(*ask, last - _YEAR, last)
        st.html(parts.column(parts.note(said(found)), _table(context, kpi, found)))


def said(found: Sequence[Firing]) -> str:
    """How many times, how many of them alerts, at how many units."""
    if not found:
        return _("Cette règle n'aurait pas sonné en 12 mois.")
    red = sum(one.severity == "red" for one in found)
    units = len({one.unit for one in found})
    where = ngettext("dans {n} unité", "dans {n} unités", units).format(n=units)
    text = _("Aurait sonné {n} fois en 12 mois, dont {red} en alerte, {where}.")
    return text.format(n=len(found), red=red, where=where)


def _table(context: Context, kpi: Kpi, found: Sequence[Firing]) -> str:
    """The last times, the newest first."""
    rows = [_row(context, kpi, one) for one in sorted(found, key=_day, reverse=True)[:_SHOWN]]
    if not rows:
        return ""
    columns = [
        tables.Column(_("Unité")),
        tables.Column(_("A sonné le"), number=False),
        tables.Column(_("Valeur")),
        tables.Column(_("Gravité"), number=False),
    ]
    return tables.table(_("Les dernières fois"), columns, rows)


def _day(one: Firing) -> date:
    return one.fired


def _row(context: Context, kpi: Kpi, one: Firing) -> tuple[str, ...]:
    unit = UnitId(one.unit)
    status, word = (
        (Status.RED, _("Alerte")) if one.severity == "red" else (Status.AMBER, _("Vigilance"))
    )
    where = context.units.get(unit).label if unit in context.units else str(unit)
    return (
        where,
        dates.numeric(one.fired),
        french.value(kpi, one.value),
        words.chip(status, word),
    )
