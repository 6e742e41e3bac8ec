"""The ways through the application: what a tap, an address, a profile, a switch, an export lead to.

Pages stay open for a whole group of promises: opening one costs more than what is checked on it.
"""

from __future__ import annotations

import csv
import io
import re
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.opening import opened, overflow, settle

SHEET = "/indicateur?kpi=bed_occupancy_rate&unit=2110&period=month"
MAIN = "document.querySelector('[data-testid=stMain]')"
BELCOMBE = "990001026"
ELSEWHERE = ("Site Argence", "Site Les Tilleuls", "GHT Rives")


@pytest.fixture(scope="module")
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """One phone for the whole file."""
    with opened(chromium, f"{site.url}/plus") as found:
        yield found.page
        assert found.errors == []
        assert found.outside == []


def go(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)


def said(page: Page) -> str:
    return page.locator("[data-testid='stMain']").inner_text()


def test_a_tile_opens_the_sheet_of_its_kpi_and_back_keeps_the_place(page: Page, site: Site) -> None:
    go(page, f"{site.url}/?period=month")
    tile = page.locator("a.ck-link[href*='kpi=bed_occupancy']").first
    tile.scroll_into_view_if_needed()
    kpi = re.search(r"kpi=(\w+)", tile.get_attribute("href"))[0]
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    page.evaluate("window.untouched = true")
    tile.click()
    page.wait_for_url(re.compile("/indicateur"))
    settle(page)
    assert kpi in page.url
    assert page.evaluate("window.untouched"), "the document was not loaded again"
    assert "period=month" in page.url
    expect(page.locator("h1")).to_contain_text("occupation")
    page.go_back()
    page.wait_for_url(re.compile(r"/\?"))
    settle(page)
    expect(page.locator("h1")).to_have_text("Synthèse")
    assert "period=month" in page.url
    after = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    assert abs(after - before) <= 400, "the tile that was tapped is still near"


def test_tiles_of_one_row_are_equally_high_and_targets_stay_on_one_line(
    page: Page, site: Site
) -> None:
    measure = """() => [...document.querySelectorAll('.ck-tile')].map(tile => {
      const box = tile.getBoundingClientRect();
      const aim = tile.querySelector('.ck-target');
      return [Math.round(box.top), Math.round(box.height), aim.getClientRects().length];
    })"""
    size = page.viewport_size
    go(page, f"{site.url}/")
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        settle(page)
        rows: dict[int, set[int]] = {}
        for top, height, lines in page.evaluate(measure):
            rows.setdefault(top, set()).add(height)
            assert lines <= 1
        assert rows
        assert all(len(heights) == 1 for heights in rows.values()), f"{width}: {rows}"
        assert overflow(page) == 0
    page.set_viewport_size(size)


def test_an_address_restores_unit_period_and_kpi(page: Page, site: Site) -> None:
    go(page, site.url + SHEET)
    page.reload()
    settle(page)
    expect(page.locator("h1")).to_have_text("Taux d'occupation (minuit)")
    text = said(page)
    assert "Médecine polyvalente" in text
    assert "octobre 2026" in text
    expect(page.locator(".ck-switch [aria-current='true']")).to_have_text("Mois")


def test_the_period_switch_changes_the_days_covered(page: Page, site: Site) -> None:
    go(page, f"{site.url}/indicateur?kpi=ed_visits&period=month")
    facts = page.locator(".ck-facts")
    assert "octobre 2026" in facts.inner_text() or "cumul" in facts.inner_text()
    month = facts.inner_text()
    page.evaluate("window.untouched = true")
    page.get_by_role("link", name="Jour", exact=True).click()
    page.wait_for_url(re.compile("period=day"))
    settle(page)
    assert "21 nov." in facts.inner_text()
    assert facts.inner_text() != month
    page.go_back()
    page.wait_for_url(re.compile("period=month"))
    settle(page)
    assert facts.inner_text() == month
    assert page.evaluate("window.untouched"), "the document was not loaded again"


