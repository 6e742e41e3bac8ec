"""A decision in words: where it stands, what it was to change, what the figure did."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.alerts.desk import effects
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, ngettext
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import Status
from cockpit.views import dates, french, parts, tables
from cockpit.views.status import CLASSES
from cockpit.views.units import spell

if TYPE_CHECKING:
    from datetime import date

    from cockpit.alerts.desk.decisions import Decision, Kept
    from cockpit.alerts.desk.effects import Effect
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

_MONEY = frozenset({"€", "k€", "M€"})
_AMOUNTS = _MONEY | {"%"}
_OPEN = ("○", mark("À mener"), "ck-outline")
_LATE = ("▲", mark("En retard"), "ck-amber")
_DONE = ("✓", mark("Menée"), "ck-ok")
_TONES = {True: "ck-good", False: "ck-bad", None: ""}


def is_late(kept: Kept) -> bool:
    """Not done, and due before today."""
    return kept.done_on is None and kept.decision.due < clock.today()


def kpi_of(context: Context, decided: Decision) -> Kpi | None:
    """Its KPI; None without one, or for one that the catalogue no longer has."""
    return context.kpis.get(KpiId(decided.kpi)) if decided.kpi else None


def where(context: Context, decided: Decision) -> str:
    """As "En attente de lit · Site Argence"; "" without a figure."""
    kpi, unit = kpi_of(context, decided), UnitId(decided.unit)
    named = context.units.get(unit).label if unit in context.units else decided.unit
    facet = f" ({decided.facet})" if decided.facet else ""
    return f"{label(kpi)}{facet} · {named}" if kpi else ""


def effect_of(context: Context, kept: Kept) -> Effect | None:
    """What its KPI did; None too early, or without a figure. Kept for the generation."""
    kpi = kpi_of(context, kept.decision)
    if kpi is None:
        return None
    ask = (context.generation, context.scope, kpi, kept, clock.today())
    key = ("effect", context.scope.key(), context.language, kpi, kept, clock.today())
    return context.generation.cached(key, lambda: effects.effect(*ask))


def card(context: Context, kept: Kept) -> str:
    """One decision of the list: where it stands, what, who, and what its figure says."""
    decided = kept.decision
    status = Status.AMBER if is_late(kept) else Status.OK if kept.done_on else Status.NONE
    who = " · ".join(one for one in (decided.owner, where(context, decided)) if one)
    figure = verdict(context, kept)
    said = f'<p class="ck-hand">{escape(figure)}</p>' if figure else ""
    return (
        f'<article class="ck-alert ck-decision {CLASSES[status]}"><div class="ck-alert-top">'
        f"{chip(kept)}<span>{escape(when(kept))}</span></div>"
        f"<h3>{escape(decided.what)}</h3><p>{escape(who)}</p>{said}</article>"
    )


def chip(kept: Kept) -> str:
    """Sign, word and colour of where it stands."""
    sign, word, tone = _DONE if kept.done_on else _LATE if is_late(kept) else _OPEN
    shown = escape(_(word))
    return f'<span class="ck-chip {tone}"><span aria-hidden="true">{sign}</span> {shown}</span>'


def when(kept: Kept) -> str:
    """The day it was done, or is due; with its year when it is another."""
    day = kept.from_day
    said = dates.bare_day(day) if day.year == clock.today().year else dates.numeric(day)
    return (_("menée le {day}") if kept.done_on else _("échéance le {day}")).format(day=said)


def verdict(context: Context, kept: Kept) -> str:
    """One line: what was expected, what was measured or for how long it is too early."""
    kpi = kpi_of(context, kept.decision)
    if kpi is None:
        return ""
    said = []
    if kept.decision.expected is not None:
        said.append(_("attendu {change}").format(change=change(kpi, kept.decision.expected)))
    found = effect_of(context, kept)
    if found is None:
        said.append(too_early(kpi, kept))
    elif (moved := measured(kpi, found)) is None:
        said.append(_("mesure impossible, données absentes"))
    else:
        said.append(_("mesuré {change}").format(change=change(kpi, moved)))
    return " · ".join(said)


def too_early(kpi: Kpi, kept: Kept) -> str:
    """As "trop tôt pour mesurer (encore 5 jours)"."""
    left = (effects.first_read(kpi, kept) - clock.today()).days
    days = ngettext("encore {n} jour", "encore {n} jours", left).format(n=left)
    return _("trop tôt pour mesurer ({days})").format(days=days.replace(" ", french.NBSP))


def change(kpi: Kpi, x: float) -> str:
    """A signed change in the KPI's unit: points for a rate, an amount for money."""
    if kpi.unit in _AMOUNTS:
        return tables.signed(kpi, x)
    if kpi.unit == "min":
        return ("+" if x > 0 else "") + french.duration(x)
    figure = french.number(x, precise(kpi).decimals, signed=True)
    return str(french.Figure(figure, spell(kpi.unit, abs(x))))


