"""PMSI: lines become counts by discharge; a line of the wrong length is refused, never shifted.

Grouped summaries (122) by hand; nights in brackets:

    stay 1  UM 2110  01/03-04/03 (3), then UM 4110  04/03-06/03 (2)  08C471: surgery, 5 nights
    stay 2  UM 4110  06/03-06/03 (0)                                 08C47J: surgery, ambulatory
    stay 3  UM 3150  dialysis, 28Z04Z, 12 sessions, until 31/03
    stay 4  UM 2110  06/03-07/03 (1)  05M042, died, came by the emergency department
    stay 5  UM 5110  05/03-06/03 (1)  14Z14A, Z37.0: a delivery
    stay 6  UM 2110  01/03-06/03      90Z00Z: grouping error
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import LINE, Asked
from cockpit.connect.deliver import batches
from cockpit.connect.pmsi.columns import COLUMNS, COUNTS, MAPPING
from cockpit.connect.pmsi.lines import REASONS, RECORD
from cockpit.connect.pmsi.stays import Naming
from cockpit.connect.pmsi.table import Table
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery
from cockpit.kpi.measures import MEASURES
from cockpit.settings import Home
from connectors.pmsi import CONNECTOR, PmsiConfig
from tests.connectors.sample_pmsi import FINESS, lines, rsa, rum
from tests.warehouse.installation import KEPT, Installation

_, LENGTH, VERSION, COUNTER, CODE, DATE, NUMBER = REASONS


def _stays(version: str) -> list[str]:
    return [
        rum(version, stay=1, leave="04032026", ghm="08C471"),
        rum(version, stay=1, unit="4110", entry="04032026", leave="06032026", ghm="08C471", acts=2),
        rum(version, stay=2, unit="4110", entry="06032026", leave="06032026", ghm="08C47J"),
        rum(
            *(version,),
            stay=3,
            unit="3150",
            entry="02032026",
            leave="31032026",
            ghm="28Z04Z",
            sessions="12",
            diagnosis="Z491",
        ),
        rum(version, stay=4, entry="06032026", leave="07032026", exit_mode="9", urgent="5"),
        rum(
            *(version,),
            stay=5,
            unit="5110",
            entry="05032026",
            leave="06032026",
            ghm="14Z14A",
            das=("O800", "Z370"),
            dads=1,
        ),
        rum(version, stay=6, leave="06032026", ghm="90Z00Z"),
    ]


def read(data: bytes, **config: object) -> pa.Table:
    return _parts(data, **config)[0]


def _parts(data: bytes, **config: object) -> tuple[pa.Table, pa.Table]:
    settings_ = PmsiConfig.model_validate({"path": "drop/*", **config})
    (part,) = CONNECTOR.parse("a.rss", io.BytesIO(data), "", settings_, COLUMNS).parts
    return part.table, part.refused


def _reasons(data: bytes) -> list[tuple[int, str]]:
    refused = _parts(data)[1]
    return list(zip(refused["line"].to_pylist(), refused["reason"].to_pylist(), strict=True))


def refusal(data: bytes) -> BadDelivery:
    with pytest.raises(BadDelivery) as caught:
        read(data)
    return caught.value


def _said(table: pa.Table) -> dict[tuple[str, str], dict[str, int]]:
    """(unit, day) -> what is not zero there; a month is `2026-03`."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in table.to_pylist():
        day = row["jour"] if row["pas"] == "jour" else row["jour"][:7]
        cells = {name: int(row[name]) for name in COUNTS if row[name] not in {"", "0"}}
        found.setdefault((row["unite"], day), {}).update(cells)
    return {key: cells for key, cells in found.items() if cells}


def _total(table: pa.Table, name: str) -> int:
    return sum(int(text or 0) for text in table[name].to_pylist())


