"""Bytes of a text export -> UTF-8, block by block, whatever program wrote them; refuses no text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from io import BufferedIOBase, BytesIO
from typing import Literal

from cockpit.errors import BadDelivery

Encoding = Literal["auto", "utf-8", "utf-16", "cp1252"]
BLOCK_BYTES = 4 << 20

_COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"(\xb5/\xfd")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LEADS = (b"\xc3", b"\xc5", b"\xe2")
_UTF8_INSIDE = re.compile(rb"\xc3[\x80-\xbf]|\xc5[\x92\x93]|\xe2\x82\xac|\xe2\x80[\x90-\xaf]")
_LONGEST_INSIDE = 3
_CONTROLS = bytes(range(0x80, 0xA0))  # where Windows-1252 is not Latin-1

_Decode = Callable[[bytes, str, bool], tuple[str, int]]


def utf8_blocks(stream: BufferedIOBase, encoding: Encoding, name: str) -> Iterator[bytes]:
    """The same text as UTF-8, without byte order mark; blocks do not end where lines do.

    stream: at its start, seekable. auto: strict UTF-8 (or UTF-16 with its mark), else
    Windows-1252; the file is then read once before, as only its last byte settles it. A file that
    mixes both is refused, as are a compressed file, NUL characters and bytes that the encoding
    does not have. Raises BadDelivery with the line of the first fault, at the latest when the
    block that holds it is asked for.
    """
    head = stream.read(8)
    stream.seek(0)
    if head.startswith(_COMPRESSED):
        raise BadDelivery(file=name, line=1, expected="du texte CSV, non compressé")
    if encoding == "utf-16" or (encoding == "auto" and head.startswith(_UTF16)):
        return _of_utf16(stream, name)
    if encoding == "cp1252":
        return _of_cp1252(stream, name, "du texte en Windows-1252")
    fault = _utf8_fault(stream)
    if fault is None:
        return _of_utf8(stream, name)
    if encoding == "utf-8":
        raise _refused(name, stream, fault, "du texte en UTF-8")
    mixed = _utf8_inside(stream)
    if mixed is not None:
        raise _refused(name, stream, max(fault, mixed), "un seul encodage dans le fichier")
    return _of_cp1252(stream, name, "du texte en UTF-8 ou en Windows-1252")


def utf8_bytes(data: bytes, encoding: Encoding, name: str) -> bytes:
    """A whole text that stands in memory, as `utf8_blocks` gives it. Raises BadDelivery."""
    return b"".join(utf8_blocks(BytesIO(data), encoding, name))


def _refused(name: str, stream: BufferedIOBase, position: int, expected: str) -> BadDelivery:
    stream.seek(0)
    line = 1
    while position > 0 and (block := stream.read(min(position, BLOCK_BYTES))):
        line += block.count(b"\n")
        position -= len(block)
    return BadDelivery(file=name, line=line, expected=expected)


def _after(stream: BufferedIOBase, *marks: bytes) -> int:
    """Where the text starts: after one of these byte order marks, or at once."""
    stream.seek(0)
    head = stream.read(max(map(len, marks)))
    return next((len(mark) for mark in marks if head.startswith(mark)), 0)


def _raw_blocks(stream: BufferedIOBase, position: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every block of a stream and where it starts; others may move the stream in between."""
    stream.seek(position)
    while block := stream.read(BLOCK_BYTES):
        yield position, block
        position += len(block)
        stream.seek(position)


def _utf8_fault(stream: BufferedIOBase) -> int | None:
    rest = b""
    for position, block in _raw_blocks(stream):
        if not rest and block.isascii():
            continue
        data = rest + block
        try:
            consumed = codecs.utf_8_decode(data, "strict", False)[1]
        except UnicodeDecodeError as error:
            return position - len(rest) + error.start
        rest = data[consumed:]
    size = stream.seek(0, 2)
    return size - len(rest) if rest else None


def _utf8_inside(stream: BufferedIOBase) -> int | None:
    rest = b""
    for position, block in _raw_blocks(stream):
        data = rest + block
        if any(lead in data for lead in _LEADS) and (found := _UTF8_INSIDE.search(data)):
            return position - len(rest) + found.start()
        rest = data[1 - _LONGEST_INSIDE :]
    return None


def _of_utf8(stream: BufferedIOBase, name: str) -> Iterator[bytes]:
    for position, block in _raw_blocks(stream, _after(stream, codecs.BOM_UTF8)):
        _refuse_nul(name, stream, position, block)
        yield block


def _of_cp1252(stream: BufferedIOBase, name: str, expected: str) -> Iterator[bytes]:
    for position, block in _raw_blocks(stream):
        try:
            text = _utf8_of_cp1252(block)
        except UnicodeDecodeError as error:
            raise _refused(name, stream, position + error.start, expected) from error
        _refuse_nul(name, stream, position, block)
        yield text


def _utf8_of_cp1252(block: bytes) -> bytes:
    """Latin-1 is read ten times faster, and is the same but for 32 characters."""
    if block.isascii():
        return block
    is_latin1 = len(block.translate(None, _CONTROLS)) == len(block)
    return block.decode("latin-1" if is_latin1 else "cp1252").encode("utf-8")


def _refuse_nul(name: str, stream: BufferedIOBase, position: int, block: bytes) -> None:
    nul = block.find(b"\0")
    if nul >= 0:
        raise _refused(name, stream, position + nul, "du texte sans caractère nul")


def _of_utf16(stream: BufferedIOBase, name: str) -> Iterator[bytes]:
    is_big = _after(stream, codecs.BOM_UTF16_BE) > 0
    decode: _Decode = codecs.utf_16_be_decode if is_big else codecs.utf_16_le_decode
    rest, line = b"", 1
    for _, block in _raw_blocks(stream, _after(stream, *_UTF16)):
        text, rest = _decoded(rest + block, decode, name, line)
        if "\0" in text:
            line += text.count("\n", 0, text.index("\0"))
            raise BadDelivery(file=name, line=line, expected="du texte sans caractère nul")
        line += text.count("\n")
        yield text.encode("utf-8")
    if rest:
        raise BadDelivery(file=name, line=line, expected="du texte en UTF-16")


def _decoded(data: bytes, decode: _Decode, name: str, line: int) -> tuple[str, bytes]:
    try:
        text, consumed = decode(data, "strict", False)
    except UnicodeDecodeError as error:
        before = decode(data[: error.start], "replace", False)[0]
        raise BadDelivery(
            file=name, line=line + before.count("\n"), expected="du texte en UTF-16"
        ) from error
    return text, data[consumed:]
