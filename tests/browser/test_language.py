"""A page speaks one language, aloud too, and its document says which."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.every_page import PAGES, go, unfold
from tests.browser.measures import WORDS
from tests.browser.opening import settle

pytestmark = pytest.mark.slow

ENGLISH = re.compile(
    r"\b(the|and|of|to|is|are|with|your|choose|search|upload|drag|drop|limit|files?|clear|remove|"
    r"open|show|hide|next|previous|loading|running|stop|press|enter|apply|results?|"
    r"increment|decrement|help|copy|selected|select|skip|password|view|link|heading|cancel|day|"
    r"month|year|selected|calendar|X-axis|Y-axis|values|scale|"
    r"no results|january|february|march|april|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
FRENCH_TOO = re.compile(
    r"(?<!\w)(lignes ; day, month|from \(début\), to \(fin\)|drop/\S+\.\w+|secret:nom)"
)
"""Names of files, and those that a file is written with, quoted in a sentence."""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A browser in English: what Streamlit takes from it must not be heard in a French page."""
    context = chromium.new_context(
        locale="en-US", service_workers="block", viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if not name.endswith("-en")])
def test_a_french_page_says_no_english(page: Page, staffed: Site, name: str) -> None:
    """What is written, and what a screen reader says: names, titles, placeholders, descriptions."""
    go(page, staffed, name)
    unfold(page, name)
    words = page.evaluate(WORDS)
    assert words
    assert [one for one in words if ENGLISH.search(one) and not FRENCH_TOO.search(one)] == []


def test_a_calendar_and_a_list_speak_as_the_page_does(page: Page, staffed: Site) -> None:
    go(page, staffed, "evenements")
    unfold(page, "evenements")
    page.get_by_role("button", name="Choisir le jour").first.click()
    expect(page.get_by_role("button", name="Mois suivant")).to_be_visible()
    expect(page.get_by_role("grid").first).to_have_attribute("aria-label", re.compile("novembre"))
    words = page.evaluate(WORDS)
    assert [one for one in words if ENGLISH.search(one)] == []
    page.goto(f"{staffed.url}/fiabilite?screen=events&lang=en")
    settle(page)
    unfold(page, "evenements")
    page.get_by_role("button", name="Choose date").first.click()
    expect(page.get_by_role("button", name="Next month")).to_be_visible()
    expect(page.get_by_role("grid").first).to_have_attribute("aria-label", re.compile("November"))


def test_the_document_is_in_the_language_of_its_words(page: Page, staffed: Site) -> None:
    """Changed on the spot, it is loaded again: nothing else makes it say another language."""
    go(page, staffed, "plus")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "fr")
    english = page.get_by_role("link", name="English")
    expect(english).to_have_attribute("lang", "en")
    english.click()
    page.wait_for_url(re.compile("lang=en"))
    settle(page)
    expect(html).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="Français")).to_have_attribute("lang", "fr")
    for name, spoken in (("brief", "fr"), ("brief-en", "en"), ("accessibilite-en", "en")):
        go(page, staffed, name)
        expect(html).to_have_attribute("lang", spoken)
