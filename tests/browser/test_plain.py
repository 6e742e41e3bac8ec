"""The pages without script in a real browser: every width, both themes, large text, paper.

No page asks for a script, a font or another host.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from cockpit.kpi.catalogue import KPIS
from tests.browser.conftest import Site

pytestmark = pytest.mark.slow

PAGES = (
    "/brief",
    "/brief?lang=en",
    "/fiche?kpi=bed_occupancy_now",
    "/fiche?kpi=year_end_landing",
    "/fiche?kpi=absence_rate&unit=990001026&period=month",
    "/finances?lite=1",
    "/alertes?lite=1",
    "/fiche?kpi=nothing",
)
WIDTHS = (320, 360, 390, 820, 1280)
SMALL = """() => [...document.querySelectorAll('a:not(.ck-skip), summary')]
  .map(link => [link.getBoundingClientRect(), link.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width && (box.width < 43.9 || box.height < 43.9))
  .map(([_box, html]) => html)"""
CUT = """() => [...document.querySelectorAll('main *')]
  .filter(one => getComputedStyle(one).overflowX !== 'visible')
  .filter(one => !one.closest('svg, thead, .ck-sr') && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 90))"""
TIGHT = """() => [...document.querySelectorAll('main :is(h1, h2, h3, p, dd)')]
  .filter(one => one.innerText && getComputedStyle(one).lineHeight !== 'normal')
  .filter(one => parseFloat(getComputedStyle(one).lineHeight) <
    parseFloat(getComputedStyle(one).fontSize))
  .map(one => one.outerHTML.slice(0, 90))"""
WIDER = "document.documentElement.scrollWidth - innerWidth"
BELCOMBE = "990001026"


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=request.param, locale="fr-FR")
    found = context.new_page()
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    found.on("request", note)
    yield found
    here = ("http://127.0.0.1:", "data:")
    assert [one.url for one in asked if not one.url.startswith(here)] == []
    assert {"script", "font", "fetch", "xhr"}.isdisjoint(one.resource_type for one in asked)
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_whole_at_every_width(page: Page, site: Site, path: str) -> None:
    page.goto(site.url + path)
    assert page.locator("h1").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        found = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in Axe().run(page).response["violations"]
        ]
        assert found == [], width
        assert page.evaluate(WIDER) <= 0, width
        assert page.evaluate(SMALL) == [], width
        assert page.evaluate(CUT) == [], width


@pytest.mark.parametrize("path", PAGES)
def test_text_twice_as_large_is_still_all_there(page: Page, site: Site, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.url + path)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(TIGHT) == []
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(CUT) == []


def test_the_keyboard_first_finds_the_way_to_the_content(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/brief")
    page.keyboard.press("Tab")
    skip = page.locator(".ck-skip")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Tab")
    outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert outline >= 2


def test_the_brief_is_one_sheet_of_paper_in_ink(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/brief")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", paper)) == 1
    width, height = (
        float(x) for x in re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)", paper).groups()
    )
    assert (round(width), round(height)) == (595, 842), "A4"
    page.emulate_media(media="print")
    assert not page.locator(".ck-way, .ck-switch").first.is_visible()
    assert page.locator(".ck-paper").is_visible()
    colours = "one => getComputedStyle(one).backgroundColor + getComputedStyle(one).color"
    assert page.locator("body").evaluate(colours) == "rgb(255, 255, 255)rgb(0, 0, 0)"


def read(site: Site, path: str) -> str:
    with urllib.request.urlopen(site.url + path, timeout=30) as answer:
        return answer.read().decode()


def test_the_pages_of_the_sample_are_light(site: Site) -> None:
    assert len(read(site, "/brief").encode()) <= 50_000
    for kpi in ("bed_occupancy_now", "ed_visits", "year_end_landing"):
        assert len(read(site, f"/fiche?kpi={kpi}").encode()) <= 60_000, kpi


@pytest.mark.parametrize("role", [f"director_{BELCOMBE}", "daf", "drh", "bed_manager"])
def test_a_role_reads_no_other_unit_and_no_closed_family(site: Site, role: str) -> None:
    """From every page without script, every link followed once."""
    closed = {kpi.id for kpi in KPIS.values()} if role != f"director_{BELCOMBE}" else set()
    seen = set(re.findall(r'"id": ?"(\w+)"', read(site, f"/api/v1/kpis?as={role}")))
    closed -= seen
    followed: set[str] = set()
    waiting = [f"/brief?as={role}", f"/alertes?lite=1&as={role}", f"/activite?lite=1&as={role}"]
    while waiting and len(followed) < 40:
        path = waiting.pop(0)
        followed.add(path)
        text = unescape(read(site, path))
        assert not closed & set(re.findall(r"kpi=(\w+)", text)), path
        if role.startswith("director_"):
            assert not re.search(
                "Site Argence|Les Tilleuls|GHT Rives", text.partition("<footer")[0]
            )
        links = re.findall(r'href="(/(?:brief|fiche)\?[^"]+)"', text)
        assert all(f"as={role}" in link for link in links), path
        waiting += [link for link in dict.fromkeys(links) if link not in followed]
    assert len(followed) > 10
