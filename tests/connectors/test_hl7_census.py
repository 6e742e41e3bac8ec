"""From messages to figures: worked by hand, in any order, corrected late, forgotten in time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import LINE, Asked, Deadline, Delivery
from cockpit.connect.deliver import batches
from cockpit.connect.hl7 import key as hl7_key
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7.census import COLUMNS
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.movements import Pseudonyms, hear
from cockpit.connect.hl7.reading import census
from cockpit.connect.hl7.retention import forget_old
from cockpit.connect.hl7.spool import Spool
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable
from cockpit.settings import Home
from connectors.hl7 import CONNECTOR
from tests.connectors.hl7_messages import adt

KEY = bytes(32)
NAMES = Pseudonyms(KEY)
CONFIG = Hl7Config(path="drop/*", since=date(2026, 1, 1))
BEGIN = adt("A31", "20260101000000")  # the link is open since then
Figures = dict[tuple[str, str, str], str]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-01")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).prepare()
    key = hl7_key.folder(home) / "key"
    key.touch(0o600)
    key.write_bytes(KEY)
    home.structure.write_text(
        "unit;parent;level;label;discipline\n1;;service;Médecine;medecine\n2110;1;uf;A;\n2120;1;uf;B;\n"
        "2;;service;Chirurgie;chirurgie\n2210;2;uf;C;\n8000;1;uf;SAU;\n",
        "utf-8",
    )
    return home


def _now() -> int:
    from cockpit import clock

    return int(clock.now().timestamp())


def keep(spool: Spool, *messages: bytes) -> None:
    found = [hear(data, NAMES, _now(), frozenset("P")) for data in messages]
    assert [one.problem for one in found] == [None] * len(found)
    spool.add(found, _now())


def read(home: Home, spool: Spool, cursor: str = "", config: Hl7Config = CONFIG) -> list[Delivery]:
    found = list(census(Asked(home, "essai", COLUMNS, cursor=cursor), config, spool))
    assert not [one for one in found if isinstance(one, BadDelivery)]
    return found  # type: ignore[return-value]


def figures(deliveries: Iterable[Delivery]) -> Figures:
    return {
        (row["jour"][8:], row["uf"], column): row[column]
        for one in deliveries for part in one.parts for row in part.table.to_pylist()
        for column in COLUMNS[2:] if row[column] != ""
    }  # fmt: skip


def told(home: Home, *messages: bytes, config: Hl7Config = CONFIG, name: str = "essai") -> Figures:
    """Figures (day, unit, column) of some messages, in a spool of their own."""
    with hl7_spool.opened(home, name) as spool:
        keep(spool, BEGIN, *messages)
        return figures(read(home, spool, config=config))


def some(found: Figures, column: str, unit: str = "2110") -> dict[str, int]:
    """The days with a figure that is not 0."""
    return {
        day: int(v) for (day, u, c), v in found.items() if (u, c) == (unit, column) and v != "0"
    }


STAY = (
    adt("A01", "20260102093000", movement="M1", medical="2110"),
    adt("A02", "20260104080000", movement="M2", unit="2120", medical="2110"),
    adt("A03", "20260106113000", movement="M3", unit="2120"),
)
LATER = adt("A31", "20260108120000")


class TestOneStay:
    """2 January 09:30 in 2110, 4 January 08:00 to 2120, out on 6 January at 11:30; heard until
    8 January at noon.

    midnights   2110: 2, 3         2120: 4, 5
    mornings    2110: 3            2120: 4, 5, 6     (a move at 08:00 is seen at 08:00)
    over 24 h   2110: -            2120: 4, 5, 6     (on the 3rd he has been here 22 h 30)
    """

    def test_is_counted_where_it_lies(self, home: Home) -> None:
        found = told(home, *STAY, LATER)
        assert some(found, "presents_minuit") == {"02": 1, "03": 1}
        assert some(found, "presents_minuit", "2120") == {"04": 1, "05": 1}
        assert some(found, "presents_8h") == {"03": 1}
        assert some(found, "presents_8h", "2120") == {"04": 1, "05": 1, "06": 1}
        assert some(found, "presents_24h", "2120") == {"04": 1, "05": 1, "06": 1}
        assert some(found, "entrees") == {"02": 1}
        assert some(found, "entrees", "2120") == {}
        for column in ("sorties", "sorties_hors_deces", "sorties_avant_midi"):
            assert some(found, column, "2120") == {"06": 1}, column
        assert some(found, "sorties") == {}

    def test_days_that_nobody_has_spoken_of_have_no_figure(self, home: Home) -> None:
        found = told(home, *STAY, LATER)
        assert found["07", "2110", "presents_minuit"] == "0"
        assert found["08", "2110", "presents_8h"] == "0"
        assert ("08", "2110", "presents_minuit") not in found
        assert ("08", "2110", "sorties") not in found
        assert ("09", "2110", "presents_8h") not in found

    def test_the_first_day_is_the_one_after_the_first_message(self, home: Home) -> None:
        found = told(home, *STAY, LATER, config=Hl7Config(path="drop/*"))
        assert min(day for day, *_ in found) == "02"


def test_a_death_and_an_afternoon_are_told_apart(home: Home) -> None:
    found = told(
        home, *STAY[:2],
        adt("A03", "20260106113000", movement="M3", extra=("ZFM||9",)),
        adt("A01", "20260102", visit="V2", movement="M4"),
        adt("A03", "20260106120000", visit="V2", movement="M5"), LATER,
    )  # fmt: skip
    assert some(found, "sorties", "2120") == {"06": 1}
    assert some(found, "sorties_hors_deces", "2120") == {}
    assert some(found, "sorties_hors_deces") == {"06": 1}
    assert some(found, "sorties_avant_midi") == {}


def test_an_update_replaces_and_keeps_what_it_does_not_say(home: Home) -> None:
    moved = adt("Z99", "20260103080000", typed="20260105120000", movement="M2", action="UPDATE",
                origin="A02", unit="", nature="C")  # fmt: skip
    moved = moved.replace(b"^^^^^^UF^^^", b"")
    found = told(home, *STAY, moved, LATER)
    assert some(found, "presents_minuit") == {"02": 1}
    assert some(found, "presents_minuit", "2120") == {"03": 1, "04": 1, "05": 1}


def test_cancelled_exits_and_entries_are_undone(home: Home) -> None:
    undone = adt("A13", "20260106113000", typed="20260106140000", movement="M3", action="CANCEL")
    found = told(home, *STAY, undone, LATER)
    assert some(found, "presents_minuit", "2120") == {"04": 1, "05": 1, "06": 1, "07": 1}
    assert some(found, "sorties", "2120") == {}
    cancelled = [
        adt("A11", "20260102093000", typed="20260107", movement="M1", action="CANCEL"),
        adt("A12", "20260104080000", typed="20260107", movement="M2", action="CANCEL"),
        adt("A13", "20260106113000", typed="20260107", movement="M3", action="CANCEL"),
    ]
    assert not set(told(home, *STAY, *cancelled, LATER, name="rien").values()) - {"0"}


def test_a_cancellation_of_the_same_second_wins(home: Home) -> None:
    entry = adt("A01", "20260102", movement="M1")
    undone = adt("A11", "20260102", movement="M1", action="CANCEL")
    found = told(home, undone, entry, LATER)
    assert not set(found.values()) - {"0"}


def test_senders_without_zbe_are_undone_in_the_order_they_typed(home: Home) -> None:
    found = told(
        home,
        adt("A01", "20260102093000"), adt("A02", "20260103", unit="2120"),
        adt("A12", "20260104100000"), adt("A03", "20260105"), adt("A13", "20260105", typed="20260106"),
        adt("A03", "20260107"), LATER,
    )  # fmt: skip
    assert some(found, "presents_minuit") == {"02": 1, "03": 1, "04": 1, "05": 1, "06": 1}
    assert some(found, "presents_minuit", "2120") == {}
    assert some(found, "sorties") == {"07": 1}


def test_day_care_counts_from_its_conversion(home: Home) -> None:
    found = told(
        home,
        adt("A01", "20260102080000", movement="M1", patient_class="O"),
        adt("A06", "20260102180000", movement="M2"),
        adt("A07", "20260104100000", movement="M3", patient_class="O"), LATER,
    )  # fmt: skip
    assert some(found, "presents_minuit") == {"02": 1, "03": 1}
    assert some(found, "entrees") == {"02": 1}
    assert some(found, "sorties") == {}


def test_a_leave_of_absence_is_counted_as_the_hospital_says(home: Home) -> None:
    stay = (
        adt("A01", "20260102", movement="M1"), adt("A21", "20260103100000", movement="M2"),
        adt("A22", "20260105200000", movement="M3"), LATER,
    )  # fmt: skip
    kept = some(told(home, *stay), "presents_minuit")
    empty = some(told(home, *stay, config=CONFIG.model_copy(update={"leave_counts": False}), name="b"),
                 "presents_minuit")  # fmt: skip
    assert set(kept) - set(empty) == {"03", "04"}
    never_left = adt("A52", "20260103100000", typed="20260106", movement="M2", action="CANCEL")
    config = CONFIG.model_copy(update={"leave_counts": False})
    assert some(told(home, *stay, never_left, config=config, name="c"), "presents_minuit") == kept


def test_outliers_are_told_by_the_disciplines_of_the_structure(home: Home) -> None:
    """V1 of medicine lies in surgery (2210); V2 of surgery too: one of two. V3 has no known unit:
    nobody can tell for 2120, whose cell stays empty."""
    found = told(
        home,
        adt("A01", "20260102", visit="V1", movement="M1", unit="2210", medical="2110"),
        adt("A01", "20260102", visit="V2", movement="M2", unit="2210", medical="2210"),
        adt("A01", "20260102", visit="V3", movement="M3", unit="2120", medical="9999"), LATER,
    )  # fmt: skip
    assert found["03", "2210", "presents_minuit"] == "2"
    assert found["03", "2210", "heberges"] == "1"
    assert ("03", "2120", "heberges") not in found


def test_a_responsibility_changes_without_moving_the_bed(home: Home) -> None:
    change = adt("Z80", "20260103", movement="M2", unit="2210", medical="2210", nature="M")
    found = told(home, adt("A01", "20260102", movement="M1"), change, LATER)
    assert some(found, "presents_minuit") == {"02": 1, "03": 1, "04": 1, "05": 1, "06": 1, "07": 1}
    assert some(found, "heberges") == {"03": 1, "04": 1, "05": 1, "06": 1, "07": 1}


def test_an_expected_exit_is_filled_from_the_morning_after_it_is_typed(home: Home) -> None:
    said = adt("A16", "20260112", typed="20260104090000", movement="M2", expected="20260112")
    found = told(home, adt("A01", "20260102", movement="M1"), said, LATER)
    assert some(found, "presents_24h") == dict.fromkeys(("03", "04", "05", "06", "07", "08"), 1)
    assert some(found, "dps_renseignees") == dict.fromkeys(("05", "06", "07", "08"), 1)
    assert some(found, "sorties_prevues_7j") == dict.fromkeys(("05", "06", "07", "08"), 1)


def test_expected_arrivals_are_those_of_the_next_seven_days_not_yet_come(home: Home) -> None:
    found = told(
        home, adt("A05", "20260101", movement="M1", expected="20260110"),
        adt("A05", "20260101", visit="V2", movement="M2", expected="20260106"),
        adt("A38", "20260101", visit="V2", typed="20260102", movement="M2", action="CANCEL"),
        adt("A01", "20260106", movement="M3"), LATER,
    )  # fmt: skip
    assert some(found, "entrees_prevues_7j") == {"03": 1, "04": 1, "05": 1}


def test_emergencies_are_counted_apart_from_beds(home: Home) -> None:
    found = told(
        home, adt("A04", "20260102140000", movement="M1", unit="8000", patient_class="E"),
        adt("A01", "20260102200000", movement="M2"), LATER,
    )  # fmt: skip
    assert some(found, "urgences_passages", "8000") == {"02": 1}
    assert some(found, "urgences_presents_15h", "8000") == {"02": 1}
    assert ("02", "8000", "presents_minuit") not in found
    assert some(found, "presents_minuit")["02"] == 1
    assert some(found, "entrees") == {"02": 1}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2025-10-26", 25)])
def test_a_change_of_hour_counts_each_day_once(
    home: Home, monkeypatch: pytest.MonkeyPatch, day: str, hours: int
) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-05-01")
    first = date.fromisoformat(day)
    text = f"{first:%Y%m%d}"
    config = CONFIG.model_copy(update={"since": first})
    stay = (
        adt("A01", text + "013000", movement="M1"),
        adt("A03", text + "235900", movement="M2"),
        adt("A01", text + "070000", visit="V2", movement="M3"),
        adt("A31", f"{date.fromordinal(first.toordinal() + 2):%Y%m%d}1200"),
    )
    with hl7_spool.opened(home, f"h{hours}") as spool:
        keep(spool, adt("A31", text + "000000"), *stay)
        found = figures(read(home, spool, config=config))
    assert found[day[8:], "2110", "presents_8h"] == "2"
    assert found[day[8:], "2110", "presents_minuit"] == "1"
    assert found[day[8:], "2110", "sorties"] == "1"


EVENTS = st.sampled_from(
    ["A01", "A02", "A03", "A04", "A06", "A07", "A21", "A22", "A05", "A16", "Z80", "A08"]
)
DAYS = st.integers(1, 8)


@st.composite
def _message(draw: st.DrawFn) -> bytes:
    number = draw(st.integers(0, 5))
    has_zbe = draw(st.booleans())
    action = draw(st.sampled_from(["INSERT", "UPDATE", "CANCEL"])) if has_zbe else ""
    return adt(
        draw(EVENTS), f"202601{draw(DAYS):02}{draw(st.integers(0, 23)):02}0000",
        typed=f"202601{draw(DAYS):02}{draw(st.sampled_from(['00', '12']))}0000",
        visit=f"V{number % 2}", unit=draw(st.sampled_from(["2110", "2120"])),
        movement=f"M{number}" if has_zbe else "", action=action,
        nature=draw(st.sampled_from(["HMS", "M", ""])),
        patient_class=draw(st.sampled_from(["I", "E", "O"])),
        expected=draw(st.sampled_from(["", "20260107"])),
    )  # fmt: skip


def _fresh(home: Home) -> Iterator[str]:
    for path in home.root.glob("hl7/t.db*"):
        path.unlink()
    yield "t"


@settings(max_examples=60, deadline=None)
@given(messages=st.lists(_message(), max_size=10), data=st.data())
def test_any_order_and_any_repetition_give_the_same_census(
    tmp_path_factory: pytest.TempPathFactory, messages: list[bytes], data: st.DataObject
) -> None:
    os.environ["COCKPIT_TODAY"] = "2026-03-01"
    home = Home(tmp_path_factory.getbasetemp() / "ordre").prepare()
    other = data.draw(st.permutations([*messages, *messages[:3]]))
    answers = []
    for order in (messages, other):
        (name,) = _fresh(home)
        answers.append(told(home, *order, LATER, name=name))
    assert answers[0] == answers[1]


@settings(max_examples=50, deadline=None)
@given(messages=st.lists(_message(), max_size=6), more=_message(), data=st.data())
def test_an_insertion_then_its_cancellation_is_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    messages: list[bytes],
    more: bytes,
    data: st.DataObject,
) -> None:
    os.environ["COCKPIT_TODAY"] = "2026-03-01"
    home = Home(tmp_path_factory.getbasetemp() / "rien").prepare()
    event = data.draw(EVENTS.filter(lambda one: one != "A08"))
    at = f"202601{data.draw(DAYS):02}100000"
    pair = [
        adt(event, at, movement="M99", visit="V1"),
        adt("Z99", at, typed="20260109", movement="M99", visit="V1", action="CANCEL", origin=event),
    ]
    last = adt("A31", "20260110")
    (name,) = _fresh(home)
    before = told(home, *messages, last, name=name)
    (name,) = _fresh(home)
    after = told(home, *data.draw(st.permutations([*messages, *pair])), last, name=name)
    assert {k: v for k, v in after.items() if v != "0"} == {
        k: v for k, v in before.items() if v != "0"
    }


class TestReadingAgain:
    """The stay above is delivered; then something arrives."""

    def _first(self, home: Home, spool: Spool) -> str:
        keep(spool, BEGIN, *STAY, adt("A31", "20260120120000"))
        (delivery,) = read(home, spool)
        assert {row["jour"] for part in delivery.parts for row in part.table.to_pylist()} == {
            f"2026-01-{day:02}" for day in range(1, 21)
        }
        return str(delivery.cursor)

    def _days(self, deliveries: list[Delivery]) -> set[str]:
        return {day for day, *_ in figures(deliveries)}

    def test_nothing_new_is_no_delivery(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            cursor = self._first(home, spool)
            assert read(home, spool, cursor) == []
            keep(spool, *STAY)  # sent again: the same records
            assert read(home, spool, cursor) == []

    def test_a_message_of_today_gives_the_window(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            cursor = self._first(home, spool)
            keep(spool, adt("A01", "20260120130000", visit="V9", movement="M9"))
            assert self._days(read(home, spool, cursor)) == {"17", "18", "19", "20"}
            wide = CONFIG.model_copy(update={"window_hours": 120})
            assert self._days(read(home, spool, cursor, wide)) == {f"{d}" for d in range(15, 21)}

    def test_a_late_exit_moves_only_its_own_days(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            cursor = self._first(home, spool)
            keep(spool, adt("Z99", "20260104113000", typed="20260120120000", movement="M3",
                            action="UPDATE", origin="A03", unit="2120"))  # fmt: skip
            again = read(home, spool, cursor)
            assert self._days(again) == {"04", "05", "06", "17", "18", "19", "20"}
            assert some(figures(again), "presents_minuit", "2120") == {}
            assert some(figures(again), "sorties", "2120") == {"04": 1}

    def test_late_and_cancelled_far_in_the_past_equals_a_fresh_count(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            cursor = self._first(home, spool)
            keep(
                spool,
                adt("A11", "20260102093000", typed="20260120", movement="M1", action="CANCEL"),
            )
            again = figures(read(home, spool, cursor))
            fresh = figures(read(home, spool))
            assert {k: fresh[k] for k in again} == again
            # he now comes on the 4th: his first 24 hours end on the 5th
            assert {day for day, *_ in again} == {"02", "03", "04", "05", "17", "18", "19", "20"}

    def test_an_hour_that_passes_gives_its_figure(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            cursor = self._first(home, spool)
            keep(spool, adt("A31", "20260120140000"))
            assert read(home, spool, cursor) == []
            keep(spool, adt("A31", "20260121081000"))
            assert ("21", "2110", "presents_8h") in figures(read(home, spool, cursor))

    def test_a_cursor_of_another_spool_starts_over(self, home: Home) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            self._first(home, spool)
            assert len(self._days(read(home, spool, "ffffffff.9999.0.20260120T08"))) == 20


class TestForgetting:
    """Read on 1 March; the retention is 30 days, counted from the last news of a visit."""

    def _forget(
        self, home: Home, spool: Spool, today: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COCKPIT_TODAY", today)
        forget_old(spool, CONFIG, spool.facts().last, Deadline())

    def test_a_gone_patient_is_erased_and_one_in_bed_is_kept(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = adt("A01", "20260102", visit="V2", movement="M7")
        with hl7_spool.opened(home, "essai") as spool:
            keep(spool, BEGIN, *STAY, here, LATER)
            self._forget(home, spool, "2026-03-30", monkeypatch)
            assert len(list(spool.visits())) == 2
            self._forget(home, spool, "2026-04-02", monkeypatch)
            assert [len(one) for one in spool.visits()] == [1]
            self._forget(home, spool, "2027-06-02", monkeypatch)
            assert list(spool.visits()) == []

    def test_erased_days_are_never_counted_again(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            keep(spool, BEGIN, *STAY, LATER)
            self._forget(home, spool, "2026-04-02", monkeypatch)
            keep(spool, adt("A01", "20260103", typed="20260401", visit="V2", movement="M8"))
            assert min(jour for one in read(home, spool) for p in one.parts
                       for jour in p.table["jour"].to_pylist()) == "2026-01-07"  # fmt: skip

    def test_what_was_not_delivered_is_kept(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            keep(spool, BEGIN, *STAY, LATER)
            monkeypatch.setenv("COCKPIT_TODAY", "2026-04-02")
            forget_old(spool, CONFIG, 0, Deadline())
            assert len(list(spool.visits())) == 1

    def test_nothing_erased_is_left_on_the_disk(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with hl7_spool.opened(home, "essai") as spool:
            keep(spool, BEGIN, *STAY, LATER)
            (records,) = spool.visits()
            mark = records[0].movement.visit
            stored = b"".join(p.read_bytes() for p in sorted(home.root.glob("hl7/essai.db*")))
            assert mark in stored
            self._forget(home, spool, "2026-04-02", monkeypatch)
            stored = b"".join(p.read_bytes() for p in sorted(home.root.glob("hl7/essai.db*")))
            assert mark not in stored


def _source(home: Home) -> Path:
    path = home.sources / "gam.toml"
    path.write_text(
        'connector = "hl7"\nschedule = "*/15 * * * *"\nstale_after = "36h"\n'
        'path = "drop/*.hl7"\nsince = 2026-01-01\n',
        "utf-8",
    )
    return path


def test_a_source_without_mapping_becomes_a_batch_that_replaces_its_days(home: Home) -> None:
    (home.drop / "a.hl7").write_bytes(b"".join([BEGIN, *STAY, LATER, adt("A17", "20260107")]))
    config, units = load_source(_source(home)), load_structure(home.structure)
    (batch,) = batches(home, config, frozenset(), units)
    assert isinstance(batch, Batch)
    assert batch.replace == "day"
    assert batch.lines == batch.accepted_lines + batch.refused_lines
    assert [tuple(row.values()) for row in batch.quarantine.to_pylist()] == [
        (
            "drop/a.hl7",
            17,
            "MSH-9",
            "événement qui déplace des venues sans dire lesquelles (message 6)",
        )
    ]
    found = {(r["measure"], r["unit"], r["day"].day): r["value"] for r in batch.rows.to_pylist()}
    assert found["patients_midnight", "2120", 5] == 1
    assert found["bed_exits", "2120", 6] == 1
    assert found["patients_0800", "2110", 8] == 0
    assert list(batches(home, config, frozenset({batch.source_hash}), units, batch.cursor)) == []
    (home.drop / "b.hl7").write_bytes(adt("A01", "20260108", visit="V2", movement="M9"))
    (second,) = batches(home, config, frozenset({batch.source_hash}), units, batch.cursor)
    assert isinstance(second, Batch)
    assert {row["day"].day for row in second.rows.to_pylist()} == {5, 6, 7, 8}


def test_nothing_said_is_a_source_that_did_not_answer(home: Home) -> None:
    for config in (Hl7Config(path="drop/*"), Hl7Config(listen="127.0.0.1:2575")):
        with pytest.raises(SourceUnavailable):
            list(CONNECTOR.read(Asked(home, "essai"), config))


def test_an_unknown_column_refuses_the_delivery(home: Home) -> None:
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *STAY, LATER)
        (refusal,) = census(Asked(home, "essai", ("jour", "lits")), CONFIG, spool)
    assert isinstance(refusal, BadDelivery)
    assert refusal.facts["field"] == "lits"


def test_every_cell_is_text_and_lines_are_numbered(home: Home) -> None:
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *STAY, LATER)
        (delivery,) = read(home, spool)
    (part,) = delivery.parts
    assert part.table.column_names == [*COLUMNS, LINE]
    assert {str(part.table.schema.field(name).type) for name in COLUMNS} == {"string"}
    assert part.table[LINE].to_pylist() == list(range(1, part.table.num_rows + 1))


def test_a_late_reading_gives_up_at_its_deadline(home: Home) -> None:
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *STAY, LATER)
        asked = Asked(home, "essai", ("jour",), deadline=Deadline.after(-1))
        with pytest.raises(SourceUnavailable):
            list(census(asked, CONFIG, spool))


def test_the_key_is_made_once_closed_to_others_and_never_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path / "other").prepare()
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *STAY)
    key = home.root / "hl7" / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert {p.stat().st_mode & 0o077 for p in home.root.glob("hl7/*")} == {0}
    assert (home.root / "hl7").stat().st_mode & 0o077 == 0
    key.write_bytes(b"x" * 32)
    with pytest.raises(SourceRefused, match="clé"), hl7_spool.opened(home, "essai"):
        pass


TYPED = "Zouloufin"  # a name, typed where a unit should be


def _texts(home: Home) -> bytes:
    """Every byte that the spool wrote, its log included."""
    return b"".join(path.read_bytes() for path in sorted(home.root.glob("hl7/essai.db*")))


def test_a_name_typed_as_a_unit_is_one_unknown_unit_and_never_written(home: Home) -> None:
    """V1 lies in 2110. A name is typed for V2 in PV1-3 and, for V3, in ZBE-7 alone."""
    typed = (
        adt("A01", "20260102093000", movement="M1"),
        adt("A01", "20260103093000", movement="M2", visit="V2", unit=TYPED),
        adt("A01", "20260104093000", movement="M3", visit="V3", unit="", medical=TYPED.upper()),
    )
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *typed, LATER)
        found = figures(read(home, spool))
        assert TYPED.lower().encode() not in _texts(home).lower()
        assert b"2110" not in _texts(home)
    assert some(found, "presents_minuit") == dict.fromkeys(("02", "03", "04", "05", "06", "07"), 1)
    assert some(found, "presents_minuit", "?") == {"03": 1, "04": 2, "05": 2, "06": 2, "07": 2}
    assert {unit for _, unit, _ in found} == {"2110", "?"}
    assert ("02", "?", "presents_minuit") not in found  # nobody was in an unknown unit yet


def test_a_unit_written_down_later_gets_its_patients_back(home: Home) -> None:
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, adt("A01", "20260102093000", movement="M1", unit="4E"), LATER)
        assert some(figures(read(home, spool)), "presents_8h", "?") != {}
        own = CONFIG.model_copy(update={"units": {"4E": "2120"}})
        with_own = figures(read(home, spool, config=own))
        with home.structure.open("a", encoding="utf-8") as structure:
            structure.write("4E;1;uf;D;\n")
        with_structure = figures(read(home, spool))
    for found, unit in ((with_own, "2120"), (with_structure, "4E")):
        assert some(found, "presents_8h", "?") == {}
        assert len(some(found, "presents_8h", unit)) == 6


def test_a_damaged_spool_is_said_so(home: Home) -> None:
    with hl7_spool.opened(home, "essai") as spool:
        keep(spool, BEGIN, *STAY)
    hl7_spool.path_of(home, "essai").write_bytes(b"SQLite format 3\x00" + bytes(5000))
    with pytest.raises(SourceRefused, match="abîmé"), hl7_spool.opened(home, "essai"):
        pass
