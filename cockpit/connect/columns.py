"""What to say of columns that are not the expected ones: most often one was only renamed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from cockpit.errors import BadDelivery

_ALIKE = 0.6
_MOST_COMPARED = 500
_MOST_NAMED = 5
_LONGEST_NAME = 60


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


def check_format(file: str, wanted: Iterable[str], present: Sequence[str]) -> None:
    """Raises BadDelivery for a wanted column that a standard format does not make; its columns are
    ours, so that the one which looks most like it is named."""
    for column in wanted:
        if column not in present:
            near = _nearest(column, present)
            hint = f" ; la colonne {_quoted(near)} lui ressemble" if near else ""
            raise BadDelivery(file=file, field=column, expected=f"une colonne de ce format{hint}")


@dataclass(frozen=True, slots=True)
class Drift:
    """How a header differs from the expected one, whatever the order. renamed: (before, now)."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.renamed)

    def sentence(self) -> str:
        """In French, no full stop: "colonne nouvelle : « tri » ; colonne disparue : « nom »"."""
        said = [
            f"colonne renommée, semble-t-il : {_quoted(before)} en {_quoted(now)}"
            for before, now in self.renamed[:_MOST_NAMED]
        ]
        said += [_listed(self.new, "nouvelle")] if self.new else []
        said += [_listed(self.gone, "disparue")] if self.gone else []
        return " ; ".join(said)


def drift(expected: Collection[str], present: Collection[str]) -> Drift:
    """What a header has that was not expected, and the other way round. A column without a name is
    nothing; a new one that looks most like one gone is that one, renamed."""
    gone = [name for name in expected if name and name not in present]
    new = [name for name in present if name and name not in expected]
    renamed = []
    for name in gone[:_MOST_NAMED]:
        if near := _nearest(name, new):
            renamed.append((name, near))
            new.remove(near)
    left = {before for before, _ in renamed}
    return Drift(tuple(new), tuple(name for name in gone if name not in left), tuple(renamed))


def _nearest(name: str, others: Sequence[str]) -> str:
    names = {_plain(other): other for other in others[:_MOST_COMPARED]}
    near = difflib.get_close_matches(_plain(name), names, n=1, cutoff=_ALIKE)
    return names[near[0]] if near else ""


def _listed(names: Sequence[str], what: str) -> str:
    rest = f" et {len(names) - _MOST_NAMED} autre(s)" if len(names) > _MOST_NAMED else ""
    many = "s" if len(names) > 1 else ""
    return f"colonne{many} {what}{many} : {', '.join(map(_quoted, names[:_MOST_NAMED]))}{rest}"


def _quoted(name: str) -> str:
    """A header is written by anybody: one printable line, cut."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    return f"« {shown[:_LONGEST_NAME]}{'…' if len(shown) > _LONGEST_NAME else ''} »"


def _plain(text: str) -> str:
    """Without accents, case or joining marks."""
    apart = unicodedata.normalize("NFKD", text[:200].casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())
