"""The TOML of a source itself, for who prefers it: the same file, checked the same way."""

from __future__ import annotations

import streamlit as st

from cockpit.administer import sources
from cockpit.administer.sources import SourceState
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.series.model import Status
from cockpit.views import parts
from cockpit.views.admin import drafts, words
from cockpit.views.context import Context


def show(context: Context, one: SourceState) -> None:
    """The text, as it was when this visit began, and what to do when it has changed since."""
    home = context.generation.home
    draft = drafts.opened("text", one, lambda: sources.read_text(home, one.name), "area")
    st.html(parts.said(_("Le fichier sources/{name}.toml, tel quel.").format(name=one.name)))
    drafts.warn_changed(draft, one)
    with st.form(draft.key("form"), border=False):
        text = st.text_area(_("Texte TOML"), draft.first, height=420, key=draft.key("area"))
        wanted = st.form_submit_button(_("Enregistrer le texte"), type="primary")
    if wanted:
        try:
            sources.save_text(home, one.name, text, draft.version, words.who(context))
        except CockpitError as error:
            st.html(words.announced(error.sentence(), Status.RED))
        else:
            drafts.close(draft)
            words.tell(_("Texte enregistré. La prochaine lecture en tient compte."))
            words.go("source", source=one.name, tab="text")
    st.html(words.command("cockpit", "source", "set", one.name, "--from", "fichier.toml"))
