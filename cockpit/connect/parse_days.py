"""Days written as text: strict formats, real dates only, French and English months, ISO weeks."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

Locale = Literal["fr", "en"]
Period = Literal["day", "week", "month"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
_PIVOT = 69  # %y: 69 is 1969, 68 is 2068, as POSIX says

_MONTHS: dict[Locale, tuple[str, ...]] = {
    "fr": (
        "janvier janv jan",
        "fevrier fevr fev",
        "mars mar",
        "avril avr",
        "mai",
        "juin",
        "juillet juil",
        "aout",
        "septembre sept sep",
        "octobre oct",
        "novembre nov",
        "decembre dec",
    ),
    "en": (
        "january jan",
        "february feb",
        "march mar",
        "april apr",
        "may",
        "june jun",
        "july jul",
        "august aug",
        "september sept sep",
        "october oct",
        "november nov",
        "december dec",
    ),
}
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_FIELDS = {
    "d": r"(?P<d>[0-9]{1,2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "B": r"(?P<b>[^\W\d_]{3,12}\.?)",
    "b": r"(?P<b>[^\W\d_]{3,12}\.?)",
    "G": r"(?P<G>[0-9]{4})",
    "V": r"(?P<V>[0-9]{1,2})",
    "H": r"(?:[01]?[0-9]|2[0-3])",
    "M": r"[0-5]?[0-9]",
    "S": r"[0-5]?[0-9]",
}
_SHAPES: dict[frozenset[str], Period] = {
    frozenset("dmY"): "day",
    frozenset("dmy"): "day",
    frozenset("dbY"): "day",
    frozenset("dby"): "day",
    frozenset("mY"): "month",
    frozenset("my"): "month",
    frozenset("bY"): "month",
    frozenset("by"): "month",
    frozenset("GV"): "week",
}
_HARD_SPACES = str.maketrans("\u00a0\u202f", "  ")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2})?")


def plain(text: str) -> str:
    """Lower case without accents nor final dot: `Févr.` is `fevr`."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c)).rstrip(".")


@cache
def _month_names(locale: Locale | None) -> dict[str, int]:
    names: dict[str, int] = {}
    for language in (locale,) if locale else ("en", "fr"):
        for number, forms in enumerate(_MONTHS[language], start=1):
            names.update(dict.fromkeys(forms.split(), number))
    return names


@dataclass(frozen=True)
class DayFormat:
    """A format such as `%d/%m/%Y`, ready to read.

    period: what one text covers; a month gives its first day, an ISO week its Monday.
    """

    pattern: re.Pattern[str]
    period: Period
    locale: Locale | None

    @staticmethod
    @cache
    def of(text: str, locale: Locale | None = None) -> DayFormat:
        """Compile a format. Raises ValueError (French) for an unknown or incomplete one."""
        directives = _DIRECTIVE.findall(text)
        named = [("b" if d == "B" else d) for d in directives if d not in "HMS"]
        shape = _SHAPES.get(frozenset(named))
        known = all(d in _FIELDS for d in directives)
        if not known or shape is None or len(set(named)) != len(named) or text.endswith("%"):
            message = (
                "un format comme %d/%m/%Y, %Y-%m-%d, %Y-%m, %B %Y, %b-%y ou %G-W%V "
                "(%H %M %S acceptés)"
            )
            raise ValueError(message)
        return DayFormat(re.compile(_regex(text)), shape, locale)

    def day(self, text: str, *, accepts_iso: bool = False) -> date | None:
        """The first day of what the text says, None when it says no real day of 1900-2100.

        accepts_iso: also take `2024-01-31`, as a spreadsheet's own dates arrive.
        """
        try:
            found = self._read(text, accepts_iso=accepts_iso)
        except ValueError:
            return None
        if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
            return None
        return self._first(found)

    def last(self, first: date) -> date:
        """The last day of the period that begins on `first`."""
        return last_day(self.period, first)

    def _read(self, text: str, *, accepts_iso: bool) -> date | None:
        tidy = unicodedata.normalize("NFC", text).translate(_HARD_SPACES)
        match = self.pattern.fullmatch(tidy)
        if match:
            return self._date(match.groupdict())
        native = _ISO.fullmatch(text) if accepts_iso else None
        return date(*(int(part) for part in native.groups())) if native else None

    def _date(self, parts: dict[str, str]) -> date | None:
        if "G" in parts:
            return date.fromisocalendar(int(parts["G"]), int(parts["V"]), 1)
        month = self._month(parts)
        if month is None:
            return None
        return date(_year(parts), month, int(parts.get("d", 1)))

    def _month(self, parts: dict[str, str]) -> int | None:
        if "m" in parts:
            return int(parts["m"])
        return _month_names(self.locale).get(plain(parts["b"]))

    def _first(self, found: date) -> date:
        if self.period == "month":
            return found.replace(day=1)
        if self.period == "week":
            return found - timedelta(days=found.weekday())
        return found


def last_day(period: Period, first: date) -> date:
    """The last day of the day, ISO week or month that begins on `first`."""
    if period == "month":
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first + timedelta(days=6) if period == "week" else first


def _year(parts: dict[str, str]) -> int:
    if "Y" in parts:
        return int(parts["Y"])
    short = int(parts["y"])
    return short + (1900 if short >= _PIVOT else 2000)


def _regex(text: str) -> str:
    glued = re.search(r"%.%", text) is not None  # %Y%m%d: every field at its full width
    pieces: list[str] = []
    position = 0
    for match in _DIRECTIVE.finditer(text):
        field = _FIELDS[match[1]]
        pieces += [re.escape(text[position : match.start()])]
        pieces += [field.replace("{1,2}", "{2}") if glued else field]
        position = match.end()
    return "".join([*pieces, re.escape(text[position:])])
