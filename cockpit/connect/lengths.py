"""Lengths of time as a source writes them: 10m, 36h, 6d."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_LENGTH = re.compile(r"([0-9]{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _length(given: object) -> object:
    match = _LENGTH.fullmatch(given) if isinstance(given, str) else None
    if given is None or isinstance(given, timedelta):
        return given
    if not match or not int(match[1]):
        message = "une durée en minutes, en heures ou en jours, comme 10m, 36h ou 6d"
        raise ValueError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Length = Annotated[timedelta, BeforeValidator(_length)]
