"""Cutting fixed-width lines: a whole block of bytes at once, never a line at a time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cockpit.connect.pmsi.layouts import Span

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

UNREADABLE = -1
_OLDEST, _NEWEST = 1990, 2100
_FEED, _RETURN, _SPACE = b"\n\r "
_MARGIN = 64
_SALT = secrets.randbits(64)


@dataclass(frozen=True)
class Block:
    """Lines as positions in some bytes: `starts` included, `ends` excluded; `numbers`: in the file.

    data ends with a margin of spaces, so that no field of a line can reach past it.
    """

    data: Bytes
    starts: Ints
    ends: Ints
    numbers: Ints

    @property
    def lengths(self) -> Ints:
        """Characters of each line, line feed excluded."""
        return self.ends - self.starts

    def kept(self, good: Mask) -> Block:
        """Only these lines."""
        return Block(self.data, self.starts[good], self.ends[good], self.numbers[good])

    def field(self, span: Span, offset: Ints | int = 0) -> Bytes:
        """The characters of a field, a row per line; every line must be long enough to hold it.

        offset: where the part of the line that the span speaks of begins.
        """
        width = span[1] - span[0] + 1
        windows = np.lib.stride_tricks.sliding_window_view(self.data, width)
        return np.ascontiguousarray(windows[self.starts + offset + (span[0] - 1)])


def block_of(text: bytes, first: int) -> Block:
    """The lines of a text whose every line is ended; empty ones are left out, yet numbered."""
    data = np.frombuffer(text, np.uint8)
    feeds = np.flatnonzero(data == _FEED)
    starts = np.concatenate([[0], feeds[:-1] + 1]).astype(np.int64)
    ends = feeds - ((feeds > starts) & (data[feeds - 1] == _RETURN))
    numbers = np.arange(first, first + len(feeds), dtype=np.int64)
    padded = np.concatenate([data, np.full(_MARGIN, _SPACE, np.uint8)])
    return Block(padded, starts, ends, numbers).kept(ends > starts)


def texts(characters: Bytes) -> npt.NDArray[np.bytes_]:
    """A field as texts of its width."""
    rows, width = characters.shape
    return characters.view(f"S{width}").reshape(rows)


def numbers(characters: Bytes) -> Ints:
    """A field of digits; UNREADABLE when it holds anything else."""
    digits = characters.astype(np.int64) - ord("0")
    powers = 10 ** np.arange(characters.shape[1] - 1, -1, -1, dtype=np.int64)
    good = ((digits >= 0) & (digits <= 9)).all(axis=1)  # noqa: PLR2004 - decimal digits
    return np.where(good, digits @ powers, UNREADABLE)


def optional_numbers(characters: Bytes) -> Ints:
    """A field of digits where all blank is 0 and blanks before the digits are zeros."""
    return numbers(np.where(characters == _SPACE, ord("0"), characters).astype(np.uint8))


def days(characters: Bytes) -> Ints:
    """JJMMAAAA -> days since 1970-01-01; UNREADABLE when it is no real day of 1990-2100."""
    given = numbers(characters)
    day, month, year = given // 1_000_000, given // 10_000 % 100, given % 10_000
    return _checked(year, month, day, given)


def months(year: Bytes, month: Bytes) -> Ints:
    """First day of a month, in days since 1970-01-01, or UNREADABLE."""
    wanted, number = numbers(year), numbers(month)
    return _checked(wanted, number, np.ones_like(wanted), np.minimum(wanted, number))


def _checked(year: Ints, month: Ints, day: Ints, given: Ints) -> Ints:
    good = (given >= 0) & (year >= _OLDEST) & (year <= _NEWEST) & (month >= 1) & (month <= 12)  # noqa: PLR2004
    index = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first, following = _first(index), _first(index + 1)
    good &= (day >= 1) & (day <= following - first)
    return np.where(good, first + day - 1, UNREADABLE)


def _first(index: npt.NDArray[np.datetime64]) -> Ints:
    return index.astype("datetime64[D]").astype(np.int64)


def marks(characters: Bytes) -> npt.NDArray[np.uint64]:
    """64 bits for the text of each row: equal texts have equal marks, two others practically never.

    Two marks of ten million rows collide with a probability of 3 in a million. They start from a
    number drawn by each process: a mark says nothing of its text to who has not that number.
    """
    rows, width = characters.shape
    padded = np.zeros((rows, -(-width // 8) * 8), np.uint8)
    padded[:, :width] = characters
    found = np.full(rows, _SALT, np.uint64)
    for word in padded.view(np.uint64).T:
        found = (found ^ word) * np.uint64(0xBF58476D1CE4E5B9)
        found ^= found >> np.uint64(29)
        found *= np.uint64(0x94D049BB133111EB)
        found ^= found >> np.uint64(32)
    return found


def is_code(characters: Bytes) -> Mask:
    """Letters and digits, perhaps followed by blanks, and not all blank."""
    upper = characters & 0xDF
    digit = (characters >= ord("0")) & (characters <= ord("9"))
    letter = (upper >= ord("A")) & (upper <= ord("Z"))
    blank = characters == _SPACE
    trailing = (np.diff(blank.astype(np.int8), axis=1) >= 0).all(axis=1)
    return np.asarray((digit | letter | blank).all(axis=1) & ~blank[:, 0] & trailing, bool)
