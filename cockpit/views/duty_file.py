"""The roster as a file: brought in after a look at what it says, taken away for a spreadsheet."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cockpit.administer import roster as editor
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.notify import roster
from cockpit.series.model import Status
from cockpit.views import alert_acts, duty_forms, duty_words, exports, parts
from cockpit.views.admin import words

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.administer.roster import Written
    from cockpit.notify.roster import Roster
    from cockpit.views.context import Context
    from cockpit.views.duty_words import Reach

_SHOWN = 12
_SEEN = "duty_import_version"


def take_away(written: Written, reach: Reach) -> None:
    """A CSV that a spreadsheet opens, and that comes back as it left."""
    st.html(parts.section(_("Exporter")))
    st.download_button(
        _("Télécharger le tableau (CSV)"),
        partial(copy_context().run, exported, written, reach),
        roster.FILE,
        exports.CSV_MIME,
        key="duty_export",
        on_click="ignore",
        width="stretch",
    )


def exported(written: Written, reach: Reach) -> bytes:
    """One row per line of the file, with names; a line that cannot be read keeps its cells."""
    rows: list[tuple[int, list[exports.Cell]]] = []
    for one in written.roster.shifts:
        first = roster.written_instant(one.first)
        last = roster.written_instant(one.last, end=True)
        names = [reach.name(one.person), reach.name(one.deputy) if one.deputy else ""]
        rows.append((one.line, [first, last, one.person, one.deputy, *names]))
    for error in written.roster.errors:
        number = int(str(error.facts.get("line", 0)))
        if number:
            rows.append((number, [*roster.cells(written.line(number))]))
    head = [*roster.COLUMNS, "name", "deputy_name"]
    return exports.csv_file(head, [row for _line, row in sorted(rows, key=lambda one: one[0])])


def bring_in(context: Context, reach: Reach, written: Written) -> None:
    """A file is chosen, looked at, then put in place of the one that is there."""
    st.html(parts.section(_("Importer")))
    said = _(
        "Un fichier CSV remplace le tableau ; l'ancien reste dans le dossier de Cockpit. Ses "
        "colonnes : from (début), to (fin), person (code de l'annuaire), deputy (adjoint, "
        "facultatif). Le fichier exporté sert de modèle."
    )
    st.html(parts.said(said))
    given = st.file_uploader(
        _("Fichier CSV"),
        ["csv", "txt"],
        key=f"duty_file_{alert_acts.current_round()}",
        max_upload_size=1,
    )
    if given is None:
        st.session_state.pop(_SEEN, None)
        return
    version = st.session_state.setdefault(_SEEN, written.version)
    try:
        text = editor.decoded(given.getvalue())
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    found = roster.read(text)
    _preview(found, reach, context.now)
    if found.shifts:
        _put(context, text, found, version)


def _preview(found: Roster, reach: Reach, now: datetime) -> None:
    """What the file says, its wrong lines one by one, who is in it without being known; from now
    on, holes and two people at once."""
    good = Status.AMBER if found.errors else Status.OK
    st.html(words.announced(_counted(found, now), good if found.shifts else Status.RED))
    faults = [duty_words.fault(error) for error in found.errors]
    notes = "".join(parts.note(words.unbroken(one), Status.RED) for one in faults[:_SHOWN])
    if len(faults) > _SHOWN:
        more = ngettext("et {n} autre ligne", "et {n} autres lignes", len(faults) - _SHOWN)
        notes += parts.said(more.format(n=len(faults) - _SHOWN))
    named = {name for one in found.shifts for name in (one.person, one.deputy) if name}
    for name in sorted(named)[:_SHOWN]:
        for status, text in reach.faults(name):
            notes += parts.note(words.unbroken(text), status)
    coming = [hole for hole in found.gaps() if hole[1] > now]
    for first, last in coming[:_SHOWN]:
        notes += parts.note(duty_words.hole(max(first, now), last), Status.AMBER)
    crossed = [pair for pair in found.overlaps() if pair[0].last > now]
    for before, after in crossed[:_SHOWN]:
        if after.last > before.last:
            notes += parts.note(duty_words.crossing(before, after, reach), Status.AMBER)
    if not found.shifts:
        notes += parts.said(
            _("Le tableau n'a pas changé : corrigez le fichier, puis redéposez-le.")
        )
    st.html(f'<div class="ck-list">{notes}</div>')


def _counted(found: Roster, now: datetime) -> str:
    count = len(found.shifts)
    said = ngettext("{n} tour lu", "{n} tours lus", count).format(n=count)
    if found.shifts:
        last = max(one.last for one in found.shifts)
        said += ", " + duty_words.span(min(one.first for one in found.shifts), last)
    wrong = len(found.errors)
    if wrong:
        said += ", " + ngettext("{n} ligne fausse", "{n} lignes fausses", wrong).format(n=wrong)
    past = sum(one.last <= now for one in found.shifts)
    if past:
        said += ", " + ngettext("dont {n} passé", "dont {n} passés", past).format(n=past)
    return f"{said.removesuffix('.')}."


def _put(context: Context, text: str, found: Roster, version: str) -> None:
    with st.form("duty_bring_in", border=False):
        keep = False
        if found.errors:
            label = _("Importer quand même : les lignes fausses restent au fichier, sans effet")
            keep = st.checkbox(label, key="duty_keep_faults")
        who = alert_acts.name_field("duty_bring_in")
        sent = st.form_submit_button(
            _("Remplacer le tableau"), type="primary", width="stretch", key="duty_bring_in_do"
        )
    if sent:
        st.session_state.pop(_SEEN, None)
        duty_forms.done(
            lambda: editor.bring_in(
                context.generation.home,
                text,
                alert_acts.signed(context, who),
                version=version,
                keep_faults=keep,
            ),
            _("Le tableau est remplacé ; l'ancien est gardé à côté."),
        )
