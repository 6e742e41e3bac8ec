"""The pieces that every screen shares: header, status sentence, section title, notes, states.

HTML as text, every datum escaped; nothing here reads data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.series.model import Freshness, Status
from cockpit.views import dates
from cockpit.views.status import CLASSES, ICONS, word


class Html(str):
    """Text that is already HTML; everything else is escaped when it is set."""

    __slots__ = ()


def html(text: str) -> str:
    """The text as HTML: unchanged when it is Html already."""
    return text if isinstance(text, Html) else escape(text)


def icon(status: Status) -> str:
    """The sign of a status, for the eye; a screen reader gets the word."""
    sign = f'<span aria-hidden="true">{ICONS[status]}</span>'
    return f'{sign} <span class="ck-sr">{escape(word(status))} : </span>'


def drawn_from(generation: int, body: str, *, drafts: str | None = None) -> str:
    """HTML that says which state it shows: `web/links.js` draws again when there is a newer one.

    drafts: under which number `web/drafts.js` may keep them; "" where nothing may be kept.
    """
    keeps = "" if drafts is None else f' data-drafts="{escape(drafts)}"'
    return f'<div data-generation="{generation}"{keeps}>{body}</div>'


def column(*pieces: str) -> str:
    """Pieces one under the other, as far apart as the elements of a page."""
    return f'<div class="ck-column">{"".join(pieces)}</div>'


def pile(items: Iterable[str], kind: str = "ck-list") -> str:
    """A list of cards, of which a screen reader says how many there are. kind: how it is laid."""
    listed = "".join(f'<div role="listitem">{one}</div>' for one in items)
    return f'<div class="{kind}" role="list">{listed}</div>' if listed else ""


def header(title: str, eyebrow: str, fresh: str = "") -> str:
    """The top of a page: where and when in small, the title, the freshness chip (HTML)."""
    return (
        f'<header class="ck-head"><div><p class="ck-eyebrow">{escape(eyebrow)}</p>'
        f"<h1>{escape(title)}</h1></div>{fresh}</header>"
    )


def freshness(sources: Sequence[Freshness], published: datetime | None, now: datetime) -> str:
    """The chip of the header: when the figures were published, and how many sources are late."""
    late = sum(source.late for source in sources)
    status = Status.AMBER if late or published is None else Status.OK
    when = dates.moment(published, now) if published else _("jamais")
    said = _("Actualisé : {when}").format(when=when)
    text = when
    if late:
        text += " · " + ngettext("{n} en retard", "{n} en retard", late).format(n=late)
    sign = f'<span aria-hidden="true">{ICONS[status]}</span>'
    label = f'<span class="ck-sr">{escape(said)}</span>'
    shown = f'<span aria-hidden="true" class="ck-fresh-text">{escape(text)}</span>'
    return f'<p class="ck-fresh {CLASSES[status]}">{sign} {label} {shown}</p>'


@dataclass(frozen=True, slots=True)
class Counts:
    """How many KPIs are in each state."""

    red: int
    amber: int
    ok: int

    @property
    def worst(self) -> Status:
        """The status of the whole."""
        if self.red:
            return Status.RED
        return Status.AMBER if self.amber else Status.OK


def hero(sentence: str, detail: str, counts: Counts) -> str:
    """The status sentence with its three counts."""
    pairs = (
        (counts.red, ngettext("alerte", "alertes", counts.red)),
        (counts.amber, ngettext("vigilance", "vigilances", counts.amber)),
        (counts.ok, ngettext("conforme", "conformes", counts.ok)),
    )
    items = "".join(f"<li><b>{count}</b> <span>{escape(said)}</span></li>" for count, said in pairs)
    more = f"<p>{escape(detail)}</p>" if detail else ""
    sign = f'<span class="ck-hero-icon" aria-hidden="true">{ICONS[counts.worst]}</span>'
    return (
        f'<section class="ck-hero {CLASSES[counts.worst]}"><div class="ck-hero-top">{sign}'
        f'<div><h2>{escape(sentence)}</h2>{more}</div></div><ul class="ck-counts">{items}</ul>'
        "</section>"
    )


def section(title: str, aside: str = "") -> str:
    """The title of a part of a page, with a few words at the right."""
    more = f"<span>{escape(aside)}</span>" if aside else ""
    return f'<div class="ck-section"><h2>{escape(title)}</h2> {more}</div>'


def unseen(title: str) -> str:
    """The title of a part that needs none for the eye, for a screen reader to stop at."""
    return f'<h2 class="ck-sr">{escape(title)}</h2>'


def note(text: str, status: Status = Status.NONE) -> str:
    """One sentence that a reader must see before the figures below."""
    return f'<p class="ck-note {CLASSES[status]}">{escape(text)}</p>'


def said(text: str) -> str:
    """A paragraph in small: the text of a chart, a remark under a table."""
    return f'<p class="ck-said">{escape(text)}</p>'


def here(label: str) -> str:
    """The last entry of a breadcrumb: where we are."""
    return f'<span class="ck-here" aria-current="page">{escape(label)}</span>'


def state(
    title: str,
    sentence: str,
    action: str = "",
    status: Status = Status.NONE,
    role: Literal["status", "alert"] = "status",
) -> str:
    """A page or a card without figures: one sentence, and what to do."""
    todo = f"<p><b>{escape(action)}</b></p>" if action else ""
    return (
        f'<section class="ck-state {CLASSES[status]}" role="{role}">'
        f'<span aria-hidden="true">{ICONS[status]}</span>'
        f"<h2>{escape(title)}</h2><p>{escape(sentence)}</p>{todo}</section>"
    )


def empty(sentence: str = "", action: str = "") -> str:
    """Nothing to show, and it is normal."""
    return state(_("Rien à afficher"), sentence or _("Aucune donnée pour cette période."), action)


def stale(source: Freshness) -> str:
    """A source is late or failed: what is shown is the last good state."""
    as_of = dates.bare_day(source.as_of) if source.as_of else _("n.d.")
    text = _("{source} : données au {day}, plus récentes attendues. Responsable : {owner}.")
    owner = source.owner or _("n.d.")
    return note(text.format(source=source.label, day=as_of, owner=owner), Status.AMBER)


def partial(sentence: str = "") -> str:
    """Some days are missing from the figures below."""
    said = sentence or _("Période incomplète : certains jours ne sont pas encore arrivés.")
    return note(said, Status.AMBER)


def forbidden() -> str:
    """The role does not see this page."""
    return state(
        _("Accès réservé"),
        _("Votre profil ne donne pas accès à cette page."),
        _("Changez de profil dans Plus, « Voir comme »."),
    )


def error(sentence: str) -> str:
    """Something went wrong; the sentence says what was kept and what to do."""
    return state(_("Page indisponible"), sentence, status=Status.RED)
