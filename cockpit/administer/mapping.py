"""What a source's columns may be: a proposal that a person confirms in the mapping editor.

Nothing is proposed on a mere resemblance of two candidates: a column that could be two things is
left to the person, and no measure is proposed twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cockpit.administer import drafts, toml
from cockpit.administer.synonyms import DATES, FACETS, MEASURES_NAMED, UNITS
from cockpit.connect import registry
from cockpit.connect.config import SourceConfig, load_source
from cockpit.connect.contract import Asked, Deadline
from cockpit.errors import BadRequest
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.settings import Home

Kind = Literal["date", "unit", "facet", "measure"]

_DISCOVER_S = 30.0
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one column may be. measure: "" unless the kind is measure. why: one French sentence."""

    kind: Kind
    measure: str
    why: str


def columns_of(home: Home, source: str | tuple[str, Mapping[str, object]]) -> tuple[str, ...]:
    """The columns that a source offers now, each once, through its connector's `discover`.

    source: a declared one, or the kind and the settings of one that is not saved yet. None when
    nothing was delivered yet. Raises BadRequest for an unknown name, BadSource for wrong settings,
    SourceUnavailable, SourceRefused, BadDelivery.
    """
    config = _declared(home, source) if isinstance(source, str) else _drafted(*source)
    connector = registry.connector(config.connector)
    asked = Asked(home, config.name, deadline=Deadline.after(_DISCOVER_S))
    streams = connector.discover(asked, connector.Config.model_validate(config.settings))
    return tuple(dict.fromkeys(column for stream in streams for column in stream.columns))


def _declared(home: Home, name: str) -> SourceConfig:
    path = home.sources / f"{name}.toml"
    if path not in home.sources.glob("*.toml"):
        raise BadRequest(field="NAME", expected="une source de « cockpit source list »")
    return load_source(path)


def _drafted(kind: str, settings: Mapping[str, object]) -> SourceConfig:
    """Settings as a source that maps nothing yet."""
    rest = {
        "schedule": "0 0 * * *",
        "stale_after": "1d",
        "mapping": {
            "date": {"value": "2000-01-01", "format": "%Y-%m-%d"},
            "unit": {"value": "-"},
            "measures": {"-": next(iter(MEASURES))},
        },
    }
    return drafts.checked("essai", toml.written({**settings, "connector": kind, **rest}))


def suggest(columns: Sequence[str]) -> dict[str, Suggestion]:
    """What each column may be; one of which nothing can be said is absent.

    Names are compared without accents, case or punctuation. The surest comparisons go first, for
    all columns, so that a vague likeness never takes the measure of an exact name.
    """
    found: dict[str, Suggestion] = {}
    for look in (_role, _named, _called, _like):
        for column in columns:
            said = None if column in found else look(_words(column))
            taken = {one.measure for one in found.values()}
            if said and not (said.measure and said.measure in taken):
                found[column] = said
    return {column: found[column] for column in columns if column in found}


def _words(text: str) -> str:
    """`Lits_Ouverts (08h)` as `lits ouverts 08h`."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in flat if not unicodedata.combining(one))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def _role(words: str) -> Suggestion | None:
    roles: tuple[tuple[Kind, frozenset[str], str], ...] = (
        ("date", DATES, "Nom habituel d'une date."),
        ("unit", UNITS, "Nom habituel d'une unité."),
        ("facet", FACETS, "Nom habituel d'un découpage."),
    )
    return next((Suggestion(kind, "", why) for kind, names, why in roles if words in names), None)


def _named(words: str) -> Suggestion | None:
    """Names of the canonical files and of the usual exports."""
    name = MEASURES_NAMED.get(words)
    return _measure(name, "nom habituel de") if name else None


def _called(words: str) -> Suggestion | None:
    """The measure's own name or label."""
    return _only(name for name, texts in _texts() if words in texts)


def _like(words: str) -> Suggestion | None:
    """All the words of one label within the column's, or the other way round."""
    own = set(words.split())
    if len(own) < _FEWEST_WORDS:
        return None
    return _only(
        name for name, texts in _texts() if any(_within(own, set(text.split())) for text in texts)
    )


def _within(own: set[str], other: set[str]) -> bool:
    return len(other) >= _FEWEST_WORDS and (own <= other or other <= own)


@cache
def _texts() -> tuple[tuple[str, frozenset[str]], ...]:
    """Every measure and what it is called."""
    return tuple(
        (name, frozenset(map(_words, (str(name), measure.label_fr, measure.label_en))))
        for name, measure in MEASURES.items()
    )


def _only(names: Iterable[str]) -> Suggestion | None:
    """Two candidates are no proposal."""
    found = list(dict.fromkeys(names))
    return _measure(found[0], "ressemble à") if len(found) == 1 else None


def _measure(name: str, how: str) -> Suggestion:
    label = MEASURES[MeasureId(name)].label_fr
    return Suggestion("measure", name, f"{how[0].upper()}{how[1:]} « {label} ».")
