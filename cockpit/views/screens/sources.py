"""Sources: how fresh each is, which agree, the last runs, and the refused rows. Read only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.series.freshness import sources
from cockpit.series.model import Status
from cockpit.state import runs
from cockpit.state.database import engine
from cockpit.state.runs import RefusedRow, RunRecord
from cockpit.views import anchors, cards, dates, french, parts, reconciling, tables, widgets
from cockpit.views.context import Context

_RUNS = 20
_ROWS = 50
STATUSES = {
    "ok": (Status.OK, mark("Chargé")),
    "unchanged": (Status.NONE, mark("Inchangé")),
    "held": (Status.AMBER, mark("À valider")),
    "failed": (Status.RED, mark("Échec")),
}


def show(context: Context) -> None:
    """Freshness, then the last runs of all sources or of the one in the address."""
    known = sources(context.generation)
    late = sum(one.late for one in known)
    aside = ngettext("{n} en retard", "{n} en retard", late).format(n=late)
    widgets.head(context, _("Sources"))
    st.html(parts.section(_("Fraîcheur"), aside if late else _("à jour")))
    if not known:
        st.html(parts.empty(_("Aucune source n'a encore livré."), "cockpit source list"))
    st.html(
        anchors.stack(
            anchors.card(
                cards.source(fresh), context.link("sources", source=fresh.source), fresh.label
            )
            for fresh in known
        )
    )
    st.html(reconciling.section(context))
    _runs(context)


def _runs(context: Context) -> None:
    state = engine(context.generation.home)
    name = context.params.source
    found = runs.runs_of(state, name, _RUNS) if name else runs.last_runs(state, _RUNS)
    st.html(parts.section(_("Derniers passages"), name or _("toutes les sources")))
    if not found:
        st.html(parts.empty(_("Aucun passage enregistré."), "cockpit refresh"))
        return
    st.html(run_table(found))
    refused = next((run for run in found if run.refused and run.id is not None), None)
    if refused is not None and refused.id is not None:
        rows = runs.refused_rows(state, refused.id, _ROWS)
        st.html(parts.section(_("Lignes refusées"), f"{refused.source} · {refused.refused}"))
        st.html(refused_table(rows))
        st.html(parts.said(_reasons(rows)))


def run_table(found: Sequence[RunRecord]) -> str:
    """When, which source, how it ended, how many lines were kept and refused."""
    columns = [
        tables.Column(_("Passage"), number=False),
        tables.Column(_("Source"), number=False),
        tables.Column(_("Résultat"), number=False),
        tables.Column(_("Lignes")),
        tables.Column(_("Refusées")),
        tables.Column(_("Message"), number=False, wide=True),
    ]
    rows = [
        (
            dates.stamp(run.started_at),
            run.source,
            _(STATUSES[run.status][1]),
            french.number(run.accepted),
            french.number(run.refused),
            run.sentence,
        )
        for run in found
    ]
    return tables.table(_("Derniers passages, le plus récent en premier"), columns, rows)


def refused_table(rows: Sequence[RefusedRow]) -> str:
    """Where and why; never the value of the cell."""
    columns = [
        tables.Column(_("Fichier"), number=False),
        tables.Column(_("Ligne")),
        tables.Column(_("Colonne"), number=False),
        tables.Column(_("Motif"), number=False, wide=True),
    ]
    listed = [
        (row.file, french.number(row.line) if row.line else "", row.column, row.reason)
        for row in rows
    ]
    return tables.table(_("Lignes mises en quarantaine"), columns, listed)


def _reasons(rows: Sequence[RefusedRow]) -> str:
    counted: Mapping[str, int] = {
        reason: sum(row.reason == reason for row in rows) for reason in {row.reason for row in rows}
    }
    most = sorted(counted.items(), key=lambda one: -one[1])[:3]
    return " · ".join(f"{reason} : {count}" for reason, count in most)
