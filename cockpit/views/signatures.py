"""Who did something, as a person reads it: the profile in words instead of its code."""

from __future__ import annotations

import re

from cockpit.access.scope import title_of
from cockpit.i18n import pick

_SIGNED = re.compile(r"(?P<name>.+) \((?P<role>[a-z0-9_]+)\)")


def shown(who: str) -> str:
    """As "Dr Martin (Direction générale)" of "Dr Martin (director_ght)"; else the text as it is."""
    found = _SIGNED.fullmatch(who)
    title = title_of(found["role"]) if found else None
    return f"{found['name']} ({pick(*title)})" if found and title else who
