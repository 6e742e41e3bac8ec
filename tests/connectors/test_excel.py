"""Spreadsheets as people really make them, and as an attacker would."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from cockpit.connect import registry, sheets
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked
from cockpit.connect.deliver import batches
from cockpit.connect.sheets import Where
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery
from cockpit.settings import Home
from tests.connectors.xls_files import workbook


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
    where = Where("Données", header_row=header_row)
    return _rows(data, ("mois", "uf", "etp"), where)


def _rows(data: bytes, columns: tuple[str, ...], where: Where) -> list[tuple[object, ...]]:
    tables = sheets.cut(io.BytesIO(data), "f.xlsx", columns, where)
    return [tuple(row.values()) for table in tables for row in table.to_pylist()]


def _names(data: bytes, where: Where) -> tuple[str, ...]:
    return sheets.header_of(io.BytesIO(data), "f.xlsx", where)


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
        _names(PEOPLE, Where("Absente"))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<html><table><tr><td>un export .xls qui est du HTML</td></tr></table></html>",
        PEOPLE[:1000], PEOPLE[:-30], b"PK\x03\x04" + bytes(500),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),
    ],
    ids=["empty", "html", "cut", "tail", "zip", "xls"],
)  # fmt: skip
def test_what_is_no_sound_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(BadDelivery):
        _names(data, Where())


@settings(max_examples=12, deadline=None)
@given(place=st.integers(0, len(PEOPLE) - 1), value=st.integers(0, 255))
def test_one_altered_byte_is_refused_or_read_never_a_crash(place: int, value: int) -> None:
    altered = PEOPLE[:place] + bytes([value]) + PEOPLE[place + 1 :]
    with suppress(BadDelivery):
        _columns(altered)


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
    rows = [tuple(row.values()) for row in part.table.to_pylist()]
    assert list(reading) == []
    assert rows == [("2024-01-31", "10", "12,5", 2)]


TITLES = [
    ["Note", None, None, None, None, None],
    ["UF", "Passages", None, "Sorties", None, "Mois"],
    [None, "adultes", "enfants", "adultes", "enfants", None],
    ["0010", 5, 2, 4, 1, date(2024, 1, 31)],
    ["0011", 6, 3, None, 2, date(2024, 2, 29)],
]
JOINED = (
    "UF", "Passages · adultes", "Passages · enfants", "Sorties · adultes", "Sorties · enfants", "Mois",
)  # fmt: skip
WANTED = ("UF", "Passages · enfants", "Sorties · adultes", "Mois")
TITLED_ROWS = [("0010", "2", "4", "2024-01-31", 4), ("0011", "3", "", "2024-02-29", 5)]


def _titled_xlsx() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in TITLES:
        book.active.append(row)
    for block in ("A2:A3", "B2:C2", "D2:E2", "F2:F3"):
        book.active.merge_cells(block)
    book.save(stream)
    return stream.getvalue()


def _titled_xls() -> bytes:
    serials = {date(2024, 1, 31): ("date", 45322), date(2024, 2, 29): ("date", 45351)}
    rows = [
        [serials.get(cell, cell) if isinstance(cell, date) else cell for cell in row]
        for row in TITLES
    ]
    return workbook(rows, merged=[(1, 2, 0, 0), (1, 1, 1, 2), (1, 1, 3, 4), (1, 2, 5, 5)])


@pytest.mark.parametrize("make", [_titled_xlsx, _titled_xls])
@pytest.mark.parametrize("header_row", [None, 2])
def test_merged_titles_name_the_columns_below_them(make, header_row: int | None) -> None:
    """Two header rows; "Passages" covers adultes and enfants, "UF" covers both rows."""
    where = Where(header_row=header_row, header_rows=2)
    assert _rows(make(), WANTED, where) == TITLED_ROWS
    assert _names(make(), Where(header_row=2, header_rows=2)) == JOINED


def test_a_title_that_is_not_merged_covers_its_own_column_only() -> None:
    data = _book(["UF", "Passages", None], [None, "adultes", "enfants"], ["0010", 5, 2])
    where = Where("Données", header_rows=2)
    assert _names(data, where) == ("UF", "Passages · adultes", "enfants")


def test_an_opendocument_title_covers_the_blanks_after_it() -> None:
    data = _ods_of([["UF", "Passages", ""], ["", "adultes", "enfants"], ["0010", "5", "2"]])
    wanted = ("UF · adultes",)
    with pytest.raises(BadDelivery):
        _rows(data, wanted, Where(header_rows=2))
    columns = ("UF", "Passages · adultes", "Passages · enfants")
    assert _rows(data, columns, Where(header_rows=2)) == [("0010", "5", "2", 3)]


def test_an_xls_of_excel_97_is_read_alike() -> None:
    """Text that looks like a number stays text; an error is an empty cell; TRUE is VRAI."""
    data = workbook(
        [
            ["Titre"],
            ["jour", "uf", "n", "fait"],
            [("date", 45322), "0010", 12.5, True],
            [("date", 45322.75), "Médecine €", ("error", 7), False],
        ]
    )
    assert _rows(data, ("jour", "uf", "n", "fait"), Where("Données")) == [
        ("2024-01-31", "0010", "12,5", "VRAI", 3),
        ("2024-01-31 18:00:00", "Médecine €", "", "FAUX", 4),
    ]


@pytest.mark.parametrize("format_", ["xlsx", "xls"])
def test_the_two_calendars_of_excel_give_the_same_day(format_: str) -> None:
    """31 January 2024 is 45322 from 1900 and 43860 from 1904; 1 March 1900 is 61."""
    for is_1904, days in (
        (False, {45322: "2024-01-31", 61: "1900-03-01"}),
        (True, {43860: "2024-01-31"}),
    ):
        for serial, day in days.items():
            if format_ == "xls":
                data = workbook([["jour"], [("date", serial)]], is_1904=is_1904)
            else:
                data = _dated(day, is_1904=is_1904)
            assert _rows(data, ("jour",), Where()) == [(day, 2)]


def _dated(day: str, *, is_1904: bool) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.epoch = CALENDAR_MAC_1904 if is_1904 else book.epoch
    book.active.append(["jour"])
    book.active.append([date.fromisoformat(day)])
    book.save(stream)
    return stream.getvalue()


def test_hours_booleans_errors_and_numbers_are_written_one_way() -> None:
    data = _book(
        ["x"], [time(8, 30)], [timedelta(hours=26, minutes=30)], [True], ["#DIV/0!"], [1e22], [0.1],
        ["1 234,5"], [-0.0], [1e-7], [123456789012345],
    )  # fmt: skip
    cells = [row[0] for row in _rows(data, ("x",), Where("Données"))]
    assert cells == [
        "08:30:00", "26:30:00", "VRAI", "", "10000000000000000000000", "0,1", "1 234,5", "0",
        "1e-07", "123456789012345",
    ]  # fmt: skip


def _with_areas() -> bytes:
    """Two tables on one sheet; the one on the right is a block, a name and a table of Excel."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Page 1"
    page = book.create_sheet("Été d'un service")
    for row in (
        ["uf", "n", None, None, None],
        ["01", 9, None, "uf", "n"],
        ["02", 9, None, "10", 1],
        ["03", 9, None, "11", 2],
        ["04", 9, None, "Total", 3],
    ):
        page.append(row)
    where = "'Été d''un service'!$D$2:$E$4"
    book.defined_names["Tableau_de_bord"] = DefinedName("Tableau_de_bord", attr_text=where)
    book.defined_names["Calcul"] = DefinedName("Calcul", attr_text="SUM('Page 1'!$A$1:$A$3)")
    book.defined_names["Deux"] = DefinedName("Deux", attr_text=f"{where},{where}")
    page.add_table(Table(displayName="Passages", ref="D2:E4"))
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("area", "sheet"),
    [
        ("D2:E4", "Été d'un service"), ("$D$2:$E$4", "Été d'un service"), ("e4:d2", "Été d'un service"),
        ("Tableau_de_bord", ""), ("tableau_de_bord", "Été d'un service"), ("Passages", ""),
    ],
)  # fmt: skip
def test_only_the_range_is_read_and_lines_stay_those_of_the_sheet(area: str, sheet: str) -> None:
    found = _rows(_with_areas(), ("uf", "n"), Where(sheet, area))
    assert found == [("10", "1", 3), ("11", "2", 4)]


