"""`/fiche`: the sheet of one KPI without any script, its curve drawn on the server.

The same figures, words and links as the live sheet, from the same functions.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.routing import Route

from cockpit import clock
from cockpit.errors import UnknownKpi
from cockpit.forecast.oversight import acts_mark, overseen
from cockpit.forecast.store import latest
from cockpit.i18n import gettext as _
from cockpit.i18n import label
from cockpit.kpi.catalogue import home_kpis
from cockpit.series.curve import curve
from cockpit.series.freshness import freshness
from cockpit.series.trend import trend
from cockpit.views import cards, charts, drawn, forecasts, parts, widgets
from cockpit.views.screens import indicateur, prevision
from cockpit.web.plain import LightContext, Plain, answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from cockpit.kpi.model import Kpi
    from cockpit.series.curve import Curve
    from cockpit.series.model import Trend


def routes() -> list[Route]:
    """The sheet."""
    return [Route("/fiche", respond)]


def respond(request: Request) -> Response:
    """The sheet of `?kpi=` at `?unit=` over `?period=`; 404 and 403 are one sentence."""
    return answer(request, lambda context: draw(context, request.query_params.get("kpi", "")))


def draw(context: LightContext, asked: str) -> Plain:
    """asked: the KPI as it was written. Raises UnknownKpi, OutOfScope."""
    if asked and context.params.kpi is None:
        raise UnknownKpi(kpi=asked)
    kpi = context.kpi(context.params.kpi or home_kpis(context.kpis)[0].id)
    head = widgets.header(context, label(kpi))
    ways = (
        (_("Synthèse"), context.link("synthese", kpi=None)),
        (_("Ouvrir dans Cockpit"), context.live("indicateur")),
    )
    return Plain(label(kpi), head + _body(context, kpi), ways)


def _body(context: LightContext, kpi: Kpi) -> str:
    """Kept for the generation, the day and the acts on forecasts; the scope is in the key."""
    marks = (clock.today(), acts_mark(context.generation.home))
    key = ("sheet page", context.scope, context.params, context.language, kpi, marks)
    return context.generation.cached(key, lambda: _make(context, kpi))


def _make(context: LightContext, kpi: Kpi) -> str:
    ask = (context.generation, context.scope, kpi, context.unit.id, context.period)
    found = trend(*ask)
    late = found.freshness if found.freshness and found.freshness.late else None
    fresh = freshness(context.generation, kpi, (context.unit.id,))
    why = _evolution(context, kpi, found, curve(*ask))
    why += "".join(indicateur.where(context, kpi, found))
    what = cards.definition(kpi, fresh, context.unit.label)
    return (
        f"{''.join(widgets.where_and_when(context, 'indicateur'))}{cards.figure(found)}"
        f"{parts.stale(late) if late else ''}"
        f'<div class="ck-sheet">{parts.column(why)}{parts.column(what)}</div>'
    )


def _evolution(context: LightContext, kpi: Kpi, found: Trend, points: Curve) -> str:
    if found.value is None:
        return indicateur.waiting(kpi)
    return chart(points, kpi) + _forecast(context, kpi)


def chart(points: Curve, kpi: Kpi) -> str:
    """The curve in a card, its two sentences, and its table one tap away."""
    said = charts.describe(points, kpi)
    aim = charts.scaled(kpi, points.target)
    picture = (
        drawn.line(charts.rows(points, kpi), aim, kpi, points.grain, said) if points.points else ""
    )
    table = charts.table(points, kpi)
    fold = f'<details class="ck-fold"><summary>{escape(_("Voir les valeurs"))}</summary>{table}'
    return (
        f'<section class="ck-card">{parts.section(_("Évolution"))}{picture}{parts.said(said)}'
        f"{fold}</details></section>"
    )


def _forecast(context: LightContext, kpi: Kpi) -> str:
    made = latest(context.generation, context.scope, kpi, context.unit.id)
    if made is None:
        return ""
    stands = overseen(context.generation.home, kpi.id, context.unit.id)
    return forecasts.card(kpi, made, stands, prevision.calendar_of(context, kpi))
