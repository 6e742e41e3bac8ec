"""RPU XML -> visits, a few thousand at a time, without ever building a tree.

The parser is the one of defusedxml (no DTD, no entity, nothing external), called with bounded
chunks: whatever the document, memory holds one batch of visits and one token. Texts are copied
out of the document only for the variables of the format, and thrown away once counted.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from io import SEEK_END, BufferedIOBase
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from cockpit.connect.rpu.codes import FIELDS
from cockpit.errors import BadDelivery

Visit = list[str]
"""FINESS, then one text per name of FIELDS ("" when absent), trimmed."""

BATCH = 8192
_CHUNK = 64 << 10
_LONGEST_TOKEN = 1 << 20
_LONGEST_TEXT = 128 << 10
_KEPT = 200  # characters of a text: the codes are shorter, and the rest is never read
_DEEPEST = 12
_ENCODINGS = {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "windows-1252"}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_DECLARED = re.compile(rb"""\A<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']{1,60})["']""")
_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")
_HEAD = ("FINESS", "DATEDEBUT", "DATEFIN")
_NOTHING, _PATIENT = -1, -2
_SLOTS = {
    "PATIENT": _PATIENT,
    **{name: position for position, name in enumerate(FIELDS, 1)},
    **{name: -3 - position for position, name in enumerate(_HEAD)},
}
_PLAIN = "du XML de RPU : un élément PATIENT par passage"


class Batch:
    """Visits of one establishment file read so far.

    lines: where each visit begins, always rising: the line of the file, or the rank of the visit
    when several stand on one line. malformed: visits that hold a variable twice. window: DATEDEBUT
    and DATEFIN as written, "" when the file does not say them.
    """

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.lines: list[int] = []
        self.malformed: list[bool] = []
        self.window = ("", "")


class _Handlers:
    """What expat calls, some sixty times a visit: short, and the texts go straight to a list.

    Raises BadDelivery from inside the parse.
    """

    __slots__ = (
        *("batch", "clear", "depth", "expat", "head", "inside", "line", "name", "parser"),
        *("pieces", "seen", "twice", "visit"),
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.pieces: list[str] = []
        self.clear = self.pieces.clear
        self.parser = DefusedXMLParser(target=self, forbid_dtd=True)
        self.expat = self.parser.parser
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.CharacterDataHandler = self.pieces.append
        self.expat.DefaultHandlerExpand = None
        self.batch = Batch()
        self.seen = 0
        self.depth = 0
        self.line = 0
        self.inside = 0  # depth of the PATIENT being read
        self.visit: Visit | None = None
        self.twice = False
        self.head = dict.fromkeys(_HEAD, "")

    def start(self, tag: str, _attributes: object) -> None:
        self.clear()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.refused("des éléments imbriqués sur douze niveaux au plus")
        if self.visit is None and self._slot(tag) == _PATIENT:
            self._begin()

    def end(self, tag: str) -> None:
        depth = self.depth
        self.depth = depth - 1
        slot = _SLOTS.get(tag) or self._slot(tag)
        if slot > 0:
            if depth == self.inside + 1 and self.visit is not None:
                self._field(slot, self.visit)
        elif slot == _PATIENT:
            self._finish(depth)
        elif slot < _PATIENT and self.visit is None:
            self.head[_HEAD[-3 - slot]] = "".join(self.pieces).strip()
        self.clear()

    def _field(self, slot: int, visit: Visit) -> None:
        pieces = self.pieces
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        text = text[:_KEPT].strip()
        if text:
            if visit[slot]:
                self.twice = True
            visit[slot] = text

    def _begin(self) -> None:
        if not _FINESS.fullmatch(self.head["FINESS"]):
            raise BadDelivery(
                file=self.name,
                line=self.expat.CurrentLineNumber,
                field="FINESS",
                expected="un n° FINESS de neuf caractères avant le premier passage",
            )
        self.line = max(self.expat.CurrentLineNumber, self.line + 1)
        self.inside = self.depth
        self.visit = [""] * (len(FIELDS) + 1)
        self.visit[0] = self.head["FINESS"]
        self.twice = False

    def _finish(self, depth: int) -> None:
        if self.visit is None or depth != self.inside:
            raise self.refused("un passage à la fois : un PATIENT ne contient pas un PATIENT")
        self.seen += 1
        self.batch.visits.append(self.visit)
        self.batch.lines.append(self.line)
        self.batch.malformed.append(self.twice)
        self.visit = None
        self.inside = 0

    def _slot(self, tag: str) -> int:
        """What an element is, whatever the namespace of the document."""
        found = _SLOTS.get(tag, _NOTHING)
        if found == _NOTHING and "}" in tag:
            space, _, name = tag.rpartition("}")
            if "XInclude" in space:
                raise self.refused("un document entier, sans inclusion (XInclude)")
            found = _SLOTS.get(name, _NOTHING)
        return found

    def taken(self) -> Batch:
        """The visits read since the last call."""
        done, self.batch = self.batch, Batch()
        done.window = (self.head["DATEDEBUT"], self.head["DATEFIN"])
        return done

    def refused(self, expected: str) -> BadDelivery:
        """A refusal at the current line."""
        return BadDelivery(file=self.name, line=self.expat.CurrentLineNumber, expected=expected)


def batches(name: str, stream: BufferedIOBase, largest_mib: int) -> Iterator[Batch]:
    """The visits of a file, BATCH or a little more at a time; at least one visit in all.

    Raises BadDelivery(file, line?, expected) for what is not RPU XML in UTF-8 or ISO-8859-1, is
    truncated or larger than the limit, or holds a DTD, an entity, an inclusion, a text or a token
    out of proportion.
    """
    if stream.seek(0, SEEK_END) > largest_mib << 20:
        raise BadDelivery(file=name, expected=f"un fichier d'au plus {largest_mib} Mio")
    stream.seek(0)
    handlers = _Handlers(name)
    for chunk in _guarded(name, stream, handlers):
        _fed(handlers, chunk)
        if len(handlers.batch.visits) >= BATCH:
            yield handlers.taken()
    _fed(handlers, None)
    if not handlers.seen:
        raise BadDelivery(file=name, field="PATIENT", expected="au moins un passage")
    if handlers.batch.visits:
        yield handlers.taken()


def _guarded(name: str, stream: BufferedIOBase, handlers: _Handlers) -> Iterator[bytes]:
    """Chunks. A token that goes on for 1 MiB is refused: expat would rescan it at every chunk."""
    chunk = stream.read(_CHUNK)
    _check_encoding(name, chunk)
    given = 0
    while chunk:
        yield chunk
        given += len(chunk)
        pending = given - max(0, handlers.expat.CurrentByteIndex)
        if pending > _LONGEST_TOKEN or sum(map(len, handlers.pieces)) > _LONGEST_TEXT:
            raise handlers.refused("des éléments, des attributs et des textes de taille ordinaire")
        chunk = stream.read(_CHUNK)


def _check_encoding(name: str, first: bytes) -> None:
    """UTF-16, UTF-7 and the like hide a document from whoever looks at its bytes: refused."""
    declared = _DECLARED.search(first.removeprefix(codecs.BOM_UTF8))
    wide = first.startswith(_WIDE) or b"\0" in first[:1024]
    if wide or (declared and declared[1].decode("latin-1").lower() not in _ENCODINGS):
        raise BadDelivery(file=name, line=1, expected="du XML en UTF-8 ou en ISO-8859-1")


def _fed(handlers: _Handlers, chunk: bytes | None) -> None:
    """One chunk, or the end of the document (None)."""
    try:
        if chunk is None:
            handlers.parser.close()
        else:
            handlers.parser.feed(chunk)
    except DefusedXmlException as error:
        raise handlers.refused("du XML sans DOCTYPE ni entité") from error
    except ParseError as error:
        line = error.position[0]
        expected = f"{_PLAIN}, complet, en UTF-8 ou dans l'encodage qu'il déclare"
        raise BadDelivery(file=handlers.name, line=line, expected=expected) from error
    except (LookupError, ValueError) as error:  # an encoding that expat asks Python for
        raise handlers.refused("du XML en UTF-8 ou en ISO-8859-1") from error
