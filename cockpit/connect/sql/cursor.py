"""Where an incremental reading stopped: the largest value seen, in its own type, as ISO text.

Kept as `2024-03-01 08:15:00@1a2b3c4d`: what follows the `@` names the query, so that a changed
query reads everything again. A point is a number, a day or a moment, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from cockpit.errors import BadDelivery

POINT = re.compile(
    r"(?P<number>-?[0-9]{1,30}(?:\.[0-9]{1,20})?)|"
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<moment>[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?P<zone>\+00:00)?)?"
)
"""What a cursor may be; anything else is never bound to a query."""

Point = int | Decimal | date | datetime | str
"""A cursor in its own type; text only from SQLite, which has no dates."""


@dataclass
class Reached:
    """The largest value seen so far while parts stream by."""

    column: str
    query: str
    largest: Point | None = None

    def see(self, values: Iterable[object]) -> None:
        """Take values into account, empty ones aside. Raises BadDelivery for another type."""
        given = [value for value in values if value is not None and value != ""]
        if not given:
            return
        kinds = {type(value) for value in given}
        kinds |= set() if self.largest is None else {type(self.largest)}
        if len(kinds) > 1 or not kinds <= {int, Decimal, date, datetime, str}:
            raise self.refused()
        largest = cast("Point", max(given, key=_comparable))
        if isinstance(largest, str) and not POINT.fullmatch(largest):
            raise self.refused()
        if self.largest is None or _comparable(largest) > _comparable(self.largest):
            self.largest = largest

    def refused(self) -> BadDelivery:
        """The error of a column that cannot say where a reading stopped."""
        return BadDelivery(
            file=self.query,
            field=self.column,
            expected="une colonne de reprise faite de nombres ou de dates, d'un seul type",
        )


def _comparable(value: object) -> Any:
    return value


def iso(point: Point) -> str:
    """A point as text."""
    if isinstance(point, datetime):
        return (point.astimezone(UTC) if point.tzinfo else point).isoformat(sep=" ")
    if isinstance(point, Decimal):
        return format(point, "f")
    return str(point)


def typed(text: str) -> Point:
    """A point from its text, to be bound by a driver. Raises ValueError."""
    found = POINT.fullmatch(text)
    if found is None:
        message = "un nombre ou une date"
        raise ValueError(message)
    if found["number"]:
        return Decimal(text) if "." in text else int(text)
    return datetime.fromisoformat(text) if found["moment"] else date.fromisoformat(text)


def earlier(text: str, overlap: timedelta) -> str:
    """A point so much before this one, written the same way."""
    found = POINT.fullmatch(text)
    if not overlap or found is None or not found["day"]:
        return text
    moved = datetime.fromisoformat(text) - overlap
    if not found["moment"]:
        return moved.date().isoformat()
    return moved.isoformat(sep="T" if "T" in text else " ")
