"""The button and the worker of web push in Chromium, before our routes and our scripts.

Chromium on a machine without network has no push service: what its `subscribe` gives is made here,
and a push is put into the worker as the service would (DevTools' `deliverPushMessage`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import state
from cockpit.notify import phones
from cockpit.settings import Home
from cockpit.views.push_button import button
from cockpit.web import opened, own, push
from cockpit.web.headers import Door, content_security_policy
from tests.support import pushing
from tests.support.mailroom import free_port, make_home

pytestmark = pytest.mark.slow
PEOPLE = '[[person]]\nid = "dg"\nname = "C"\nrole = "director_ght"\nred = ["push"]\namber = []\n'
HAS = """
const made = GIVEN;
let has = null;
PushManager.prototype.getSubscription = async () => has;
PushManager.prototype.subscribe = async (options) => {
  has = {
    endpoint: made.endpoint,
    options,
    toJSON: () => made,
    unsubscribe: async () => { has = null; return true; },
  };
  return has;
};
window.badges = [];
navigator.setAppBadge = async (number) => { badges.push(number); };
navigator.clearAppBadge = async () => { badges.push(0); };
"""
PAGE = (
    '<!doctype html><html lang="fr"><body><nav class="ck-nav"><a>Alertes'
    '<span class="ck-badge">9+</span></a></nav>BUTTON<script src="/push.js" defer></script>'
)


@dataclass
class Site:
    url: str
    home: Home
    phone: pushing.Browser


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    service = pushing.Service()
    home = make_home(tmp_path / "home", free_port(), people=PEOPLE)
    pushing.allow(home, service)
    monkeypatch.setenv("COCKPIT_HOME", str(home.root))
    opened.warehouse.cache_clear()
    push.BOUND.__init__()  # type: ignore[misc]
    page = PAGE.replace("BUTTON", button("dg"))
    worker = Response('importScripts("/push-worker.js")', media_type="text/javascript")
    app = Starlette(
        routes=[
            *push.routes(),
            *own.routes(),
            Route("/sw.js", lambda _request: worker),
            Route("/{name}", lambda _request: HTMLResponse(page)),
        ],
        middleware=[Middleware(Door, hosts=["localhost"], policy=content_security_policy([]))],
    )
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Site(f"http://localhost:{port}", home, pushing.Browser(service, "a"))
    server.should_exit = True
    thread.join()
    service.server_close()
    opened.warehouse.cache_clear()


def visited(chromium: Browser, site: Site, *, granted: bool = True) -> tuple[BrowserContext, Page]:
    context = chromium.new_context()
    if granted:
        context.grant_permissions(["notifications"], origin=site.url)
    page = context.new_page()
    page.add_init_script(HAS.replace("GIVEN", json.dumps(site.phone.subscription)))
    page.goto(f"{site.url}/notifications")
    return context, page


def test_one_tap_subscribes_and_another_leaves(chromium: Browser, site: Site) -> None:
    context, page = visited(chromium, site)
    tap, said = page.locator("[data-push-person]"), page.get_by_role("status")
    expect(tap).to_have_attribute("data-push-state", "off")
    tap.click()
    expect(said).to_have_text(
        "Ce téléphone est prévenu : une notification dit combien d'alertes, jamais lesquelles."
    )
    assert phones.counts(site.home) == {"dg": 1}
    assert page.evaluate("badges") == [9]
    tap.click()
    expect(tap).to_have_attribute("data-push-state", "off")
    assert phones.counts(site.home) == {}
    context.close()


def test_a_service_that_is_not_listed_is_said_and_nothing_is_kept(
    chromium: Browser, site: Site
) -> None:
    context, page = visited(chromium, site)
    (site.home.root / "channels.toml").write_text("", "utf-8")
    page.locator("[data-push-person]").click()
    expect(page.get_by_role("status")).to_contain_text("fcm.googleapis.com:443")
    expect(page.locator("[data-push-person]")).to_have_attribute("data-push-state", "off")
    assert phones.counts(site.home) == {}
    context.close()


def test_a_phone_that_refuses_is_told_how_to_allow(chromium: Browser, site: Site) -> None:
    context, page = visited(chromium, site, granted=False)
    refused = {"permission": {"name": "notifications"}, "setting": "denied", "origin": site.url}
    context.new_cdp_session(page).send("Browser.setPermission", refused)
    page.locator("[data-push-person]").click()
    expect(page.get_by_role("status")).to_contain_text("Pour les autoriser")
    expect(page.locator("[data-push-person]")).to_be_hidden()
    assert phones.counts(site.home) == {}
    context.close()


def test_a_lost_subscription_comes_back_at_the_next_day(chromium: Browser, site: Site) -> None:
    context, page = visited(chromium, site)
    page.locator("[data-push-person]").click()
    expect(page.locator("[data-push-person]")).to_have_attribute("data-push-state", "on")
    phones.forget(state.engine(site.home), site.phone.endpoint)
    page.evaluate(
        "localStorage['cockpit-push'] = "
        "JSON.stringify({...JSON.parse(localStorage['cockpit-push']), at: 0})"
    )
    with page.expect_response("**/push/subscribe*"):
        page.reload()
    assert phones.counts(site.home) == {"dg": 1}
    context.close()


def test_a_push_is_shown_once_and_opens_the_alerts(chromium: Browser, site: Site) -> None:
    context, page = visited(chromium, site)
    page.evaluate("navigator.serviceWorker.register('/sw.js')")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    devtools = context.new_cdp_session(page)
    found: dict[str, Any] = {}
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.update(event["registrations"][0]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    said = {
        "title": "Cockpit",
        "body": "1 alerte",
        "link": "/alertes?as=daf",
        "badge": 1,
        "tag": "cockpit-red",
        "key": "k1",
        "lang": "fr",
    }
    for data in (said, said, said | {"key": "k2", "body": "2 alertes"}):
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": site.url,
                "registrationId": found["registrationId"],
                "data": json.dumps(data).ljust(512),
            },
        )
    shown = page.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => "
        "all.some((one) => one.data.key === 'k2') && all.map((one) => "
        "[one.title, one.body, one.tag, one.data.link]))"
    ).json_value()
    assert shown == [["Cockpit", "2 alertes", "cockpit-red", "/alertes?as=daf"]]
    page.goto(f"{site.url}/alertes")  # looked at: put away
    page.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.length === 0)"
    )
    context.close()
