"""What kind of stay a line tells of: surgery, a session and which one, a grouping error, or none.

A GHM is its CMD (two digits), its type (C surgery), a number and a severity. Without a GHM
(ungrouped summary) only sessions can be told, by their main diagnosis.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cockpit.connect.pmsi import cut as pmsi_cut
from cockpit.connect.pmsi.cut import Bytes, Ints, Mask

ORDINARY, SURGERY, ERROR, DIALYSIS, CHEMOTHERAPY, RADIOTHERAPY, OTHER_SESSION = range(7)

SESSIONS: Final = {
    "dialyse": DIALYSIS,
    "chimio": CHEMOTHERAPY,
    "radio": RADIOTHERAPY,
    "autre": OTHER_SESSION,
}

_SESSION_CMD, _ERROR_CMD, _NOT_SURGERY = 28, 90, (14, 15, 28, 90)
_BY_NUMBER: Final = {
    **dict.fromkeys((1, 2, 3, 4), DIALYSIS),
    **dict.fromkeys((7, 17), CHEMOTHERAPY),
    **dict.fromkeys((8, 9, 10, 11, *range(18, 26)), RADIOTHERAPY),
}
_BY_DIAGNOSIS: Final = {
    b"Z49": DIALYSIS,
    b"Z511": CHEMOTHERAPY,
    b"Z512": CHEMOTHERAPY,
    b"Z510": RADIOTHERAPY,
    b"Z513": OTHER_SESSION,
    b"Z518": OTHER_SESSION,
}
"""First characters (CIM-10) of the main diagnosis of a session."""


def kinds_of(group: Bytes | None, diagnosis: Bytes, sessions: Ints) -> tuple[Ints, Mask]:
    """One kind per line, and whether it could be told. group: GHM of six characters or None."""
    if group is None:
        return _by_diagnosis(diagnosis, sessions), np.ones(len(diagnosis), bool)
    cmd, number = pmsi_cut.numbers(group[:, :2]), pmsi_cut.numbers(group[:, 3:5])
    known = (cmd >= 0) & (number >= 0) & pmsi_cut.is_code(group[:, 2:3])
    by_number = np.full(100, OTHER_SESSION)
    by_number[list(_BY_NUMBER)] = list(_BY_NUMBER.values())
    surgery = (group[:, 2] == ord("C")) & ~np.isin(cmd, _NOT_SURGERY)
    kind = np.select(
        [cmd == _ERROR_CMD, cmd == _SESSION_CMD, surgery],
        [ERROR, by_number[np.maximum(number, 0)], SURGERY],
        ORDINARY,
    )
    return kind.astype(np.int64), known


def _by_diagnosis(diagnosis: Bytes, sessions: Ints) -> Ints:
    code = pmsi_cut.texts(np.ascontiguousarray(diagnosis[:, :4]))
    kind = np.full(len(code), ORDINARY, np.int64)
    for root, found in _BY_DIAGNOSIS.items():
        kind[np.char.startswith(code, root) & (sessions > 0)] = found
    return kind
