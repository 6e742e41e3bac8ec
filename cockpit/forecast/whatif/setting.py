"""What a scenario is played on: the pools of a reader's scope, the coming days, what changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit import clock
from cockpit.errors import BadRequest, UnknownUnit
from cockpit.forecast.beds.calendars import Calendars, calendars
from cockpit.forecast.beds.read import CENSUS, EXITS, OPEN, Hospital, Ward, read_hospital
from cockpit.forecast.whatif import ratios, simulate
from cockpit.forecast.whatif.model import LONGEST_DAYS, Absence, Beds, Scenario, Visits, Wave
from cockpit.forecast.whatif.pools import Pool, pools, wobble
from cockpit.i18n import mark
from cockpit.kpi.model import Domain, UnitId

if TYPE_CHECKING:
    from datetime import date

    from cockpit.access.scope import Scope
    from cockpit.forecast.history import Values
    from cockpit.forecast.whatif.simulate import Played
    from cockpit.kpi.panel import Ints
    from cockpit.warehouse.attach import Generation

_SUNDAY = 6
_SPREAD_DAYS = 2.0
"""A wave rises and falls over its two sides, which are this many standard deviations long."""


@dataclass(frozen=True, eq=False)
class Setting:
    """days: those played, from the morrow of the last census to the end of the scenario. shown: the
    places of the scenario's own days. weekdays: of the days played, holidays as Sundays. calendars:
    with the days that the hospital marked; those excluded teach no habit, the others stand alike on
    both sides of a difference."""

    generation: Generation
    scope: Scope
    scenario: Scenario
    hospital: Hospital
    calendars: Calendars
    wards: tuple[Ward, ...]
    pools: tuple[Pool, ...]
    weekdays: Ints
    shown: slice

    @property
    def units(self) -> list[UnitId]:
        """The units that the reader sees as wholes."""
        return list(self.scope.roots)

    @property
    def length(self) -> int:
        """Days of the scenario."""
        return int(self.shown.stop - self.shown.start)

    def day(self, place: int) -> date:
        """The day played at a place."""
        return self.hospital.last + timedelta(days=1 + place)

    def sees(self, domain: Domain) -> bool:
        """Whether the reader sees a family of figures."""
        return domain in self.scope.domains


def setting(generation: Generation, scope: Scope, scenario: Scenario) -> Setting | None:
    """None without any census. Raises OutOfScope, UnknownUnit, BadRequest for days in the past or
    more than 120 days away."""
    scope.require(Domain.BEDS)
    _check(generation, scope, scenario)
    today = clock.today()
    hospital = generation.fact(("hospital", today), lambda: read_hospital(generation, today))
    if hospital is None:
        return None
    follows = calendars(generation, generation.home.installation)
    horizon = (scenario.last - hospital.last).days
    grid = np.datetime64(hospital.first, "D") + np.arange(hospital.origin + 1 + horizon)
    weekdays = np.where(follows.days.is_holiday(grid), _SUNDAY, (grid.astype(int) + 3) % 7)
    seen = tuple(
        ward
        for ward in hospital.wards.values()
        if generation.units.is_within(ward.unit, scope.roots)
    )
    start = (scenario.first - hospital.last).days - 1
    return Setting(
        generation,
        scope,
        scenario,
        hospital,
        follows,
        seen,
        tuple(pools(hospital, follows.taught(hospital), list(seen), weekdays, horizon)),
        weekdays[hospital.origin + 1 :],
        slice(start, horizon),
    )


def _check(generation: Generation, scope: Scope, scenario: Scenario) -> None:
    for action in scenario.actions:
        if isinstance(action, Beds) and not generation.units.is_within(
            UnitId(action.unit), scope.roots
        ):
            raise UnknownUnit(unit=action.unit)
    latest = clock.today() + timedelta(days=LONGEST_DAYS)
    if scenario.first < clock.today() or scenario.last > latest:
        raise BadRequest(field="dates", expected=mark("des dates d'aujourd'hui à 120 jours"))


def ed_factor(found: Setting) -> Values:
    """What multiplies the ED visits on each day played."""
    days = len(found.weekdays)
    factor = np.ones(days)
    for action in found.scenario.actions:
        for place in range(days):
            day = found.day(place)
            if isinstance(action, Visits) and action.first <= day <= action.last:
                factor[place] *= 1 + action.percent / 100
            if isinstance(action, Wave):
                factor[place] *= 1 + action.percent / 100 * wave_height(action, day)
    return factor


def wave_height(wave: Wave, day: date) -> float:
    """1 on the day of the peak, a bell on each side, 0 outside the wave's days."""
    if not wave.first <= day <= wave.last:
        return 0.0
    side = wave.first if day <= wave.peak else wave.last
    reach = abs((wave.peak - side).days)
    if not reach:
        return 1.0
    away = _SPREAD_DAYS * (day - wave.peak).days / reach
    return float(np.exp(-(away**2) / 2))


