"""COCKPIT_HOME and what `cockpit.toml` says of this installation.

Everything an installation owns lies in one folder (default `./var`), so that a backup is a copy.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from cockpit.errors import BadSettings
from cockpit.places import canonical_place
from cockpit.regions import EXPECTED as EXPECTED_REGION
from cockpit.regions import METROPOLE, known_region


class Network(BaseModel):
    """Where the sources may go: `host:port` texts. Empty, no source reaches the network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: frozenset[Annotated[str, AfterValidator(canonical_place)]] = frozenset()


class Forecasts(BaseModel):
    """Where forecasts are fitted: in child processes here, or on a cluster.

    address: of the cluster (`tcp://…:8786`, `ray://…:10001`, `spark://…:7077`); empty, the engine
    starts one on this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["local", "dask", "ray", "spark"] = "local"
    address: str = Field("", pattern=r"^([a-z]+://[A-Za-z0-9.:_\[\]-]+)?$")


class Web(BaseModel):
    """What the web pages may do. offline: phones keep the last figures, to read without network.

    accessibility: who to write to about it (an address, a telephone), told on /accessibilite.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    offline: bool = True
    accessibility: str = Field("", max_length=200)


class Installation(BaseModel):
    """`cockpit.toml`: the hospital's name and its calendar; every field has a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("Mon établissement", min_length=1)
    language: Literal["fr", "en"] = "fr"
    school_zone: Literal["A", "B", "C", "none"] = "B"
    holidays: Annotated[str, AfterValidator(known_region)] = METROPOLE
    keep_generations: int = Field(10, ge=2, le=1000)
    host: str = "127.0.0.1"
    port: int = Field(8501, ge=1, le=65535)
    network: Network = Network()
    forecast: Forecasts = Forecasts()
    web: Web = Web()
    public_url: str = Field("", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?)?$")
    bed_safety_pct: float = Field(0.0, ge=0, le=30)
    duckdb_memory_limit: str = Field("2GB", pattern=r"^[0-9]+(\.[0-9]+)? ?[KMGT]i?B$")


_EXPECTED = {
    "name": "un texte non vide",
    "language": "fr ou en",
    "school_zone": "A, B, C, ou none hors des trois zones",
    "holidays": EXPECTED_REGION,
    "keep_generations": "un entier de 2 à 1000",
    "host": "une adresse entre guillemets",
    "port": "un entier de 1 à 65535",
    "network.allow": "une liste de textes « serveur:port », comme « fhir.hopital.local:443 »",
    "forecast.engine": "local, dask, ray ou spark",
    "forecast.address": "une adresse comme « tcp://grappe.hopital.local:8786 »",
    "web.offline": "true ou false",
    "public_url": "l'adresse où les gens ouvrent Cockpit, comme « https://cockpit.hopital.fr »",
    "bed_safety_pct": "un pourcentage des lits ouverts, de 0 à 30",
    "duckdb_memory_limit": "une taille comme 512MB ou 2GB",
}


def _expected(field: str) -> str:
    return _EXPECTED.get(field, "l'un des champs " + ", ".join(_EXPECTED))


def _refusal(path: Path, first: ErrorDetails) -> BadSettings:
    """The error of one field; an entry of a list is named by its place, never by its text."""
    field = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
    expected = _expected(field)
    if first["type"] == "value_error":
        expected = str(first["ctx"]["error"])
    for part in first["loc"]:
        expected += f" (entrée n° {part + 1})" if isinstance(part, int) else ""
    return BadSettings(file=path.name, field=field, expected=expected)


@dataclass(frozen=True)
class Home:
    """The folder of one installation; names below are stable (docs/files.md)."""

    root: Path

    @property
    def sources(self) -> Path:
        """One TOML file per source."""
        return self.root / "sources"

    @property
    def kpis(self) -> Path:
        """The hospital's own KPIs."""
        return self.root / "kpis"

    @property
    def drop(self) -> Path:
        """Where exports are dropped."""
        return self.root / "drop"

    @property
    def landing(self) -> Path:
        """Every accepted batch, kept."""
        return self.root / "landing"

    @property
    def generations(self) -> Path:
        """Published states of the warehouse and their pointer."""
        return self.root / "generations"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def structure(self) -> Path:
        """The hospital's units."""
        return self.root / "structure.csv"

    @property
    def phones(self) -> Path:
        """How many times phones were told to forget what they kept; absent: never."""
        return self.root / "phones"

    @property
    def state_url(self) -> str:
        """SQLAlchemy address of the state database (`COCKPIT_STATE_URL` replaces the file)."""
        return os.environ.get("COCKPIT_STATE_URL") or f"sqlite:///{self.root / 'state.db'}"

    @cached_property
    def installation(self) -> Installation:
        """`cockpit.toml`, or the defaults. Raises BadSettings naming the field that is wrong."""
        path = self.root / "cockpit.toml"
        if not path.exists():
            return Installation()
        try:
            return Installation.model_validate(tomllib.loads(path.read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(file=path.name, expected="du TOML valide") from error
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(file=path.name, expected="un fichier texte en UTF-8") from error
        except ValidationError as error:
            raise _refusal(path, error.errors(include_url=False)[0]) from error

    def prepare(self) -> Home:
        """Make the folders that are missing."""
        for folder in (
            self.sources,
            self.kpis,
            self.drop,
            self.landing,
            self.generations,
            self.logs,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        return self


def home() -> Home:
    """The installation that `COCKPIT_HOME` names, `./var` without it."""
    return Home(Path(os.environ.get("COCKPIT_HOME", "var")).resolve())
