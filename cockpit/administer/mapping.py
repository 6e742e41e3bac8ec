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
from itertools import islice
from typing import Literal

from cockpit.administer import drafts, toml
from cockpit.administer.synonyms import (
    CODES,
    DATES,
    FACETS,
    MEASURES_NAMED,
    SCENARIOS,
    UNITS,
    VALUES,
)
from cockpit.connect import registry
from cockpit.connect.config import SourceConfig, load_source
from cockpit.connect.contract import Asked, Deadline
from cockpit.errors import BadDelivery, BadRequest
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.settings import Home

Kind = Literal["date", "unit", "facet", "scenario", "code", "value", "measure"]
"""code and value: the two columns of the long form, one measure per line."""

MOST_CODES = 200
_LONGEST_CODE = 64
_MOST_DELIVERIES = 20
_DISCOVER_S = 30.0
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one column may be. measure: "" unless the kind is measure. why: one sentence."""

    kind: Kind
    measure: str
    why: str


def columns_of(home: Home, source: str | tuple[str, Mapping[str, object]]) -> tuple[str, ...]:
    """The columns that a source offers now, each once, through its connector's `discover`.

    source: a declared one, or the kind and the settings of one that is not saved yet. None when
    nothing was delivered yet. Raises BadRequest for an unknown name, BadSource for wrong settings,
    SourceUnavailable, SourceRefused, BadDelivery.
    """
    config = _config(home, source)
    connector = registry.connector(config.connector)
    asked = Asked(home, config.name, deadline=Deadline.after(_DISCOVER_S))
    streams = connector.discover(asked, connector.Config.model_validate(config.settings))
    return tuple(dict.fromkeys(column for stream in streams for column in stream.columns))


def codes_of(
    home: Home, source: str | tuple[str, Mapping[str, object]], columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The texts that columns of codes hold in the first deliveries, sorted, by column.

    A column with more than MOST_CODES texts, or a long one, holds no codes and may hold persons:
    nothing of it is shown. Raises BadRequest for it, and as `columns_of` does.
    """
    config = _config(home, source)
    connector = registry.connector(config.connector)
    asked = Asked(home, config.name, columns=tuple(columns), deadline=Deadline.after(_DISCOVER_S))
    found: dict[str, set[str]] = {column: set() for column in columns}
    given = connector.read(asked, connector.Config.model_validate(config.settings))
    for delivery in islice(given, _MOST_DELIVERIES):
        if isinstance(delivery, BadDelivery):
            raise delivery
        for part in delivery.parts:
            for column, texts in found.items():
                texts.update(part.table.column(column).unique().to_pylist())
                _refuse_texts(column, texts)
    return {column: tuple(sorted(texts - {""})) for column, texts in found.items()}


def _refuse_texts(column: str, texts: set[str]) -> None:
    if len(texts) > MOST_CODES or any(len(text) > _LONGEST_CODE for text in texts):
        raise BadRequest(
            field=column,
            expected=f"une colonne de codes : {MOST_CODES} valeurs courtes au plus",
        )


def _config(home: Home, source: str | tuple[str, Mapping[str, object]]) -> SourceConfig:
    return _declared(home, source) if isinstance(source, str) else _drafted(*source)


def _declared(home: Home, name: str) -> SourceConfig:
    path = home.sources / f"{name}.toml"
    if path not in home.sources.glob("*.toml"):
        raise BadRequest(field="NAME", expected=mark("une source de « cockpit source list »"))
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
        ("date", DATES, _("Nom habituel d'une date.")),
        ("unit", UNITS, _("Nom habituel d'une unité.")),
        ("facet", FACETS, _("Nom habituel d'un découpage.")),
        ("scenario", SCENARIOS, _("Nom habituel d'un scénario.")),
        ("code", CODES, _("Nom habituel d'un code de mesure.")),
        ("value", VALUES, _("Nom habituel d'une valeur.")),
    )
    return next((Suggestion(kind, "", why) for kind, names, why in roles if words in names), None)


def _named(words: str) -> Suggestion | None:
    """Names of the canonical files and of the usual exports."""
    name = MEASURES_NAMED.get(words)
    return _measure(name, _("Nom habituel de « {label} ».")) if name else None


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
    return _measure(found[0], _("Ressemble à « {label} ».")) if len(found) == 1 else None


def _measure(name: str, why: str) -> Suggestion:
    return Suggestion("measure", name, why.format(label=label(MEASURES[MeasureId(name)])))
