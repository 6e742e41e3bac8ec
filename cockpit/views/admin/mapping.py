"""Columns of a source beside what they become: a measure, the date, the unit, a breakdown.

A rule that this editor cannot say (several columns, conditions, scales) is shown as it is, kept as
it is, and edited in the text of the source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cockpit.administer import mapping as columns_of_sources
from cockpit.administer import sources
from cockpit.administer.mapping import Suggestion
from cockpit.administer.sources import SourceState
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import label
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.views import parts
from cockpit.views.admin import acts, drafts, jobs, words
from cockpit.views.context import Context

NOTHING = ""
Table = dict[str, Any]


def show(context: Context, one: SourceState) -> None:
    """Date, unit and breakdown, then each column with its measure. Raises BadSource."""
    home = context.generation.home
    draft = drafts.opened("columns", one, lambda: sources.read_values(home, one.name), "probe")
    given = _table(draft.first.get("mapping"))
    if "measures" not in given:
        st.html(parts.said(_("Correspondance apportée par le format, ou écrite en forme longue.")))
        _seen(context, one)
        return
    offered = _seen(context, one)
    drafts.warn_changed(draft, one)
    with st.form(draft.key("form"), border=False):
        made = edited(given, offered, draft.key)
        wanted = st.form_submit_button(_("Enregistrer les colonnes"), type="primary")
    if wanted:
        try:
            values = {**draft.first, "mapping": made}
            me = words.who(context)
            sources.save(home, one.name, values, me, version=draft.version)
        except CockpitError as error:
            words.refuse(error.sentence())
        else:
            drafts.close(draft)
            words.tell(_("Colonnes enregistrées. Un aperçu montre ce qu'elles changent."))
            words.go("source", source=one.name, tab="columns")
    address = 'mapping.measures."colonne"=mesure'
    st.html(words.command("cockpit", "source", "set", one.name, address))


def _table(given: Any) -> Table:
    return given if isinstance(given, dict) else {}


def _seen(context: Context, one: SourceState) -> tuple[str, ...]:
    """The columns that the source offers now, once they were asked for."""
    key = ("columns", one.name)
    if st.button(_("Lire les colonnes de la source"), key="read_columns"):
        acts.ask(context, key, {"do": "columns", "source": one.name})
    return read(context, key)


def read(context: Context, key: jobs.Key) -> tuple[str, ...]:
    """The columns that a job found, said in one sentence; none when nobody asked."""
    job = jobs.last(context.generation.home, key)
    if job is None:
        return ()
    answer = jobs.answered(job, _("Lecture des colonnes"))
    if "error" in answer:
        words.refuse(answer["error"])
        return ()
    found = tuple(answer["columns"])
    st.html(parts.said(_("{n} colonnes dans la source.").format(n=len(found))))
    return found


def edited(given: Table, offered: Sequence[str], key: Any, *, propose: bool = False) -> Table:
    """The editor, and the mapping that it makes. propose: start from the suggestions."""
    measures: Table = given.get("measures", {})
    named = [_column(given.get(role)) for role in ("date", "unit", "facet")]
    listed = list(dict.fromkeys([*filter(None, named), *measures, *offered]))
    hints = columns_of_sources.suggest(listed)
    made = _roles(given, listed, hints if propose else {}, key)
    taken = {_column(made.get(role)) for role in ("date", "unit", "facet")}
    st.html(parts.section(_("Mesures"), _("colonne de la source → mesure")))
    with st.grid(2, min_column_width=300, gap="small"):
        chosen = {
            column: _measure(column, measures.get(column), hints.get(column), key, propose=propose)
            for column in listed
            if column not in taken
        }
    made["measures"] = {column: target for column, target in chosen.items() if target is not None}
    return made


def _roles(given: Table, listed: Sequence[str], hints: Mapping[str, Suggestion], key: Any) -> Table:
    """Date with its format, unit, breakdown; a rule that is not one column stays as it is."""
    made = {name: rule for name, rule in given.items() if name != "measures"}
    titles = {"date": _("Date"), "unit": _("Unité"), "facet": _("Découpage")}
    st.html(parts.section(_("Où et quand")))
    with st.grid(2, min_column_width=300, gap="small"):
        for role, title in titles.items():
            rule = given.get(role)
            if rule is not None and not _column(rule):
                st.html(parts.note(_("{role} : règle écrite dans le texte.").format(role=title)))
                continue
            proposed = next((name for name, one in hints.items() if one.kind == role), NOTHING)
            start = _column(rule) or proposed
            options = list(listed) if role != "facet" else [NOTHING, *listed]
            picked = st.selectbox(
                title,
                options,
                options.index(start) if start in options else None,
                key=key("probe" if role == "date" else role),
                format_func=_or_nothing,
                placeholder=_("Choisir"),
            )
            _set(made, role, picked)
        known = made.get("date")
        if isinstance(known, dict):
            format_ = st.text_input(
                _("Format de la date"), known.get("format", "%d/%m/%Y"), key=key("format")
            )
            made["date"] = {**known, "format": format_}
    return made


def _set(made: Table, role: str, picked: str | None) -> None:
    if picked:
        before = made.get(role)
        made[role] = {**(before if isinstance(before, dict) else {}), "column": picked}
    else:
        made.pop(role, None)


def _measure(column: str, target: Any, hint: Suggestion | None, key: Any, *, propose: bool) -> Any:
    """One column: its measure, and what is suggested, with the reason."""
    simple = target if isinstance(target, str) else _single(target)
    suggested = hint.measure if hint and hint.kind == "measure" else NOTHING
    with st.container(gap="xsmall"):
        if target is not None and simple is None:
            st.html(parts.note(_("{column} : règle écrite dans le texte.").format(column=column)))
            return target
        start = simple or (suggested if propose else NOTHING)
        options = [NOTHING, *sorted(MEASURES, key=lambda one: label(MEASURES[one]).casefold())]
        picked = st.selectbox(
            words.plain(column),
            options,
            options.index(MeasureId(start)) if start else 0,
            key=key(f"measure {column}"),
            format_func=_measure_name,
        )
        if isinstance(target, dict):
            facet = target.get("facet")
            if facet:
                st.html(parts.said(_("découpage : {facet}").format(facet=facet)))
        elif hint and suggested and not simple:
            st.html(suggestion(hint))
    if picked == NOTHING:
        return None
    return target if picked == simple else _aimed(target, picked)


def suggestion(hint: Suggestion) -> str:
    """What is proposed, marked as such, with the reason."""
    name = label(MEASURES[MeasureId(hint.measure)])
    text = _("Proposition à vérifier : {name}. {why}").format(name=name, why=hint.why)
    return f'<p class="ck-said ck-mark">{parts.html(text)}</p>'


def _aimed(target: Any, picked: str) -> Any:
    return {**target, "measure": picked} if isinstance(target, dict) else picked


def _single(target: Any) -> str | None:
    """The measure of a table that only adds a breakdown."""
    if isinstance(target, dict) and target.keys() <= {"measure", "facet"}:
        return str(target["measure"])
    return None


def _column(rule: Any) -> str:
    """The one column of a rule; "" for any other rule."""
    return str(rule["column"]) if isinstance(rule, dict) and "column" in rule else ""


def _or_nothing(option: str) -> str:
    return option or _("(aucun)")


def _measure_name(option: str) -> str:
    return label(MEASURES[MeasureId(option)]) if option else _("(non lue)")
