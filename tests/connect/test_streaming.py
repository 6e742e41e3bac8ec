"""A file of any size, part by part: the answer never depends on where a part ends."""

from __future__ import annotations

import codecs
import io
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.connect import coded, deliver, distinct, observations, textfile
from cockpit.connect.batch import QUARANTINE, ROWS
from cockpit.connect.contract import Delivery
from cockpit.connect.observations import Observations, Spool
from cockpit.connect.textfile import utf8_blocks
from cockpit.errors import BadDelivery
from tests.connect.test_delimited import _cut

ROOT = Path(__file__).parents[2]


@given(st.text(alphabet='ab;"\n\ré', max_size=60), st.integers(1, 12))
@example('a"\n;;\n', 1)
@settings(max_examples=500, deadline=None)
def test_blocks_that_end_anywhere_change_nothing(text: str, size: int) -> None:
    def outcome(size: int) -> object:
        try:
            kept, refused = _cut("a;b\n" + text, size=size)
            return [row for row in kept if any(row[:2])], refused  # an empty line is nothing
        except BadDelivery as refusal:
            return refusal.facts

    assert outcome(size) == outcome(1 << 22)


def test_a_cell_of_several_lines_crosses_blocks_and_line_numbers_stay() -> None:
    text = 'a;b\n1;"x\ny\nz"\n2;3;4\n5;"6"\n"7\n8";9\n10;11'
    for size in range(1, len(text) + 1):
        kept, refused = _cut(text, size=size)
        assert kept == [("1", "x\ny\nz", 2), ("5", "6", 6), ("7\n8", "9", 7)]
        assert [line for line, _ in refused] == [5, 9]


def test_a_quote_never_closed_refuses_the_file_however_long_it_goes_on() -> None:
    """200,000 characters later the standard reader gives up: none of them becomes a row."""
    text = 'a;b\n1;2\n3;"4\n' + "5;6\n" * 50_000
    with pytest.raises(BadDelivery, match="guillemet") as refusal:
        _cut(text, size=1 << 16)
    assert refusal.value.facts["line"] == 3


def test_a_line_without_end_is_refused_before_it_fills_memory() -> None:
    with pytest.raises(BadDelivery, match="8 Mio"):
        _cut("a;b\n" + "x" * (20 << 20), size=1 << 20)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1 << 20])
