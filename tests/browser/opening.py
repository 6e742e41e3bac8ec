"""Opening a screen as a person would, and what every screen must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, Page, Request

Theme = Literal["light", "dark"]
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}


@dataclass
class Opened:
    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, url: str, size: str = "phone", theme: Theme = "light"
) -> Iterator[Opened]:
    """The screen, once the script has run; every request and every page error is noted."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        color_scheme=theme,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        has_touch=size == "phone",
        is_mobile=size == "phone",
    )
    page = context.new_page()
    found = Opened(page)
    page.on("request", lambda request: _note(found, request))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    try:
        page.goto(url)
        settle(page)
        yield found
    finally:
        context.close()


def _note(found: Opened, request: Request) -> None:
    if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
        found.outside.append(request.url)


def settle(page: Page) -> None:
    """Wait until the script has run and what it drew stands still."""
    page.wait_for_selector("[data-test-script-state='notRunning']", timeout=30_000)
    page.wait_for_selector("h1", timeout=30_000)
    page.wait_for_timeout(700)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate("Math.max(0, document.scrollingElement.scrollWidth - window.innerWidth)")
