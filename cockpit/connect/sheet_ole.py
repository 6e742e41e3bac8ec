"""The OLE container of an .xls workbook: whether a password protects what it holds."""

from __future__ import annotations

import mmap
import struct
from typing import BinaryIO

from cockpit.connect.sheet_zip import RefusedSheetError

_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS = 0x2F
_FIRST_RECORDS = 8
_RECORD = struct.Struct("<HH")


def check_ole(stream: BinaryIO) -> None:
    """Raises RefusedSheetError for a protected workbook: its cells would be read as nonsense."""
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_PACKAGE) >= 0 or _has_file_pass(data):
            raise RefusedSheetError("un classeur sans mot de passe")


def _has_file_pass(data: mmap.mmap) -> bool:
    at = data.find(_WORKBOOK)
    for _ in range(_FIRST_RECORDS if at >= 0 else 0):
        if at + _RECORD.size > len(data):
            break
        number, size = _RECORD.unpack_from(data, at)
        if number == _FILE_PASS:
            return True
        at += _RECORD.size + size
    return False