@pytest.mark.parametrize("area", ["Inconnue", "Calcul", "Deux"])
def test_a_name_that_is_no_single_block_is_refused(area: str) -> None:
    with pytest.raises(BadDelivery, match="plage nommée"):
        _rows(_with_areas(), ("uf", "n"), Where("", area))


def test_a_name_of_another_sheet_than_the_one_asked_is_refused() -> None:
    with pytest.raises(BadDelivery, match="sur la feuille"):
        _rows(_with_areas(), ("uf", "n"), Where("Page 1", "Tableau_de_bord"))


def test_an_xls_reads_blocks_but_says_that_it_knows_no_names() -> None:
    data = workbook([[None, None], [None, "uf"], [None, "10"], [None, "Total"]])
    assert _rows(data, ("uf",), Where("", "B2:B3")) == [("10", 3)]
    with pytest.raises(BadDelivery, match="B4:H200"):
        _rows(data, ("uf",), Where("", "Nom"))


def test_a_named_range_of_opendocument_is_read() -> None:
    data = _ods_of(
        [["x", "y"], ["uf", "n"], ["10", "1"], ["Total", "1"]], name=("Bloc", "$Données.$A$2:.$B$3")
    )
    assert _rows(data, ("uf", "n"), Where("", "Bloc")) == [("10", "1", 3)]


