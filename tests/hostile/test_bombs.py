"""Attack 9: workbooks made to fill memory or to run for ever. Each is refused in one sentence and
under two seconds of processor time, by a process below 300 MiB; ours does not feel it."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.connectors.xls_files import container, record, workbook

ROOT = Path(__file__).parents[2]
SECONDS = 2.0
CHILD_MIB = 300
GROWTH_MIB = 60
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _good() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in (["jour", "uf"], ["01/03/2024", "10"]):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


GOOD = _good()


def _with(part: str, *texts: str | bytes, source: bytes = GOOD) -> bytes:
    """The good workbook with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as kept, zipfile.ZipFile(out, "w", 8) as archive:
        for name in kept.namelist():
            if name != part:
                archive.writestr(name, kept.read(name))
        with archive.open(part, "w", force_zip64=False) as stream:
            for text in texts:
                stream.write(text.encode() if isinstance(text, str) else text)
    return out.getvalue()


def _sheet(*texts: str | bytes, dimension: str = "A1:B2") -> bytes:
    head = f'<worksheet {MAIN}><dimension ref="{dimension}"/><sheetData>'
    return _with(SHEET, head, *texts, "</sheetData></worksheet>")


def _ratio() -> bytes:
    return _with("xl/media/image1.bin", *[bytes(1 << 20)] * 150)


def _entries() -> bytes:
    stream = io.BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(60_000):
            archive.writestr(f"xl/{number}.xml", b"")
    return stream.getvalue()


def _corners() -> bytes:
    """Two cells, at the two corners of the largest sheet: 17 billion for a naive reader."""
    return _sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        dimension="A1:XFD1048576",
    )


def _medium_corners() -> bytes:
    """7 million cells: less than memory would refuse, more than we take."""
    return _sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="10000"><c r="ZZ10000"><v>2</v></c></row>'
    )


def _lying_size(part: str, block: bytes, count: int) -> bytes:
    """An entry whose directory tells 1,000 bytes when it inflates to more; its check sum is the true one."""
    data = bytearray(_with(part, *[block] * count))
    stream = io.BytesIO(bytes(data))
    with zipfile.ZipFile(stream) as archive:
        entry = archive.getinfo(part)
        start = archive.start_dir
    real = struct.pack("<L", entry.file_size)
    told = struct.pack("<LLL", entry.CRC, entry.compress_size, 1000)
    local = entry.header_offset
    assert data[local + 22 : local + 26] == real
    data[local + 14 : local + 26] = told
    place = data.index(struct.pack("<L", entry.compress_size) + real, start)
    data[place - 4 : place + 8] = told
    return bytes(data)


def _shared_strings() -> bytes:
    """Four gigabytes of shared strings, as the directory tells them."""
    data = bytearray(_with(STRINGS, b"<sst>" + b"<si><t>x</t></si>" * 50_000))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry, start = archive.getinfo(STRINGS), archive.start_dir
    place = data.index(struct.pack("<LL", entry.compress_size, entry.file_size), start)
    data[place + 4 : place + 8] = struct.pack("<L", 0xFFFFFFF0)
    return bytes(data)


def _nested() -> bytes:
    stream = io.BytesIO()
    inner = _ratio()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.xlsx", inner)
    return stream.getvalue()


def _formulas() -> bytes:
    """One formula of 400,000 characters shared by 60,000 cells: 24 GB once written out."""
    text = "+".join(["A1"] * 133_000)
    first = (
        f'<row r="1"><c r="A1"><f t="shared" ref="A1:A60000" si="0">{text}</f><v>1</v></c></row>'
    )
    cells = [
        f'<row r="{row}"><c r="A{row}"><f t="shared" si="0"/><v>1</v></c></row>'
        for row in range(2, 60_001)
    ]
    return _sheet(first, *cells)


def _deep() -> bytes:
    return _sheet(*["".join(f"<a{n % 1000}>" for n in range(100_000))] * 20)


def _laughs() -> bytes:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{steps}]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    return _with(SHEET, head, f"<worksheet {MAIN}><sheetData>{cell}</sheetData></worksheet>")


def _overlap() -> bytes:
    """Two names for the same bytes: a kernel that is inflated once per name."""
    data = _with(SHEET, b"<worksheet/>" + b" " * (1 << 19))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, count = archive.start_dir, len(archive.namelist())
        place = data.rindex(SHEET.encode()) - 46
        size = 46 + len(SHEET)
    one = data[place : place + size]
    copies = b"".join(one.replace(b"sheet1", b"shee%02d" % n) for n in range(90))
    directory = data[start : data.rindex(b"PK\x05\x06")] + copies
    total = count + 90
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, total, total, len(directory), start, 0)
    return data[:start] + directory + end


def _encrypted() -> bytes:
    info = b"\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>"
    return container(EncryptionInfo=info, EncryptedPackage=bytes(8000))


