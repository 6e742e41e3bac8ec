"""`make bench-phone`: when a phone shows its first figure, beside a stock page of the same figures.

Debian's chromium, 390x844, two networks of its developer tools, a processor four times slower, the
pages in turns. Cockpit is behind the shipped Caddyfile (HTTP/2) when caddy is installed; the stock
page is as `streamlit run` serves it. With COCKPIT_BENCH_SUPERSET=1, Apache Superset too
(bench/superset.py).
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench import phone_tap, superset
from bench.phone_visit import FAST, FLAGS, FREE, SLOW, Network, Target, Visit, cold, phone, visit
from bench.rows import Row, against, show
from bench.stock import servers
from bench.stock.servers import Server

TITLE = "Téléphone, processeur / 4 (référence : la page Streamlit des mêmes chiffres)"
VISITS = 5
PICTURES = Path(__file__).parent / "pictures"
TILE, METRIC = ".ck-tile", "[data-testid=stMetric]"
_KILOBYTES, _SHIFT, _FASTER = 560, 0.03, 5


@dataclass(frozen=True, slots=True)
class Bars:
    """Seconds at most on one network."""

    first: float
    live: float
    warm_first: float = 0.5
    warm_live: float = 1.8


BARS = {FAST: Bars(1.0, 3.8), SLOW: Bars(1.2, 5.5)}


def run() -> list[Row]:
    """Start the servers, visit, stop them; the rows."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("chromium is not installed: apt-get install chromium")
    with (
        servers.home() as home,
        servers.cockpit(home) as plain,
        servers.fronted(plain) as ours,
        servers.stock("figures", COCKPIT_BENCH_FIGURES=_figures(plain)) as stock,
        sync_playwright() as driver,
    ):
        pages = Target(f"{ours.url}/", TILE), Target(stock.url, METRIC)
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            rows = [_protocol(browser, pages[0])]
            for network, bars in BARS.items():
                rows += _told(_cold(browser, *pages, network, bars))
                rows += _told(_warm(browser, pages[0], network, bars))
            rows += _told(_taps(browser, pages[0]))
            if superset.asked():
                rows += _told(superset.beside(driver, browser, pages[0], _figures(plain)))
        finally:
            browser.close()
    return rows


def _told(rows: list[Row]) -> list[Row]:
    """Minutes pass: each part is printed as soon as it is known."""
    show(TITLE, rows)
    return rows


def _figures(ours: Server) -> str:
    """Eight KPIs as a stock page needs them: label, last value, the points of its curve."""
    known = [one for one in _said(ours, "kpis") if one["value"] is not None][:8]
    figures = []
    for one in known:
        points = _said(ours, f"kpis/{one['id']}/series")["points"]
        values = [point["value"] for point in points if point["value"] is not None]
        figures.append({"label": one["label"], "value": one["value"], "points": values[-30:]})
    return json.dumps(figures)


def _said(ours: Server, what: str) -> Any:
    with urllib.request.urlopen(f"{ours.url}/api/v1/{what}", timeout=60) as answer:
        return json.load(answer)


def _protocol(browser: Browser, target: Target) -> Row:
    with phone(browser) as context:
        page = context.new_page()
        page.goto(target.url)
        told = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        return Row(f"Protocole de Cockpit : {told}", 2.0 if told == "h2" else 1.1, "")


def _cold(browser: Browser, ours: Target, stock: Target, network: Network, bars: Bars) -> list[Row]:
    """The median first visit of each; the first of each, which a server's start slows, is lost."""
    found: tuple[list[Visit], list[Visit]] = ([], [])
    folder = PICTURES / network.name.replace(" ", "-").lower()
    cold(browser, ours, network, folder)
    cold(browser, stock, network)
    for _ in range(VISITS):
        for kept, target in zip(found, (ours, stock), strict=True):
            kept.append(cold(browser, target, network))
    one, other = map(_middle, found)
    name = f"{network.name}, à froid : "
    return [
        _seconds(f"{name}premier chiffre visible", one.first_ms, bars.first, other.first_ms),
        _faster(f"{name}premier chiffre, fois plus vite", one.first_ms, other.first_ms),
        _seconds(f"{name}page vivante", one.live_ms, bars.live, other.live_ms),
        _most(f"{name}transféré", one.kilobytes, "ko", _KILOBYTES, other.kilobytes),
        against(f"{name}requêtes", one.requests, "", other.requests),
        _most(f"{name}décalages de mise en page", one.shift, "", _SHIFT),
        _most(f"{name}requêtes au-dehors", one.outside, "", 0),
    ]


def _warm(browser: Browser, ours: Target, network: Network, bars: Bars) -> list[Row]:
    """A phone that has the worker: closed, then opened again."""
    with phone(browser) as context:
        _install(context, ours)
        found = _middle([visit(context, ours, network) for _ in range(VISITS)])
    name = f"{network.name}, installée : "
    return [
        _seconds(f"{name}premier chiffre visible", found.first_ms, bars.warm_first),
        _seconds(f"{name}page vivante", found.live_ms, bars.warm_live),
        Row(f"{name}transféré", found.kilobytes, "ko"),
    ]


def _install(context: BrowserContext, target: Target) -> None:
    """Two visits without a brake: the first installs the worker, the second passes through it."""
    for _ in range(2):
        visit(context, target, FREE, slower=1)
        page = context.new_page()
        page.goto(target.url)
        if not page.evaluate(_WORKS):
            raise RuntimeError(f"no service worker after 20 s: {page.url}")
        page.wait_for_timeout(2000)
        page.close()


_WORKS = """() => Promise.race([
  navigator.serviceWorker.ready.then(() => true),
  new Promise((done) => setTimeout(() => done(false), 20000)),
])"""


def _taps(browser: Browser, ours: Target) -> list[Row]:
    """From the tap on a tile to the sheet of its KPI, curve drawn."""
    with phone(browser) as context:
        _install(context, ours)
        free = phone_tap.times(context, ours.url, slower=1)
        slow = phone_tap.times(context, ours.url, slower=4)
    return [
        _most("Toucher une tuile, fiche tracée, sans bride, p50", median(free), "ms", 350),
        _most("Toucher une tuile, fiche tracée, processeur / 4, p50", median(slow), "ms", 900),
    ]


def _middle(visits: Sequence[Visit]) -> Visit:
    """The median of each figure."""
    return Visit(*(median(getattr(one, field.name) for one in visits) for field in fields(Visit)))


def _seconds(name: str, ms: float, bar: float, reference: float | None = None) -> Row:
    ratio = ms / reference if reference else None
    words = f"≤ {bar:g} s".replace(".", ",")
    return Row(name, ms, "ms", reference, ratio, words, ms <= 1000 * bar)


def _faster(name: str, ms: float, reference: float) -> Row:
    times = reference / ms
    return Row(name, times, "x", bar=f"≥ {_FASTER} x", met=times >= _FASTER)


def _most(name: str, value: float, unit: str, bar: float, reference: float | None = None) -> Row:
    ratio = value / reference if reference else None
    words = f"≤ {bar:g} {unit}".strip().replace(".", ",")
    return Row(name, value, unit, reference, ratio, words, value <= bar)


if __name__ == "__main__":
    run()
