"""Cockpit on a phone: installed, read without network, acknowledged there, forgotten.

A real browser with a profile of its own on disk (a worker does not live in a private window), and a
server that is really stopped: that is what a tunnel looks like from a phone.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect
from playwright.sync_api import Error as PageError

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.settings import Home
from tests.browser import conftest as serving
from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, environment
from tests.browser.opening import settle

pytestmark = pytest.mark.slow

OCCUPANCY = "/indicateur?kpi=bed_occupancy_now"
VISITS = "/indicateur?kpi=ed_visits"
WAITING = "/indicateur?kpi=boarders_now"
BANNER = re.compile(r"Hors ligne · chiffres du \d\d/\d\d à \d\d:\d\d, (il y a|à l'instant)")
KEPT = """async () => {
  if (!(await caches.has("kept"))) return [];
  const cache = await caches.open("kept");
  return (await cache.keys()).map((one) => decodeURIComponent(one.url.replace(location.origin, "")));
}"""
MONTHLY = re.compile("^Synthèse · Mois, ")
SHELL = """async () => {
  const names = (await caches.keys()).filter((one) => one.startsWith("shell-"));
  const found = await Promise.all(names.map(async (one) => (await caches.open(one)).keys()));
  return found.flat().map((one) => one.url.replace(location.origin, ""));
}"""
VIOLATIONS = """
  window.refused = [];
  document.addEventListener("securitypolicyviolation", (one) => window.refused.push(one.violatedDirective + one.blockedURI));
