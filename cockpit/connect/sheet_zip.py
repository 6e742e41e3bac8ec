"""The zip inside an xlsx or ods workbook: checked in its directory, then while it is inflated.

What a zip says of itself is only a claim, so every entry is inflated once, thrown away as it comes.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from typing import BinaryIO

LARGEST_UNZIPPED = 200 << 20
MOST_ENTRIES = 5_000
HIGHEST_RATIO = 200
_SMALL = 1 << 20
"""An entry below this size may shrink as much as it likes."""

_LARGEST_DIRECTORY = 2 << 20
_DIRECTORY_END = struct.Struct("<4s4H2LH")
_LOCAL_HEADER_BYTES = 30
_BLOCK_BYTES = 1 << 20
_DEEPEST = 10_000
_LONGEST_FORMULA = 32 << 10
"""Four times the longest that a spreadsheet program writes."""

_FORMULA = re.compile(rb"<f(?: [^<>]{0,300})?>[^<]{%d}" % _LONGEST_FORMULA)


class RefusedSheetError(Exception):
    """A workbook that is refused; its text is what was expected, in French."""


def check_zip(stream: BinaryIO) -> None:
    """Inflate every entry, within limits. Raises RefusedSheetError."""
    try:
        _check_directory_size(stream)
        with zipfile.ZipFile(stream) as archive:
            _check_directory(archive.infolist())
            left = LARGEST_UNZIPPED
            for entry in archive.infolist():
                left -= _check_entry(archive, entry, left)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise RefusedSheetError("un classeur non endommagé") from error
    except (EOFError, struct.error, KeyError) as error:
        raise RefusedSheetError("un classeur non endommagé") from error


def _check_directory_size(stream: BinaryIO) -> None:
    """Before a million entries are listed."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - (1 << 16) - _DIRECTORY_END.size))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile
    fields = _DIRECTORY_END.unpack_from(tail, at)
    if fields[4] > MOST_ENTRIES or fields[5] > _LARGEST_DIRECTORY:
        raise RefusedSheetError(f"un classeur d'au plus {MOST_ENTRIES} fichiers internes")


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise RefusedSheetError(f"un classeur d'au plus {MOST_ENTRIES} fichiers internes")
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedSheetError("un classeur sans mot de passe")
    _refuse_large(sum(entry.file_size for entry in entries))
    for entry in entries:
        _refuse_dense(entry.file_size, entry.compress_size)
    if len({entry.filename for entry in entries}) < len(entries) or _overlap(entries):
        raise RefusedSheetError("un classeur dont les fichiers internes ne se recouvrent pas")


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            return True
        name_bytes = len(entry.orig_filename.encode())
        end = entry.header_offset + _LOCAL_HEADER_BYTES + name_bytes + entry.compress_size
    return False


def _refuse_large(size_bytes: int) -> None:
    if size_bytes > LARGEST_UNZIPPED:
        limit = LARGEST_UNZIPPED >> 20
        raise RefusedSheetError(f"un classeur d'au plus {limit} Mio décompressés")


def _refuse_dense(inflated: int, compressed: int) -> None:
    if inflated > _SMALL and inflated > HIGHEST_RATIO * compressed:
        raise RefusedSheetError(f"un classeur compressé au plus {HIGHEST_RATIO} fois")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Size of an entry once inflated, whatever the directory says of it."""
    unbelieved = copy(entry)
    unbelieved.file_size = left + 2 * _BLOCK_BYTES
    size, depth, tail = 0, 0, b""
    for block in _blocks(archive, unbelieved):
        size += len(block)
        if size > left:
            _refuse_large(LARGEST_UNZIPPED + 1)
        if entry.filename.endswith((".xml", ".rels")):
            depth += _deeper(block)
            _refuse_xml(tail + block, depth)
            tail = block[-_LONGEST_FORMULA - 512 :]
    _refuse_dense(size, entry.compress_size)
    if size != entry.file_size:
        raise zipfile.BadZipFile
    return size


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK_BYTES):
            yield block


def _deeper(block: bytes) -> int:
    """How many more elements are open after a block than before; a comment counts as one."""
    return block.count(b"<") - 2 * block.count(b"</") - block.count(b"/>")


def _refuse_xml(text: bytes, depth: int) -> None:
    if b"!" in text and (b"<!DOCTYPE" in text or b"<!ENTITY" in text):  # "!" is found faster
        raise RefusedSheetError("un classeur sans déclaration DOCTYPE")
    if b"\0" in text:  # XML of 16 bits would hide the rest
        raise RefusedSheetError("un classeur écrit en UTF-8")
    if depth > _DEEPEST:
        raise RefusedSheetError(f"un classeur d'au plus {_DEEPEST} éléments emboîtés")
    if _FORMULA.search(text):
        raise RefusedSheetError("un classeur aux formules de moins de 32 Kio")
