"""Edits of `astreinte.csv` by the page: what they say holds, and nothing else moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import state
from cockpit.administer import roster as editor
from cockpit.errors import BadNotify, BadRequest
from cockpit.notify import roster
from cockpit.notify.roster import Shift
from cockpit.settings import Home

KNOWN = ("ana", "bob", "cyr")
WHO = "Mme Roy (director_ght)"
TEXT = """# Tableau de la direction, revu le lundi
from;to;person;deputy
2026-11-16;2026-11-22;ana;bob

hier;demain;personne
2026-11-23;2026-11-29;bob;cyr   # pas un commentaire : un adjoint inconnu
"=cmd|'/C calc'!A0;2026-11-30;"ana
"""


def at(day: int, hour: int = 0) -> datetime:
    """An hour of November 2026 in Paris as it is stored."""
    return datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(
        days=day - 1, hours=hour - 1
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / roster.FILE).write_text(TEXT, "utf-8")
    return Home(tmp_path)


def text(home: Home) -> str:
    return (home.root / roster.FILE).read_bytes().decode()


def code(home: Home, line: int) -> str:
    return editor.read(home).code(line)


def holder(found: roster.Roster, instant: datetime) -> str:
    shift = found.at(instant)
    return shift.person if shift else ""


def test_a_shift_is_one_more_line_and_every_other_character_stays(home: Home) -> None:
    editor.add(home, Shift(at(30), at(37), "cyr", "ana"), KNOWN, WHO)
    assert text(home) == TEXT + "2026-11-30;2026-12-06;cyr;ana\n"


def test_an_hour_is_written_as_an_hour_and_a_night_as_two(home: Home) -> None:
    editor.add(home, Shift(at(30, 18), at(31, 8), "cyr"), KNOWN, WHO)
    assert text(home).splitlines()[-1] == "2026-11-30T18:00;2026-12-01T08:00;cyr;"


def test_a_replacement_over_two_shifts_holds_in_both(home: Home) -> None:
    """ana until the 22nd, then bob: cyr stands in for ana from the 20th; bob's days stay his."""
    editor.stand_in(home, code(home, 3), Shift(at(20), at(26), "cyr"), KNOWN, WHO)
    assert text(home) == TEXT + "2026-11-20;2026-11-22;cyr;\n"
    found = editor.read(home).roster
    assert [holder(found, at(day, 12)) for day in (19, 20, 22, 23)] == ["ana", "cyr", "cyr", "bob"]


def test_a_whole_shift_can_be_stood_in_for(home: Home) -> None:
    editor.stand_in(home, code(home, 3), Shift(at(16), at(23), "cyr"), KNOWN, WHO)
    assert {holder(editor.read(home).roster, at(day)) for day in range(16, 23)} == {"cyr"}


def test_nobody_stands_in_where_the_other_is_not_on_duty(home: Home) -> None:
    with pytest.raises(BadRequest):
        editor.stand_in(home, code(home, 3), Shift(at(24), at(25), "cyr"), KNOWN, WHO)
    assert text(home) == TEXT


def test_a_line_is_taken_out_even_when_the_file_moved_meanwhile(home: Home) -> None:
    name = code(home, 3)
    (home.root / roster.FILE).write_text("# un mot de plus\n" + TEXT, "utf-8")
    editor.remove(home, name, WHO)
    assert text(home) == "# un mot de plus\n" + TEXT.replace("2026-11-16;2026-11-22;ana;bob\n", "")


def test_a_line_that_is_gone_is_said_and_nothing_else_is_taken_out(home: Home) -> None:
    name = code(home, 3)
    editor.remove(home, name, WHO)
    left = text(home)
    with pytest.raises(BadRequest, match="encore dans le tableau"):
        editor.remove(home, name, WHO)
    assert text(home) == left


def test_a_line_that_cannot_be_read_is_kept_until_somebody_takes_it_out(home: Home) -> None:
    editor.remove(home, code(home, 7), WHO)
    assert "=cmd" not in text(home)
    assert "hier;demain;personne" in text(home)


