"""Attack 11: text files made to shift a column. Each file of the corpus is cut into exactly these
cells, or its faulty lines are told by number, or it is refused whole; nothing shifts in silence."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from datetime import date

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.connect import reasons
from cockpit.connect.contract import LINE
from cockpit.connect.parse_days import DayFormat
from cockpit.connect.parse_numbers import parse_numbers
from cockpit.errors import BadDelivery
from connectors.csv import CONNECTOR

COLUMNS = ("jour", "uf", "n")
HEAD = "jour;uf;n\n"
GOOD = ("01/03/2024", "10", "5")
LINE_OF_GOOD = "01/03/2024;10;5\n"

Row = tuple[str, str, str, int]


@dataclass(frozen=True)
class Case:
    """kept: every row, with its line. refused: lines quarantined. whole: line of the refusal of the
    file, 0 when it has none; None when the file is read."""

    data: bytes
    kept: tuple[Row, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    whole: int | None = None


def _read(text: str | bytes, *kept: Row, refused: tuple[tuple[int, str], ...] = ()) -> Case:
    return Case(text if isinstance(text, bytes) else text.encode(), kept, refused)


def _refused(text: str | bytes, line: int) -> Case:
    return Case(text if isinstance(text, bytes) else text.encode(), whole=line)


def _row(*cells: str, line: int = 2) -> Row:
    return (cells[0], cells[1], cells[2], line)


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", HEAD + LINE_OF_GOOD)
    return stream.getvalue()


def _xlsx() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.append([*COLUMNS])
    book.save(stream)
    return stream.getvalue()


TEXT = HEAD + LINE_OF_GOOD
ROW = (*GOOD, 2)
AFTER = (*GOOD, 3)
RAGGED, QUOTES, CUT = reasons.RAGGED, reasons.BAD_QUOTES, reasons.UNFINISHED

CORPUS: dict[str, Case] = {
    "delimiter in a quoted label": _read(HEAD + '1;"a;b";2\n', _row("1", "a;b", "2")),
    "delimiter in a bare label": _read(
        HEAD + "1;a;b;2\n" + LINE_OF_GOOD, AFTER, refused=((2, RAGGED),)
    ),
    "one column too few": _read(HEAD + "1;2\n" + LINE_OF_GOOD, AFTER, refused=((2, RAGGED),)),
    "shifted by a leading delimiter": _read(
        HEAD + ";1;2;3\n" + LINE_OF_GOOD, AFTER, refused=((2, RAGGED),)
    ),
    "half a line at the end": _read(TEXT + "02/03/2024;1", ROW, refused=((3, CUT),)),
    "full line without its end": _read(TEXT + "02/03/2024;10;1", ROW, refused=((3, CUT),)),
    "half a last line with its end": _read(TEXT + "02/03/2024;1\n", ROW, refused=((3, RAGGED),)),
    "Windows-1252": _read((HEAD + "1;Médecine – €;2\n").encode("cp1252"),
                          _row("1", "Médecine – €", "2")),
    "UTF-8 with its mark": _read(TEXT.encode("utf-8-sig"), ROW),
    "UTF-16 little-endian with its mark": _read(b"\xff\xfe" + TEXT.encode("utf-16-le"), ROW),
    "UTF-16 big-endian with its mark": _read(b"\xfe\xff" + TEXT.encode("utf-16-be"), ROW),
    "UTF-16 without its mark": _refused(TEXT.encode("utf-16-le"), 1),
    "UTF-16 with half a character": _refused(b"\xff\xfe" + TEXT.encode("utf-16-le") + b"a", 3),
    "UTF-16 with a lone surrogate": _refused(
        b"\xff\xfe" + TEXT.encode("utf-16-le") + b"\x00\xd8\n\x00", 3
    ),
    "UTF-32 with its mark": _refused(TEXT.encode("utf-32"), 1),
    "two encodings": _refused(b"jour;uf;n\n1;\xc3\xa9;2\n1;\xe9;2\n", 3),
    "overlong UTF-8": _read(b"jour;uf;n\n1;\xc0\xae;2\n", _row("1", "À®", "2")),
    "bytes that no encoding has": _refused(b"jour;uf;n\n1;\x81;2\n", 2),
    "two marks": _refused(b"\xef\xbb\xbf" + TEXT.encode("utf-8-sig"), 1),
    "a mark in the middle": _read(TEXT + "\ufeff1;2;3\n", ROW, _row("\ufeff1", "2", "3", line=3)),
    "NUL in a cell": _refused(HEAD + "1;\0;2\n", 2),
    "NUL in the header": _refused("jour\0;uf;n\n" + LINE_OF_GOOD, 1),
    "duplicated wanted header": _refused("jour;uf;n;n\n1;2;3;4\n", 1),
    "duplicated other header": _refused("jour;uf;n;x;x\n1;2;3;4;5\n", 1),
    "header duplicated but for spaces": _refused("jour;uf;n; n\n1;2;3;4\n", 1),
    "header twice": _read(TEXT + HEAD + LINE_OF_GOOD, ROW, _row("jour", "uf", "n", line=3),
                          (*GOOD, 4)),
    "renamed column": _refused("jour;uf;nb\n" + LINE_OF_GOOD, 1),
    "columns in another order": _read("n;jour;uf\n5;01/03/2024;10\n", ROW),
    "other delimiter": _refused(TEXT.replace(";", ","), 1),
    "other delimiter below": _read(HEAD + "1,2,3\n" + LINE_OF_GOOD, AFTER, refused=((2, RAGGED),)),
    "right-to-left marks": _read(HEAD + "1;\u202e01\u202c;\u200f2\n",
                                 _row("1", "\u202e01\u202c", "\u200f2")),
    "unicode digits": _read(HEAD + "1;١٠;\uff15\n", _row("1", "١٠", "\uff15")),
    "formula cells": _read(HEAD + '1;=cmd|x;"=1+1"\n1;@SUM(A1);-2\n',
                           _row("1", "=cmd|x", "=1+1"), _row("1", "@SUM(A1)", "-2", line=3)),
    "lone carriage returns": _refused(TEXT.replace("\n", "\r"), 1),
    "a lone carriage return inside": _read(HEAD + "1;2\r3;4\n" + LINE_OF_GOOD, AFTER,
                                           refused=((2, QUOTES),)),
    "two line endings": _read("jour;uf;n\r\n1;2;3\n" + LINE_OF_GOOD, _row("1", "2", "3"), AFTER),
    "vertical tab and form feed": _read(HEAD + "1;a\x0bb;c\x0cd\n", _row("1", "a\x0bb", "c\x0cd")),
    "unicode line ends": _read(HEAD + "1;a\u2028b\x85;c\u2029d\n",
                               _row("1", "a\u2028b\x85", "c\u2029d")),
    "a quote in the middle": _read(HEAD + '1;5" de;2\n', _row("1", '5" de', "2")),
    "text after a quote": _read(HEAD + '1;"a"b;2\n' + LINE_OF_GOOD, AFTER, refused=((2, QUOTES),)),
    "doubled quotes": _read(HEAD + '1;"a""b";2\n', _row("1", 'a"b', "2")),
    "only quotes": _read(HEAD + '1;"";""""\n', _row("1", "", '"')),
    "a quote never closed": _refused(TEXT + '1;"2;3\n' + LINE_OF_GOOD, 3),
    "a quote never closed on the last line": _refused(TEXT + '1;2;"3\n', 3),
    "a quoted line break": _read(HEAD + '1;"a\nb";2\n' + LINE_OF_GOOD, _row("1", "a\nb", "2"),
                                 (*GOOD, 4)),
    "a backslash before a quote": _read(HEAD + '1;"a\\";2\n' + LINE_OF_GOOD,
                                        _row("1", "a\\", "2"), AFTER),
    "a space before a quote": _read(HEAD + '1; "a";2\n', _row("1", ' "a"', "2")),
    "a line of 10 MB": _read(HEAD + "1;" + "x" * (10 << 20) + ";2\n",
                             _row("1", "x" * (10 << 20), "2")),
    "a line of 20 MB": _refused(HEAD + "1;" + "x" * (20 << 20) + ";2\n", 0),
    "a cell of 1 MB": _read(HEAD + "1;" + "x" * (1 << 20) + ";2\n", _row("1", "x" * (1 << 20), "2")),
    "gzip": _refused(gzip.compress(TEXT.encode()), 1),
    "zip": _refused(_zip(), 1),
    "workbook": _refused(_xlsx(), 1),
    "HTML": _refused("<html><body>Erreur 500</body></html>\n", 1),
    "JSON": _refused('{"erreur": 500}\n', 1),
    "empty": _refused("", 1),
    "only a mark": _refused(b"\xef\xbb\xbf", 1),
    "header only": _refused(HEAD, 2),
    "header without its end": _refused("jour;uf;n", 2),
    "blank lines only": _refused(HEAD + "\n\n", 2),
    "blank lines between": _read(HEAD + "\n" + LINE_OF_GOOD + "\n", AFTER),
    "trailing delimiters everywhere": _read("jour;uf;n;\n01/03/2024;10;5;\n", ROW),
    "trailing delimiters below only": _read(
        HEAD + "01/03/2024;10;5;\n" + LINE_OF_GOOD, AFTER, refused=((2, RAGGED),)
    ),
    "a total line": _read(TEXT + "Total;;5\n", ROW, _row("Total", "", "5", line=3)),
    "comment line": _read(TEXT + "# fin\n", ROW, refused=((3, RAGGED),)),
    "end of file character": _read(TEXT + "\x1a", ROW, refused=((3, CUT),)),
}  # fmt: skip


