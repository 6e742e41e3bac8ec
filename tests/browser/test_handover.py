"""From the first screen, which the server wrote, to the live page: the same figures, no jump."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Site
from tests.browser.opening import SIZES, Theme, settle

pytestmark = pytest.mark.slow

SHIFTS = """window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });"""
PIECES = """(root) => [...document.querySelectorAll(`${root} :is(h1, .ck-hero, .ck-tile)`)]
  .filter((one) => one.getBoundingClientRect().top < innerHeight)
  .map((one) => {
    const box = one.getBoundingClientRect();
    return [one.innerText, Math.round(box.left), Math.round(box.top), Math.round(box.height)];
  })"""
# An icon whose font is not there yet reads "notifications", far wider than a letter is high.
SPELT = """[...document.querySelectorAll('.ck-icon, [data-testid="stIconMaterial"]')].filter((one) => {
  const text = document.createRange();
  text.selectNodeContents(one);
  return text.getBoundingClientRect().width > 1.3 * parseFloat(getComputedStyle(one).fontSize);
}).map((one) => one.textContent)"""
MOST_SHIFT, MOST_PIXELS = 0.03, 3


def _window(chromium: Browser, size: str, theme: Theme) -> BrowserContext:
    width, height = SIZES[size]
    return chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="fr-FR",
        service_workers="block",
    )


def _first(context: BrowserContext, site: Site) -> list[list[object]]:
    """The first screen alone: none of the framework's scripts arrives."""
    page = context.new_page()
    page.route("**/static/js/**", lambda route: route.abort())
    page.goto(site.url)
    page.wait_for_timeout(1000)
    found: list[list[object]] = page.evaluate(PIECES, "#first")
    page.close()
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_live_page_takes_over_without_a_jump(
    chromium: Browser, site: Site, size: str, theme: Theme
) -> None:
    context = _window(chromium, size, theme)
    try:
        first = _first(context, site)
        page: Page = context.new_page()
        page.add_init_script(SHIFTS)
        page.goto(site.url)
        settle(page)
        live = page.evaluate(PIECES, "#root")
        assert len(first) >= 4
        assert [one[0] for one in first] == [one[0] for one in live]
        moved = [
            (was[0], was[1:], now[1:])
            for was, now in zip(first, live, strict=True)
            if any(abs(a - b) > MOST_PIXELS for a, b in zip(was[1:], now[1:], strict=True))
        ]
        assert moved == []
        assert page.evaluate("window.shift") <= MOST_SHIFT
        assert page.evaluate(SPELT) == []
    finally:
        context.close()