class TestGroupedSummaries:
    @pytest.mark.parametrize("version", ["122", "123"])
    def test_six_stays_counted_by_hand(self, version: str) -> None:
        assert _said(read(lines(*_stays(version)))) == {
            (FINESS, "2026-03-06"): {
                "sejours_hc": 2,
                "sejours_ambu": 1,
                "nuitees": 6,
                "erreurs_groupage": 1,
            },
            (FINESS, "2026-03-07"): {
                "sejours_hc": 1,
                "nuitees": 1,
                "sejours_urgences": 1,
                "deces": 1,
            },
            (FINESS, "2026-03-31"): {"sejours_seances": 1},
            ("2110", "2026-03-06"): {"resumes": 2, "passages_hc": 1, "nuitees_passages": 3},
            ("2110", "2026-03-07"): {
                "resumes": 1,
                "passages_hc": 1,
                "nuitees_passages": 1,
                "sejours_codes": 1,
            },
            ("3150", "2026-03-31"): {"resumes": 1, "seances_dialyse": 12},
            ("4110", "2026-03-06"): {
                "resumes": 2,
                "passages_hc": 1,
                "passages_ambu": 1,
                "nuitees_passages": 2,
                "sejours_codes": 2,
            },
            ("5110", "2026-03-06"): {
                "resumes": 1,
                "passages_hc": 1,
                "nuitees_passages": 1,
                "accouchements": 1,
                "sejours_codes": 1,
            },
            ("2110", "2026-03"): {"journees": 1},
            ("4110", "2026-03"): {"chir_hc": 1, "chir_ambu": 1, "journees": 5},
            ("5110", "2026-03"): {"journees": 1},
        }

    def test_the_order_of_the_lines_changes_nothing(self) -> None:
        stays = _stays("122")
        assert _said(read(lines(*stays[::-1]))) == _said(read(lines(*stays)))

    def test_the_end_of_lines_changes_nothing(self) -> None:
        stays = _stays("122")
        wanted = read(lines(*stays))
        assert read(lines(*stays, end="\n")).equals(wanted)
        assert read(lines(*stays).removesuffix(b"\r\n")).equals(wanted)
        assert read(b"\xef\xbb\xbf" + lines(*stays)).equals(wanted)
        assert _said(read(b"\r\n" + lines(*stays))) == _said(wanted)

    def test_units_and_sites_take_the_codes_of_the_structure(self) -> None:
        found = _said(
            read(
                lines(*_stays("122")),
                units={"2110": "MED", "4110": "MED", FINESS: "EJ"},
                sites={"5110": "SITE-B"},
            )
        )
        assert found["MED", "2026-03-06"]["passages_hc"] == 2
        assert found["EJ", "2026-03-06"]["sejours_hc"] == 1
        assert found["SITE-B", "2026-03-06"] == {"sejours_hc": 1, "nuitees": 1}

    def test_a_unit_stay_of_the_month_before_belongs_to_the_month_of_discharge(self) -> None:
        """Otherwise the file of 2026 would replace December 2025 by the few stays it tells of."""
        first = rum("122", stay=1, entry="20122025", leave="30122025")
        last = rum("122", stay=1, unit="4110", entry="30122025", leave="02012026")
        assert {day[:7] for _, day in _said(read(lines(first, last)))} == {"2026-01"}

    @pytest.mark.parametrize(
        ("ghm", "column"),
        [
            *(("28Z04Z", "seances_dialyse"), ("28Z07Z", "seances_chimio")),
            *(("28Z17Z", "seances_chimio"), ("28Z18Z", "seances_radio")),
            ("28Z14Z", "seances_autre"),
        ],
    )
    def test_sessions_are_told_apart_by_their_group(self, ghm: str, column: str) -> None:
        table = read(lines(rum("122", ghm=ghm, sessions=" 3")))
        assert _total(table, column) == 3
        assert _total(table, "sejours_hc") == 0


class TestUngroupedSummaries:
    @pytest.mark.parametrize("version", ["022", "023"])
    def test_stays_and_sessions_are_counted_without_a_group(self, version: str) -> None:
        table = read(lines(*_stays(version)))
        assert {name: _total(table, name) for name in COUNTS if _total(table, name)} == {
            "sejours_hc": 4,
            "sejours_ambu": 1,
            "nuitees": 12,
            "sejours_seances": 1,
            "sejours_urgences": 1,
            "deces": 1,
            "resumes": 7,
            "passages_hc": 5,
            "passages_ambu": 1,
            "nuitees_passages": 12,
            "seances_dialyse": 12,
            "accouchements": 1,
        }

    def test_what_needs_a_group_is_empty_not_zero(self) -> None:
        table = read(lines(*_stays("022")))
        for name in ("chir_hc", "chir_ambu", "journees", "sejours_codes"):
            assert set(table[name].to_pylist()) == {""}


