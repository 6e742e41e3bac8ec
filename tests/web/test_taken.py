"""What a phone acknowledged without network arrives once, and never over what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.notify import outbox
from cockpit.settings import Home
from cockpit.state.alert_models import AlertEpisode, AlertRecord
from tests.web.conftest import VIGILANCE

ADDRESS = "/api/v1/alerts/acknowledge"
KEY = "0b0c0d0e-1111-4222-8333-444455556666"


@pytest.fixture
def episode(published: Home) -> Iterator[int]:
    engine = state.engine(published)
    keep.record(engine, 9_000, outbox.now(), [VIGILANCE])
    (kept,) = keep.open_episodes(engine)
    yield kept.id
    with Session(engine) as session, session.begin():
        for table in (AlertEpisode, AlertRecord):
            session.execute(delete(table))


def sent(episode: int, **changes: object) -> dict[str, object]:
    at = "2026-03-04T06:12:00Z"
    said = {"key": KEY, "episodes": [episode], "severity": "amber", "who": "Claire", "at": at}
    return said | changes


def acts(home: Home, episode: int) -> list[tuple[str, str, str]]:
    log = keep.log_of(state.engine(home), episode)
    return [(one.what, one.who, one.reason) for one in log if one.who != "chiffres"]


def test_it_is_written_once_however_often_it_is_sent(
    client: TestClient, published: Home, episode: int
) -> None:
    answers = [client.post(ADDRESS, json=sent(episode)) for _ in range(3)]
    assert [one.json() for one in answers] == [{"done": 1}, {"done": 0}, {"done": 0}]
    (written,) = acts(published, episode)
    assert written[:2] == ("acknowledge", "Claire (director_ght)")
    assert written[2] == "Prise en note hors ligne le 04/03 07:12"


def test_a_second_phone_is_told_that_somebody_has_it(
    client: TestClient, published: Home, episode: int
) -> None:
    client.post(ADDRESS, json=sent(episode))
    other = client.post(ADDRESS, json=sent(episode, key=KEY.replace("0", "9"), who="Paul"))
    assert other.status_code == 400
    assert "entre-temps" in other.json()["sentence"]
    assert len(acts(published, episode)) == 1


def test_what_grew_worse_since_it_was_read_is_refused(
    client: TestClient, published: Home, episode: int
) -> None:
    later = outbox.now() + timedelta(minutes=5)
    keep.record(state.engine(published), 9_001, later, [replace(VIGILANCE, severity="red")])
    answer = client.post(ADDRESS, json=sent(episode))
    assert answer.status_code == 400
    assert "aggravée" in answer.json()["sentence"]
    assert acts(published, episode) == []
    assert client.post(ADDRESS, json=sent(episode, severity="red")).status_code == 200


def test_what_is_over_is_refused(client: TestClient, published: Home, episode: int) -> None:
    keep.record(state.engine(published), 9_002, outbox.now() + timedelta(minutes=9), [])
    answer = client.post(ADDRESS, json=sent(episode))
    assert answer.status_code == 400
    assert "alerte ouverte" in answer.json()["sentence"]


def test_a_role_takes_only_what_it_sees(client: TestClient, published: Home, episode: int) -> None:
    for role in ("director_2", "nobody"):
        answer = client.post(ADDRESS, params={"as": role}, json=sent(episode))
        assert answer.status_code == 400, role
    assert acts(published, episode) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "short"},
        {"episodes": []},
        {"episodes": ["1; DROP"]},
        {"who": ""},
        {"who": "x" * 81},
        {"at": "hier"},
        {"severity": "green"},
        {"deed": "assign"},
    ],
)
def test_anything_else_is_refused_whole(
    client: TestClient, published: Home, episode: int, wrong: dict[str, object]
) -> None:
    assert client.post(ADDRESS, json=sent(episode, **wrong)).status_code == 400
    assert acts(published, episode) == []


def test_another_site_cannot_send_it(client: TestClient, published: Home, episode: int) -> None:
    stranger = {"origin": "https://ailleurs.test"}
    assert client.post(ADDRESS, json=sent(episode), headers=stranger).status_code == 400
    form = client.post(ADDRESS, content=b"{}", headers={"content-type": "text/plain;charset=UTF-8"})
    assert form.status_code == 400
    assert client.post(ADDRESS, content=b"x" * 10_000).status_code == 400
    assert acts(published, episode) == []


def test_a_snoozed_alert_may_still_be_taken(
    client: TestClient, published: Home, episode: int
) -> None:
    now = outbox.now()
    until = now + timedelta(hours=2)
    act = Act(at=now, who="Paul", deed="snooze", reason="réunion", until=until)
    keep.act(state.engine(published), episode, act)
    assert client.post(ADDRESS, json=sent(episode)).json() == {"done": 1}
