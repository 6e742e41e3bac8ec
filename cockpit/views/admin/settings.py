"""The settings of a source as a form: its own, then what every source has."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cockpit.administer import sources
from cockpit.administer.fields import FieldSpec
from cockpit.administer.sources import SourceState
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.settings import Home
from cockpit.state import vault
from cockpit.views import parts
from cockpit.views.admin import drafts, form, words
from cockpit.views.context import Context


def show(context: Context, one: SourceState) -> None:
    """Everything of a source but its columns. Raises BadSource for a text that is no TOML."""
    home = context.generation.home
    draft = drafts.opened("settings", one, lambda: sources.read_values(home, one.name), "label")
    fields = (*sources.common(), *sources.schema(str(draft.first.get("connector", ""))))
    drafts.warn_changed(draft, one)
    with st.form(draft.key("form"), border=False):
        typed = drawn(str(draft.first["connector"]), draft.first, draft.key)
        wanted = st.form_submit_button(_("Enregistrer"), type="primary")
    if wanted and _saved(context, draft, fields, typed):
        drafts.close(draft)
        words.tell(_("Réglages enregistrés. La prochaine lecture en tient compte."))
        words.go("source", source=one.name)
    st.html(
        parts.column(
            words.command("cockpit", "source", "set", one.name, "owner=DIM"),
            words.buttons(
                words.button(
                    _("Retirer des chiffres"),
                    words.at(context, "source", source=one.name, act="withdraw"),
                ),
                words.button(
                    _("Retirer cette source"),
                    words.at(context, "source", source=one.name, act="remove"),
                ),
            ),
        )
    )


def drawn(kind: str, values: form.Values, key: form.Key) -> form.Typed:
    """Both groups of fields, each under its title."""
    st.html(parts.section(_("Source"), words.kind_name(kind)))
    own = form.draw(sources.schema(kind), values, key)
    st.html(parts.section(_("Lecture et délais")))
    return {**form.draw(sources.common(), values, key), **own}


def _saved(
    context: Context,
    draft: drafts.Draft[dict[str, Any]],
    fields: tuple[FieldSpec, ...],
    typed: form.Typed,
) -> bool:
    """Whether all was written; else the sentence that says why not."""
    home, me = context.generation.home, words.who(context)
    try:
        typed_secrets = form.secrets(fields, typed, draft.name)
        values = form.read(fields, draft.first, typed)
        keep(home, typed_secrets)
        sources.save(home, draft.name, values, me, version=draft.version)
    except CockpitError as error:
        words.refuse(error.sentence())
        return False
    return True


def keep(home: Home, typed: dict[str, str]) -> None:
    """Encrypt secrets under their names. Raises BadRequest."""
    for name, text in typed.items():
        vault.keep(home, name, text)
