"""Criteria of RGAA 4.1.2 that axe-core does not measure; `cockpit/web/rgaa.csv` names each test."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Site
from tests.browser.every_page import LIVE, PAGES, PLAIN, THEMES, go, unfold
from tests.browser.opening import overflow, settle
from tests.browser.rgaa_measures import (
    ATTRIBUTES,
    BARE,
    CAPTIONS,
    CODE,
    COVERED,
    EDGES,
    FIELDS,
    GROUNDLESS,
    LINKS,
    LOST,
    PILES,
    SPACED,
    STROKES,
)

pytestmark = pytest.mark.slow

PHONE: ViewportSize = {"width": 390, "height": 844}
UNCLEAR = {"ici", "voir", "lire", "suite", "lien", "en savoir plus", "cliquez ici", "here"}


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Iterator[dict[str, Page]]:
    """One phone per theme."""
    contexts = [
        chromium.new_context(
            color_scheme=theme,
            locale="fr-FR",
            service_workers="block",
            reduced_motion="reduce",
            viewport=PHONE,
        )
        for theme in THEMES
    ]
    yield {theme: one.new_page() for theme, one in zip(THEMES, contexts, strict=True)}
    for one in contexts:
        one.close()


@pytest.fixture(scope="module")
def page(windows: dict[str, Page]) -> Page:
    return windows["light"]


@pytest.mark.parametrize("name", PAGES)
def test_text_set_wider_apart_is_neither_cut_nor_covered(
    page: Page, staffed: Site, name: str
) -> None:
    """10.12: lines 1.5 high, letters 0.12 em and words 0.16 em apart, paragraphs 2 em."""
    go(page, staffed, name)
    unfold(page, name)
    before = page.evaluate(COVERED)
    page.evaluate(SPACED)
    if name not in PLAIN:
        settle(page)
    assert page.evaluate(LOST) == []
    assert [one for one in page.evaluate(COVERED) if one not in before] == []
    assert overflow(page) == 0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PAGES)
def test_fields_and_curves_stand_out_three_to_one(
    windows: dict[str, Page], staffed: Site, name: str, theme: str
) -> None:
    """3.3, and 10.5: a colour is declared under every text on a gradient."""
    page = windows[theme]
    go(page, staffed, name)
    unfold(page, name)
    assert page.evaluate(EDGES)["weak"] == []
    strokes = page.evaluate(STROKES)
    assert strokes["weak"] == []
    assert strokes["measured"] or name not in {"indicateur-lits", "explorer-unites", "fiche-lits"}
    assert page.evaluate(GROUNDLESS) == []


@pytest.mark.parametrize("name", PAGES)
def test_tags_say_what_they_hold_and_cards_are_lists(page: Page, staffed: Site, name: str) -> None:
    """8.9 and 9.3: no tag of presentation, none empty; cards side by side are items of a list."""
    go(page, staffed, name)
    unfold(page, name)
    assert page.evaluate(CODE) == {}
    assert name not in PLAIN or page.evaluate(ATTRIBUTES) == []
    found = page.evaluate(PILES)
    assert found["loose"] == []
    assert found["lists"] or name not in {"synthese", "brief", "activite", "plus"}


@pytest.mark.parametrize("name", PAGES)
def test_a_link_says_where_it_leads_and_one_name_leads_to_one_place(
    page: Page, staffed: Site, name: str
) -> None:
    """6.1."""
    go(page, staffed, name)
    unfold(page, name)
    places: dict[str, set[str]] = {}
    for said, address in page.evaluate(LINKS):
        assert said.lower() not in UNCLEAR | {""}, address
        places.setdefault(said, set()).add(address.partition("#")[0])
    assert {said: where for said, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("name", PAGES)
def test_the_caption_of_a_table_is_its_own(page: Page, staffed: Site, name: str) -> None:
    """5.5: two tables of the same columns never bear one name, but the values of two curves, each
    in the card that names it."""
    go(page, staffed, name)
    unfold(page, name)
    captions = [said for said, _heads in page.evaluate(CAPTIONS)]
    own = [one for one in captions if one not in {"Valeurs de la courbe", "Values of the curve"}]
    assert len(own) == len(set(own)), captions


@pytest.mark.parametrize("name", PAGES)
def test_a_field_is_called_what_is_written_above_it(page: Page, staffed: Site, name: str) -> None:
    """11.2, 11.4 and 11.13: one name for the eye and the ear, at once above; a name of a person is
    offered by the browser."""
    go(page, staffed, name)
    unfold(page, name)
    for one in page.evaluate(FIELDS):
        assert one["name"], one
        assert "\\" not in one["name"], one
        assert not one["shown"] or one["shown"] in one["name"], one
        assert 0 <= one["gap"] <= 16, one
        assert one["name"] != "Votre nom" or one["complete"] == "name", one


BARED = ("synthese", "indicateur-lits", "capacite", "finances", "alertes", *PLAIN)


@pytest.mark.parametrize("name", BARED)
def test_without_style_sheet_all_is_there_and_in_order(
    page: Page, staffed: Site, name: str
) -> None:
    """10.2 and 10.3: no letter is lost, the title comes first; without script no two words merge."""
    go(page, staffed, name)
    unfold(page, name)
    found = page.evaluate(BARE)
    assert found["letters"] == []
    assert found["titles"][0].startswith("H1 ")
    if name in PLAIN:
        assert found["words"] == []


def test_a_choice_keeps_the_keyboard_where_it_is(page: Page, staffed: Site) -> None:
    """7.4: what a list or a pill draws again never sends the reader back to the top."""
    go(page, staffed, "explorer")
    page.get_by_role("combobox", name="Pas").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("grain="))
    settle(page)
    expect(page.get_by_role("combobox", name="Pas")).to_be_focused()
    go(page, staffed, "alertes")
    page.get_by_role("radio").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("domain="))
    settle(page)
    expect(page.get_by_role("radio").nth(1)).to_be_focused()


ACTS = ("alerte", "regle", "evenements", "decision-noter", "administration-sftp")


@pytest.mark.parametrize("name", ACTS)
def test_a_refusal_is_said_aloud(page: Page, own_site: Site, name: str) -> None:
    """7.5 and 11.10: an act without what it needs says what is missing, in a status."""
    go(page, own_site, name)
    unfold(page, name)
    before = page.get_by_role("status").all_inner_texts()
    page.locator("[data-testid^=stBaseButton-primaryFormSubmit]").last.click()
    page.wait_for_timeout(300)
    settle(page)
    said = [one for one in page.get_by_role("status").all_inner_texts() if one not in before]
    assert said, "a refusal is a status"
    assert re.search(r"[a-zéè]{4,}", said[0])


def test_an_act_that_is_done_is_said_aloud(page: Page, own_site: Site) -> None:
    """7.5, on the page that most acts are done on."""
    go(page, own_site, "alertes")
    page.get_by_role("button", name="Acquitter").first.click()
    settle(page)
    page.get_by_role("textbox", name="Votre nom").first.fill("Claire Dupont")
    page.locator("[data-testid^=stBaseButton-primaryFormSubmit]").first.click()
    expect(page.get_by_role("status").filter(has_text="acquittée")).to_be_visible()


TOUCHED = {
    "alertes": (
        ".ck-tap a.ck-link",
        "[data-testid=stBaseButton-primary]",
        ".ck-nav a:nth-child(3)",
    ),
    "capacite": (".ck-switch a:not([aria-current])", "summary"),
    "brief": (".ck-tap a", ".ck-switch a:not([aria-current])"),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_a_finger_that_slides_away_has_done_nothing(page: Page, staffed: Site, name: str) -> None:
    """13.11: pressed, then let go elsewhere."""
    go(page, staffed, name)
    here, main = page.url, page.locator("main, [data-testid=stMain]").first
    shown = main.inner_text()
    for selector in TOUCHED[name]:
        one = page.locator(selector).first
        one.scroll_into_view_if_needed()
        box = one.bounding_box()
        assert box is not None, selector
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + min(20, box["height"] / 2))
        page.mouse.down()
        page.mouse.move(2, 2, steps=4)
        page.mouse.up()
        page.wait_for_timeout(400)
        assert (page.url, main.inner_text()) == (here, shown), selector


class Strict(HTMLParser):
    """Every tag closed in its turn, no attribute twice, no identifier twice, no block in a phrase."""

    VOID: ClassVar = {
        "area",
        "base",
        "br",
        "col",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "wbr",
    }
    PHRASE: ClassVar = {"p", "span", "b", "i", "a", "button", "h1", "h2", "h3", "label", "small"}
    BLOCK: ClassVar = {
        "div",
        "p",
        "ul",
        "ol",
        "dl",
        "section",
        "article",
        "table",
        "h1",
        "h2",
        "h3",
        "nav",
    }

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"attribute twice: {self.get_starttag_text()}")
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag in self.BLOCK and self.open and self.open[-1] in self.PHRASE:
            self.faults.append(f"<{tag}> in <{self.open[-1]}>")
        if tag in {"a", "button"} and {"a", "button"} & set(self.open):
            self.faults.append(f"<{tag}> in a link")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID and "svg" not in self.open:
            self.faults.append(f"<{tag}/> is not closed in HTML")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def faults(text: str) -> list[str]:
    parser = Strict()
    parser.feed(text)
    parser.close()
    twice = {one for one in parser.ids if parser.ids.count(one) > 1}
    return (
        parser.faults + [f"left open: {one}" for one in parser.open] + [f"#{one}" for one in twice]
    )


def test_the_parser_sees_what_it_looks_for() -> None:
    for wrong in (
        "<p><b>a</p>",
        "<p id=a></p><p id=a></p>",
        "<i a=1 a=2></i>",
        "<p><div></div></p>",
        "<div>",
    ):
        assert faults(wrong), wrong
    assert faults('<main><p id="a">a<br>b</p><svg><path d=""/></svg></main>') == []


@pytest.mark.parametrize("name", [*PLAIN, "synthese"])
def test_the_code_of_a_page_is_well_formed(staffed: Site, name: str) -> None:
    """8.2, for the pages that are complete in one answer, and the document of the live ones."""
    address = staffed.url + {**LIVE, **PLAIN}[name]
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as refused:
        text = refused.read().decode()
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert faults(text) == []
