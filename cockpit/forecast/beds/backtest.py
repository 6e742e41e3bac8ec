"""Each ward forecast at past origins as it would have been then, against what came after.

Nothing after an origin is read: habits, shares, ED forecasts and beds are those known that evening.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds import flow
from cockpit.forecast.beds.calendars import CENSUS as OF_CENSUS
from cockpit.forecast.beds.model import TENSE_SHARE, Choice, Slot
from cockpit.forecast.beds.plain import predict
from cockpit.forecast.beds.read import CENSUS, EVENING, EXITS, MORNING, OPEN
from cockpit.forecast.beds.spread import HORIZON_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.beds.calendars import Calendars
    from cockpit.forecast.beds.flow import Coming
    from cockpit.forecast.beds.read import Hospital, Ward
    from cockpit.forecast.history import Values
    from cockpit.kpi.model import UnitId
    from cockpit.kpi.panel import Ints

ORIGINS = 26
STEP_DAYS = 6  # not a multiple of 7, so that the origins do not share their weekday
LATE_DAYS = 3
JUDGED_DAYS = 7
LEAST_GAIN = 0.02
_YEAR_DAYS = 365
_OFFSET_DAYS = 56
_SUNDAY = 6


@dataclass(frozen=True, eq=False)
class Made:
    """One ward as forecast at one origin. census: by choice, HORIZON_DAYS midnights; flow's are
    absent without exits. shift: what 08:00 and 18:00 add to the midnight that they follow or
    precede. ready: patients at the origin. open_beds, frozen, cap: as known then."""

    census: Mapping[Choice, Values]
    shift: Mapping[Slot, Values]
    ready: float
    open_beds: float
    frozen: float
    cap: float
    coming: Coming | None

    def at(self, slot: Slot, choice: Choice) -> Values:
        """Patients expected at one hour of each coming day, never above what can be filled."""
        census = self.census[choice]
        start = np.concatenate([[self.ready], census[:-1]]) if slot == "08:00" else census
        return np.clip(start + self.shift[slot], 0.0, self.cap)


class Replay:
    """A hospital seen from one past evening after the other.

    Habits are learned from the wards without the days that the hospital excluded.
    """

    def __init__(self, hospital: Hospital, calendars: Calendars) -> None:
        self._hospital, self._admissions = hospital, calendars.admissions
        self._of = {unit: calendars.of(OF_CENSUS, unit) for unit in hospital.wards}
        self._taught = calendars.taught(hospital).wards
        whole = np.datetime64(hospital.first, "D") + np.arange(
            len(hospital.days) + HORIZON_DAYS + LATE_DAYS
        )
        weekdays = ((whole.astype(int) + 3) % 7).astype(np.int64)
        self._weekdays: Ints = np.where(calendars.days.is_holiday(whole), _SUNDAY, weekdays)

    def origins(self) -> list[int]:
        """Places of the past origins, oldest first; nine weeks of history stay before each."""
        last = self._hospital.origin - HORIZON_DAYS
        places = [last - STEP_DAYS * back for back in range(ORIGINS)]
        return [place for place in reversed(places) if place >= 9 * 7]

    def ed_ahead(self, origin: int) -> dict[str, Values]:
        """ED admissions by destination expected after an origin."""
        found = {
            name: predict(
                self._hospital.first, series[: origin + 1], HORIZON_DAYS, self._admissions
            )
            for name, series in self._hospital.admissions.items()
        }
        return {name: values for name, values in found.items() if values is not None}

    def at(self, origin: int) -> dict[UnitId, Made]:
        """Every ward whose census is at most three days late."""
        wards = list(self._hospital.wards.values())
        ed_ahead = self.ed_ahead(origin)
        taught = list(self._taught.values())
        shares = flow.ed_shares(taught, origin, dict(self._hospital.admissions))
        made = {w.unit: self._ward(w, origin, ed_ahead, shares.get(w.unit, 0.0)) for w in wards}
        return {unit: one for unit, one in made.items() if one is not None}

    def _ward(
        self, ward: Ward, origin: int, ed_ahead: Mapping[str, Values], share: float
    ) -> Made | None:
        last = ward.last(CENSUS, origin)
        if last < 0 or origin - last > LATE_DAYS:
            return None
        late = origin - last
        open_beds = ward.latest(OPEN, origin)
        frozen = float(np.nan_to_num(ward.latest("frozen_beds", origin)))
        cap = open_beds + escalation(ward, origin)
        plain = predict(
            self._hospital.first,
            ward[CENSUS][: last + 1],
            HORIZON_DAYS + late,
            self._of[ward.unit],
        )
        if plain is None:
            return None
        coming = self._flow(ward, last, late=late, ed_ahead=ed_ahead, share=share, cap=cap)
        census: dict[Choice, Values] = {"plain": plain[late:]}
        if coming is not None:
            census["flow"] = coming.census[late:]
            census["mean"] = (census["plain"] + census["flow"]) / 2
        return Made(
            census,
            {slot: self._shift(ward, origin, slot) for slot in ("08:00", "18:00")},
            float(ward[CENSUS][last]),
            open_beds,
            frozen,
            cap if np.isfinite(cap) else np.inf,
            _without(coming, late) if coming else None,
        )

    def _flow(
        self,
        ward: Ward,
        last: int,
        *,
        late: int,
        ed_ahead: Mapping[str, Values],
        share: float,
        cap: float,
    ) -> Coming | None:
        if not ward.has(EXITS):
            return None
        ed = self._hospital.admissions.get(ward.discipline)
        habits = flow.learn(self._taught[ward.unit], last, self._weekdays, ed, share)
        if habits is None:
            return None
        ahead = ed_ahead.get(ward.discipline, np.zeros(HORIZON_DAYS))
        ahead = np.concatenate([np.repeat(ahead[:1], late), ahead])
        weekdays = self._weekdays[last + 1 : last + 1 + HORIZON_DAYS + late]
        limit = cap if np.isfinite(cap) else np.inf
        return flow.expect(habits, ward, last, weekdays, ahead, cap=limit)

    def _shift(self, ward: Ward, origin: int, slot: Slot) -> Values:
        """By weekday, 08:00 minus the midnight before, or 18:00 minus the midnight after."""
        name, back = (MORNING, 1) if slot == "08:00" else (EVENING, 0)
        seen = slice(max(1, origin + 1 - _OFFSET_DAYS), origin + 1)
        taught = self._taught[ward.unit]
        census = taught[CENSUS]
        before = np.concatenate([np.full(back, np.nan), census[: len(census) - back]])
        moved, kinds = (taught[name] - before)[seen], self._weekdays[seen]
        coming = self._weekdays[origin + 1 : origin + 1 + HORIZON_DAYS]
        if np.isnan(moved).all():
            return np.zeros(HORIZON_DAYS)
        overall = float(np.nanmean(moved))
        known = {k: moved[(kinds == k) & ~np.isnan(moved)] for k in range(7)}
        return np.array([known[k].mean() if len(known[k]) else overall for k in coming.tolist()])

    def seen(self, ward: Ward, slot: Slot, origin: int) -> Values:
        """What was observed at one hour of the days after an origin."""
        place = slice(origin + 1, origin + 1 + HORIZON_DAYS)
        if slot == "08:00":
            mornings = ward[MORNING][place]
            return (
                ward[CENSUS][origin : origin + HORIZON_DAYS] if not ward.has(MORNING) else mornings
            )
        return ward[EVENING][place] if ward.has(EVENING) else ward[CENSUS][place]


def _without(coming: Coming, late: int) -> Coming:
    return flow.Coming(
        coming.census[late:], coming.exits[late:], coming.planned[late:], coming.from_ed[late:]
    )


def escalation(ward: Ward, origin: int) -> float:
    """The most beds ever added, or patients put in excess, over the year before."""
    year = slice(max(0, origin + 1 - _YEAR_DAYS), origin + 1)
    extra = ward[OPEN][year] - ward["beds_installed"][year]
    beyond = ward[CENSUS][year] - ward[OPEN][year]
    both = np.concatenate([extra, beyond])
    known = both[~np.isnan(both)]
    return float(max(known.max(), 0.0)) if len(known) else 0.0


@dataclass(frozen=True, eq=False)
class Past:
    """Every ward at every past origin, oldest first. made[i] is what origin i would have said."""

    replay: Replay
    hospital: Hospital
    places: tuple[int, ...]
    made: tuple[Mapping[UnitId, Made], ...]

    @cached_property
    def choices(self) -> dict[UnitId, Choice]:
        """What each ward keeps: plain, unless another errs at least 2 % less over seven days."""
        return {unit: _best(self.errors_of(unit)) for unit in self.hospital.wards}

    def errors_of(self, unit: UnitId) -> dict[Choice, float | None]:
        """Mean absolute error of each choice on the evening census, in patients."""
        found: dict[Choice, float | None] = {"flow": None, "plain": None, "mean": None}
        ward = self.hospital.wards[unit]
        for choice in found:
            missed = [
                np.abs(one[unit].census[choice] - self._nights(ward, place))[:JUDGED_DAYS]
                for place, one in zip(self.places, self.made, strict=True)
                if unit in one and choice in one[unit].census
            ]
            known = np.concatenate(missed) if missed else np.array([])
            known = known[~np.isnan(known)]
            found[choice] = float(known.mean()) if len(known) else None
        return found

    @staticmethod
    def _nights(ward: Ward, place: int) -> Values:
        return ward[CENSUS][place + 1 : place + 1 + HORIZON_DAYS]

    def choice_at(self, made: Made, unit: UnitId) -> Choice:
        """The choice of a ward, or the plain one where it could not be made."""
        wanted = self.choices[unit]
        return wanted if wanted in made.census else "plain"

    def errors(self, units: list[UnitId], slot: Slot) -> dict[str, Values]:
        """Observed minus forecast of a sum of wards, (origins, HORIZON_DAYS): `occupied`,
        `available`, and `excess` over 95 % of the open beds."""
        rows: dict[str, list[Values]] = {"occupied": [], "available": [], "excess": []}
        for place, one in zip(self.places, self.made, strict=True):
            said = totals(one, units, slot, self)
            came = self._came(units, slot, place)
            for name, listed in rows.items():
                listed.append(came[name] - said[name])
        return {name: np.array(listed) for name, listed in rows.items()}

    def _came(self, units: list[UnitId], slot: Slot, place: int) -> dict[str, Values]:
        days = slice(place + 1, place + 1 + HORIZON_DAYS)
        found = {name: np.zeros(HORIZON_DAYS) for name in ("occupied", "available", "excess")}
        for unit in units:
            ward = self.hospital.wards[unit]
            patients, beds = self.replay.seen(ward, slot, place), ward[OPEN][days]
            frozen = np.nan_to_num(ward["frozen_beds"][days])
            found["occupied"] += patients
            found["available"] += np.maximum(beds - frozen - patients, 0.0)
            found["excess"] += patients - TENSE_SHARE * beds
        return found


def _best(errors: Mapping[Choice, float | None]) -> Choice:
    known = {choice: error for choice, error in errors.items() if error is not None}
    if not known:
        return "plain"
    best = min(known, key=lambda choice: known[choice])
    plain = known.get("plain", np.inf)
    return best if known[best] <= plain * (1 - LEAST_GAIN) else "plain"


def totals(
    made: Mapping[UnitId, Made], units: list[UnitId], slot: Slot, past: Past
) -> dict[str, Values]:
    """What one origin says of a sum of wards; NaN when one of them could not be forecast."""
    found = {name: np.zeros(HORIZON_DAYS) for name in ("occupied", "available", "excess")}
    for unit in units:
        one = made.get(unit)
        if one is None:
            return {name: np.full(HORIZON_DAYS, np.nan) for name in found}
        patients = one.at(slot, past.choice_at(one, unit))
        found["occupied"] += patients
        found["available"] += np.maximum(one.open_beds - one.frozen - patients, 0.0)
        found["excess"] += patients - TENSE_SHARE * one.open_beds
    return found


def replayed(hospital: Hospital, calendars: Calendars) -> Past:
    """Forecast every ward at every past origin."""
    replay = Replay(hospital, calendars)
    places = replay.origins()
    return Past(replay, hospital, tuple(places), tuple(replay.at(place) for place in places))
