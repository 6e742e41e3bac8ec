"""The application worked without a finger: every control reached, seen, and acted upon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.every_page import go, unfold
from tests.browser.opening import settle

pytestmark = pytest.mark.slow

PAGES = (
    "synthese",
    "indicateur-lits",
    "alertes",
    "alerte",
    "regle",
    "astreinte-tour",
    "evenements",
    "administration-source",
    "plus",
    "brief",
    "accessibilite",
)
MOST = 400
NUMBER = """() => {
  const ours = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const groups = new Set();
  const listed = [...document.querySelectorAll(ours)].filter((one) => {
    if (one.tabIndex < 0 || one.disabled || !one.getClientRects().length) return false;
    if (one.closest('[inert], details:not([open]) > :not(summary)')) return false;
    if (getComputedStyle(one).visibility === 'hidden') return false;
    const group = one.closest('[role=radiogroup], [role=toolbar]') ?? (one.type === 'radio' && one.name);
    if (!group) return true;
    const fresh = !groups.has(group);
    groups.add(group);
    if (!fresh) one.removeAttribute('data-stop');
    return fresh;
  });
  listed.forEach((one, at) => { one.dataset.stop = at; });
  return listed.map((one) => one.outerHTML.slice(0, 140));
}"""
"""Numbers what Tab must reach, in the order of the document; arrows go on inside a group."""

STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const group = one.closest('[role=radiogroup], [role=toolbar]')?.querySelector('[data-stop]');
  const drawn = one.closest('[data-testid=stRadioOption], [data-testid=stCheckbox] label') ?? one;
  const style = getComputedStyle(drawn);
  return {
    at: Number((group || one).dataset.stop ?? -1),
    wide: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    line: style.outlineColor,
    ground: getComputedStyle(document.querySelector('.stApp') ?? document.body).backgroundColor,
    html: one.outerHTML.slice(0, 140),
  };
}"""


@pytest.fixture(scope="module", params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(
        color_scheme=request.param, locale="fr-FR", service_workers="block"
    )
    yield context.new_page()
    context.close()


def walk(page: Page) -> list[dict[str, Any]]:
    """Every stop of Tab, until it leaves the page or starts again."""
    found: list[dict[str, Any]] = []
    for _turn in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (found and stop["at"] == found[0]["at"]):
            return found
        found.append(stop)
    pytest.fail("Tab never left the page")


@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_every_control_in_reading_order_and_leaves_the_page(
    page: Page, staffed: Site, name: str
) -> None:
    go(page, staffed, name)
    wanted = page.evaluate(NUMBER)
    reached = [stop["at"] for stop in walk(page)]
    assert [html for at, html in enumerate(wanted) if at not in reached] == []
    assert reached == sorted(reached), "in the order in which it is read aloud"


@pytest.mark.parametrize("name", PAGES)
def test_what_has_the_focus_is_seen(page: Page, staffed: Site, name: str) -> None:
    """A line of 2 px at least, three to one against the ground."""
    go(page, staffed, name)
    unfold(page, name)
    page.evaluate(NUMBER)
    page.evaluate("document.activeElement.blur()")
    for stop in walk(page):
        assert stop["wide"] >= 2, stop["html"]
        assert contrast(stop["line"], stop["ground"]) >= 3, stop


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: of two opaque colours written rgb(r, g, b)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("name", "content"), [("capacite", "[data-testid=stMain]"), ("brief", "#content")]
)
def test_the_first_tab_leads_to_the_content(
    page: Page, staffed: Site, name: str, content: str
) -> None:
    go(page, staffed, name)
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    expect(link).to_contain_text("Aller au contenu")
    box = link.bounding_box()
    assert box is not None
    assert box["y"] >= 0, "seen once it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate(
        "content => document.querySelector(content).contains(document.activeElement)"
        " && !document.activeElement.closest('.ck-nav')",
        content,
    )
    assert inside


def test_enter_and_space_act(page: Page, staffed: Site) -> None:
    go(page, staffed, "alertes")
    page.locator("[class*='st-key-acts_'] button").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Votre nom").first).to_be_visible()
    go(page, staffed, "indicateur-lits")
    fold = page.locator("main summary", has_text="Voir les valeurs").first
    fold.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
    go(page, staffed, "synthese")
    page.locator(".ck-grid a.ck-link").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/indicateur"))


def test_no_single_letter_is_a_shortcut(page: Page, staffed: Site) -> None:
    """Streamlit's own: "r" runs the page again, "c" offers to clear its memory."""
    sent: list[bytes | str] = []

    def note(frame: bytes | str) -> None:
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    go(page, staffed, "capacite")
    page.locator("h1").click()
    before = len(sent)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        page.keyboard.press(letter)
    settle(page)
    assert before
    assert len(sent) == before
    assert page.locator("[role=dialog]").count() == 0
