"""Those present leave, those expected enter: the census of the coming nights, day by day.

Expected exits: chance to leave by nights already spent (or one chance for all) x what the weekday
lets out. Expected entries: the ward's share of the ED admissions that are forecast for its
discipline, and what fills the freed beds besides (`refill`). A public holiday is a Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds.refill import Refill, learn_refill

if TYPE_CHECKING:
    from cockpit.forecast.beds.read import Ward
    from cockpit.forecast.beds.survival import Survival
    from cockpit.forecast.history import Values
    from cockpit.kpi.panel import Ints

EXIT_WEEKS = 26
ENTRY_WEEKS = 8
_SUNDAY = 6
_FEWEST_DAYS = 56
_MOST = 0.98


@dataclass(frozen=True, eq=False)
class Coming:
    """Expected flows of the coming days and the census at each midnight; one value per day."""

    census: Values
    exits: Values
    planned: Values
    from_ed: Values

    @property
    def entries(self) -> Values:
        """Everybody who enters."""
        return self.planned + self.from_ed


@dataclass(frozen=True, eq=False)
class Habits:
    """What a ward does, learned before the origin.

    leaving: chance of each patient present to leave, by weekday (7). planned: entries besides the
    ED, by weekday (7). ed_share: share of its discipline's ED admissions that it takes. refill:
    what a night gains when the ED sends what it usually does, `usual_ed`, by weekday (7).
    """

    leaving: Values
    planned: Values
    ed_share: float
    refill: Refill
    usual_ed: Values


def learn(
    ward: Ward, origin: int, weekdays: Ints, ed: Values | None, ed_share: float
) -> Habits | None:
    """The habits known at the end of day `origin`; None without eight weeks of census and exits.

    weekdays: of the whole grid (0 Monday; holidays are 6). ed: admissions of the ward's discipline.
    """
    start = max(0, origin + 1 - 7 * EXIT_WEEKS)
    seen = slice(start + 1, origin + 1)
    before, exits = ward["patients_midnight"][start:origin], ward["bed_exits"][seen]
    entries, kinds = ward.entries[seen], weekdays[seen]
    known = ~np.isnan(before) & ~np.isnan(exits) & ~np.isnan(entries)
    if known.sum() < _FEWEST_DAYS:
        return None
    leaving = _by_weekday_ratio(exits[known], before[known], kinds[known])
    recent = slice(-7 * ENTRY_WEEKS, None)
    brought = np.zeros(len(entries)) if ed is None else ed_share * ed[seen]
    brought = np.where(np.isnan(brought), 0.0, brought)
    planned = _by_weekday_mean((entries - brought)[recent], kinds[recent])
    sent = _by_weekday_mean(brought[recent], kinds[recent])
    return Habits(leaving, planned, ed_share, learn_refill(ward, origin, weekdays), sent)


def expect(
    habits: Habits,
    ward: Ward,
    origin: int,
    weekdays: Ints,
    ed_ahead: Values,
    *,
    cap: float = np.inf,
) -> Coming:
    """The coming days after `origin`. weekdays: of those days. ed_ahead: admissions forecast of the
    ward's discipline (zeros without). cap: beds that can be filled at most.

    Every day, entries - exits is what the night gains, more when the ED sends more than usual:
    entries that the ED does not bring are planned; when it alone brings more, as many more leave.
    """
    from_ed = habits.ed_share * ed_ahead
    beyond = from_ed - habits.usual_ed[weekdays]
    present = _cohorts(ward, origin)
    pace = _pace(ward, present)
    census, exits, planned = (np.empty(len(weekdays)) for _ in range(3))
    for step, weekday in enumerate(weekdays):
        before = float(present.sum())
        gain = habits.refill.gain(int(weekday), before, step) + beyond[step]
        after = min(max(before + gain, 0.0), cap)
        chance = np.minimum(pace * habits.leaving[weekday], _MOST)
        usual = float(present @ chance)
        planned[step] = max(after - before + usual - from_ed[step], 0.0)
        exits[step] = before + planned[step] + from_ed[step] - after
        staying = present * (1 - chance)
        entering = min(planned[step] + from_ed[step], after)
        present = _aged(staying * _ratio(after - entering, staying.sum()), entering)
        census[step] = after
    return Coming(census, exits, planned, from_ed)


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else 0.0


def ed_shares(wards: list[Ward], origin: int, admissions: dict[str, Values]) -> dict[str, float]:
    """Share of its discipline's ED admissions that each ward takes: its share of the entries.

    Capped so that what the ED brings is never more than what enters.
    """
    seen = slice(max(0, origin + 1 - 7 * EXIT_WEEKS), origin + 1)
    means = {w.unit: _mean(w.entries[seen]) for w in wards}
    found: dict[str, float] = {}
    for ward in wards:
        sent = admissions.get(ward.discipline)
        same = sum(means[w.unit] for w in wards if w.discipline == ward.discipline)
        daily = _mean(sent[seen]) if sent is not None else 0.0
        if sent is None or not same or not daily:
            continue
        found[ward.unit] = min(means[ward.unit] / same, means[ward.unit] / daily)
    return found


def _cohorts(ward: Ward, origin: int) -> Values:
    """Patients present at the origin by nights spent, scaled to the census; one cohort without a
    histogram."""
    present = ward["patients_midnight"][origin]
    if ward.survival is None:
        return np.array([present])
    still = ward.survival.still
    came = np.nan_to_num(ward.entries[max(0, origin + 1 - len(still)) : origin + 1][::-1], nan=0.0)
    expected = np.zeros(len(still))
    expected[: len(came)] = came * still[: len(came)]
    if not expected.sum():
        expected = still
    found: Values = present * expected / expected.sum()
    return found


def _pace(ward: Ward, present: Values) -> Values:
    """By nights spent, how much likelier than average to leave (1 for all without a histogram)."""
    survival: Survival | None = ward.survival
    if survival is None:
        return np.ones(len(present))
    leaving = survival.leaving
    usual = float(survival.still @ leaving) / max(survival.still.sum(), 1e-9)
    return leaving / usual if usual else np.ones(len(leaving))


def _aged(present: Values, entering: float) -> Values:
    """One night later: newcomers are the first cohort."""
    if len(present) == 1:
        return present + entering
    older = np.concatenate([[entering], present[:-1]])
    older[-1] += present[-1]
    return older


def _by_weekday_ratio(top: Values, bottom: Values, kinds: Ints) -> Values:
    overall = top.sum() / max(bottom.sum(), 1e-9)
    found = np.full(7, overall)
    for kind in range(7):
        mine = kinds == kind
        if bottom[mine].sum() > 0:
            found[kind] = top[mine].sum() / bottom[mine].sum()
    clipped: Values = np.clip(found, 0.0, _MOST)
    return clipped


def _by_weekday_mean(values: Values, kinds: Ints) -> Values:
    found = np.full(7, _mean(values))
    for kind in range(7):
        mine = values[(kinds == kind) & ~np.isnan(values)]
        if len(mine):
            found[kind] = mine.mean()
    kept: Values = np.maximum(found, 0.0)
    return kept


def _mean(values: Values) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
