"""Forecasts in a real browser: trying a decision, marking an event; on the sample hospital."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.opening import opened, overflow, settle


@pytest.fixture(scope="module")
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """One phone for the whole file."""
    with opened(chromium, f"{site.url}/scenarios") as found:
        yield found.page
        assert found.errors == []
        assert found.outside == []


def said(page: Page) -> str:
    return page.locator("[data-testid='stMain']").inner_text()


def press(page: Page, label: str, shown: str) -> None:
    """A button, and the words that say that what it asks is done."""
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_text(shown).first).to_be_visible(timeout=15_000)
    settle(page)


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


def keep(page: Page, name: str) -> None:
    """Fill the form of the kind that is chosen, look at the effects, keep them."""
    page.get_by_label("Nom du scénario").fill(name)
    press(page, "Voir l'effet", "huit chances sur dix")
    expect(page.locator(".ck-section h2").first).to_have_text(name)
    press(page, "Garder ce scénario", f"« {name} » est gardé.")


@pytest.mark.slow
def test_two_decisions_are_tried_kept_by_name_and_stand_side_by_side(page: Page) -> None:
    keep(page, "Fermer six lits")
    assert page.locator(".ck-effect").first.bounding_box()["y"] < 844, "seen without scrolling"
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Plus d'absences").click()
    expect(page.get_by_label("Points d'absentéisme en plus")).to_be_visible()
    settle(page)
    keep(page, "Hiver sans remplaçants")
    table = page.locator("table", has_text="Scénarios côte à côte")
    first = table.locator("tbody tr").first
    cells = first.locator("td")
    labels = [cells.nth(at).get_attribute("data-label") for at in range(cells.count())]
    assert [re.sub(r" \(.*", "", one or "") for one in labels] == [
        "Hiver sans remplaçants",
        "Fermer six lits",
    ]
    assert overflow(page) == 0
    assert serious(page) == []


def test_an_event_is_marked_and_taken_away_from_the_page(page: Page, site: Site) -> None:
    file = site.home / "events.toml"
    page.goto(f"{site.url}/fiabilite?screen=events&kpi=ed_visits&code=2026-11-14")
    settle(page)
    expect(page.get_by_label("Premier jour").last).to_be_visible()
    page.get_by_label("Ce qui s'est passé").fill("Grève")
    page.get_by_label("Votre nom").fill("Dr Martin")
    press(page, "Marquer", "« Grève » est marqué.")
    assert 'kpi = "ed_visits"' in file.read_text("utf-8")
    assert "first = 2026-11-14" in file.read_text("utf-8")
    assert overflow(page) == 0
    assert serious(page) == []
    page.get_by_role("link", name="Retirer", exact=True).click()
    page.wait_for_url(re.compile("act=remove"))
    page.get_by_label("Votre nom").fill("Dr Martin")
    press(page, "Retirer", "« Grève » est retiré.")
    assert "Grève" not in file.read_text("utf-8")
    assert "Aucun événement n'est marqué." in said(page)
