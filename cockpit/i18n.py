"""The words of the screens in two languages; the msgid is the French sentence itself.

    from cockpit.i18n import gettext as _
    _("Lits fermés")

Catalogues are plain `cockpit/locale/{fr,en}/LC_MESSAGES/cockpit.po` files, read once by babel.
`python -m cockpit.i18n` adds the sentences found in the code to both, and lists those without a
translation. The language belongs to the current run (a context variable), never to the process.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, cast

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

_PACKAGE = Path(__file__).parent
_SPOKEN = (_PACKAGE, _PACKAGE.parent / "pages")
_TRANSLATING = frozenset({"_", "ngettext", "mark"})
_CREATED = datetime(2026, 11, 1, tzinfo=UTC)
_language: ContextVar[Language] = ContextVar("language", default="fr")


class Labelled(Protocol):
    """Anything of the catalogue that carries its own two labels."""

    @property
    def label_fr(self) -> str:
        """French label."""

    @property
    def label_en(self) -> str:
        """English label."""


def language() -> Language:
    """The language of the current run."""
    return _language.get()


def speak(wanted: Language) -> None:
    """Set the language for the rest of the current run."""
    _language.set(wanted)


@contextmanager
def use(wanted: Language) -> Iterator[None]:
    """Set the language for one block: mail, brief, tests."""
    token = _language.set(wanted)
    try:
        yield
    finally:
        _language.reset(token)


def mark(text: str) -> str:
    """Mark a sentence of a module-level table for translation; it is translated when shown."""
    return text


def gettext(text: str) -> str:
    """The sentence in the current language; the French one when it has no translation."""
    return _messages(_language.get()).get(text) or text


def ngettext(one: str, many: str, count: float) -> str:
    """The form that `count` asks for: in French 0, 1 and 1,5 are singular, in English only 1."""
    current = _language.get()
    form = one if is_singular(count, current) else many
    return _messages(current).get(form) or form


def is_singular(count: float, spoken: Language) -> bool:
    """Whether this count takes the singular."""
    return abs(count) < 2 if spoken == "fr" else abs(count) == 1  # noqa: PLR2004 - the rule


def label(thing: Labelled) -> str:
    """label_fr or label_en of a KPI, a measure or a scope."""
    return pick(thing.label_fr, thing.label_en)


def pick(french: str, english: str) -> str:
    """The text of the current language; the French one when there is no English."""
    return (english or french) if _language.get() == "en" else french


def path(spoken: Language) -> Path:
    """The catalogue file of a language."""
    return _PACKAGE / "locale" / spoken / "LC_MESSAGES" / "cockpit.po"


@cache
def _messages(spoken: Language) -> Mapping[str, str]:
    return {text: said for text, said in _forms(read(spoken)) if said}


def read(spoken: Language) -> Catalog:
    """The catalogue of a language, empty when the file does not exist."""
    if not path(spoken).exists():
        return Catalog(locale=spoken)
    with path(spoken).open("rb") as file:
        return read_po(file, locale=spoken)


def _forms(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """(French form, translation) pairs: a plural message gives its two forms."""
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if message.pluralizable else (message.id,)
        said = message.string if message.pluralizable else (message.string,)
        yield from zip(cast("tuple[str, ...]", ids), cast("tuple[str, ...]", said), strict=False)


def extract() -> Iterator[tuple[str, int, str | tuple[str, str]]]:
    """(file, line, sentence) for every marked sentence of the code, in the order of the files.

    Read from the syntax tree: a call inside an f-string counts too, which babel's own extractor
    does not see before Python 3.12.
    """
    for folder in _SPOKEN:
        for file in sorted(folder.rglob("*.py")):
            name = f"{folder.name}/{file.relative_to(folder).as_posix()}"
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (sentence := _sentence(node)):
                    yield name, node.lineno, sentence


def _sentence(call: ast.Call) -> str | tuple[str, str] | None:
    """The literal that a translating call names; None for any other call."""
    if not isinstance(call.func, ast.Name) or call.func.id not in _TRANSLATING:
        return None
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    said = [text for text in texts if isinstance(text, str)]
    if call.func.id == "ngettext":
        return (said[0], said[1])
    return said[0] if said else None


def update(spoken: Language) -> list[str]:
    """Bring a catalogue up to the code; returns the sentences still without a translation."""
    before, after = read(spoken), _blank(spoken)
    for name, line, sentence in extract():
        known = before.get(sentence)
        said = known.string if known else (sentence if spoken == "fr" else "")
        after.add(sentence, said, locations=[(name, line)])
    save(spoken, after)
    return [text for text, said in _forms(after) if not said]


def _blank(spoken: Language) -> Catalog:
    """An empty catalogue whose header never changes: a diff shows sentences only."""
    return Catalog(
        locale=spoken,
        header_comment=f"# Cockpit ({spoken})",
        project="Cockpit",
        version="1",
        copyright_holder="Cockpit",
        last_translator="Cockpit",
        creation_date=_CREATED,
        revision_date=_CREATED,
        fuzzy=False,
    )


def save(spoken: Language, catalogue: Catalog) -> None:
    """Write a catalogue, sorted by sentence."""
    path(spoken).parent.mkdir(parents=True, exist_ok=True)
    with path(spoken).open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, include_lineno=False)


def main() -> int:
    """Update both catalogues; exit 1 when a sentence has no translation."""
    missing = {spoken: update(spoken) for spoken in LANGUAGES}
    for spoken, texts in missing.items():
        for text in texts:
            sys.stdout.write(f"{spoken}: {text}\n")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
