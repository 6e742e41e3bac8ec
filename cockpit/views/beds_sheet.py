"""The sheet of the bed meeting: who will lack beds, and how each column is made."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cockpit.forecast.beds.balance import Balance
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.kpi.units import Unit
from cockpit.series.model import Status
from cockpit.views import dates, french, parts, tables
from cockpit.views.anchors import word as link_word
from cockpit.views.context import Context
from cockpit.views.parts import Html
from cockpit.views.status import CLASSES, ICONS, word

_LEVELS = {"ok": Status.OK, "amber": Status.AMBER, "red": Status.RED}


def sheet(
    context: Context, lines: Sequence[tuple[Unit, Balance]], whole: Balance | None = None
) -> str:
    """The balance of each service, at P50 and P90, the BJML beside it."""
    columns = [
        tables.Column(_("Service"), number=False),
        tables.Column(_("Solde P50")),
        tables.Column(_("Solde P90")),
        tables.Column(_("BJML")),
        tables.Column(_("Libres")),
        tables.Column(_("Sorties")),
        tables.Column(_("Programmées")),
        tables.Column(_("Urgences P50–P90")),
    ]
    rows = [_sheet_row(_named(context, unit), line) for unit, line in lines]
    total = _sheet_row(_("Ensemble"), whole) if whole else None
    day = (whole or lines[0][1]).day
    caption = _("Bilan de la réunion de lits, {day}").format(day=dates.short_day(day))
    return tables.table(tables.further(caption, more=whole is None), columns, rows, total=total)


def _named(context: Context, unit: Unit) -> Html:
    return Html(link_word(unit.label, context.link("capacite", unit=unit.id)))


def _sheet_row(name: str, line: Balance) -> tuple[str, ...]:
    shown = _LEVELS[line.level]
    sign = Html(
        f'<b class="ck-balance {CLASSES[shown]}"><span aria-hidden="true">{ICONS[shown]}</span>'
        f'<span class="ck-sr">{escape(word(shown))} : </span>'
        f"{escape(french.number(line.p50, signed=True))}</b>"
    )
    return (
        name,
        sign,
        french.number(line.p90, signed=True),
        french.number(line.need) if line.need is not None else "–",
        french.number(line.available),
        french.number(line.exits, signed=True),
        french.number(-line.planned),
        f"{french.number(-line.ed_p50)} / {french.number(-line.ed_p90)}",
    )


def verdict(lines: Sequence[tuple[Unit, Balance]], whole: Balance) -> str:
    """Who will lack beds, worst first: beds free elsewhere do not make up for a full ward."""
    short = [(unit, line) for unit, line in lines if line.level == "red"]
    tight = [line for _unit, line in lines if line.level == "amber"]
    named = ", ".join(f"{unit.label} {french.number(line.p50)}" for unit, line in short[:3])
    if short:
        text = ngettext(
            "{n} service manquera de lits un jour ordinaire : {named}.",
            "{n} services manqueront de lits un jour ordinaire : {named}.",
            len(short),
        )
        said, shown = text.format(n=len(short), named=named), Status.RED
    elif tight:
        text = ngettext(
            "{n} service manquerait de lits un jour fort.",
            "{n} services manqueraient de lits un jour fort.",
            len(tight),
        )
        said, shown = text.format(n=len(tight)), Status.AMBER
    else:
        said, shown = _("Assez de lits partout, même un jour fort."), _LEVELS[whole.level]
    total = _("Ensemble : {p50} lits, {p90} un jour fort.").format(
        p50=french.number(whole.p50, signed=True), p90=french.number(whole.p90, signed=True)
    )
    return parts.note(f"{said} {total}", shown)


def sources(line: Balance) -> str:
    """How each column of the sheet is made, in words."""
    exits = (
        _("Sorties : annoncées par les services, multipliées par leur taux de réalisation.")
        if line.announced
        else _("Sorties : non annoncées, donc celles attendues de ce jour de semaine.")
    )
    planned = (
        _("Programmées : la liste des entrées du jour.")
        if line.booked
        else _("Programmées : liste non transmise, donc l'habitude de ce jour de semaine.")
    )
    ed = _("Urgences : prévision des hospitalisations par destination ; P90 = un jour sur dix.")
    margin = _("Marge de sécurité : {beds} lits.").format(beds=french.number(line.safety))
    return parts.said(f"{exits} {planned} {ed} {margin}")