def test_a_renamed_column_is_named_with_the_one_that_resembles_it() -> None:
    with pytest.raises(BadDelivery) as refusal:
        _rows(_book(["Mois", "Passage"], ["01/2024", 3]), ("passages",), Where("Données"))
    assert (
        "attendu la colonne « passages » ; la colonne n° 2 lui ressemble"
        in refusal.value.sentence()
    )


def test_many_rows_come_in_several_parts_without_losing_a_line() -> None:
    """70,000 rows of 4 columns: two batches of the child."""
    book, stream = openpyxl.Workbook(write_only=True), io.BytesIO()
    page = book.create_sheet()
    page.append(["a", "b", "c", "d"])
    for number in range(70_000):
        page.append([number, "x", None, number / 4])
    book.save(stream)
    tables = list(sheets.cut(stream, "f.xlsx", ("a", "d"), Where(decimal=".")))
    assert len(tables) > 1
    rows = [tuple(row.values()) for table in tables for row in table.to_pylist()]
    assert [row[2] - 2 for row in rows] == list(range(70_000))
    assert all(int(row[0]) == row[2] - 2 == float(row[1]) * 4 for row in rows)


@pytest.mark.slow
def test_stopping_midway_leaves_no_process_behind() -> None:
    wide = _book(list(range(300)), *[[number] * 300 for number in range(1300)])
    tables = sheets.cut(io.BytesIO(wide), "f.xlsx", ("0",), Where("Données", header_row=1))
    assert next(tables).num_rows
    assert _readers()
    del tables
    assert not _readers()


def _readers() -> list[str]:
    """Processes of ours that read a sheet."""
    lists = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [number for one in lists for number in one.read_text().split()]
    return [
        number
        for number in children
        if b"sheet_child" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]


def _ods_of(rows: list[list[str]], name: tuple[str, str] | None = None) -> bytes:
    """A sheet of texts, with a named range."""
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>" if cell else "<table:table-cell/>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )  # fmt: skip
    names = (
        "<table:named-expressions><table:named-range "
        f'table:name="{name[0]}" table:base-cell-address="$Données.$A$1" '
        f'table:cell-range-address="{name[1]}"/></table:named-expressions>'
        if name
        else ""
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_ods())) as source, zipfile.ZipFile(out, "w") as archive:
        for entry in source.infolist():
            text = source.read(entry).decode()
            if entry.filename == "content.xml":
                start, _, end = text.partition("<table:table-row>")
                end = "</table:table>" + names + end.rpartition("</table:table>")[2]
                text = start + body + end
            archive.writestr(entry, text)
    return out.getvalue()
