"""What can be decided or happen, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from cockpit.errors import BadRequest
from cockpit.i18n import mark

LONGEST_DAYS = 120
_MOST_ACTIONS = 8


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Between(_Action):
    """first, last: both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> _Between:
        if not 0 <= (self.last - self.first).days < LONGEST_DAYS:
            message = "days"
            raise ValueError(message)
        return self


class Beds(_Between):
    """Open (+) or close (-) beds in a unit."""

    kind: Literal["beds"] = "beds"
    unit: str = Field(min_length=1, max_length=64)
    beds: int = Field(ge=-200, le=200)


class Visits(_Between):
    """More (or fewer) ED visits, in percent."""

    kind: Literal["visits"] = "visits"
    percent: float = Field(ge=-90, le=200)


class Wave(_Between):
    """An epidemic: ED visits grow to `percent` more on the day of the peak, then fall."""

    kind: Literal["wave"] = "wave"
    peak: date
    percent: float = Field(gt=0, le=200)

    @model_validator(mode="after")
    def _peak_inside(self) -> Wave:
        if not self.first <= self.peak <= self.last:
            message = "peak"
            raise ValueError(message)
        return self


class Absence(_Between):
    """More (or less) absence, in points of the absence rate."""

    kind: Literal["absence"] = "absence"
    points: float = Field(ge=-10, le=20)


Action = Annotated[Beds | Visits | Wave | Absence, Field(discriminator="kind")]


class Scenario(BaseModel):
    """What is tried together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    actions: tuple[Action, ...] = Field(min_length=1, max_length=_MOST_ACTIONS)

    @property
    def first(self) -> date:
        """First day of any of them."""
        return min(action.first for action in self.actions)

    @property
    def last(self) -> date:
        """Last day of any of them."""
        return max(action.last for action in self.actions)


_EXPECTED = {
    "beds": mark("un nombre de lits de -200 à 200"),
    "percent": mark("un pourcentage, au plus 200"),
    "points": mark("des points d'absentéisme, de -10 à 20"),
    "name": mark("un nom de 1 à 80 caractères"),
}
_DATES = mark("des dates dans l'ordre, le pic entre les deux, 120 jours au plus")


def scenario(facts: object) -> Scenario:
    """From the fields of a form, of a command or of the state. Raises BadRequest."""
    try:
        return TypeAdapter(Scenario).validate_python(facts)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = "dates" if first["type"] == "value_error" else str(first["loc"][-1])
        raise BadRequest(field=field, expected=_EXPECTED.get(field, _DATES)) from error


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of the answer.

    before, after: expected without and with, None where only the difference means something.
    low, mid, high: P10, P50 and P90 of the difference, in `unit` ("%": points of a rate).
    good: whether up is good news, None for neither. assumptions: French sentences of this run's
    language. refused: why there is no figure.
    """

    id: str
    label: str
    unit: str
    before: float | None = None
    after: float | None = None
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    good: bool | None = None
    assumptions: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scenario changes over its own days."""

    scenario: Scenario
    origin: date
    first: date
    last: date
    effects: tuple[Effect, ...]