"""


class Phone:
    """One profile and one server on one address, which can stop and start again."""

    def __init__(self, driver: BrowserType, home: Path, folder: Path) -> None:
        self.driver, self.home, self.folder = driver, home, folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server: subprocess.Popen[bytes] | None = None
        self.errors: list[str] = []
        self.context = self._opened()
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _opened(self) -> BrowserContext:
        context = self.driver.launch_persistent_context(
            self.folder,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            locale="fr-FR",
            timezone_id="Europe/Paris",
        )
        context.add_init_script(VIOLATIONS)
        return context

    def start(self, root: Path = ROOT) -> None:
        command = [sys.executable, "-m", "cockpit.cli", "serve", "--port", str(self.port)]
        told = {**environment(self.home), "PYTHONPATH": str(root)}
        self.server = subprocess.Popen(command, cwd=root, env=told)
        serving._wait(self.url)

    def stop(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=20)
            self.server = None

    def close(self) -> None:
        self.context.close()
        self.stop()

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.url + path)
        return self.page

    def read(self, path: str) -> Page:
        """Open it live, until the phone has kept what goes with it."""
        page = self.open(path)
        self.until(lambda: settle(page) is None)
        self.until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
        address = path.replace("/indicateur", "/fiche")
        wanted = address if address.startswith("/fiche") else address.replace("/", "/brief", 1)
        self.until(lambda: wanted in page.evaluate(KEPT))
        return page

    def until(self, true: Callable[[], bool], limit_s: float = 20) -> None:
        """A page that the worker loads again meanwhile is asked again."""
        for _ in range(int(limit_s * 5)):
            with suppress(PageError):
                if true():
                    return
            self.page.wait_for_timeout(200)
        pytest.fail("not in time")

    def refused(self) -> list[str]:
        """What the policy refused."""
        return list(self.page.evaluate("window.refused"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def taken_in_hand(driver: BrowserType, home: Path, folder: Path) -> Iterator[Phone]:
    phone = Phone(driver, home, folder)
    with closing(phone):
        phone.start()
        yield phone
        assert phone.errors == []


@pytest.fixture(scope="module")
def bought(
    chromium: Browser, demo_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Phone]:
    """One phone for the whole file, as one has: what it keeps goes from a test to the next."""
    folder = tmp_path_factory.mktemp("phone")
    shutil.copytree(demo_home, folder / "home")
    with taken_in_hand(chromium.browser_type, folder / "home", folder / "profile") as found:
        yield found


@pytest.fixture
def phone(bought: Phone) -> Phone:
    """The phone, its server running."""
    if bought.server is None:
        bought.start()
    return bought


def banner(page: Page) -> None:
    expect(page.locator("[data-phone=offline]")).to_contain_text(BANNER)


def test_it_can_be_installed_and_its_worker_is_in_charge(phone: Phone) -> None:
    page = phone.read("/")
    session = phone.context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert session.send("Page.getAppManifest")["errors"] == []
    assert page.evaluate("navigator.serviceWorker.controller.state") == "activated"
    assert phone.refused() == []
    forbidden = re.compile(r"/(api|_stcore|accuser|push)(/|$)")
    every = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
        "(await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat()"
    )
    assert [path for path in every if forbidden.match(path)] == []


def test_without_network_the_brief_and_two_sheets_are_read_with_their_age(phone: Phone) -> None:
    for path in ("/", WAITING, VISITS, OCCUPANCY):
        page = phone.read(path)
    phone.stop()
    for path in ("/", "/finances", "/?as=director_ght"):
        phone.open(path)
        if "as=" not in path:
            banner(page)
            expect(page.locator("h1")).to_have_text("Synthèse")
            assert page.locator(".ck-tile").count() >= 6
            assert phone.refused() == []
    expect(page.locator("body")).to_contain_text("Aucun chiffre n'est gardé")
    for path in (VISITS, OCCUPANCY):
        phone.open(path)
        banner(page)
        assert page.locator("svg").count() >= 1
    phone.open(WAITING)  # the third one back
    expect(page.locator("body")).to_contain_text("Cette page demande le réseau")
    kept = page.locator("[data-phone=kept] a")
    expect(kept).to_have_count(3)
    assert phone.refused() == []
    phone.start()
    phone.open("/")
    settle(page)


def upgraded(root: Path) -> Path:
    """The same Cockpit with another style sheet and another script."""
    for name in ("cockpit", "connectors", "pages", "sample_data", ".streamlit"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "app.py", root)
    for name, more in (
        ("cockpit.css", "\n.ck-tile{outline:3px dotted}"),
        ("links.js", "\nvoid 2;"),
    ):
        with (root / "cockpit" / "web" / name).open("a", encoding="utf-8") as file:
            file.write(more)
    return root


def test_an_upgrade_replaces_what_was_kept_and_a_page_kept_before_wears_the_new_style(
    phone: Phone, tmp_path: Path
) -> None:
    page = phone.read("/")
    before = {one for one in page.evaluate(SHELL) if re.match(r"/(cockpit.css|links.js)\?v=", one)}
    assert len(before) == 2
    phone.stop()
    phone.start(upgraded(tmp_path))
    page = phone.open("/")
    phone.until(lambda: not before & set(page.evaluate(SHELL)))
    kept = [one.split("?")[0] for one in page.evaluate(SHELL)]
    assert len(kept) == len(set(kept)) + 1, "two languages of the page for what is not kept"
    phone.stop()
    phone.context.new_cdp_session(page).send("Network.clearBrowserCache")
    phone.open("/")
    banner(page)
    style = page.locator("link[rel=stylesheet]").get_attribute("href")
    assert style in before, "the page is that of the version before"
    drawn = "getComputedStyle(document.querySelector('.ck-tile')).outlineStyle"
    assert page.evaluate(drawn) == "dotted"
    phone.start()
    phone.read("/")


def test_the_brief_that_is_kept_is_of_the_period_looked_at_last(phone: Phone) -> None:
    page = phone.read("/")
    month = "() => caches.match('/brief').then((one) => one?.headers.get('x-kept-from'))"
    phone.open("/?period=month")
    phone.until(lambda: page.evaluate(month) == "/brief?period=month")
    phone.open("/hors-ligne")  # with the network: what is kept, and no word of a loss
    expect(page.locator("h1")).to_have_text("Lisible sans réseau")
    expect(page.locator("[data-phone=kept] a").first).to_have_attribute("aria-label", MONTHLY)
    expect(page.locator("[data-phone=absent]")).to_have_count(0)
    phone.stop()
    phone.open("/finances")
    banner(page)
    expect(page.locator(".ck-switch [aria-current]")).to_have_text("Mois")
    assert page.locator(".ck-switch a[href]").count() == 1, "no other period can be read"
    expect(page.locator(".ck-note").first).to_contain_text("Voici la dernière synthèse gardée")


def test_two_roles_never_see_each_other_s_pages(phone: Phone) -> None:
    phone.read("/?as=daf")
    page = phone.read("/?as=drh")
    phone.stop()
    phone.open("/?as=daf")
    banner(page)
    finance = page.locator("main").inner_text()
    phone.open("/?as=drh")
    banner(page)
    staff = page.locator("main").inner_text()
    assert "Trésorerie" in finance
    assert "Trésorerie" not in staff
    phone.open("/plus?as=bed_manager")
    expect(page.locator("body")).to_contain_text("Aucun chiffre n'est gardé")
    expect(page.locator(".ck-tile")).to_have_count(0)


def test_an_offline_acknowledgement_arrives_exactly_once(phone: Phone) -> None:
    page = phone.read("/")
    phone.until(lambda: "/alertes-hors-ligne" in page.evaluate(KEPT))
    engine = state.engine(Home(phone.home))
    phone.stop()
    phone.open("/")
    banner(page)
    button = page.locator("[data-phone=take]").first
    numbers = [int(one) for one in (button.get_attribute("data-episodes") or "").split(",")]
    button.click()
    expect(page.locator("[data-phone=acts]")).to_contain_text("Écrivez d'abord votre nom")
    page.locator("[data-phone=who]").fill("Claire Dupont")
    button.click()
    expect(page.locator("[data-phone=acts]")).to_contain_text("Sera envoyée au retour du réseau")
    expect(button).to_be_disabled()
    phone.open("/")  # it is still there after the page has gone
    expect(page.locator("[data-phone=acts]")).to_contain_text("Sera envoyée")
    phone.start()
    phone.open("/")
    expect(page.locator("[data-phone=acts]")).to_contain_text(
        "Prise en note enregistrée", timeout=20_000
    )
    for _ in range(2):
        phone.open("/")
        settle(page)
    for number in numbers:
        acts = [one for one in keep.log_of(engine, number) if one.what == "acknowledge"]
        assert len(acts) == 1
        assert acts[0].who == "Claire Dupont (director_ght)"
        assert acts[0].reason.startswith("Prise en note hors ligne")
    assert page.evaluate("acts.all()") == []


def test_a_refused_acknowledgement_is_shown_with_its_sentence_until_it_is_read(
    phone: Phone,
) -> None:
    page = phone.read("/")
    phone.until(lambda: "/alertes-hors-ligne" in page.evaluate(KEPT))
    phone.stop()
    phone.open("/")
    button = page.locator("[data-phone=take]").first
    number = int((button.get_attribute("data-episodes") or "").split(",")[0])
    page.locator("[data-phone=who]").fill("Claire Dupont")
    button.click()
    expect(page.locator("[data-phone=acts]")).to_contain_text("Sera envoyée")
    taken = Act(at=datetime(2026, 11, 22, 7), who="Paul Martin", deed="acknowledge")
    keep.act(state.engine(Home(phone.home)), number, taken)
    phone.start()
    phone.open("/")
    said = page.locator("[data-phone=acts]")
    expect(said).to_contain_text("refusée", timeout=20_000)
    expect(said).to_contain_text("entre-temps")
    phone.open("/finances")
    expect(said).to_contain_text("entre-temps", timeout=20_000)
    settle(page)
    said.locator("button").click()
    expect(said).to_have_count(0)


def test_a_hospital_that_forbids_it_has_nothing_kept(phone: Phone) -> None:
    page = phone.read("/")
    assert page.evaluate(KEPT) != []
    phone.stop()
    settings = phone.home / "cockpit.toml"
    before = settings.read_text("utf-8")
    settings.write_text(f"{before}\n[web]\noffline = false\n", "utf-8")
    phone.start()
    phone.open("/")
    phone.until(lambda: settle(page) is None)
    phone.until(lambda: page.evaluate(KEPT) == [])
    page.wait_for_timeout(4000)  # the page asks to keep what it shows: it must be in vain
    assert page.evaluate(KEPT) == []
    figures = "async () => (await caches.keys()).filter((one) => one.startsWith('pages-'))"
    assert page.evaluate(figures) == []
    phone.stop()
    phone.open("/")
    expect(page.locator("body")).to_contain_text("ne laisse garder aucun chiffre")
    expect(page.locator(".ck-tile")).to_have_count(0)
    settings.write_text(before, "utf-8")


def test_phones_forget_when_the_hospital_says_so(phone: Phone) -> None:
    page = phone.read(OCCUPANCY)
    command = [sys.executable, "-m", "cockpit.cli", "web", "revoke-phones"]
    subprocess.run(command, cwd=ROOT, env=environment(phone.home), check=True)
    phone.open("/plus")
    sheet = "/fiche?kpi=bed_occupancy_now"
    phone.until(lambda: sheet not in page.evaluate(KEPT))


def test_erasing_leaves_nothing_on_the_phone(phone: Phone) -> None:
    phone.read("/")
    page = phone.open("/plus")
    settle(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.evaluate("acts.sign('Claire')")
    page.locator("[data-phone=erase]").click()
    erased = page.get_by_role("heading", name="Ce téléphone est effacé")
    expect(erased).to_be_visible(timeout=20_000)
    left = page.evaluate(
        "async () => [await caches.keys(), (await indexedDB.databases()).map((one) => one.name),"
        "(await navigator.serviceWorker.getRegistrations()).length]"
    )
    assert left == [[], [], 0]


def test_the_help_to_install_is_that_of_the_system_and_goes_once_installed(phone: Phone) -> None:
    page = phone.open("/plus")
    settle(page)
    card = page.locator(".ck-install")
    expect(card).to_be_visible()
    page.wait_for_function("() => document.documentElement.dataset.system")
    page.evaluate("delete document.documentElement.dataset.installable")
    for system, words in {"ios": "Safari", "android": "⋮", "desktop": "Edge"}.items():
        page.evaluate("(one) => { document.documentElement.dataset.system = one }", system)
        assert words in card.inner_text()
        assert len(card.locator(".ck-by-hand:visible").all()) == 1
    media = "[...document.styleSheets].flatMap((one) => [...one.cssRules]).filter((rule) => rule.media?.mediaText.includes('display-mode: standalone')).map((rule) => rule.cssText)"
    assert any(".ck-install { display: none" in one for one in page.evaluate(media))
