"""The accounts of one title, then the units that book one of them: a part of Finances.

The address says which: facet=expense/1 is a title, facet=expense/1/6411 an account of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, Scenario, UnitId
from cockpit.series.across import breakdown, year_of
from cockpit.series.model import Window
from cockpit.views import anchors, dates, facets, french, parts, widgets
from cockpit.views.context import Context

_SIDES = {"expense": "expense_by_title", "revenue": "revenue_by_title"}
_TITLES = {"expense": facets.EXPENSE_TITLES, "revenue": facets.REVENUE_TITLES}
_SHOWN = 8
_DEEP = 3
"""Parts of an address that names an account: side, title, account."""


def show(context: Context) -> None:
    """A list of titles, then the accounts of one, or the units of one account."""
    options = [f"{side}/{code}" for side, titles in _TITLES.items() for code in titles]
    asked = (context.params.facet or "").split("/")
    wanted = "/".join(asked[:2])
    chosen = wanted if wanted in options else options[0]
    side, code = chosen.split("/")
    (kpi,) = context.having(_SIDES[side]) or (None,)
    window = year_of(context.generation, kpi, (context.unit.id,)) if kpi else None
    if kpi is None or window is None:
        return
    st.html(parts.section(_("Comptes d'un titre"), dates.covering(window)))
    widgets.choice("facet", _("Titre"), options, chosen, words=_side_title)
    sign = 1 if side == "revenue" else -1
    if wanted == chosen and len(asked) == _DEEP:
        _units(context, kpi, window, f"{code}/{asked[-1]}", sign)
    else:
        _accounts(context, kpi, window, side, code)


def _side_title(option: str) -> str:
    side, code = option.split("/")
    name = _("Charges") if side == "expense" else _("Produits")
    return f"{name} · {facets.title(side, code)}"


def _accounts(context: Context, kpi: Kpi, window: Window, side: str, code: str) -> None:
    """Actual against budget to date; a tap leads to the units of the account."""
    ask = (context.generation, context.scope, kpi, context.unit.id, window)
    actual = breakdown(*ask, under=code)
    voted = breakdown(*ask, under=code, scenario="budget")
    if not actual:
        st.html(parts.empty(_("Aucune écriture pour ce titre.")))
        return
    sign = 1 if side == "revenue" else -1
    names = list(actual)

    def rows(listed: Iterable[str]) -> None:
        drawn = []
        for account in listed:
            name = facets.label(account)
            body = row(name, actual[account], voted.get(account), sign)
            link = context.link("finances", facet=f"{side}/{account}")
            drawn.append(anchors.card(body, link, name))
        st.html(anchors.stack(drawn))

    rows(names[:_SHOWN])
    if rest := names[_SHOWN:]:
        with st.expander(_("Voir les {n} autres comptes").format(n=len(rest))):
            rows(rest)


def row(name: str, actual: float, voted: float | None, sign: int) -> str:
    """An account or a unit: actual, budget to date, effect on the result."""
    gap = effect(None if voted is None else sign * (actual - voted))
    cells = (
        (_("Réalisé"), parts.html(french.thousands(actual))),
        (_("Budget à date"), parts.html(french.thousands(voted))),
        (_("Effet"), gap),
    )
    listed = "".join(f"<span><small>{title}</small>{cell}</span>" for title, cell in cells)
    return f'<div class="ck-row ck-account"><b>{parts.html(name)}</b>{listed}</div>'


def effect(amount: float | None) -> parts.Html:
    """A gain in green, a loss in red, each with its sign."""
    if amount is None:
        return parts.Html(parts.html(french.missing()))
    tone = "ck-good" if amount > 0 else "ck-bad" if amount < 0 else "ck-neutral"
    text = parts.html(french.thousands(amount, signed=True))
    return parts.Html(f'<span class="{tone}">{text}</span>')


def _units(context: Context, kpi: Kpi, window: Window, account: str, sign: int) -> None:
    """The units below that book this account, the largest first; each leads further down."""
    back = "/".join((context.params.facet or "").split("/")[:2])
    up = (_("Tous les comptes du titre"), context.link("finances", facet=back))
    st.html(anchors.crumbs([up], facets.label(account)))
    actual = booked(context, kpi, window, account, "actual")
    voted = booked(context, kpi, window, account, "budget")
    if not actual:
        st.html(parts.empty(_("Aucune écriture pour ce compte dans ce périmètre.")))
        return
    st.html(parts.section(_("Par unité"), context.unit.label))
    rows = []
    for unit, amount in sorted(actual.items(), key=lambda one: -abs(one[1])):
        name = context.units.get(unit).label
        body = row(name, amount, voted.get(unit), sign)
        is_here = unit == context.unit.id
        link = context.link("finances", unit=unit)
        rows.append(body if is_here else anchors.card(body, link, name))
    st.html(anchors.stack(rows))


def booked(
    context: Context, kpi: Kpi, window: Window, account: str, scenario: Scenario
) -> Mapping[UnitId, float]:
    """One account over a window of whole months by unit below, in the unit of the KPI."""
    found = series(
        context.generation,
        context.scope,
        kpi,
        context.unit.id,
        start=window.start,
        end=window.end,
        grain=Grain.MONTH,
        by="unit",
        scenario=scenario,
        facet=account,
    )
    return {UnitId(str(unit)): float(sum(one["value"])) for unit, one in found.groupby("unit")}