def _cut(data: bytes, size: int = 0) -> tuple[list[Row], list[tuple[int, str]]]:
    config = CONNECTOR.Config.model_validate({"path": "drop/a.csv"})
    stream = io.BytesIO(data)
    parts = list(CONNECTOR.parse("a.csv", stream, "", config, COLUMNS).parts)
    table = pa.concat_tables([part.table for part in parts])
    quarantine = pa.concat_tables([part.refused for part in parts]).to_pydict()
    kept = [tuple(row.values()) for row in table.select([*COLUMNS, LINE]).to_pylist()]
    kept = [row for row in kept if any(row[:3])]  # an empty line is nothing
    return kept, list(zip(quarantine["line"], quarantine["reason"], strict=True))


def test_the_corpus_has_fifty_files() -> None:
    assert len({case.data for case in CORPUS.values()}) >= 50


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_file_never_shifts_a_cell(name: str) -> None:
    case = CORPUS[name]
    if case.whole is None:
        assert _cut(case.data) == (list(case.kept), list(case.refused))
        return
    with pytest.raises(BadDelivery) as refusal:
        _cut(case.data)
    assert refusal.value.facts.get("line", 0) == case.whole
    assert "\n" not in refusal.value.sentence()


@pytest.mark.parametrize(
    "text",
    [
        "1e999", "-1e999", "99999999999999999999", "nan", "inf", "1.234,5", "1,234.5", "12 34", "1'234",
        "١٠", "\uff15", "\u202e12", "\u200f2", "=1+1", "0x1F", "1_000", "5 %", "(12)", "1;2", "--1", "1e", "½",
        "\ufeff1", "1\x0b2", "−3",
    ],
)  # fmt: skip
def test_a_deceitful_number_is_refused_never_guessed(text: str) -> None:
    found = parse_numbers(pa.array([text]), ",")
    assert found.bad.tolist() == [True]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234,5", 1234.5), ("1\u00a0234", 1234), ("12\u202f345,6", 12345.6), ("-0,5", -0.5)],
)
def test_a_thousands_separator_of_the_french_is_read(text: str, value: float) -> None:
    assert parse_numbers(pa.array([text]), ",").value.tolist() == [value]


