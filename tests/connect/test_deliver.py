from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import LINE, Delivery, Part
from cockpit.connect.deliver import batch_of, batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, BadSource, SourceUnavailable
from cockpit.settings import Home

GOOD = "jour;uf;n\n01/03/2024;10;1\n"
POINT = 'decimal = "."\n'


def test_a_known_delivery_is_not_read_again(hospital) -> None:
    first = hospital.batch(GOOD)
    assert hospital.read(hospital.source(), frozenset({first.source_hash})) == []


def test_another_mapping_of_the_same_bytes_is_another_delivery(hospital) -> None:
    first = hospital.batch(GOOD)
    other = hospital.source(head='decimal = "."\n')
    (again,) = hospital.read(other, frozenset({first.source_hash}))
    assert again.source_hash != first.source_hash


def test_the_same_bytes_under_another_name_are_the_same_delivery(hospital) -> None:
    first = hospital.batch(GOOD)
    hospital.drop("b.csv", GOOD)
    assert hospital.read(hospital.source(), frozenset({first.source_hash})) == []


def test_a_refused_file_does_not_stop_the_next_one(hospital) -> None:
    hospital.drop("a.csv", b"\0\0\0\n")
    hospital.drop("b.csv", GOOD)
    bad, good = hospital.read(hospital.source())
    assert isinstance(bad, BadDelivery)
    assert isinstance(good, Batch)
    assert good.rows.schema == ROWS
    assert good.quarantine.schema == QUARANTINE


def test_files_are_read_in_name_order(hospital) -> None:
    for name in ("2024-02.csv", "2024-01.csv", "2023-12.csv"):
        hospital.drop(name, GOOD + f"02/03/2024;10;{name[5:7]}\n")
    names = [batch.file for batch in hospital.read(hospital.source())]
    assert names == ["drop/2023-12.csv", "drop/2024-01.csv", "drop/2024-02.csv"]


def test_no_file_at_all_is_a_source_that_did_not_answer(hospital) -> None:
    with pytest.raises(SourceUnavailable, match="essai"):
        hospital.read(hospital.source())


def test_a_column_that_disappeared_refuses_the_file_and_names_it(hospital) -> None:
    refusal = hospital.refusal("jour;uf;nombre\n01/03/2024;10;1\n")
    assert refusal.facts["field"] == "n"
    assert refusal.facts["line"] == 1
    assert "a.csv" in refusal.sentence()


def test_added_and_reordered_columns_change_nothing(hospital, rows) -> None:
    assert rows(hospital.batch("neuf;n;uf;jour\nx;1;10;01/03/2024\n")) == rows(hospital.batch(GOOD))


def test_an_error_page_instead_of_an_export_is_refused(hospital) -> None:
    assert hospital.refusal("<html>\n<body>Erreur 500</body>\n</html>\n").facts["field"]


def test_an_empty_export_is_never_read_as_zero(hospital) -> None:
    assert hospital.refusal("").facts["expected"]
    assert hospital.refusal("jour;uf;n\n").facts["expected"]


def test_a_half_written_file_gives_up_only_its_last_line(hospital, refused) -> None:
    whole = "jour;uf;n\n01/03/2024;10;100\n02/03/2024;10;123\n"
    for cut in range(len("jour;uf;n\n01/03/2024;10;100\n") + 1, len(whole)):
        batch = hospital.batch(whole[:cut])
        assert batch.rows["value"].to_pylist() == [100.0]
        assert batch.refused_lines == 1
        assert batch.lines == 2
        (said,) = batch.warnings
        assert "ligne 3 : les lignes d'avant sont gardées. Déposez le fichier entier" in said
    assert not hospital.batch(whole).warnings


def test_a_file_without_one_line_that_can_be_read_is_refused_and_says_what_to_look_at(
    hospital,
) -> None:
    """Loaded in silence, a decimal mark that changed would look like a good reading."""
    refusal = hospital.refusal("jour;uf;n\n01/03/2024;10;1,5\n02/03/2024;zz;2,5\n", head=POINT)
    assert refusal.facts["field"] == "n"
    assert "sur 2 lignes" in refusal.sentence()
    assert "le séparateur décimal a-t-il changé ?" in refusal.sentence()
    assert "ce qui était publié reste publié" in refusal.sentence()
    one_good = "jour;uf;n\n01/03/2024;10;1,5\n02/03/2024;10;2.5\n"
    assert hospital.batch(one_good, head=POINT).accepted_lines == 1


