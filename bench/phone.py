"""When a phone shows its first figure, beside a stock page with one st.metric.

Debian's chromium, 390x844, Fast 4G and a processor four times slower, nothing kept from one visit
to the next, the two pages in turns. A figure is shown when its element has text, is visible in the
window and one frame was painted after that; never before the page's first contentful paint. For
Cockpit that is the tile which the server wrote into the document; the live page is timed apart.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.rows import Row, against, show
from bench.stock import servers
from bench.stock.servers import Server

TITLE = "Téléphone, Fast 4G, processeur / 4 (référence : page Streamlit d'un st.metric)"
VISITS = 5
WIDTH, HEIGHT = 390, 844
LATENCY_MS, DOWN_BITS, UP_BITS, SLOWER = 170, 9_000_000, 1_500_000, 4
LIMIT_MS = 60_000
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TILE, METRIC = ".ck-tile", "[data-testid=stMetric]"

WATCH = """
(() => {
  const figure = "FIGURE";
  const shown = (selector) => [...document.querySelectorAll(selector)].some((one) => {
    const box = one.getBoundingClientRect();
    return one.textContent.trim() && box.width && box.height && box.top < innerHeight
      && box.bottom > 0 && one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  });
  const seen = window.benchSeen = {};
  const painted = (name) => requestAnimationFrame(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    if (first) seen[name] = Math.max(first.startTime, performance.now());
    else painted(name);
  });
  const look = () => {
    if (!seen.asked && shown(figure)) { seen.asked = true; painted("first"); }
    if (!seen.settled && document.querySelector("[data-test-script-state=notRunning]")
        && shown(`#root ${figure}`)) { seen.settled = true; painted("live"); }
    if (!seen.live) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds from the start of the navigation; what was transferred until the page is live.

    kilobytes: as they came over the network, compressed, websocket frames left out.
    """

    first_ms: float
    live_ms: float
    kilobytes: float
    requests: float


def run() -> list[Row]:
    """Start the servers, visit each `VISITS` times, stop them; the rows."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("chromium is not installed: apt-get install chromium")
    with (
        servers.home() as home,
        servers.cockpit(home) as ours,
        servers.stock("metric") as stock,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            cockpit, reference = _visits(browser, ours, stock)
        finally:
            browser.close()
    return _rows(cockpit, reference)


def _rows(ours: Visit, stock: Visit) -> list[Row]:
    return [
        against("Premier chiffre visible", ours.first_ms, "ms", stock.first_ms, 1),
        against("Page vivante", ours.live_ms, "ms", stock.live_ms),
        against("Transféré jusqu'à la page vivante", ours.kilobytes, "ko", stock.kilobytes),
        against("Requêtes jusqu'à la page vivante", ours.requests, "", stock.requests),
    ]


def _visits(browser: Browser, ours: Server, stock: Server) -> tuple[Visit, Visit]:
    """The median visit of each; the first of each, which the server's own start slows, is lost."""
    pages = ((ours, TILE), (stock, METRIC))
    found: tuple[list[Visit], list[Visit]] = ([], [])
    for number in range(VISITS + 1):
        for kept, (server, figure) in zip(found, pages, strict=True):
            visit = _visit(browser, server, figure)
            if number:
                kept.append(visit)
    return _middle(found[0]), _middle(found[1])


def _middle(visits: Sequence[Visit]) -> Visit:
    return Visit(
        median(one.first_ms for one in visits),
        median(one.live_ms for one in visits),
        median(one.kilobytes for one in visits),
        median(one.requests for one in visits),
    )


def _visit(browser: Browser, server: Server, figure: str) -> Visit:
    """One cold visit: a context of its own keeps no cache, no cookie, no worker."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=3,
        is_mobile=True,
        has_touch=True,
        locale="fr-FR",
    )
    try:
        page = context.new_page()
        page.add_init_script(WATCH.replace("FIGURE", figure))
        session = context.new_cdp_session(page)
        sizes = _throttled(session)
        page.goto(server.url, wait_until="commit", timeout=LIMIT_MS)
        seen = _seen(page)
        return Visit(seen["first"], seen["live"], sum(sizes) / 1000, len(sizes))
    finally:
        context.close()


def _throttled(session: CDPSession) -> list[float]:
    """Slow the page down; the list fills with the bytes of each finished request."""
    sizes: list[float] = []

    def note(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", note)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": DOWN_BITS / 8,
            "uploadThroughput": UP_BITS / 8,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return sizes


def _seen(page: Page) -> dict[str, float]:
    """Ask four times a second what the page noted, until it is live."""
    until = time.monotonic() + LIMIT_MS / 1000
    while time.monotonic() < until:
        page.wait_for_timeout(250)
        seen: dict[str, float] = page.evaluate("window.benchSeen ?? {}")
        if "live" in seen:
            return seen
    raise RuntimeError(f"no live page after {LIMIT_MS / 1000:.0f} s: {page.url}")


if __name__ == "__main__":
    show(TITLE, run())
