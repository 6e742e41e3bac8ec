"""What screens share: header, breadcrumb, period switch and tiles as HTML, then what they draw.

Widget state never decides what is shown: a switch writes the address, and the run reads it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi
from cockpit.series.freshness import sources
from cockpit.series.model import Period, Trend
from cockpit.views import anchors, charts, dates, exports, parts, tiles
from cockpit.views.context import Context

if TYPE_CHECKING:
    from cockpit.series.curve import Curve

PERIODS = {
    Period.DAY: mark("Jour"),
    Period.WEEK: mark("7 j"),
    Period.MONTH: mark("Mois"),
    Period.YEAR: mark("Année"),
    Period.ROLLING: mark("12 mois"),
}


def head(context: Context, title: str, *pieces: str, eyebrow: str = "", named: str = "") -> None:
    """The top of a page in one element: header, then these pieces of HTML, in a column.

    named: what the window is called, when the title alone would be that of several pages.
    """
    top = context.generation.units.get(context.scope.roots[0])
    where = "" if context.unit.id == top.id else context.unit.label
    said = (named or title, where, context.name)
    st.set_page_config(page_title=" · ".join(word for word in said if word))
    st.html(parts.column(header(context, title, eyebrow=eyebrow), *pieces))


def header(context: Context, title: str, *, eyebrow: str = "") -> str:
    """Where and when, the title, how fresh the figures are."""
    where = eyebrow or f"{context.unit.label} · {dates.short_day(clock.today())}"
    return parts.header(title, where, _chip(context))


def _chip(context: Context) -> str:
    """Told again each minute, of the sources that feed what this reader may see."""
    now = context.now
    roots = context.scope.roots
    key = ("chip", roots, context.language, f"{now:%Y-%m-%dT%H:%M}")
    made = context.generation

    def told() -> str:
        return parts.freshness(sources(made, roots), made.published_at, now)

    return made.cached(key, told)


def period_switch(context: Context, page: str) -> str:
    """Jour, 7 j, Mois, Année, 12 mois: links to the same page."""
    options = [
        anchors.Option(_(name), context.link(page, period=period), period is context.period)
        for period, name in PERIODS.items()
    ]
    return anchors.switch(_("Période"), options)


def _to_address(name: str, key: str, *clears: str) -> None:
    """Copy a widget's choice to the address; no choice takes the parameter away."""
    for other in clears:
        st.query_params.pop(other, None)
    chosen = st.session_state.get(key)
    if chosen is None or chosen == "":
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = str(chosen)


def choice(
    name: str,
    title: str,
    options: Sequence[str],
    current: str,
    *,
    words: Callable[[str], str] = str,
    clears: Sequence[str] = (),
) -> None:
    """A list whose choice lives in the address under `name`; it takes the `clears` away."""
    key = f"choice_{name}_{current}"
    listed = [str(option) for option in options]
    st.selectbox(
        title,
        listed,
        index=listed.index(current) if current in listed else 0,
        format_func=words,
        key=key,
        on_change=_to_address,
        args=(name, key, *clears),
    )


def pills(
    name: str, title: str, options: Sequence[str], current: str, words: Callable[[str], str]
) -> None:
    """Pills whose choice lives in the address; the first option is "all" and leaves it clean."""
    key = f"pills_{name}_{current}"
    st.pills(
        title,
        list(options),
        default=current,
        format_func=words,
        key=key,
        label_visibility="collapsed",
        required=True,
        on_change=_to_address,
        args=(name, key),
    )


def tile_grid(context: Context, trends: Iterable[Trend]) -> str:
    """Tiles in two columns on a phone, four from 768 px; each opens its sheet."""
    cards = (
        anchors.card(
            tiles.tile(trend),
            context.link("indicateur", kpi=trend.kpi.id, unit=trend.unit.id),
            tiles.spoken(trend),
        )
        for trend in trends
    )
    return parts.pile(cards, "ck-grid")


def kept_tiles(context: Context, trends: Iterable[Trend]) -> str:
    """`tile_grid`, kept for the generation as `drawing`; the links of the address are in the key.

    For pages of several elements: a page that is kept whole has no use for it.
    """
    shown = tuple(trends)
    key = ("tiles", context.scope.key(), shown, context.params, context.language)
    return context.generation.cached(key, lambda: tile_grid(context, shown))


def where_and_when(context: Context, page: str) -> tuple[str, str]:
    """The breadcrumb and the period switch of a page."""
    return breadcrumb(context, page), period_switch(context, page)


def breadcrumb(context: Context, page: str) -> str:
    """The units above, each a link to the same page; nothing at the top, which the header says."""
    *above, here = context.path()
    if not above:
        return ""
    links = [(unit.label, context.link(page, unit=unit.id)) for unit in above]
    return anchors.crumbs(links, here.label)


def chart(context: Context, curve: Curve, kpi: Kpi, title: str = "") -> None:
    """A curve in a card, its two sentences, and its table one tap away."""
    made = drawing(context, curve, kpi)
    with st.container(border=True, key=f"chart_{kpi.id}"):
        if title:
            st.html(parts.section(title))
        if curve.points:
            st.vega_lite_chart(made.rows, made.spec, alt=made.said)
        st.html(parts.said(made.said))
        with st.expander(_("Voir les valeurs")):
            st.html(made.table)


def name_field(key: str, value: str = "") -> str:
    """Where a person signs an act."""
    return st.text_input(_("Votre nom"), value, key=key, max_chars=80, autocomplete="name")


def drawing(context: Context, curve: Curve, kpi: Kpi) -> charts.Drawing:
    """Kept for the generation. The figures themselves are in the key, so that what is kept can
    only be shown to who asks for these figures; the theme is the browser's."""
    key = ("drawing", context.scope.key(), curve, kpi, context.language)
    return context.generation.cached(key, lambda: charts.drawing(curve, kpi))


def downloads(
    kpi: Kpi, name: str, head: Sequence[str], rows: Sequence[Sequence[exports.Cell]]
) -> None:
    """CSV and XLSX of the same rows, made when asked for, in the language of the page."""
    run = copy_context().run
    with st.container(key="tools", horizontal=True):
        st.download_button(
            _("Exporter en CSV"),
            partial(run, exports.csv_file, head, rows),
            f"{name}.csv",
            exports.CSV_MIME,
            key=f"csv_{name}",
            on_click="ignore",
        )
        st.download_button(
            _("Exporter en Excel"),
            partial(run, exports.xlsx_file, head, rows, kpi),
            f"{name}.xlsx",
            exports.XLSX_MIME,
            key=f"xlsx_{name}",
            on_click="ignore",
        )
