"""Status as icon, word and colour together, never colour alone."""

from __future__ import annotations

from html import escape

from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.model import Status

CLASSES = {
    Status.OK: "ck-ok",
    Status.AMBER: "ck-amber",
    Status.RED: "ck-red",
    Status.NONE: "ck-none",
    Status.UNAVAILABLE: "ck-unavailable",
}
ICONS = {
    Status.OK: "●",
    Status.AMBER: "▲",
    Status.RED: "◆",
    Status.NONE: "○",
    Status.UNAVAILABLE: "○",
}
_WORDS = {
    Status.OK: mark("Conforme"),
    Status.AMBER: mark("Vigilance"),
    Status.RED: mark("Alerte"),
    Status.NONE: mark("Suivi"),
    Status.UNAVAILABLE: mark("Indisponible"),
}


def word(status: Status) -> str:
    """Conforme, Vigilance, Alerte, Suivi (no threshold) or Indisponible."""
    return _(_WORDS[status])


def chip(status: Status) -> str:
    """A small pill: icon and word in the status colours."""
    icon = f'<span aria-hidden="true">{ICONS[status]}</span>'
    return f'<span class="ck-chip {CLASSES[status]}">{icon} {escape(word(status))}</span>'
