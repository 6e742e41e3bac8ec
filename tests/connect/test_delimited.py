"""Text -> columns: nothing shifts, every line is a row or a refusal, line numbers are the file's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.connect import delimited, reasons
from cockpit.connect.contract import LINE
from cockpit.connect.delimited import Layout
from cockpit.connect.textfile import utf8_bytes
from cockpit.errors import BadDelivery

LAYOUT = Layout(";")


def _blocks(text: bytes, size: int) -> Iterator[bytes]:
    """The text as it is read from a disk: blocks that end anywhere."""
    return (text[start : start + size] for start in range(0, len(text), size))


def _cut(
    text: str, columns: tuple[str, ...] = ("a", "b"), layout: Layout = LAYOUT, size: int = 1 << 22
):
    parts = list(
        delimited.cut(delimited.body_of(_blocks(text.encode(), size), layout, "f.csv"), columns)
    )
    table = pa.concat_tables([part.table for part in parts])
    kept = [tuple(row.values()) for row in table.select([*columns, LINE]).to_pylist()]
    quarantine = pa.concat_tables([part.refused for part in parts]).to_pydict()
    return kept, list(zip(quarantine["line"], quarantine["reason"], strict=True))


@pytest.mark.parametrize(
    ("text", "kept", "refused"),
    [
        ("a;b\n1;2\n", [("1", "2", 2)], []),
        ("a;b\r\n1;2\r\n", [("1", "2", 2)], []),
        ("b;x;a\n2;?;1\n", [("1", "2", 2)], []),
        ("a;b;\n1;2;\n", [("1", "2", 2)], []),
        (' a ; "b" \n1;2\n', None, "b"),
        ("a;b\n1;2;3\n4;5\n6\n", [("4", "5", 3)], [(2, reasons.RAGGED), (4, reasons.RAGGED)]),
        ("a;b\n1;2\n3;", [("1", "2", 2)], [(3, reasons.UNFINISHED)]),
        ("a;b\n1;2\n3;4", [("1", "2", 2)], [(3, reasons.UNFINISHED)]),
        ("a;b\n1;2", [], [(2, reasons.UNFINISHED)]),
        ('a;b\n"1";"x;y"\n', [("1", "x;y", 2)], []),
        ('a;b\n1;"x""y"\n', [("1", 'x"y', 2)], []),
        ('a;b\n1;"x\ny"\n3;4\n', [("1", "x\ny", 2), ("3", "4", 4)], []),
        ('a;b\n1;"x"y\n3;4\n', [("3", "4", 3)], [(2, reasons.BAD_QUOTES)]),
        ('a;b\n1;5" de large\n', [("1", '5" de large', 2)], []),
        ("a;b\n1;2\r3;4\n5;6\n", [("5", "6", 3)], [(2, reasons.BAD_QUOTES)]),
        ("a;b\n1; 2 \n", [("1", " 2 ", 2)], []),
    ],
)
def test_a_text_is_cut_without_shifting(text: str, kept, refused) -> None:
    if kept is None:
        with pytest.raises(BadDelivery) as refusal:
            _cut(text)
        assert refusal.value.facts["field"] == refused
    else:
        assert _cut(text) == (kept, refused)


def test_empty_lines_are_nothing_but_count_in_line_numbers() -> None:
    kept, refused = _cut("a;b\n\n1;2\n   \n3;4;5\n\n6;7\n")
    assert [row for row in kept if any(row[:2])] == [("1", "2", 3), ("6", "7", 7)]
    assert refused == [(5, reasons.RAGGED)]


def test_lines_before_the_header_are_skipped_and_counted() -> None:
    layout = Layout(",", skip_lines=2)
    assert _cut("Export\n\na,b\n1,2\n", layout=layout) == ([("1", "2", 4)], [])


def test_a_file_without_header_takes_the_declared_names() -> None:
    layout = Layout(";", columns=("b", "", "a"))
    assert _cut("2;?;1\n4;?\n", layout=layout) == ([("1", "2", 1)], [(2, reasons.RAGGED)])


def test_an_exporter_that_ends_no_last_line_can_be_declared() -> None:
    assert _cut("a;b\n1;2", layout=Layout(";", ends_lines=False)) == ([("1", "2", 2)], [])


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, None),
        ("\n\n", 1, None),
        ("a;b\n", 2, None),
        ("a;c\n1;2\n", 1, "b"),
        ("a;a;b\n1;2;3\n", 1, "a"),
        ("a;b;c;c\n1;2;3;4\n", 1, "colonne n° 3"),  # not asked for: may be a patient's name
        ("<html><body>erreur 500</body></html>\n", 1, "a"),
        ('a;b\n1;2\n3;"4\n5;6\n', 3, None),
        ('a;"b\n1;2\n', 1, None),
    ],
)
def test_a_text_without_a_sure_shape_is_refused_whole(
    text: str, line: int, field: str | None
) -> None:
    with pytest.raises(BadDelivery) as refusal:
        _cut(text)
    assert refusal.value.facts["line"] == line
    assert refusal.value.facts.get("field") == field


def test_ragged_lines_far_apart_keep_their_numbers() -> None:
    """200,000 lines, a ragged one every 50,000: several blocks of the fast reader."""
    lines = [f"{n};{'x' * 100}" if n % 50_000 else f"{n};1;2" for n in range(1, 200_001)]
    kept, refused = _cut("a;b\n" + "\n".join(lines) + "\n")
    assert [line for line, _ in refused] == [50_001, 100_001, 150_001, 200_001]
    assert all(int(number) + 1 == line for number, _, line in kept)


_CELL = st.text(alphabet='ab1;" \n,é', max_size=6)


@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
@example([("1", 'x"\n"y')], "\n")
def test_what_a_strict_writer_wrote_is_read_back_cell_by_cell(cells, ending: str) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", lineterminator=ending).writerows([("a", "b"), *cells])
    kept, refused = _cut(stream.getvalue())
    assert refused == []
    assert [row[:2] for row in kept if any(row[:2])] == [row for row in cells if any(row)]


@given(st.text(alphabet='ab;"\n\r', max_size=60))
def test_the_two_readers_agree_with_the_strict_standard_reader(text: str) -> None:
    """Whatever the text, an accepted row is a record of the strict standard reader, on its line."""
    try:
        kept, _ = _cut("a;b\n" + text)
    except BadDelivery:
        return
    end = text.rfind("\n") + 1
    reader = csv.reader(io.StringIO(text[:end], newline="\n"), delimiter=";", strict=True)
    expected = {}
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except csv.Error:
            continue
        except StopIteration:
            break
        if len(cells) == 2:
            expected[line] = tuple(cells)
    assert {row[2]: row[:2] for row in kept if any(row[:2])} == {
        line: cells for line, cells in expected.items() if any(cells)
    }


@given(st.binary(max_size=200), st.sampled_from(["auto", "utf-8", "utf-16", "cp1252"]))
def test_any_bytes_are_cut_or_refused_never_a_crash(data: bytes, encoding) -> None:
    for content in (data, b"a;b\n" + data):
        with suppress(BadDelivery):
            text = utf8_bytes(content, encoding, "f.csv")
            list(delimited.cut(delimited.body_of(iter([text]), LAYOUT, "f.csv"), ("a", "b")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_text_of_any_program_is_read(encoding: str) -> None:
    assert (
        utf8_bytes("Médecine – 3 €\n".encode(encoding), "auto", "f") == "Médecine – 3 €\n".encode()
    )


@pytest.mark.parametrize(
    ("data", "encoding", "line"),
    [
        (b"a;b\n1;\x00\n", "auto", 2),
        (b"a;b\n1;2\n\xc3\xa9;\xe9\n", "auto", 3),
        (b"a;b\n1;\xe9\n", "utf-8", 2),
        (b"a;b\n1;\x81\n", "cp1252", 2),
        (b"PK\x03\x04zip", "auto", 1),
        (b"\x1f\x8bgzip", "auto", 1),
        (b"\xff\xfea", "utf-16", 1),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, encoding, line: int) -> None:
    with pytest.raises(BadDelivery) as refusal:
        utf8_bytes(data, encoding, "f")
    assert refusal.value.facts["line"] == line
