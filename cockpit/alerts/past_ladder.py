"""A ladder tried on the past: the rules that it counts, tried each, then counted day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.alerts import ladder
from cockpit.alerts.by_day import RED, Spoken, days_of, judged_over, of_periods
from cockpit.alerts.evaluate import units_of
from cockpit.alerts.past_ahead import expected
from cockpit.alerts.rule import Expected, Ladder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cockpit.alerts.by_day import Ranks
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import UnitId


def climbed(when: Ladder, units: Sequence[UnitId], reader: Reader, book: Iterable[Rule]) -> Spoken:
    """The step of each unit after each day; the first step is silent, as in an evaluation.

    measured: how many rules speak at the unit or below it, each once, those on their way back left
    out; value is the same where it speaks. level: how many make the step.
    """
    rules = [rule for rule in book if rule.enabled]
    days = days_of(reader)
    spoken = Spoken.silent(units, days)
    spoken.known[:] = True
    counts = np.zeros(spoken.rank.shape, dtype=np.int64)
    for rule in rules:
        if rule.id in when.of and (found := _said(rule, reader, rules)) is not None:
            _count(counts, spoken, found, reader)
    spoken.measured[:] = counts
    for at in zip(*np.nonzero(counts), strict=True):
        step = ladder.step_of(when, int(counts[at]))
        if step is not None and step != "yellow":
            spoken.rank[at] = RED if ladder.SEVERITY[step] == "red" else 1
            spoken.value[at] = counts[at]
            spoken.level[at] = ladder.wanted(when, step)
    return spoken


def unseen(when: Ladder, reader: Reader, book: Iterable[Rule]) -> int:
    """How many of the rules that it counts are of KPIs hidden from the scope."""
    return sum(rule.id in when.of and rule.kpi not in reader.known for rule in book)


def _said(rule: Rule, reader: Reader, book: Sequence[Rule]) -> Spoken | None:
    if rule.kpi not in reader.known:
        return None
    if isinstance(rule.when, Expected):
        return expected(rule, rule.when, units_of(rule, reader), reader, book)
    judged = judged_over(rule, reader)
    return of_periods(judged, days_of(reader)) if judged is not None else None


def _count(counts: Ranks, spoken: Spoken, found: Spoken, reader: Reader) -> None:
    """One rule more wherever it speaks at the unit or below; known where all of them are."""
    tree = reader.generation.units
    says = (found.rank > 0) & ~found.back
    for row, unit in enumerate(spoken.units):
        inside = [at for at, one in enumerate(found.units) if tree.is_within(one, (unit,))]
        if inside:
            counts[row] += says[inside].any(axis=0)
            spoken.known[row] &= found.known[inside].any(axis=0)
            spoken.partly[row] |= found.partly[inside].any(axis=0)
