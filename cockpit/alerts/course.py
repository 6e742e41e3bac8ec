"""The course of a rule at one unit: quiet, pending, firing, recovering, period after period.

Only figures decide: the same periods give the same course whoever looks and whenever, so that a
rule can be tried on the past and a generation judged again. Two things keep it from flapping: it
speaks after `for` periods beyond its level and falls silent after `recover` periods back below a
reset level that may be lower (domain: "hysteresis, 2 periods to open, 2 to close").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cockpit.alerts.model import Severity

Phase = Literal["ok", "pending", "firing", "recovering"]
_NAMES: tuple[Severity, Severity] = ("amber", "red")
_AMBER, _RED = 1, 2


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one closed period is: 0 nothing, 1 amber, 2 red.

    beyond: of the set levels. held: of the reset levels, so `held >= beyond`: a period that no
    longer reaches the first may still be kept by the second.
    """

    beyond: int
    held: int


@dataclass(frozen=True, slots=True)
class Course:
    """Where a rule stands after its last period; indices are those of the periods judged.

    since: first period of the run. fired: the period at which it spoke, None while it is pending.
    back: periods in a row back below the reset level. is_open: the run begins with the first period
    that was read and may be older.
    """

    phase: Phase
    severity: Severity | None = None
    since: int | None = None
    fired: int | None = None
    back: int = 0
    is_open: bool = False


QUIET = Course("ok")


def courses(reaches: Sequence[Reach | None], *, wait: int, hold: int) -> tuple[Course, ...]:
    """The course after each period, oldest first.

    reaches: one per period, None where nothing was measured: what is unknown neither opens nor
    closes anything, but it ends a run that has not spoken. wait: periods beyond a level before it
    speaks (>= 1). hold: periods back below the reset level before it is over (>= 1).
    """
    return tuple(_course(state) for state in _states(reaches, wait, hold))


def course_now(reaches: Sequence[Reach | None], *, wait: int, hold: int) -> Course:
    """The last of `courses`; quiet before any period."""
    state = _SILENT
    for state in _states(reaches, wait, hold):  # noqa: B007 - the last one is wanted
        pass
    return _course(state)


def _states(reaches: Sequence[Reach | None], wait: int, hold: int) -> Iterator[_State]:
    state = _SILENT
    for index, reach in enumerate(reaches):
        if reach is None:
            state = state if state.level else _SILENT
        elif reach.held or state is not _SILENT:
            state = _after(state, index, reach, wait, hold)
        yield state


class _State(NamedTuple):
    """amber, red: first period of the run beyond that level, under way; None without one.

    level: what is spoken of (1 amber, 2 red), 0 while silent.
    """

    amber: int | None = None
    red: int | None = None
    level: int = 0
    since: int | None = None
    fired: int | None = None
    back: int = 0


_SILENT = _State()


def _after(state: _State, index: int, reach: Reach, wait: int, hold: int) -> _State:
    amber = None if reach.beyond < _AMBER else index if state.amber is None else state.amber
    red = None if reach.beyond < _RED else index if state.red is None else state.red
    spoken = _RED if _lasts(red, index, wait) else _AMBER if _lasts(amber, index, wait) else 0
    if spoken > state.level:  # it grows worse at once
        return _State(amber, red, spoken, red if spoken == _RED else amber, index)
    if not state.level:
        return _SILENT if amber is None else _State(amber, red)
    if reach.held >= state.level:
        return _State(amber, red, state.level, state.since, state.fired)
    if state.back + 1 < hold:
        return _State(amber, red, state.level, state.since, state.fired, state.back + 1)
    if reach.held:  # red is over, amber is not
        return _State(amber, red, _AMBER, _earlier(amber, state.since), state.fired)
    return _SILENT


def _course(state: _State) -> Course:
    if state.level:
        phase: Phase = "recovering" if state.back else "firing"
        name = _NAMES[state.level - 1]
        return Course(phase, name, state.since, state.fired, state.back, state.since == 0)
    if state.amber is None:
        return QUIET
    return Course(
        "pending", "amber" if state.red is None else "red", state.amber, is_open=state.amber == 0
    )


def _earlier(run: int | None, since: int | None) -> int | None:
    """A milder run may have begun before the worse one."""
    return since if run is None or since is None else min(run, since)


def _lasts(run: int | None, index: int, wait: int) -> bool:
    return run is not None and index - run + 1 >= wait
