"""The worker's passes and the commands, on the same home."""

from __future__ import annotations

import time

import pytest
from typer.testing import CliRunner

from cockpit import state
from cockpit.cli import app
from cockpit.notify import outbox
from cockpit.notify.duty import Postman
from cockpit.settings import Home
from tests.support.mailroom import Mailbox, alert, publish, serving


def test_a_look_never_waits_for_the_mail_server(home: Home, port: int) -> None:
    publish(home, 1, alert())
    with serving(port, Mailbox(slow_s=0.5)) as box:
        postman = Postman(home, lambda: None)
        started = time.monotonic()
        postman.look()
        assert time.monotonic() - started < 0.2
        while not box.envelopes and time.monotonic() - started < 10:
            time.sleep(0.02)
        postman.end()
    assert len(box.envelopes) == 1
    assert outbox.listed(state.engine(home))[0].state == "sent"


def test_a_postman_that_ended_hands_nothing_over(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert())
    postman = Postman(home, lambda: None)
    postman.end()
    postman.look()
    postman.end()
    assert box.envelopes == []


def run(home: Home, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv("COCKPIT_HOME", str(home.root))
    done = CliRunner().invoke(app, ["notify", *words])
    return done.exit_code, done.output


def test_the_commands_say_who_is_told_and_what_became_of_it(
    home: Home, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(home, monkeypatch, "test", "dg") == (0, "Remis à dg par email.\n")
    assert box.letters[0]["Subject"] == "Cockpit : message d'essai"
    status, said = run(home, monkeypatch, "people")
    assert (status, "bed_manager" in said) == (0, True)
    status, said = run(home, monkeypatch, "outbox")
    assert (status, "sent" in said) == (0, True)
    (home.root / "astreinte.csv").write_text("from;to;person\n2026-01-01;2026-01-02;zola\n")
    status, said = run(home, monkeypatch, "roster")
    assert (status, "zola" in said) == (0, True)
    assert run(home, monkeypatch, "test", "personne")[0] == 2


def test_a_message_of_trial_that_did_not_leave_is_said(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = run(home, monkeypatch, "test", "dg")
    assert (status, "n'a pas" in said or "connexion" in said) == (1, True)


def test_a_bad_file_is_said_by_the_command(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.root / "people.toml").write_text('[[person]]\nid = "A"\n', "utf-8")
    status, said = run(home, monkeypatch, "people")
    assert (status, "people.toml" in said) == (1, True)
