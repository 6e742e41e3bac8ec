"""`/push/…` through the real server: who may subscribe what, and what each refusal says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from cockpit import state
from cockpit.notify import phones
from cockpit.settings import Home
from cockpit.state.push_models import PushPhone
from cockpit.web.push import BOUND
from tests.support.pushing import Browser, Service

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()  # never called: nothing is sent here
    yield made
    made.server_close()


@pytest.fixture
def listed(published: Home, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A person, and an operator who lists the service: read at start, hence given in place."""
    from cockpit.settings import Network
    from cockpit.web.opened import warehouse

    files = {
        "people.toml": '[[person]]\nid = "dg"\nname = "Claire"\nrole = "director_ght"\n'
        'red = ["push"]\namber = []\n[[person]]\nid = "muet"\nname = "M"\nrole = "daf"\n'
        "red = []\namber = []\n",
        "channels.toml": '[push]\nservices = ["127.0.0.1"]\n',
    }
    for name, text in files.items():
        (published.root / name).write_text(text, "utf-8")
    home = warehouse().home
    network = Network(allow=frozenset({f"127.0.0.1:{service.server_port}"}))
    known = home.installation.model_copy(update={"network": network})
    monkeypatch.setitem(home.__dict__, "installation", known)
    BOUND.__init__()  # type: ignore[misc]
    yield home
    for name in files:
        (published.root / name).unlink()
    with Session(state.engine(published)) as session, session.begin():
        session.execute(delete(PushPhone))


def post(client: TestClient, name: str, body: Any, **headers: str) -> Any:
    always = {
        "content-type": "application/json",
        "origin": str(client.base_url).rstrip("/"),
        "user-agent": IPHONE,
    }
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(f"/push/{name}", content=content, headers=always | headers)


def test_a_phone_subscribes_to_the_key_of_the_server_and_leaves(
    client: TestClient, listed: Home, service: Service
) -> None:
    key = client.get("/push/key").json()["key"]
    assert len(phones.decoded(key)) == 65
    phone = Browser(service, "a")
    done = post(client, "subscribe", {"person": "dg", "subscription": phone.subscription})
    assert (done.status_code, done.json()) == (200, {"phones": 1, "sentence": ""})
    (kept,) = phones.of(state.engine(listed), "dg")
    assert (kept.endpoint, kept.label) == (phone.endpoint, "iPhone · Safari")
    moved = Browser(service, "b")
    changed = {"replaces": phone.endpoint, "subscription": moved.subscription}
    assert post(client, "subscribe", changed).json()["phones"] == 1
    (kept,) = phones.of(state.engine(listed), "dg")
    assert kept.endpoint == moved.endpoint
    for known in (True, False):
        left = post(client, "unsubscribe", {"endpoint": moved.endpoint})
        assert (left.status_code, left.json()) == (200, {"known": known})


def test_who_would_be_told_of_nothing_is_told_so(
    client: TestClient, listed: Home, service: Service
) -> None:
    asked = {"person": "muet", "subscription": Browser(service, "a").subscription}
    assert "« push » n'est choisie" in post(client, "subscribe", asked).json()["sentence"]


def test_a_refusal_is_one_sentence_in_the_language_of_the_page(
    client: TestClient, listed: Home, service: Service
) -> None:
    asked = {"person": "inconnu", "subscription": Browser(service, "a").subscription}
    said = post(client, "subscribe", asked)
    assert said.status_code == 400
    assert said.json() == {
        "error": "BadRequest",
        "sentence": "« person » refusé : il faut une personne de people.toml. Rien n'a été modifié.",
    }
    other = Browser(service, "a").subscription | {"endpoint": "https://mal.test/a"}
    asked = {"person": "dg", "subscription": other}
    said = post(client, "subscribe?lang=en", asked)
    assert "a push service that [network] allow" in said.json()["sentence"]
    assert "web.push.apple.com:443" in said.json()["sentence"]
    assert phones.counts(listed) == {}


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "{", "null", "[" * 8000, "x" * 100_000, b"\xff\xfe"),
        *({"person": ["dg"]}, {"person": "dg", "subscription": 7}, {"person": "dg"}),
    ],
)
def test_what_is_no_subscription_is_refused(client: TestClient, listed: Home, body: Any) -> None:
    for name in ("subscribe", "unsubscribe"):
        answer = post(client, name, body)
        is_known = name == "unsubscribe" and isinstance(body, dict)
        assert answer.status_code == (200 if is_known else 400)
        assert answer.headers["content-type"] == "application/json"
    assert phones.counts(listed) == {}


def test_another_site_or_a_plain_form_subscribes_nobody(
    client: TestClient, listed: Home, service: Service
) -> None:
    asked = {"person": "dg", "subscription": Browser(service, "a").subscription}
    for headers in ({"origin": "https://mal.test"}, {"content-type": "text/plain"}):
        assert post(client, "subscribe", asked, **headers).status_code == 400
    assert phones.counts(listed) == {}


def test_a_flood_is_asked_to_wait(client: TestClient, listed: Home) -> None:
    for _one in range(60):
        BOUND.takes()
    answer = post(client, "unsubscribe", {"endpoint": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    BOUND.__init__()  # type: ignore[misc]


def test_nothing_else_is_below_push(client: TestClient) -> None:
    assert client.get("/push/subscribe").status_code == 404
    assert client.get("/push/../api").status_code == 404
