"""One message: what is read of it, what is refused, what is answered, and that it never crashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import hl7  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.clock import PARIS
from cockpit.connect.hl7.ack import acknowledgment
from cockpit.connect.hl7.er7 import at_hour, instant, local_day
from cockpit.connect.hl7.files import messages
from cockpit.connect.hl7.movements import Heard, Movement, Pseudonyms, hear
from tests.connectors.hl7_messages import CANARIES, adt

NOW = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
NAMES = Pseudonyms(bytes(32))
PRODUCTION = frozenset("P")
REAL = Path(__file__).parents[3] / "shared" / "data" / "hl7v2_adt" / "microsoft"


def heard(data: bytes) -> Heard:
    return hear(data, NAMES, NOW, PRODUCTION)


def moved(data: bytes) -> Movement:
    found = heard(data)
    assert found.movement, found.problem
    return found.movement


def paris(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp())


def test_the_example_of_the_french_profile_is_read_field_by_field() -> None:
    text = (
        r"MSH|^~\&|GAM|990001000|COCKPIT|990001000|20260115083012||ADT^A01^ADT_A01|000123|P|2.5^FRA^2.11"
        "\nEVN||20260115083012\n"
        "PID|1||DEMO000001^^^CH-ARGENCE&1.2.250.1.999.1&ISO^PI||DEMO^PATIENT||19480302|F\n"
        "PV1|1|I|2110^104^2^990001018|U|||||||||||||||DEMOV00123^^^CH-ARGENCE&1.2.250.1.999.2&ISO^VN\n"
        "PV2||||||||20260115|20260122\n"
        "ZBE|M000987^GAM^1.2.250.1.999.3^ISO|20260115082500||INSERT|N||^^^^^^UF^^^2110|^^^^^^UF^^^2110|HMS\n"
    )
    found = moved(text.encode())
    assert (found.kind, found.action) == ("enter", "INSERT")
    unit = NAMES.unit("2110")
    assert (found.unit, found.medical, found.patient_class) == (unit, unit, "I")
    assert found.start == paris("2026-01-15T08:25")
    assert found.recorded == paris("2026-01-15T08:30:12")
    assert found.departure == paris("2026-01-22")
    assert found.visit == NAMES.of(b"visit", "PV1", "DEMOV00123", "CH-ARGENCE")
    assert found.movement == NAMES.of(b"movement", "M000987", "GAM")


def test_the_national_example_without_point_of_care_takes_the_units_of_zbe() -> None:
    data = adt("A01", "20260115", movement="M1", unit="", medical="6268")
    assert (moved(data).unit, moved(data).medical) == (NAMES.unit("6268"), NAMES.unit("6268"))


EVENTS = {
    "A01": "enter INSERT", "A11": "enter CANCEL", "A02": "move INSERT", "A12": "move CANCEL",
    "A03": "leave INSERT", "A13": "leave CANCEL", "A04": "enter INSERT", "A05": "expect INSERT",
    "A38": "expect CANCEL", "A06": "move INSERT", "A07": "move INSERT", "A14": "expect INSERT",
    "A15": "note INSERT", "A16": "announce INSERT", "A25": "announce CANCEL", "A26": "note CANCEL",
    "A27": "expect CANCEL", "A21": "away INSERT", "A22": "back INSERT", "A52": "away CANCEL",
    "A53": "back CANCEL", "Z80": "move INSERT", "Z81": "move CANCEL", "Z84": "move INSERT",
    "Z85": "move CANCEL", "Z88": "move INSERT", "Z89": "move CANCEL", "Z82": "move INSERT",
    "Z83": "move CANCEL", "Z86": "move INSERT", "Z87": "move CANCEL", "Z99": "move UPDATE",
}  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_of_the_census_is_known(event: str) -> None:
    for movement in ("", "M1"):
        action = EVENTS[event].split()[1]
        origin = "A02" if event == "Z99" else ""  # an update says what it updates
        data = adt(event, "20260115", movement=movement, action=action, origin=origin)
        if event == "Z99" and not movement:
            continue
        assert f"{moved(data).kind} {moved(data).action}" == EVENTS[event]


@pytest.mark.parametrize("event", ["A28", "A31", "A40", "A47", "A44", "A54", "A55", "A60", "A24"])
def test_identity_messages_move_nobody_and_are_accepted(event: str) -> None:
    found = heard(adt(event, "20260115"))
    assert (found.movement, found.problem) == (None, None)
    assert b"MSA|AA|1\r" in acknowledgment(found.message, found.problem, NOW)


@pytest.mark.parametrize("event", ["A17", "A45", "A50"])
def test_an_event_that_would_move_the_census_unseen_is_refused(event: str) -> None:
    problem = heard(adt(event, "20260115")).problem
    assert problem
    assert (problem.answer, problem.code) == ("AR", 201)


def test_a_movement_update_takes_its_kind_from_the_first_event() -> None:
    data = adt("Z99", "20260115", movement="M1", action="UPDATE", origin="A03")
    assert (moved(data).kind, moved(data).action) == ("leave", "UPDATE")


def _zbe(text: str) -> bytes:
    return adt("Z99", "20260115", extra=(text,))


@pytest.mark.parametrize(
    ("zbe", "action"),
    [
        ("ZBE|M1|20260115||UPDATE|Y|A02", "UPDATE"),  # IHE: an old movement is updated
        ("ZBE|M1|20260115|UPDATE||N|A02", "UPDATE"),
        ("ZBE|M1|20260115|INSERT||Y|A02", "CANCEL"),  # the other reading: 5 is a cancel flag
        ("ZBE|M1|20260115|CANCEL|||A02", "CANCEL"),
        ("ZBE|M1|20260115|20260116|CANCEL|N|A02", "CANCEL"),
    ],
)
def test_both_readings_of_zbe_are_understood(zbe: str, action: str) -> None:
    assert (moved(_zbe(zbe)).action, moved(_zbe(zbe)).kind) == (action, "move")


@pytest.mark.parametrize(("nature", "moves"), [("HMS", True), ("H", True), ("L", True), ("", True), ("C", True),
                                               ("M", False), ("S", False), ("SM", False), ("D", False)])  # fmt: skip
def test_only_a_movement_of_bed_moves_the_bed(nature: str, moves: bool) -> None:
    assert moved(adt("Z80", "20260115", movement="M1", nature=nature)).moves_bed is moves


def test_older_versions_without_zbe_fall_back_to_visit_time_and_place() -> None:
    for version in ("2.3", "2.3.1", "2.4", "2.6", "2.8"):
        found = moved(adt("A02", "20260115101500", unit="4E", version=version))
        assert (found.movement, found.unit) == (b"", NAMES.unit("4E"))
        assert found.start == paris("2026-01-15T10:15")
    entered = adt("A01", "20260115101500", pv1={44: "20260114220000"})
    assert moved(entered).start == paris("2026-01-14T22:00")
    left = adt("A03", "20260115101500", pv1={45: "20260115093000"})
    assert moved(left).start == paris("2026-01-15T09:30")


def test_a_visit_without_number_is_known_by_the_account_of_its_stay() -> None:
    without = adt("A01", "20260115", visit="").replace(
        b"ARGENCE^^99001^FRA^H||0612345678", b"ARGENCE^^99001^FRA^H||0612345678|||||24000006^^^GAM"
    )
    assert moved(without).visit == NAMES.of(b"visit", "PID", "24000006", "GAM")


@pytest.mark.parametrize(
    ("data", "answer", "code", "field"),
    [
        (b"", "AR", 100, ""), (b"\x00\x01\x02", "AR", 100, ""), (b"<html>", "AR", 100, ""),
        (b"MSH", "AR", 100, ""), (b"MSH|", "AR", 100, ""), (b"MSH|^~^&|x", "AR", 100, ""),
        (b"MSHa^~\\&a", "AR", 100, ""),
        (adt("A01", "20260115").replace(b"ADT^A01", b"ORU^R01"), "AR", 200, "MSH-9"),
        (adt("A01", "20260115", mode="T"), "AR", 202, "MSH-11"),
        (adt("A01", "20260115", version="3.0"), "AR", 203, "MSH-12"),
        (adt("A01", "20260115", visit=""), "AE", 101, "PV1-19"),
        (adt("A01", "20260115", unit=""), "AE", 101, "PV1-3"),
        (adt("A02", "20260115", unit=""), "AE", 101, "PV1-3"),
        (adt("A01", "20260115", unit="CANARI ZOULOUFIN"), "AE", 102, "PV1-3"),
        (adt("A01", "20260115", unit="1480275116001"), "AE", 102, "PV1-3"),
        (adt("A01", "20260115", typed="hier"), "AE", 102, "EVN-2"),
        (adt("A01", "20260115", typed="20290115"), "AE", 102, "EVN-2"),
        (adt("A01", "20261332", typed="20260115", movement="M1"), "AE", 102, "ZBE-2"),
        (adt("A01", "20260115", charset="KOI8"), "AE", 102, "MSH-18"),
        (adt("A02", "20260115", movement="M1", action="DROP"), "AE", 102, "ZBE-4"),
        (adt("A01", "20260115", charset="UNICODE UTF-8", visit="é").replace("é".encode(), b"\xe9"), "AE", 102, "PV1-19"),
    ],
)  # fmt: skip
def test_what_cannot_be_placed_is_refused_with_its_place(
    data: bytes, answer: str, code: int, field: str
) -> None:
    found = heard(data)
    assert found.movement is None
    assert found.problem
    assert (found.problem.answer, found.problem.code, found.problem.field) == (answer, code, field)
    sent = acknowledgment(found.message, found.problem, NOW)
    assert f"\rMSA|{answer}|".encode() in sent
    assert f"{code}^^HL70357".encode() in sent


def test_an_outpatient_may_have_no_place() -> None:
    assert moved(adt("A04", "20260115", unit="", patient_class="O")).unit == ""


def test_separators_and_escapes_are_those_of_the_message() -> None:
    usual = adt("A01", "20260115", visit=r"A\S\B\T\C\F\D\X41\\.br\Z", movement="M1")
    other = usual.replace(b"\\", b"!").replace(b"^", b"@").replace(b"|", b"$").replace(b"&", b"%")
    for data in (usual, other):
        marks = (b"^", b"&", b"|") if data is usual else (b"@", b"%", b"$")
        plain = b"A" + marks[0] + b"B" + marks[1] + b"C" + marks[2] + b"DAZ"
        assert moved(data).visit == NAMES.of(b"visit", "PV1", plain.decode(), "")
        assert moved(data).unit == NAMES.unit("2110")
    assert b"MSA$AA$1\r" in acknowledgment(heard(other).message, None, NOW)


def test_charset_and_line_ends_do_not_change_the_visit() -> None:
    latin = adt("A01", "20260115", visit="É1")
    others = [
        adt("A01", "20260115", visit="É1", charset="UNICODE UTF-8"),
        adt("A01", "20260115", visit="É1", charset="8859/15"),
        adt("A01", "20260115", visit="É1", charset=""),
        latin.replace(b"\r", b"\n"),
        latin.replace(b"\r", b"\r\n"),
        b"\r\n" + latin,
    ]
    assert {moved(data).visit for data in others} == {moved(latin).visit}


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("20260115", "2026-01-14T23:00"), ("2026011508", "2026-01-15T07:00"),
        ("202607150800", "2026-07-15T06:00"), ("20260715080030.1234", "2026-07-15T06:00:30"),
        ("20260715080000+0000", "2026-07-15T08:00"), ("202607150800+0215", "2026-07-15T05:45"),
        ("202603290159", "2026-03-29T00:59"), ("202603290230", "2026-03-29T01:30"),
        ("202603290300", "2026-03-29T01:00"), ("202610250230", "2026-10-25T00:30"),
        ("202610250300", "2026-10-25T02:00"), ("20240229", "2024-02-28T23:00"),
    ],
)  # fmt: skip
def test_a_time_is_the_wall_clock_of_paris_unless_it_names_its_zone(text: str, utc: str) -> None:
    assert instant(text) == int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("text", ["", "2026", "202601", "20260230", "2026011524", "202601152360",
                                  "20260115235960", "2026-01-15", "20260115+9999", "٢٠٢٦٠١١٥"])  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert instant(text) is None


def test_days_of_23_and_25_hours_have_their_own_length() -> None:
    march, october = datetime(2026, 3, 29).toordinal(), datetime(2026, 10, 25).toordinal()
    assert at_hour(march, 24) - at_hour(march, 0) == 23 * 3600
    assert at_hour(october, 24) - at_hour(october, 0) == 25 * 3600
    assert local_day(at_hour(october, 24) - 1) == october
    assert local_day(at_hour(march, 0) - 1) == march - 1
    assert timedelta(seconds=at_hour(march, 8) - at_hour(march, 0)) == timedelta(hours=7)


def test_no_identity_reaches_a_movement_or_an_answer() -> None:
    for data in (adt("A01", "20260115", movement="M1"), adt("A01", "hier"), adt("A17", "20260115")):
        found = heard(data)
        answer = acknowledgment(found.message, found.problem, NOW).decode("iso8859-1")
        said = f"{found.movement} {found.problem} {answer}"
        assert not [canary for canary in CANARIES if canary in said]
        assert "V1" not in said


def test_the_answer_is_a_message_that_the_hl7_library_reads() -> None:
    found = heard(adt("A03", "20260115", visit="", control="é~42"))
    ack = hl7.parse(acknowledgment(found.message, found.problem, NOW).decode("iso8859-1"))
    assert str(ack.segment("MSA")[2]) == "é~42"
    assert ack.extract_field("MSH", field_num=3) == "COCKPIT"
    assert ack.extract_field("MSH", field_num=5) == "GAM"
    assert str(ack.segment("MSH")[9]) == "ACK^A03^ACK"
    assert str(ack.segment("ERR")[2]) == "PV1^1^19"


def test_pseudonyms_need_the_key() -> None:
    other = Pseudonyms(b"\x01" * 32)
    assert other.of(b"visit", "PV1", "V1", "") != NAMES.of(b"visit", "PV1", "V1", "")
    assert NAMES.of(b"visit", "V1") != NAMES.of(b"movement", "V1")
    assert NAMES.of(b"visit", "A", "B") != NAMES.of(b"visit", "AB", "")
    assert other.unit("2110") != NAMES.unit("2110") != NAMES.unit("2120")


BASE = adt("A01", "20260115082500", movement="M1", expected="20260122")


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(BASE) - 1), new=st.binary(max_size=6), cut=st.integers(0, 40))
def test_an_altered_message_is_read_or_refused_never_a_crash(
    place: int, new: bytes, cut: int
) -> None:
    found = heard(BASE[:place] + new + BASE[place + cut :])
    assert (found.movement is None) or (found.problem is None)
    assert acknowledgment(found.message, found.problem, NOW).startswith(b"MSH")


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    for given_bytes in (data, b"MSH" + data, b"MSH|^~\\&|" + data):
        found = heard(given_bytes)
        answer = acknowledgment(found.message, found.problem, NOW)
        assert b"\x0b" not in answer
        assert b"\x1c" not in answer


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/hl7v2_adt is not on this machine")
@pytest.mark.real
def test_139_real_messages_of_versions_2_3_to_2_8_are_all_answered() -> None:
    """Microsoft's samples: dated 2029, so `now` is then; test messages are taken too."""
    now = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
    kinds: dict[str, int] = {}
    count = 0
    for path in sorted(REAL.glob("*.hl7")):
        with path.open("rb") as stream:
            if stream.read(3) != b"\xef\xbb\xbf":
                stream.seek(0)
            for data in messages(path.name, stream):
                count += 1
                found = hear(data, NAMES, now, frozenset("PT"))
                assert acknowledgment(found.message, found.problem, now)
                said = f"{found.problem.answer} {found.problem.field}" if found.problem else ""
                kind = found.movement.kind if found.movement else said or "ignored"
                kinds[kind] = kinds.get(kind, 0) + 1
    print(kinds)
    assert count == 139
    assert kinds["AR MSH-9"] >= 80  # orders, results, vaccines: not ADT
    assert sum(kinds.values()) == 139
