"""The last readings of one source: when, how long, how many lines, what was refused."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.administer.sources import SourceState
from cockpit.i18n import gettext as _
from cockpit.state import runs
from cockpit.state.database import engine
from cockpit.state.runs import RunRecord
from cockpit.views import dates, french, parts, tables
from cockpit.views.admin import words
from cockpit.views.context import Context
from cockpit.views.screens.sources import STATUSES, refused_table

_RUNS = 20
_ROWS = 50


def show(context: Context, one: SourceState) -> None:
    """The newest first, then the lines that the newest one refused."""
    state = engine(context.generation.home)
    found = runs.runs_of(state, one.name, _RUNS)
    if not found:
        st.html(parts.empty(_("Cette source n'a jamais été lue.")))
    else:
        st.html(run_table(found))
    if found and found[0].refused and found[0].id is not None:
        rows = runs.refused_rows(state, found[0].id, _ROWS)
        st.html(parts.section(_("Lignes refusées"), french.number(found[0].refused)))
        st.html(refused_table(rows))
    st.html(words.command("cockpit", "source", "history", one.name))


def run_table(found: Sequence[RunRecord]) -> str:
    """When, how it ended, how long it took, lines kept and refused."""
    columns = [
        tables.Column(_("Lecture"), number=False),
        tables.Column(_("Résultat"), number=False),
        tables.Column(_("Durée")),
        tables.Column(_("Fichiers")),
        tables.Column(_("Lignes")),
        tables.Column(_("Refusées")),
        tables.Column(_("Message"), number=False, wide=True),
    ]
    rows = [
        (
            dates.stamp(run.started_at),
            words.chip(STATUSES[run.status][0], _(STATUSES[run.status][1])),
            took(run),
            french.number(run.files),
            french.number(run.accepted),
            french.number(run.refused),
            run.sentence,
        )
        for run in found
    ]
    return tables.table(_("Dernières lectures, la plus récente en premier"), columns, rows)


def took(run: RunRecord) -> str:
    """0,4 s, then minutes."""
    seconds = (run.ended_at - run.started_at).total_seconds()
    if seconds >= 60:  # noqa: PLR2004 - a minute
        return french.duration(seconds / 60)
    return f"{french.number(seconds, 1)}\u00a0s"
