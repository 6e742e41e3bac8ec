"""Administration in a real browser, on a copy of the sample hospital that these tests may change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.opening import opened, settle

ADMIN = "/administration?as=admin"
URGENCES = f"{ADMIN}&screen=source&source=urgences"
DELIVERED = "urgences_2026_11_21_reprise.csv"


@pytest.fixture(scope="module")
def page(chromium: Browser, own_site: Site) -> Iterator[Page]:
    with opened(chromium, f"{own_site.url}{ADMIN}") as found:
        yield found.page
        assert found.errors == []
        assert found.outside == []


def go(page: Page, site: Site, address: str) -> None:
    page.goto(site.url + address)
    settle(page)


def press(page: Page, label: str) -> None:
    """A long act keeps the script running: what it gives is waited for."""
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_timeout(600)
    settle(page)


def visits(page: Page, site: Site) -> str:
    go(page, site, "/")
    return page.locator(".ck-tile:has-text('Passages urgences') .ck-value").inner_text()


def test_an_edit_from_the_page_is_in_the_file_and_an_edit_of_the_file_is_on_the_page(
    page: Page, own_site: Site
) -> None:
    file = own_site.home / "sources" / "urgences.toml"
    before = file.read_text("utf-8")
    go(page, own_site, URGENCES)
    page.get_by_label("Responsable").fill("Cellule des urgences")
    press(page, "Enregistrer")
    expect(page.get_by_text("Réglages enregistrés.")).to_be_visible()
    assert file.read_text("utf-8") == before.replace('"DIM"', '"Cellule des urgences"')
    file.write_text(before, "utf-8")
    go(page, own_site, URGENCES)
    expect(page.get_by_label("Responsable")).to_have_value("DIM")


def test_a_link_leads_back_to_where_it_came_from(page: Page, own_site: Site) -> None:
    go(page, own_site, ADMIN)
    page.evaluate("window.untouched = true")
    page.get_by_role("link", name="Urgences (export quotidien").click()
    page.wait_for_url(re.compile("screen=source"))
    settle(page)
    page.get_by_role("link", name="Texte", exact=True).click()
    page.wait_for_url(re.compile("tab=text"))
    settle(page)
    expect(page.get_by_label("Texte TOML")).to_be_visible()
    page.go_back()
    settle(page)
    expect(page.get_by_label("Responsable")).to_be_visible()
    page.go_back()
    settle(page)
    expect(page.get_by_role("link", name="Ajouter une source")).to_be_visible()
    assert page.evaluate("window.untouched"), "the document was not loaded again"


@pytest.mark.slow
def test_a_file_is_previewed_published_seen_and_taken_back(page: Page, own_site: Site) -> None:
    before = visits(page, own_site)
    _deliver(own_site.home / "drop")
    go(page, own_site, f"{ADMIN}&screen=preview&source=urgences")
    press(page, "Lancer l'aperçu")
    table = page.locator("table", has_text="Avant et après publication").first
    expect(table).to_be_visible()
    expect(table.locator("tbody")).to_contain_text("Passages aux urgences")
    assert visits(page, own_site) == before, "a preview changes nothing that anybody sees"

    go(page, own_site, f"{URGENCES}&act=publish")
    press(page, "Publier maintenant")
    said = page.get_by_role("status").first
    expect(said).to_contain_text("publiée")
    assert visits(page, own_site) != before

    go(page, own_site, f"{ADMIN}&screen=generations")
    number = _before_the_publish(page)
    go(page, own_site, f"{ADMIN}&screen=generations&code={number}")
    press(page, f"Revenir à la génération {number}")
    expect(page.get_by_text(f"Retour à la génération {number}")).to_be_visible()
    assert visits(page, own_site) == before
    go(page, own_site, URGENCES)
    expect(page.get_by_role("heading", name="Livraisons retenues")).to_be_visible()


def _deliver(drop: Path) -> None:
    """The last day again, with fifty visits more in each unit."""
    head, *lines = (drop / "urgences_2026_11_21.csv").read_text("cp1252").splitlines()
    at = head.split(";").index("passages_18_74")
    cells = [line.split(";") for line in lines]
    for row in cells:
        row[at] = str(int(row[at]) + 50)
    text = "\n".join([head, *(";".join(row) for row in cells)])
    (drop / DELIVERED).write_text(f"{text}\n", "cp1252")


def _before_the_publish(page: Page) -> int:
    """The generation before the one that added a delivery."""
    cards = page.locator(".ck-source").all_inner_texts()
    added = next(text for text in cards if re.search("lots? ajouté", text))
    found = re.search(r"Génération (\d+)", added)
    assert found
    return int(found[1]) - 1


def test_where_a_figure_comes_from_opens_on_its_sheet(page: Page, own_site: Site) -> None:
    go(page, own_site, "/indicateur?kpi=ed_visits&unit=1110")
    page.get_by_text("D'où vient ce chiffre").click()
    table = page.locator("table", has_text="Livraisons derrière ce chiffre")
    expect(table).to_be_visible()
    expect(table).to_contain_text("drop/urgences_2026_11")


@pytest.mark.parametrize(
    "address", [ADMIN, URGENCES, f"{URGENCES}&act=publish", f"{ADMIN}&screen=structure"]
)
def test_every_target_is_large_enough_for_a_thumb(page: Page, own_site: Site, address: str) -> None:
    go(page, own_site, address)
    small = page.evaluate("""() => [...document.querySelectorAll(
      '[data-testid=stMain] a.ck-link, [data-testid=stMain] [data-testid^=stBaseButton], ' +
      '[data-testid=stMain] summary, [data-testid=stTextInputRootElement]')]
      .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
      .map(one => one.outerHTML.slice(0, 120))""")
    assert small == []
