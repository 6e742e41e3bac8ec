"""Bytes of a text export -> UTF-8, whatever program wrote them; refuses what is no text."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from cockpit.errors import BadDelivery

Encoding = Literal["auto", "utf-8", "utf-16", "cp1252"]

_COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"(\xb5/\xfd")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF8_INSIDE = re.compile(rb"\xc3[\x80-\xbf]|\xc5[\x92\x93]|\xe2\x82\xac|\xe2\x80[\x90-\xaf]")


def utf8_bytes(data: bytes, encoding: Encoding, name: str) -> bytes:
    """The same text as UTF-8, without byte order mark.

    auto: strict UTF-8 (or UTF-16 with its mark), else Windows-1252; a file that mixes both is
    refused, as are a compressed file, NUL characters and bytes that the encoding does not have.
    Raises BadDelivery with the line of the first fault.
    """
    if data.startswith(_COMPRESSED):
        raise BadDelivery(file=name, line=1, expected="du texte CSV, non compressé")
    text = _decoded(data, encoding, name)
    nul = text.find(b"\0")
    if nul >= 0:
        raise _refused(name, text, nul, "du texte sans caractère nul")
    return text


def _refused(name: str, data: bytes, position: int, expected: str) -> BadDelivery:
    return BadDelivery(file=name, line=data.count(b"\n", 0, position) + 1, expected=expected)


def _decoded(data: bytes, encoding: Encoding, name: str) -> bytes:
    if encoding == "utf-16" or (encoding == "auto" and data.startswith(_UTF16)):
        return _recoded(data, "utf-16", name, "du texte en UTF-16")
    if encoding == "cp1252":
        return _recoded(data, "cp1252", name, "du texte en Windows-1252")
    fault = _utf8_fault(data)
    if fault is None:
        return data.removeprefix(codecs.BOM_UTF8)
    if encoding == "utf-8":
        raise _refused(name, data, fault, "du texte en UTF-8")
    mixed = _UTF8_INSIDE.search(data)
    if mixed:
        raise _refused(name, data, max(fault, mixed.start()), "un seul encodage dans le fichier")
    return _recoded(data, "cp1252", name, "du texte en UTF-8 ou en Windows-1252")


def _utf8_fault(data: bytes) -> int | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _recoded(data: bytes, encoding: str, name: str, expected: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise _refused(name, data, start, expected) from error
