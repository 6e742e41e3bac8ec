"""How many units one stands for once it took others over: a merge makes no unit missing.

A day that fewer units fed than usual is partial (`cockpit/kpi/gaps.py`). Two wards that became one
give one figure instead of two, and nothing is missing: the one that goes on counts for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import duckdb

from cockpit.kpi.units import Unit, UnitTree

_DAY = timedelta(days=1)


def write_weights(connection: duckdb.DuckDBPyConnection, units: UnitTree) -> None:
    """Make the temporary table `weight`: the units that took others over, from when to when
    (both days included) they count for several, and for how many."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE weight "
        "(unit_id INTEGER, first_day DATE, last_day DATE, parts INTEGER)"
    )
    rows = [row for unit in units for row in _periods(units, unit)]
    if rows:
        connection.executemany(
            "INSERT INTO weight SELECT unit_id, $2, $3, $4 FROM unit WHERE code = $1", rows
        )


def _periods(units: UnitTree, unit: Unit) -> Iterator[tuple[str, date, date, int]]:
    """From the day after each closing until the next one."""
    ends = sorted({closed for one in _taken(units, unit) if (closed := one.valid_to)})
    for end, following in pairwise([*ends, date.max]):
        yield unit.id, end + _DAY, following, stands_for(units, unit, end + _DAY)


def stands_for(units: UnitTree, unit: Unit, day: date) -> int:
    """How many units reported what this one reports alone on a day, itself included.

    One that opened to carry others on adds nothing to them: a change of code stands for one. Only
    the structure tells: a unit taken over that never reported the measure counts too.
    """
    taken = [(one, one.valid_to) for one in _taken(units, unit) if one.valid_to]
    closed = [(one, end) for one, end in taken if end < day]
    opened = unit.valid_from
    is_successor = opened is not None and any(end < opened for _, end in closed)
    return sum(stands_for(units, one, end) for one, end in closed) + (not is_successor)


def _taken(units: UnitTree, unit: Unit) -> list[Unit]:
    """The units of its own level below: a structure puts there only those that it took over."""
    return [one for one in units.children(unit.id) if one.level == unit.level]
