"""One ADT message -> one movement of a visit, pseudonymous; or why it is not one.

Events and ZBE of IHE PAM France 2.11. The profile's text is trusted (ZBE-3 end, ZBE-4 action);
where a sender follows the other public reading (ZBE-3 action, ZBE-5 "Y" for a cancellation), an
action found in ZBE-3 says so. Senders without ZBE (2.3 to 2.8) are keyed by visit, event and time.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cockpit.connect.hl7.er7 import Message, NotTaken, Problem, cut, error, instant

Kind = Literal["", "enter", "move", "leave", "away", "back", "expect", "announce", "note"]
Action = Literal["INSERT", "UPDATE", "CANCEL"]

_EVENTS: Final[dict[str, Kind]] = {
    "A01": "enter", "A04": "enter", "A02": "move", "A06": "move", "A07": "move", "A03": "leave",
    "A05": "expect", "A14": "expect", "A15": "note", "A16": "announce", "A08": "note",
    "A21": "away", "A22": "back", "Z99": "",
    "Z80": "move", "Z82": "move", "Z84": "move", "Z86": "move", "Z88": "move",
}  # fmt: skip
_CANCELS: Final[dict[str, Kind]] = {
    "A11": "enter", "A12": "move", "A13": "leave", "A38": "expect", "A27": "expect",
    "A25": "announce", "A26": "note", "A52": "away", "A53": "back",
    "Z81": "move", "Z83": "move", "Z85": "move", "Z87": "move", "Z89": "move",
}  # fmt: skip
_CLASSES = {"A01": "I", "A04": "O", "A06": "I", "A07": "O"}
"""Patient class of an event whose PV1-2 is empty."""

_UNPLACED = {"A17", "A23", "A42", "A45", "A50"}
"""Exchanged beds, deleted, merged or renumbered visits: they would move the census unseen."""

_ACTIONS: Final[dict[str, Action]] = {
    "INSERT": "INSERT",
    "UPDATE": "UPDATE",
    "CANCEL": "CANCEL",
}
_DEATHS = {"D", "20", "40", "41", "42"}  # PV1-36, table HL7 0112; 9 in ZFM-2 is the PMSI's code
_DIED_PMSI = "9"

# A code holds neither a NIR (13 digits) nor a sentence; it is kept hashed all the same
_UNIT = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]{0,11})")
_CLASS = re.compile(r"[A-Z]")
_STAYS_IN_BED = frozenset("SMD")
"""Letters of ZBE-9 that move no bed: care, medical responsibility, administrative class."""

_DAY_S = 86400
_FIRST = 946684800  # 1 January 2000: an older message is a broken clock


class Pseudonyms:
    """Keyed hashes: without the key of this installation, no number can be tried against them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.unit = lru_cache(maxsize=1 << 12)(self._unit)  # a hospital has a few hundred

    def of(self, kind: bytes, *parts: str) -> bytes:
        """16 bytes of HMAC-SHA256."""
        given = b"\0".join([kind, *(part.encode() for part in parts)])
        return hmac.digest(self._key, given, "sha256")[:16]

    def _unit(self, code: str) -> str:
        """A unit, found again only by who knows its code (cockpit/connect/hl7/units.py)."""
        return self.of(b"unit", code)[:8].hex()


@dataclass(frozen=True, slots=True)
class Movement:
    """What is kept of a message.

    visit, movement: keyed hashes; movement is b"" for a sender without ZBE. recorded: when it was
    typed; start: since when it holds (None: as before); arrival, departure: expected; all in
    seconds since 1970 UTC. unit: where the bed is; medical: who answers for the patient, both as
    keyed hashes of their codes; moves_bed: whether it may change `unit`. "" and None say nothing.
    """

    visit: bytes
    movement: bytes
    kind: Kind
    action: Action
    recorded: int
    start: int | None
    unit: str = ""
    medical: str = ""
    moves_bed: bool = True
    patient_class: str = ""
    arrival: int | None = None
    departure: int | None = None
    died: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """One message read: its movement, or its problem, or neither when it moves nobody.

    message: None when it had no header. recorded: its own time, None when it cannot be believed.
    """

    message: Message | None = None
    movement: Movement | None = None
    problem: Problem | None = None
    recorded: int | None = None


def hear(data: bytes, names: Pseudonyms, now: int, processing: frozenset[str]) -> Heard:
    """Read one message, without its frame; never raises. now: seconds since 1970."""
    message: Message | None = None
    try:
        message = cut(data)
        event = _event(message, processing)
        if event in _UNPLACED:
            raise error(201, "MSH-9", "événement qui déplace des venues sans dire lesquelles")
        recorded = _recorded(message, now)
        placed = event in _EVENTS or event in _CANCELS
        movement = _movement(message, event, recorded, names) if placed else None
    except NotTaken as refusal:
        return Heard(message, problem=refusal.problem)
    return Heard(message, movement, recorded=recorded)


def _event(message: Message, processing: frozenset[str]) -> str:
    if not message.text(b"MSH", 12).startswith("2"):
        raise error(203, "MSH-12", "version HL7 autre que 2.x")
    if message.text(b"MSH", 9) != "ADT":
        raise error(200, "MSH-9", "message d'un autre type qu'ADT")
    mode = message.text(b"MSH", 11)
    if mode and mode not in processing:
        raise error(202, "MSH-11", "message d'essai")
    event = message.text(b"MSH", 9, 2) or message.text(b"EVN", 1)
    if not event:
        raise error(101, "MSH-9", "événement manquant")
    return event


