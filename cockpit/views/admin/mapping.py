"""Columns of a source beside what they become, in both forms that files have.

    wide    one column per measure: each column with its measure (below)
    long    one line per measure: a column of codes and one of values (`codes.py`)

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
from cockpit.i18n import mark
from cockpit.views import parts
from cockpit.views.admin import acts, codes, drafts, jobs, roles, words
from cockpit.views.admin.roles import NOTHING, Key, Table, column_of
from cockpit.views.context import Context

ROLES = {
    "wide": ("date", "unit", "facet"),
    "long": ("date", "unit", "measure", "value", "facet", "scenario"),
}
_FORMS = {"wide": mark("Une colonne par mesure"), "long": mark("Une ligne par mesure")}
_OF_A_FORM = {"measures", "measure", "value"}


def show(context: Context, one: SourceState) -> None:
    """The columns of a declared source. Raises BadSource."""
    home = context.generation.home
    draft = drafts.opened("columns", one, lambda: sources.read_values(home, one.name), roles.PROBE)
    given = draft.first.get("mapping")
    if not isinstance(given, dict) or not given.keys() & _OF_A_FORM:
        st.html(parts.said(_("Ce format standard apporte sa propre correspondance.")))
        _seen(context, one)
        return
    offered = _seen(context, one)
    drafts.warn_changed(draft, one)
    ask = asking(context, one.name, {"source": one.name})
    made = edited(given, offered, draft.key, ask)
    if st.button(_("Enregistrer les colonnes"), type="primary", key="save_columns"):
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
    address = "mapping.measure.values" if "measure" in made else "mapping.measures"
    st.html(words.command("cockpit", "source", "set", one.name, f'{address}."…"=…'))


def _seen(context: Context, one: SourceState) -> tuple[str, ...]:
    """The columns that the source offers now, once they were asked for."""
    key = ("columns", one.name)
    if st.button(_("Lire les colonnes de la source"), key="read_columns"):
        acts.ask(context, key, {"do": "columns", "source": one.name})
    return read(context, key)


def read(context: Context, key: jobs.Key) -> tuple[str, ...]:
    """The columns that a job found, said in one sentence; none when nobody asked."""
    found = tuple(_answered(context, key, _("Lecture des colonnes")).get("columns", ()))
    if found:
        st.html(parts.said(_("{n} colonnes dans la source.").format(n=len(found))))
    return found


def asking(context: Context, name: str, asked: Mapping[str, Any]) -> codes.Ask:
    """How the codes of a source are read, on demand. asked: what names it, or its draft."""

    def ask(columns: Sequence[str]) -> codes.Found:
        keys = [("codes", name, column) for column in columns]
        if st.button(_("Lire les codes de la source"), key=f"read_codes_{name}"):
            for key in keys:
                acts.ask(context, key, {"do": "codes", "columns": [key[-1]], **asked})
        found: dict[str, Sequence[str]] = {}
        for key in keys:
            found |= _answered(context, key, _("Lecture des codes")).get("codes", {})
        return found

    return ask


def _answered(context: Context, key: jobs.Key, doing: str) -> dict[str, Any]:
    """What a job gave; nothing, and why, when it could not."""
    job = jobs.last(context.generation.home, key)
    answer = jobs.answered(job, doing) if job else {}
    if "error" in answer:
        words.refuse(answer["error"])
        return {}
    return answer


def edited(
    given: Table, offered: Sequence[str], key: Key, ask: codes.Ask, *, propose: bool = False
) -> Table:
    """The editor, and the mapping that it makes. propose: start from the suggestions."""
    hints = columns_of_sources.suggest(list(offered))
    form = _form(given, hints, key)
    rest = {name: rule for name, rule in given.items() if name not in _OF_A_FORM}
    unseen = {name: rule for name, rule in rest.items() if name not in ROLES[form]}
    if form == "wide":
        return {**unseen, **_wide(given, offered, key, propose=propose)}
    named = (column_of(given.get(role)) for role in ROLES["long"])
    listed = list(dict.fromkeys([*filter(None, named), *offered]))
    made = roles.drawn(given, listed, hints if propose else {}, ROLES["long"], key)
    return {**unseen, **codes.drawn(made, ask, key, propose=propose)}


def _form(given: Table, hints: Mapping[str, Suggestion], key: Key) -> str:
    """How the file is laid out, as the mapping says, else as its columns suggest."""
    kinds = {hint.kind for hint in hints.values()}
    is_long = "measure" in given or (not given and {"code", "value"} <= kinds)
    picked = st.segmented_control(
        _("Disposition du fichier"),
        list(_FORMS),
        default="long" if is_long else "wide",
        format_func=lambda one: _(_FORMS[one]),
        key=key("form"),
        required=True,
    )
    return str(picked)


def _wide(given: Table, offered: Sequence[str], key: Key, *, propose: bool) -> Table:
    measures: Table = given.get("measures", {})
    named = [column_of(given.get(role)) for role in ROLES["wide"]]
    listed = list(dict.fromkeys([*filter(None, named), *measures, *offered]))
    hints = columns_of_sources.suggest(listed)
    made = roles.drawn(given, listed, hints if propose else {}, ROLES["wide"], key)
    taken = {column_of(made.get(role)) for role in ROLES["wide"]}
    st.html(parts.section(_("Mesures"), _("colonne de la source → mesure")))
    with st.grid(2, min_column_width=300, gap="small"):
        chosen = {
            column: _measure(column, measures.get(column), hints.get(column), key, propose=propose)
            for column in listed
            if column not in taken
        }
    found = {column: target for column, target in chosen.items() if target is not None}
    return {**made, "measures": found}


def _measure(column: str, target: Any, hint: Suggestion | None, key: Key, *, propose: bool) -> Any:
    """One column: its measure, and what is suggested, with the reason."""
    simple = target if isinstance(target, str) else _single(target)
    suggested = hint.measure if hint and hint.kind == "measure" else NOTHING
    with st.container(gap="xsmall"):
        if target is not None and simple is None:
            st.html(parts.note(_("{column} : règle écrite dans le texte.").format(column=column)))
            return target
        start = simple or (suggested if propose else NOTHING)
        options = codes.measure_options()
        picked = st.selectbox(
            words.plain(column),
            options,
            options.index(start),
            key=key(f"measure {column}"),
            format_func=_measure_name,
        )
        if isinstance(target, dict):
            facet = target.get("facet")
            if facet:
                st.html(parts.said(_("découpage : {facet}").format(facet=facet)))
        elif hint and suggested and not simple:
            st.html(codes.suggestion(hint))
    if picked == NOTHING:
        return None
    return target if picked == simple else _aimed(target, picked)


def _aimed(target: Any, picked: str) -> Any:
    return {**target, "measure": picked} if isinstance(target, dict) else picked


def _single(target: Any) -> str | None:
    """The measure of a table that only adds a breakdown."""
    if isinstance(target, dict) and target.keys() <= {"measure", "facet"}:
        return str(target["measure"])
    return None


def _measure_name(option: str) -> str:
    return codes.measure_name(option) if option else _("(non lue)")
