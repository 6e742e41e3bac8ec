"""Delimited text files dropped in COCKPIT_HOME: what every hospital program can export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from cockpit.connect import delimited, files, guard, textfile
from cockpit.connect.contract import Check, Decimal, Delivery, IsKnown, Stream
from cockpit.errors import BadDelivery
from cockpit.settings import Home


class CsvConfig(BaseModel):
    """Settings of a CSV source.

    encoding: auto is strict UTF-8, else Windows-1252. final_newline: false when the exporter does
    not end its last line; otherwise such a line is taken for one still being written. columns:
    names of the columns for a file without header (or whose header skip_lines leaves out).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(guard.relative_pattern)] = Field(
        title="Fichiers", description="Chemin relatif à COCKPIT_HOME, avec * au besoin"
    )
    encoding: textfile.Encoding = Field("auto", title="Encodage")
    delimiter: str = Field(";", title="Séparateur de colonnes")
    decimal: Decimal = Field(",", title="Séparateur décimal")
    skip_lines: int = Field(0, ge=0, le=1000, title="Lignes à sauter avant l'en-tête")
    columns: tuple[str, ...] = Field((), title="Noms des colonnes d'un fichier sans en-tête")
    final_newline: bool = Field(default=True, title="La dernière ligne est terminée")

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, text: str) -> str:
        if len(text) != 1 or not text.isascii() or text.isalnum() or text in '"\r\n\0-+.':
            message = "un seul caractère, comme « ; », « , » ou une tabulation"
            raise ValueError(message)
        return text


class _Csv:
    kind = "csv"
    Config = CsvConfig

    def check(self, home: Home, config: CsvConfig) -> Check:
        return files.check_files(home, config.path, lambda name, data: _header(name, data, config))

    def discover(self, home: Home, config: CsvConfig) -> list[Stream]:
        return files.streams_of(home, config.path, lambda name, data: _header(name, data, config))

    def read(
        self, home: Home, config: CsvConfig, columns: tuple[str, ...], is_known: IsKnown
    ) -> Iterator[Delivery | BadDelivery]:
        def parse(name: str, data: bytes, digest: str) -> Delivery:
            text = textfile.utf8_bytes(data, config.encoding, name)
            found = delimited.cut(text, _layout(config), name, columns)
            return Delivery(name, digest, found.table, found.refused, config.decimal)

        return files.read_files(home, config.path, is_known, parse)


def _layout(config: CsvConfig) -> delimited.Layout:
    return delimited.Layout(
        config.delimiter, config.skip_lines, config.final_newline, config.columns
    )


def _header(name: str, data: bytes, config: CsvConfig) -> tuple[str, ...]:
    text = textfile.utf8_bytes(data, config.encoding, name)
    return delimited.header_of(text, _layout(config), name)


CONNECTOR = _Csv()
