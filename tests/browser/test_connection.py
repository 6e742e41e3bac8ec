"""Where a person was and what they typed, through a tunnel, a locked phone and a server restart.

Four pages are open on one phone, behind a front that can lose every byte or hang up. One has
already sent a note: its form is then the second one of its session.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.settings import Home
from tests.browser import conftest as serving
from tests.browser.conftest import ROOT, environment
from tests.browser.front import Front
from tests.browser.opening import settle

pytestmark = pytest.mark.slow

CLOSED_BY_SERVER_S = 45
"""uvicorn asks every 20 s whether the other end lives, and waits 20 s for its answer."""
LINE = "[data-phone=lost]"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
BEDS = "Lits (négatif : fermés, positif : ouverts)"
NEW_RULE = "/alertes?screen=regles&act=ajouter&as=admin&kind=ladder"
EVENTS = "/fiabilite?screen=events&period=month"


class Hospital:
    """A server that can be killed and started again behind the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.front = Front(self.port)
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "cockpit.cli", "serve", "--port", str(self.port)]
        self.server = subprocess.Popen(command, cwd=ROOT, env=environment(self.home))
        serving._wait(f"http://127.0.0.1:{self.port}")

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()

    def close(self) -> None:
        self.kill()
        self.front.close()


@pytest.fixture
def hospital(demo_home: Path, tmp_path: Path) -> Iterator[Hospital]:
    shutil.copytree(demo_home, tmp_path / "home")
    with closing(Hospital(tmp_path / "home")) as found:
        yield found


class Hands:
    """Four pages in use: a note on an alert, a rule, an event, a scenario; none of them sent yet."""

    def __init__(self, browser: Browser, hospital: Hospital) -> None:
        self.hospital = hospital
        self.context = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="fr-FR"
        )
        self.alert = self._open("/alertes?domain=quality")
        self.alert.locator(".ck-tap a.ck-link").first.click()
        self.alert.wait_for_url("**alert=*")
        settle(self.alert)
        self.rule, self.event = self._open(NEW_RULE), self._open(EVENTS)
        self.question = self._open("/scenarios")
        self.pages = (self.alert, self.rule, self.event, self.question)

    def close(self) -> None:
        self.context.close()

    def _open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.hospital.front.url + path)
        settle(page)
        return page

    def send_a_first_note(self) -> None:
        self.note("Première note")
        self.send(self.alert, "Noter")
        expect(self.alert.locator(".ck-act").first).to_contain_text("Première note")
        expect(self.alert.get_by_label("Ajouter une note")).to_have_value("")
        self.draw_again()  # what is said once, that the note is there, is said no more

    def draw_again(self) -> None:
        self.alert.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
        self.alert.wait_for_timeout(500)
        settle(self.alert)

    def note(self, words: str) -> None:
        self.alert.get_by_label("Ajouter une note").fill(words)
        self.alert.get_by_label("Votre nom").fill("Claire Dupont")

    def type_in_all(self) -> None:
        self.note("Lit fermé au 3e, renfort demandé")
        self.rule.get_by_label("Règles comptées").click()
        self.rule.get_by_role("option").nth(1).click()
        self.rule.keyboard.press("Escape")
        self.rule.get_by_label("Nom de la règle").fill("Trois règles à la fois")
        self.rule.get_by_label("Votre nom").fill("Claire Dupont")
        self.event.get_by_label("Ce qui s'est passé").fill("Grève de l'imagerie")
        self.event.get_by_text("À apprendre", exact=True).click()
        self.event.get_by_label("Votre nom").fill("Claire Dupont")
        self.question.get_by_label(BEDS).fill("-11")
        self.question.get_by_label("Nom du scénario").fill("Onze lits fermés")
        for page in self.pages:
            page.evaluate(f"{SCROLLED} = 250")
        assert self.alert.evaluate(SCROLLED) == 250

    def seen(self) -> list[object]:
        """What each page shows, holds and where it is."""
        return [_seen(page) for page in self.pages]

    def send(self, page: Page, words: str) -> None:
        page.locator("[data-testid=stFormSubmitButton]").get_by_role("button", name=words).click()
        page.wait_for_timeout(500)
        settle(page)

    def each_line(self, check: Callable[[Page], None]) -> None:
        for page in self.pages:
            check(page)

    def send_all(self) -> None:
        """What was typed before is what the server gets."""
        self.send(self.alert, "Noter")
        self.send(self.rule, "Ajouter")
        self.send(self.event, "Marquer")
        self.send(self.question, "Voir l'effet")
        expect(self.question.locator("[data-testid=stMain]")).to_contain_text("Onze lits fermés")
        expect(self.question.locator("[data-testid=stMain]")).to_contain_text("11 lits")
        home = self.hospital.home
        engine = state.engine(Home(home))
        said = {
            act.reason
            for number in range(1, 200)
            for act in keep.log_of(engine, number)
            if act.what == "comment" and act.who.startswith("Claire Dupont")
        }
        assert "Lit fermé au 3e, renfort demandé" in said
        assert [one["label_fr"] for one in _rules(home) if "label_fr" in one] == [
            "Trois règles à la fois"
        ]
        assert len(_rules(home)[-1]["when"]["of"]) == 1
        marked = (home / "events.toml").read_text("utf-8")
        assert "Grève de l'imagerie" in marked
        assert '"effect"' in marked