def _truncated() -> bytes:
    return GOOD[: len(GOOD) * 2 // 3]


def _lying_record() -> bytes:
    """A shared string table that tells of four billion strings and ends in the middle of one."""
    table = record(0x00FC, struct.pack("<IIH", 0xFFFFFFFF, 0xFFFFFFF0, 0xFFFF) + b"\x01a")
    return workbook([["jour", "uf"]], early=table)


def _far_record() -> bytes:
    """A number in the last cell of the largest .xls sheet."""
    far = record(0x0203, struct.pack("<HHHd", 0xFFFF, 0xFFFF, 0, 1.0))
    return workbook([["jour", "uf"]], more=far)


def _looping_sectors() -> bytes:
    """A chain of sectors that comes back on itself."""
    data = bytearray(workbook([["jour", "uf"]]))
    place = 512 + 4 * 2
    data[place : place + 12] = struct.pack("<3I", 3, 4, 2)
    return bytes(data)


def _repeated() -> bytes:
    """An OpenDocument cell repeated over the largest sheet."""
    out = io.BytesIO()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell>"
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            '<table:table table:name="x"><table:table-row table:number-rows-repeated="1048576">'
            f"{cell}</table:table-row></table:table></office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return out.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip ratio": (_ratio, "compressé au plus"),
    "60,000 entries": (_entries, "5000 fichiers internes"),
    "largest dimension": (_corners, "démesuré"),
    "7 million cells": (_medium_corners, "2000000 cellules"),
    "4 GB of shared strings": (_shared_strings, "Mio décompressés"),
    "directory lies, inflates to 90 MB": (
        lambda: _lying_size(STRINGS, b"<si><t>x</t></si>" * 60_000, 90),
        "classeur non endommagé|compressé",
    ),
    "directory lies, inflates to 400 MB": (
        lambda: _lying_size("xl/media/a.bin", bytes(range(256)) * 4096, 400),
        "compressé|décompressés",
    ),
    "directory lies, a little": (
        lambda: _lying_size(SHEET, b"<worksheet/>" + b" " * 1000, 1), "un classeur non endommagé",
    ),
    "nested zip": (_nested, "lisible"),
    "quadratic shared formula": (_formulas, "formules"),
    "deep XML": (_deep, "emboîtés"),
    "entity expansion": (_laughs, "DOCTYPE"),
    "overlapping entries": (_overlap, "recouvrent"),
    "encrypted": (_encrypted, "mot de passe"),
    "encrypted, Excel 97": (
        lambda: workbook([["jour"]], early=record(0x2F, bytes(54))), "mot de passe",
    ),
    "truncated": (_truncated, "endommagé"),
    "xls, lying string table": (_lying_record, "attendu"),
    "xls, far cell": (_far_record, "attendu"),
    "xls, looping sectors": (_looping_sectors, "attendu"),
    "ods, repeated cell": (_repeated, "attendu"),
}  # fmt: skip

_HARNESS = """
import json, os, resource, sys
from pathlib import Path
from connectors.excel import CONNECTOR
from cockpit.errors import BadDelivery

def mib(who): return resource.getrusage(who).ru_maxrss / 1024
def seconds():
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)

config = CONNECTOR.Config.model_validate({"path": "drop/x.xlsx"})
for path in sorted(Path(sys.argv[1]).iterdir()):
    if os.fork():
        os.wait()
        continue
    began, before, sentence = seconds(), mib(resource.RUSAGE_SELF), ""
    with path.open("rb") as stream:
        try:
            list(CONNECTOR.parse("x.xlsx", stream, "", config, ("jour", "uf")).parts)
        except BadDelivery as refusal:
            sentence = refusal.sentence()
    print(json.dumps({
        "bomb": path.name, "sentence": sentence, "seconds": seconds() - began,
        "child": mib(resource.RUSAGE_CHILDREN), "growth": mib(resource.RUSAGE_SELF) - before,
    }), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What became of each bomb, and of the good workbook they are made from."""
    folder = tmp_path_factory.mktemp("bombs")
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    (folder / "good").write_bytes(GOOD)
    done = subprocess.run(
        [sys.executable, "-c", _HARNESS, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for one in found:
        print(
            f"{one['bomb']}: {one['seconds']:.2f} s, {one['child']:.0f} MiB, "
            f"+{one['growth']:.0f} MiB here: {one['sentence']}"
        )
    return {one["bomb"]: one for one in found}


def test_the_workbook_that_bombs_are_made_from_is_read(outcomes) -> None:
    assert outcomes["good"]["sentence"] == ""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_fast_and_small_in_one_sentence(name: str, outcomes) -> None:
    one = outcomes[name]
    assert "attendu" in one["sentence"]
    assert one["sentence"].count("\n") == 0
    assert any(part in one["sentence"] for part in BOMBS[name][1].split("|"))
    assert one["seconds"] < SECONDS
    assert one["child"] < CHILD_MIB
    assert one["growth"] < GROWTH_MIB
