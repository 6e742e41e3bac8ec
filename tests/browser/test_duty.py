"""The roster and one's notifications in a real browser, with a thumb, on a home of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.notify import links, outbox
from cockpit.notify.route import Line, Words
from cockpit.settings import Home
from tests.browser.conftest import PEOPLE, ROSTER, Site, on_call, served
from tests.browser.opening import opened, overflow, settle


@pytest.fixture(scope="module")
def own_site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(on_call(demo_home, tmp_path_factory.mktemp("duty"))) as site:
        yield site


def choose(page: Page, label: str, option: str) -> None:
    """A long list draws only what is near: the wanted line is scrolled to."""
    page.get_by_label(label, exact=True).click()
    wanted = page.get_by_role("option", name=option, exact=True)
    shown = page.get_by_role("option")
    for _turn in range(12):
        expect(shown.first).to_be_visible()
        if wanted.count():
            break
        shown.last.scroll_into_view_if_needed()
        page.wait_for_timeout(150)
    wanted.click()
    settle(page)


def whole(page: Page) -> None:
    """French, no wider than the phone, large enough for a thumb, without a serious fault."""
    assert overflow(page) == 0
    for english in ("Running", "Error", "None", "Upload", "Browse files", "Choose an option"):
        assert page.get_by_text(english, exact=True).count() == 0
    small = page.locator("main a.ck-button, main .stButton button, main summary")
    for at in range(small.count()):
        box = small.nth(at).bounding_box()
        assert box is None or box["height"] >= 44, small.nth(at).inner_text()
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in serious] == []


@pytest.mark.slow
def test_a_shift_then_a_replacement_are_typed_with_a_thumb(
    chromium: Browser, own_site: Site
) -> None:
    with opened(chromium, f"{own_site.url}/astreinte") as found:
        page = found.page
        whole(page)
        expect(page.locator(".ck-duty h2").first).to_have_text("Claire Dupont")
        page.get_by_role("link", name="Ajouter un tour", exact=True).click()
        settle(page)
        whole(page)
        choose(page, "Personne", "<b>Jean</b> Martin")
        page.get_by_label("Votre nom").fill("Mme Roy")
        page.get_by_role("button", name="Ajouter au tableau").click()
        expect(page.get_by_text("Le tour est au tableau.")).to_be_visible(timeout=15_000)
        page.get_by_role("link", name=re.compile("Jean.*23 nov")).click()
        settle(page)
        whole(page)
        choose(page, "Personne", "Claire Dupont")
        choose(page, "À partir de", "18:00")
        page.get_by_role("button", name="Remplacer", exact=True).click()
        expect(page.get_by_text("Le remplacement est au tableau.")).to_be_visible(timeout=15_000)
        assert (own_site.home / "astreinte.csv").read_text("utf-8") == (
            f"{ROSTER}2026-11-23;2026-11-29;jmartin;\n2026-11-23T18:00;2026-11-29;cdupont;\n"
        )
        page.goto(f"{own_site.url}/astreinte?act=file")
        settle(page)
        whole(page)
        assert found.errors == []
        assert found.outside == []


@pytest.mark.slow
@pytest.mark.parametrize(("size", "theme"), [("phone", "light"), ("desktop", "dark")])
def test_what_one_chooses_is_in_the_file(
    chromium: Browser, own_site: Site, size: str, theme: str
) -> None:
    (own_site.home / "people.toml").write_text(PEOPLE, "utf-8")
    with opened(chromium, f"{own_site.url}/notifications", size, theme) as found:  # type: ignore[arg-type]
        page = found.page
        choose(page, "Vous êtes", "Claire Dupont")
        whole(page)
        choose(page, "Heures calmes, de", "22:00")
        choose(page, "à", "07:00")
        page.get_by_role("button", name="Notification", exact=True).first.click()
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        expect(page.get_by_text(re.compile("Vos choix sont enregistrés"))).to_be_visible(
            timeout=15_000
        )
        written = (own_site.home / "people.toml").read_text("utf-8")
        assert written.startswith("# gardé")
        assert 'red = ["email", "push"]' in written
        assert 'quiet = "22:00-07:00"' in written
        assert found.errors == []
        assert found.outside == []


@pytest.mark.slow
def test_the_button_of_a_mail_acknowledges_once(chromium: Browser, own_site: Site) -> None:
    """Pressed as a browser does it, with the origin that the page lets it say."""
    home = Home(own_site.home)
    engine = state.engine(home)
    kept = next(one for one in keep.open_episodes(engine) if one.episode.severity == "red")
    line = Line("mail", kept.id, "opened", "red", 0, outbox.now(), Words(kept.title_fr))
    token = links.token(links.key(home), line, "cdupont", outbox.now())
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    page = context.new_page()
    for expected in ("C'est noté", "Ce lien ne peut pas servir"):
        page.goto(f"{own_site.url}/accuser?t={token}")
        if expected == "C'est noté":
            page.get_by_role("button", name="J'en prends note").click()
        expect(page.locator("main")).to_contain_text(expected)
        assert overflow(page) == 0
        assert Axe().run(page).response["violations"] == []
    context.close()
    (again,) = (one for one in keep.open_episodes(engine) if one.id == kept.id)
    assert again.episode.acknowledged_by == "Claire Dupont"
