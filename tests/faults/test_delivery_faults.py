"""Deliveries that lie, come late, twice or in pieces (F13, F14, F16 to F22): never half, never shifted."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path

import pytest

from cockpit import state
from cockpit.settings import Home
from tests.faults.working import declare
from tests.warehouse.installation import Installation


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    """One healthy source of 30 figures, published."""
    installation = Installation(Home(tmp_path), {})
    declare(installation.home, "urgences")
    installation.refresh()
    return installation


def refused(installation: Installation, **fault: object) -> str:
    """The sentence of a refresh that must fail; what was published stays."""
    before, number = installation.rows(), installation.number
    declare(installation.home, "urgences", **fault)
    (run,) = installation.refresh().runs
    assert (run.status, run.files) == ("failed", 0)
    assert (installation.rows(), installation.number) == (before, number)
    assert state.audit_lines(state.engine(installation.home))[0].subject == "urgences"
    return run.sentence


def test_f13_a_delivery_cut_in_the_middle_is_refused_whole(empty: Installation) -> None:
    assert "30 lignes, comme annoncé" in refused(empty, truncate=4)


def test_f14_an_error_page_instead_of_a_table_is_refused(empty: Installation) -> None:
    assert "page HTML" in refused(empty, html=True)


def test_f14_an_empty_answer_is_never_read_as_zero(empty: Installation) -> None:
    assert "au moins une ligne" in refused(empty, days=0)


def test_f16_a_file_being_copied_waits_until_it_is_whole(installation: Installation) -> None:
    """The copy stops in the middle of the second line, then ends."""
    path = installation.drop("urgences-1.csv", "01/03/2026;10;5", "02/03/2026;10;67")
    whole = path.read_bytes()
    path.write_bytes(whole[:-2])  # "...;6", which would read as 6
    (run,) = installation.refresh("urgences").runs
    assert (run.accepted, run.refused) == (1, 1)
    assert installation.visits() == {("10", "2026-03-01"): 5}
    path.write_bytes(whole)
    installation.refresh("urgences")
    assert installation.visits() == {("10", "2026-03-01"): 5, ("10", "2026-03-02"): 67}


def _spoiled(content: bytes, seed: int) -> bytes:
    """Random bytes, a torn file, flipped bytes, another encoding, in turn."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return chance.randbytes(400)
    if seed % 4 == 1:
        return content[: chance.randrange(1, len(content) - 1)]
    if seed % 4 == 2:
        spoiled = bytearray(content)
        for _ in range(8):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        return bytes(spoiled)
    return content.decode().encode(chance.choice(["utf-16-le", "utf-32", "cp037"]))


def test_f17_fifty_corrupt_files_are_refused_and_change_nothing_already_there(installation) -> None:
    """A good file of March, then fifty damaged ones of April: March never moves."""
    installation.drop("urgences-0.csv", "01/03/2026;10;5", "02/03/2026;10;6")
    installation.refresh("urgences")
    good = (
        "jour;uf;passages\n" + "".join(f"{day:02d}/04/2026;10;7\n" for day in range(1, 29))
    ).encode()
    for seed in range(50):
        (installation.home.drop / f"urgences-1{seed:02d}.csv").write_bytes(_spoiled(good, seed))
    (run,) = installation.refresh("urgences").runs
    assert run.status == "failed"
    assert "Erreur inattendue" not in run.sentence
    visits = installation.visits()
    assert {day: n for (_, day), n in visits.items() if day < "2026-04"} == {
        "2026-03-01": 5,
        "2026-03-02": 6,
    }
    refused_files = {
        row.file for row in state.refused_rows(state.engine(installation.home), run.id, 999)
    }
    assert len(refused_files) >= 37  # all but flipped bytes that still make a table


def test_f18_a_renamed_column_is_refused(empty: Installation) -> None:
    assert "passages" in refused(empty, drift="renamed")


def test_f18_an_added_column_changes_no_figure(empty: Installation) -> None:
    before = empty.rows()
    declare(empty.home, "urgences", drift="added")
    assert not empty.refresh().failed
    assert empty.rows() == before


