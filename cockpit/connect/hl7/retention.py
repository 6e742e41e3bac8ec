"""What the spool forgets: once a day, the visits whose news are old and whose patient is gone; and
all of it when its source is removed."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from cockpit import clock
from cockpit.connect.contract import Deadline
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.er7 import local_day
from cockpit.connect.hl7.spool import LONGEST_STAY, RETENTION, Kept, Spool, opened, path_of
from cockpit.connect.hl7.stays import Stay, in_bed, stay_of
from cockpit.errors import SourceRefused
from cockpit.settings import Home

_FEW = 1000


def forget_old(spool: Spool, config: Hl7Config, delivered: int, deadline: Deadline) -> None:
    """Erase what is older than RETENTION, at most once a civil day.

    delivered: newest record whose figures are kept; nothing newer is erased. A patient still in a
    bed stays, else he would vanish from the census: until LONGEST_STAY without news. The days that
    an erased visit touched can no longer be counted again, and are left as they were delivered.
    """
    today = clock.today().toordinal()
    if spool.forgotten_on() == today:
        return
    erased: list[bytes] = []
    complete_from = 0
    for number, records in enumerate(spool.visits()):
        if number % _FEW == 0:
            deadline.left()
        newest = max(one.received for one in records)
        if newest >= _before(RETENTION) or any(one.seq > delivered for one in records):
            continue
        stay = stay_of(one.movement for one in records)
        lies = in_bed(stay, config.bed_classes)
        if lies and newest >= _before(LONGEST_STAY):
            continue
        erased.append(_visit(records))
        complete_from = max(complete_from, 0 if lies else _after(stay, config))
    spool.forget(erased, complete_from, _before(RETENTION), today)


def erase(home: Home, source: str) -> None:
    """Forget a source for good: its spool, and nothing of another one.

    The tables go before the file: a listener that still holds it cannot write any more, so it
    answers nobody and the sender keeps its messages. Raises SourceUnavailable when it cannot be
    done now.
    """
    path = path_of(home, source)
    if path.exists():
        with suppress(SourceRefused), opened(home, source) as spool:  # a damaged one goes too
            spool.drop()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _before(length: timedelta) -> int:
    return int((clock.now() - length).timestamp())


def _visit(records: list[Kept]) -> bytes:
    return records[0].movement.visit


def _after(stay: Stay, config: Hl7Config) -> int:
    """The first day that a stay does not touch; 0 when it was never counted."""
    counted = {*config.bed_classes, "E"}
    ends = [one.until or one.since for one in stay.spells if one.patient_class in counted]
    ends += [one.at for one in stay.exits if one.patient_class in counted]
    return max((local_day(end) + 1 for end in ends), default=0)
