"""Where a figure comes from: its deliveries, and the figures among them that were restated."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import label
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi, MeasureId, UnitId
from cockpit.series.lineage import lineage
from cockpit.series.model import Window
from cockpit.series.restated import log
from cockpit.views import dates, french, parts, tables
from cockpit.views.context import Context

_SHOWN = 40


def fold(context: Context, kpi: Kpi, window: Window | None) -> None:
    """A closed section; what it holds is read when it is opened."""
    if window is None:
        return
    with st.expander(_("D'où vient ce chiffre"), key="origin", on_change="rerun") as shown:
        if not shown.open:
            return
        ask = (context.generation, context.scope, kpi, context.unit.id, window)
        found = lineage(*ask)
        if found.empty:
            st.html(parts.empty(_("Aucune livraison ne porte sur cette période.")))
            return
        st.html(deliveries(found))
        moved = log(*ask)
        if not moved.empty:
            st.html(restatements(context, moved))


def deliveries(found: pd.DataFrame) -> str:
    """One row per measure and delivery, newest first."""
    columns = [
        tables.Column(_("Mesure"), number=False),
        tables.Column(_("Source"), number=False),
        tables.Column(_("Lignes lues")),
        tables.Column(_("Jours"), number=False),
        tables.Column(_("Reçue le"), number=False),
        tables.Column(_("Fichier"), number=False, wide=True),
    ]
    rows = [_delivery(row) for row in found.head(_SHOWN).to_dict("records")]
    caption = _("Livraisons derrière ce chiffre")
    if len(found) > _SHOWN:
        text = _("Livraisons derrière ce chiffre : {shown} sur {all}")
        caption = text.format(shown=_SHOWN, all=len(found))
    return tables.table(caption, columns, rows)


def _delivery(row: dict[Any, Any]) -> tuple[str, ...]:
    name = MEASURES.get(MeasureId(row["measure"]))
    return (
        label(name) if name else row["measure"],
        row["source"],
        french.number(row["rows"]),
        _days(row["first_day"].date(), row["last_day"].date()),
        dates.stamp(row["received_at"].to_pydatetime()),
        row["file"] if row["source_hash"] else _("calculé par Cockpit"),
    )


def _days(first: date, last: date) -> str:
    short = dates.numeric(first)
    return short if first == last else f"{short} – {dates.numeric(last)}"


def restatements(context: Context, moved: pd.DataFrame) -> str:
    """Figures that changed after they had been consolidated."""
    columns = [
        tables.Column(_("Mesure"), number=False),
        tables.Column(_("Unité"), number=False),
        tables.Column(_("Jour"), number=False),
        tables.Column(_("Avant")),
        tables.Column(_("Après")),
        tables.Column(_("Révisé le"), number=False),
    ]
    rows = [
        (
            label(MEASURES[MeasureId(row["measure"])]),
            context.units.get(UnitId(row["unit"])).label,
            dates.numeric(row["day"].date()),
            french.number(row["before"], 1),
            french.number(row["after"], 1),
            dates.stamp(row["received_at"].to_pydatetime()),
        )
        for row in moved.tail(_SHOWN).to_dict("records")
    ]
    return tables.table(_("Chiffres révisés depuis leur consolidation"), columns, rows)
