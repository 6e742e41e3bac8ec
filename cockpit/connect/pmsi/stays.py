"""Lines -> stays -> counts by site, medical unit, day and month of discharge.

Everything is dated by the discharge of the stay, as the cumulative files are: a unit stay that
ended the month before belongs to the file, and to the month, of its stay. Nights are exit minus
entry. A unit stay has the type (HC, AMBU) of its stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cockpit.connect.pmsi.columns import SITE_DAY, SITE_MONTH, UNIT_DAY, UNIT_MONTH
from cockpit.connect.pmsi.kinds import DIALYSIS, ERROR, SESSIONS, SURGERY
from cockpit.connect.pmsi.layouts import Family

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Records = npt.NDArray[np.void]

_WIDTH = 1 << 16


@dataclass(frozen=True)
class Naming:
    """Codes of the file -> codes of structure.csv.

    units: of a medical unit or of a FINESS. sites: the establishment of a medical unit, where one
    FINESS of the file covers several.
    """

    units: dict[str, str]
    sites: dict[str, str]

    def unit(self, code: str) -> str:
        """The unit of a medical unit or of a FINESS."""
        return self.units.get(code, code)

    def site(self, finess: str, unit: str) -> str:
        """The establishment of a stay that ends in a medical unit."""
        return self.sites.get(unit) or self.unit(finess)


@dataclass(frozen=True)
class _Stays:
    """One item per stay; `first` and `last`: positions of its lines in entry order."""

    of_line: Ints
    last: Ints
    nights: Ints
    day: Ints
    kind: Ints
    died: Mask
    emergency: Mask
    births: Mask

    @property
    def counted(self) -> Mask:
        """Stays of MCO: neither session nor grouping error."""
        return np.asarray((self.kind != ERROR) & (self.kind < DIALYSIS), bool)


@dataclass(frozen=True)
class Items:
    """What one set of rows counts: where (positions in labels), when, on which line, how much."""

    rows: str
    unit: Ints
    labels: list[str]
    day: Ints
    line: Ints
    counts: dict[str, Ints | Mask]


def items_of(
    records: Records, family: Family, labels: tuple[list[str], list[str]], naming: Naming
) -> list[Items]:
    """What some whole stays count, by site, by unit and by month.

    records: dtype of `pmsi_lines.RECORD`. labels: codes of sites and of units.
    """
    records = records[np.lexsort((records["entry"], records["exit"], records["mark"]))]
    stays = _stays(records)
    ended = records[stays.last]
    site, sites = _sites(ended, labels, naming)
    if family == "rsa":
        counts = {**_by_site(stays), **_by_session(records), **_of_month(stays)}
        counts |= {"accouchements": stays.births, "sejours_codes": stays.counted}
        counts["resumes"] = np.ones(len(records), bool)
        return [Items(SITE_MONTH, site, sites, stays.day, ended["line"], counts)]
    units = [naming.unit(label) for label in labels[1]]
    at_exit: dict[str, Ints | Mask] = {"accouchements": stays.births}
    if family == "rss_grouped":
        at_exit["sejours_codes"] = stays.counted
    by_unit = {**_by_unit(records, stays), **_at_last_line(stays, len(records), at_exit)}
    unit, day = records["unit"].astype(np.int64), stays.day[stays.of_line]
    found = [
        Items(SITE_DAY, site, sites, stays.day, ended["line"], _by_site(stays)),
        Items(UNIT_DAY, unit, units, day, records["line"], by_unit),
    ]
    if family == "rss_grouped":
        month, line = _month_of(stays.day), ended["line"]
        found.append(Items(UNIT_MONTH, unit[stays.last], units, month, line, _of_month(stays)))
    return found


def _month_of(day: Ints) -> Ints:
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _stays(records: Records) -> _Stays:
    mark = records["mark"]
    begins = np.ones(len(mark), bool)
    begins[1:] = mark[1:] != mark[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(mark)) - 1
    entry = np.minimum.reduceat(records["entry"], first).astype(np.int64)
    leave = records["exit"][last].astype(np.int64)
    return _Stays(
        of_line=np.cumsum(begins) - 1,
        last=last,
        nights=leave - entry,
        day=leave,
        kind=records["kind"][last].astype(np.int64),
        died=records["died"][last],
        emergency=np.logical_or.reduceat(records["emergency"], first),
        births=np.logical_or.reduceat(records["birth"], first),
    )


def _sites(
    ended: Records, labels: tuple[list[str], list[str]], naming: Naming
) -> tuple[Ints, list[str]]:
    pairs = ended["site"].astype(np.int64) * _WIDTH + ended["unit"]
    distinct, which = np.unique(pairs, return_inverse=True)
    names = [
        naming.site(labels[0][pair // _WIDTH], labels[1][pair % _WIDTH])
        for pair in distinct.tolist()
    ]
    return which.reshape(-1).astype(np.int64), names


def _by_site(stays: _Stays) -> dict[str, Ints | Mask]:
    counted = stays.counted
    return {
        "sejours_hc": counted & (stays.nights > 0),
        "sejours_ambu": counted & (stays.nights == 0),
        "nuitees": np.where(counted, stays.nights, 0),
        "sejours_seances": stays.kind >= DIALYSIS,
        "sejours_urgences": counted & stays.emergency,
        "deces": counted & stays.died,
        "erreurs_groupage": stays.kind == ERROR,
    }


def _by_unit(records: Records, stays: _Stays) -> dict[str, Ints | Mask]:
    counted, overnight = stays.counted[stays.of_line], (stays.nights > 0)[stays.of_line]
    nights = records["exit"].astype(np.int64) - records["entry"]
    return {
        "resumes": np.ones(len(records), bool),
        "passages_hc": counted & overnight,
        "passages_ambu": counted & ~overnight,
        "nuitees_passages": np.where(counted, nights, 0),
        **_by_session(records),
    }


def _by_session(records: Records) -> dict[str, Ints | Mask]:
    done = records["sessions"].astype(np.int64)
    return {
        f"seances_{name}": np.where(records["kind"] == kind, done, 0)
        for name, kind in SESSIONS.items()
    }


def _of_month(stays: _Stays) -> dict[str, Ints | Mask]:
    overnight = stays.nights > 0
    return {
        "chir_hc": (stays.kind == SURGERY) & overnight,
        "chir_ambu": (stays.kind == SURGERY) & ~overnight,
        "journees": np.where(stays.counted & overnight, stays.nights, 0),
    }


def _at_last_line(
    stays: _Stays, length: int, counts: dict[str, Ints | Mask]
) -> dict[str, Ints | Mask]:
    """Counts of stays, given to the line where each ends."""
    found: dict[str, Ints | Mask] = {}
    for name, values in counts.items():
        found[name] = np.zeros(length, np.int64)
        found[name][stays.last] = values
    return found