def test_f18_reordered_columns_are_read_by_name_and_another_type_is_quarantined(
    installation,
) -> None:
    (installation.home.drop / "urgences-1.csv").write_text(
        "passages;uf;jour\n5;10;01/03/2026\nbeaucoup;11;01/03/2026\n", "utf-8"
    )
    (run,) = installation.refresh("urgences").runs
    assert (run.accepted, run.refused) == (1, 1)
    assert installation.visits() == {("10", "2026-03-01"): 5}


def test_f18_figures_a_thousand_times_larger_are_held_for_a_person(empty: Installation) -> None:
    declare(empty.home, "urgences", start="2026-01-11", drift="thousands")
    number = empty.number
    (run,) = empty.refresh().runs
    assert (run.status, "1000 fois plus" in run.sentence) == ("held", True)
    assert empty.number == number


def test_f19_the_same_delivery_again_in_any_number_and_order_counts_once(installation) -> None:
    first = ("01/03/2026;10;5", "02/03/2026;11;6")
    for name in ("urgences-1.csv", "urgences-2.csv", "urgences-3.csv"):
        installation.drop(name, *first)
        installation.refresh("urgences")
    installation.drop("urgences-4.csv", *reversed(first))
    installation.refresh("urgences")
    assert installation.visits() == {("10", "2026-03-01"): 5, ("11", "2026-03-02"): 6}
    assert installation.total("GHT") == 11


def test_f19_a_page_given_five_times_is_one_batch(empty: Installation) -> None:
    declare(empty.home, "urgences", duplicate=5, restate=1)
    empty.refresh()
    assert empty.rows("SELECT count(*) FROM g.batch") == [(2,)]
    assert len(empty.rows()) == 30


LATE = {"a": "01/03/2026;10;5", "b": "02/03/2026;10;6", "c": "10/03/2026;10;7"}


@pytest.mark.parametrize("order", [*permutations(LATE)])
def test_f20_late_days_take_their_place_whatever_the_order_of_arrival(order, installation) -> None:
    for name in order:
        installation.drop(f"urgences-{name}.csv", LATE[name])
        installation.refresh("urgences")
    assert installation.visits() == {
        ("10", "2026-03-01"): 5,
        ("10", "2026-03-02"): 6,
        ("10", "2026-03-10"): 7,
    }


def test_f21_a_restated_month_is_replaced_whole_and_says_what_it_was(installation) -> None:
    """March: 4 + 2, then 5 + 2: the total is 7, and the log holds 4 -> 5."""
    installation.drop("paie-1.csv", "2026-03;10;4", "2026-03;11;2")
    installation.refresh("paie")
    installation.drop("paie-2.csv", "2026-03;10;5", "2026-03;11;2")
    installation.refresh("paie")
    assert installation.total("GHT", "work_accidents") == 7
    assert installation.rows('SELECT "before", "after" FROM g.restatement') == [(4, 5)]


def test_f22_what_the_source_withdrew_goes_with_its_month(installation) -> None:
    installation.drop("paie-1.csv", "2026-02;10;1", "2026-03;10;4", "2026-03;11;2")
    installation.refresh("paie")
    installation.drop("paie-2.csv", "2026-03;10;4")
    installation.refresh("paie")
    assert installation.total("GHT", "work_accidents") == 5
    assert installation.rows('SELECT "before", "after" FROM g.restatement') == [(2, None)]


def test_f22_a_delivery_that_lost_most_of_its_lines_is_held_for_a_person(installation) -> None:
    for name, days in (("urgences-1.csv", range(1, 6)), ("urgences-2.csv", range(6, 11))):
        installation.drop(name, *(f"{d:02d}/03/2026;{u};5" for d in days for u in (10, 11, 20)))
    installation.refresh("urgences")
    number = installation.number
    installation.drop("urgences-3.csv", "11/03/2026;10;5", "12/03/2026;10;5")
    (run,) = installation.refresh("urgences").runs
    assert (run.status, "il manque" in run.sentence) == ("held", True)
    assert installation.number == number