@pytest.mark.parametrize(
    ("shift", "field"),
    [
        (Shift(at(25), at(24), "ana"), "Fin"),
        (Shift(at(24), at(25), "ana\r\n2026-01-01;2027-01-01;bob"), "Personne"),
        (Shift(at(24), at(25), "=cmd|'/C calc'!A0"), "Personne"),
        (Shift(at(24), at(25), "ana", "ana"), "Adjoint"),
        (Shift(at(24), at(25), "ana", "<b>x</b>"), "Adjoint"),
    ],
)
def test_a_shift_that_reaches_nobody_is_refused(home: Home, shift: Shift, field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        editor.add(home, shift, KNOWN, WHO)
    assert refused.value.facts["field"] == field
    assert text(home) == TEXT


def test_the_first_shift_of_an_installation_makes_the_file(tmp_path: Path) -> None:
    editor.add(Home(tmp_path), Shift(at(23), at(24), "ana"), KNOWN, WHO)
    assert text(Home(tmp_path)) == "from;to;person;deputy\n2026-11-23;2026-11-23;ana;\n"


def test_columns_of_others_and_their_order_are_kept(tmp_path: Path) -> None:
    before = "person;service;to;from\r\nana;SAU;22/11/2026;20/11/2026\r\n"
    after = editor.added(before, [Shift(at(24), at(25), "bob", "cyr")])
    assert after.replace("from\r\n", "from;deputy\r\n", 1) == after.replace(";deputy", ";deputy", 1)
    assert after.splitlines()[1:] == [
        "ana;SAU;22/11/2026;20/11/2026",
        "bob;;2026-11-24;2026-11-24;cyr",
    ]


def test_cells_without_a_name_never_become_deputies() -> None:
    before = "from;to;person\n2026-11-20;2026-11-22;ana;bob\n"
    with pytest.raises(BadNotify, match="from;to;person;deputy"):
        editor.added(before, [Shift(at(24), at(25), "bob", "cyr")])


def test_an_edit_is_in_the_audit(home: Home) -> None:
    editor.remove(home, code(home, 3), WHO)
    (line,) = state.audit_lines(state.engine(home))
    assert (line.who, line.what, line.subject) == (WHO, "notify", "astreinte.csv")


class TestBringIn:
    """A file replaces another, which stays beside it."""

    def bring(self, home: Home, new: str, **more: bool) -> str:
        version = editor.read(home).version
        return editor.bring_in(home, new, WHO, version=version, **more)

    def test_the_old_file_is_kept_whole(self, home: Home) -> None:
        kept = self.bring(home, "from;to;person\r\n2026-12-01;2026-12-02;ana\r\n")
        assert (home.root / kept).read_text("utf-8") == TEXT
        assert text(home) == "from;to;person\n2026-12-01;2026-12-02;ana\n"

    def test_a_wrong_line_refuses_the_file_unless_it_is_wanted_so(self, home: Home) -> None:
        new = "from;to;person\n2026-12-01;2026-12-02;ana\nhier;demain;bob\n"
        with pytest.raises(BadNotify, match="ligne 3"):
            self.bring(home, new)
        assert text(home) == TEXT
        self.bring(home, new, keep_faults=True)
        assert text(home) == new

    @pytest.mark.parametrize("new", ["", "qui;quand\na;b\n", "from;to;person\nx;y;z\n"])
    def test_a_file_that_says_nothing_never_replaces_one_that_does(
        self, home: Home, new: str
    ) -> None:
        with pytest.raises(BadNotify):
            self.bring(home, new, keep_faults=True)
        assert text(home) == TEXT

    def test_what_changed_since_the_preview_is_not_replaced(self, home: Home) -> None:
        version = editor.read(home).version
        editor.add(home, Shift(at(30), at(31), "cyr"), KNOWN, WHO)
        with pytest.raises(BadRequest):
            editor.bring_in(
                home, "from;to;person\n2026-12-01;2026-12-02;ana\n", WHO, version=version
            )

    def test_what_a_spreadsheet_saves_is_read(self) -> None:
        sheet = "from;to;person;rôle\r\n01/12/2026 8:00;02/12/2026;ana;é\r\n".encode("cp1252")
        (shift,) = roster.read(editor.decoded(sheet)).shifts
        assert (shift.first, shift.last) == (at(31, 8), at(33))

    def test_a_file_too_large_is_refused(self) -> None:
        with pytest.raises(BadNotify):
            editor.decoded(b"x" * (editor.LARGEST + 1))


LINES = st.sampled_from(
    [
        "# un mot", "", ";;;", "2026-11-16;2026-11-22;ana;bob", "2026-11-18;2026-11-19;bob;",
        "2026-11-21T18:00;2026-11-24T08:00;cyr;ana", "16/11/2026;17/11/2026;ana;",
        "2026-10-25T02:30;2026-10-25T03:30;ana;", "hier;demain;ana;", '"2026-11-16;x', "=cmd;;;",
        "2026-11-20;2026-11-26;<b>x</b>;", "\u2028;\x0b;\x00", "2026-11-22;2026-11-20;ana;",
    ]
)  # fmt: skip
FILES = st.builds(
    lambda bom, top, rows, end: bom + end.join([*top, *rows]),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from([["from;to;person;deputy"], ["# dit", "from;to;person;deputy"], []]),
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
).filter(lambda one: not roster.read(one).errors or roster.header(roster.lines(one)) is not None)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "stand_in", "remove"]),
        st.integers(14, 27),
        st.integers(1, 100),
        st.sampled_from(KNOWN),
        st.integers(0, 20),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(FILES, EDITS)
def test_any_edits_leave_a_readable_file_whose_other_lines_are_unchanged(
    before: str, edits: list[tuple[str, int, int, str, int]]
) -> None:
    for what, day, hours, person, pick in edits:
        was = roster.read(before)
        asked = Shift(at(day), at(day, hours), person)
        if what == "add":
            after, gone = editor.added(before, [asked]), 0
        elif not was.shifts:
            continue
        elif what == "remove":
            gone = was.shifts[pick % len(was.shifts)].line
            after = editor.without(before, gone)
        else:
            held, gone = was.shifts[pick % len(was.shifts)], 0
            try:
                new = editor.standing_in(was, held, asked)
            except BadRequest:
                continue
            after = editor.added(before, new)
            _check_holders(was, roster.read(after), held, asked)
        _check_lines(before, after, gone)
        before = after


def _check_lines(before: str, after: str, gone: int) -> None:
    old, new = roster.lines(before), roster.lines(after)
    kept = [one for number, one in enumerate(old, 1) if number != gone and one]
    assert [one for one in new if one][: len(kept)] == kept
    was, now = roster.read(before), roster.read(after)
    if gone:
        assert len(now.shifts) == len(was.shifts) - 1
    assert len(now.errors) == len(was.errors), "nothing that was read is not any more"


def _check_holders(was: roster.Roster, now: roster.Roster, held: Shift, asked: Shift) -> None:
    for step in range(14 * 24, 33 * 24, 3):
        instant = at(1, step)
        expected = holder(was, instant)
        if expected == held.person and asked.first <= instant < asked.last:
            expected = asked.person
        assert holder(now, instant) == expected
