"""What every delivery of a source must look like: taken from the newest one, then written."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cockpit.administer import contracts
from cockpit.administer.sources import SourceState
from cockpit.connect.clauses import Mode
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.views import parts, tables
from cockpit.views.admin import acts, jobs, words
from cockpit.views.context import Context

_MODES: dict[Mode, str] = {
    "evolve": mark("Garder et le dire"),
    "freeze": mark("Refuser la livraison"),
    "discard": mark("Écarter les lignes en cause"),
}
_TYPES = {
    "text": mark("texte"),
    "integer": mark("nombre entier"),
    "number": mark("nombre"),
    "date": mark("date"),
    "boolean": mark("oui ou non"),
}


def show(context: Context, one: SourceState) -> None:
    """The contract that the newest delivery keeps, once asked for, and the way to write it."""
    st.html(
        words.panel(
            _("Contrat des livraisons"),
            _(
                "Ce que montre la dernière livraison (colonnes, types, clé d'une ligne, âge du "
                "jour le plus récent) devient ce que les suivantes doivent respecter."
            ),
        )
    )
    key = ("contract", one.name, one.version)
    if st.button(_("Lire la dernière livraison"), key="read_contract"):
        acts.ask(context, key, {"do": "contract", "source": one.name})
    st.html(words.command("cockpit", "source", "contract", one.name, "--write"))
    if (job := jobs.last(context.generation.home, key)) is None:
        return
    answer = jobs.answered(job, _("Lecture de la dernière livraison"))
    if "error" in answer:
        words.refuse(answer["error"])
        return
    _proposed(context, one, answer["contract"])


def _proposed(context: Context, one: SourceState, found: dict[str, Any]) -> None:
    columns: dict[str, Any] = found.get("columns", {})
    key = ", ".join(found.get("key", ())) or _("(aucune)")
    said = _("Clé d'une ligne : {key}. Jour le plus récent : {age} au plus.")
    st.html(parts.said(said.format(key=key, age=found.get("freshness", ""))))
    if columns:
        st.html(_table(columns))
    mode = st.selectbox(
        _("En cas d'écart"), list(_MODES), key="contract_mode", format_func=lambda it: _(_MODES[it])
    )
    if st.button(_("Écrire ce contrat"), type="primary", key="write_contract"):
        try:
            wanted = contracts.with_mode(found, mode)
            contracts.freeze(context.generation.home, one.name, wanted, words.who(context))
        except CockpitError as error:
            words.refuse(error.sentence())
        else:
            words.tell(_("Contrat écrit. Il vaut pour les livraisons à venir."))
            words.go("source", source=one.name, tab="contract")


def _table(columns: dict[str, Any]) -> str:
    heads = [tables.Column(_("Colonne"), number=False), tables.Column(_("Type"), number=False)]
    rows = [(name, _type(given)) for name, given in columns.items()]
    return tables.table(_("Colonnes de la dernière livraison"), heads, rows)


def _type(given: Any) -> str:
    """`number`, or a type with its unit."""
    kind, unit = (given["type"], given["unit"]) if isinstance(given, dict) else (given, "")
    return " · ".join(filter(None, (_(_TYPES[kind]), unit)))
