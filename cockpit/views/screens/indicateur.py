"""The sheet of one KPI: its figure, its curve, where the change comes from, what it means."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import label
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.model import Kpi
from cockpit.series.contributions import contributions
from cockpit.series.curve import Curve, curve
from cockpit.series.freshness import freshness
from cockpit.series.model import Contribution, Trend
from cockpit.series.trend import trend
from cockpit.views import (
    anchors,
    cards,
    dates,
    facets,
    french,
    origins,
    parts,
    tables,
    widgets,
)
from cockpit.views.context import Context
from cockpit.views.screens import prevision

_ROWS = 8


def show(context: Context) -> None:
    """The sheet of `?kpi=` at `?unit=`; the first home KPI without it. Raises UnknownKpi.

    On a desk, what moved stands beside what it means.
    """
    kpi = context.kpi(context.params.kpi or home_kpis(context.kpis)[0].id)
    ask = (context.generation, context.scope, kpi, context.unit.id, context.period)
    found, drawn = trend(*ask), curve(*ask)
    late = found.freshness if found.freshness and found.freshness.late else None
    widgets.head(
        context,
        label(kpi),
        *widgets.where_and_when(context, "indicateur"),
        cards.figure(found),
        parts.stale(late) if late else "",
    )
    why, what = st.columns([3, 2], gap="medium")
    with why:
        _evolution(context, kpi, found, drawn)
        if explained := where(context, kpi, found):
            st.html(parts.column(*explained))
        origins.fold(context, kpi, found.window if found.value is not None else None)
    with what:
        fresh = freshness(context.generation, kpi, (context.unit.id,))
        st.html(cards.definition(kpi, fresh, context.unit.label))
        _export(context, kpi, drawn)


def _evolution(context: Context, kpi: Kpi, found: Trend, drawn: Curve) -> None:
    if found.value is None:
        st.html(waiting(kpi))
        return
    widgets.chart(context, drawn, kpi, _("Évolution"))
    prevision.show(context, kpi)


def waiting(kpi: Kpi) -> str:
    """Why there is no figure, and what to connect."""
    action = _("À connecter : {source}.").format(source=kpi.waiting_for) if kpi.waiting_for else ""
    return parts.empty(_("Cet indicateur n'est pas disponible pour ce périmètre."), action)


def where(context: Context, kpi: Kpi, found: Trend) -> list[str]:
    """Which units explain the change, each leading to its own sheet; then which facets."""
    below = context.units.children(context.unit.id)
    ask = (context.generation, context.scope, kpi, context.unit.id, context.period)
    shares = contributions(*ask) if below else ()
    said: list[str] = []
    if shares:
        said = [parts.section(_("Où ?"), _moved(context, found)), _units(context, kpi, shares)]
    elif below:
        aside = f"{context.unit.label} · {dates.covering(found.window)}"
        said = [parts.section(_("Où ?"), aside), _children(context, kpi)]
    by_facet = contributions(*ask, by="facet") if kpi.facet_label_fr else ()
    if by_facet:
        said.append(parts.section(_("Par nature"), kpi.facet_label_fr))
        said.append(tables.contributions(kpi, [_named(kpi, part) for part in by_facet]))
    return said


def _moved(context: Context, found: Trend) -> str:
    """The unit and the change that the parts below explain."""
    if found.previous is None:
        return context.unit.label
    return f"{context.unit.label} · {french.change(found.kpi, found.previous, found.window)}"


def _named(kpi: Kpi, part: Contribution) -> Contribution:
    words = facets.named(kpi, part.code)
    return Contribution(part.code, words, part.before, part.after, part.total, part.rate, part.mix)


def _units(context: Context, kpi: Kpi, shares: Sequence[Contribution]) -> str:
    reach = max(abs(share.total) for share in shares)
    rows = []
    for share in shares[:_ROWS]:
        body = tables.share_row(kpi, share, reach)
        link = context.link("indicateur", unit=share.code)
        rows.append(anchors.card(body, link, share.label) if share.code else body)
    return anchors.stack(rows)


def _children(context: Context, kpi: Kpi) -> str:
    """Units below with their own figure, for a KPI that cannot be split."""
    rows = []
    for unit in context.units.children(context.unit.id):
        found = trend(context.generation, context.scope, kpi, unit.id, context.period)
        if found.value is not None:
            body = cards.line(found.status, unit.label, french.value(kpi, found.value))
            rows.append(anchors.card(body, context.link("indicateur", unit=unit.id), unit.label))
    return anchors.stack(rows)


def _export(context: Context, kpi: Kpi, drawn: Curve) -> None:
    before = {point.day: point.value for point in drawn.last_year}
    head = (_("Période"), f"{label(kpi)} ({kpi.unit})", _("N-1"))
    rows = [(point.day, point.value, before.get(point.day)) for point in drawn.points]
    widgets.downloads(kpi, f"{kpi.id}-{context.unit.id}", head, rows)
