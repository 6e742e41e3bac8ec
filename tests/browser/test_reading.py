"""Pages read on a narrow screen, on its side, twice as large, and without movement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.browser.every_page import PAGES, PLAIN, go
from tests.browser.measures import CUT, MOVING
from tests.browser.opening import overflow, settle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="fr-FR", service_workers="block", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def still(page: Page, name: str) -> None:
    if name not in PLAIN:
        settle(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_in_320_pixels_and_on_its_side(page: Page, staffed: Site, name: str) -> None:
    """320 px is a desk at 400 %; only tables may scroll, in their own box. A phone may be turned."""
    page.set_viewport_size({"width": 320, "height": 640})
    go(page, staffed, name)
    for width, height in ((320, 640), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        still(page, name)
        assert overflow(page) == 0, width
        assert page.evaluate(CUT) == [], width
        assert page.locator("h1").is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_text_twice_as_large_needs_no_sideways_scroll(page: Page, staffed: Site, name: str) -> None:
    """A desk zoomed to 200 %, then the text alone."""
    page.set_viewport_size({"width": 640, "height": 400})
    go(page, staffed, name)
    assert overflow(page) == 0
    assert page.evaluate(CUT) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    still(page, name)
    assert overflow(page) == 0
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_for_who_asks_for_less(page: Page, staffed: Site, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, staffed, name)
    assert page.evaluate(MOVING) == []
