"""What holds on every page of the application, measured in a real browser.

RGAA 4.1.2 and WCAG 2.2 AA. One window per theme goes from page to page; each page is looked at in
every width before the next one. What these prove is named in `cockpit/web/rgaa.csv`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.browser.every_page import LIVE, PAGES, PLAIN, THEMES, WIDTHS, go, unfold
from tests.browser.measures import CHARTS, HEADINGS, LANDMARKS, TABLES, TARGETS
from tests.browser.opening import overflow

pytestmark = pytest.mark.slow

MINOR = {"minor", None}
REFUSED = """window.refused = [];
document.addEventListener("securitypolicyviolation", (one) =>
  window.refused.push(`${one.violatedDirective} ${one.blockedURI}`));"""


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Iterator[dict[str, Page]]:
    """One window per theme; what the policy of a page refuses is noted in it."""
    contexts = [
        chromium.new_context(color_scheme=theme, locale="fr-FR", service_workers="block")
        for theme in THEMES
    ]
    for one in contexts:
        one.add_init_script(REFUSED)
    yield {theme: one.new_page() for theme, one in zip(THEMES, contexts, strict=True)}
    for one in contexts:
        one.close()


@pytest.fixture(scope="module")
def page(windows: dict[str, Page]) -> Page:
    """A phone in the light."""
    return windows["light"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_a_rule_at_any_width_in_any_theme(
    windows: dict[str, Page], staffed: Site, name: str, theme: str
) -> None:
    """No critical, serious or moderate violation of axe-core, folds opened; no sideways scroll; and
    nothing that the page's own policy would refuse."""
    page = windows[theme]
    go(page, staffed, name)
    unfold(page, name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in Axe().run(page).response["violations"]
            if one["impact"] not in MINOR
        ]
        assert found == [], width
        assert overflow(page) == 0, width
    assert page.evaluate("window.refused") == []


@pytest.mark.parametrize("name", PAGES)
def test_every_target_is_large_enough_for_a_thumb(page: Page, staffed: Site, name: str) -> None:
    """44 x 44 px, links in a sentence excepted."""
    go(page, staffed, name)
    unfold(page, name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found = page.evaluate(TARGETS)
        assert found["measured"] or name == "accuser"
        assert found["small"] == [], width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_built_of_landmarks_headings_and_named_tables(
    page: Page, staffed: Site, name: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, staffed, name)
    unfold(page, name)
    heads, marks = page.evaluate(HEADINGS), page.evaluate(LANDMARKS)
    assert heads == {"first": 1, "skipped": []}
    assert marks["doctype"] == "html"
    assert marks["main"] == 1
    assert marks["named"], "a navigation has a name"
    assert marks["bars"] or name in {"hors-ligne", "accuser"}
    assert marks["windows"] == 0, "no link opens a window"
    assert marks["icons"] == 0, "an icon is not read aloud"
    assert page.evaluate(TABLES) == []


@pytest.mark.parametrize("name", LIVE)
def test_the_navigation_is_at_the_same_place(page: Page, staffed: Site, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, staffed, name)
    bar = page.locator(".ck-nav").bounding_box()
    assert bar is not None
    assert (bar["x"], bar["width"], bar["y"] + bar["height"]) == (0, 390, 844)


CHARTED = (
    "indicateur-lits",
    "indicateur-budget",
    "explorer-unites",
    "alerte",
    "regle",
    "fiche-lits",
)


@pytest.mark.parametrize("name", CHARTED)
def test_every_chart_has_words_and_a_table(page: Page, staffed: Site, name: str) -> None:
    """The words say a figure and a day; the table, one tap away, holds the points."""
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, staffed, name)
    unfold(page, name)
    found = page.evaluate(CHARTS)
    assert found or name == "regle"
    for chart in found:
        assert any(sign.isdigit() for sign in chart["text"]), chart
        assert chart["table"], chart


SAME = {
    "alertes-famille",
    "regle-refusee",
    "explorer-unites",
    "administration-publier",
    "administration-contrat",
    "administration-texte",
    "reserve",
    "introuvable",
    "fiche-inconnue",
}
"""Another filter or tab of a page that is there, or no page at all."""


def test_every_page_has_a_title_of_its_own(page: Page, staffed: Site) -> None:
    titles: dict[str, str] = {}
    for name in (one for one in (*LIVE, *PLAIN) if one not in SAME):
        go(page, staffed, name)
        said = page.title()
        assert said not in titles, f"{name} and {titles[said]}: {said}"
        titles[said] = name
