"""What the address of a page says, read through an allow-list: as, unit, period, kpi, lang, ...

Every page can be bookmarked and shared: its address holds all that it shows. Anything that is not
of the list, or not of its shape, is ignored here; whether the unit, the KPI or the role exist, and
may be seen, is decided by the reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar

from cockpit.i18n import LANGUAGES, Language
from cockpit.kpi.model import Domain, Grain, KpiId, UnitId
from cockpit.series.model import Period

_CODE = re.compile(r"[\w.\-]{1,64}")
_FACET = re.compile(r"[\w.\-/ ]{1,120}")
_COUNT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_PLAIN = ("source", "screen", "tab", "act", "kind", "code", "alert")
_URL_NAMES = {"role": "as", "language": "lang"}

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of an address; None is "not said", the page then takes its default."""

    role: str | None = None
    unit: UnitId | None = None
    period: Period | None = None
    kpi: KpiId | None = None
    language: Language | None = None
    domain: Domain | None = None
    grain: Grain | None = None
    split: str | None = None
    facet: str | None = None
    source: str | None = None
    screen: str | None = None
    tab: str | None = None
    act: str | None = None
    kind: str | None = None
    code: str | None = None
    alert: str | None = None
    turn: int | None = None

    def lasting(self) -> Params:
        """Role, unit, period and language, without the parameters of one page only."""
        return Params(role=self.role, unit=self.unit, period=self.period, language=self.language)

    def query(self, **changes: object) -> dict[str, str]:
        """The parameters to put in a link; a change to None takes one away."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # fields checked by replace
        named = {_URL_NAMES.get(f.name, f.name): getattr(wanted, f.name) for f in fields(wanted)}
        return {name: str(value) for name, value in named.items() if value}


def parse(query: Mapping[str, str]) -> Params:
    """Read an address; never fails."""
    unit, kpi = _matching(_CODE, query.get("unit")), _matching(_CODE, query.get("kpi"))
    turn = _matching(_COUNT, query.get("turn"))
    return Params(
        role=_matching(_CODE, query.get("as")),
        unit=UnitId(unit) if unit else None,
        period=_choice(Period, query.get("period")),
        kpi=KpiId(kpi) if kpi else None,
        language=next((known for known in LANGUAGES if known == query.get("lang")), None),
        domain=_choice(Domain, query.get("domain")),
        grain=_choice(Grain, query.get("grain")),
        split=_matching(_CODE, query.get("split")),
        facet=_matching(_FACET, query.get("facet")),
        turn=int(turn) if turn else None,
        **{name: _matching(_CODE, query.get(name)) for name in _PLAIN},
    )


def _matching(shape: re.Pattern[str], text: str | None) -> str | None:
    return text if text and shape.fullmatch(text) else None


def _choice(kind: type[Choice], text: str | None) -> Choice | None:
    return next((choice for choice in kind if choice.value == text), None)
