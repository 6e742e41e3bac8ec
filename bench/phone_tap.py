"""From the tap on a tile to the sheet of its KPI with its curve drawn."""

from __future__ import annotations

import time

from playwright.sync_api import BrowserContext, Page

from bench.phone_visit import FREE, LIMIT_S, throttled

TAPS = 9
_TILES = "#root .ck-grid a.ck-link"

_TAP = """
(place) => new Promise((done) => {
  const link = document.querySelectorAll("TILES")[place];
  const start = performance.now();
  const drawn = () => {
    const curve = document.querySelector("[data-testid=stVegaLiteChart] :is(canvas, svg)");
    const box = curve?.getBoundingClientRect();
    const still = document.querySelector("[data-test-script-state=notRunning]");
    if (location.pathname === "/indicateur" && still && box?.height > 50) {
      requestAnimationFrame(() => done(performance.now() - start));
    } else if (performance.now() - start > 20000) done(-1);
    else requestAnimationFrame(drawn);
  };
  link.click();
  requestAnimationFrame(drawn);
})
""".replace("TILES", _TILES)


def times(context: BrowserContext, url: str, *, slower: float) -> list[float]:
    """Milliseconds of each tap, the first one (which loads what draws curves) left out."""
    page = context.new_page()
    throttled(context, page, FREE, slower)
    page.goto(url)
    found = []
    for number in range(TAPS + 1):
        _still(page, _TILES)
        took = page.evaluate(_TAP, number % page.locator(_TILES).count())
        if took < 0:
            raise RuntimeError(f"no curve 20 s after a tap: {page.url}")
        found.append(took)
        page.go_back()
    page.close()
    return found[1:]


def _still(page: Page, selector: str) -> None:
    """Wait until the script has finished and the element is there."""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        at_rest = page.locator("[data-test-script-state=notRunning]").count()
        if at_rest and page.locator(selector).count() and not page.locator("#first").count():
            page.wait_for_timeout(300)
            return
        page.wait_for_timeout(100)
    raise RuntimeError(f"the page never came to rest: {page.url}")
