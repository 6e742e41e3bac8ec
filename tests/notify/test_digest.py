"""The brief by mail: at each person's hour, once a day, and only when it says something new."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.notify import digest, morning, outbox
from cockpit.notify.people import Person
from cockpit.notify.send import send_due
from cockpit.refresh import refresh
from cockpit.settings import Home
from tests.support.mailroom import Mailbox, free_port, make_home, serving, text_of

SOURCE = """connector = "csv"
label = "Urgences"
schedule = "*/15 * * * *"
path = "drop/urgences-*.csv"
stale_after = "36h"
[mapping]
date = { column = "jour", format = "%Y-%m-%d" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""


@pytest.mark.parametrize(
    ("at", "is_due"),
    [
        ("2026-11-22T05:59", False),
        ("2026-11-22T06:00", True),  # 07:00 in Paris
        ("2026-11-22T11:59", True),
        ("2026-11-22T12:00", False),  # too late to be a morning brief
        ("2026-07-22T05:00", True),  # summer
    ],
)
def test_the_hour_is_that_of_paris(at: str, is_due: bool) -> None:
    person = Person(id="a", name="A", role="daf", email="a@h.test", digest=7)
    assert digest.is_hour(person, datetime.fromisoformat(at)) is is_due


def test_a_brief_is_sent_once_a_day_and_not_when_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    home: Home = make_home(tmp_path / "home", port)
    people = (home.root / "people.toml").read_text("utf-8")
    (home.root / "people.toml").write_text(
        people.replace('id = "dg"', 'id = "dg"\ndigest = 7'), "utf-8"
    )
    (home.sources / "urgences.toml").write_text(SOURCE, "utf-8")
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    with serving(port, Mailbox()) as box:
        send_due(home)  # nothing published yet: no brief, no fault
        (home.drop / "urgences-1.csv").write_text("jour;uf;passages\n2026-11-21;A1;80\n", "utf-8")
        refresh(home, forecasts=False)
        assert (send_due(home).sent, send_due(home).sent) == (1, 0)
        (letter,) = box.letters
        assert letter["Subject"] == "Cockpit : la synthèse du jour"
        assert "80" in text_of(letter)
        html = text_of(letter, "html")
        assert re.search(r"Indicateurs clés</h2>.*Passages urgences : 80", html)
        assert 'href="https://cockpit.hopital.test/brief"' in html
        yesterday(home)
        assert send_due(home).sent == 0  # the same words
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-23")
        yesterday(home, digest="other")
        assert send_due(home).sent == 1
    assert len(box.envelopes) == 2


def test_the_mail_looks_like_the_brief_and_labels_stay_text() -> None:
    trap = '</li></ul><img src="http://mal.test"><style>*{display:none}</style>'
    rows = [
        morning.Row("brief", f"Situation {trap}"),
        morning.Row(
            "brief", f"Lits {trap}", is_red=True, links=(("Voir", 'https://h.test/?a="b'),)
        ),
        morning.Row(morning.TILE, f"Urgences {trap}"),
    ]
    html = morning.html("Sujet <b>", rows, "https://h.test/brief", "Pied <i>")
    tags = re.findall(r"<([a-z0-9]+)", html)
    allowed = {"html", "head", "meta", "title", "body", "h1", "h2", "p", "strong", "ul", "li", "br"}
    assert set(tags) <= allowed | {"a"}
    assert tags.count("li") == 2
    assert [html.index(part) for part in ("Situation", "Lits", "Urgences", "Pied")] == sorted(
        html.index(part) for part in ("Situation", "Lits", "Urgences", "Pied")
    )
    assert 'href="https://h.test/?a=&quot;b"' in html
    assert "class=" not in html


def yesterday(home: Home, digest: str = "") -> None:
    """What was remembered, as if it had been a day before."""
    with Session(state.engine(home)) as session, session.begin():
        said = outbox.remembered(session, "digest:dg").split()
        outbox.remember(session, "digest:dg", f"2026-11-21 {digest or said[1]}")
