"""The course of a rule at one unit: quiet, pending, firing, recovering, period after period.

Only figures decide: the same periods give the same course whoever looks and whenever, so that a
rule can be tried on the past and a generation judged again. Two things keep it from flapping: it
speaks after `for` periods beyond its level and falls silent after `recover` periods back below a
reset level that may be lower (domain: "hysteresis, 2 periods to open, 2 to close").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.model import Severity

Phase = Literal["ok", "pending", "firing", "recovering"]
_NAMES: tuple[Severity, Severity] = ("amber", "red")


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
    found: list[Course] = []
    state = _State()
    for index, reach in enumerate(reaches):
        state = state.after(index, reach, wait, hold)
        found.append(state.course())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _State:
    """runs: for amber and for red, the first period of the run under way; None without one."""

    runs: tuple[int | None, int | None] = (None, None)
    level: int = 0
    since: int | None = None
    fired: int | None = None
    back: int = 0

    def after(self, index: int, reach: Reach | None, wait: int, hold: int) -> _State:
        if reach is None:
            return self if self.level else _State()
        runs = tuple(
            None if reach.beyond < rank else index if run is None else run
            for rank, run in enumerate(self.runs, start=1)
        )
        amber, red = runs
        spoken = max(
            (rank for rank, run in ((1, amber), (2, red)) if _lasts(run, index, wait)), default=0
        )
        if not self.level:
            if not spoken:
                return _State((amber, red))
            return _State((amber, red), spoken, runs[spoken - 1], index)
        return self._going_on((amber, red), index, reach, spoken, hold)

    def _going_on(
        self,
        runs: tuple[int | None, int | None],
        index: int,
        reach: Reach,
        spoken: int,
        hold: int,
    ) -> _State:
        """It has spoken: it grows worse at once, milder or silent only once it holds."""
        if spoken > self.level:
            return _State(runs, spoken, runs[spoken - 1], index)
        if reach.held >= self.level:
            return _State(runs, self.level, self.since, self.fired)
        back = self.back + 1
        if back < hold:
            return _State(runs, self.level, self.since, self.fired, back)
        if reach.held:
            return _State(runs, reach.held, self.since, self.fired)
        return _State(runs)

    def course(self) -> Course:
        amber, red = self.runs
        if self.level:
            phase: Phase = "recovering" if self.back else "firing"
            name = _NAMES[self.level - 1]
            return Course(phase, name, self.since, self.fired, self.back, self.since == 0)
        if amber is None:
            return QUIET
        return Course("pending", "amber" if red is None else "red", amber, is_open=amber == 0)


def _lasts(run: int | None, index: int, wait: int) -> bool:
    return run is not None and index - run + 1 >= wait
