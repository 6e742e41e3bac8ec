"""Spreadsheets dropped in COCKPIT_HOME: xlsx, xls and ods, read cell by cell without Excel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cockpit.connect import files, guard, sheets
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import Check, Decimal, Delivery, IsKnown, Stream
from cockpit.errors import BadDelivery
from cockpit.settings import Home


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

    def check(self, home: Home, config: ExcelConfig) -> Check:
        return files.check_files(home, config.path, lambda name, data: _header(name, data, config))

    def discover(self, home: Home, config: ExcelConfig) -> list[Stream]:
        return files.streams_of(home, config.path, lambda name, data: _header(name, data, config))

    def read(
        self, home: Home, config: ExcelConfig, columns: tuple[str, ...], is_known: IsKnown
    ) -> Iterator[Delivery | BadDelivery]:
        def parse(name: str, data: bytes, digest: str) -> Delivery:
            cells = sheets.sheet_of(data, name, config.sheet, config.decimal)
            table = sheets.cut_sheet(cells, name, columns, config.header_row)
            refused = QUARANTINE.empty_table()
            return Delivery(name, digest, table, refused, config.decimal, native_dates=True)

        return files.read_files(home, config.path, is_known, parse)


def _header(name: str, data: bytes, config: ExcelConfig) -> tuple[str, ...]:
    cells = sheets.sheet_of(data, name, config.sheet, config.decimal)
    return sheets.header_of_sheet(cells, name, (), config.header_row)


CONNECTOR = _Excel()
