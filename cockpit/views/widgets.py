"""What screens draw with Streamlit: header, period switch, tappable cards, chart card, exports.

Widget state never decides what is shown: a switch writes the address, and the run reads it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from functools import partial
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from cockpit import clock
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi
from cockpit.kpi.units import Unit
from cockpit.series.freshness import sources
from cockpit.series.model import Period, Trend
from cockpit.views import charts, dates, exports, parts, tiles
from cockpit.views.context import Context, Link

if TYPE_CHECKING:
    from cockpit.series.curve import Curve

PERIODS = {
    Period.DAY: mark("Jour"),
    Period.WEEK: mark("7 j"),
    Period.MONTH: mark("Mois"),
    Period.YEAR: mark("Année"),
    Period.ROLLING: mark("12 mois"),
}


def head(context: Context, title: str, *, eyebrow: str = "") -> None:
    """Where and when, the title, how fresh; then a note for each late source, one at most."""
    known = sources(context.generation)
    chip = parts.freshness(known, context.generation.published_at, context.now)
    where = eyebrow or f"{context.unit.label} · {dates.short_day(clock.today())}"
    st.html(parts.header(title, where, chip))


def period_switch(context: Context) -> None:
    """Jour, 7 j, Mois, Année, 12 mois; the choice lives in the address."""
    st.segmented_control(
        _("Période"),
        list(PERIODS),
        default=context.period,
        format_func=lambda period: _(PERIODS[period]),
        key=f"period_{context.period}",
        label_visibility="collapsed",
        required=True,
        width="stretch",
        on_change=_to_address,
        args=("period", f"period_{context.period}"),
    )


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


def tap(key: str, body: str, link: Link, spoken: str) -> None:
    """HTML whose whole surface is a link; `spoken` is its accessible name."""
    with st.container(key=f"tap_{key}", gap=None):
        st.html(body)
        st.page_link(**link, label=plain(spoken))


def plain(text: str) -> str:
    r"""A label that Markdown leaves as it is: data must not make an image, a link or an icon."""
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in text.replace("\n", " "))


_MARKDOWN = frozenset("\\`*_{}[]()<>#+-!|~:$@.")


def linked(body: str, link: Link, spoken: str) -> str:
    """HTML whose whole surface is a plain link to another page, followed by `web/links.js`.

    One element holds many of them, where `tap` costs three elements each: a grid of eight tiles is
    one message to the browser instead of twenty-five.
    """
    query = urlencode(link["query_params"])
    address = f"/{link['page'].url_path}" + (f"?{query}" if query else "")
    named = f'href="{escape(address)}" aria-label="{escape(spoken)}"'
    return f'<div class="ck-tap">{body}<a class="ck-link" {named}></a></div>'


def tile_grid(context: Context, trends: Iterable[Trend]) -> None:
    """Tiles in two columns on a phone, four from 768 px; each opens its sheet."""
    drawn = "".join(
        linked(
            tiles.tile(trend),
            context.link("indicateur", kpi=trend.kpi.id, unit=trend.unit.id),
            tiles.spoken(trend),
        )
        for trend in trends
    )
    st.html(f'<div class="ck-grid">{drawn}</div>')


def breadcrumb(context: Context, page: str, path: Sequence[Unit]) -> None:
    """The units above, each a link to the same page; nothing at the top, which the header says."""
    if len(path) < 2:  # noqa: PLR2004 - a path of one unit leads nowhere
        return
    with st.container(key=f"crumbs_{page}", horizontal=True, gap=None):
        for unit in path[:-1]:
            st.page_link(**context.link(page, unit=unit.id), label=f"{plain(unit.label)} ›")
        st.html(parts.here(path[-1].label), width="content")


def chart(curve: Curve, kpi: Kpi, title: str = "") -> None:
    """A curve in a card, its two sentences, and its table one tap away."""
    said = charts.describe(curve, kpi)
    with st.container(border=True, key=f"chart_{kpi.id}"):
        if title:
            st.html(parts.section(title))
        if curve.points:
            st.vega_lite_chart(charts.rows(curve, kpi), charts.spec(curve, kpi), alt=said)
        st.html(parts.said(said))
        with st.expander(_("Voir les valeurs")):
            st.html(charts.table(curve, kpi))


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
