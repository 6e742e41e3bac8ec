"""PMSI lines made by hand from the field sizes of the ATIH tables, and the conformance sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.connect.pmsi.columns import COLUMNS
from cockpit.settings import Home
from tests.connectors.sampling import Sample

FINESS = "990001000"


def rum(
    version: str = "022",
    *,
    stay: int = 1,
    unit: str = "2110",
    entry: str = "01032026",
    leave: str = "04032026",
    exit_mode: str = "8",
    urgent: str = " ",
    sessions: str = "00",
    diagnosis: str = "I10",
    ghm: str = "05M042",
    das: Sequence[str] = (),
    dads: int = 0,
    acts: int = 0,
    finess: str = FINESS,
) -> str:
    """One unit stay; version 122 or 123 is the grouped one."""
    inner = "0" + version[1:]
    fields = [
        *(finess, inner, f"{stay:<20}", f"NDA{stay:<17}", f"{1:010}", "15061950", "1"),
        *(f"{unit:<4}", "  ", entry, "8", " ", leave, exit_mode, " ", "84000", " " * 4, "  "),
        *(" " * 8, sessions, f"{len(das):02}", f"{dads:02}", f"{acts:03}"),
        *(f"{diagnosis:<8}", " " * 8, "000", "0", " ", " ", " " * 15, " ", " ", " ", " ", " "),
        *(" ", "2", urgent, " " * 4, " " * 3),
    ]
    head = "".join(fields)
    assert len(head) == 177
    act = "01032026" + "DEQP003" + "   " + "1" + "1" + " " + " " * 4 + " " + " " + "01"
    if inner == "023":
        head, act = head + " " * 13, act + "   "
    tail = "".join(f"{code:<8}" for code in das) + "Z000    " * dads + act * acts
    group = f"11{ghm} {version}000" if version[0] == "1" else ""
    return group + head + tail


def rsa(
    *,
    ghm: str = "05M042",
    month: str = "03",
    year: str = "2026",
    nights: int = 3,
    exit_mode: str = "8",
    sessions: str = "00",
    sites: Sequence[str] = ("990001018",),
    das: Sequence[str] = (),
    acts: int = 0,
    authorisations: int = 0,
    supplements: int = 0,
) -> str:
    """One anonymous stay, version 229; `sites`: geographic FINESS of its unit stays."""
    line = [" "] * 265

    def put(first: int, text: str) -> None:
        line[first - 1 : first - 1 + len(text)] = text

    put(1, FINESS + "229" + "0000000001" + "122")
    put(
        29, "11" + ghm + "000" + "11" + ghm + "000" + f"{len(sites):02}" + "075" + "   " + "1" + "8"
    )
    put(62, month + year + exit_mode)
    put(71, f"{nights:04}")
    put(80, "84000")
    put(94, sessions + "1234" + "0000")
    put(114, str(authorisations))
    put(136, str(supplements))
    put(215, f"{'I10':<6}")
    put(227, f"{len(das):04}{acts:05}")
    stays = (f"{i:02}0001{site}{'I10':<6}".ljust(61) for i, site in enumerate(sites, 1))
    tail = ["07" * authorisations, "9515002" * supplements, *stays]
    tail += [f"{code:<6}" for code in das] + ["000DEQP003" + " " * 14] * acts
    return "".join([*line, *tail])


def lines(*texts: str, end: str = "\r\n") -> bytes:
    """A file of these lines."""
    return "".join(text + end for text in texts).encode("cp1252")


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """A home with the grouped summaries of two stays."""
    home = Home(root).prepare()
    data = lines(rum("122", stay=1), rum("122", stay=2, unit="4110", ghm="08C471"))
    (home.drop / "M03.rss.txt").write_bytes(data)
    yield Sample(home, {"path": "drop/*.rss.txt"}, COLUMNS[:5])
