"""Alerts in a real browser: taken in hand from the list with a thumb, seen in the log."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site
from tests.browser.opening import opened, overflow, settle

NAME = "Dr <b>Martin</b>"


def test_an_alert_is_acknowledged_from_the_list_and_its_sheet_says_by_whom(
    chromium: Browser, site: Site
) -> None:
    with opened(chromium, f"{site.url}/alertes?domain=quality") as found:
        page = found.page
        cards = page.locator("[class*='st-key-matter_']")
        card = cards.filter(has=page.locator(".ck-alert.ck-amber")).first
        title = card.locator("h3").inner_text()
        buttons = card.get_by_role("button")
        sizes = [buttons.nth(at).bounding_box() for at in range(buttons.count())]
        assert min(one["height"] for one in sizes if one) >= 44
        assert len({round(one["y"]) for one in sizes if one}) == 1, "side by side under the thumb"
        assert overflow(page) == 0
        buttons.first.click()
        page.get_by_label("Votre nom").fill(NAME)
        page.locator("[data-testid='stForm']").get_by_role("button", name="Acquitter").click()
        expect(page.get_by_text(re.compile("acquittée"))).to_be_visible(timeout=15_000)
        settle(page)
        assert title not in page.locator("[class*='st-key-matters_']").all_inner_texts()
        page.get_by_text("Prises en main · 1").click()
        page.get_by_role("link", name=title, exact=True).click()
        expect(page.locator(".ck-act").first).to_contain_text(f"{NAME} (director_ght)")
        expect(page.locator("[data-testid='stVegaLiteChart']")).to_be_visible(timeout=15_000)
        assert found.errors == []
        assert found.outside == []
