"""Spreadsheets as people really make them, and as an attacker would."""

from __future__ import annotations

import io
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.connect import registry, sheets
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery
from cockpit.settings import Home


def _book(*rows: list[object], sheet: str = "Données") -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Notice"
    book.active.append(["Lisez-moi"])
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    book.save(stream)
    return stream.getvalue()


PEOPLE = _book(
    ["Effectifs 2024", None, None, None],
    [],
    ["mois", "uf", "etp", "commentaire"],
    [date(2024, 1, 1), 10, 12.5, "natif"],
    ["févr.-24", "01", "1 234,5", "texte"],
    [datetime(2024, 3, 31, 18, 0), 10.0, 3, None],
    [None, None, None, None],
    ["Total", None, 99, None],
)


def _columns(data: bytes, header_row: int | None = None) -> list[tuple[object, ...]]:
    cells = sheets.sheet_of(data, "f.xlsx", "Données", ",")
    table = sheets.cut_sheet(cells, "f.xlsx", ("mois", "uf", "etp"), header_row)
    return [tuple(row.values()) for row in table.to_pylist()]


def test_cells_become_text_under_the_header_that_is_found() -> None:
    assert _columns(PEOPLE) == [
        ("2024-01-01", "10", "12,5", 4),
        ("févr.-24", "01", "1 234,5", 5),
        ("2024-03-31 18:00:00", "10", "3", 6),
        ("", "", "", 7),
        ("Total", "", "99", 8),
    ]


def test_a_declared_header_row_is_obeyed() -> None:
    with pytest.raises(BadDelivery) as refusal:
        _columns(PEOPLE, header_row=1)
    assert (refusal.value.facts["line"], refusal.value.facts["field"]) == (1, "mois")
    assert len(_columns(PEOPLE, header_row=3)) == 5


def test_a_spreadsheet_becomes_a_batch(tmp_path: Path) -> None:
    """Three months of FTE: 12.5, 1234.5 and 3; the line of totals is refused, not counted as data."""
    home = Home(tmp_path).prepare()
    home.structure.write_text("unit;parent;level;label\n10;;service;A\n01;;service;B\n", "utf-8")
    (home.drop / "rh.xlsx").write_bytes(PEOPLE)
    source = home.sources / "rh.toml"
    source.write_text(
        'connector = "excel"\nschedule = "0 6 * * *"\nstale_after = "40d"\n'
        'path = "drop/rh*.xlsx"\nsheet = "Données"\n[mapping]\n'
        'date = { column = "mois", format = "%b-%y" }\nunit = { column = "uf" }\n'
        '[mapping.measures]\netp = "fte_paid"\n',
        "utf-8",
    )
    (batch,) = batches(home, load_source(source), frozenset(), load_structure(home.structure))
    assert isinstance(batch, Batch)
    assert [
        (row["unit"], row["day"], row["value"]) for row in batch.rows.to_pylist()
    ] == [
        ("10", date(2024, 1, 1), 12.5), ("01", date(2024, 2, 1), 1234.5), ("10", date(2024, 3, 1), 3.0),
    ]  # fmt: skip
    assert (batch.lines, batch.refused_lines, batch.replace) == (4, 1, "month")
    assert set(batch.quarantine["line"].to_pylist()) == {8}


def test_a_missing_sheet_is_named() -> None:
    with pytest.raises(BadDelivery, match="Absente"):
        sheets.sheet_of(PEOPLE, "f.xlsx", "Absente", ",")


def _zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            with archive.open(f"xl/{number}.xml", "w") as entry:
                for _ in range(80):
                    entry.write(bytes(1 << 20))
    return stream.getvalue()


def _corner_bomb() -> bytes:
    """Two cells at the far corners of the sheet: 17 billion cells for a naive reader."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(stream)
    return stream.getvalue()


def _many_entries() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(6000):
            archive.writestr(str(number), b"")
    return stream.getvalue()


def _entities() -> bytes:
    """A shared string made of nested entities (billion laughs)."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PEOPLE)) as source, zipfile.ZipFile(out, "w") as archive:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "xl/sharedStrings.xml":
                data = (
                    bomb + '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    "<si><t>&l9;</t></si></sst>"
                ).encode()
            archive.writestr(entry, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html><table><tr><td>un export .xls qui est du HTML</td></tr></table></html>",
        PEOPLE[:1000], PEOPLE[:-30], b"PK\x03\x04" + bytes(500),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), _zip_bomb(), _corner_bomb(), _many_entries(),
    ],
    ids=["empty", "html", "cut", "tail", "zip", "xls", "bomb", "corner", "entries"],
)  # fmt: skip
def test_what_is_no_sound_workbook_is_refused_fast(data: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(BadDelivery):
        sheets.sheet_of(data, "f.xlsx", "", ",")
    assert time.monotonic() - began < 20


def test_nested_entities_never_expand() -> None:
    try:
        table = sheets.sheet_of(_entities(), "f.xlsx", "Données", ",")
    except BadDelivery:
        return
    assert table.nbytes < 1 << 20


def test_too_many_cells_are_refused() -> None:
    wide = _book(*[[1] * 1000 for _ in range(3)])
    assert sheets.sheet_of(wide, "f.xlsx", "Données", ",").num_rows == 3
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["ZZ9999"] = 1, 2  # 702 x 9 999 cells
    book.save(stream)
    with pytest.raises(BadDelivery, match="cellules"):
        sheets.sheet_of(stream.getvalue(), "f.xlsx", "", ",")


@settings(max_examples=12, deadline=None)
@given(place=st.integers(0, len(PEOPLE) - 1), value=st.integers(0, 255))
def test_one_altered_byte_is_refused_or_read_never_a_crash(place: int, value: int) -> None:
    altered = PEOPLE[:place] + bytes([value]) + PEOPLE[place + 1 :]
    with suppress(BadDelivery):
        sheets.sheet_of(altered, "f.xlsx", "Données", ",")


def _ods() -> bytes:
    """A minimal OpenDocument sheet: header, then 31 January 2024, UF 10, 12.5."""
    head = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        '<office:body><office:spreadsheet><table:table table:name="Données">'
    )
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in ("mois", "uf", "etp")
    )
    values = (
        '<table:table-cell office:value-type="date" office:date-value="2024-01-31"/>'
        '<table:table-cell office:value-type="float" office:value="10"/>'
        '<table:table-cell office:value-type="float" office:value="12.5"/>'
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    row = "<table:table-row>{}</table:table-row>"
    tail = "</table:table></office:spreadsheet></office:body></office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", head + row.format(texts) + row.format(values) + tail)
    return stream.getvalue()


def test_an_opendocument_sheet_is_read_alike(tmp_path: Path) -> None:
    connector = registry.connector("excel")
    home = Home(tmp_path).prepare()
    (home.drop / "a.ods").write_bytes(_ods())
    config = connector.Config.model_validate({"path": "drop/a.ods", "sheet": "Données"})
    delivery = next(reading := connector.read(Asked(home, "essai", ("mois", "uf", "etp")), config))
    assert delivery.native_dates
    (part,) = delivery.parts
    assert list(reading) == []
    assert [tuple(row.values()) for row in part.table.to_pylist()] == [
        ("2024-01-31", "10", "12,5", 2)
    ]
