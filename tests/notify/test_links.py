"""Acknowledging from a mail: signed, for a day, once, and never by opening a page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.errors import BadRequest
from cockpit.notify import links, outbox
from cockpit.notify.send import send_due
from cockpit.settings import Home
from tests.support.mailroom import Mailbox, alert, publish, text_of


def token_of(box: Mailbox, at: int = -1) -> str:
    html = text_of(box.letters[at], "html")
    (address,) = re.findall(r'href="([^"]+/accuser[^"]+)"', html)
    return parse_qs(urlsplit(unescape(address)).query)["t"][0]


@pytest.fixture
def token(home: Home, box: Mailbox) -> str:
    publish(home, 1, alert(severity="amber"))
    send_due(home)
    return token_of(box)


def acknowledged(home: Home) -> str:
    (kept,) = keep.open_episodes(state.engine(home))
    return kept.episode.acknowledged_by


def test_opening_changes_nothing_and_confirming_acknowledges_once(home: Home, token: str) -> None:
    for _filter in range(3):
        assert links.opened(home, token).person.id == "lits"
    assert acknowledged(home) == ""
    links.confirm(home, token)
    assert acknowledged(home) == "Cellule des lits"
    for again in (links.opened, links.confirm):
        with pytest.raises(BadRequest, match="pas encore servi"):
            again(home, token)


def test_a_link_dies_after_a_day(home: Home, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", (outbox.now() + timedelta(days=2)).date().isoformat())
    with pytest.raises(BadRequest, match="moins de 24 h"):
        links.opened(home, token)


def test_no_byte_of_a_link_can_be_changed(home: Home, token: str) -> None:
    for at, one in enumerate(token):
        other = token[:at] + ("A" if one != "A" else "B") + token[at + 1 :]
        try:
            found = links.opened(home, other)
        except BadRequest:
            continue
        # the last character of base64 holds bits that say nothing
        assert (found.person.id, at in {token.index(".") - 1, len(token) - 1}) == ("lits", True)
    for text in ("", ".", "a.b", "é.è", token.partition(".")[0], token + ".x", "A" * 5000):
        with pytest.raises(BadRequest):
            links.opened(home, text)


def test_the_link_of_an_amber_does_not_acknowledge_the_red_it_became(
    home: Home, box: Mailbox, token: str
) -> None:
    publish(home, 2, alert(severity="red"))
    with pytest.raises(BadRequest, match="aggravée"):
        links.confirm(home, token)
    send_due(home)
    links.confirm(home, token_of(box))
    assert acknowledged(home) == "Cellule des lits"


def test_who_lost_the_right_to_see_acknowledges_nothing(home: Home, token: str) -> None:
    people = (home.root / "people.toml").read_text("utf-8")
    (home.root / "people.toml").write_text(people.replace("bed_manager", "drh"), "utf-8")
    with pytest.raises(BadRequest, match="voit encore"):
        links.confirm(home, token)
    assert acknowledged(home) == ""


def test_the_link_of_an_alert_that_is_over_says_so(home: Home, token: str) -> None:
    publish(home, 2)
    with pytest.raises(BadRequest, match="terminée"):
        links.opened(home, token)


def test_without_a_public_address_a_mail_has_no_link(home: Home, box: Mailbox) -> None:
    toml = (home.root / "cockpit.toml").read_text("utf-8")
    (home.root / "cockpit.toml").write_text(toml.partition("\n")[2], "utf-8")
    publish(home, 1, alert())
    assert send_due(Home(home.root)).sent == 1
    assert b"http" not in box.envelopes[0].content
    assert not (home.root / "secret.key").exists()


def test_the_key_of_the_links_is_not_in_the_state_as_it_is(home: Home, token: str) -> None:
    del token
    assert links.key(home) not in Path(home.root / "state.db").read_bytes()
