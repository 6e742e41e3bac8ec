"""A new source: choose how it is read, fill its form, test it, say what its columns are, save.

It starts paused: its first figures are looked at in a preview before anybody sees them.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from cockpit.administer import sources
from cockpit.connect import registry
from cockpit.connect.contract import default_mapping
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.series.model import Status
from cockpit.views import anchors, cards, parts
from cockpit.views.admin import acts, form, jobs, mapping, settings, words
from cockpit.views.context import Context

_DRAFT = "administration_new"
_START = {"label": None, "schedule": "*/15 * * * *", "stale_after": "36h"}


def show(context: Context) -> None:
    """Connectors, then the form of the one in the address, then its columns."""
    up = words.at(context, "sources")
    kind = context.params.kind
    if kind not in registry.kinds():
        st.html(words.back(_("Sources"), up, _("Nouvelle source")))
        st.html(parts.section(_("D'où viennent les chiffres ?")))
        st.html(anchors.stack(_kind(context, one) for one in _kinds()))
        return
    other = words.at(context, "new")
    st.html(words.back(_("Nouvelle source"), other, words.kind_name(kind)))
    draft = st.session_state.get(_DRAFT)
    if draft is None or draft["kind"] != kind:
        draft = {"kind": kind, "name": "", "values": dict(_START)}
    if not draft["name"] or context.params.tab != "columns":
        _settings(context, kind, draft)
    else:
        _columns(context, kind, draft)


def _kinds() -> list[str]:
    """Those of the house in the order of `words.KINDS`, then the others."""
    ours = list(words.KINDS)
    return sorted(
        registry.kinds(),
        key=lambda one: (one not in ours, ours.index(one) if one in ours else 0, one),
    )


def _kind(context: Context, kind: str) -> str:
    body = cards.line(Status.NONE, words.kind_name(kind), kind, mute=True)
    return anchors.card(body, words.at(context, "new", kind=kind), words.kind_name(kind))


def _settings(context: Context, kind: str, draft: dict[str, Any]) -> None:
    """Step 1 of 2: the form; nothing is written yet but a secret."""
    st.html(parts.said(_("Étape 1 sur 2 : les réglages.")))
    fields = (*sources.common(), *sources.schema(kind))
    with st.form(f"new_{kind}", border=False):
        name = st.text_input(
            _("Nom court de la source (obligatoire)"),
            draft["name"],
            key=f"new_{kind}_name",
            placeholder="urgences",
        )
        st.html(parts.said(_("Minuscules, chiffres et tirets ; il ne change plus ensuite.")))
        typed = settings.drawn(kind, draft["values"], lambda one: f"new_{kind}_{one}")
        wanted = st.form_submit_button(_("Continuer"), type="primary")
    if not wanted:
        return
    home = context.generation.home
    try:
        _check_name(context, name.strip())
        typed_secrets = form.secrets(fields, typed, name.strip())
        values = form.read(fields, draft["values"], typed)
        _check_required(fields, values)
        settings.keep(home, typed_secrets)
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    st.session_state[_DRAFT] = {"kind": kind, "name": name.strip(), "values": values}
    words.go("new", kind=kind, tab="columns")


def _check_name(context: Context, name: str) -> None:
    taken = {one.name for one in sources.listed(context.generation.home)}
    if not name or name in taken or not name.replace("-", "").replace("_", "").isalnum():
        raise BadRequest(
            field=_("Nom court de la source"),
            expected=_("un nom en minuscules, chiffres ou tirets, qu'aucune source ne porte"),
        )


def _check_required(fields: tuple[sources.FieldSpec, ...], values: dict[str, Any]) -> None:
    for one in fields:
        if one.required and values.get(one.name) in {None, ""}:
            raise BadRequest(field=one.title, expected=_("une valeur"))


def _columns(context: Context, kind: str, draft: dict[str, Any]) -> None:
    """Step 2 of 2: test, columns, save."""
    st.html(parts.said(_("Étape 2 sur 2 : l'essai et les colonnes.")))
    common = {one.name for one in sources.common()}
    own = {name: value for name, value in draft["values"].items() if name not in common}
    asked = {"kind": kind, "settings": {k: v for k, v in own.items() if v is not None}}
    _try(context, draft["name"], asked)
    standard = default_mapping(registry.connector(kind)) is not None
    made: dict[str, Any] | None = None
    if standard:
        st.html(parts.said(_("Ce format standard apporte sa propre correspondance.")))
    else:
        key = ("new columns", draft["name"])
        offered = mapping.read(context, key)
        if not offered:
            st.html(parts.said(_("Lisez d'abord les colonnes de la source.")))
            return
        ask = mapping.asking(context, draft["name"], asked)
        made = mapping.edited(
            {}, offered, lambda one: f"map_{draft['name']}_{one}", ask, propose=True
        )
    paused = st.toggle(_("Ajouter en pause, pour regarder l'aperçu d'abord"), value=True)
    if st.button(_("Ajouter la source"), type="primary", key="create"):
        _create(context, draft, made, paused=paused)
    st.html(words.command("cockpit", "source", "add", draft["name"], "--from", "fichier.toml"))


def _try(context: Context, name: str, asked: dict[str, Any]) -> None:
    """Test the draft and read its columns: both without writing anything."""
    home = context.generation.home
    with st.container(horizontal=True, key="try"):
        if st.button(_("Tester"), key="try_test"):
            acts.ask(context, ("new test", name), {"do": "test", **asked})
        if st.button(_("Lire les colonnes"), key="try_columns"):
            acts.ask(context, ("new columns", name), {"do": "columns", **asked})
    if job := jobs.last(home, ("new test", name)):
        answer = jobs.answered(job, _("Essai de la source"))
        if "error" in answer:
            words.refuse(answer["error"])
        else:
            status = Status.OK if answer["ok"] else Status.RED
            st.html(words.announced(answer["sentence"], status))


def _create(
    context: Context, draft: dict[str, Any], made: dict[str, Any] | None, *, paused: bool
) -> None:
    values = {
        "connector": draft["kind"],
        **draft["values"],
        "paused": True if paused else None,
        "mapping": made,
    }
    try:
        sources.create(context.generation.home, draft["name"], values, words.who(context))
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    st.session_state.pop(_DRAFT, None)
    words.tell(_("Source ajoutée. Rien n'est publié : regardez d'abord son aperçu."))
    words.go("source", source=draft["name"])
