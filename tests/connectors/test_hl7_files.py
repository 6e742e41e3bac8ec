"""Files of messages: any framing, any cut, wholly in or wholly out, and no identity anywhere."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cockpit.connect.contract import Asked, Delivery
from cockpit.connect.hl7 import files as hl7_files
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7.config import Hl7Config
from cockpit.errors import BadDelivery, SourceUnavailable
from cockpit.refresh import refresh
from cockpit.settings import Home
from connectors.hl7 import CONNECTOR
from tests.connectors.hl7_messages import CANARIES, adt

MESSAGES = [
    adt("A01", f"202601{1 + n % 28:02}0825", visit=f"V{n}", movement=f"M{n}") for n in range(40)
]
CONFIG = Hl7Config(path="drop/*")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-01")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def cut(data: bytes) -> list[bytes]:
    stream = io.BytesIO(data)
    hl7_files.check_head("f.hl7", stream)
    return [plain(one) for one in hl7_files.messages("f.hl7", stream)]


def plain(message: bytes) -> bytes:
    """Without empty segments."""
    return re.sub(rb"\r+", b"\r", message).rstrip(b"\r")


def load(home: Home, data: bytes, name: str = "a.hl7") -> list[Delivery | BadDelivery]:
    (home.drop / name).write_bytes(data)
    return list(CONNECTOR.read(Asked(home, "essai", ("jour", "uf")), CONFIG))


def records(home: Home) -> int:
    with hl7_spool.opened(home, "essai") as spool:
        return sum(len(one) for one in spool.visits())


FRAMED = b"".join(b"\x0b" + one + b"\x1c\r" for one in MESSAGES)


@pytest.mark.parametrize(
    "data",
    [
        b"".join(MESSAGES), b"\r\n".join(MESSAGES), b"".join(MESSAGES).replace(b"\r", b"\n"),
        b"".join(MESSAGES).replace(b"\r", b"\r\n"), b"\xef\xbb\xbf" + b"".join(MESSAGES), FRAMED,
        FRAMED.replace(b"\x1c\r", b"\x1c\r\n"), b"".join(MESSAGES).rstrip(b"\r"),
        b"FHS|^~\\&|GAM\rBHS|^~\\&|GAM\r" + b"".join(MESSAGES) + b"BTS|40\rFTS|1\r",
    ],
    ids=["joined", "blank lines", "lf", "crlf", "bom", "mllp", "mllp crlf", "no end", "batch"],
)  # fmt: skip
def test_every_message_is_found_whatever_the_framing(data: bytes) -> None:
    found = cut(data)
    assert [one.split(b"BTS")[0].rstrip(b"\r") for one in found] == [
        m.rstrip(b"\r") for m in MESSAGES
    ]


@given(size=st.integers(1, 2000))
def test_every_message_is_found_wherever_the_file_is_cut(size: int) -> None:
    class Dripping(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            return super().read(size)

    for data in (b"".join(MESSAGES), FRAMED.replace(b"\r", b"\r\n")):
        found = list(hl7_files.messages("f.hl7", Dripping(data)))
        assert [plain(one) for one in found] == [plain(one) for one in MESSAGES]


def test_no_record_of_a_long_file_is_lost(home: Home) -> None:
    many = [adt("A01", "20260115", visit=f"V{n}", movement=f"M{n}") for n in range(2503)]
    load(home, b"".join(many))
    assert records(home) == 2503


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02", b"<html>", b"jour;uf\n", FRAMED[:-3], FRAMED + b"\x0bMSH|^~\\&|GAM",
     b"MSH|^~\\&|" + b"A" * (3 << 20), MESSAGES[0] + b"OBX|" + b"A" * (2 << 20) + MESSAGES[1]],
    ids=["empty", "bytes", "html", "csv", "cut frame", "open frame", "endless", "huge"],
)  # fmt: skip
def test_a_damaged_file_is_refused_whole_and_the_next_is_read(home: Home, data: bytes) -> None:
    (home.drop / "b.hl7").write_bytes(b"".join(MESSAGES))
    refusal, delivery = load(home, data)
    assert isinstance(refusal, BadDelivery)
    assert refusal.facts["file"] == "drop/a.hl7"
    assert isinstance(delivery, Delivery)
    assert records(home) == 40


def test_a_file_written_to_meanwhile_leaves_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.drop / "a.hl7"
    path.write_bytes(b"".join(MESSAGES))
    true_messages = hl7_files.messages

    def growing(name: str, stream: io.BufferedIOBase) -> Iterator[bytes]:
        for number, one in enumerate(true_messages(name, stream)):
            if number == 20:
                with path.open("ab") as file:
                    file.write(MESSAGES[0])
            yield one

    monkeypatch.setattr(hl7_files, "messages", growing)
    (refusal,) = CONNECTOR.read(Asked(home, "essai", ("jour",)), CONFIG)
    assert isinstance(refusal, BadDelivery)
    assert records(home) == 0
    monkeypatch.undo()
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-01")
    assert [type(one) for one in CONNECTOR.read(Asked(home, "essai", ("jour",)), CONFIG)] == [
        Delivery
    ]
    assert records(home) == 40


def test_the_same_messages_in_another_file_count_once(home: Home) -> None:
    load(home, b"".join(MESSAGES))
    load(home, FRAMED, "b.hl7")
    load(home, b"".join(reversed(MESSAGES)), "c.hl7")
    assert records(home) == 40


def test_a_file_is_read_once_and_may_go_away(home: Home) -> None:
    (first,) = load(home, b"".join(MESSAGES))
    assert isinstance(first, Delivery)
    asked = Asked(home, "essai", ("jour",), cursor=str(first.cursor))
    assert list(CONNECTOR.read(asked, CONFIG)) == []
    (home.drop / "a.hl7").unlink()
    with pytest.raises(SourceUnavailable):
        list(CONNECTOR.read(asked, CONFIG))


def test_no_identity_reaches_spool_landing_state_or_logs(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    """Canaries planted in PID, NK1, IN1, OBX, the visit number and refused messages."""
    home.structure.write_text("unit;parent;level;label\n2110;;service;A\n", "utf-8")
    (home.sources / "gam.toml").write_text(
        'connector = "hl7"\nschedule = "0 6 * * *"\nstale_after = "36h"\npath = "drop/*.hl7"\n',
        "utf-8",
    )
    bad = [adt("A01", "CANARI"), adt("A01", "20260115", unit="ZOULOUFIN CANARI"), adt("CANARI", "20260115"),
           adt("A01", "20260115", visit="", control="1480275116001"), adt("A02", "20260115", movement="M", action="CANARI")]  # fmt: skip
    named = adt("A01", "20260103", visit="VENUE-CANARI", movement="MOUV-CANARI")
    (home.drop / "a.hl7").write_bytes(b"".join([*MESSAGES, named, *bad]))
    report = refresh(home, forecasts=False)
    assert [run.status for run in report.runs] == ["ok"], report.runs
    (home.drop / "a.hl7").unlink()
    sought = [
        text.encode(code)
        for text in (*CANARIES, "VENUE-", "MOUV-")
        for code in ("utf-8", "iso8859-1")
    ]
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        data = path.read_bytes()
        assert not [text for text in sought if text in data], path
    written = "".join(capfd.readouterr())
    assert not [text for text in (*CANARIES, "VENUE-") if text in written]


def test_the_spool_holds_only_hashes_and_times(home: Home) -> None:
    load(home, b"".join(MESSAGES))
    rows = (
        sqlite3.connect(hl7_spool.path_of(home, "essai"))
        .execute("SELECT * FROM movement")
        .fetchall()
    )
    allowed = re.compile(r"[0-9a-f]{16}|I|enter|INSERT")
    for row in rows:
        assert [len(value) for value in row if isinstance(value, bytes)] == [16, 16, 16]
        assert all(allowed.fullmatch(value) for value in row if isinstance(value, str))


def test_check_says_what_is_there(home: Home) -> None:
    asked = Asked(home, "essai")
    assert not CONNECTOR.check(asked, CONFIG).ok
    assert CONNECTOR.discover(asked, CONFIG) == []
    load(home, b"".join(MESSAGES))
    answer = CONNECTOR.check(asked, CONFIG)
    assert answer.ok
    assert answer.sentence == "Dernier message du 28/01/2026 à 08:25."
    assert [one.name for one in CONNECTOR.discover(asked, CONFIG)] == ["mouvements"]
    (home.drop / "z.hl7").write_bytes(b"x")
    assert not CONNECTOR.check(asked, CONFIG).ok


def test_every_setting_is_described_and_checked() -> None:
    fields = Hl7Config.model_json_schema()["properties"]
    assert all(field.get("title") for field in fields.values())
    for wrong in ({}, {"path": "../x"}, {"path": "/etc/x"}, {"listen": "2575"}, {"listen": "gam:2575"},
                  {"listen": "127.0.0.1:0"}, {"listen": "127.0.0.1:2575", "peers": ["gam"]},
                  {"path": "a", "window_hours": 1}, {"path": "a", "bed_classes": ["inpatient"]},
                  {"path": "a", "bed_classes": []}, {"path": "a", "autre": 1},
                  {"listen": "127.0.0.1:2575", "tls_certificate": "a.pem"},
                  {"listen": "127.0.0.1:2575", "tls_client_ca": "a.pem"},
                  {"path": "a", "tls_certificate": "a.pem", "tls_key": "a.key"},
                  {"listen": "127.0.0.1:2575", "tls_certificate": "/a.pem", "tls_key": "a.key"},
                  ):  # fmt: skip
        with pytest.raises(ValidationError):
            Hl7Config.model_validate(wrong)
