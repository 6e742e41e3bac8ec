"""What a person is editing: what the file said when they began, so that nobody overwrites another.

A draft lasts as long as its form is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.series.model import Status
from cockpit.views.admin import words

First = TypeVar("First")


class Edited(Protocol):
    """What a form edits: its name, and the version of what is written of it."""

    @property
    def name(self) -> str:
        """What tells it from the others."""

    @property
    def version(self) -> str:
        """What tells its text from another."""


@dataclass(frozen=True)
class Draft(Generic[First]):
    """first: what the file held. version: of the file then, in its keys: what was typed on one
    version is never taken for a change of another, even after a restart forgot the draft."""

    place: str
    name: str
    version: str
    first: First

    def key(self, widget: str) -> str:
        """The key of a widget of this draft."""
        return f"{self.place}_{self.name}_{self.version[:12]}_{widget}"


def opened(place: str, one: Edited, read: Callable[[], First], probe: str) -> Draft[First]:
    """The draft of a form; a new one when its form was not on the screen just before.

    probe: a widget that the form always draws: Streamlit keeps its state as long as it is shown.
    """
    slot = f"draft_{place}"
    kept: Draft[First] | None = st.session_state.get(slot)
    if kept and kept.name == one.name and kept.key(probe) in st.session_state:
        return kept
    made = Draft(place, one.name, one.version, read())
    st.session_state[slot] = made
    return made


def close(draft: Draft[First]) -> None:
    """Its changes are written: the next form starts from the file again."""
    st.session_state.pop(f"draft_{draft.place}", None)


def warn_changed(draft: Draft[First], one: Edited) -> None:
    """Say that somebody else wrote the file meanwhile, and offer to read it again."""
    if draft.version == one.version:
        return
    st.html(
        words.announced(
            _(
                "Ce fichier a été modifié depuis que vous l'avez ouvert : votre saisie ne "
                "l'écrasera pas. Relisez-le, puis refaites votre modification."
            ),
            Status.AMBER,
        )
    )
    if st.button(_("Relire le fichier"), key=draft.key("again")):
        close(draft)
        st.rerun()
