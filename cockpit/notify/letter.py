"""A stored message as words: a subject that says nothing to who looks over a shoulder, then text
and HTML that hold the same. Labels and comments come from sources: here they are only text.

Five alerts are told in full, the others are a line each.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cockpit.access.scope import DEFAULT_ROLE
from cockpit.i18n import gettext as _
from cockpit.i18n import language, ngettext
from cockpit.notify import morning
from cockpit.wording import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cockpit.notify.outbox import Message
    from cockpit.notify.people import Person
    from cockpit.notify.route import Line

FULL = 5
LISTED = 60
_LONGEST = 400
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel carries. subject: without any figure or name. link: "" without public_url.

    what: the subject without the name of Cockpit. page: where the alerts are, on our own server.
    """

    key: str
    subject: str
    what: str
    text: str
    html: str
    link: str
    page: str
    is_red: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """How addresses are made. public_url: "" gives none. monthly: KPIs read by the month.

    acknowledge: the token of a line for this person, "" for none.
    """

    public_url: str = ""
    monthly: frozenset[str] = frozenset()
    acknowledge: Callable[[Line], str] = lambda _line: ""


def clean(text: str) -> str:
    """One line without anything invisible: no control, no zero width, no change of direction; an
    address in it is no longer one."""
    seen = (" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    bare = "".join(one for one in seen if unicodedata.category(one) not in _INVISIBLE)
    bare = re.sub(r"\s+", " ", bare.replace("://", " : // ")).strip()
    return bare if len(bare) <= _LONGEST else f"{bare[: _LONGEST - 1]}…"


def compose(message: Message, person: Person, links: Links) -> Letter:
    """The words of a message, in the language of the run."""
    over = {line.episode for line in message.lines if line.what == "resolved"}
    now = [one for one in message.lines if one.what != "resolved" and one.episode not in over]
    ended = [line for line in message.lines if line.what == "resolved"]
    now.sort(key=lambda line: line.severity != "red")
    if message.kind == "digest":
        now = [line for line in message.lines if line.what == "brief"]
    parts = _Parts(person, links, message.kind)
    home = f"{links.public_url}/" if links.public_url else ""
    what = _what(message, now, ended)
    subject = _("Cockpit : {what}").format(what=what)
    query = _query(person, {})
    return Letter(
        key=message.key,
        subject=subject,
        what=what,
        text=parts.text(subject, now, ended),
        html=parts.morning(subject, message.lines)
        if message.kind == "digest"
        else parts.html(subject, now, ended),
        link=f"{home}{query}" if home else "",
        page=f"/alertes{query}",
        is_red=any(line.severity == "red" for line in now),
        lines=message.lines,
    )


def _what(message: Message, now: list[Line], ended: list[Line]) -> str:
    if message.kind == "test":
        return _("message d'essai")
    if message.kind == "digest":
        return _("la synthèse du jour")
    reds = sum(line.severity == "red" for line in now)
    ambers, over = len(now) - reds, len(ended)
    said = (
        ngettext("{count} alerte", "{count} alertes", reds).format(count=reds) if reds else "",
        ngettext("{count} vigilance", "{count} vigilances", ambers).format(count=ambers)
        if ambers
        else "",
        ngettext("{count} terminée", "{count} terminées", over).format(count=over) if over else "",
    )
    return ", ".join(filter(None, said)) or _("rien de nouveau")


def _query(person: Person, wanted: Mapping[str, str]) -> str:
    role = {} if person.role == DEFAULT_ROLE else {"as": person.role}
    found = urlencode({**role, **wanted})
    return f"?{found}" if found else ""


@dataclass(frozen=True, slots=True)
class _Parts:
    """Both writings of the same lines."""

    person: Person
    links: Links
    kind: str

    def text(self, subject: str, now: list[Line], ended: list[Line]) -> str:
        out = [subject, ""]
        for at, line in enumerate(now[:LISTED]):
            out.append(f"- {self._title(line)}")
            if at < FULL or self.kind == "digest":
                out += [f"  {said}" for said in self._more(line)]
                out += [f"  {name} : {url}" for name, url in self._links(line)]
        out += self._left_out(now)
        if ended:
            out += ["", _("Terminées :")]
            out += [f"- {clean(line.words.title)}" for line in ended[:LISTED]]
            out += self._left_out(ended)
        return "\n".join([*out, "", "-- ", self._foot(), ""])

    def html(self, subject: str, now: list[Line], ended: list[Line]) -> str:
        out = [
            f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">',
            f"<title>{escape(subject)}</title></head>",
            '<body style="font-family:sans-serif;line-height:1.45;color:#14213D">',
            f"<h1 style='font-size:18px'>{escape(subject)}</h1><ul>",
        ]
        for at, line in enumerate(now[:LISTED]):
            colour = "#B42318" if line.severity == "red" else "#8A5A00"
            out.append(f'<li><strong style="color:{colour}">{escape(self._title(line))}</strong>')
            if at < FULL:
                out += [f"<br>{escape(said)}" for said in self._more(line)]
                out += [
                    f'<br><a href="{escape(url)}">{escape(name)}</a>'
                    for name, url in self._links(line)
                ]
            out.append("</li>")
        out.append("</ul>")
        out += [f"<p>{escape(said)}</p>" for said in self._left_out(now)]
        if ended:
            out.append(f"<p>{escape(_('Terminées :'))}</p><ul>")
            out += [f"<li>{escape(clean(line.words.title))}</li>" for line in ended[:LISTED]]
            out.append("</ul>")
            out += [f"<p>{escape(said)}</p>" for said in self._left_out(ended)]
        foot = escape(self._foot())
        return "".join([*out, f'<p style="color:#5B6472">{foot}</p></body></html>'])

    def morning(self, subject: str, lines: Iterable[Line]) -> str:
        """A digest, which looks like the brief that it comes from."""
        rows = [
            morning.Row(
                line.what,
                clean(line.words.title),
                line.severity == "red",
                tuple(self._links(line)),
            )
            for line in lines
        ]
        base = self.links.public_url.rstrip("/")
        link = f"{base}/brief{_query(self.person, {})}" if base else ""
        return morning.html(subject, rows, link, self._foot())

    def _title(self, line: Line) -> str:
        if self.kind != "alert":
            return clean(line.words.title)
        level = _("Alerte") if line.severity == "red" else _("Vigilance")
        if line.what == "escalated":
            level = _("Sans réponse · {level}").format(level=level)
        if line.what == "assign":
            level = _("Confiée à vous · {level}").format(level=level)
        return f"{level} · {clean(line.words.title)}"

    def _more(self, line: Line) -> Iterable[str]:
        words = line.words
        if words.body:
            yield clean(words.body)
        if words.since and self.kind == "alert":
            yield _("Depuis le {day}.").format(day=day(date.fromisoformat(words.since), language()))
        if words.owner:
            yield _("Qui : {owner}").format(owner=clean(words.owner))
        if words.lever:
            yield _("Que faire : {lever}").format(lever=clean(words.lever))

    def _links(self, line: Line) -> Iterable[tuple[str, str]]:
        base, words = self.links.public_url.rstrip("/"), line.words
        if not base:
            return
        if words.kpi:
            period = "month" if words.kpi in self.links.monthly else "day"
            wanted = {"kpi": words.kpi, "unit": words.unit, "period": period}
            yield _("Voir l'indicateur"), f"{base}/indicateur{_query(self.person, wanted)}"
        token = self.links.acknowledge(line) if self.kind == "alert" else ""
        if token:
            yield _("J'en prends note"), f"{base}/accuser?{urlencode({'t': token})}"

    def _left_out(self, lines: list[Line]) -> list[str]:
        more = len(lines) - LISTED
        return [_("Et {count} de plus, dans Cockpit.").format(count=more)] if more > 0 else []

    def _foot(self) -> str:
        return _("Message de Cockpit pour {name}. Ne transmettez pas ses liens.").format(
            name=clean(self.person.name)
        )
