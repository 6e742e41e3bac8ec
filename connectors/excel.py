"""Spreadsheets dropped in COCKPIT_HOME: xlsx, xls and ods, read cell by cell without Excel."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cockpit.connect import files, guard, sheets
from cockpit.connect.contract import Asked, Check, Decimal, Delivery, Part, Stream
from cockpit.errors import BadDelivery


class ExcelConfig(BaseModel):
    """Settings of a spreadsheet source. sheet: its name, "" for the first one.

    header_row: 1-based; absent, the first row that holds every mapped column. decimal: of numbers
    kept as text in the sheet; real numbers need nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(guard.relative_pattern)] = Field(
        title="Fichiers", description="Chemin relatif à COCKPIT_HOME, avec * au besoin"
    )
    sheet: str = Field("", title="Feuille", max_length=255)
    header_row: int | None = Field(None, ge=1, le=1000, title="Ligne d'en-tête")
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
        cells = sheets.sheet_of(stream.read(), name, config.sheet, config.decimal)
        return sheets.header_of_sheet(cells, name, (), config.header_row)

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: ExcelConfig,
        columns: tuple[str, ...],
    ) -> Delivery:
        cells = sheets.sheet_of(stream.read(), name, config.sheet, config.decimal)
        table = sheets.cut_sheet(cells, name, columns, config.header_row)
        return Delivery(name, digest, (Part(table),), config.decimal, native_dates=True)


CONNECTOR = _Excel()
