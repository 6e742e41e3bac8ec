"""Alerts in a real browser: taken in hand from the list with a thumb, seen in the log."""

from __future__ import annotations

import re

import pytest
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
        expect(page.locator(".ck-act").first).to_contain_text(f"{NAME} (Direction générale)")
        expect(page.locator("[data-testid='stVegaLiteChart']")).to_be_visible(timeout=15_000)
        assert found.errors == []
        assert found.outside == []


@pytest.mark.slow
def test_on_the_smallest_phone_the_acts_of_the_first_alert_are_under_the_thumb(
    chromium: Browser, site: Site
) -> None:
    """360 x 640, over thirty open alerts: nothing to scroll, nothing cut, the rest folded."""
    with opened(chromium, f"{site.url}/alertes") as found:
        page = found.page
        page.set_viewport_size({"width": 360, "height": 640})
        settle(page)
        acts = page.locator("[class*='st-key-acts_']").first.bounding_box()
        bar = page.locator(".ck-nav").bounding_box()
        assert acts is not None
        assert bar is not None
        assert acts["y"] >= 320
        assert acts["y"] + acts["height"] <= bar["y"]
        assert page.locator("[class*='st-key-matter_']").count() == 5
        cut = "found => found.filter(one => one.scrollWidth > one.clientWidth + 1).length"
        assert page.locator("[class*='st-key-acts_'] button").evaluate_all(cut) == 0
        title = page.locator(".ck-alert h3").first
        title.evaluate("one => { one.textContent = 'Service'.repeat(20) }")
        assert overflow(page) == 0


@pytest.mark.slow
def test_an_alert_leads_to_a_decision_and_a_vote_from_its_sheet(
    chromium: Browser, site: Site
) -> None:
    """Hostile words are text, and call no outside host."""
    hostile = "<img src=x> ![](http://ailleurs.example/x.png)"
    with opened(chromium, f"{site.url}/alertes?domain=quality") as found:
        page = found.page
        page.locator(".ck-tap a.ck-link").first.click()
        page.get_by_role("button", name="Décider").click()
        form = page.locator("[class*='st-key-decision_form'] [data-testid='stForm']")
        form.get_by_label("Décision", exact=True).fill(hostile)
        form.get_by_label("Responsable").fill("DQ")
        form.get_by_label("Votre nom").fill(NAME)
        form.get_by_role("button", name="Décider").click()
        expect(page.get_by_text("Décision n° 1 notée.")).to_be_visible(timeout=15_000)
        settle(page)
        vote = page.locator(".st-key-vote")
        sizes = [vote.get_by_role("button", name=one, exact=True) for one in ("Utile", "Inutile")]
        assert min((one.bounding_box() or {"height": 0})["height"] for one in sizes) >= 44
        sizes[1].click()
        expect(vote.get_by_text("0 utile, 1 inutile")).to_be_visible(timeout=15_000)
        page.get_by_role("link", name=hostile).click()
        expect(page.get_by_role("heading", name=hostile)).to_be_visible(timeout=15_000)
        expect(page.locator("[data-testid='stVegaLiteChart']")).to_be_visible(timeout=15_000)
        assert page.locator("main img, [data-testid='stMain'] img").count() == 0
        assert found.errors == []
        assert found.outside == []
