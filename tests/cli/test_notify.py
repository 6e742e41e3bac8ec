"""`cockpit notify`: who is told, who is on duty, what left (its delivery: `tests/notify`)."""

from __future__ import annotations

import pytest

from cockpit.settings import Home
from tests.support.mailroom import free_port

PEOPLE = """[[person]]
id = "dg"
name = "Claire Dupont"
email = "dg@hopital.test"
role = "director_ght"
"""


@pytest.fixture
def told(cockpit, home: Home):
    """One person, a mail server that does not answer."""
    port = free_port()
    (home.root / "people.toml").write_text(PEOPLE, "utf-8")
    (home.root / "channels.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "c@hopital.test"\n',
        "utf-8",
    )
    (home.root / "cockpit.toml").write_text(f'[network]\nallow = ["127.0.0.1:{port}"]\n', "utf-8")
    return cockpit


def test_people_are_listed_with_their_channels(told, answer) -> None:
    (one,) = answer(told("notify", "people", "--json"))
    assert (one["id"], one["role"], one["red"]) == ("dg", "director_ght", "email")
    assert "Claire Dupont" in told("notify", "people").stdout


def test_a_wrong_file_of_people_is_said_and_fails(told, home: Home) -> None:
    (home.root / "people.toml").write_text(PEOPLE.replace("director_ght", "chef"), "utf-8")
    result = told("notify", "people", "--json")
    assert result.exit_code == 1
    assert "people.toml" in result.stderr


def test_the_roster_says_who_is_on_duty_now_and_who_comes(told, answer, home: Home) -> None:
    """It is 07:30 on 3 March 2026."""
    (home.root / "astreinte.csv").write_text(
        "from;to;person\n2026-03-02T18:00;2026-03-03T18:00;dg\n", "utf-8"
    )
    result = told("notify", "roster", "--json")
    (shift,) = answer(result)
    assert shift["person"] == "dg"
    assert "D'astreinte maintenant : dg." in result.stderr


def test_without_roster_nobody_is_on_duty(told, answer) -> None:
    result = told("notify", "roster", "--json")
    assert (result.exit_code, answer(result)) == (0, [])
    assert "D'astreinte maintenant : personne." in result.stderr


def test_a_message_that_cannot_leave_is_said_and_waits_in_the_outbox(told, answer) -> None:
    result = told("notify", "test", "dg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Nouvel essai automatique" in result.stderr
    (waits,) = answer(told("notify", "outbox", "--json"))
    assert (waits["person"], waits["channel"], waits["state"]) == ("dg", "email", "waiting")
    assert waits["tries"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test", "inconnu"), "people.toml"),
        (("test", "dg", "--by", "pigeon"), "channels.toml"),
        (("outbox", "--most", "0"), "--most"),
    ],
)
def test_a_misuse_exits_2_and_says_nothing_on_standard_output(told, words, said: str) -> None:
    result = told("notify", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
