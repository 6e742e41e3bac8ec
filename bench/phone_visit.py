"""One visit of a page by an emulated phone: what was seen when, what came over the network.

A figure is shown when the frame that holds it is painted: its element has text and is visible in
the window as the frame is made. The time is the browser's own for its first contentful paint when
it is that frame, else the beginning of the next one. The page is live when the script of the
server has finished, its figure is shown and the first screen has left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

WIDTH, HEIGHT, SLOWER = 390, 844, 4
LIMIT_S = 90
FLAGS = (
    "--no-sandbox",
    "--ignore-certificate-errors",  # a worker is refused otherwise: the bench signs its own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
_PICTURES_S = (0.5, 1.0, 2.0, 5.0)

_WATCH = """
(() => {
  const figure = "FIGURE";
  const shown = (selector) => [...document.querySelectorAll(selector)].some((one) => {
    const box = one.getBoundingClientRect();
    return one.textContent.trim() && box.width && box.height && box.top < innerHeight
      && box.bottom > 0 && one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  });
  const seen = window.benchSeen = { shift: 0 };
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  const painted = (name) => {
    const made = performance.now();
    let next = 0;
    const wait = () => requestAnimationFrame(() => {
      next ||= performance.now();
      const first = performance.getEntriesByName("first-contentful-paint")[0];
      if (first) seen[name] = first.startTime >= made ? first.startTime : next;
      else wait();
    });
    wait();
  };
  const look = () => {
    if (!seen.asked && shown(figure)) { seen.asked = true; painted("first"); }
    if (!seen.settled && !document.getElementById("first")
        && document.querySelector("LIVE") && shown(`#root ${figure}, #app ${figure}`)) {
      seen.settled = true; painted("live");
    }
    if (!seen.live) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True, slots=True)
class Network:
    """A profile of Chromium's developer tools: milliseconds added to a request, bits a second."""

    name: str
    latency_ms: float
    down: float
    up: float


FAST = Network("Fast 4G", 170, 9_000_000, 1_500_000)
SLOW = Network("Slow 4G", 150, 1_600_000, 750_000)
FREE = Network("sans bride", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Target:
    """A page to visit. figure: what holds a figure. live: what says that the page is at rest."""

    url: str
    figure: str
    live: str = "[data-test-script-state=notRunning]"


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds from the start of the navigation; what was transferred until the page is live.

    kilobytes: as they came over the network, compressed, websocket frames left out. shift: sum of
    the layout shifts. outside: requests to another machine.
    """

    first_ms: float
    live_ms: float
    kilobytes: float
    requests: float
    shift: float
    outside: float


@dataclass
class _Traffic:
    sizes: list[float] = field(default_factory=list)
    outside: int = 0


@contextmanager
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone just out of its box: no cache, no cookie, no worker."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=3,
        is_mobile=True,
        has_touch=True,
        locale="fr-FR",
        ignore_https_errors=True,
    )
    try:
        yield context
    finally:
        context.close()


def cold(browser: Browser, target: Target, network: Network, pictures: Path | None = None) -> Visit:
    """A first visit. pictures: where to leave what was on the screen at 0.5, 1, 2 and 5 s."""
    with phone(browser) as context:
        return visit(context, target, network, pictures=pictures)


def visit(
    context: BrowserContext,
    target: Target,
    network: Network,
    *,
    slower: float = SLOWER,
    pictures: Path | None = None,
) -> Visit:
    """A visit by a phone that may have been here before."""
    page = context.new_page()
    script = _WATCH.replace("FIGURE", target.figure).replace("LIVE", target.live)
    page.add_init_script(script)
    traffic = _Traffic()
    throttled(context, page, network, slower, traffic)
    page.goto(target.url, wait_until="commit", timeout=1000 * LIMIT_S)
    if pictures:
        _photograph(page, pictures)
    seen = _seen(page)
    found = Visit(
        seen["first"],
        seen["live"],
        sum(traffic.sizes) / 1000,
        len(traffic.sizes),
        seen["shift"],
        traffic.outside,
    )
    page.close()
    return found


def throttled(
    context: BrowserContext,
    page: Page,
    network: Network,
    slower: float,
    traffic: _Traffic | None = None,
) -> CDPSession:
    """Slow a page down, and note what it transfers."""
    session = context.new_cdp_session(page)
    kept = traffic or _Traffic()

    def finished(event: dict[str, Any]) -> None:
        kept.sizes.append(event["encodedDataLength"])

    def asked(event: dict[str, Any]) -> None:
        host = urlsplit(event["request"]["url"])
        kept.outside += host.scheme in {"http", "https"} and host.hostname not in _HERE

    session.on("Network.loadingFinished", finished)
    session.on("Network.requestWillBeSent", asked)
    session.send("Network.enable")
    if network.down:
        conditions = {
            "offline": False,
            "latency": network.latency_ms,
            "downloadThroughput": network.down / 8,
            "uploadThroughput": network.up / 8,
        }
        session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return session


_HERE = frozenset({"127.0.0.1", "localhost"})


def _photograph(page: Page, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    for at in _PICTURES_S:
        page.wait_for_timeout(max(0.0, 1000 * (at - (time.monotonic() - start))))
        page.screenshot(path=folder / f"{at:g}s.png")


def _seen(page: Page) -> dict[str, float]:
    """Ask four times a second what the page noted, until it is live and has stayed still 1 s."""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        page.wait_for_timeout(250)
        seen: dict[str, float] = page.evaluate("window.benchSeen ?? {}")
        if "live" in seen:
            page.wait_for_timeout(1000)
            return dict(page.evaluate("window.benchSeen"))
    raise RuntimeError(f"no live page after {LIMIT_S} s: {page.url}")
