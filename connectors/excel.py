"""Spreadsheets dropped in COCKPIT_HOME: xlsx, xls and ods, read cell by cell without Excel."""

from __future__ import annotations

from io import BufferedIOBase
from typing import Literal

from pydantic import Field

from cockpit.connect import files, sheets
from cockpit.connect.contract import Decimal, Delivery, Part


class ExcelConfig(files.FileConfig):
    """Settings of a spreadsheet source. sheet: its name, "" for the first one.

    range: "B4:H200", or the name of a block or of a table, which says its own sheet. header_row:
    1-based row of the sheet; absent, the first one that holds every mapped column. header_rows: 2
    when titles stand above titles: a column is then called "Titre · Sous-titre". decimal: of
    numbers kept as text in the sheet; real numbers need nothing.
    """

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


class _Excel(files.FileConnector[ExcelConfig]):
    kind = "excel"
    Config = ExcelConfig

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
        noted: list[str] = []
        parts = map(Part, sheets.cut(stream, name, columns, _where(config), noted=noted))
        header = tuple(noted)
        return Delivery(name, digest, parts, config.decimal, native_dates=True, header=header)


def _where(config: ExcelConfig) -> sheets.Where:
    return sheets.Where(
        config.sheet, config.range, config.header_row, config.header_rows, config.decimal
    )


CONNECTOR = _Excel()
