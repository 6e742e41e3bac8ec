"""`/accuser` through the real server: GET asks, POST does, nothing else comes in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.notify import links, outbox
from cockpit.settings import Home
from cockpit.state.alert_models import AlertEpisode, AlertRecord
from cockpit.state.notify_models import NotifyMessage
from tests.web.conftest import VIGILANCE

HOSTILE = replace(VIGILANCE, severity="red", title_fr='<script>alert(1)</script> "Urgences"')


@pytest.fixture
def token(published: Home) -> Iterator[str]:
    people = published.root / "people.toml"
    people.write_text(
        '[[person]]\nid = "dg"\nname = "Claire <b>Dupont"\nemail = "dg@h.test"\n'
        'role = "director_ght"\n',
        "utf-8",
    )
    engine = state.engine(published)
    keep.record(engine, 9_000, outbox.now(), [HOSTILE], follow=outbox.follow(published))
    with Session(engine) as session:
        (number,) = session.query(NotifyMessage.id).one()
    message = outbox.read(engine, number)
    assert message is not None
    yield links.token(links.key(published), message.lines[0], "dg", outbox.now())
    people.unlink()
    with Session(engine) as session, session.begin():
        for table in (AlertEpisode, AlertRecord, NotifyMessage):
            session.execute(delete(table))


def who(home: Home) -> str:
    (kept,) = keep.open_episodes(state.engine(home))
    return kept.episode.acknowledged_by


def test_a_link_asks_and_the_button_acknowledges(
    client: TestClient, published: Home, token: str
) -> None:
    page = client.get("/accuser", params={"t": token})
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert "Claire &lt;b&gt;Dupont" in page.text
    assert page.headers["cache-control"] == "no-store"
    # The link is in the address; under "no-referrer" a browser posts the form as of nowhere.
    assert page.headers["referrer-policy"] == "strict-origin"
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert who(published) == ""
    origin = {"origin": str(client.base_url).rstrip("/")}
    done = client.post("/accuser", data={"t": token}, headers=origin)
    assert done.status_code == 200
    assert "C'est noté" in unescape(done.text)
    assert who(published) == "Claire <b>Dupont"
    again = client.post("/accuser", data={"t": token}, headers=origin)
    assert (again.status_code, "pas encore servi" in again.text) == (400, True)


def test_another_site_cannot_press_the_button(
    client: TestClient, published: Home, token: str
) -> None:
    answer = client.post("/accuser", data={"t": token}, headers={"origin": "https://mal.test"})
    assert answer.status_code == 400
    assert who(published) == ""


@pytest.mark.parametrize("sent", ["", "x" * 10_000, "a.b", "<script>"])
def test_what_is_no_link_is_one_sentence(client: TestClient, sent: str) -> None:
    asked = client.get("/accuser", params={"t": sent[:500]})
    done = client.post("/accuser", data={"t": sent})
    for answer in (asked, done):
        assert (answer.status_code, "<script" in answer.text) == (400, False)
        assert "un lien reçu de Cockpit" in answer.text
