"""What every connector of files shares: which files, in which order, each refused alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from cockpit.connect import guard
from cockpit.connect.contract import Check, Delivery, IsKnown, Stream
from cockpit.errors import BadDelivery, SourceUnavailable
from cockpit.settings import Home

Parse = Callable[[str, bytes, str], Delivery]
"""(name, content, sha256) -> delivery. Raises BadDelivery."""


def read_files(
    home: Home, pattern: str, is_known: IsKnown, parse: Parse
) -> Iterator[Delivery | BadDelivery]:
    """The files that a path setting selects, in name order, without those already known.

    A file that is refused is yielded as its error. Raises SourceUnavailable when no file matches.
    """
    names = guard.matching(home, pattern)
    if not names:
        raise SourceUnavailable(source=pattern, reason="aucun fichier ne correspond")
    for name in names:
        try:
            data = guard.read_bytes(home, name)
            digest = hashlib.sha256(data).hexdigest()
            if not is_known(digest):
                yield parse(name, data, digest)
        except BadDelivery as refusal:
            yield refusal


def check_files(home: Home, pattern: str, header: Callable[[str, bytes], object]) -> Check:
    """Whether the newest file (last name) can be opened and has a header."""
    names = guard.matching(home, pattern)
    if not names:
        return Check(ok=False, sentence=f"Aucun fichier ne correspond à « {pattern} ».")
    try:
        header(names[-1], guard.read_bytes(home, names[-1]))
    except BadDelivery as refusal:
        return Check(ok=False, sentence=refusal.sentence())
    return Check(ok=True, sentence=f"{len(names)} fichier(s) ; dernier : « {names[-1]} ».")


def streams_of(
    home: Home, pattern: str, header: Callable[[str, bytes], tuple[str, ...]]
) -> list[Stream]:
    """One stream per readable file, with its columns."""
    found: list[Stream] = []
    for name in guard.matching(home, pattern):
        try:
            found.append(Stream(name, header(name, guard.read_bytes(home, name))))
        except BadDelivery:
            continue
    return found
