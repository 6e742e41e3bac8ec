"""RPU: visits become counts of a day, and nothing of a patient goes further.

Five visits by hand on 12 March 2026, born 15/06/1980 unless said:

    10:00-12:30  150 min, home                          CCMU 2  PERSO
    11:00-23:00  720 min, admitted to MED, born 2010    CCMU 4  VSAB   grippe
    14:00-19:00  300 min, admitted to SI, born 1940     CCMU 5  SMUR
    16:00-       no exit, no outcome, birth unknown     CCMU ?  ?
    22:00-22:20   20 min, PSA                           CCMU 1  PERSO  gastro-entérite
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import LINE, Asked
from cockpit.connect.deliver import batches
from cockpit.connect.rpu.codes import FIELDS, KNOWN
from cockpit.connect.rpu.columns import BINS, COLUMNS, COUNTS, MAPPING, bin_column
from cockpit.connect.rpu.count import BAD_ENTRY, OUTSIDE, REPEATED, TWICE
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery
from cockpit.kpi.measures import MEASURES
from cockpit.settings import Home
from connectors.rpu import CONNECTOR, RpuConfig
from tests.connectors.sample_rpu import FINESS, document, visit
from tests.warehouse.installation import KEPT, Installation

DAY = "12/03/2026"
FIVE = (
    visit(f"{DAY} 10:00", f"{DAY} 12:30"),
    visit(
        *(f"{DAY} 11:00", f"{DAY} 23:00"),
        NAISSANCE="13/03/2010",
        MODE_SORTIE="6",
        ORIENT="MED",
        GRAVITE="4",
        TRANSPORT="VSAB",
        DP="J101",
        DESTINATION="1",
    ),
    visit(
        *(f"{DAY} 14:00", f"{DAY} 19:00"),
        NAISSANCE="01/01/1940",
        MODE_SORTIE="7",
        ORIENT="SI",
        GRAVITE="5",
        TRANSPORT="SMUR",
    ),
    visit(f"{DAY} 16:00", NAISSANCE="", MODE_SORTIE="", GRAVITE="9", TRANSPORT=""),
    visit(f"{DAY} 22:00", f"{DAY} 22:20", ORIENT="PSA", GRAVITE="1", DP="A09", MODE_SORTIE=""),
)
ANSWER = {
    "passages": 5,
    "passages_0_17": 1,
    "passages_18_74": 2,
    "passages_75_et_plus": 1,
    "passages_age_nc": 1,
    "hosp_med": 1,
    "hosp_sc": 1,
    "hosp_uhcd": 0,
    "hosp_nc": "",
    "mode_sortie_connu": 3,
    "duree_valide": 4,
    "plus_de_8h": 1,
    "sans_soins": 1,
    "minutes_hospitalises": 1020,
    "hospitalises_duree_valide": 2,
    "deces": 0,
    "ccmu_4_5": 2,
    "ccmu_4": 1,
    "ccmu_nc": 1,
    "transport_perso": 2,
    "transport_nc": 1,
    "grippe": 1,
    "bronchiolite": 0,
    "gastro_enterite": 1,
    "duree_0_30": 1,
    "duree_150_180": 1,
    "duree_300_330": 1,
    "duree_720_840": 1,
    "duree_hosp_300_330": 1,
    "duree_hosp_720_840": 1,
    "duree_hosp_150_180": 0,
    "rempli_sortie": 4,
    "rempli_mode_sortie": 3,
    "rempli_naissance": 4,
    "nc_gravite": 1,
}


def read(data: bytes, **config: object) -> pa.Table:
    return _parts(data, **config)[0]


def _parts(data: bytes, **config: object) -> tuple[pa.Table, pa.Table]:
    given = RpuConfig.model_validate({"path": "drop/*", **config})
    found = CONNECTOR.parse("a.xml", io.BytesIO(data), "", given, COLUMNS)
    (part,) = found.parts
    return part.table, part.refused


def _reasons(data: bytes) -> list[tuple[int, str]]:
    refused = _parts(data)[1]
    return list(zip(refused["line"].to_pylist(), refused["reason"].to_pylist(), strict=True))


def refusal(data: bytes, **config: object) -> BadDelivery:
    with pytest.raises(BadDelivery) as caught:
        read(data, **config)
    return caught.value


def _day(data: bytes) -> dict[str, Any]:
    row: dict[str, Any]
    (row,) = read(data).to_pylist()
    return row


def _number(row: dict[str, str], name: str) -> int:
    return int(row[name] or 0)


class TestCounts:
    def test_five_visits_counted_by_hand(self) -> None:
        row = _day(document(FIVE))
        assert (row["unite"], row["jour"], row[LINE]) == (FINESS, "2026-03-12", 10)
        assert {name: row[name] for name in ANSWER} == {n: str(v) for n, v in ANSWER.items()}

    @pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252"])
    def test_the_declared_encoding_changes_nothing(self, encoding: str) -> None:
        accented = visit(f"{DAY} 09:00", f"{DAY} 09:40", COMMUNE="Évian", MOTIF="brûlé à l'œil")
        if encoding == "ISO-8859-1":
            accented = accented.replace("œ", "oe")
        assert _day(document([*FIVE, accented], encoding=encoding))["passages"] == "6"

    def test_a_namespace_and_another_root_change_nothing(self) -> None:
        data = document(FIVE)
        spaced = data.replace(b"<OSCOUR>", b'<RACINE xmlns="urn:rpu">').replace(
            b"/OSCOUR", b"/RACINE"
        )
        assert read(spaced).equals(read(data))

    def test_days_and_establishments_are_told_apart(self) -> None:
        one = document([*FIVE, visit("13/03/2026 00:00", "13/03/2026 01:00")])
        both = one.replace(
            b"</OSCOUR>",
            document(FIVE[:2], finess="2A0000006").split(b"<OSCOUR>")[1],
        )
        rows = read(both, units={"2A0000006": "1210"}).to_pylist()
        assert [(row["unite"], row["jour"], row["passages"]) for row in rows] == [
            ("1210", "2026-03-12", "2"),
            (FINESS, "2026-03-12", "5"),
            (FINESS, "2026-03-13", "1"),
        ]

    @pytest.mark.parametrize(
        ("born", "band"),
        [
            ("12/03/2008", "passages_18_74"),  # 18 that day
            ("13/03/2008", "passages_0_17"),
            ("12/03/1951", "passages_75_et_plus"),
            ("13/03/1951", "passages_18_74"),
            ("29/02/2008", "passages_18_74"),
            ("12/03/2026", "passages_0_17"),
            ("13/03/2026", "passages_age_nc"),  # born after the visit
            ("30/02/2000", "passages_age_nc"),
            ("1980", "passages_age_nc"),
        ],
    )
    def test_the_age_is_the_one_of_the_day(self, born: str, band: str) -> None:
        assert _day(document([visit(f"{DAY} 10:00", NAISSANCE=born)]))[band] == "1"

    @pytest.mark.parametrize(
        ("orient", "destination", "facet"),
        [
            *(("REA", "1", "sc"), ("HDT", "4", "psy"), ("", "2", "smr"), ("", "3", "usld")),
            *(("", "4", "psy"), ("", "6", "had"), ("", "1", "nc"), ("PSA", "1", "nc")),
        ],
    )
    def test_an_admission_goes_to_one_destination(
        self, orient: str, destination: str, facet: str
    ) -> None:
        one = visit(f"{DAY} 10:00", MODE_SORTIE="6", ORIENT=orient, DESTINATION=destination)
        row = _day(document([one]))
        assert {n for n in COLUMNS if n.startswith("hosp_") and row[n] not in {"", "0"}} == {
            f"hosp_{facet}"
        }

    def test_unknown_codes_are_counted_and_shown_in_completeness(self) -> None:
        odd = visit(f"{DAY} 10:00", **dict.fromkeys(KNOWN, "ZZ"))
        row = _day(document([odd, visit(f"{DAY} 11:00")]))
        assert {row[f"nc_{field.lower()}"] for field in KNOWN} == {"1"}
        assert (row["ccmu_nc"], row["transport_nc"], row["rempli_orient"]) == ("1", "1", "1")

    @pytest.mark.parametrize(
        ("minutes", "shown"),
        [
            *((0, None), (-5, None), (29, "0_30"), (30, "30_60"), (480, "480_540")),
            *((1440, "1440_et_plus"), (4320, "1440_et_plus"), (4321, None)),
        ],
    )
    def test_a_duration_falls_in_its_bin_or_is_dropped(
        self, minutes: int, shown: str | None
    ) -> None:
        start = datetime(2026, 3, 12, 10)
        one = visit(f"{DAY} 10:00", f"{start + timedelta(minutes=minutes):%d/%m/%Y %H:%M}")
        row = _day(document([one]))
        assert {c for c in map(_bin, BINS) if row[c] == "1"} == (
            {f"duree_{shown}"} if shown else set()
        )
        assert row["duree_valide"] == ("1" if shown else "0")
        assert row["plus_de_8h"] == ("1" if shown and minutes > 480 else "0")


def _bin(code: str) -> str:
    return bin_column("duree", code)


class TestNightOfTheClock:
    """Paris: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00."""

    @pytest.mark.parametrize(
        ("entry", "leave", "shown"),
        [
            ("28/03/2026 23:00", "29/03/2026 04:00", "240_270"),  # five hours on the wall, 4 lived
            ("24/10/2026 23:00", "25/10/2026 04:00", "360_390"),  # five on the wall, 6 lived
            ("25/10/2026 02:50", "25/10/2026 02:10", "0_30"),  # 20 minutes, read backwards
            ("25/10/2026 02:10", "25/10/2026 02:50", "30_60"),
            ("29/03/2026 02:30", "29/03/2026 03:30", None),  # an hour that was not: nothing elapsed
        ],
    )
    def test_the_duration_is_the_one_lived(self, entry: str, leave: str, shown: str | None) -> None:
        row = _day(document([visit(entry, leave), visit(entry)]))
        assert [c for c in map(_bin, BINS) if row[c] == "1"] == (
            [f"duree_{shown}"] if leave != entry[:11] + "03:30" else []
        )

    def test_a_visit_of_half_past_midnight_belongs_to_its_own_day(self) -> None:
        assert _day(document([visit("01/02/2026 00:30")]))["jour"] == "2026-02-01"


class TestPresentAt15:
    def test_patients_of_the_day_before_are_there_too(self) -> None:
        """Days 10 to 15; one visit a day 14:00-16:00, and one that stays from 14 to 15 March."""
        usual = [visit(f"{day}/03/2026 14:00", f"{day}/03/2026 16:00") for day in range(10, 16)]
        long = visit("14/03/2026 09:00", "15/03/2026 15:01")
        after = visit("15/03/2026 15:00", "15/03/2026 15:30")
        rows = read(document([*usual, long, after])).to_pylist()
        assert [row["presents_15h"] for row in rows] == ["", "", "", "1", "2", "3"]

    def test_a_day_cut_before_15h_says_nothing(self) -> None:
        visits = [visit(f"{day}/03/2026 14:59", f"{day}/03/2026 16:00") for day in range(10, 15)]
        assert read(document(visits))["presents_15h"].to_pylist()[-2:] == ["1", ""]


class TestRefusedVisits:
    def test_each_bad_visit_is_quarantined_at_its_line_and_the_others_count(self) -> None:
        twice = visit(f"{DAY} 12:00").replace(
            "<SEXE>", "<SORTIE>12/03/2026 23:00</SORTIE><SEXE>", 1
        )
        twice = twice.replace("<SORTIE></SORTIE>", "<SORTIE>12/03/2026 13:00</SORTIE>")
        visits = [
            FIVE[0],
            visit("31/02/2026 10:00"),
            FIVE[0],
            visit("12/02/2026 10:00"),  # a slip of the month: it must not replace that day
            twice,
            visit(""),
            visit("17/03/2026 00:00"),
            FIVE[1],
        ]
        data = document(visits, window=("10/03/2026", "16/03/2026"))
        starts = [n for n, line in enumerate(data.splitlines(), 1) if b"<PATIENT>" in line]
        assert _reasons(data) == [
            (starts[1], BAD_ENTRY),
            (starts[2], REPEATED),
            (starts[3], OUTSIDE),
            (starts[4], TWICE),
            (starts[5], BAD_ENTRY),
            (starts[6], OUTSIDE),
        ]
        assert _day(data)["passages"] == "2"

    def test_visits_on_one_line_are_still_told_apart(self) -> None:
        data = document([*FIVE, visit(""), visit("x")]).replace(b"\n", b"")
        lines = [line for line, _ in _reasons(data)]
        assert lines == [6, 7]

    def test_a_file_whose_every_visit_is_bad_is_refused(self) -> None:
        assert refusal(document([visit("")])).facts["line"] == 10

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            (document([]), "PATIENT"),
            (document(FIVE, finess=""), "FINESS"),
            (document(FIVE, finess="<FINESS>x</FINESS>"), "FINESS"),
        ],
    )
    def test_a_file_without_visit_or_establishment_is_refused(
        self, data: bytes, field: str
    ) -> None:
        assert refusal(data).facts["field"] == field

    def test_a_file_above_the_limit_is_refused(self) -> None:
        data = document([visit(f"{DAY} 10:00", MOTIF=f"m{i}" + "x" * 900) for i in range(1000)])
        assert read(data).num_rows == 1
        assert "1 Mio" in refusal(data, largest_mib=1).sentence()

    def test_a_visit_inside_a_visit_is_refused(self) -> None:
        nested = FIVE[0].replace("</PATIENT>", FIVE[1] + "</PATIENT>")
        assert "PATIENT" in refusal(document([nested])).sentence()


def test_no_variable_of_a_patient_leaves_the_parser() -> None:
    """A canary in every variable, in good visits and bad ones, valid where validity is needed."""
    canaries = {
        field: f"CANARI{field}"[:40] for field in FIELDS if field not in {"ENTREE", "SORTIE"}
    }
    dated = {**canaries, "NAISSANCE": "17/11/1987"}
    visits = [
        visit(f"{DAY} 10:17", f"{DAY} 13:41", **canaries),
        visit(f"{DAY} 10:18", f"{DAY} 13:42", **dated),
        visit("CANARIENTREE", "CANARISORTIE", **canaries),
    ]
    data = document(visits).replace(b"<PASSAGES>", b"<PASSAGES><!-- CANARICOMMENTAIRE -->")
    table, refused = _parts(data)
    said = repr(table.to_pylist()) + repr(refused.to_pylist()) + repr(table.schema)
    assert "CANARI" not in said
    assert not any(text in said for text in ("1987", "13:41", "10:17"))
    texts = {cell for name in COUNTS for cell in table[name].to_pylist()}
    assert all(text == "" or text.isdigit() for text in texts)
    for cut in range(200, len(data), 97):
        assert "CANARI" not in refusal(data[:cut]).sentence() + repr(refusal(data[:cut]).log_line())


VISITS = st.lists(
    st.tuples(
        st.integers(0, 5 * 1440),
        st.one_of(st.none(), st.integers(-60, 5000)),
        st.sampled_from(["", "6", "7", "8", "9", "Z"]),
        st.sampled_from(["", "MED", "UHCD", "FUGUE", "REO", "?"]),
        st.sampled_from(["", "01/01/1930", "01/01/1990", "01/01/2020", "99/99/9999"]),
    ),
    min_size=1,
    max_size=30,
    unique=True,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VISITS)
def test_every_visit_is_in_one_age_one_destination_and_one_bin(
    drawn: list[tuple[int, int | None, str, str, str]],
) -> None:
    start = datetime(2026, 3, 9)
    visits = []
    for entry, stay, mode, orient, born in drawn:
        begin = start + timedelta(minutes=entry)
        end = "" if stay is None else f"{begin + timedelta(minutes=stay):%d/%m/%Y %H:%M}"
        cells = {"MODE_SORTIE": mode, "ORIENT": orient, "NAISSANCE": born}
        visits.append(visit(f"{begin:%d/%m/%Y %H:%M}", end, **cells))
    rows = read(document(visits)).to_pylist()
    total = dict.fromkeys(COUNTS, 0)
    for row in rows:
        for name in COUNTS:
            total[name] += _number(row, name)
    assert total["passages"] == len(drawn)
    assert sum(n for c, n in total.items() if c.startswith("passages_")) == len(drawn)
    admitted = [one for one in drawn if one[2] in {"6", "7"}]
    assert sum(n for c, n in total.items() if c.startswith("hosp_")) == len(admitted)
    valid = [(one[1] or 0, one[2]) for one in drawn if 0 < (one[1] or 0) <= 4320]
    assert total["duree_valide"] == sum(total[_bin(code)] for code in BINS) == len(valid)
    assert total["minutes_hospitalises"] == sum(stay for stay, mode in valid if mode in {"6", "7"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2500), st.binary(min_size=1, max_size=12))
def test_a_damaged_file_is_read_or_refused_and_never_crashes(at: int, noise: bytes) -> None:
    data = document(FIVE)
    with contextlib.suppress(BadDelivery):
        assert read(data[:at] + noise + data[at + len(noise) :]).num_rows


class TestSource:
    def test_the_standard_mapping_names_columns_and_measures_that_exist(self) -> None:
        assert set(MAPPING["measures"]) <= set(COLUMNS)
        for target in MAPPING["measures"].values():
            assert (target if isinstance(target, str) else target["measure"]) in MEASURES

    def test_a_source_needs_no_mapping_and_replaces_days(self, tmp_path: Path) -> None:
        found = _batches(tmp_path, document(FIVE))
        (batch,) = found
        assert isinstance(batch, Batch)
        assert (batch.replace, batch.quarantine.num_rows) == ("rows", 0)
        kept = {
            (row["measure"], row["facet"]): row["value"]
            for row in batch.rows.to_pylist()
            if row["value"]
        }
        assert kept["ed_visits", "75+"] == 1
        assert kept["ed_visits", "NC"] == 1
        assert kept["ed_admissions", "SC"] == 1
        assert kept["ed_los_minutes", "720-840"] == 1
        assert kept["ed_admitted_minutes", ""] == 1020

    def test_check_and_discover_read_the_newest_file(self, tmp_path: Path) -> None:
        home = Home(tmp_path).prepare()
        config = RpuConfig(path="drop/*.xml")
        assert not CONNECTOR.check(Asked(home), config).ok
        (home.drop / "a.xml").write_bytes(document(FIVE))
        assert CONNECTOR.check(Asked(home), config).ok
        assert CONNECTOR.discover(Asked(home), config)[0].columns == COLUMNS
        (home.drop / "b.xml").write_bytes(document(FIVE)[:400])
        assert not CONNECTOR.check(Asked(home), config).ok


STRUCTURE = """unit;parent;level;label
GHT;;group;GHT
A;GHT;establishment;Site A
1110;A;uf;Urgences
B;GHT;establishment;Site B
1210;B;uf;Urgences de B
"""
SOURCE = """connector = "rpu"
schedule = "30 4 * * *"
stale_after = "36h"
path = "drop/RPU_*.xml"
units = { 990001018 = "1110", 990001026 = "1210" }
"""


def _batches(root: Path, *documents: bytes, source: str = SOURCE) -> list[Batch | BadDelivery]:
    home = Home(root).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    (home.sources / "rpu.toml").write_text(source, "utf-8")
    for number, data in enumerate(documents):
        (home.drop / f"RPU_{number}.xml").write_bytes(data)
    config = load_source(home.sources / "rpu.toml")
    return list(batches(home, config, frozenset(), load_structure(home.structure)))


class TestRollingWindow:
    """File 1 tells of 10-12 March, file 2 of 11-13: 10 stays, 11 and 12 are as file 2 says."""

    def _visits(
        self, root: Path, *files: bytes, source: str = SOURCE
    ) -> dict[tuple[str, str], float]:
        place = Installation(Home(root), {"rpu": source})
        place.structure(STRUCTURE)
        for number, data in enumerate(files):
            (place.home.drop / f"RPU_{number}.xml").write_bytes(data)
        place.refresh()
        found: dict[tuple[str, str], float] = {}
        for measure, unit, day, _facet, _scenario, value in place.rows(KEPT):
            if measure == "ed_visits":
                found[unit, str(day)] = found.get((unit, str(day)), 0) + value
        return found

    def _file(self, *counts: tuple[int, int], finess: str = FINESS) -> bytes:
        return document(
            [
                visit(f"{day}/03/2026 10:{minute:02}", NAISSANCE="" if day == 12 else "01/01/2000")
                for day, count in counts
                for minute in range(count)
            ],
            finess=finess,
        )

    def test_the_later_file_wins_for_its_days(self, tmp_path: Path) -> None:
        files = self._file((10, 3), (11, 4), (12, 2)), self._file((11, 5), (12, 1), (13, 6))
        assert self._visits(tmp_path, *files) == {
            ("1110", "2026-03-10"): 3,
            ("1110", "2026-03-11"): 5,
            ("1110", "2026-03-12"): 1,
            ("1110", "2026-03-13"): 6,
        }

    def test_two_sites_in_one_source_say_replace_rows(self, tmp_path: Path) -> None:
        files = (
            self._file((10, 3), (11, 4)),
            self._file((10, 2), (11, 1), finess="990001026"),
            self._file((11, 5)),
        )
        source = SOURCE + 'replace = "rows"\n'
        assert self._visits(tmp_path, *files, source=source) == {
            ("1110", "2026-03-10"): 3,
            ("1110", "2026-03-11"): 5,
            ("1210", "2026-03-10"): 2,
            ("1210", "2026-03-11"): 1,
        }


_CHILD = r"""
import json, re, sys, time
from pathlib import Path
from connectors.rpu import CONNECTOR, RpuConfig
from cockpit.connect.rpu.columns import COLUMNS
with open(sys.argv[1], "rb") as stream:
    began = time.process_time()
    found = CONNECTOR.parse("a", stream, "", RpuConfig(path="drop/*"), COLUMNS)
    spent = time.process_time() - began