def test_the_period_switch_works_from_the_keyboard_and_keeps_the_focus(
    page: Page, site: Site
) -> None:
    go(page, f"{site.url}/")
    page.get_by_role("link", name="Jour", exact=True).focus()
    page.keyboard.press("Tab")
    week = page.get_by_role("link", name="7 j", exact=True)
    expect(week).to_be_focused()
    assert float(week.evaluate("link => parseFloat(getComputedStyle(link).outlineWidth)")) >= 2
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("period=7d"))
    settle(page)
    expect(week).to_have_attribute("aria-current", "true")
    expect(week).to_be_focused()


def test_a_tab_follows_inside_the_live_page_and_back_returns_to_where_it_was_left(
    page: Page, site: Site
) -> None:
    go(page, f"{site.url}/?period=7d")
    main = page.locator("[data-testid='stMain']")
    main.evaluate("main => { main.scrollTop = 500 }")
    page.evaluate("window.untouched = true")
    bar = page.get_by_role("navigation", name="Pages")
    expect(bar.locator("[aria-current='page']")).to_contain_text("Synthèse")
    bar.get_by_role("link", name="Capacité").click()
    page.wait_for_url(re.compile("/capacite.*period=7d"))
    settle(page)
    expect(page.locator("h1")).to_have_text("Capacité")
    expect(bar.locator("[aria-current='page']")).to_contain_text("Capacité")
    assert main.evaluate("main => main.scrollTop") == 0
    assert page.title().startswith("Capacité · ")
    page.go_back()
    page.wait_for_url(re.compile(r"/\?period=7d"))
    page.wait_for_function(f"() => {MAIN}.scrollTop === 500")
    expect(page.locator("h1")).to_have_text("Synthèse")
    assert page.evaluate("window.untouched"), "the document was not loaded again"
    assert page.locator("link[rel=icon]").get_attribute("href") == "/icons/32.png"


def test_a_newer_generation_is_drawn_without_being_asked_for(chromium: Browser, site: Site) -> None:
    """The publish is told by a changed answer of /readyz: what is asked then is a run."""
    told = {"generation": 0}
    asked: list[bytes | str] = []

    def note(frame: bytes | str) -> None:
        asked.append(frame)

    with opened(chromium, f"{site.url}/?period=7d") as found:
        phone = found.page
        told["generation"] = int(
            phone.locator("[data-generation]").get_attribute("data-generation")
        )
        phone.route("**/readyz", lambda route: route.fulfill(json={"ready": True, **told}))
        phone.on("websocket", lambda socket: socket.on("framesent", note))
        phone.reload()
        settle(phone)
        look_again = "() => document.dispatchEvent(new Event('visibilitychange'))"
        runs = len(asked)
        with phone.expect_response("**/readyz"):
            phone.evaluate(look_again)
        settle(phone)
        assert len(asked) == runs, "nothing new, nothing asked"
        phone.evaluate(f"() => {{ {MAIN}.scrollTop = 300 }}")
        told["generation"] += 1
        with phone.expect_response("**/readyz"):
            phone.evaluate(look_again)
        settle(phone)
        assert len(asked) > runs
        assert phone.evaluate(f"() => {MAIN}.scrollTop") == 300, "the reader is left in place"
        assert "period=7d" in phone.url


def test_every_entry_of_the_bar_is_large_enough_for_a_thumb(page: Page, site: Site) -> None:
    go(page, f"{site.url}/")
    for each in page.locator(".ck-nav a:visible, .ck-switch a").all():
        assert each.bounding_box()["height"] >= 44
    assert page.locator(".ck-nav a:visible").count() == 5