def test_an_answer_that_goes_on_from_a_cursor_is_never_stuck_on_lines_it_cannot_read(
    hospital,
) -> None:
    table = pa.table({"jour": ["01/03/2024"], "uf": ["zz"], "n": ["1"], LINE: [1]})
    config, units = hospital.source(), load_structure(hospital.home.structure)
    kept = batch_of(Delivery("essai", "", (Part(table),), cursor="2024-03-01"), config, units)
    assert (kept.accepted_lines, kept.refused_lines) == (0, 1)
    assert "les codes d'unité ont-ils changé ?" in kept.warnings[0]
    assert kept.cursor.endswith("2024-03-01")
    with pytest.raises(BadDelivery):
        batch_of(Delivery("essai", "", (Part(table),)), config, units)


def test_an_unknown_connector_is_refused_when_loaded(hospital) -> None:
    path = hospital.home.sources / "x.toml"
    path.write_text('connector = "sap"\nschedule = "* * * * *"\nstale_after = "1d"\n', "utf-8")
    with pytest.raises(BadSource):
        load_source(path)


_TOKEN = st.sampled_from(
    ["01/03/2024", "2/3/2024", "31/02/2024", "", "10", "01", "1", "99", "zz", "3", "4,5", "1 000",
     "NaN", "1e999", '"', "é", "\r", '"5"']
)  # fmt: skip
_LINE = st.lists(_TOKEN, min_size=2, max_size=4).map(";".join)


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(
        st.one_of(_LINE, st.tuples(st.just("01/03/2024"), st.just("10"), _TOKEN).map(";".join)),
        max_size=12,
    )
)
def test_every_line_is_accepted_or_refused_whatever_it_holds(tmp_path_factory, lines) -> None:
    root = tmp_path_factory.mktemp("h")
    home = Home(root).prepare()
    home.structure.write_text(
        "unit;parent;level;label\n1;;establishment;A\n10;1;uf;B\n01;1;uf;C\n", "utf-8"
    )
    (home.sources / "s.toml").write_text(_SOURCE, "utf-8")
    (home.drop / "a.csv").write_bytes(("jour;uf;n\n" + "".join(f"{x}\n" for x in lines)).encode())
    for found in batches(
        home, load_source(home.sources / "s.toml"), frozenset(), load_structure(home.structure)
    ):
        if isinstance(found, Batch):
            assert found.lines == found.accepted_lines + found.refused_lines
            assert found.accepted_lines >= 0
            assert found.rows.num_rows <= found.accepted_lines
            assert all(1 < line <= len(lines) + 1 for line in found.quarantine["line"].to_pylist())
            keys = list(zip(*found.rows.drop_columns("value").to_pydict().values(), strict=True))
            assert len(keys) == len(set(keys))


_SOURCE = """connector = "csv"
schedule = "@daily"
path = "drop/*.csv"
stale_after = "36h"
[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
n = "births"
""".replace("@daily", "0 6 * * *")


@pytest.mark.slow
def test_two_million_lines_are_read_in_seconds(hospital, tmp_path: Path) -> None:
    """1,000 days x 2,000 values of one unit; CPU seconds, so that a busy machine counts less."""
    import time

    days = [f"{1 + n % 28:02d}/{1 + n // 28 % 12:02d}/{1950 + n // 336}" for n in range(1000)]
    with (hospital.home.drop / "a.csv").open("w", encoding="utf-8") as stream:
        stream.write("jour;uf;tranche;n\n")
        for day in days:
            stream.writelines(f"{day};10;t{bin_};{bin_ % 97},5\n" for bin_ in range(2000))
    mapping = (
        '[mapping]\ndate = { column = "jour", format = "%d/%m/%Y" }\nunit = { column = "uf" }\n'
        'facet = { column = "tranche" }\n[mapping.measures]\nn = "ed_visits"\n'
    )
    config = hospital.source(mapping)
    began = time.process_time()
    (batch,) = hospital.read(config)
    assert batch.rows.num_rows == 2_000_000
    assert time.process_time() - began < 6
