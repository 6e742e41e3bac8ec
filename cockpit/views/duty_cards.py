"""Who is on duty as HTML: the card of now, the rows of the coming weeks, what to look at."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.notify.route import MOST_STEPS
from cockpit.series.model import Status
from cockpit.views import anchors, dates, duty_words, parts
from cockpit.views.admin.words import chip, unbroken
from cockpit.views.parts import Html
from cockpit.views.status import CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from cockpit.notify.roster import Roster, Turn
    from cockpit.views.duty_words import Reach, Remark

_WEEK = timedelta(days=7)
_FIRST = 3


def now(
    turn: Turn | None, following: Turn | None, roster: Roster, reach: Reach, at: datetime
) -> str:
    """Who is on duty, until when, how to call them, who follows, who is called without answer."""
    shift = turn.shift if turn else None
    if turn is None or shift is None:
        return _nobody(following, reach)
    person = reach.book.by_id.get(shift.person)
    said = duty_words.until(turn)
    if turn.over:
        other = reach.name(turn.over.person)
        said += " · " + _("remplace {name}").format(name=other)
    status = reach.faults(shift.person)[0][0] if reach.faults(shift.person) else Status.OK
    rows = [
        (_("Adjoint"), _reached(shift.deputy, reach) if shift.deputy else Html(escape(_("aucun")))),
        (_("Ensuite"), Html(escape(_next(following, reach)))),
        (_("Prévenu par"), Html(escape(_ways(shift.person, reach)))),
        (_("Sans réponse"), Html(escape(_ladder(roster, reach, at)))),
    ]
    listed = "".join(f"<dt>{escape(title)}</dt><dd>{text}</dd>" for title, text in rows)
    return _card(
        status, reach.name(shift.person), parts.said(said), duty_words.call(person), listed
    )


def _nobody(following: Turn | None, reach: Reach) -> str:
    said = _(
        "Une alerte préviendra toutes les personnes concernées, même pendant leurs heures calmes."
    )
    rows = f"<dt>{escape(_('Ensuite'))}</dt><dd>{escape(_next(following, reach))}</dd>"
    return _card(Status.RED, _("Personne d'astreinte"), parts.said(said), "", rows)


def _card(status: Status, name: str, said: str, call: str, rows: str) -> str:
    title = escape(_("D'astreinte maintenant"))
    return (
        f'<section class="ck-card ck-duty {CLASSES[status]}"><p class="ck-eyebrow">{title}</p>'
        f"<h2>{escape(name)}</h2>{said}{call}<dl>{rows}</dl></section>"
    )


def _reached(name: str, reach: Reach) -> Html:
    """A name, and its number to dial."""
    person = reach.book.by_id.get(name)
    text = escape(reach.name(name))
    if person is not None and person.phone:
        number = escape(person.phone)
        text += f' · <a class="ck-dial" href="tel:{number}">{number}</a>'
    return Html(text)


def _next(following: Turn | None, reach: Reach) -> str:
    if following is None or following.shift is None:
        return _("personne au tableau")
    name = reach.name(following.shift.person)
    when = duty_words.moment(following.first)
    return _("{name}, à partir du {when}").format(name=name, when=when)


def _ways(name: str, reach: Reach) -> str:
    person = reach.book.by_id.get(name)
    ways = reach.ways(person) if person else ()
    return ", ".join(ways) or _("aucune voie")


def _ladder(roster: Roster, reach: Reach, at: datetime) -> str:
    """Who is told next when an alert stays without answer, as the sending does it."""
    minutes = reach.book.channels.escalation.after_minutes
    known = (reach.book.by_id.get(one) for one in roster.ladder(at)[1:])
    called = [one.name for one in known if one is not None and reach.ways(one)][:MOST_STEPS]
    if not minutes or not called:
        return _("personne d'autre n'est prévenu")
    said = _("après {minutes} min : {names}")
    return said.format(minutes=minutes, names=_(", puis ").join(called))


def remarks(listed: Sequence[Remark], leads: Callable[[Remark], str]) -> str:
    """What to look at; each row leads to where it is put right. leads: its address, "" for none."""
    if not listed:
        return ""
    count = ngettext("{n} point", "{n} points", len(listed)).format(n=len(listed))
    drawn = [_remark(one, leads(one)) for one in listed]
    first, rest = drawn[:_FIRST], parts.pile(drawn[_FIRST:])
    if rest:
        more = escape(_("Voir les {n} autres").format(n=len(drawn) - _FIRST))
        first.append(f'<details class="ck-more"><summary>{more}</summary>{rest}</details>')
    return parts.section(_("À régler"), count) + parts.pile(first)


def _remark(one: Remark, address: str) -> str:
    body = (
        f'<div class="ck-row {CLASSES[one.status]}">{parts.icon(one.status)}<span>'
        f"{escape(unbroken(one.text))}"
        f'<span class="ck-todo">{escape(one.todo)}</span></span></div>'
    )
    return anchors.card(body, address, f"{one.text} {one.todo}") if address else body


def weeks(turns: Sequence[Turn], reach: Reach, leads: Callable[[Turn], str], at: datetime) -> str:
    """The turns to come by week, the one under way first. leads: where a row goes, "" for none."""
    today = clock.in_paris(at).date()
    drawn = []
    for monday, several in groupby(turns, key=lambda one: _monday(one, today)):
        rows = parts.pile(_turn(one, reach, leads(one), at) for one in several)
        title = parts.section(_week(monday, today))
        drawn.append(f'<div class="ck-week">{title}{rows}</div>')
    return "".join(drawn)


def _monday(turn: Turn, today: date) -> date:
    """Of the week in which it begins, this one for what began before."""
    day = max(clock.in_paris(turn.first).date(), today)
    return day - timedelta(days=day.weekday())


def _week(monday: date, today: date) -> str:
    this = today - timedelta(days=today.weekday())
    named: Mapping[date, str] = {this: _("Cette semaine"), this + _WEEK: _("La semaine prochaine")}
    return named.get(monday) or _("Semaine du {day}").format(day=dates.bare_day(monday))


def _turn(turn: Turn, reach: Reach, address: str, at: datetime) -> str:
    name = duty_words.held_by(turn.shift, reach)
    when = duty_words.span(turn.first, turn.last)
    if turn.is_end:
        when = _("à partir du {when}").format(when=duty_words.moment(turn.first))
    said = [when]
    if turn.shift and turn.shift.deputy:
        said.append(_("adjoint {name}").format(name=reach.name(turn.shift.deputy)))
    small = escape(" · ".join(said))
    status = _status(turn, reach)
    body = (
        f'<div class="ck-row ck-turn {CLASSES[status]}"><span><b>{escape(name)}</b> '
        f'{_chips(turn, status, reach, at)}<span class="ck-muted">{small}</span></span></div>'
    )
    return anchors.card(body, address, f"{name}, {when}") if address else body


def _status(turn: Turn, reach: Reach) -> Status:
    if turn.shift is None:
        return Status.RED
    found = reach.faults(turn.shift.person)
    return found[0][0] if found else Status.NONE


def _chips(turn: Turn, status: Status, reach: Reach, at: datetime) -> str:
    said = []
    if turn.first <= at < turn.last:
        said.append(chip(Status.OK, _("Maintenant")))
    if turn.over:
        name = reach.name(turn.over.person)
        said.append(chip(Status.NONE, _("remplace {name}").format(name=name)))
    if turn.shift is None:
        said.append(chip(Status.RED, _("À pourvoir")))
    elif status is Status.RED:
        said.append(chip(Status.RED, _("Injoignable")))
    elif status is Status.AMBER:
        said.append(chip(Status.AMBER, _("Sans téléphone")))
    return "".join(said)


def person(name: str, title: str, reach: Reach) -> str:
    """One person of a turn: how to call them, and what keeps them from being told."""
    found = reach.book.by_id.get(name)
    notes = "".join(parts.note(unbroken(text), status) for status, text in reach.faults(name))
    ways = _("Prévenu par : {ways}").format(ways=_ways(name, reach))
    return (
        f'<section class="ck-card ck-duty"><p class="ck-eyebrow">{escape(title)}</p>'
        f'<h2>{escape(reach.name(name))}</h2><p class="ck-said">{escape(ways)}</p>'
        f"{duty_words.call(found)}{notes}</section>"
    )
