"""A rule as data: what is watched, where, when it speaks, who is told and what they can do.

The shipped rules are one TOML file per domain in `shipped/`; a hospital's own `alerts.toml` adds
rules or changes fields of these (see `rulebook.py`). A field left out keeps the KPI's own: its
levels, owner and lever.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cockpit.kpi.model import Grain, KpiId, UnitId

Unit = Literal["group", "establishment", "pole", "service", "uf"]
Side = Literal["both", "high", "low"]
MOST_STEPS = 20
"""Of an action card."""
_Text = Annotated[str, Field(max_length=400)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Levels(_Data):
    """Levels of vigilance (amber) and alert (red), high side and low side.

    In what the condition measures: the KPI's unit, percent, standard deviations, a probability.
    """

    amber: float | None = None
    red: float | None = None
    low_amber: float | None = None
    low_red: float | None = None

    @property
    def is_empty(self) -> bool:
        """No level at all: the KPI's own hold."""
        return self == Levels()


class Guard(_Data):
    """How far from its reference a value must be, in the KPI's unit *and* in percent of it.

    Both must be met: three patients of six are 50 %, and noise.
    """

    absolute: float = Field(0.0, ge=0)
    relative: float = Field(0.0, ge=0)


class Fixed(_Data):
    """The value itself against fixed levels."""

    kind: Literal["level"] = "level"


class Gap(_Data):
    """The gap to a target, the budget's profile or last year; amounts run from January on."""

    kind: Literal["gap"] = "gap"
    against: Literal["target", "budget", "last_year"]
    in_percent: bool = True


class History(_Data):
    """Standard deviations from the mean of the same weekday of the unit's own past (HET's rule)."""

    kind: Literal["history"] = "history"
    weeks: int = Field(104, ge=8, le=260)
    fewest: int = Field(26, ge=4)


class Drift(_Data):
    """A slow slide: the mean of the last days against the same number before, in percent.

    deviations: how many standard errors apart they must be too.
    """

    kind: Literal["drift"] = "drift"
    periods: int = Field(28, ge=4, le=182)
    deviations: float = Field(3.0, ge=0)


class Expected(_Data):
    """The forecast reaches a level of the KPI within so many days, with at least this probability.

    Levels are probabilities (0-1). What is crossed is the KPI's own level, unless the rule says
    which: `level` in the KPI's unit, or `deviations` above the mean of the same weekday.
    """

    kind: Literal["forecast"] = "forecast"
    within_days: int = Field(7, ge=1, le=28)
    crossing: Literal["amber", "red"] = "red"
    level: float | None = None
    deviations: float | None = Field(None, gt=0)


class Reconciliation(_Data):
    """Two KPIs that should agree: this one against another, in percent of the other."""

    kind: Literal["reconciliation"] = "reconciliation"
    other: KpiId


class Missing(_Data):
    """Days without data while the source goes on: levels are days."""

    kind: Literal["missing"] = "missing"


class Ladder(_Data):
    """Escalation: how many of these rules speak at the unit or below, and which step that is.

    green < yellow (1) <= orange <= red <= black. The counts are of red alerts among `of`.
    black: never set by figures alone (the plan blanc is declared); a rule named here sets it.
    """

    kind: Literal["ladder"] = "ladder"
    of: tuple[str, ...]
    yellow: int = 1
    orange: int = 3
    red: int = 4


Condition = Annotated[
    Fixed | Gap | History | Drift | Expected | Reconciliation | Missing | Ladder,
    Field(discriminator="kind"),
]


class UnitRule(_Data):
    """What is other at one unit and below it."""

    levels: Levels = Levels()
    enabled: bool = True
    owner_fr: _Text = ""


class Rule(_Data):
    """One condition on one KPI at some levels of the hospital.

    kpi: None for a rule on other rules. at: levels of units watched ("group" is also the top of a
    hospital that has no group). disciplines: only units of these; empty is all.
    when: None follows the KPI's threshold (value or gap). levels: set levels; reset: where it is
    over (None: the set levels). side: which side of the levels speaks. least: the mildest severity
    that speaks. grain: length of a judged period (None: the KPI's own, a month for a gap).
    wait: periods beyond a level before it speaks; hold: periods back before it is over.
    working_days: weekends and holidays are not judged. urgency: 0 strain, 1 patients tonight, 2 the
    rest. role: whose inbox (a role of the access table). card: what to do, step by step.
    units: other levels at some units (and below), the nearest above wins.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{2,60}$")
    label_fr: _Text = ""
    label_en: _Text = ""
    kpi: KpiId | None = None
    facet: str = ""
    at: tuple[Unit, ...] = ("group", "establishment")
    disciplines: tuple[str, ...] = ()
    when: Condition | None = None
    levels: Levels = Levels()
    reset: Levels = Levels()
    guard: Guard = Guard()
    side: Side = "both"
    least: Literal["amber", "red"] = "amber"
    grain: Grain | None = None
    wait: int = Field(1, ge=1, le=60)
    hold: int = Field(1, ge=1, le=60)
    working_days: bool = False
    urgency: Literal[0, 1, 2] = 2
    role: str = ""
    owner_fr: _Text = ""
    lever_fr: _Text = ""
    card: Annotated[tuple[_Text, ...], Field(max_length=MOST_STEPS)] = ()
    units: dict[UnitId, UnitRule] = {}
    enabled: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.kpi is None) != (self.when is not None and self.when.kind == "ladder"):
            raise ValueError("kpi")
        return self
