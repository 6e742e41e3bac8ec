"""Files of HL7 messages -> the spool: one message or a million, framed for MLLP or not."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase

from cockpit import clock
from cockpit.connect import guard
from cockpit.connect.contract import Asked
from cockpit.connect.files import digest_of
from cockpit.connect.guard import Opened
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.er7 import LARGEST_BYTES
from cockpit.connect.hl7.key import pseudonyms
from cockpit.connect.hl7.movements import Heard, Pseudonyms, hear
from cockpit.connect.hl7.spool import Spool
from cockpit.errors import BadDelivery, SourceUnavailable

START, END = b"\x0b", b"\x1c"
_CHUNK = 1 << 20
_BREAKS = bytes.maketrans(b"\n\x0b\x1c", b"\r\r\r")
_HEAD = 4096
_TAIL = 64
_BOM = b"\xef\xbb\xbf"


def load_files(asked: Asked, config: Hl7Config, spool: Spool) -> Iterator[BadDelivery]:
    """Keep the movements of every new file that the path setting selects, in name order.

    A file that is refused is yielded as its error, and nothing of it is kept. Raises
    SourceUnavailable when no file matches and nothing is listened to either.
    """
    names = guard.matching(asked.home, config.path) if config.path else []
    if not names and not config.listen:
        raise SourceUnavailable(source=config.path, reason="aucun fichier ne correspond")
    hashes = pseudonyms(asked.home)
    for name in names:
        asked.deadline.left()
        try:
            with guard.opened(asked.home, name) as found:
                _load(asked, found, config, spool, hashes)
        except BadDelivery as refusal:
            yield refusal


def _load(asked: Asked, found: Opened, config: Hl7Config, spool: Spool, names: Pseudonyms) -> None:
    # keyed: what is kept for ever must not let anybody try messages against it
    digest = names.of(b"file", digest_of(found.stream), *config.processing).hex()
    if spool.is_loaded(digest):
        return
    check_head(found.name, found.stream)
    spool.load(digest, _heard(asked, found, config, names), _now(), found.name)


def _heard(asked: Asked, found: Opened, config: Hl7Config, names: Pseudonyms) -> Iterator[Heard]:
    processing, now = frozenset(config.processing), _now()
    for number, data in enumerate(messages(found.name, found.stream)):
        if number % 1000 == 0:
            asked.deadline.left()
        yield hear(data, names, now, processing)
    found.refuse_changed()


def _now() -> int:
    return int(clock.now().timestamp())


def check_head(name: str, stream: BufferedIOBase) -> None:
    """Leave the stream at its first message or envelope. Raises BadDelivery when there is none."""
    head = stream.read(_HEAD)
    stream.seek(len(_BOM) if head.startswith(_BOM) else 0)
    first = head.removeprefix(_BOM).lstrip(b"\x0b\r\n")[:3]
    if first not in {b"MSH", b"FHS", b"BHS"}:
        raise BadDelivery(file=name, line=1, expected="un fichier de messages HL7 v2 (MSH)")


def messages(name: str, stream: BufferedIOBase) -> Iterator[bytes]:
    """Every message of a file, segments ended by CR; frames and batch envelopes are left out.

    Raises BadDelivery for a message longer than LARGEST_BYTES, and for a framed file whose last
    frame has no end: it is still being written.
    """
    left, is_framed, last = b"\r", False, b""
    while chunk := stream.read(_CHUNK):
        is_framed = is_framed or START in chunk
        last = (last + chunk)[-_TAIL:]
        before, *whole = (left + chunk.translate(_BREAKS)).split(b"\rMSH")
        left = b"\rMSH" + whole[-1] if whole else before
        yield from _messages(name, whole[:-1])
        if len(left) > LARGEST_BYTES:
            raise _too_long(name)
    if is_framed and not last.rstrip(b"\r\n").endswith(END):
        raise BadDelivery(file=name, expected="un fichier dont l'écriture est finie (fin de trame)")
    yield from _messages(name, left.split(b"\rMSH")[1:])


def _messages(name: str, whole: list[bytes]) -> Iterator[bytes]:
    for body in whole:
        if len(body) > LARGEST_BYTES:
            raise _too_long(name)
        yield b"MSH" + body


def _too_long(name: str) -> BadDelivery:
    return BadDelivery(
        file=name, expected=f"des messages HL7 d'au plus {LARGEST_BYTES >> 10} Kio chacun"
    )
