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


STILL = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const state = document.querySelector('[data-test-script-state="notRunning"]');
  if (!main || !state || !main.querySelector('h1, .ck-state')) return false;
  if (document.getElementById('first')) return false;
  if (main.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')) return false;
  const now = main.innerHTML.length + ':' + main.scrollHeight;
  const seen = window.__still || {};
  if (seen.now !== now) { window.__still = {now, since: performance.now()}; return false; }
  return performance.now() - seen.since > 200;
}"""
"""True once the script has stopped and what it drew has not changed for a fifth of a second."""


def settle(page: Page) -> None:
    """Wait until the script has run and what it drew stands still."""
    page.evaluate("window.__still = undefined")
    page.wait_for_function(STILL, timeout=30_000, polling=50)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate("Math.max(0, document.scrollingElement.scrollWidth - window.innerWidth)")
