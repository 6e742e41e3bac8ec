"""Is it alive, is it ready, how is it: for the supervisor and the hospital's monitoring."""

from __future__ import annotations

import resource
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from cockpit import clock
from cockpit.answers import give
from cockpit.errors import CockpitError, NoGeneration
from cockpit.web.api import as_json
from cockpit.web.counts import COUNTS
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

_OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class Readiness:
    """Set by the lifespan once everything that a first visit needs is warm."""

    warm = False


def routes() -> list[Route]:
    """The three probes."""
    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]


def healthz(_request: Request) -> Response:
    """200 as long as the process answers; `status` says whether the figures are fresh.

    ok: every source is in time. late: one is not. empty: nothing published.
    """
    try:
        return as_json(give.health(warehouse()))
    except NoGeneration:
        return as_json({"status": "empty", "generation": None, "sources": []})


def readyz(_request: Request) -> Response:
    """200 when a visitor gets figures; 503 before."""
    if not Readiness.warm:
        return as_json({"ready": False, "sentence": "Démarrage en cours."}, status=503)
    try:
        generation = warehouse().generation()
    except CockpitError as error:
        return as_json({"ready": False, "sentence": error.sentence()}, status=503)
    return as_json({"ready": True, "generation": generation.id})


def metrics(_request: Request) -> Response:
    """OpenMetrics text."""
    return Response("\n".join([*_lines(), "# EOF", ""]), media_type=_OPENMETRICS)


def _lines() -> Iterator[str]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    yield from _family("process_cpu_seconds", "counter", "Processor time used")
    yield f"process_cpu_seconds_total {usage.ru_utime + usage.ru_stime:.3f}"
    yield from _family("process_peak_memory_bytes", "gauge", "Peak resident memory")
    yield f"process_peak_memory_bytes {usage.ru_maxrss * 1024}"
    yield from _family("cockpit_http_responses", "counter", "Answers by class of status")
    for name, count in COUNTS.items():
        yield f'cockpit_http_responses_total{{class="{name}"}} {count}'
    yield from _figures()


def _figures() -> Iterator[str]:
    try:
        generation = warehouse().generation()
        sources = give.source_list(generation)
    except CockpitError:
        return
    age = clock.utc_naive(clock.now()) - generation.published_at
    yield from _family("cockpit_generation", "gauge", "Number of the published state")
    yield f"cockpit_generation {generation.id}"
    yield from _family("cockpit_generation_age_seconds", "gauge", "Time since it was published")
    yield f"cockpit_generation_age_seconds {max(age, timedelta()).total_seconds():.0f}"
    yield from _family("cockpit_source_age_days", "gauge", "Days since the last day described")
    yield from (_sample("cockpit_source_age_days", one, one["age_days"]) for one in sources)
    yield from _family("cockpit_source_late", "gauge", "1 when a source is late")
    yield from (_sample("cockpit_source_late", one, int(bool(one["late"]))) for one in sources)


def _family(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# TYPE {name} {kind}", f"# HELP {name} {text}."


def _sample(name: str, source: dict[str, object], value: object) -> str:
    label = str(source["source"]).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{name}{{source="{label}"}} {"NaN" if value is None else value}'
