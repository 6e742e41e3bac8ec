"""What to say of a wanted column that is not there: most often it was only renamed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_ALIKE = 0.6
_MOST_COMPARED = 500


def absent(column: str, present: Iterable[str]) -> str:
    """What was expected, and the rank (1-based) of the present column that looks most like it.

    Its rank and not its name: the first line of a file without header holds a person.
    """
    names = [*present][:_MOST_COMPARED]
    ranks = {_plain(name): rank for rank, name in enumerate(names, 1) if name}
    near = difflib.get_close_matches(_plain(column), ranks, n=1, cutoff=_ALIKE)
    if not near:
        return f"la colonne « {column} »"
    return f"la colonne « {column} » ; la colonne n° {ranks[near[0]]} lui ressemble"


def _plain(text: str) -> str:
    """Without accents, case or joining marks."""
    apart = unicodedata.normalize("NFKD", text[:200].casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())
