"""The effects of a what-if as cards, and several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cockpit.forecast.whatif.model import Absence, Answer, Beds, Effect, Visits, Wave
from cockpit.i18n import gettext as _
from cockpit.kpi.model import UnitId
from cockpit.series.model import Window
from cockpit.views import dates, french, parts, tables
from cockpit.views.context import Context

_DECIMALS = {"%": 1, "patients": 1, "passages": 0, "lits": 1}


def when(answer: Answer) -> str:
    """The days of a scenario."""
    return dates.span(Window(answer.first, answer.last))


def summary(context: Context, answer: Answer) -> str:
    """What was asked, in words."""
    said = " · ".join(_action(context, one) for one in answer.scenario.actions)
    return parts.said(said[:1].upper() + said[1:])


def _action(context: Context, action: Beds | Visits | Wave | Absence) -> str:
    days = dates.span(Window(action.first, action.last))
    if isinstance(action, Beds):
        label = context.units.get(UnitId(action.unit)).label
        beds = french.number(action.beds, signed=True)
        return _("{beds} lits, {unit}, {days}").format(beds=beds, unit=label, days=days)
    if isinstance(action, Absence):
        return _("{points} d'absentéisme, {days}").format(
            points=french.points(action.points), days=days
        )
    percent = french.percent(action.percent, 0, signed=True)
    if isinstance(action, Wave):
        peak = dates.bare_day(action.peak)
        return _("vague de {percent} de passages au pic du {peak}, {days}").format(
            percent=percent, peak=peak, days=days
        )
    return _("{percent} de passages aux urgences, {days}").format(percent=percent, days=days)


def effects(answer: Answer) -> str:
    """One card per effect: the change, its range, before and after, what was assumed."""
    return f'<div class="ck-effects">{"".join(_card(one) for one in answer.effects)}</div>'


def _card(one: Effect) -> str:
    title = f"<h3>{escape(one.label)}</h3>"
    if one.refused:
        body = f'<p class="ck-said">{escape(one.refused)}</p>'
        return f'<section class="ck-card ck-effect">{title}{body}</section>'
    listed = "".join(f"<li>{escape(text)}</li>" for text in one.assumptions)
    return (
        f'<section class="ck-card ck-effect">{title}'
        f'<p class="ck-value {tone(one)}">{escape(change(one))}</p>'
        f'<p class="ck-said">{escape(_range(one))}</p><ul>{listed}</ul></section>'
    )


def tone(one: Effect) -> str:
    """Good news or bad, when it is either."""
    if one.good is None or one.mid is None or not any(c in "123456789" for c in change(one)):
        return "ck-neutral"
    return "ck-good" if (one.mid > 0) is one.good else "ck-bad"


def change(one: Effect) -> str:
    """The expected difference, in the unit of the effect: +1,8 pt, -17 k€, +0,8 patient."""
    return _figure(one, one.mid)


def _figure(one: Effect, value: float | None) -> str:
    if one.unit == "%":
        return french.points(value)
    if one.unit == "€":
        return french.euros(value, signed=True)
    return french.number(value, _DECIMALS.get(one.unit, 1), signed=True)


def _range(one: Effect) -> str:
    text = _("De {low} à {high} (huit chances sur dix).").format(
        low=_figure(one, one.low), high=_figure(one, one.high)
    )
    if one.before is None or one.after is None:
        return text
    before, after = (_level(one, value) for value in (one.before, one.after))
    return f"{text} " + _("{before} sans, {after} avec.").format(before=before, after=after)


def _level(one: Effect, value: float) -> str:
    if one.unit == "%":
        return french.percent(value)
    return french.number(value, _DECIMALS.get(one.unit, 1))


def compared(answers: Sequence[Answer]) -> str:
    """Effects in rows, scenarios in columns; each with its range."""
    columns = [tables.Column(_("Effet"), number=False)]
    columns += [tables.Column(f"{one.scenario.name} ({when(one)})") for one in answers]
    labels = {effect.id: effect.label for one in answers for effect in one.effects}
    rows = [
        (label, *(_cell(next((e for e in one.effects if e.id == name), None)) for one in answers))
        for name, label in labels.items()
    ]
    return tables.table(_("Scénarios côte à côte"), columns, rows)


def _cell(one: Effect | None) -> str:
    if one is None:
        return "–"
    if one.refused:
        return french.missing()
    return _("{mid} ({low} à {high})").format(
        mid=change(one), low=_figure(one, one.low), high=_figure(one, one.high)
    )
