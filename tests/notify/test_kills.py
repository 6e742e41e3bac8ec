"""SIGKILL anywhere between the event and the answer of the mail server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.notify import outbox
from cockpit.notify.send import send_due
from cockpit.settings import Home
from cockpit.state.alert_models import AlertEvent
from cockpit.state.notify_models import NotifyLine, NotifyMessage
from tests.support.mailroom import Mailbox, serving, text_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 200


@pytest.mark.slow
def test_200_kills_lose_nothing_and_send_nothing_more_than_twice(home: Home, port: int) -> None:
    with serving(port, Mailbox(slow_s=0.005)) as box:
        swept = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("sweep.py")), str(home.root), str(KILLS)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=True,
            timeout=300,
        )
        engine = state.engine(home)
        for _again in range(3):
            with Session(engine) as session, session.begin():
                session.execute(update(NotifyMessage).values(next_at=None))
            while not outbox.is_idle(engine, outbox.now()):
                send_due(home, plan=False)
    with Session(engine) as session:
        events = session.scalars(
            select(AlertEvent).where(AlertEvent.what.in_(("opened", "resolved")))
        ).all()
        lines = session.scalars(select(NotifyLine)).all()
        states = set(session.scalars(select(NotifyMessage.state)))
        messages = len(session.scalars(select(NotifyMessage.id)).all())
    copies, said = (
        box.copies,
        "".join(text_of(letter) for letter in box.letters),
    )
    twice = sum(count == 2 for count in copies.values())
    print(json.loads(swept.stdout), f"{len(events)} events, {messages} messages, {twice} twice")
    assert len(events) > KILLS / 4  # the sweep did something
    assert {(one.episode_id, one.what) for one in events} == {
        (one.episode, one.what) for one in lines
    }
    assert states == {"sent"}
    assert len(copies) == messages
    assert set(copies.values()) <= {1, 2}
    opened = [json.loads(one.words)["title"] for one in lines if one.what == "opened"]
    assert [title for title in opened if title not in said] == []
