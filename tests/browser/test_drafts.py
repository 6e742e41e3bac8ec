"""What was typed and not sent comes back in a tab that is loaded again, as after a discard.

A phone that needs memory drops the page and opens its address anew: to the page, a reload.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit import state
from cockpit.administer import phones
from cockpit.alerts.desk import keep
from cockpit.settings import Home
from tests.browser.conftest import Site, served
from tests.browser.front import Front
from tests.browser.opening import settle

pytestmark = pytest.mark.slow

NEW_RULE = "/alertes?screen=regles&act=ajouter&as=admin&kind=ladder"
NEW_DECISION = "/decisions?act=decide"
EVENTS = "/fiabilite?screen=events&period=month"
FOUND = "[data-phone=draft]"
JUDGED_MS = 1500
"""After an answer, until a form that was sent is forgotten, or not."""
KEPT = "JSON.parse(sessionStorage.drafts ?? '{\"kept\": []}').kept.map(([, draft]) => draft[2])"


@contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="fr-FR"
    )
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    with closing(context):
        yield page
        assert errors == []


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with tab(chromium) as page:
        yield page


def go(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)


def forgotten(page: Page) -> None:
    """Nothing is kept any more, once the server has answered."""
    page.wait_for_function("() => sessionStorage.length === 0", timeout=15_000)


def discard(page: Page) -> None:
    page.reload()
    settle(page)
    page.wait_for_timeout(300)


def sheet(page: Page, site: Site) -> None:
    """An alert that a note can be added to."""
    go(page, f"{site.url}/alertes?domain=quality")
    page.locator(".ck-tap a.ck-link").first.click()
    page.wait_for_url("**alert=*")
    settle(page)


def send(page: Page, words: str) -> None:
    page.locator("[data-testid=stFormSubmitButton]").get_by_role("button", name=words).click()
    page.wait_for_timeout(500)
    settle(page)


def came_back(page: Page, fields: dict[str, str]) -> None:
    for label, text in fields.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    expect(page.locator(FOUND)).to_contain_text("Brouillon retrouvé")


def typed(page: Page, fields: dict[str, str]) -> None:
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)


def notes(site: Site) -> list[str]:
    engine = state.engine(Home(site.home))
    told = (act for number in range(1, 200) for act in keep.log_of(engine, number))
    return [act.reason for act in told if act.what == "comment"]


def test_a_note_comes_back_is_what_the_server_gets_and_is_then_forgotten(
    page: Page, own_site: Site
) -> None:
    sheet(page, own_site)
    fields = {"Ajouter une note": "Lit fermé,\nrenfort demandé", "Votre nom": "Claire Dupont"}
    typed(page, fields)
    discard(page)
    came_back(page, fields)
    discard(page)  # twice in a row
    came_back(page, fields)
    expect(page.locator(FOUND)).to_have_count(0, timeout=8000)
    send(page, "Noter")
    forgotten(page)
    assert notes(own_site).count("Lit fermé, renfort demandé") == 1  # on one line
    for _ in range(2):
        expect(page.get_by_label("Ajouter une note")).to_have_value("")
        expect(page.locator(FOUND)).to_have_count(0)
        discard(page)


def count_one_rule(page: Page) -> None:
    """A choice in a list, which is not kept."""
    page.get_by_label("Règles comptées").click()
    expect(page.get_by_role("option").nth(1)).to_be_visible()
    for key in ("ArrowDown", "Enter", "Escape"):
        page.keyboard.press(key)


def test_a_new_rule_comes_back_after_its_try_and_is_added_as_it_was_typed(
    page: Page, own_site: Site
) -> None:
    go(page, own_site.url + NEW_RULE)
    fields = {"Nom de la règle": "Deux règles à la fois", "Règles pour la tension": "2"}
    fields |= {"Votre nom": "Claire Dupont", "Fiche réflexe (une étape par ligne)": "Appeler\nLire"}
    count_one_rule(page)
    typed(page, fields)
    send(page, "Essayer")
    page.wait_for_timeout(JUDGED_MS)
    discard(page)
    came_back(page, fields)
    count_one_rule(page)
    send(page, "Ajouter")
    rules = tomllib.loads((own_site.home / "alerts.toml").read_text("utf-8"))["rule"]
    added = next(one for one in rules if one.get("label_fr") == "Deux règles à la fois")
    assert added["card"] == ["Appeler", "Lire"]
    forgotten(page)
    go(page, own_site.url + NEW_RULE)
    expect(page.get_by_label("Nom de la règle", exact=True)).to_have_value("")


def test_a_decision_that_was_refused_comes_back_until_it_is_mended(
    page: Page, own_site: Site
) -> None:
    go(page, own_site.url + NEW_DECISION)
    fields = {"Décision": "Ouvrir neuf places de SMR", "Responsable": "Paul Martin"}
    typed(page, fields)
    send(page, "Décider")  # nobody signs it
    expect(page.locator("#root .ck-note.ck-red[role=status]")).to_have_count(1)
    page.wait_for_timeout(JUDGED_MS)
    discard(page)
    came_back(page, fields)
    page.get_by_label("Votre nom").fill("Claire Dupont")
    send(page, "Décider")
    expect(page.locator("[data-testid=stMain]")).to_contain_text("Ouvrir neuf places de SMR")
    forgotten(page)
    go(page, own_site.url + NEW_DECISION)
    expect(page.get_by_label("Décision", exact=True)).to_have_value("")


def test_a_form_that_is_given_up_is_forgotten(page: Page, own_site: Site) -> None:
    go(page, own_site.url + NEW_DECISION)
    typed(page, {"Décision": "Rien du tout"})
    assert page.evaluate(KEPT) == ["Rien du tout"]
    send(page, "Annuler")
    forgotten(page)


def test_an_event_comes_back_and_is_sent_with_the_enter_key(page: Page, own_site: Site) -> None:
    go(page, own_site.url + EVENTS)
    fields = {"Ce qui s'est passé": "Grève de l'imagerie", "Votre nom": "Claire Dupont"}
    typed(page, fields)
    discard(page)
    came_back(page, fields)
    page.get_by_label("Votre nom").press("Enter")
    page.wait_for_url("**turn=1*")
    forgotten(page)
    marked = tomllib.loads((own_site.home / "events.toml").read_text("utf-8"))["event"]
    assert [one["label"] for one in marked].count("Grève de l'imagerie") == 1
    discard(page)
    expect(page.locator(FOUND)).to_have_count(0)


def test_a_number_comes_back_and_counts(page: Page, own_site: Site) -> None:
    go(page, f"{own_site.url}/scenarios")
    fields = {"Lits (négatif : fermés, positif : ouverts)": "-11", "Nom du scénario": "Onze lits"}
    typed(page, fields)
    discard(page)
    came_back(page, fields)
    expect(page.locator("[data-testid=stMain]")).not_to_contain_text("11 lits")
    send(page, "Voir l'effet")
    expect(page.locator("[data-testid=stMain]")).to_contain_text("11 lits")
    forgotten(page)
    discard(page)
    expect(page.get_by_label("Nom du scénario")).not_to_have_value("Onze lits")


def test_a_form_left_by_a_link_is_found_again_but_not_in_another_one(
    page: Page, own_site: Site
) -> None:
    sheet(page, own_site)
    typed(page, {"Ajouter une note": "À finir"})
    here = page.url
    page.locator("nav a.ck-link", has_text="Capacité").click()
    page.wait_for_url("**/capacite*")
    settle(page)
    page.go_back()
    settle(page)
    came_back(page, {"Ajouter une note": "À finir"})
    go(page, here.replace("unit=", "as=admin&unit="))
    expect(page.get_by_label("Ajouter une note")).to_have_value("")
    with page.context.expect_page() as other:
        page.evaluate("window.open('/plus', '_blank', 'noopener')")
    go(other.value, here)
    expect(other.value.get_by_label("Ajouter une note")).to_have_value("")


def test_a_field_that_holds_something_else_by_now_is_left_alone(page: Page, own_site: Site) -> None:
    go(page, own_site.url + NEW_RULE)
    typed(page, {"Règles pour la tension": "2"})
    page.evaluate("sessionStorage.drafts = sessionStorage.drafts.replace('\"3\"', '\"4\"')")
    discard(page)
    expect(page.get_by_label("Règles pour la tension")).to_have_value("3")
    expect(page.locator(FOUND)).to_have_count(0)


def test_no_more_than_twenty_of_a_day_and_of_ten_thousand_letters(
    page: Page, own_site: Site
) -> None:
    go(page, own_site.url + NEW_DECISION)
    typed(page, {"Décision": "x" * 10_001})
    assert page.evaluate("sessionStorage.length") == 0
    typed(page, {"Décision": "x" * 10_000})
    assert page.evaluate(KEPT) == ["x" * 10_000]
    page.evaluate(
        "() => { const all = JSON.parse(sessionStorage.drafts);"
        "for (let n = 0; n < 25; n += 1) all.kept.push([`other ${n}`, [Date.now(), '', `${n}`]]);"
        "sessionStorage.drafts = JSON.stringify(all) }"
    )
    typed(page, {"Responsable": "Paul"})
    assert page.evaluate(KEPT) == [*(str(n) for n in range(6, 25)), "Paul"]
    page.evaluate(
        "sessionStorage.drafts = sessionStorage.drafts.replace(/\\[\\d{13}/g,"
        "`[${Date.now() - 86_400_000}`)"
    )
    discard(page)
    expect(page.get_by_label("Responsable")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_was_sent_into_silence_comes_back(page: Page, own_site: Site) -> None:
    front = Front(int(own_site.url.rpartition(":")[2]))
    with closing(front):
        go(page, front.url + NEW_DECISION)
        typed(page, {"Décision": "Dite dans un tunnel", "Votre nom": "Claire Dupont"})
        front.turn("silent")
        page.get_by_role("button", name="Décider").click()
        page.wait_for_timeout(1000)
        front.turn("open")
        page.locator("[data-test-connection-state=CONNECTED]").wait_for(timeout=60_000)
        settle(page)
        discard(page)
        came_back(page, {"Décision": "Dite dans un tunnel"})
        page.evaluate("sessionStorage.clear()")


def test_a_password_is_never_kept_even_when_it_is_shown(page: Page, own_site: Site) -> None:
    go(page, own_site.url + NEW_DECISION)
    field = page.get_by_label("Responsable")
    field.evaluate("one => { one.type = 'password'; one.autocomplete = 'new-password' }")
    field.fill("secret")
    field.evaluate("one => { one.type = 'text' }")
    field.fill("secret!")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_revocation_forgets_drafts(page: Page, own_site: Site) -> None:
    go(page, own_site.url + NEW_DECISION)
    typed(page, {"Décision": "À oublier"})
    phones.revoke(Home(own_site.home), "Paul Martin")
    discard(page)
    expect(page.get_by_label("Décision", exact=True)).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_erasing_a_phone_forgets_the_drafts_of_all_its_tabs(page: Page, own_site: Site) -> None:
    go(page, own_site.url + NEW_DECISION)
    typed(page, {"Décision": "À oublier"})
    other = page.context.new_page()
    go(other, f"{own_site.url}/plus")
    other.on("dialog", lambda dialog: dialog.accept())
    other.locator("[data-phone=erase]").click()
    erased = other.get_by_role("heading", name="Ce téléphone est effacé")
    expect(erased).to_be_visible(timeout=20_000)
    other.close()
    discard(page)
    expect(page.get_by_label("Décision", exact=True)).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_hospital_that_forbids_it_has_nothing_kept_nor_given_back(
    page: Page, demo_home: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("forbids") / "home"
    shutil.copytree(demo_home, home)
    with (home / "cockpit.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[web]\noffline = false\n")
    with served(home) as site:
        go(page, site.url + NEW_DECISION)
        typed(page, {"Décision": "Rien ici"})
        assert page.evaluate("sessionStorage.length") == 0
        before = {"of": "", "kept": [["any", [1e15, "", "Rien"]]]}
        page.evaluate("(one) => { sessionStorage.drafts = one }", json.dumps(before))
        discard(page)
        expect(page.get_by_label("Décision", exact=True)).to_have_value("")
        assert page.evaluate("sessionStorage.length") == 0
