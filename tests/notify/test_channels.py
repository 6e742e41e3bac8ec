"""Webhooks and gateways: the list of the operator holds, whatever an address or an answer says."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cockpit import state
from cockpit.notify import outbox, trial
from cockpit.notify.send import Passed, send_due
from cockpit.settings import Home
from tests.support.mailroom import alert, free_port, make_home, publish


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.taken.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        status, place = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_words: Any) -> None:
        pass


class Site(ThreadingHTTPServer):
    taken: list[tuple[str, dict[str, str], bytes]]
    answer: tuple[int, str]


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    """The allowed one, and another."""
    made = []
    for _one in range(2):
        site = Site(("127.0.0.1", 0), _Handler)
        site.taken, site.answer = [], (200, "")
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        made.append(site)
    yield made[0], made[1]
    for site in made:
        site.shutdown()
        site.server_close()


def home_with(tmp_path: Path, site: Site, channels: str, name: str) -> Home:
    home = make_home(tmp_path / "home", free_port())
    port = site.server_port
    (home.root / "channels.toml").write_text(channels.replace("PORT", str(port)), "utf-8")
    (home.root / "cockpit.toml").write_text(
        f'[network]\nallow = ["127.0.0.1:{port}", "localhost:{port}"]\n', "utf-8"
    )
    (home.root / "people.toml").write_text(
        '[[person]]\nid = "lits"\nname = "L"\nrole = "bed_manager"\nphone = "+33 6 12 34 56 78"\n'
        f'red = ["{name}"]\namber = []\n',
        "utf-8",
    )
    return Home(home.root)


HOOK = '[[webhook]]\nid = "hook"\nurl = "http://127.0.0.1:PORT/in"\nsecret = "env:HOOK"\n'
SMS = '[[gateway]]\nid = "sms"\nurl = "env:SMS"\n'


def reason(home: Home) -> str:
    return outbox.listed(state.engine(home))[0].reason


def test_a_webhook_gets_signed_json(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "clef")
    home = home_with(tmp_path, sites[0], HOOK, "hook")
    publish(home, 1, alert(title_fr="![x](http://mal.test)\r\nX: y"))
    assert send_due(home) == Passed(sent=1)
    ((path, headers, body),) = sites[0].taken
    said = json.loads(body)
    assert path == "/in"
    assert said["lines"][0]["title"] == "![x](http : // mal.test) X: y"
    digest = hmac.new(b"clef", body, hashlib.sha256).hexdigest()
    assert headers["X-Cockpit-Signature"] == f"sha256={digest}"
    assert headers["Idempotency-Key"] == said["key"]


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        *((204, "sent"), (302, "failed"), (307, "failed"), (404, "failed")),
        *((429, "waiting"), (500, "waiting"), (503, "waiting")),
    ],
)
def test_what_a_webhook_answers_is_understood_and_no_redirect_followed(
    tmp_path: Path,
    sites: tuple[Site, Site],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    ends: str,
) -> None:
    monkeypatch.setenv("HOOK", "clef")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{sites[1].server_port}")
    sites[0].answer = (status, f"http://127.0.0.1:{sites[1].server_port}/")
    home = home_with(tmp_path, sites[0], HOOK, "hook")
    publish(home, 1, alert())
    send_due(home)
    assert outbox.listed(state.engine(home))[0].state == ends
    assert (len(sites[0].taken), sites[1].taken) == (1, [])


def test_a_webhook_outside_of_the_list_is_never_called(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "clef")
    home = home_with(tmp_path, sites[0], HOOK, "hook")
    (home.root / "cockpit.toml").write_text("[network]\nallow = []\n", "utf-8")
    publish(home, 1, alert())
    assert send_due(Home(home.root)).postponed == 1
    assert sites[0].taken == []


def test_a_gateway_gets_a_discreet_text_and_the_number(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = sites[0].server_port
    monkeypatch.setenv("SMS", f"json://127.0.0.1:{port}/{{phone}}")
    home = home_with(tmp_path, sites[0], SMS, "sms")
    publish(home, 1, alert())
    assert send_due(home) == Passed(sent=1), reason(home)
    ((path, _headers, body),) = sites[0].taken
    assert "+33612345678" in path.replace("%2B", "+")
    assert json.loads(body)["message"] == "Cockpit : 1 alerte"
    assert b"Site A" not in body


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:OTHER/",  # another port
        "json://localhost.:OTHER/",
        "json://127.1:OTHER/",
        "mailto://u:p@127.0.0.1:OTHER?to=a@b.fr&from=c@d.fr",
        "syslog://127.0.0.1:OTHER/",
        "ovh://a:b@c/33612345678",  # a service with a host of its own
        "slack://aaaaaaaaa/bbbbbbbbb/cccccccccccccccccccccccc/",
    ],
)
@pytest.mark.slow
def test_a_gateway_reaches_nothing_outside_of_the_list(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SMS", address.replace("OTHER", str(sites[1].server_port)))
    home = home_with(tmp_path, sites[0], SMS, "sms")
    publish(home, 1, alert())
    assert send_due(home).postponed == 1
    assert "allow" in reason(home) or "comprise" in reason(home)
    assert sites[1].taken == []


def test_a_gateway_that_redirects_leads_nowhere(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = sites[0].server_port
    monkeypatch.setenv("SMS", f"json://127.0.0.1:{port}/")
    sites[0].answer = (307, f"http://127.0.0.1:{sites[1].server_port}/")
    home = home_with(tmp_path, sites[0], SMS, "sms")
    message = trial.send(home, "lits", "sms")
    assert (message.state, sites[1].taken) == ("waiting", [])
    assert len(sites[0].taken) == 1