def _rules(home: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads((home / "alerts.toml").read_text("utf-8"))["rule"])


def _seen(page: Page) -> object:
    main = page.locator("[data-testid=stMain]")
    fields = "every => every.map(one => one.type === 'radio' ? one.checked : one.value)"
    return (
        page.url,
        main.inner_text(),
        main.locator("input, textarea").evaluate_all(fields),
        page.evaluate(SCROLLED),
    )


@pytest.fixture
def hands(chromium: Browser, hospital: Hospital) -> Iterator[Hands]:
    with closing(Hands(chromium, hospital)) as found:
        found.send_a_first_note()
        found.type_in_all()
        yield found


def _away(page: Page) -> None:
    expect(page.locator(LINE)).to_contain_text("restent lisibles", timeout=45_000)
    expect(page.locator("[role=dialog]")).to_have_count(0)


def _back(page: Page) -> None:
    expect(page.locator(LINE)).to_have_count(0, timeout=60_000)
    settle(page)


def test_a_tunnel_longer_than_the_patience_of_the_server(hands: Hands) -> None:
    """Nothing tells the phone: no packet arrives any more."""
    before = hands.seen()
    hands.hospital.front.turn("silent")
    hands.each_line(_away)
    hands.alert.wait_for_timeout(CLOSED_BY_SERVER_S * 1000)
    assert hands.seen() == before
    hands.hospital.front.turn("open")
    hands.each_line(_back)
    assert hands.seen() == before
    hands.send_all()


def test_a_locked_phone_whose_socket_was_closed_meanwhile(hands: Hands) -> None:
    before = hands.seen()
    sessions = [hands.context.new_cdp_session(page) for page in hands.pages]
    for one in sessions:
        one.send("Page.setWebLifecycleState", {"state": "frozen"})
    hands.hospital.front.turn("shut")
    hands.alert.wait_for_timeout(5000)
    for one in sessions:
        one.send("Page.setWebLifecycleState", {"state": "active"})
    hands.each_line(_away)
    hands.hospital.front.turn("open")
    hands.each_line(_back)
    assert hands.seen() == before
    hands.send_all()


def test_a_server_killed_and_started_again(hands: Hands) -> None:
    """It knows nothing of the four sessions; what the pages hold is all there is."""
    before = hands.seen()
    hands.hospital.kill()
    hands.each_line(_away)
    assert hands.seen() == before
    hands.hospital.start()
    hands.each_line(_back)
    assert hands.seen() == before
    hands.send_all()


def test_a_choice_that_changes_the_page_counts_at_the_first_tap_after_a_restart(
    chromium: Browser, hospital: Hospital
) -> None:
    with closing(Hands(chromium, hospital)) as hands:
        hospital.kill()
        _away(hands.rule)
        hospital.start()
        _back(hands.rule)
        hands.rule.get_by_label("Ce qui est comparé").click()
        hands.rule.get_by_role("option", name="Niveau").click()
        hands.rule.wait_for_url("**kind=level*")
        expect(hands.rule.get_by_label("Indicateur")).to_be_visible()


def test_a_form_that_was_sent_stays_empty_through_reruns_and_losses(
    chromium: Browser, hospital: Hospital
) -> None:
    with closing(Hands(chromium, hospital)) as hands:
        hands.send_a_first_note()
        empty = hands.alert.get_by_label("Ajouter une note")
        for dies in (False, True):
            hospital.front.turn("shut")
            if dies:
                hospital.kill()
            _away(hands.alert)
            if dies:
                hospital.start()
            hospital.front.turn("open")
            _back(hands.alert)
            expect(empty).to_have_value("")
            hands.draw_again()
            expect(empty).to_have_value("")