class TestAnonymousStays:
    def test_stays_are_counted_by_month_and_geographic_site(self) -> None:
        data = lines(
            rsa(ghm="08C471", sites=("990001018", "990001026"), acts=3, das=("I10",)),
            rsa(ghm="08C47J", nights=0, authorisations=2, supplements=1),
            rsa(ghm="28Z07Z", nights=0, sessions="01", month="04"),
            rsa(exit_mode="9", nights=2, sites=()),
            rsa(ghm="14Z14A", nights=4, das=("Z370",), sites=("990001026",)),
        )
        assert _said(read(data)) == {
            ("990001026", "2026-03"): {
                "sejours_hc": 2,
                "nuitees": 7,
                "resumes": 2,
                "sejours_codes": 2,
                "chir_hc": 1,
                "journees": 7,
                "accouchements": 1,
            },
            ("990001018", "2026-03"): {
                "sejours_ambu": 1,
                "resumes": 1,
                "sejours_codes": 1,
                "chir_ambu": 1,
            },
            ("990001018", "2026-04"): {"sejours_seances": 1, "seances_chimio": 1, "resumes": 1},
            (FINESS, "2026-03"): {
                "sejours_hc": 1,
                "nuitees": 2,
                "deces": 1,
                "resumes": 1,
                "sejours_codes": 1,
                "journees": 2,
            },
        }

    def test_a_month_never_feeds_a_daily_measure(self, tmp_path: Path) -> None:
        (batch,) = _batches(tmp_path, lines(rsa(), rsa(ghm="08C471")))
        assert isinstance(batch, Batch)
        assert set(batch.rows["measure"].to_pylist()) == {"surgery_stays", "los_actual_days"}


class TestRefusedLines:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (rum("122")[:-1], LENGTH),
            (rum("122") + " ", LENGTH),
            (rum("122", acts=2)[:-5], LENGTH),
            (rum("122")[:50], LENGTH),
            (rum("123"), VERSION),
            (rum("022"), LENGTH),
            (rum("122").replace("000" + FINESS + "022", "000" + FINESS + "021"), VERSION),
            (rum("122")[:133] + "0X" + rum("122")[135:], COUNTER),
            (rum("122")[:133] + "  " + rum("122")[135:], COUNTER),
            (rum("122", leave="31022026"), DATE),
            (rum("122", leave="28022026"), DATE),
            (rum("122", entry="  032026"), DATE),
            (rum("122", unit=" 211"), CODE),
            (rum("122", unit="    "), CODE),
            (rum("122", finess="99000 018"), CODE),
            (rum("122", ghm="XXM042"), NUMBER),
            (rum("122", sessions="X1"), NUMBER),
        ],
    )
    def test_a_bad_line_is_quarantined_with_its_number_and_the_others_count(
        self, line: str, reason: str
    ) -> None:
        stays = _stays("122")
        data = lines(*stays[:3], line, "", *stays[3:])
        assert _reasons(data) == [(4, reason)]
        assert _said(read(data)) == _said(read(lines(*stays)))

    def test_an_unknown_version_is_refused_and_names_those_that_are_read(self) -> None:
        for version in ("016", "024", "228"):
            sentence = refusal(lines(rum("022").replace("022", version, 1))).sentence()
            assert all(known in sentence for known in ("022", "023", "122", "123", "229"))

    @pytest.mark.parametrize("data", [b"", b"\n", b"\x00\x01\x02", b"PK\x03\x04" + b"x" * 900])
    def test_what_is_no_pmsi_is_refused(self, data: bytes) -> None:
        assert "10 à 12" in refusal(data).sentence()

    def test_a_file_without_a_good_line_is_refused(self) -> None:
        error = refusal(lines(rum("122", leave="99999999"), rum("122", unit="    ")))
        assert error.facts["line"] == 1

    def test_accents_in_utf8_lengthen_the_line_and_refuse_it(self) -> None:
        odd = rum("122", stay=9).replace("NDA9 ", "NDAé ")
        stays = lines(*_stays("122"))
        assert _reasons(stays + (odd + "\r\n").encode("utf-8")) == [(8, LENGTH)]
        assert _reasons(stays + (odd + "\r\n").encode("cp1252")) == []


