"""Real tables: caption, headers, scopes; on a phone each row becomes a card.

Roles are written out because a row set as a grid loses its own in some browsers. Its box takes the
focus, so that arrows scroll a table wider than the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from cockpit.i18n import gettext as _
from cockpit.kpi.model import Kpi
from cockpit.series.model import Contribution, Status
from cockpit.views import french
from cockpit.views.parts import Html, html
from cockpit.views.status import CLASSES


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title; numbers are set to the right; `wide` takes a whole line on a phone."""

    title: str
    number: bool = True
    wide: bool = False

    @property
    def classes(self) -> str:
        """CSS classes of its cells."""
        named = (("ck-num", self.number), ("ck-wide", self.wide))
        return " ".join(name for name, holds in named if holds)


def further(caption: str, *, more: bool) -> str:
    """The name of a table; of what follows it in a fold when there is `more` of the same."""
    return _("{caption} (suite)").format(caption=caption) if more else caption


_TENTH = 0.05
"""Below this a part in points would read 0,0 beside a visible bar."""

Row = Sequence[str]


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Row], *, total: Row | None = None
) -> str:
    """A table as HTML; the first column names its row. Cells are text, or Html already escaped."""
    heads = "".join(
        f'<th scope="col" role="columnheader" class="{column.classes}">{escape(column.title)}</th>'
        for column in columns
    )
    body = "".join(_row(columns, row) for row in rows)
    if total:
        body += _row(columns, total, "ck-total")
    narrow = sum(not column.wide for column in columns[1:])
    fitting = f"ck-cols-{max(2, min(narrow, 4))}"
    return (
        f'<div class="ck-scroll" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f'<table class="ck-table {fitting}" role="table">'
        f"<caption>{escape(caption)}</caption>"
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(columns: Sequence[Column], row: Row, kind: str = "") -> str:
    head, *cells = row
    listed = "".join(
        f'<td role="cell" class="{column.classes}" data-label="{escape(column.title)}">'
        f"{html(cell)}</td>"
        for column, cell in zip(columns[1:], cells, strict=True)
    )
    return (
        f'<tr role="row" class="{kind}"><th scope="row" role="rowheader">{html(head)}</th>'
        f"{listed}</tr>"
    )


def bar(percent: float | None, text: str, status: Status = Status.NONE) -> Html:
    """A figure with its bar under it; the bar stops at 100 %, the figure does not."""
    if percent is None or not french.known(percent):
        return Html(escape(text))
    width = max(0.0, min(100.0, percent))
    return Html(
        f'{escape(text)}<span class="ck-bar {CLASSES[status]}" aria-hidden="true">'
        f'<span style="width:{width:.1f}%"></span></span>'
    )


def contributions(kpi: Kpi, parts: Sequence[Contribution], limit: int = 8) -> str:
    """Who explains the change: signed bars, the largest first, on one scale."""
    reach = max((abs(part.total) for part in parts), default=0.0)
    shown = "".join(_share(kpi, part, reach) for part in parts[:limit])
    return f'<section class="ck-card"><ul>{shown}</ul></section>'


def _share(kpi: Kpi, part: Contribution, reach: float) -> str:
    detail = f"{french.value(kpi, part.before)} → {french.value(kpi, part.after)}"
    return (
        f'<li class="ck-share"><span>{escape(part.label)} <small>{escape(detail)}</small></span> '
        f"<b>{escape(signed(kpi, part.total))}</b>{_signed_bar(kpi, part.total, reach)}</li>"
    )


def signed(kpi: Kpi, difference: float) -> str:
    """A part of a change, in the KPI's unit: points for a rate."""
    if kpi.unit == "%":
        return french.points(difference, 1 if abs(difference) >= _TENTH else 2)
    if kpi.unit in {"€", "k€", "M€"}:
        step = {"€": 1.0, "k€": 1e3, "M€": 1e6}[kpi.unit]
        return french.euros(difference * step, signed=True)
    return french.number(difference, max(kpi.decimals, 1), signed=True)


def _signed_bar(kpi: Kpi, difference: float, reach: float) -> str:
    width = 50 * abs(difference) / reach if reach else 0.0
    start = 50 - width if difference < 0 else 50.0
    better = {"up": difference > 0, "down": difference < 0}.get(kpi.direction)
    tone = {True: "ck-good", False: "ck-bad", None: ""}[better]
    return (
        '<span class="ck-signed" aria-hidden="true">'
        f'<span class="{tone}" style="left:{start:.1f}%;width:{width:.1f}%"></span></span>'
    )


def shares(rows: Iterable[tuple[str, str, float]]) -> str:
    """Named bars on one scale: (label, figure, size); for a breakdown by motive or payer."""
    listed = list(rows)
    reach = max((abs(size) for *_rest, size in listed), default=0.0) or 1.0
    items = "".join(
        f'<li class="ck-share"><span>{escape(name)}</span> <b>{escape(text)}</b>'
        f'<span class="ck-bar" aria-hidden="true">'
        f'<span style="width:{100 * abs(size) / reach:.1f}%"></span></span></li>'
        for name, text, size in listed
    )
    return f'<section class="ck-card"><ul>{items}</ul></section>'


def share_row(kpi: Kpi, part: Contribution, reach: float) -> str:
    """One unit of "où ?" as a row that leads to its sheet."""
    name = part.label or _("Non réparti")
    detail = f"{french.value(kpi, part.before)} → {french.value(kpi, part.after)}"
    if part.before is None and part.after is None:
        detail = ""
    return (
        '<div class="ck-row"><div class="ck-share ck-fill">'
        f"<span>{escape(name)} <small>{escape(detail)}</small></span> "
        f"<b>{escape(signed(kpi, part.total))}</b>{_signed_bar(kpi, part.total, reach)}</div></div>"
    )
