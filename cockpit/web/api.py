"""`/api/v1`: the figures as JSON, the same answers as the command line.

Errors are JSON too: {"error": name in cockpit/errors.py, "sentence": French sentence}.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import structlog
from starlette.responses import Response
from starlette.routing import Route

from cockpit import i18n
from cockpit.answers import ask, give, origin
from cockpit.answers.visit import Visit, visit
from cockpit.errors import CockpitError, OutOfScope, Retryable, UnknownKpi, UnknownUnit
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_log = structlog.get_logger(__name__)
UNEXPECTED = "Une erreur est survenue. Ce qui était publié reste publié ; le journal dit pourquoi."

Answer = dict[str, object] | list[dict[str, object]]


def routes() -> list[Route]:
    """Every route of the API; anything else below /api answers 404."""
    base = "/api/v1"
    return [
        Route(f"{base}/kpis", _route(lambda _request, who: give.kpis(who))),
        Route(f"{base}/kpis/{{id}}", _route(_kpi)),
        Route(f"{base}/kpis/{{id}}/series", _route(_series)),
        Route(f"{base}/kpis/{{id}}/forecast", _route(_forecast)),
        Route(f"{base}/kpis/{{id}}/lineage", _route(_lineage)),
        Route(f"{base}/units", _route(lambda _request, who: give.units(who))),
        Route(f"{base}/alerts", _route(lambda _request, who: give.alerts(who))),
        Route(f"{base}/reconciliations", _route(lambda _request, who: origin.reconciliations(who))),
        Route(f"{base}/brief", _route(lambda _request, who: give.brief(who))),
        Route("/api/{path:path}", absent),
    ]


def _kpi(request: Request, who: Visit) -> Answer:
    return give.kpi(who, request.path_params["id"])


def _series(request: Request, who: Visit) -> Answer:
    kpi = who.kpi(request.path_params["id"])
    return give.series(who, ask.series_question(kpi, request.query_params))


def _lineage(request: Request, who: Visit) -> Answer:
    kpi = who.kpi(request.path_params["id"])
    return origin.lineage(who, ask.series_question(kpi, request.query_params))


def _forecast(request: Request, who: Visit) -> Answer:
    unit = ask.unit_asked(request.query_params)
    return give.forecast(who, request.path_params["id"], unit)


def _route(answer: Callable[[Request, Visit], Answer]) -> Callable[[Request], Response]:
    """A plain function: Starlette runs it in a thread, so that no read holds the event loop."""

    def respond(request: Request) -> Response:
        try:
            who = visit(warehouse(), request.query_params)
            with i18n.use(who.language):
                found = answer(request, who)
        except CockpitError as error:
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - a reader of JSON gets JSON, the log the trace
            return failed("answer", error)
        return as_json(found, generation=who.generation.id)

    return respond


def absent(_request: Request) -> Response:
    """404, for an address that nothing answers."""
    body = {"error": "NotFound", "sentence": "Cette adresse n'existe pas."}
    return as_json(body, status=404)


async def body_of(request: Request, most: int) -> bytes:
    """What was sent; nothing when it is longer than `most` bytes, of which no more is read."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            return b""
    return body


def failed(what: str, error: Exception) -> Response:
    """One sentence for the reader; the log has the trace. what: what failed, for the log."""
    _log.error(f"{what} failed", kind=type(error).__name__, exc_info=error)
    return as_json({"error": "Unexpected", "sentence": UNEXPECTED}, status=500)


def refusal(error: CockpitError) -> Response:
    """An error as JSON, with the status that its place in the tree gives."""
    body = {"error": type(error).__name__, "sentence": error.sentence()}
    answer = as_json(body, status=status_of(error))
    if isinstance(error, Retryable):
        answer.headers["retry-after"] = "30"
    return answer


def status_of(error: CockpitError) -> int:
    """404 what does not exist here, 403 what the role may not see, 503 for later."""
    if isinstance(error, Retryable):
        return 503
    if isinstance(error, UnknownKpi | UnknownUnit):
        return 404
    return 403 if isinstance(error, OutOfScope) else 400


def as_json(body: object, *, status: int = 200, generation: int | None = None) -> Response:
    """Strict JSON (no NaN), never kept by a shared cache."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    headers = {"cache-control": "private, no-cache"}
    if generation is not None:
        headers["x-cockpit-generation"] = str(generation)
    return Response(text, status, headers, media_type="application/json")
