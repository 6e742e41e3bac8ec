"""A rule on its units: the course of each, and what there is to say of those that speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from cockpit.alerts.conditions import drift, fixed, gap, history, missing, reconciliation
from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.course import Course, Reach, course_now, courses
from cockpit.alerts.reach import Level, level_met, levels_of, ranks, reaches
from cockpit.alerts.rule import Condition, Fixed, Gap, Levels, Rule
from cockpit.kpi.model import Grain, Kpi, Threshold, UnitId
from cockpit.series.model import Window
from cockpit.series.workdays import holidays_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import numpy.typing as npt

    from cockpit.alerts.model import Severity
    from cockpit.alerts.observe import Reader
    from cockpit.kpi.panel import Values
    from cockpit.kpi.reduce import Mask
    from cockpit.kpi.units import UnitTree

    Ranks = npt.NDArray[np.int64]

OLDEST_DAYS = {Grain.DAY: 7, Grain.WEEK: 21, Grain.MONTH: 100, Grain.QUARTER: 200, Grain.YEAR: 500}
"""Days after which a last closed period is history, not news (accounts come late)."""


class _Compare(Protocol):
    def __call__(self, asked: Asked, condition: Condition) -> Compared: ...


_KINDS: Mapping[str, _Compare] = {
    "level": cast("_Compare", fixed.compared),
    "gap": cast("_Compare", gap.compared),
    "history": cast("_Compare", history.compared),
    "drift": cast("_Compare", drift.compared),
    "reconciliation": cast("_Compare", reconciliation.compared),
    "missing": cast("_Compare", missing.compared),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found at one unit. Days are those of periods, figures in the KPI's unit.

    condition: what was compared. since: first day of the run. fired: first day of the period at
    which it spoke. start, end: the last judged period. value: its figure. base: what that is
    compared with (0 for a fixed level). level: the level met. measured, limit: figure and level
    in the steps of the condition. above: too high, else too low. run: periods known since then.
    open_start: the run reaches the first period that was read, and may be older.
    """

    condition: Condition
    course: Course
    severity: Severity
    grain: Grain
    since: date
    fired: date
    start: date
    end: date
    value: float
    base: float
    level: float
    measured: float
    limit: float
    above: bool
    run: int
    open_start: bool
    cumulated: bool

    @property
    def is_beyond(self) -> bool:
        """Whether the last period reaches the level by itself, not only its reset."""
        return self.measured >= self.limit if self.above else self.measured < self.limit


def condition_of(rule: Rule, kpi: Kpi) -> tuple[Condition, Levels]:
    """What a rule compares and its levels: its own, else those of the KPI."""
    threshold = kpi.threshold
    condition: Condition = rule.when or _of_threshold(threshold)
    if not rule.levels.is_empty or threshold is None or not _is_of(condition, threshold):
        return condition, rule.levels
    return condition, Levels(
        amber=threshold.amber,
        red=threshold.red,
        low_amber=threshold.low_amber,
        low_red=threshold.low_red,
    )


def _of_threshold(threshold: Threshold | None) -> Condition:
    if threshold is None or threshold.on == "value":
        return Fixed()
    return Gap(against=threshold.against, in_percent=threshold.on == "gap_pct")


def _is_of(condition: Condition, threshold: Threshold) -> bool:
    return condition == _of_threshold(threshold)