def _day(text: date) -> str:
    return f"{text:%d%m%Y}"


@st.composite
def _rums(draw: st.DrawFn, version: str) -> str:
    entry = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 200)))
    leave = entry + timedelta(days=draw(st.integers(0, 40)))
    code = st.text("ABCDEFGHIJ0123456789", min_size=3, max_size=6)
    return rum(
        version,
        stay=draw(st.integers(1, 40)),
        unit=draw(st.sampled_from(["2110", "41", "A1", "0001"])),
        entry=_day(entry),
        leave=_day(leave),
        exit_mode=draw(st.sampled_from("06789")),
        sessions=draw(st.sampled_from(["00", "  ", "01", "12"])),
        diagnosis=draw(code),
        ghm=draw(st.sampled_from(["05M042", "08C471", "28Z04Z", "90Z00Z", "14Z14A"])),
        das=draw(st.lists(code, max_size=99)),
        dads=draw(st.integers(0, 99)),
        acts=draw(st.integers(0, 60)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(["022", "023", "122", "123"]))
def test_every_line_is_counted_exactly_once(data: st.DataObject, version: str) -> None:
    drawn = data.draw(st.lists(_rums(version), min_size=1, max_size=12))
    table, refused = _parts(lines(*drawn))
    assert refused.num_rows == 0
    assert _total(table, "resumes") == len(drawn)
    stays = {line[27:47] if version[0] == "1" else line[12:32] for line in drawn}
    told = ("sejours_hc", "sejours_ambu", "sejours_seances", "erreurs_groupage")
    assert sum(_total(table, name) for name in told) == len(stays)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(["022", "023", "122", "123"]))
def test_a_changed_length_quarantines_that_line_alone(data: st.DataObject, version: str) -> None:
    drawn = data.draw(st.lists(_rums(version), min_size=2, max_size=8))
    hit = data.draw(st.integers(1, len(drawn)))
    line = drawn[hit - 1]
    at = data.draw(st.integers(0, len(line) - 1))
    cut = data.draw(st.integers(0, 6))
    put = data.draw(
        st.text("0123456789 AZ", min_size=0, max_size=6).filter(lambda t: len(t) != cut)
    )
    cut = min(cut, len(line) - at)
    changed = line[:at] + put + line[at + cut :]
    whole = [*drawn[: hit - 1], changed, *drawn[hit:]]
    if len(changed) == len(line):
        return
    refused = _reasons(lines(*whole))
    others = [*drawn[: hit - 1], *drawn[hit:]]
    if [number for number, _ in refused] == [hit]:
        assert _said(read(lines(*whole))) == _said(read(lines(*others)))
    else:  # the change also rewrote the counters so that they announce exactly this length
        assert refused == []
        assert _announced(changed, version) == len(changed)


def _announced(line: str, version: str) -> int:
    """Length by the formula, worked out here from the ATIH table and not from the product."""
    first = 118 + (15 if version[0] == "1" else 0)
    das, dads, acts = (
        int(line[first : first + 2]),
        int(line[first + 2 : first + 4]),
        int(line[first + 4 : first + 7]),
    )
    fixed = {"022": 177, "122": 192, "023": 190, "123": 205}[version]
    return fixed + 8 * das + 8 * dads + (29 if version[1:] == "22" else 32) * acts


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 9), st.integers(0, 4)),
        min_size=1,
        max_size=9,
    )
)
def test_every_anonymous_stay_is_counted_exactly_once(
    shapes: list[tuple[int, int, int, int]],
) -> None:
    drawn = [
        rsa(
            sites=("990001018", "990001026", "990001034")[:units],
            das=("I10",) * das,
            acts=acts,
            authorisations=other,
            supplements=other,
        )
        for units, das, acts, other in shapes
    ]
    table, refused = _parts(lines(*drawn))
    assert (refused.num_rows, _total(table, "resumes")) == (0, len(drawn))
    assert set(table["unite"].to_pylist()) <= {FINESS, "990001018", "990001026", "990001034"}
    shorter = [drawn[0][:-1], *drawn]
    assert _reasons(lines(*shorter)) == [(1, LENGTH)]


