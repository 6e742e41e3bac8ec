"""Explorer: any KPI, any unit, any grain, split or not; the same figures to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark
from cockpit.kpi import compute, provisional
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.model import Grain, Kpi, KpiId, UnitId
from cockpit.kpi.panel import By
from cockpit.kpi.windows import add_months, periods
from cockpit.views import anchors, charts, dates, exports, facets, french, parts, tables, widgets
from cockpit.views.context import Context
from cockpit.views.vega import Spec

GRAINS = {
    Grain.DAY: mark("Jour"),
    Grain.WEEK: mark("Semaine"),
    Grain.MONTH: mark("Mois"),
    Grain.QUARTER: mark("Trimestre"),
    Grain.YEAR: mark("Année"),
}
_SPLITS = {"": mark("Total"), "unit": mark("Par unité"), "facet": mark("Par nature")}
_MONTHS_READ = {Grain.DAY: 2, Grain.WEEK: 6, Grain.MONTH: 24, Grain.QUARTER: 36, Grain.YEAR: 48}
_STATUSES = {
    "provisional": mark("provisoire"),
    "partial": mark("partiel"),
    "consolidated": mark("consolidé"),
    "open": mark("en cours"),
}
_ROWS_SHOWN = 60
_BARS = 12


class Row(NamedTuple):
    """One figure. period: its first day; part: the unit or facet, "" without split.

    status: of the engine, or "open" when the period goes on after the last day known.
    """

    period: date
    part: str
    value: float
    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a choice gives, ready to be sent; never to be changed. drawn: None without any row."""

    rows: tuple[Row, ...] = ()
    drawn: charts.Drawing | None = None


def show(context: Context) -> None:
    """Three lists, a chart, a table, two exports; everything is in the address."""
    widgets.head(context, _("Explorer"))
    kpi = _chosen(context)
    grain = _grain(context, kpi)
    split = context.params.split if context.params.split in _SPLITS else ""
    _lists(context, kpi, grain, split)
    if crumbs := widgets.breadcrumb(context, "explorer"):
        st.html(crumbs)
    found = answer(context, kpi, grain, split)
    st.html(parts.section(label(kpi), context.unit.label))
    if found.drawn is None:
        action = _("À connecter : {source}.").format(source=kpi.waiting_for)
        st.html(parts.empty(_("Aucun chiffre pour ce choix."), action if kpi.waiting_for else ""))
        return
    _chart(found.drawn)
    st.html(found.drawn.table)
    _export(context, kpi, found.rows)
    _below(context)


def _chosen(context: Context) -> Kpi:
    if context.params.kpi:
        return context.kpi(context.params.kpi)
    seen = [kpi for kpi in home_kpis(context.kpis) if kpi.domain in context.scope.domains]
    return seen[0]


def _grain(context: Context, kpi: Kpi) -> Grain:
    wanted = context.params.grain or Grain.MONTH
    fine = {Grain.DAY, Grain.WEEK}
    return Grain.MONTH if kpi.step == "month" and wanted in fine else wanted


def _lists(context: Context, kpi: Kpi, grain: Grain, split: str) -> None:
    seen = [one for one in context.kpis.values() if one.domain in context.scope.domains]
    grains = [one for one in GRAINS if kpi.step == "day" or one not in {Grain.DAY, Grain.WEEK}]
    splits = [one for one in _SPLITS if one != "facet" or kpi.facet_label_fr]
    named = {one.id: label(one) for one in seen}
    widgets.choice(
        "kpi",
        _("Indicateur"),
        [one.id for one in seen],
        kpi.id,
        words=lambda one: named[KpiId(one)],
    )
    with st.grid(2, min_column_width=150, gap="small"):
        widgets.choice("grain", _("Pas"), grains, grain, words=lambda one: _(GRAINS[Grain(one)]))
        widgets.choice("split", _("Découpage"), splits, split, words=lambda one: _(_SPLITS[one]))


def answer(context: Context, kpi: Kpi, grain: Grain, split: str) -> Answer:
    """Kept for the generation; who asks and what is asked are in the key."""
    asked = (context.unit.id, kpi, grain, split)
    key = ("explorer", context.scope.key(), *asked, context.language)
    return context.generation.cached(key, lambda: _answer(context, kpi, grain, split))


def _answer(context: Context, kpi: Kpi, grain: Grain, split: str) -> Answer:
    rows = tuple(read(context, kpi, grain, split))
    if not rows:
        return Answer()
    draw = _compared if any(row.part for row in rows) else _drawn
    frame, spec, said = draw(kpi, grain, closed(rows))
    sent = pa.Table.from_pandas(frame)
    return Answer(rows, charts.Drawing(sent, spec, said, table(kpi, grain, rows)))


