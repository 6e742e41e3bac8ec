"""One source: its TOML file, checked field by field before anything is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from croniter import croniter
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from cockpit.connect import registry
from cockpit.connect.clauses import Contract, check_units
from cockpit.connect.contract import TIME_LIMIT_S, Connector, default_mapping, default_replace
from cockpit.connect.lengths import Length
from cockpit.connect.rules import Mapping, Replace
from cockpit.errors import BadSource
from cockpit.settings import Home

Duplicates = Literal["refuse", "sum"]
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class SourceConfig(BaseModel):
    """A source. settings: what belongs to its connector, checked by that connector's own model.

    stale_after: age above which the source is shown as late. provisional_for: how long before the
    last delivered day figures may still move. duplicates: refuse quarantines every copy of a
    repeated key, sum adds them up. time_limit: how long one reading may take in all. paused: not
    read any more; what it gave stays published. contract: what its deliveries must look like.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    connector: str
    label: str = Field(min_length=1)
    schedule: str
    owner: str = ""
    stale_after: Length
    provisional_for: Length | None = None
    replace: Replace | None = None
    duplicates: Duplicates = "refuse"
    time_limit: Length = timedelta(seconds=TIME_LIMIT_S)
    paused: bool = False
    contract: Contract = Contract()
    mapping: Mapping
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("connector")
    @classmethod
    def _known_connector(cls, kind: str) -> str:
        if kind not in registry.kinds():
            message = "un connecteur parmi " + ", ".join(registry.kinds())
            raise ValueError(message)
        return kind

    @field_validator("schedule")
    @classmethod
    def _valid_schedule(cls, text: str) -> str:
        if len(text.split()) != 5 or not croniter.is_valid(text):  # noqa: PLR2004 - cron's fields
            message = "un horaire cron à cinq champs, comme */15 * * * *"
            raise ValueError(message)
        return text

    @model_validator(mode="after")
    def _units_agree(self) -> Self:
        check_units(self.contract, self.mapping)
        return self

    @property
    def replaces(self) -> Replace:
        """What one delivery replaces whole: `replace`, else month when every measure is monthly."""
        if self.replace:
            return self.replace
        for one in _readers(self.connector, self.settings):
            if own := default_replace(one):
                return own
        specs = self.mapping.specs()
        monthly = bool(specs) and all(spec.step == "month" for spec in specs)
        return "month" if monthly else "rows"


def load_source(path: Path) -> SourceConfig:
    """Read one source. Raises BadSource(file, line?, field, expected), in French."""
    if not _NAME.fullmatch(path.stem):
        raise BadSource(
            file=path.name, expected="un nom de fichier en minuscules, chiffres, « - » ou « _ »"
        )
    given = _toml(path)
    own = set(SourceConfig.model_fields) - {"settings"}
    settings = {key: value for key, value in given.items() if key not in own}
    known = {key: value for key, value in given.items() if key in own - {"name"}}
    known.setdefault("label", path.stem)
    if "mapping" not in given and (own_mapping := _mapping_of(given)):
        known["mapping"] = own_mapping
    if "name" in given:
        raise BadSource(file=path.name, field="name", expected="rien : le nom est celui du fichier")
    try:
        config = SourceConfig.model_validate({**known, "name": path.stem, "settings": settings})
        registry.connector(config.connector).Config.model_validate(settings)
    except ValidationError as error:
        raise _refusal(path, error) from error
    except BadSource as error:
        raise BadSource(**{**error.facts, "file": path.name}) from error
    return config


def _readers(kind: object, settings: dict[str, Any]) -> Iterator[Connector]:
    """The connector, then the one of the `format` that it fetches files of."""
    known = registry.kinds()
    return (
        registry.connector(str(name)) for name in (kind, settings.get("format")) if name in known
    )


def _mapping_of(given: dict[str, Any]) -> dict[str, Any] | None:
    """The mapping that a standard format brings itself."""
    found = (default_mapping(one) for one in _readers(given.get("connector"), given))
    return next((one for one in found if one), None)


def load_sources(home: Home) -> tuple[list[SourceConfig], list[BadSource]]:
    """Every source of an installation, in name order, and the errors of the unreadable ones."""
    configs: list[SourceConfig] = []
    errors: list[BadSource] = []
    for path in sorted(home.sources.glob("*.toml")):
        try:
            configs.append(load_source(path))
        except BadSource as error:
            errors.append(error)
    return configs, errors


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line ([0-9]+)", str(error))
        raise BadSource(
            file=path.name, line=int(line[1]) if line else None, expected="du TOML valide"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSource(file=path.name, expected="un fichier texte en UTF-8") from error


_EXPECTED = {
    "missing": "ce champ",
    "extra_forbidden": "un champ connu (celui-ci ne l'est pas)",
    "string_type": "du texte entre guillemets",
    "string_too_short": "un texte non vide",
    "bool_type": "true ou false",
    "bool_parsing": "true ou false",
    "int_type": "un nombre entier",
    "int_parsing": "un nombre entier",
    "float_type": "un nombre",
    "float_parsing": "un nombre",
    "finite_number": "un nombre fini",
    "dict_type": "une table { … }",
    "model_type": "une table { … }",
    "model_attributes_type": "une table { … }",
    "tuple_type": "une liste [ … ]",
    "list_type": "une liste [ … ]",
    "frozen_set_type": "une liste [ … ]",
}


def _refusal(path: Path, error: ValidationError) -> BadSource:
    first = error.errors(include_url=False, include_input=False)[0]
    parts = [str(part) for part in first["loc"] if not str(part).isdigit()]
    expected = _EXPECTED.get(first["type"])
    if first["type"] == "value_error":
        expected = str(first["ctx"]["error"])
    elif first["type"] == "literal_error":
        expected = "une valeur parmi " + first["ctx"]["expected"].replace(" or ", ", ")
    return BadSource(
        file=path.name, field=".".join(parts), expected=expected or f"autre chose ({first['msg']})"
    )
