"""A KPI on a tile: name, value, change in words, days covered, curve, status, target.

tile(trend)       one <article>, to sit under a stretched link
grid(trends)      the same tiles in our own grid: server-rendered brief, offline page, mail
skeleton(count)   grey tiles of the final size, shown while the figures come

Every datum is escaped here; no other module writes a label of a tile.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cockpit.i18n import gettext as _
from cockpit.i18n import language, pick
from cockpit.kpi.model import Kpi
from cockpit.series.model import Change, Status, Trend
from cockpit.views import dates, french, parts, spark
from cockpit.views.status import CLASSES, chip, word

_TONES = {True: "ck-good", False: "ck-bad", None: "ck-neutral"}


def name(kpi: Kpi) -> str:
    """The short label of a KPI in the current language."""
    return pick(kpi.short_fr or kpi.label_fr, kpi.short_en or kpi.label_en)


def tile(trend: Trend) -> str:
    """One KPI as HTML, always five lines high: nothing moves when a figure is missing."""
    shown = _status(trend)
    return (
        f'<article class="ck-tile {CLASSES[shown]}" lang="{language()}">'
        f'<h3 class="ck-name">{escape(name(trend.kpi))}</h3>'
        f'<p class="ck-value">{_value(trend)}</p>'
        f"{_line(f'ck-change {tone(trend.kpi, trend.previous)}', _change(trend))}"
        f"{_line('ck-when', _when(trend))}"
        f"{curve(trend)}"
        f'<p class="ck-foot">{chip(shown)} <span class="ck-target">{_target(trend)}</span></p>'
        "</article>"
    )


def _line(kind: str, said: str) -> str:
    """A line of a tile (HTML), or its place: a paragraph is never there to take room."""
    return f'<p class="{kind}">{said}</p>' if said else f'<div class="{kind}"></div>'


def _status(trend: Trend) -> Status:
    return Status.UNAVAILABLE if not french.known(trend.value) else trend.status


def _value(trend: Trend) -> str:
    figure = french.figure(trend.kpi, trend.value, short=True)
    if not figure.unit:
        return escape(figure.text)
    # The gap stands alone: it stays on the line above when the unit has to go below.
    gap = f'<span class="ck-unit">{figure.gap}</span>' if figure.gap else ""
    return f'{escape(figure.text)}{gap}<span class="ck-unit">{escape(figure.unit)}</span>'


def tone(kpi: Kpi, moved: Change | None) -> str:
    """The class of a change: good, bad or neutral; a change written as zero is neutral."""
    if moved is None or french.is_nil(kpi, moved):
        return _TONES[None]
    return _TONES[moved.good]


def _change(trend: Trend) -> str:
    if trend.previous is None or not french.known(trend.value):
        return ""
    return escape(french.change(trend.kpi, trend.previous, trend.window))


def _when(trend: Trend) -> str:
    """Days covered and marks; the date of the data instead when they are late."""
    stale = trend.freshness is not None and trend.freshness.late
    parts = [f'<span class="ck-late">{escape(_late(trend))}</span>'] if stale else []
    parts += [] if stale else [escape(dates.covering(trend.window, brief=True))]
    parts += [f'<span class="ck-mark">{escape(mark)}</span>' for mark in marks(trend)]
    return " · ".join(part for part in parts if part)


def _late(trend: Trend) -> str:
    as_of = trend.freshness.as_of if trend.freshness else None
    return _("données au {day}").format(day=dates.bare_day(as_of) if as_of else french.missing())


def marks(trend: Trend) -> list[str]:
    """What a reader must know of the figure: partial, provisional, restated."""
    said = (
        (trend.partial, _("partiel")),
        (trend.provisional, _("provisoire")),
        (trend.restated, _("révisé")),
    )
    return [mark for holds, mark in said if holds]


def curve(trend: Trend) -> str:
    """The sparkline, or an empty place of its size."""
    layers = spark.masks(trend.spark, trend.forecast)
    if not layers:
        return '<div class="ck-spark ck-flat"></div>'
    label = _("Courbe : {count} derniers points").format(count=len(trend.spark))
    if trend.forecast:
        label += " " + _("et prévision")
    return (
        f'<div class="ck-spark" role="img" aria-label="{escape(label)}" '
        f'style="--spark:{",".join(layers)}"></div>'
    )


def _target(trend: Trend) -> str:
    aim = trend.target.reference if trend.target else trend.kpi.target
    if aim is None:
        return ""
    title = _("EPRD") if trend.target and trend.target.kind == "budget" else _("Cible")
    return escape(f"{title} {french.aim(trend.kpi, aim)}")


def spoken(trend: Trend) -> str:
    """The tile in one sentence, for the accessible name of its link."""
    said = f"{name(trend.kpi)} : {french.short(trend.kpi, trend.value)}"
    if trend.previous and french.known(trend.value):
        said += f", {french.change(trend.kpi, trend.previous, trend.window)}"
    return f"{said}, {word(_status(trend))}"


def grid(trends: Iterable[Trend]) -> str:
    """Tiles in two columns on a phone, four from 768 px."""
    return parts.pile(map(tile, trends), "ck-grid")


def skeleton(count: int = 8) -> str:
    """Empty tiles of the final size."""
    waiting = '<div class="ck-tile ck-skeleton" aria-hidden="true"></div>' * count
    said = escape(_("Chargement des chiffres"))
    return f'<p class="ck-sr" role="status">{said}</p><div class="ck-grid">{waiting}</div>'