def grain_of(rule: Rule, kpi: Kpi, condition: Condition) -> Grain:
    """The length of a judged period: the rule's, else a month for a gap, else the KPI's step."""
    if rule.grain is not None:
        return rule.grain
    is_monthly = kpi.step == "month" or isinstance(condition, Gap)
    return Grain.MONTH if is_monthly else Grain.DAY


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A rule on all its units: what was compared, and how far each period is.

    Arrays are [units, periods]. measured: in steps of the condition, NaN where unknown. beyond,
    held: see `course.Reach`, -1 where unknown. levels: those of each unit.
    """

    rule: Rule
    condition: Condition
    grain: Grain
    units: tuple[UnitId, ...]
    compared: Compared
    measured: Values
    levels: tuple[tuple[Level, ...], ...]
    beyond: Ranks
    held: Ranks

    def courses(self, row: int) -> tuple[Course, ...]:
        """The course of one unit after each period."""
        return courses(self._reaches(row), wait=self.rule.wait, hold=self.rule.hold)

    def _now(self, row: int) -> Course:
        """The course of one unit after the last period."""
        return course_now(self._reaches(row), wait=self.rule.wait, hold=self.rule.hold)

    def _reaches(self, row: int) -> list[Reach | None]:
        return reaches(self.beyond[row].tolist(), self.held[row].tolist())

    def verdicts(self, until: date) -> Iterator[tuple[UnitId, Verdict]]:
        """The units at which the rule speaks at the end of the last known period."""
        known = self.measured.shape[1] - 1 - np.argmax(self.beyond[:, ::-1] >= 0, axis=1)
        worth = (self.beyond > 0).any(axis=1) & (self.beyond >= 0).any(axis=1)
        for row in np.flatnonzero(worth).tolist():
            last = int(known[row])
            if (until - self.compared.ends[last].astype(object)).days > OLDEST_DAYS[self.grain]:
                continue
            if self._is_quiet(row):
                continue
            found = self.said(row, last, self._now(row))
            if found is not None:
                yield self.units[row], found

    def _is_quiet(self, row: int) -> bool:
        """Whether the last known periods are back for long enough, whatever came before them."""
        known = self.held[row][self.held[row] >= 0]
        return len(known) >= self.rule.hold and not known[-self.rule.hold :].any()

    def said(self, row: int, last: int, course: Course) -> Verdict | None:
        """What is said at one unit after its period number `last`; None while it is silent."""
        if course.severity is None or course.since is None or course.fired is None:
            return None
        compared, measured = self.compared, float(self.measured[row, last])
        base, step = float(compared.base[row, last]), float(compared.step[row, last])
        level = level_met(self.levels[row], measured, course.severity)
        starts = compared.starts.astype(object)
        run = int((self.beyond[row, course.since : last + 1] >= 0).sum())
        return Verdict(
            condition=self.condition,
            course=course,
            severity=course.severity,
            grain=self.grain,
            since=starts[course.since],
            fired=starts[course.fired],
            start=starts[last],
            end=compared.ends[last].astype(object),
            value=float(compared.values[row, last]),
            base=base,
            level=base + level.limit * step,
            measured=measured,
            limit=level.limit,
            above=level.above,
            run=run,
            open_start=course.is_open and run > 1,
            cumulated=compared.cumulated,
        )


def judged(rule: Rule, kpi: Kpi, units: Sequence[UnitId], reader: Reader) -> Judged:
    """A rule on these units: what is compared is read, or has been for another rule."""
    condition, own = condition_of(rule, kpi)
    grain = grain_of(rule, kpi, condition)
    asked = Asked(reader, kpi, tuple(units), grain, rule.facet)
    compared = _KINDS[condition.kind](asked, condition)
    if rule.working_days and grain is Grain.DAY:
        compared = compared.only(_worked(compared, reader))
    each = _levels_at(rule, own, units, reader.generation.units)
    return weighed(rule, kpi, Weighed(condition, grain, tuple(units), compared, each))


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What was compared at some units, and the numbers of the levels of each."""

    condition: Condition
    grain: Grain
    units: tuple[UnitId, ...]
    compared: Compared
    levels: tuple[Levels, ...]


def weighed(rule: Rule, kpi: Kpi, asked: Weighed) -> Judged:
    """How far each period of each unit is beyond the levels; nothing is read."""
    compared, measured = asked.compared, asked.compared.measured()
    beyond, held = (np.zeros(measured.shape, dtype=np.int64) for _ in range(2))
    alike: dict[Levels, list[int]] = {}
    for row, own in enumerate(asked.levels):
        alike.setdefault(own, []).append(row)
    levels = {own: levels_of(rule, kpi, asked.condition, own) for own in alike}
    for own, rows in alike.items():
        beyond[rows], held[rows] = ranks(levels[own], measured[rows], rule.least)
    near = ~compared.guarded(rule.guard) & (beyond > 0)
    return Judged(
        rule,
        asked.condition,
        asked.grain,
        asked.units,
        compared,
        measured,
        tuple(levels[one] for one in asked.levels),
        np.where(near, 0, beyond),
        held,
    )


def _worked(compared: Compared, reader: Reader) -> Mask:
    """The days that are neither of a weekend nor a public holiday."""
    region = reader.generation.home.installation.holidays
    whole = Window(compared.starts[0].astype(object), compared.ends[-1].astype(object))
    off = holidays_within(whole, region=region)
    found: Mask = np.is_busday(compared.starts, holidays=np.array(off, dtype="datetime64[D]"))
    return found


def _levels_at(
    rule: Rule, own: Levels, units: Sequence[UnitId], tree: UnitTree
) -> tuple[Levels, ...]:
    """The levels at each unit: its own and those above it, field by field, the nearest wins."""
    other = {
        unit: one.levels.model_dump(exclude_none=True)
        for unit, one in rule.units.items()
        if one.levels.model_fields_set
    }
    return tuple(_at(own, other, lineage(unit, tree)) if other else own for unit in units)


def _at(
    own: Levels, other: Mapping[UnitId, Mapping[str, float]], upwards: Sequence[UnitId]
) -> Levels:
    changes: dict[str, float] = {}
    for above in reversed(upwards):
        changes |= other.get(above, {})
    return own.model_copy(update=changes) if changes else own


def lineage(unit: UnitId, tree: UnitTree) -> tuple[UnitId, ...]:
    """The unit, then those above it, upwards."""
    return (unit, *(above.id for above in tree.ancestors(unit)))


def is_watched(rule: Rule, unit: UnitId, tree: UnitTree) -> bool:
    """Whether the rule holds at a unit: neither it nor what is nearest above switches it off."""
    if not rule.units:
        return rule.enabled
    nearest = next((rule.units[one] for one in lineage(unit, tree) if one in rule.units), None)
    return rule.enabled and (nearest is None or nearest.enabled)
