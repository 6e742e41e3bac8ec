"""The outlook of every unit that has beds: wards first, then the sums above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cockpit import clock
from cockpit.forecast.beds import flow, need
from cockpit.forecast.beds.backtest import LATE_DAYS, Made, Past, replayed, totals
from cockpit.forecast.beds.calendars import calendars
from cockpit.forecast.beds.model import SLOTS, Outlook, OutlookDay, Slot
from cockpit.forecast.beds.notes import SHORT, STALE, notes
from cockpit.forecast.beds.read import EXITS, MORNING, Hospital, read_hospital
from cockpit.forecast.beds.spread import HORIZON_DAYS, Spread, coverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.history import Days, Values
    from cockpit.kpi.model import UnitId
    from cockpit.kpi.units import Unit
    from cockpit.settings import Installation
    from cockpit.warehouse.attach import Generation

Say = Callable[[str], None]


def make_outlooks(
    generation: Generation,
    installation: Installation,
    *,
    on_step: Say = lambda _text: None,
) -> tuple[Outlook, ...]:
    """The outlook of every unit that has a census, or its refusal; () without any census.

    Known data end with this morning: nothing later is read. Repeatable: no chance is drawn.
    Cost: about 10 s of one core for 28 wards.
    """
    hospital = read_hospital(generation, clock.today())
    if hospital is None:
        return ()
    on_step(f"lits : {len(hospital.wards)} services")
    made = _Maker(generation, hospital, replayed(hospital, calendars(generation, installation)))
    return tuple(made.outlook(unit) for unit in generation.units if made.wards_of(unit))


@dataclass(frozen=True, eq=False)
class _Maker:
    """Everything that the outlooks of one morning share."""

    generation: Generation
    hospital: Hospital
    past: Past

    @cached_property
    def now(self) -> Mapping[UnitId, Made]:
        """Each ward as forecast tonight."""
        return self.past.replay.at(self.hospital.origin)

    @cached_property
    def shares(self) -> dict[str, float]:
        """Each ward's share of its discipline's ED admissions."""
        wards = list(self.hospital.wards.values())
        return flow.ed_shares(wards, self.hospital.origin, dict(self.hospital.admissions))

    @cached_property
    def ed_spread(self) -> dict[str, tuple[Values, Values]]:
        """ED admissions by destination: expected, and half of their 80 % interval."""
        replay, found = self.past.replay, {}
        before = [(place, replay.ed_ahead(place)) for place in self.past.places]
        for name, mid in replay.ed_ahead(self.hospital.origin).items():
            series = self.hospital.admissions[name]
            rows = [
                series[p + 1 : p + 1 + HORIZON_DAYS] - said[name]
                for p, said in before
                if name in said
            ]
            if rows:
                found[name] = (mid, Spread(np.array(rows)).half_width(0.80))
        return found

    @cached_property
    def days(self) -> Days:
        """The coming days."""
        return np.datetime64(self.hospital.last, "D") + 1 + np.arange(HORIZON_DAYS)

    def wards_of(self, unit: Unit) -> list[UnitId]:
        """The wards at or below a unit; one that closed long ago no longer counts."""
        below = self.generation.units.descendants(unit.id)
        found = [self.hospital.wards[u.id] for u in below if u.id in self.hospital.wards]
        year = self.hospital.origin - 365
        return [w.unit for w in found if w.last("patients_midnight", self.hospital.origin) > year]

    def outlook(self, unit: Unit) -> Outlook:
        """One unit: its wards that can be forecast, summed."""
        every = self.wards_of(unit)
        wards = [w for w in every if w in self.now]
        if not wards or (clock.today() - self.hospital.last).days > LATE_DAYS + 1:
            return self._refused(unit, STALE)
        errors = {slot: self.past.errors(wards, slot) for slot in SLOTS}
        spreads = {slot: Spread(errors[slot]["occupied"]) for slot in SLOTS}
        if not all(spread.is_enough for spread in spreads.values()):
            return self._refused(unit, SHORT)
        days = [day for slot in SLOTS for day in self._days(unit, wards, slot, errors[slot])]
        return self._whole(unit, wards, errors["18:00"], days, partial=len(wards) < len(every))

    def _whole(
        self,
        unit: Unit,
        wards: list[UnitId],
        errors: Mapping[str, Values],
        days: list[OutlookDay],
        *,
        partial: bool,
    ) -> Outlook:
        choices = {self.past.choice_at(self.now[w], w) for w in wards}
        alone = self.past.errors_of(wards[0]) if len(wards) == 1 else {}
        missed = np.abs(errors["occupied"][:, :7])
        return Outlook(
            unit=unit.id,
            origin=self.hospital.last,
            made_at=clock.utc_naive(clock.now()),
            choice=choices.pop() if len(choices) == 1 else "mixed",
            error=float(np.nanmean(missed)),
            error_flow=alone.get("flow"),
            error_plain=alone.get("plain"),
            error_mean=alone.get("mean"),
            coverage=coverage(errors["occupied"]),
            origins=len(errors["occupied"]),
            available_now=self._available(wards),
            stay_nights=self._nights(wards),
            **self._told(wards),  # type: ignore[arg-type]  # three numbers, by name
            note=self._note(wards, partial=partial),
            days=tuple(sorted(days, key=lambda one: (one.day, one.slot))),
        )

    def _note(self, wards: list[UnitId], *, partial: bool) -> str:
        found = [self.hospital.wards[w] for w in wards]
        return "\n".join(notes(found, partial=partial, has_ed=bool(self.hospital.admissions)))

    def _refused(self, unit: Unit, reason: str) -> Outlook:
        made_at = clock.utc_naive(clock.now())
        nothing = (None,) * 5
        return Outlook(
            unit.id, self.hospital.last, made_at, "", *nothing, 0, None, None, refused=reason
        )

    def _days(
        self, unit: Unit, wards: list[UnitId], slot: Slot, errors: Mapping[str, Values]
    ) -> list[OutlookDay]:
        said = totals(self.now, wards, slot, self.past)
        beds = sum(self.now[w].open_beds for w in wards)
        cap = sum(self.now[w].cap for w in wards)
        knows_beds = bool(np.isfinite(beds))
        limits = self._limits(said["occupied"], errors["occupied"], cap if knows_beds else np.inf)
        free_half = Spread(errors["available"]).half_width(0.80)
        tense = Spread(errors["excess"]).chance_above(said["excess"])
        needed, free, short = self._short(unit, wards, slot)
        flows = self._flows(wards)
        return [
            OutlookDay(
                unit=unit.id,
                day=day.astype(object),
                slot=slot,
                occupied=float(said["occupied"][step]),
                **{name: float(values[step]) for name, values in limits.items()},
                open_beds=beds if knows_beds else 0.0,
                cap=cap if knows_beds else 0.0,
                available=_or_zero(said["available"][step]),
                available_low=_or_zero(max(said["available"][step] - free_half[step], 0.0)),
                available_high=_or_zero(said["available"][step] + free_half[step]),
                need=_number(needed[step]),
                free_for_need=_number(free[step]),
                p_short=_number(short[step]) if knows_beds else None,
                p_tense=_number(tense[step]) if knows_beds else None,
                **{n: _number(values[step]) for n, values in flows.items()},  # type: ignore[arg-type]
            )
            for step, day in enumerate(self.days)
        ]

    @staticmethod
    def _limits(mid: Values, errors: Values, cap: float) -> dict[str, Values]:
        spread, found = Spread(errors), {}
        for share in (50, 80, 95):
            half = spread.half_width(share / 100)
            found[f"low{share}"] = np.clip(mid - half, 0.0, cap)
            found[f"high{share}"] = np.clip(mid + half, 0.0, cap)
        return found

    def _short(self, unit: Unit, wards: list[UnitId], slot: Slot) -> tuple[Values, Values, Values]:
        """The need, the free beds that it is about, and the chance that fewer are free."""
        if need.is_whole(unit):
            chosen = [w for w in wards if self.hospital.wards[w].discipline in need.ACUTE]
            needed = need.of_whole(self.generation, unit, self.hospital, self.days)
        else:
            chosen = [w for w in wards if w in self.shares]
            needed = need.of_wards(self.hospital, chosen, self.shares, self.days)
        if not chosen or np.isnan(needed).all():
            unknown = np.full(HORIZON_DAYS, np.nan)
            return unknown, unknown, unknown
        said = totals(self.now, chosen, slot, self.past)["available"]
        spread = Spread(-self.past.errors(chosen, slot)["available"])
        chance = spread.chance_above(needed - said)
        return needed, said, np.where(np.isnan(needed), np.nan, chance)

    def _flows(self, wards: list[UnitId]) -> dict[str, Values]:
        """Exits, planned entries, ED entries (P50 and P90) of each coming day; NaN when unknown."""
        coming = [self.now[w].coming for w in wards]
        known = [one for one in coming if one is not None]
        names = ("exits", "planned", "from_ed", "from_ed_p90")
        if len(known) < len(wards):
            return {name: np.full(HORIZON_DAYS, np.nan) for name in names}
        summed = [np.sum([getattr(one, name) for one in known], axis=0) for name in names[:3]]
        return dict(zip(names, (*summed, summed[2] + self._ed_reach(wards)), strict=True))

    def _ed_reach(self, wards: list[UnitId]) -> Values:
        """From P50 to P90 of the ED entries: what the ED sends varies, and so does the share taken.

        Disciplines are taken as independent of one another.
        """
        squares = np.zeros(HORIZON_DAYS)
        for discipline, (mid, half) in self.ed_spread.items():
            mine = [w for w in wards if self.hospital.wards[w].discipline == discipline]
            share = min(sum(self.shares.get(w, 0.0) for w in mine), 1.0)
            squares += (share * half) ** 2 + share * (1 - share) * mid * _NORMAL_P90**2
        return np.sqrt(squares)

    def _available(self, wards: list[UnitId]) -> float | None:
        """Free beds at the last reading: 08:00 of the first coming day if known, else midnight."""
        free = 0.0
        for unit in wards:
            ward, one = self.hospital.wards[unit], self.now[unit]
            place = self.hospital.origin + 1
            morning = ward[MORNING][place] if place < len(ward[MORNING]) else np.nan
            present = one.ready if np.isnan(morning) else morning
            free += max(one.open_beds - one.frozen - float(present), 0.0)
        return _number(free)

    def _told(self, wards: list[UnitId]) -> dict[str, float | None]:
        """What the wards announced for the first coming day, when all of them did."""
        found = [self.hospital.wards[w] for w in wards]
        place = self.hospital.origin + 1
        seen = slice(place - _REALISED_DAYS, place)

        def tomorrow(name: str) -> float:
            return float(sum(w[name][place] if place < len(w[name]) else np.nan for w in found))

        promised = np.sum([ward["exits_announced"][seen] for ward in found], axis=0)
        left = np.sum([ward[EXITS][seen] for ward in found], axis=0)
        both = ~np.isnan(promised) & ~np.isnan(left)
        kept = left[both].sum() / promised[both].sum() if promised[both].sum() else np.nan
        return {
            "announced": _number(tomorrow("exits_announced")),
            "realisation": _number(kept),
            "booked": _number(tomorrow("entries_planned")),
        }

    def _nights(self, wards: list[UnitId]) -> float | None:
        """Mean nights of one ward's stays: its histogram, else patients present per exit."""
        if len(wards) > 1:
            return None
        ward = self.hospital.wards[wards[0]]
        if ward.survival:
            return ward.survival.nights
        exits = float(np.nansum(ward[EXITS][-182:]))
        return float(np.nansum(ward["patients_midnight"][-182:])) / exits if exits else None


_NORMAL_P90 = 1.2816
_REALISED_DAYS = 56


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _or_zero(value: float) -> float:
    return float(value) if np.isfinite(value) else 0.0