def measured(kpi: Kpi, found: Effect) -> float | None:
    """The change between the two figures as they are written: 1,9 then 1,3 is −0,6."""
    if found.was is None or found.now is None:
        return None
    if kpi.unit in _MONEY or kpi.unit == "min":
        return found.now - found.was
    decimals = precise(kpi).decimals
    return round(found.now, decimals) - round(found.was, decimals)


def precise(kpi: Kpi) -> Kpi:
    """The same KPI with the tenths that a mean of days has."""
    is_mean = kpi.additive == "units" and kpi.unit not in _AMOUNTS
    return replace(kpi, decimals=max(1, kpi.decimals)) if is_mean else kpi


def tone(kpi: Kpi, x: float) -> str:
    """The class of a change: good, bad or neutral."""
    better = {"up": x > 0, "down": x < 0}.get(kpi.direction) if x else None
    return _TONES[better]


def reached(expected: float | None, found: float) -> str:
    """How much of what was expected came; "" when nothing was."""
    if not expected:
        return ""
    if found * expected <= 0:
        return _("L'effet attendu n'est pas là.")
    share = found / expected
    if share >= 1:
        return _("L'effet attendu est atteint.")
    return _("{share} de l'effet attendu.").format(share=french.percent(100 * share, 0))


def figures(kpi: Kpi, kept: Kept, found: Effect) -> str:
    """Before and after as two figures, the change in words, and what to know before believing."""
    pairs = ((_("Avant"), found.before, found.was), (_("Après"), found.after, found.now))
    cells = "".join(
        f"<div><span>{escape(title)} · {escape(dates.span(window))}</span>"
        f"<b>{escape(french.value(precise(kpi), value))}</b></div>"
        for title, window, value in pairs
    )
    cautions = list(found.cautions)
    if kept.done_on is None:
        cautions.insert(0, _("Pas encore menée : compté depuis l'échéance."))
    known = "".join(parts.said(one) for one in (_basis(kpi), *cautions))
    return (
        f'<section class="ck-card ck-before-after"><div class="ck-pair">{cells}</div>'
        f"{_moved(kpi, kept, found)}{known}</section>"
    )


def _moved(kpi: Kpi, kept: Kept, found: Effect) -> str:
    moved = measured(kpi, found)
    if moved is None:
        return parts.said(_("Le changement ne se calcule pas : des données manquent."))
    said = change(kpi, moved)
    more = reached(kept.decision.expected, moved)
    return (
        f'<p class="ck-change {tone(kpi, moved)}">{escape(said)}</p>'
        f"{parts.said(more) if more else ''}"
    )


def _basis(kpi: Kpi) -> str:
    """What the two figures are."""
    if kpi.additive == "units":
        return _("Moyenne par jour.")
    if kpi.additive in {"full", "establishments"}:
        return _("Total de chaque période.")
    return _("Valeur de chaque période entière.")


def course_table(kpi: Kpi, points: tuple[tuple[date, float], ...], day: date) -> str:
    """The points of the curve, the newest first, each before or after the decision."""
    columns = [
        tables.Column(_("Période"), number=False),
        tables.Column(_("Valeur")),
        tables.Column(_("Décision"), number=False),
    ]
    rows = [
        (
            dates.month(start) if kpi.step == "month" else dates.short_day(start),
            french.value(kpi, value),
            _("Après") if start >= day else _("Avant"),
        )
        for start, value in reversed(points)
    ]
    return tables.table(_("Valeurs de la courbe"), columns, rows)