count = sum(map(int, found.parts[0].table["passages"].to_pylist()))
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([count, spent, int(peak) >> 10]))
"""


@pytest.mark.slow
def test_sixty_thousand_visits_are_read_fast_and_memory_stays_flat(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1)

    def year(many: int) -> tuple[int, float, int]:
        visits = []
        for i in range(many):
            begin = start + timedelta(minutes=i * 525_000 // many)
            end = begin + timedelta(minutes=5 + i % 900)
            cells = {"CP": f"{i:05}", "MODE_SORTIE": "678"[i % 3], "ORIENT": "MED"}
            visits.append(visit(f"{begin:%d/%m/%Y %H:%M}", f"{end:%d/%m/%Y %H:%M}", **cells))
        path = tmp_path / f"{many}.xml"
        path.write_bytes(document(visits))
        del visits
        gc.collect()
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path)],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        return tuple(json.loads(done.stdout))

    small, large = year(60_000), year(240_000)
    print("visits/s of processor:", round(small[0] / small[1]), "MiB:", small[2], large[2])
    assert (small[0], large[0]) == (60_000, 240_000)
    assert small[0] / small[1] > 20_000
    assert large[2] - small[2] < 60


def test_a_week_of_a_large_hospital_is_read_in_a_moment() -> None:
    visits = [
        visit(f"{10 + i % 7}/03/2026 {i % 24:02}:{i % 60:02}", CP=f"{i:05}") for i in range(2500)
    ]
    began = time.process_time()
    assert sum(map(int, read(document(visits))["passages"].to_pylist())) == 2500
    assert time.process_time() - began < 2