def test_no_identifier_leaves_the_connector() -> None:
    """Canaries in every identifier, good lines and refused ones."""
    good = rum("122", stay=7)
    for old, new in (
        ("7" + " " * 19, "CANARIRSS".ljust(20)),
        ("NDA7" + " " * 16, "CANARINDA".ljust(20)),
        ("0000000001", "CANARIRUM0"),
        ("15061950", "17111987"),
        ("84000", "CANAR"),
    ):
        assert good.count(old) == 1
        good = good.replace(old, new)
    bad = [good[:-1], good.replace("04032026", "99999999"), good.replace("2110", "    ")]
    table, refused = _parts(lines(good, *bad))
    assert refused.num_rows == 3
    said = repr(table.to_pylist()) + repr(refused.to_pylist()) + repr(table.schema)
    assert "CANAR" not in said
    assert "1987" not in said
    texts = {cell for name in COUNTS for cell in table[name].to_pylist()}
    assert all(text == "" or text.isdigit() for text in texts)
    assert "CANAR" not in refusal(lines(*bad)).sentence()


STRUCTURE = f"""unit;parent;level;label
{FINESS};;establishment;CH
2110;{FINESS};uf;Médecine
4110;{FINESS};uf;Chirurgie
3150;{FINESS};uf;Dialyse
5110;{FINESS};uf;Maternité
"""
SOURCE = """connector = "pmsi"
schedule = "0 5 * * *"
stale_after = "60d"
path = "drop/*.txt"
"""


def _batches(root: Path, data: bytes) -> list[Batch | BadDelivery]:
    home = Home(root).prepare()
    structure = STRUCTURE + f"990001018;{FINESS};service;Site\n"
    home.structure.write_text(structure, "utf-8")
    (home.sources / "pmsi.toml").write_text(SOURCE, "utf-8")
    (home.drop / "m.txt").write_bytes(data)
    config = load_source(home.sources / "pmsi.toml")
    return list(batches(home, config, frozenset(), load_structure(home.structure)))


