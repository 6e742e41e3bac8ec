"""Beside Cockpit, on the same phone in the same run: Apache Superset with the same figures.

`python -m bench.superset`, or COCKPIT_BENCH_SUPERSET=1 with `make bench-phone`. Superset comes from
the package registry (the folder COCKPIT_BENCH_SUPERSET_HOME keeps it for the next run). It is given
the best of places: behind the same Caddyfile, answers cached, nothing but eight big numbers, all in
the first screen, the person signed in. Where it cannot be set up, one row says why and the rest of
the bench goes on. Its page asks for one telemetry picture, which its policy here and the browser
both stop.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from bench.phone_visit import FAST, FLAGS, SLOW, Network, Target, Visit, phone, visit
from bench.rows import Row, against, show
from bench.stock import servers, superset_dashboard, superset_server
from bench.stock.servers import Server

ASKED = "COCKPIT_BENCH_SUPERSET"
TITLE = "Téléphone, processeur / 4 (référence : les mêmes chiffres dans Apache Superset 6.1)"
VISITS = 3
PICTURES = Path(__file__).parent / "pictures" / "superset"
_FIRST, _LIVE = 10.0, 2.5  # times faster than Superset
_FAILURES = (OSError, RuntimeError, LookupError, ValueError, subprocess.SubprocessError, Error)

Cookies = list[Any]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, and the cookies of the person who opens it."""

    target: Target
    cookies: Cookies


def asked() -> bool:
    """Whether this run is to measure Superset too."""
    return os.environ.get(ASKED) == "1"


def beside(driver: Playwright, browser: Browser, ours: Target, figures: str) -> list[Row]:
    """Cockpit's cold visits and Superset's, in turns. figures: JSON list of label and value."""
    try:
        with _dashboard(driver, json.loads(figures)) as theirs:
            pages = _Page(ours, []), theirs
            return [row for network in (FAST, SLOW) for row in _cold(browser, pages, network)]
    except _FAILURES as failure:
        why = " ".join(f"{type(failure).__name__} {failure}".split())[:300]
        return [Row(f"Superset, non mesuré : {why}", 0.0, "")]


def run(figures: Callable[[Server], str], tile: str) -> list[Row]:
    """Superset's part alone. figures: those of a Cockpit. tile: what holds a figure there."""
    with (
        servers.home() as home,
        servers.cockpit(home) as plain,
        servers.fronted(plain) as ours,
        sync_playwright() as driver,
    ):
        chromium = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            return beside(driver, browser, Target(f"{ours.url}/", tile), figures(plain))
        finally:
            browser.close()


@contextmanager
def _dashboard(driver: Playwright, figures: Sequence[dict[str, Any]]) -> Iterator[_Page]:
    with (
        superset_server.empty() as superset,
        servers.fronted(superset.server, "/health") as front,
    ):
        web = driver.request.new_context(
            base_url=front.url,
            ignore_https_errors=True,
            extra_http_headers={
                "Referer": front.url
            },  # a change over TLS must say where it is from
        )
        try:
            superset_dashboard.sign_in(web, superset_server.USER, superset.password)
            charts = superset_dashboard.publish(web, superset.folder, figures)
            cookies: Cookies = list(web.storage_state()["cookies"])
        finally:
            web.dispose()
        url = f"{front.url}/superset/dashboard/figures/"
        live = superset_dashboard.at_rest(charts)
        yield _Page(Target(url, superset_dashboard.FIGURE, live), cookies)


def _cold(browser: Browser, pages: tuple[_Page, _Page], network: Network) -> list[Row]:
    """The medians of phones that were never here; the first visit of each is lost."""
    found: tuple[list[Visit], list[Visit]] = ([], [])
    folder = PICTURES / network.name.replace(" ", "-").lower()
    for number in range(VISITS + 1):
        for kept, page in zip(found, pages, strict=True):
            pictures = folder if not number and page is pages[1] else None
            seen = _visited(browser, page, network, pictures)
            if number:
                kept.append(seen)
    one, other = map(_middle, found)
    name = f"{network.name}, Superset : "
    return [
        *_times(f"{name}premier chiffre", one.first_ms, other.first_ms, _FIRST),
        *_times(f"{name}page vivante", one.live_ms, other.live_ms, _LIVE),
        against(f"{name}transféré", one.kilobytes, "ko", other.kilobytes),
        against(f"{name}requêtes", one.requests, "", other.requests),
        Row(f"{name}appels au-dehors, arrêtés", other.outside, ""),
    ]


def _visited(browser: Browser, page: _Page, network: Network, pictures: Path | None) -> Visit:
    with phone(browser) as context:
        context.add_cookies(page.cookies)
        return visit(context, page.target, network, pictures=pictures)


def _times(name: str, ms: float, reference: float, least: float) -> Iterator[Row]:
    yield against(name, ms, "ms", reference)
    times, bar = reference / ms, f"≥ {least:g} x".replace(".", ",")
    yield Row(f"{name}, fois plus vite", times, "x", bar=bar, met=times >= least)


def _middle(visits: Sequence[Visit]) -> Visit:
    return Visit(*(median(getattr(one, field.name) for one in visits) for field in fields(Visit)))


if __name__ == "__main__":
    from bench.phone import TILE, _figures  # which imports this module

    show(TITLE, run(_figures, TILE))
