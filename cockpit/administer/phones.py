"""What phones kept of the figures: a number that changes makes every one of them forget.

Each answer of the web process says the number; the worker of a phone that knew another one empties
what it keeps. A phone that is never opened again keeps what it has: only the hospital's own
management of devices reaches it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cockpit import clock, state
from cockpit.i18n import gettext as _
from cockpit.state.audit import AuditLine, record_act

if TYPE_CHECKING:
    from cockpit.settings import Home


def epoch(home: Home) -> int:
    """How many times phones were told to forget; a file that says nothing counts as never."""
    try:
        return int(home.phones.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def revoke(home: Home, who: str) -> int:
    """Make every phone forget at its next answer; the new number. The act is kept in the audit."""
    number = epoch(home) + 1
    written = home.phones.with_suffix(".new")
    written.write_text(f"{number}\n", "ascii")
    os.replace(written, home.phones)  # noqa: PTH105 - atomic, read by every answer meanwhile
    sentence = _("Les téléphones effaceront ce qu'ils gardent à leur prochaine ouverture.")
    at = clock.utc_naive(clock.now())
    record_act(
        state.engine(home),
        AuditLine(at=at, who=who, what="phones", subject=str(number), sentence=sentence),
    )
    return number