def read(context: Context, kpi: Kpi, grain: Grain, split: str) -> list[Row]:
    """The points that can be computed, by part, oldest first."""
    as_of = provisional.last_day(context.generation, kpi, (context.unit.id,))
    if as_of is None:
        return []
    by: By | None = "unit" if split == "unit" else "facet" if split == "facet" else None
    found = compute.series(
        context.generation,
        context.scope,
        kpi,
        context.unit.id,
        start=_start(as_of, grain),
        end=as_of,
        grain=grain,
        by=by,
    )
    parts_of = (
        [""] * len(found) if by is None else [_name(context, kpi, by, code) for code in found[by]]
    )
    status = [
        "open" if _goes_on(period, grain, as_of) else said
        for period, said in zip(found["period"], found["status"], strict=True)
    ]
    listed = zip(found["period"], parts_of, found["value"], status, strict=True)
    return [Row(*one) for one in listed]


def _goes_on(period: date, grain: Grain, as_of: date) -> bool:
    """Whether the period that starts there ends after the last day known."""
    end = periods(period, period, grain).ends[-1].astype(date)
    return bool(end > as_of)


def closed(rows: Sequence[Row]) -> Sequence[Row]:
    """What a chart shows: a period so far is no fall. All of them when none is over."""
    return [row for row in rows if row.status != "open"] or rows


def _start(as_of: date, grain: Grain) -> date:
    first = add_months(as_of.replace(day=1), -_MONTHS_READ[grain])
    return first.replace(month=1) if grain is Grain.YEAR else first


def _name(context: Context, kpi: Kpi, by: By, code: str) -> str:
    return context.units.get(UnitId(code)).label if by == "unit" else facets.named(kpi, code)


def _chart(drawn: charts.Drawing) -> None:
    """Bars that compare the parts over the last period that is over; a line without split."""
    with st.container(border=True, key="chart_explorer"):
        st.vega_lite_chart(drawn.rows, drawn.spec, alt=drawn.said)
        st.html(parts.said(drawn.said))


def _compared(kpi: Kpi, grain: Grain, rows: Sequence[Row]) -> tuple[pd.DataFrame, Spec, str]:
    last = max(row.period for row in rows)
    named = [(row.part, row.value) for row in rows if row.period == last]
    named.sort(key=lambda one: -one[1])
    said = _("{period} : {count} parts, la plus haute {name} à {value}.").format(
        period=dates.named(last, grain),
        count=len(named),
        name=named[0][0],
        value=french.value(kpi, named[0][1]),
    )
    return charts.bar_rows(kpi, named[:_BARS]), charts.bars(kpi), said


def _drawn(kpi: Kpi, grain: Grain, rows: Sequence[Row]) -> tuple[pd.DataFrame, Spec, str]:
    points = [(row.period, row.value) for row in rows]
    said = charts.describe_points(kpi, grain, points)
    return charts.point_rows(kpi, points), charts.plain(kpi, grain), said


def table(kpi: Kpi, grain: Grain, rows: Sequence[Row]) -> str:
    """Newest first; the part in its own column when there is a split."""
    split = any(row.part for row in rows)
    columns = [
        tables.Column(_("Période"), number=False),
        *([tables.Column(_("Part"), number=False)] if split else []),
        tables.Column(_("Valeur")),
        tables.Column(_("Statut"), number=False),
    ]
    newest = sorted(rows, key=lambda row: row.period, reverse=True)[:_ROWS_SHOWN]
    listed = [
        (
            dates.named(row.period, grain),
            *((row.part,) if split else ()),
            french.value(kpi, row.value),
            _(_STATUSES.get(row.status, row.status)),
        )
        for row in newest
    ]
    caption = label(kpi)
    if len(rows) > len(listed):
        text = _("{label} : {shown} lignes sur {all}, l'export les contient toutes")
        caption = text.format(label=caption, shown=len(listed), all=len(rows))
    return tables.table(caption, columns, listed)


def _export(context: Context, kpi: Kpi, rows: Sequence[Row]) -> None:
    head = (_("Période"), _("Périmètre"), _("Part"), f"{label(kpi)} ({kpi.unit})", _("Statut"))
    listed: list[tuple[exports.Cell, ...]] = [
        (row.period, context.unit.label, row.part, row.value, _(_STATUSES.get(row.status, "")))
        for row in rows
    ]
    widgets.downloads(kpi, f"{kpi.id}-{context.unit.id}-explorer", head, listed)


def _below(context: Context) -> None:
    """Units below, to go down."""
    below = context.units.children(context.unit.id)
    if not below:
        return
    st.html(parts.section(_("Descendre")))
    links = (anchors.word(unit.label, context.link("explorer", unit=unit.id)) for unit in below)
    st.html(f'<p class="ck-crumbs">{"".join(links)}</p>')