@pytest.mark.parametrize(
    "text",
    [
        "32/01/2024", "29/02/2025", "31/04/2024", "00/01/2024", "01/13/2024", "2024-01-31", "31/01/24",
        "١٠/01/2024", "01/01/0024", "01/01/2024x", "45322", "01/01/2024\u200f", "１/01/2024",
    ],
)  # fmt: skip
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    assert DayFormat.of("%d/%m/%Y").day(text) is None


def test_a_leap_day_is_read() -> None:
    assert DayFormat.of("%d/%m/%Y").day("29/02/2024") == date(2024, 2, 29)


def test_a_renamed_column_is_told_with_the_one_that_resembles_it() -> None:
    with pytest.raises(BadDelivery) as refusal:
        _cut(b"jours;uf;n\n1;2;3\n")
    assert refusal.value.facts["field"] == "jour"
    assert "attendu la colonne « jour » ; la colonne n° 1 lui ressemble" in refusal.value.sentence()


_CELL = st.text(
    alphabet=st.one_of(
        st.sampled_from(list('ab1;,"\n\r\t \x0b\x0c\x85\u2028\u202e\u0661=é€\ufeff')),
        st.characters(exclude_categories=("Cs",), exclude_characters="\0"),
    ),
    max_size=8,
)
_ROWS = st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=6)


@given(_ROWS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=300, deadline=None)
def test_an_accepted_file_written_again_is_the_file_cell_by_cell(
    rows: list[tuple[str, str, str]], encoding: str, ending: str
) -> None:
    """Quoted by a strict writer: every cell comes back. A lone return may refuse a line, by number."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([COLUMNS, *rows])
    try:
        kept, refused = _cut(stream.getvalue().encode(encoding))
    except BadDelivery:
        assert not any(map(any, rows))
        return
    assert refused == []
    assert [row[:3] for row in kept] == [row for row in rows if any(row)]


@given(st.lists(st.sampled_from([*'ab;"\r\n', "\r\n", "1;2;3\n"]), max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_whatever_the_text_each_line_is_a_row_a_refusal_or_nothing(text: str) -> None:
    """An accepted row is the record of the strict standard reader that begins on its line."""
    try:
        kept, refused = _cut((HEAD + text).encode())
    except BadDelivery:
        return
    whole = text[: text.rfind("\n") + 1]
    expected: dict[int, list[str]] = {}
    reader = csv.reader(io.StringIO(whole, newline="\n"), delimiter=";", strict=True)
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except csv.Error:
            continue
        except StopIteration:
            break
        if len(cells) == len(COLUMNS) and any(cells):
            expected[line] = cells
    assert {row[3]: list(row[:3]) for row in kept} == expected
    assert not set(expected) & {line for line, _ in refused}
