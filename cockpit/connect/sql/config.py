"""Settings of a database source: form fields, never an address that could hold anything else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cockpit.connect import guard
from cockpit.connect.lengths import Length
from cockpit.connect.secrets import Secret
from cockpit.connect.sql.cursor import POINT

Dialect = Literal["postgresql", "mariadb", "mysql", "sqlserver", "oracle", "odbc", "sqlite"]
Tls = Literal["verify", "encrypt", "none"]

PORTS: dict[str, int] = {
    "postgresql": 5432,
    "mariadb": 3306,
    "mysql": 3306,
    "sqlserver": 1433,
    "oracle": 1521,
}
_QUERY_FILE = re.compile(r"sources/[A-Za-z0-9_.-]+\.sql")


def _query_file(text: str) -> str:
    if not _QUERY_FILE.fullmatch(text):
        message = "le nom d'un fichier .sql de sources/, comme « sources/paie.sql »"
        raise ValueError(message)
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        message = "un texte sur une seule ligne"
        raise ValueError(message)
    return text


def _file(text: str) -> str:
    return guard.relative_pattern(text) if text else text


_Text = Annotated[str, AfterValidator(_printable), Field(max_length=200)]


class SqlConfig(BaseModel):
    """Settings of an SQL source.

    overlap: how far before the cursor each reading starts again, for lines that are written late.
    statement_timeout_s: the server itself stops the query after that; max_rows, max_mb: a larger
    answer is refused whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dialect: Dialect = Field(title="Type de base")
    host: _Text = Field("", title="Serveur", description="Nom ou adresse ; aucun pour SQLite")
    port: int | None = Field(
        None, ge=1, le=65535, title="Port", description="Vide : celui d'usage (PostgreSQL : 5432)"
    )
    database: _Text = Field(
        min_length=1,
        title="Base",
        description="Nom de la base ; service pour Oracle ; pour SQLite, fichier de l'installation",
    )
    user: _Text = Field("", title="Compte", description="Un compte qui ne peut que lire")
    password: Secret = Field("", title="Mot de passe")
    tls: Tls = Field(
        "verify",
        title="Chiffrement",
        description="verify : chiffré et certificat vérifié ; encrypt : chiffré ; none : en clair",
    )
    tls_ca: Annotated[str, AfterValidator(_file)] = Field(
        "",
        title="Autorité de certification",
        description="Fichier PEM du dossier de l'installation ; vide : celles du système",
    )
    odbc_driver: _Text = Field(
        "", title="Pilote ODBC", description="Son nom dans odbcinst.ini ; seulement pour odbc"
    )
    query_file: Annotated[str, AfterValidator(_query_file)] = Field(
        title="Fichier de la requête", description="Un seul SELECT, dans sources/"
    )
    cursor_column: _Text = Field(
        "",
        title="Colonne de reprise",
        description="Colonne de la requête ; la requête filtre avec :cursor",
    )
    cursor_start: _Text = Field(
        "", title="Première valeur de reprise", description="Comme 2024-01-01 ou 0"
    )
    overlap: Length | None = Field(
        None, title="Recouvrement", description="Relit d'autant avant la reprise, comme 2d"
    )
    statement_timeout_s: int = Field(300, ge=1, le=86_400, title="Durée maximale, en secondes")
    max_rows: int = Field(20_000_000, ge=1, le=100_000_000, title="Lignes au plus")
    max_mb: int = Field(2_000, ge=1, le=20_000, title="Volume au plus, en Mo")

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if self.dialect == "sqlite":
            if self.host or self.port or self.user or self.password:
                _refuse("ni serveur, ni port, ni compte pour un fichier SQLite")
            guard.relative_pattern(self.database)
        elif not (self.host and self.user):
            _refuse("« host » et « user »")
        if self.dialect == "odbc" and not (self.odbc_driver and self.port):
            _refuse("« odbc_driver » et « port » pour odbc")
        return self

    @model_validator(mode="after")
    def _whole_cursor(self) -> Self:
        if not self.cursor_column:
            if self.cursor_start or self.overlap:
                _refuse("« cursor_column » pour « cursor_start » et « overlap »")
            return self
        point = POINT.fullmatch(self.cursor_start)
        if point is None:
            _refuse("« cursor_start » : un nombre ou une date, comme 0 ou 2024-01-01")
        elif self.overlap and not point["day"]:
            _refuse("« overlap » seulement pour une reprise par date")
        return self

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.host, self.port or PORTS[self.dialect]

    @property
    def overlap_time(self) -> timedelta:
        """How far back each reading starts."""
        return self.overlap or timedelta(0)


def _refuse(expected: str) -> None:
    raise ValueError(expected)
