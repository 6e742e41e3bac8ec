"""Web push: discreet, sealed, signed, to every phone of a person, and to no other server."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cockpit import clock, state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.errors import BadRequest, BadSettings
from cockpit.notify import outbox, phones, trial, vapid
from cockpit.notify.send import Passed, send_due
from cockpit.settings import Home
from cockpit.state import vault
from cockpit.state.notify_models import NotifyMessage
from tests.support.mailroom import alert, publish
from tests.support.pushing import Browser, Service, allow, pushing, signed, subscribe, text

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = """[[person]]
id = "lits"
name = "Cellule des lits"
role = "bed_manager"
red = ["push"]
amber = ["push"]
"""


@pytest.fixture
def service() -> Iterator[Service]:
    with pushing() as found:
        yield found


@pytest.fixture
def ready(home: Home, service: Service) -> Home:
    (home.root / "people.toml").write_text(PEOPLE, "utf-8")
    return allow(home, service)


def last(home: Home) -> tuple[str, str]:
    found = outbox.listed(state.engine(home))[0]
    return found.state, found.reason


def again(home: Home) -> Passed:
    """The next try, without its pause."""
    with Session(state.engine(home)) as session, session.begin():
        session.execute(update(NotifyMessage).values(next_at=None))
    return send_due(home)


def test_a_notification_says_how_many_alerts_and_never_which(ready: Home, service: Service) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    publish(ready, 1, alert(), alert("B", severity="amber", rule="other"))
    assert send_due(ready) == Passed(sent=1)
    ((headers, body),) = phone.raw
    assert phone.shown == [
        {
            "title": "Cockpit",
            "body": "1 alerte, 1 vigilance",
            "link": "/alertes?as=bed_manager",
            "badge": 1,
            "tag": "cockpit-red",
            "key": headers["Topic"],
            "lang": "fr",
        }
    ]
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "high")
    assert 86_000 < int(headers["TTL"]) <= 86_400
    assert len(headers["Topic"]) == 32
    assert b"lerte" not in body


def test_the_length_of_what_is_sealed_says_nothing(ready: Home, service: Service) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    publish(ready, 1, alert())
    send_due(ready)
    trial.send(ready, "lits", "push")
    assert len({len(body) for _headers, body in phone.raw}) == 1


def test_the_sender_signs_for_one_service_and_half_a_day(ready: Home, service: Service) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    assert trial.send(ready, "lits", "push").state == "sent"
    claims, key = signed(phone.raw[0][0]["Authorization"])
    assert claims["aud"] == service.origin
    assert claims["sub"] == "mailto:cockpit@hopital.test"
    until = datetime.fromtimestamp(claims["exp"], UTC) - clock.now()
    assert timedelta(hours=11) < until <= timedelta(hours=12)
    assert key == vapid.public_key(ready)
    assert phone.shown[0]["body"] == "Message d'essai"


def test_the_number_is_that_of_the_reds_nobody_has_in_that_scope(
    ready: Home, service: Service
) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    publish(ready, 1, alert(), alert("B"), alert(rule="second"))
    taken = next(
        one for one in keep.open_episodes(state.engine(ready)) if one.episode.rule == "second"
    )
    keep.act(state.engine(ready), taken.id, Act(at=outbox.now(), who="L", deed="acknowledge"))
    send_due(ready)
    assert phone.shown[0]["badge"] == 1  # two sites, one matter; the other is in hand


def test_a_vigilance_never_takes_the_place_of_an_alert(ready: Home, service: Service) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    publish(ready, 1, alert())
    send_due(ready)
    publish(ready, 2, alert(), alert("B", severity="amber", rule="other"))
    send_due(ready)
    assert [one["tag"] for one in phone.shown] == ["cockpit-red", "cockpit"]
    assert [one[0]["Urgency"] for one in phone.raw] == ["high", "normal"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_left_its_service_is_forgotten(
    ready: Home, service: Service, status: int
) -> None:
    gone, there = Browser(service, "gone"), Browser(service, "there")
    subscribe(ready, "lits", gone, there)
    service.answers["/gone"] = status
    publish(ready, 1, alert())
    assert send_due(ready) == Passed(sent=1)
    assert [one.endpoint for one in phones.of(state.engine(ready), "lits")] == [there.endpoint]
    assert (len(gone.raw), len(there.raw)) == (1, 1)


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 503])
def test_a_busy_service_is_tried_again_for_its_own_phones(
    ready: Home, service: Service, status: int
) -> None:
    busy, fine = Browser(service, "busy"), Browser(service, "fine")
    subscribe(ready, "lits", busy, fine)
    service.answers["/busy"] = status
    publish(ready, 1, alert())
    assert send_due(ready) == Passed(postponed=1)
    assert last(ready) == ("waiting", "le service d'envoi demande d'essayer plus tard")
    service.answers.clear()
    assert again(ready) == Passed(sent=1)
    assert (len(busy.raw), len(fine.raw)) == (2, 1)
    assert len({headers["Topic"] for headers, _body in busy.raw}) == 1


@pytest.mark.parametrize("status", [302, 307, 400, 413])
def test_a_refusal_or_a_redirect_ends_it_and_leads_nowhere(
    ready: Home, service: Service, status: int
) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    service.answers["/a"] = status
    with pushing() as elsewhere:
        service.place = f"{elsewhere.origin}/stolen"
        publish(ready, 1, alert())
        assert send_due(ready) == Passed(failed=1)
        assert elsewhere.taken == []
    assert last(ready)[1].startswith("le service d'envoi refuse")
    assert phones.counts(ready) == {"lits": 1}


def test_a_silent_service_holds_neither_the_other_phones_nor_other_people(
    ready: Home, service: Service
) -> None:
    with pushing() as other:
        home = allow_both(ready, service, other)
        dead, alive = Browser(other, "dead"), Browser(service, "alive")
        subscribe(home, "lits", dead, alive)
    publish(home, 1, alert())
    assert send_due(home) == Passed(postponed=1)
    assert len(alive.raw) == 1
    assert last(home)[1] == "connexion impossible"
    again(home)
    assert len(alive.raw) == 1


def allow_both(home: Home, *services: Service) -> Home:
    allowed = ", ".join(f'"127.0.0.1:{one.server_port}"' for one in services)
    (home.root / "cockpit.toml").write_text(f"[network]\nallow = [{allowed}]\n", "utf-8")
    return Home(home.root)


def test_a_service_taken_off_the_list_is_not_called_and_the_reason_names_what_to_list(
    ready: Home, service: Service
) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    (ready.root / "cockpit.toml").write_text("[network]\nallow = []\n", "utf-8")
    message = trial.send(Home(ready.root), "lits", "push")
    assert (message.state, service.taken) == ("waiting", [])
    assert "[network] allow" in message.reason
    assert "fcm.googleapis.com:443" in message.reason


@pytest.mark.parametrize(
    "endpoint",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1:PORT/a",
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/a",  # another port of this machine
        "http://localhost:PORT/a",
        "http://127.1:PORT/a",
        "http://127.0.0.1:PORT@mal.test/a",
        "https://user:pw@fcm.googleapis.com/a",
        "https://fcm.googleapis.com/a#b",
        "https://fcm.googleapis.com.mal.test/a",
        "https://dpi.hopital.test/a",  # allowed to sources, no push service
        "http://fcm.googleapis.com/a",
        "https://fcm.googleapis.com/" + "a" * 1024,
        "",
    ],
)
def test_a_hostile_address_is_refused_before_it_is_kept(
    ready: Home, service: Service, endpoint: str
) -> None:
    (ready.root / "cockpit.toml").write_text(
        f'[network]\nallow = ["127.0.0.1:{service.server_port}", "dpi.hopital.test:443"]\n', "utf-8"
    )
    given = Browser(service, "a").subscription
    given["endpoint"] = endpoint.replace("PORT", str(service.server_port))
    with pytest.raises(BadRequest):
        phones.add(Home(ready.root), "lits", phones.subscription(given), label="")
    assert phones.counts(ready) == {}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"p256dh": "", "auth": text(b"x" * 16)},
        {"p256dh": text(b"\x04" + b"\x01" * 64), "auth": text(b"x" * 16)},  # not on the curve
        {"p256dh": "é" * 87, "auth": text(b"x" * 16)},
        {"auth": text(b"x" * 15)},
        {"auth": "*" * 22},
        {"auth": 7},
    ],
)
def test_keys_that_open_nothing_are_refused(service: Service, keys: dict[str, Any]) -> None:
    given = Browser(service, "a").subscription
    given["keys"] = given["keys"] | keys if keys else {}
    with pytest.raises(BadRequest):
        phones.subscription(given)


def test_a_person_has_ten_phones_at_most_and_one_that_changes_hands_is_one(
    ready: Home, service: Service
) -> None:
    (ready.root / "people.toml").write_text(PEOPLE + PEOPLE.replace('"lits"', '"autre"'), "utf-8")
    several = [Browser(service, str(number)) for number in range(10)]
    subscribe(ready, "lits", *several)
    subscribe(ready, "lits", several[0])
    with pytest.raises(BadRequest, match="10 téléphones"):
        subscribe(ready, "lits", Browser(service, "more"))
    subscribe(ready, "autre", several[0])
    assert phones.counts(ready) == {"autre": 1, "lits": 9}


def test_without_a_phone_the_message_says_so_and_the_next_person_is_still_called(
    ready: Home,
) -> None:
    publish(ready, 1, alert())
    assert send_due(ready) == Passed(failed=1)
    assert last(ready)[1].startswith("aucun téléphone inscrit")
    (told,) = outbox.alarms(state.engine(ready), outbox.now() - timedelta(hours=1))
    assert told[1] == 0  # step 0: carried further when nobody answers


def test_a_right_that_was_lost_is_lost_for_phones_too(ready: Home, service: Service) -> None:
    phone = Browser(service, "a")
    subscribe(ready, "lits", phone)
    publish(ready, 1, alert())
    (ready.root / "people.toml").write_text(PEOPLE.replace("bed_manager", "daf"), "utf-8")
    assert send_due(ready) == Passed(failed=1)
    assert phone.raw == []


def test_a_sender_killed_between_two_phones_tells_nobody_thrice_and_forgets_nobody(
    ready: Home, service: Service
) -> None:
    first, second = Browser(service, "first"), Browser(service, "second")
    subscribe(ready, "lits", first, second)
    publish(ready, 1, alert())
    code = (
        "import sys, pathlib; from cockpit.settings import Home; "
        "from cockpit.notify.send import send_due; sys.stdin.read(1); "
        f"send_due(Home(pathlib.Path({str(ready.root)!r})))"
    )
    sender = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, cwd=ROOT)
    service.kills["/second"] = sender
    sender.communicate(b"x")
    assert sender.returncode == -signal.SIGKILL
    assert last(ready)[0] == "handing"
    assert send_due(ready) == Passed()  # in doubt: not before a minute
    assert again(ready) == Passed(sent=1)
    assert (len(first.raw), len(second.raw)) == (1, 2)
    assert len({headers["Topic"] for headers, _body in second.raw}) == 1


def test_the_pair_of_keys_is_made_once_and_never_written_over(
    ready: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = vapid.public_key(ready)
    assert vapid.public_key(ready) == first
    assert [one.name for one in vault.kept(ready)] == ["cockpit-push"]
    monkeypatch.setenv("COCKPIT_KEY", "k" * 40)
    with pytest.raises(BadSettings, match="cockpit-push"):
        vapid.public_key(ready)
    monkeypatch.delenv("COCKPIT_KEY")
    assert vapid.public_key(ready) == first