def test_a_character_cut_by_a_block_is_whole_again(
    encoding: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(textfile, "BLOCK_BYTES", size)
    text = "Médecine – 3 €\nœuvre\n" + ("" if encoding == "cp1252" else "𝄞\n")
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = codecs.BOM_UTF16_BE + data
    assert b"".join(utf8_blocks(io.BytesIO(data), "auto", "f")) == text.encode()


@given(data=st.binary(max_size=40), size=st.integers(1, 9), tail=st.binary(max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_fault_of_encoding_is_the_same_wherever_blocks_end(
    data: bytes, size: int, tail: bytes
) -> None:
    def outcome(size: int) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(textfile, "BLOCK_BYTES", size)
            try:
                content = b"a;\xc3\xa9\n" + data + tail
                return b"".join(utf8_blocks(io.BytesIO(content), "auto", "f"))
            except BadDelivery as refusal:
                return refusal.facts

    assert outcome(size) == outcome(1 << 20)


TEXT = (
    "jour;uf;n;acc\n01/03/2024;10;1;2\n02/03/2024;10;3;\n32/03/2024;10;3;1\n03/03/2024;zz;3;1\n"
    "01/03/2024;1;4;5\n1/3/2024;10;6;7\n04/03/2024;10;x;8\n05/03/2024;10;9;10;\n06/03/2024;10;1"
)
MAPPING = (
    '[mapping]\ndate = { column = "jour", format = "%d/%m/%Y" }\nunit = { column = "uf" }\n'
    '[mapping.measures]\nn = "ed_visits"\nacc = "births"\n'
)


@pytest.mark.parametrize("duplicates", ["refuse", "sum"])
def test_a_batch_is_the_same_in_one_part_and_in_many(
    hospital, rows, refused, monkeypatch: pytest.MonkeyPatch, duplicates: str
) -> None:
    """In parts of a line or two, on disk, keys compared four at a time."""
    head = f'duplicates = "{duplicates}"\n'
    whole = hospital.batch(TEXT, MAPPING, head)
    monkeypatch.setattr(textfile, "BLOCK_BYTES", 20)
    monkeypatch.setattr(observations, "_MOST_IN_MEMORY", 0)
    monkeypatch.setattr(distinct, "MOST_AT_ONCE", 4)
    parts = hospital.batch(TEXT, MAPPING, head)
    assert sorted(rows(parts)) == sorted(rows(whole))
    assert refused(parts) == refused(whole)
    assert (parts.lines, parts.source_hash) == (whole.lines, whole.source_hash)
    assert len(rows(whole)) == (3 if duplicates == "refuse" else 5)
    assert not list(hospital.home.landing.iterdir())


_ROW = st.tuples(
    st.sampled_from(["births", "ed_visits"]),
    st.sampled_from(["10", "01", "1"]),
    st.integers(0, 3),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["actual", "budget"]),
    st.integers(0, 9).map(float),
)


@given(st.lists(_ROW, max_size=30), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_repeated_keys_are_found_exactly_whatever_the_memory(
    given_rows: list[tuple], sums: bool, narrow: bool
) -> None:
    """Against a dictionary. narrow: the key does not fit in an integer and is numbered first."""
    columns = list(zip(*given_rows, strict=True)) or [[] for _ in ROWS]
    table = pa.table([pa.array(c, t) for c, t in zip(columns, ROWS.types, strict=True)], ROWS.names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct, "MOST_AT_ONCE", 4)
        if narrow:
            patch.setattr(distinct, "ROOM", 10)
        kept, lines = distinct.distinct(Spool.of(table.cast(ROWS)), sums=sums)
    values: dict[tuple, list[float]] = defaultdict(list)
    for row in given_rows:
        values[row[:5]].append(row[5])
    found = [tuple(row.values()) for part in kept.tables() for row in part.to_pylist()]
    found = [(*row[:2], (row[2] - EPOCH).days, *row[3:]) for row in found]
    if sums:
        assert [(row[:5], row[5]) for row in found] == [(k, sum(v)) for k, v in values.items()]
        assert not len(lines)
    else:
        assert found == [row for row in given_rows if len(values[row[:5]]) == 1]
        assert lines.tolist() == [n for n, row in enumerate(given_rows) if len(values[row[:5]]) > 1]


EPOCH = np.datetime64("1970-01-01").astype(object)


def test_a_delivery_refused_nearly_everywhere_is_refused_whole(
    hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "MOST_REFUSED", 3)
    lines = "".join(f"0{day}/03/2024;inconnue;1;\n" for day in range(1, 6))
    refusal = hospital.refusal("jour;uf;n;acc\n" + lines, MAPPING)
    assert "unité absente de la structure" in refusal.sentence()


class _Weighed(Spool):
    """most: bytes of Arrow that were held while its tables were read."""

    most = 0

    def tables(self) -> Iterator[pa.Table]:
        before = pa.total_allocated_bytes()
        for table in super().tables():
            yield table
            self.most = max(self.most, pa.total_allocated_bytes() - before)


def test_what_a_delivery_without_file_says_is_compared_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 parts of 5,000 rows, 11 MB in all: a few of them at most stand in memory together."""
    monkeypatch.setattr(observations, "_MOST_IN_MEMORY", 0)
    spool, rows = _Weighed(tmp_path), 5000
    for number in range(60):
        same = coded.constant("", rows)
        value = np.arange(rows) + float(number)
        spool.add(Observations(np.arange(rows), same, same, np.arange(rows), same, same, value))
    delivery = Delivery("essai", "", ())
    first = deliver._identity(delivery, spool, QUARANTINE.empty_table(), "")
    assert first[0]
    assert deliver._identity(delivery, spool, QUARANTINE.empty_table(), first[1])[0] == ""
    assert 0 < spool.most < 3 << 20


_TEN_MILLION = r"""
import re, sys
from pathlib import Path
from cockpit.connect.config import load_source
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.settings import Home
from cockpit.warehouse import landing
home = Home(Path(sys.argv[1]))
units = load_structure(home.structure)
(one,) = batches(home, load_source(home.sources / "essai.toml"), frozenset(), units)
kept = landing.land(home.landing, one, [], structure_hash="essai")
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(kept.accepted, int(peak) >> 10)  # ru_maxrss would count the parent's memory at the fork
"""


@pytest.mark.slow
def test_ten_million_lines_stand_in_400_mb(hospital) -> None:
    """10,000,000 lines of 4 columns, 280 MB, cp1252: read, checked and landed in one process."""
    hospital.source(
        '[mapping]\ndate = { column = "jour", format = "%d/%m/%Y" }\nunit = { column = "uf" }\n'
        'facet = { column = "tranche" }\n[mapping.measures]\nn = "ed_visits"\n'
    )
    bins = "".join(f";10;été-{bin_};{bin_ % 97},5\n" for bin_ in range(2000)).encode("cp1252")
    with (hospital.home.drop / "a.csv").open("wb") as stream:
        stream.write(b"jour;uf;tranche;n\n")
        for n in range(5000):
            day = f"{1 + n % 28:02d}/{1 + n // 28 % 12:02d}/{1950 + n // 336}".encode()
            stream.write(bins.replace(b";10;", day + b";10;"))
    done = subprocess.run(
        [sys.executable, "-c", _TEN_MILLION, str(hospital.home.root)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    accepted, peak_mb = map(int, done.stdout.split())
    print(f"peak {peak_mb} MB")
    assert accepted == 10_000_000
    assert peak_mb <= 400
