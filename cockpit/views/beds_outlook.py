"""The beds of the coming week: one sentence, then a heat strip by service.

The strip is a real table: each cell says its figure and, for a screen reader, its level in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from cockpit.forecast.beds.model import Outlook, OutlookDay, Slot
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi, UnitId
from cockpit.kpi.units import Unit
from cockpit.series.model import Status
from cockpit.views import dates, french, parts, tables
from cockpit.views.anchors import word as link_word
from cockpit.views.context import Context
from cockpit.views.parts import Html
from cockpit.views.status import CLASSES, ICONS, word

DAYS_SHOWN = 7
_LIKELY, _POSSIBLE = 0.5, 0.2
CHOICES = {
    "flow": mark("entrées et sorties"),
    "plain": mark("prévision du recensement"),
    "mean": mark("moyenne des deux"),
    "mixed": mark("somme des services, chacun avec la méthode qui s'y trompe le moins"),
}
SLOTS: dict[str, Slot] = {"8h": "08:00", "18h": "18:00"}


def slot_of(tab: str | None) -> Slot:
    """The hour of the address; 08:00 by default."""
    return SLOTS.get(tab or "", "08:00")


def hour(slot: Slot) -> str:
    """8 h, 18 h."""
    return _("8 h") if slot == "08:00" else _("18 h")


def level(occupancy: Kpi | None, rate: float | None) -> Status:
    """Red and amber above the levels of the KPI; a ward with room is never an alert here."""
    levels = occupancy.threshold if occupancy else None
    if rate is None or levels is None or levels.red is None or levels.amber is None:
        return Status.NONE
    if rate >= levels.red:
        return Status.RED
    return Status.AMBER if rate >= levels.amber else Status.OK


def headline(outlook: Outlook, slot: Slot) -> str:
    """The day of the week when beds are the scarcest, in one sentence with its chance."""
    days = [day for day in outlook.at(slot)[:DAYS_SHOWN] if day.p_short is not None]
    if not days:
        return _fullest(outlook, slot)
    worst = max(days, key=lambda day: day.p_short or 0.0)
    text = _(
        "{day} à {hour} : {free} lits libres attendus face à un besoin minimal de {need} "
        "(BJML : médecine, chirurgie, UHCD). Risque d'en manquer : {chance}."
    )
    said = text.format(
        day=dates.short_day(worst.day).capitalize(),
        hour=hour(slot),
        free=french.number(worst.free_for_need),
        need=french.number(worst.need),
        chance=chance(worst.p_short),
    )
    return parts.note(said, risk(worst.p_short))


def _fullest(outlook: Outlook, slot: Slot) -> str:
    days = outlook.at(slot)[:DAYS_SHOWN]
    if not days:
        return ""
    worst = max(days, key=lambda day: day.rate or 0.0)
    text = _("Jour le plus chargé : {day} à {hour}, {rate} d'occupation attendue.")
    said = text.format(
        day=dates.short_day(worst.day), hour=hour(slot), rate=french.percent(worst.rate, 0)
    )
    return parts.note(said)


def risk(probability: float | None) -> Status:
    """Red from one chance in two, amber from one in five."""
    if probability is None:
        return Status.NONE
    if probability >= _LIKELY:
        return Status.RED
    return Status.AMBER if probability >= _POSSIBLE else Status.OK


def chance(probability: float | None) -> str:
    """A chance in whole percent, never 0 nor 100: it was counted on past errors."""
    if probability is None:
        return french.missing()
    percent = min(max(100 * probability, 1.0), 99.0)
    return french.percent(percent, 0)


def strip(
    context: Context,
    units: Sequence[Unit],
    found: Mapping[UnitId, Outlook],
    slot: Slot,
    *,
    whole: Outlook | None = None,
) -> str:
    """Expected occupancy by service and day, the whole first. A name leads to its detail."""
    occupancy = next(iter(context.having("bed_occupancy_rate")), None)
    shown = next((one for one in (whole, *found.values()) if one and one.days), None)
    if shown is None:
        return ""
    days = [day.day for day in shown.at(slot)[:DAYS_SHOWN]]
    heads = "".join(
        f'<th scope="col"><abbr title="{escape(dates.long_day(day))}">'
        f"{escape(dates.weekday(day))}<span>{day.day}</span></abbr></th>"
        for day in days
    )
    rows = [_strip_row(occupancy, _("Ensemble"), whole, slot, "ck-whole")] if whole else []
    for unit in units:
        name = Html(link_word(unit.label, context.link("capacite", unit=unit.id)))
        rows.append(_strip_row(occupancy, name, found.get(unit.id), slot))
    caption = _("Occupation attendue des lits ouverts à {hour}, en %").format(hour=hour(slot))
    caption = tables.further(caption, more=whole is None)
    return (
        f'<div class="ck-scroll"><table class="ck-heat"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col"><span class="ck-sr">{escape(_("Service"))}</span></th>'
        f"{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _strip_row(
    occupancy: Kpi | None, name: str, outlook: Outlook | None, slot: Slot, kind: str = ""
) -> str:
    days = outlook.at(slot)[:DAYS_SHOWN] if outlook else ()
    cells = "".join(_strip_cell(occupancy, day) for day in days)
    if not days:
        reason = _(outlook.refused) if outlook and outlook.refused else french.missing()
        cells = f'<td colspan="{DAYS_SHOWN}" class="ck-muted">{escape(reason)}</td>'
    return f'<tr class="{kind}"><th scope="row">{parts.html(name)}</th>{cells}</tr>'


def _strip_cell(occupancy: Kpi | None, day: OutlookDay) -> str:
    shown = level(occupancy, day.rate)
    sign = ICONS[shown] if shown in {Status.RED, Status.AMBER} else ""
    return (
        f'<td class="{CLASSES[shown]}"><b>{escape(french.number(day.rate))}</b>'
        f'<i aria-hidden="true">{sign}</i><span class="ck-sr">{escape(word(shown))}</span></td>'
    )


def legend() -> str:
    """What the colours and signs say."""
    said = (
        (Status.OK, _("de la place")),
        (Status.AMBER, _("tendu")),
        (Status.RED, _("saturé")),
    )
    listed = "".join(
        f'<li class="{CLASSES[one]}"><span aria-hidden="true">{ICONS[one]}</span>'
        f"{escape(text)}</li>"
        for one, text in said
    )
    return f'<ul class="ck-legend">{listed}</ul>'


def detail(outlook: Outlook) -> str:
    """One unit, day by day and hour by hour: the table behind its line of the strip."""
    columns = [
        tables.Column(_("Jour"), number=False),
        tables.Column(_("Présents attendus")),
        tables.Column(_("Lits ouverts")),
        tables.Column(_("Libres")),
        tables.Column(_("BJML")),
        tables.Column(_("Risque < BJML")),
        tables.Column(_("Risque > 95 %")),
    ]
    rows = [
        (
            f"{dates.short_day(day.day)} · {hour(day.slot)}",
            ranged(day.occupied, day.low80, day.high80),
            french.number(day.open_beds),
            ranged(day.available, day.available_low, day.available_high),
            french.number(day.need) if day.need is not None else "–",
            chance(day.p_short) if day.p_short is not None else "–",
            chance(day.p_tense),
        )
        for day in outlook.days
    ]
    return tables.table(_("14 jours, à 8 h et à 18 h (intervalle à 80 %)"), columns, rows)


def ranged(mid: float, low: float, high: float) -> str:
    """34 (32-37): expected, and the interval."""
    return f"{french.number(mid)} ({french.number(low)}–{french.number(high)})"


def trust(outlook: Outlook) -> str:
    """Which method was kept, how wrong it has been, what is missing."""
    text = _(
        "Méthode : {choice}. Erreur moyenne à 7 jours : {error} patients sur {n} essais passés "
        "({versus}). Intervalle à 80 % : {coverage} des valeurs passées y étaient. "
        "Dernier recensement : {day}."
    )
    said = text.format(
        choice=_(CHOICES[outlook.choice]),
        error=french.number(outlook.error, 1),
        n=outlook.origins,
        versus=_versus(outlook),
        coverage=french.percent(100 * outlook.coverage, 0)
        if outlook.coverage is not None
        else french.missing(),
        day=dates.short_day(outlook.origin),
    )
    notes = [_(line) for line in outlook.note.splitlines()]
    return "".join(parts.said(line) for line in (said, *notes))


def _versus(outlook: Outlook) -> str:
    known = (
        ("flow", outlook.error_flow),
        ("plain", outlook.error_plain),
        ("mean", outlook.error_mean),
    )
    listed = [f"{_(CHOICES[name])} {french.number(e, 1)}" for name, e in known if e is not None]
    return ", ".join(listed) or _("somme des services")
