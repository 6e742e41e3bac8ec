"""The course of a rule, by hand-worked tables and by properties.

A period is written 0 (quiet), 1 (amber), 2 (red), a (below amber's level, above its reset), r (the
same for red: amber is reached), . (nothing measured). A course is written - (ok), ? (pending),
A or R (firing), b or d (recovering from amber, from red).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.alerts.course import Course, Reach, courses

REACH = {
    "0": Reach(0, 0),
    "1": Reach(1, 1),
    "2": Reach(2, 2),
    "a": Reach(0, 1),
    "r": Reach(1, 2),
    ".": None,
}
FIRING = {"amber": "A", "red": "R"}
BACK = {"amber": "b", "red": "d"}


def written(found: Course) -> str:
    if found.phase == "ok":
        return "-"
    if found.phase == "pending":
        return "?"
    return (FIRING if found.phase == "firing" else BACK)[found.severity or ""]


def drawn(periods: str, wait: int = 1, hold: int = 1) -> str:
    found = courses([REACH[one] for one in periods], wait=wait, hold=hold)
    return "".join(written(one) for one in found)


@pytest.mark.parametrize(
    ("wait", "hold", "periods", "course"),
    [
        (1, 1, "0110", "-AA-"),  # speaks at once, silent at once
        (2, 1, "01011", "-?-?A"),  # one period is not two
        (2, 2, "0110010", "-?Ab-?-"),  # two to open, two to close: then it starts again
        (2, 2, "11010", "?AbAb"),  # a lone good day does not end it
        (1, 1, "1a0", "AA-"),  # kept by the reset level, over below it
        (1, 1, "2r1", "RRA"),  # red is kept above its reset, then only amber remains
        (2, 1, "2121", "?AAA"),  # two reds in a row never come: amber
        (2, 1, "1122", "?AAR"),  # red speaks once it has lasted by itself
        (1, 2, "2001", "Rd-A"),
        (1, 3, "2100", "Rdd-"),
        (2, 1, "1.11", "?-?A"),  # what is unknown ends a run that has not spoken
        (1, 1, "1.0", "AA-"),  # and does not end one that has
        (1, 1, "", ""),
    ],
)
def test_a_course_is_the_one_worked_by_hand(
    wait: int, hold: int, periods: str, course: str
) -> None:
    assert drawn(periods, wait, hold) == course


def test_it_tells_since_when_and_when_it_spoke() -> None:
    last = courses([REACH[one] for one in "00111"], wait=2, hold=1)[-1]
    assert (last.since, last.fired, last.is_open) == (2, 3, False)
    assert courses([REACH["1"]], wait=1, hold=1)[-1].is_open


periods = st.text("012ar.", max_size=40)
patience = st.integers(1, 5)


@given(periods, patience, patience)
def test_the_past_never_changes_with_what_comes_after(read: str, wait: int, hold: int) -> None:
    whole = drawn(read, wait, hold)
    assert all(drawn(read[:n], wait, hold) == whole[:n] for n in range(len(read)))


@given(periods, patience, patience)
def test_it_never_speaks_before_its_time_nor_falls_silent_before_its_hold(
    read: str, wait: int, hold: int
) -> None:
    course = drawn(read, wait, hold)
    for index, (before, now) in enumerate(zip("-" + course, course, strict=False)):
        if before in "-?" and now in "AR":
            assert all(one in "12r" for one in read[index - wait + 1 : index + 1])
        if before in "ARbd" and now == "-":
            known = [one for one in read[: index + 1] if one != "."]
            assert all(one in "01a" for one in known[-hold:])


@given(periods, patience, patience)
def test_what_never_speaks_never_does_with_more_patience(read: str, wait: int, hold: int) -> None:
    if not {"A", "R"} & set(drawn(read, wait, hold)):
        assert not {"A", "R"} & set(drawn(read, wait + 1, hold))