def more_beds(found: Setting, per_point: Values | None) -> dict[str, Values]:
    """Beds opened (+) or closed (-) in each pool, (PATHS, days).

    per_point: beds that each point of absence closes, one draw per path; None when not known.
    """
    shape = (simulate.PATHS, len(found.weekdays))
    changed = {pool.discipline: np.zeros(shape) for pool in found.pools}
    for action in found.scenario.actions:
        inside = np.array(
            [action.first <= found.day(p) <= action.last for p in range(shape[1])], dtype=float
        )
        if isinstance(action, Beds):
            for name, share in _shares_of(found, UnitId(action.unit)).items():
                changed[name] += action.beds * share * inside
        if isinstance(action, Absence) and per_point is not None:
            for name, share in _shares_of(found, None).items():
                changed[name] -= action.points * share * per_point[:, None] * inside
    return changed


def _shares_of(found: Setting, unit: UnitId | None) -> dict[str, float]:
    """Share of each pool in the open beds of a unit (of all of them without one)."""
    below = None if unit is None else {one.id for one in found.generation.units.descendants(unit)}
    beds: dict[str, float] = {}
    for pool in found.pools:
        for ward in pool.wards:
            if below is None or ward in below:
                opened = found.hospital.wards[ward].latest(OPEN, found.hospital.origin)
                beds[pool.discipline] = beds.get(pool.discipline, 0.0) + opened
    whole = sum(beds.values())
    return {name: value / whole for name, value in beds.items()} if whole else {}


def played(
    found: Setting, beds: dict[str, Values], factor: Values
) -> dict[str, tuple[Played, Played]]:
    """Each pool that changes, without and with the scenario."""
    made: dict[str, tuple[Played, Played]] = {}
    total = found.hospital.admissions.get("")
    busy = wobble(total, found.hospital.origin) if total is not None else 0.0
    for pool in found.pools:
        more = beds[pool.discipline]
        if not more.any() and not (pool.ed.any() and (factor != 1).any()):
            continue
        drawn = simulate.luck(
            pool, len(found.weekdays), busy_sd=busy, stay_sd=_stay_wobble(found, pool)
        )
        nothing, same = np.zeros_like(more), np.ones_like(factor)
        made[pool.discipline] = (
            simulate.play(pool, found.weekdays, drawn, more_beds=nothing, ed_factor=same),
            simulate.play(pool, found.weekdays, drawn, more_beds=more, ed_factor=factor),
        )
    return made


def _stay_wobble(found: Setting, pool: Pool) -> float:
    """How far a week's share of patients who leave strays from the weeks before it."""
    wards = [found.hospital.wards[unit] for unit in pool.wards]
    exits = np.sum([np.nan_to_num(ward[EXITS]) for ward in wards], axis=0)
    present = np.sum([np.nan_to_num(ward[CENSUS]) for ward in wards], axis=0)
    rate = np.divide(exits, present, out=np.full(len(exits), np.nan), where=present > 0)
    return wobble(rate, found.hospital.origin)


def boarding_of(found: Setting) -> tuple[ratios.Boarding | None, Values]:
    """The hospital's own relation between occupancy and waiting; and who waited each morning."""
    grid = found.hospital.days
    waiting = ratios.on_grid(found.generation, found.units, "boarders_0800", grid)
    occupancy: dict[str, Values] = {}
    for pool in found.pools:
        wards = [found.hospital.wards[unit] for unit in pool.wards]
        present = np.sum([ward[CENSUS] for ward in wards], axis=0)
        opened = np.sum([ward[OPEN] for ward in wards], axis=0)
        fills = np.full(len(grid), np.nan)
        occupancy[pool.discipline] = np.divide(present, opened, out=fills, where=opened > 0)
    return ratios.boarding(waiting, occupancy), waiting
