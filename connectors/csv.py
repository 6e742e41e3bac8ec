"""Delimited text files dropped in COCKPIT_HOME: what every hospital program can export."""

from __future__ import annotations

from io import BufferedIOBase

from pydantic import Field, field_validator

from cockpit.connect import delimited, files, textfile
from cockpit.connect.contract import Decimal, Delivery


class CsvConfig(files.FileConfig):
    """Settings of a CSV source.

    encoding: auto is strict UTF-8, else Windows-1252. final_newline: false when the exporter does
    not end its last line; otherwise such a line is taken for one still being written. columns:
    names of the columns for a file without header (or whose header skip_lines leaves out).
    """

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


class _Csv(files.FileConnector[CsvConfig]):
    kind = "csv"
    Config = CsvConfig

    def header(self, name: str, stream: BufferedIOBase, config: CsvConfig) -> tuple[str, ...]:
        blocks = textfile.utf8_blocks(stream, config.encoding, name)
        return delimited.body_of(blocks, _layout(config), name).header

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: CsvConfig,
        columns: tuple[str, ...],
    ) -> Delivery:
        blocks = textfile.utf8_blocks(stream, config.encoding, name)
        body = delimited.body_of(blocks, _layout(config), name)
        parts = delimited.cut(body, columns)
        return Delivery(name, digest, parts, config.decimal, header=body.header)


def _layout(config: CsvConfig) -> delimited.Layout:
    return delimited.Layout(
        config.delimiter, config.skip_lines, config.final_newline, config.columns
    )


CONNECTOR = _Csv()
