"""Spreadsheets dropped in COCKPIT_HOME: xlsx, xls and ods, read cell by cell without Excel."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cockpit.connect import files, guard, sheets
from cockpit.connect.contract import Asked, Check, Decimal, Delivery, Part, Stream
from cockpit.errors import BadDelivery


class ExcelConfig(BaseModel):
    """Settings of a spreadsheet source. sheet: its name, "" for the first one.

    range: "B4:H200", or the name of a block or of a table, which says its own sheet. header_row:
    1-based row of the sheet; absent, the first one that holds every mapped column. header_rows: 2
    when titles stand above titles: a column is then called "Titre · Sous-titre". decimal: of
    numbers kept as text in the sheet; real numbers need nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(guard.relative_pattern)] = Field(
        title="Fichiers", description="Chemin relatif à COCKPIT_HOME, avec * au besoin"
    )
    sheet: str = Field(
        "", title="Feuille", description="Son nom ; vide pour la première", max_length=255
    )
    range: str = Field(
        "",
        title="Plage",
        description="Comme B4:H200, ou le nom d'une plage ou d'un tableau",
        max_length=255,
    )
    header_row: int | None = Field(None, ge=1, le=1000, title="Ligne d'en-tête")
    header_rows: Literal[1, 2] = Field(
        1,
        title="Nombre de lignes d'en-tête",
        description="2 pour des titres fusionnés : « Titre · Sous-titre »",
    )
    decimal: Decimal = Field(",", title="Séparateur décimal des nombres saisis en texte")


class _Excel:
    kind = "excel"
    Config = ExcelConfig

    def check(self, asked: Asked, config: ExcelConfig) -> Check:
        return files.check_files(asked, config.path, self, config)

    def discover(self, asked: Asked, config: ExcelConfig) -> list[Stream]:
        return files.streams_of(asked, config.path, self, config)

    def read(self, asked: Asked, config: ExcelConfig) -> Iterator[Delivery | BadDelivery]:
        return files.read_files(asked, config.path, self, config)

    def header(self, name: str, stream: BufferedIOBase, config: ExcelConfig) -> tuple[str, ...]:
        return sheets.header_of(stream, name, _where(config))

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: ExcelConfig,
        columns: tuple[str, ...],
    ) -> Delivery:
        parts = map(Part, sheets.cut(stream, name, columns, _where(config)))
        return Delivery(name, digest, parts, config.decimal, native_dates=True)


def _where(config: ExcelConfig) -> sheets.Where:
    return sheets.Where(
        config.sheet, config.range, config.header_row, config.header_rows, config.decimal
    )


CONNECTOR = _Excel()
