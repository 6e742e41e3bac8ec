"""What the screens of Administration share: addresses, states in words, commands, confirmations."""

from __future__ import annotations

import re
import shlex
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.model import Status
from cockpit.views import anchors, dates, parts
from cockpit.views.parts import Html
from cockpit.views.status import CLASSES, ICONS
from cockpit.wording import NBSP

if TYPE_CHECKING:
    from cockpit.administer.sources import SourceState
    from cockpit.views.context import Context

PAGE = "administration"
_ONLY_HERE = ("source", "screen", "tab", "act", "kind", "code")
_SAID = "administration_said"
_SPECIAL = re.compile(r"([\\`*\[\]<>$~:#|!]|(?<!\w)_|_(?!\w))")

STATES = {
    "error": (Status.RED, mark("Fichier fautif")),
    "paused": (Status.NONE, mark("En pause")),
    "never": (Status.NONE, mark("Jamais lue")),
    "failed": (Status.RED, mark("Échec")),
    "held": (Status.AMBER, mark("À valider")),
    "late": (Status.AMBER, mark("En retard")),
    "warned": (Status.AMBER, mark("Vigilance")),
    "ok": (Status.OK, mark("À jour")),
}

KINDS = {
    "csv": mark("Fichiers texte (CSV)"),
    "excel": mark("Classeurs (Excel, LibreOffice)"),
    "sql": mark("Base de données (SQL)"),
    "rest": mark("API web (JSON)"),
    "fhir": mark("Serveur FHIR"),
    "hl7": mark("Mouvements HL7 (ADT)"),
    "rpu": mark("Urgences (fichiers RPU)"),
    "pmsi": mark("Fichiers PMSI"),
    "sftp": mark("Fichiers déposés par SFTP"),
    "s3": mark("Fichiers d'un stockage S3"),
    "faults": mark("Source d'essai à pannes"),
}


def who(context: Context) -> str:
    """Who the audit names."""
    return f"page Administration ({context.scope.role})"


def at(context: Context, screen: str | None = None, **changes: object) -> str:
    """The address of a screen of Administration."""
    clean: dict[str, object] = dict.fromkeys(_ONLY_HERE)
    return context.link(PAGE, **{**clean, "screen": screen, **changes})


def go(screen: str | None = None, **changes: str) -> None:
    """Run again at another screen; the role, the unit and the language stay."""
    for name in _ONLY_HERE:
        st.query_params.pop(name, None)
    for name, value in {"screen": screen, **changes}.items():
        if value:
            st.query_params[name] = value
    st.rerun()


def tell(sentence: str, status: Status = Status.OK) -> None:
    """Say at the top of the next run what was done."""
    st.session_state[_SAID] = (sentence, status.value)


def told() -> str:
    """What the last act did, as a note; "" when nothing was done."""
    said = st.session_state.pop(_SAID, None)
    return announced(said[0], Status(said[1])) if said else ""


def announced(sentence: str, status: Status) -> str:
    """A sentence that a screen reader says too."""
    sign = f'<span aria-hidden="true">{ICONS[status]} </span>'
    said = escape(unbroken(sentence))
    return f'<p class="ck-note {CLASSES[status]}" role="status">{sign}{said}</p>'


def unbroken(sentence: str) -> str:
    """The sentence, whose lines never end inside its French quotation marks."""
    return sentence.replace("« ", f"«{NBSP}").replace(" »", f"{NBSP}»")


def refuse(sentence: str) -> None:
    """Nothing was done, and why."""
    st.html(announced(sentence, Status.RED))


def chip(status: Status, words: str) -> Html:
    """A pill: icon and words in the colours of a status."""
    sign = f'<span aria-hidden="true">{ICONS[status]}</span>'
    return Html(f'<span class="ck-chip {CLASSES[status]}">{sign}{escape(words)}</span>')


def state_of(one: SourceState, *, late: bool) -> tuple[Status, str]:
    """Where a source stands, the gravest first: its status and its word."""
    holds = (
        ("error", bool(one.error)),
        ("paused", one.paused),
        ("never", one.last is None),
        ("failed", bool(one.refusals) or (one.last is not None and one.last.status == "failed")),
        ("held", one.held > 0),
        ("late", late),
        ("warned", bool(one.warned)),
        ("ok", True),
    )
    status, word = STATES[next(name for name, is_so in holds if is_so)]
    return status, _(word)


def told_of(one: SourceState) -> str:
    """What its last reading, or the warehouse, says of it; "" when all went well."""
    if one.refusals:
        return " ".join(one.refusals)
    failed = one.last is not None and one.last.status == "failed"
    return one.last.sentence if one.last and failed else one.warned


def soon(at: datetime | None) -> str:
    """A coming time on the clock of Paris: 03:00 today, else 23/11 03:00."""
    if at is None:
        return _("aucun")
    now, local = clock.now(), at.astimezone(clock.PARIS)
    if at <= now:
        return _("dès que possible")
    today = local.date() == now.astimezone(clock.PARIS).date()
    return f"{local:%H:%M}" if today else f"{local:%d/%m %H:%M}"


def since(at: datetime | None, now: datetime) -> str:
    """A past time, short; "jamais"."""
    return dates.moment(at, now) if at else _("jamais")


def kind_name(kind: str) -> str:
    """A connector in words; its own name when it comes from a third party."""
    return _(KINDS[kind]) if kind in KINDS else kind


def command(*words: str) -> str:
    """The same act as a command line."""
    quoted = (one if one.startswith("…") else shlex.quote(one) for one in words)
    line = " ".join(f"<span>{escape(one)}</span>" for one in quoted)
    label = escape(_("En ligne de commande :"))
    return f'<p class="ck-command"><span>{label}</span> <code>{line}</code></p>'


def plain(text: str) -> str:
    """A text for the label of a widget, which reads markdown: shown as it is.

    Inside a word `_` means nothing to markdown and stays: a screen reader hears what is written.
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def back(label: str, address: str, here: str = "") -> str:
    """The way up, then where we are; only a way back when the screen says it itself."""
    if not here:
        return f'<p class="ck-crumbs">{anchors.word(f"‹ {label}", address)}</p>'
    return anchors.crumbs([(label, address)], here)


def button(label: str, address: str, *, main: bool = False) -> str:
    """A link that looks like a button."""
    kind = "ck-button ck-main" if main else "ck-button"
    return f'<a class="ck-link {kind}" href="{escape(address)}">{escape(label)}</a>'


def buttons(*listed: str) -> str:
    """Such links side by side."""
    return f'<p class="ck-buttons">{"".join(listed)}</p>'


def panel(title: str, *sentences: str) -> str:
    """The head of an act: what it does, in words, before it is done."""
    said = "".join(f"<p>{parts.html(unbroken(one))}</p>" for one in sentences)
    return f'<section class="ck-card"><h2>{escape(unbroken(title))}</h2>{said}</section>'
