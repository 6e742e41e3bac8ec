"""The `[contract]` of a source, as checked models: what every delivery of it must look like.

What breaks a clause refuses the delivery (freeze), its line (discard), or is kept and said
(evolve); each clause may have its own mode. Columns and freshness are those of a whole delivery, of
no line alone: `discard` refuses it there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from cockpit.connect.lengths import Length
from cockpit.connect.rules import Mapping, known_measure
from cockpit.i18n import label
from cockpit.kpi.model import Measure

Mode = Literal["evolve", "freeze", "discard"]
Clause = Literal["columns", "types", "key", "freshness", "ranges"]
ColumnType = Literal["text", "integer", "number", "date", "boolean"]

_OF_THE_WHOLE = ("columns", "freshness")
_SIZES = {
    "€": ("€", 1.0),
    "k€": ("€", 1e3),
    "M€": ("€", 1e6),
    "minutes": ("minutes", 1.0),
    "heures": ("minutes", 60.0),
    "jours": ("minutes", 1440.0),
}
"""What a unit counts, and how much of it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Frozen):
    """One column. unit: of its numbers; the mapping's `scale` must bring it to the measure's."""

    type: ColumnType = Field("text", title="Type")
    unit: str = Field("", title="Unité", max_length=40)


def _typed(given: object) -> object:
    return {"type": given} if isinstance(given, str) else given


def _low_then_high(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        message = "deux nombres, le plus petit d'abord"
        raise ValueError(message)
    return pair


Range = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_low_then_high)]


class Modes(_Frozen):
    """The mode of each clause, where it is not that of the contract."""

    columns: Mode | None = Field(None, title="Colonnes")
    types: Mode | None = Field(None, title="Types")
    key: Mode | None = Field(None, title="Clé")
    freshness: Mode | None = Field(None, title="Fraîcheur")
    ranges: Mode | None = Field(None, title="Valeurs")


class Contract(_Frozen):
    """`[contract]` of a source.

    columns: every column of a delivery; without them, those of the last kept delivery are expected.
    key: columns that no two lines have alike. freshness: how old the newest day may be. ranges: by
    measure, lowest and highest value. ratio: how many times larger or smaller than usual values may
    be. drop: largest part of the usual lines per period that may be missing. 0 switches either
    check off.
    """

    mode: Mode = Field("evolve", title="En cas d'écart au contrat")
    modes: Modes = Field(Modes(), title="En cas d'écart, clause par clause")
    columns: dict[str, Annotated[Column, BeforeValidator(_typed)]] = Field(
        default_factory=dict, title="Colonnes attendues"
    )
    key: tuple[Annotated[str, Field(min_length=1)], ...] = Field((), title="Clé d'une ligne")
    freshness: Length | None = Field(None, title="Âge du jour le plus récent")
    ranges: dict[Annotated[str, AfterValidator(known_measure)], Range] = Field(
        default_factory=dict, title="Valeurs possibles par mesure"
    )
    ratio: float = Field(50.0, ge=0, title="Rapport à l'habitude qui retient une livraison")
    drop: float = Field(
        0.6, ge=0, lt=1, title="Part de lignes manquantes qui retient une livraison"
    )

    def mode_of(self, clause: Clause) -> Mode:
        """What happens when this clause is broken."""
        mode: Mode = getattr(self.modes, clause) or self.mode
        return "freeze" if mode == "discard" and clause in _OF_THE_WHOLE else mode


def check_units(contract: Contract, mapping: Mapping) -> None:
    """Raises ValueError (French) when a column, in its unit and scaled, is not what a measure is
    in: thousands of euros published as euros."""
    for column, scale, measure in _scaled(mapping):
        unit = contract.columns[column].unit if column in contract.columns else ""
        if not unit:
            continue
        counted, size = _SIZES.get(unit, (unit, 1.0))
        target, least = _SIZES.get(measure.unit, (measure.unit, 1.0))
        name = f"« {label(measure)} », mesure en {measure.unit}"
        if counted != target:
            message = f"pour la colonne « {column} », l'unité de {name}, et non « {unit} »"
            raise ValueError(message)
        if not isclose(abs(scale), size / least):
            message = f"scale = {size / least:g} pour la colonne « {column} » en {unit} ({name})"
            raise ValueError(message)


def _scaled(mapping: Mapping) -> Iterator[tuple[str, float, Measure]]:
    """Each column of numbers with the measures that it alone makes."""
    for column, targets in mapping.measures.items():
        yield from ((column, one.scale, one.spec()) for one in targets if not one.weight)
    if mapping.value:
        yield from ((mapping.value.column, mapping.value.scale, one) for one in mapping.specs())