class TestSource:
    def test_the_standard_mapping_names_columns_and_measures_that_exist(self) -> None:
        assert set(MAPPING["measures"]) <= set(COLUMNS)
        for target in MAPPING["measures"].values():
            spec = MEASURES[target["measure"]]
            assert target["where"] == {"pas": ["mois" if spec.step == "month" else "jour"]}

    def test_a_source_needs_no_mapping_and_replaces_months(self, tmp_path: Path) -> None:
        (batch,) = _batches(tmp_path, lines(*_stays("122")))
        assert isinstance(batch, Batch)
        assert (batch.replace, batch.quarantine.to_pylist()) == ("month", [])
        kept: dict[tuple[str, str], float] = {}
        for row in batch.rows.to_pylist():
            key = (row["measure"], row["facet"])
            kept[key] = kept.get(key, 0) + row["value"]
        assert {key: value for key, value in kept.items() if value} == {
            ("mco_stays", "HC"): 3,
            ("mco_stays", "AMBU"): 1,
            ("mco_nights", ""): 7,
            ("mco_passages", "HC"): 4,
            ("mco_passages", "AMBU"): 1,
            ("mco_passage_nights", ""): 7,
            ("sessions", "DIALYSE"): 12,
            ("births", ""): 1,
            ("coded_stays", ""): 4,
            ("surgery_stays", "HC"): 1,
            ("surgery_stays", "AMBU"): 1,
            ("los_actual_days", ""): 7,
        }

    def test_a_cumulative_file_replaces_the_months_that_it_tells_again(
        self, tmp_path: Path
    ) -> None:
        """January: 2 stays, then (M1-M2) 1 of them was removed; February: 1."""
        place = Installation(Home(tmp_path), {"pmsi": SOURCE})
        place.structure(STRUCTURE)
        one = rum("122", stay=1, entry="02012026", leave="05012026")
        two = rum("122", stay=2, entry="02012026", leave="09012026")
        three = rum("122", stay=3, entry="02022026", leave="09022026", unit="4110")
        for name, rows in (("M01.txt", (one, two)), ("M02.txt", (one, three))):
            (place.home.drop / name).write_bytes(lines(*rows))
            place.refresh()
        stays = {
            (row[1], str(row[2])): row[5]
            for row in place.rows(KEPT)
            if row[0] == "mco_stays" and row[3] == "HC"
        }
        assert stays == {(FINESS, "2026-01-05"): 1, (FINESS, "2026-02-09"): 1}

    def test_check_and_discover_sniff_the_version(self, tmp_path: Path) -> None:
        home = Home(tmp_path).prepare()
        config = PmsiConfig(path="drop/*")
        (home.drop / "a.rss").write_bytes(lines(rum()))
        assert CONNECTOR.check(Asked(home), config).ok
        assert CONNECTOR.discover(Asked(home), config)[0].columns == COLUMNS
        (home.drop / "b.rss").write_bytes(b"autre chose\n")
        assert not CONNECTOR.check(Asked(home), config).ok

    def test_a_row_says_the_line_of_its_first_stay(self) -> None:
        table = read(lines(*_stays("122")))
        assert min(table[LINE].to_pylist()) >= 1
        assert max(table[LINE].to_pylist()) <= 7


_CHILD = r"""
import json, re, sys, time
from pathlib import Path
from connectors.pmsi import CONNECTOR, PmsiConfig
from cockpit.connect.pmsi.columns import COLUMNS
with open(sys.argv[1], "rb") as stream:
    began = time.process_time()
    found = CONNECTOR.parse("a", stream, "", PmsiConfig(path="drop/*"), COLUMNS)
    spent = time.process_time() - began
count = sum(int(text or 0) for text in found.parts[0].table["resumes"].to_pylist())
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([count, spent, int(peak) >> 10]))
"""


@pytest.mark.slow
def test_a_million_lines_are_read_fast_without_filling_memory(tmp_path: Path) -> None:
    def stay(number: int) -> str:
        entry = date(2026, 1, 1) + timedelta(days=number % 300)
        leave = entry + timedelta(days=number % 9)
        return rum(
            "122",
            stay=number // 2,
            unit=("2110", "4110", "5110")[number % 3],
            entry=_day(entry),
            leave=_day(leave),
            das=("I10",) * (number % 7),
            acts=number % 5,
        )

    block = [stay(number) for number in range(100_000)]
    path = tmp_path / "annee.rss"
    with path.open("wb") as stream:
        for turn in range(10):
            moved = (line.replace("NDA", f"N{turn:02}") for line in block)
            stream.write(lines(*moved))
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    count, spent, memory = json.loads(done.stdout)
    print("lines/s of processor:", round(count / spent), "MiB:", memory)
    assert count == 1_000_000
    assert count / spent > 300_000
    assert memory < 400


def test_a_year_of_a_large_hospital_waits_on_disk_and_every_line_is_counted() -> None:
    """Three million lines of one day are 75 MB of records: counting them takes less, all told."""
    table, per_block = Table("rss", Naming({}, {})), 100_000
    tracemalloc.start()
    try:
        for block in range(30):
            records = np.zeros(per_block, RECORD)
            records["line"] = np.arange(per_block) + block * per_block + 1
            records["mark"] = records["line"]
            records["entry"] = records["exit"] = 20_000
            table.add(records)
        found = table.read((["750000001"], ["2301"]))
        assert tracemalloc.get_traced_memory()[1] < 75_000_000
    finally:
        tracemalloc.stop()
    assert found["resumes"].to_pylist() == ["", "3000000"]
    assert found[LINE].to_pylist() == [1, 1]
