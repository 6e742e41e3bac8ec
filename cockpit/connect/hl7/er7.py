"""HL7 v2 as it travels (ER7): the few segments and fields that a census needs, and no other.

The `hl7` package builds every field of every segment: 1,200 messages/s, most of them names that we
must not keep. This splitter reads only `WANTED`, honours the separators of MSH-1 and MSH-2, their
escape sequences and the character set of MSH-18, and copies nothing of the identity segments but
the account number that may stand for the visit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cockpit.clock import PARIS

WANTED = {  # segment -> fields kept, from the first
    b"MSH": 21,
    b"EVN": 7,
    b"PID": 18,
    b"PV1": 46,
    b"PV2": 10,
    b"ZBE": 10,
    b"ZFM": 3,
}
LARGEST_BYTES = 1 << 20
"""A longer message is refused: an ADT takes a few thousand bytes."""

_ENCODINGS = {
    "": "iso8859-1",
    "8859/1": "iso8859-1",
    "8859/15": "iso8859-15",
    "ASCII": "iso8859-1",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
}
_TIME = re.compile(
    r"([0-9]{8})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.[0-9]{1,4})?)?)?)?([+-][0-9]{4})?",
    re.ASCII,
)
_SIXTY, _HOUR_S = 60, 3600
_DELETED = '""'


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a message is not taken: the answer, the code of table HL7 0357, where, and the reason."""

    answer: str
    code: int
    field: str
    reason: str


class NotTaken(Exception):
    """Carries the Problem of one message up to its answer; it never leaves this package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def error(code: int, field: str, reason: str) -> NotTaken:
    """AE: the content is wrong (100-199). AR: this receiver takes no such message (200-299)."""
    return NotTaken(Problem("AR" if code >= 200 or not field else "AE", code, field, reason))  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Message:
    """The wanted segments of one message; of a repeated segment, the first.

    separators: MSH-1, then the characters of MSH-2 (component, repetition, escape, subcomponent).
    """

    separators: tuple[bytes, bytes, bytes, bytes, bytes]
    segments: dict[bytes, list[bytes]]
    encoding: str

    def has(self, segment: bytes) -> bool:
        """Whether the message has this segment."""
        return segment in self.segments

    def raw(self, segment: bytes, field: int) -> bytes:
        """A whole field as it came, b"" when it is absent; fields count from 1, also in MSH."""
        fields = self.segments.get(segment, [])
        place = field - 1 if segment == b"MSH" else field
        return fields[place] if place < len(fields) else b""

    def text(self, segment: bytes, field: int, component: int = 1) -> str:
        """First subcomponent of a component of a field's first repetition, "" when absent.

        Raises NotTaken when its bytes are not of the character set that MSH-18 names.
        """
        given = self.raw(segment, field)
        if not given:
            return ""
        _, of_component, of_repetition, escape, of_part = self.separators
        components = given.split(of_repetition, 1)[0].split(of_component)
        if component > len(components):
            return ""
        part = components[component - 1].split(of_part, 1)[0]
        if escape in part:
            part = self._unescaped(part)
        try:
            found = part.decode(self.encoding).strip()
        except UnicodeDecodeError:
            name = f"{segment.decode('ascii')}-{field}"
            raise error(102, name, "texte hors du jeu de caractères annoncé en MSH-18") from None
        return "" if found == _DELETED else found

    def _unescaped(self, part: bytes) -> bytes:
        field, component, repetition, escape, subcomponent = self.separators
        known = {b"F": field, b"S": component, b"T": subcomponent, b"R": repetition, b"E": escape}

        def plain(match: re.Match[bytes]) -> bytes:
            name = match[1]
            if name[:1] == b"X" and len(name) % 2 and re.fullmatch(rb"X[0-9A-Fa-f]+", name):
                return bytes.fromhex(name[1:].decode("ascii"))
            return known.get(name, b"")

        mark = re.escape(escape)
        return re.sub(mark + rb"([^" + mark + rb"]*)" + mark, plain, part)


def cut(data: bytes) -> Message:
    """One message, without its frame; its segments end with CR, LF or both.

    Raises NotTaken (AR 100) when it has no readable MSH, or a character set that is not known.
    """
    if b"\n" in data:
        data = data.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    lines = data.strip(b"\r\t \xef\xbb\xbf").split(b"\r")
    separators = _separators(lines[0])
    mark = separators[0]
    found: dict[bytes, list[bytes]] = {}
    for line in lines:
        name = line[:3]
        if name in WANTED and name not in found and line[3:4] == mark:
            found[name] = line.split(mark, WANTED[name] + 1)[: WANTED[name] + 1]
    charset = found[b"MSH"][17] if len(found[b"MSH"]) > 17 else b""  # noqa: PLR2004 - MSH-18
    first = charset.split(separators[2], 1)[0].decode("ascii", "replace").strip().upper()
    if first not in _ENCODINGS:
        raise error(102, "MSH-18", "jeu de caractères inconnu")
    return Message(separators, found, _ENCODINGS[first])


def _separators(line: bytes) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    mark = line[3:4]
    others = line[4:].split(mark, 1)[0] if mark else b""
    given = mark + others[:4]
    printable = all(0x20 < byte < 0x7F and not chr(byte).isalnum() for byte in given)  # noqa: PLR2004
    # MSH-2 has four characters, and a fifth (truncation) since version 2.7
    if (
        line[:3] != b"MSH"
        or len(others) not in {4, 5}
        or not printable
        or len({*given}) < len(given)
    ):
        raise error(100, "", "message sans en-tête MSH lisible")
    return mark, given[1:2], given[2:3], given[3:4], given[4:5]


def instant(text: str) -> int | None:
    """A time of HL7 (`YYYYMMDD[HH[MM[SS[.S]]]][+ZZZZ]`) in seconds since 1970 UTC, None if none.

    Without a zone it is the wall clock of Paris: the first of the two hours that October repeats;
    an hour that March leaves out is the one after it.
    """
    match = _TIME.fullmatch(text)
    if not match:
        return None
    day, hour, minute, second, zone = match.groups()
    minutes, seconds = int(minute or 0), int(second or 0)
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return None
    begun = _hour(day + (hour or "00"), zone or "")
    return None if begun is None else begun + minutes * _SIXTY + seconds


@lru_cache(maxsize=1 << 14)
def _hour(text: str, zone: str) -> int | None:
    try:
        if zone:
            return int(datetime.strptime(text + zone, "%Y%m%d%H%z").timestamp())
        return int(datetime.strptime(text, "%Y%m%d%H").replace(tzinfo=PARIS).timestamp())
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1 << 16)
def _day_of_hour(hours: int) -> int:
    return datetime.fromtimestamp(hours * _HOUR_S, PARIS).toordinal()


def local_day(at: int) -> int:
    """The civil day in Paris of an instant, as date.toordinal() counts (offsets are whole hours
    since 1911)."""
    return _day_of_hour(at // _HOUR_S)


@lru_cache(maxsize=1 << 16)
def at_hour(day: int, hour: int) -> int:
    """The instant of a full hour of a civil day in Paris; hour 24 is the next midnight."""
    first = datetime.fromordinal(day + (hour == 24))  # noqa: PLR2004 - the end of a day
    return int(first.replace(hour=hour % 24, tzinfo=PARIS).timestamp())
