"""The `[mapping]` of a source, as checked models: which columns make which observations."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    field_validator,
    model_validator,
)

from cockpit.connect.parse_days import DayFormat, Locale
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Measure, MeasureId, Scenario

SCENARIOS: tuple[str, ...] = get_args(Scenario)
Where = dict[str, tuple[str, ...]]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Rule(_Frozen):
    """Where a text comes from: one column, several joined, or the same value on every line."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    value: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    prefix: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = (self.column is not None) + bool(self.columns) + (self.value is not None)
        if given != 1:
            message = "un seul de « column », « columns » ou « value »"
            raise ValueError(message)
        if "" in self.sources():
            message = "un nom de colonne"
            raise ValueError(message)
        return self

    def sources(self) -> tuple[str, ...]:
        """The columns read, in the order they are joined."""
        return (self.column,) if self.column is not None else self.columns


class DateRule(Rule):
    """A Rule and the format of its text; several columns are joined with `-`."""

    format: str
    locale: Locale | None = None

    @field_validator("format")
    @classmethod
    def _known_format(cls, text: str) -> str:
        DayFormat.of(text)
        return text

    @model_validator(mode="after")
    def _valid_literal(self) -> Self:
        if self.value is not None and self.parser().day(self.value) is None:
            message = "une date écrite selon « format »"
            raise ValueError(message)
        return self

    def parser(self) -> DayFormat:
        """What reads this rule's text."""
        return DayFormat.of(self.format, self.locale)


def _literal(given: object) -> object:
    return {"value": given} if isinstance(given, str) else given


def _several(given: object) -> object:
    return given if isinstance(given, list | tuple) else [given]


def _named(given: object) -> object:
    return {"measure": given} if isinstance(given, str) else given


def _list(given: object) -> object:
    if isinstance(given, dict):
        return {key: _several(texts) for key, texts in given.items()}
    return given


def _checked_scenario(rule: Rule) -> Rule:
    for text in (rule.value, *rule.values.values()):
        if text is not None and text not in SCENARIOS:
            message = "actual, budget ou plan"
            raise ValueError(message)
    return rule


FacetRule = Annotated[Rule, BeforeValidator(_literal)]
WhereRule = Annotated[Where, BeforeValidator(_list)]


def known_measure(name: str) -> str:
    """The name itself. Raises ValueError when the catalogue has no such measure."""
    if MeasureId(name) not in MEASURES:
        message = "le nom d'une mesure du catalogue (docs/kpi.md)"
        raise ValueError(message)
    return name


class Target(_Frozen):
    """One measure made of one column: value x scale (x the weight column), on the lines of where.

    facet and scenario replace those of the mapping; `facet = ""` says that this measure has none.
    """

    measure: str
    scale: FiniteFloat = 1.0
    weight: str | None = None
    facet: FacetRule | None = None
    scenario: Scenario | None = None
    where: WhereRule = Field(default_factory=dict)

    _known = field_validator("measure")(known_measure)

    def spec(self) -> Measure:
        """The measure's entry in the catalogue."""
        return MEASURES[MeasureId(self.measure)]

    def sources(self) -> tuple[str, ...]:
        """The columns read besides the value's own."""
        facet = self.facet.sources() if self.facet else ()
        return (*facet, *self.where, *((self.weight,) if self.weight else ()))


_Targets = Annotated[
    tuple[Annotated[Target, BeforeValidator(_named)], ...], BeforeValidator(_several)
]


class ValueRule(_Frozen):
    """The value column of the long form."""

    column: str = Field(min_length=1)
    scale: FiniteFloat = 1.0


class Mapping(_Frozen):
    """From the source's columns to observations: wide (`measures`) or long (`measure`, `value`)."""

    date: DateRule
    unit: Rule
    facet: FacetRule | None = None
    scenario: Rule = Field(default_factory=lambda: Rule(value="actual"))
    missing: tuple[str, ...] = ()
    zero_is_missing: frozenset[str] = frozenset()
    where: WhereRule = Field(default_factory=dict)
    measures: dict[str, _Targets] = Field(default_factory=dict)
    measure: Rule | None = None
    value: ValueRule | None = None

    _known_scenario = field_validator("scenario")(_checked_scenario)

    @field_validator("zero_is_missing")
    @classmethod
    def _known_zeros(cls, names: frozenset[str]) -> frozenset[str]:
        return frozenset(known_measure(name) for name in names)

    @field_validator("measure")
    @classmethod
    def _known_codes(cls, rule: Rule | None) -> Rule | None:
        if rule:
            for name in (*rule.values.values(), *((rule.value,) if rule.value else ())):
                known_measure(name)
        return rule

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        is_long = self.measure is not None and self.value is not None
        is_partly_long = self.measure is not None or self.value is not None
        if bool(self.measures) == is_partly_long or is_long != is_partly_long:
            message = "soit [mapping.measures], soit « measure » et « value »"
            raise ValueError(message)
        self._check_facets()
        return self

    def _check_facets(self) -> None:
        for column, targets in self.measures.items():
            for target in targets:
                rule = self.facet if target.facet is None else target.facet
                if rule and rule.value != "" and target.spec().facet is None:
                    message = (
                        f"pour « {column} », une mesure qui a un découpage ; "
                        f'« {target.measure} » n\'en a pas (écrire facet = "")'
                    )
                    raise ValueError(message)

    def sources(self) -> tuple[str, ...]:
        """Every column that must be in the source, each once."""
        found = [*self.date.sources(), *self.unit.sources(), *self.where, *self.scenario.sources()]
        found += self.facet.sources() if self.facet else ()
        found += self.measure.sources() if self.measure else ()
        found += [self.value.column] if self.value else ()
        for column, targets in self.measures.items():
            found += [column, *(name for target in targets for name in target.sources())]
        return tuple(dict.fromkeys(found))

    def specs(self) -> tuple[Measure, ...]:
        """The measures that this mapping can feed; those named in `values` for the long form."""
        names = [target.measure for targets in self.measures.values() for target in targets]
        if self.measure:
            names += [*self.measure.values.values()]
            names += [self.measure.value] if self.measure.value else []
        return tuple(MEASURES[MeasureId(name)] for name in dict.fromkeys(names))


Replace = Literal["rows", "day", "month"]
