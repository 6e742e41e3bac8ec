"""The answer to one HL7 message: AA, AE or AR with its control id, and nothing of its content."""

from __future__ import annotations

import secrets
from datetime import datetime

from cockpit.clock import PARIS
from cockpit.connect.hl7.er7 import Message, Problem

_LONGEST = 250
_PLAIN = (b"|", b"^", b"~", b"\\", b"&")


def acknowledgment(message: Message | None, problem: Problem | None, now: int) -> bytes:
    """An ACK in the separators, version and character set of the message (None: it had no MSH).

    now: seconds since 1970. Only fields of MSH are sent back, as they came.
    """
    field, component, repetition, escape, part = message.separators if message else _PLAIN
    at = datetime.fromtimestamp(now, PARIS).strftime("%Y%m%d%H%M%S%z").encode()
    event = _echo(message, 9).split(component)[1:2] if message else []
    kind = component.join([b"ACK", event[0], b"ACK"]) if event else b"ACK"
    header = [
        b"MSH", component + repetition + escape + part,
        _echo(message, 5) or b"COCKPIT", _echo(message, 6), _echo(message, 3), _echo(message, 4),
        at, b"", kind, secrets.token_hex(8).encode(),
        _echo(message, 11) or b"P", _echo(message, 12) or b"2.5",
        b"", b"", b"", b"", b"", _echo(message, 18),
    ]  # fmt: skip
    answer = [b"MSA", problem.answer.encode() if problem else b"AA", _echo(message, 10)]
    lines = [field.join(header), field.join(answer)]
    if problem:
        where = component.join(_where(problem.field))
        code = component.join([str(problem.code).encode(), b"", b"HL70357"])
        lines.append(field.join([b"ERR", b"", where, code, b"E"]))
    return b"".join(line + b"\r" for line in lines)


def _echo(message: Message | None, field: int) -> bytes:
    given = message.raw(b"MSH", field) if message else b""
    return bytes(byte for byte in given[:_LONGEST] if byte >= 0x20)  # noqa: PLR2004 - controls


def _where(field: str) -> list[bytes]:
    """`PV1-19` as segment, its sequence, field."""
    segment, _, number = field.partition("-")
    return [segment.encode(), b"1", number.encode()] if segment else []