def test_the_table_of_a_chart_opens_and_is_accessible(page: Page, site: Site) -> None:
    go(page, f"{site.url}/indicateur?kpi=ed_visits&period=month")
    page.get_by_text("Voir les valeurs").click()
    table = page.locator("[data-testid='stExpander'] table")
    expect(table).to_be_visible()
    assert table.locator("tbody tr").count() > 10
    settle(page)
    found = [
        one["id"]
        for one in Axe().run(page).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert found == []


def exported(page: Page) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Exporter en CSV").click()
    return waiting.value.path().read_bytes()


def test_the_export_is_what_excel_reads_in_french(page: Page, site: Site) -> None:
    go(page, site.url + SHEET)
    raw = exported(page)
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert len(head) == 3
    assert len(rows) > 10
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", row[0]) for row in rows)
    assert any(re.fullmatch(r"\d+,\d+", row[1]) for row in rows), "decimal comma"
    for cell in (cell for row in [head, *rows] for cell in row):
        assert not cell.startswith(("=", "+", "@"))
        assert not cell.startswith("-") or re.fullmatch(r"-[\d,]+", cell), "a number, no formula"


def test_the_director_of_a_site_sees_no_other_site(page: Page, site: Site) -> None:
    role = f"as=director_{BELCOMBE}"
    for address in (
        f"/?{role}",
        f"/alertes?{role}",
        f"/capacite?{role}",
        f"/explorer?{role}&kpi=ed_visits&split=unit",
    ):
        go(page, site.url + address)
        text = said(page)
        assert "Belcombe" in text
        assert [name for name in ELSEWHERE if name in text] == [], address
    assert not any(name.encode() in exported(page) for name in ELSEWHERE)
    go(page, f"{site.url}/indicateur?{role}&kpi=ed_visits&unit=990001018")
    assert "n'existe pas dans votre périmètre" in said(page)


def test_the_brief_of_a_site_says_its_own_figures_only(site: Site) -> None:
    def read(role: str) -> str:
        with urllib.request.urlopen(f"{site.url}/brief?as={role}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text[text.index("<main") : text.index("</main>")]  # below: the installation

    own = read(f"director_{BELCOMBE}")
    assert "Site Belcombe" in own
    assert [name for name in ELSEWHERE if name in own.replace("&#x27;", "'")] == []
    figures = [
        re.search(r"Passages urgences</h3><p class=\"ck-value\">([\d\s\u202f]+)", text)
        for text in (own, read("director_ght"))
    ]
    assert all(figures)
    assert len({found[1] for found in figures if found}) == 2


def test_a_closed_page_says_so_and_shows_no_figure(page: Page, site: Site) -> None:
    go(page, f"{site.url}/finances?as=drh")
    assert "Accès réservé" in said(page)
    assert "€" not in said(page)


def test_english_leaves_no_french_title_in_the_bar(page: Page, site: Site) -> None:
    go(page, f"{site.url}/plus")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(re.compile("lang=en"))
    settle(page)
    named = page.locator(".ck-nav").inner_text()
    for french in ("Synthèse", "Alertes", "Capacité", "Plus", "Activité"):
        assert french not in named.split("\n")
    assert "Overview" in named
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_bar_the_home_page_and_the_alerts_count_alike(page: Page, site: Site) -> None:
    go(page, f"{site.url}/")
    red, amber = (page.locator(".ck-counts b").nth(at).inner_text() for at in (0, 1))
    badge = page.locator(".ck-nav .ck-badge").inner_text()
    assert badge.split("\n") == [red if int(red) <= 9 else "9+", "à prendre"]
    go(page, f"{site.url}/alertes")
    eyebrow = page.locator(".ck-eyebrow").inner_text()
    assert eyebrow.startswith(f"{red} alerte")
    assert f"· {amber} vigilance" in eyebrow
    whole = int(red) + int(amber)
    expect(page.get_by_role("radio").first).to_have_text(f"Toutes {whole}")
    assert page.locator(".ck-alert:visible").count() <= 5
    expect(page.get_by_text(re.compile(r"Voir les \d+ autres"))).to_be_visible()


def test_an_account_leads_to_the_units_that_book_it(page: Page, site: Site) -> None:
    go(page, f"{site.url}/finances")
    account = page.locator(".ck-tap:has(.ck-account)").first
    name = account.locator(".ck-account > b").inner_text()
    account.locator("a").click()
    page.wait_for_url(re.compile("facet=expense"))
    settle(page)
    text = said(page)
    assert name in text
    assert "Site Argence" in text