def _recorded(message: Message, now: int) -> int:
    field = "EVN-2" if message.text(b"EVN", 2) else "MSH-7"
    found = _time(message, b"EVN", 2) if field == "EVN-2" else _time(message, b"MSH", 7)
    if found is None:
        raise error(101, field, "heure du message manquante")
    if not _FIRST <= found <= now + _DAY_S:
        raise error(102, field, "heure du message dans le futur ou avant 2000")
    return found


def _time(message: Message, segment: bytes, field: int) -> int | None:
    """None when it is empty. Raises NotTaken when it is no time."""
    text = message.text(segment, field)
    if not text:
        return None
    found = instant(text)
    if found is None:
        raise error(102, f"{segment.decode()}-{field}", "date ou heure illisible")
    return found


def _movement(message: Message, event: str, recorded: int, names: Pseudonyms) -> Movement:
    action = _action(message, event)
    kind = _kind(message, event, action)
    number = message.text(b"ZBE", 1)
    movement = names.of(b"movement", number, message.text(b"ZBE", 1, 2)) if number else b""
    found = Movement(
        visit=_visit(message, names),
        movement=movement,
        kind=kind,
        action=action,
        recorded=recorded,
        start=_start(message, kind, action, recorded),
        unit=_location(message, names),
        medical=_responsible(message, 7, names),
        moves_bed=_moves_bed(message),
        patient_class=_patient_class(message, event, action),
        arrival=_expected(message, 8, kind == "expect"),
        departure=_expected(message, 9, kind == "announce"),
        died=kind == "leave" and _died(message),
    )
    # Only what holds a bed must say where: a consultation may have no place at all, and an exit
    # empties the bed that is known.
    holds = kind == "enter" and found.patient_class in {"I", "E"}
    if action == "INSERT" and (holds or event == "A02") and not (found.unit or found.medical):
        given = message.text(b"PV1", 3)
        raise error(
            102 if given else 101, "PV1-3", "code d'UF illisible" if given else "UF manquante"
        )
    return found


def _visit(message: Message, names: Pseudonyms) -> bytes:
    for segment, field in ((b"PV1", 19), (b"PID", 18)):  # venue, else the account of the stay
        number = message.text(segment, field)
        if number:
            return names.of(b"visit", segment.decode(), number, message.text(segment, field, 4))
    raise error(101, "PV1-19", "numéro de venue manquant")


def _action(message: Message, event: str) -> Action:
    if event in _CANCELS:
        return "CANCEL"
    said = message.text(b"ZBE", 4).upper()
    other = message.text(b"ZBE", 3).upper()
    if said in _ACTIONS:
        return _ACTIONS[said]
    if other in _ACTIONS:
        flagged = message.text(b"ZBE", 5).upper() in {"Y", "O", "1"}
        return "CANCEL" if flagged else _ACTIONS[other]
    if said:
        raise error(102, "ZBE-4", "action autre que INSERT, UPDATE ou CANCEL")
    return "UPDATE" if event == "Z99" else "INSERT"


def _kind(message: Message, event: str, action: Action) -> Kind:
    """What the movement is: ZBE-6 names the event that first made it."""
    origin = message.text(b"ZBE", 6).upper() if action != "INSERT" else ""
    if origin in _EVENTS:
        return _EVENTS[origin]
    return _CANCELS[event] if event in _CANCELS else _EVENTS[event]


def _start(message: Message, kind: Kind, action: Action, recorded: int) -> int | None:
    """ZBE-2; else when the event happened, else when it was typed. An update may say nothing."""
    begun = _time(message, b"ZBE", 2)
    if begun is not None or (action == "UPDATE" and message.text(b"ZBE", 1)):
        return begun
    own = {"enter": 44, "leave": 45}.get(kind)
    if own and action == "INSERT" and (found := _time(message, b"PV1", own)) is not None:
        return found
    occurred = _time(message, b"EVN", 6)
    return recorded if occurred is None else occurred


def _location(message: Message, names: Pseudonyms) -> str:
    """PV1-3; the units of ZBE stand for it where a sender leaves it empty."""
    code = _code(message.text(b"PV1", 3, 1))
    if code:
        return names.unit(code)
    return _responsible(message, 8, names) or _responsible(message, 7, names)


def _responsible(message: Message, field: int, names: Pseudonyms) -> str:
    """An XON: the code is its tenth component."""
    code = _code(message.text(b"ZBE", field, 10))
    return names.unit(code) if code else ""


def _code(text: str) -> str:
    return text if _UNIT.fullmatch(text) else ""


def _moves_bed(message: Message) -> bool:
    nature = message.text(b"ZBE", 9).upper()
    return not nature or not _STAYS_IN_BED.issuperset(nature)


def _patient_class(message: Message, event: str, action: Action) -> str:
    found = message.text(b"PV1", 2).upper()
    if _CLASS.fullmatch(found):
        return found
    return _CLASSES.get(event, "") if action == "INSERT" else ""


def _expected(message: Message, field: int, is_planned: bool) -> int | None:
    found = _time(message, b"PV2", field)
    return _time(message, b"EVN", 3) if found is None and is_planned else found


def _died(message: Message) -> bool:
    return message.text(b"PV1", 36) in _DEATHS or message.text(b"ZFM", 2) == _DIED_PMSI
