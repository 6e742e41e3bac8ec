"""What a delivery changes, and what it must leave alone.

Every test starts from two files, unless it says otherwise:

    urgences-1.csv   01/03/2026 UF 10: 5   01/03/2026 UF 20: 7   02/03/2026 UF 10: 6
    paie-1.csv       2026-01    UF 10: 2   2026-01    UF 11: 1   2026-02    UF 10: 3

so that E1 has 11 visits and 6 accidents, E2 has 7 visits, GHT has 18 visits.
"""

from __future__ import annotations

import pytest

from cockpit.errors import BadStructure
from cockpit.refresh import rebuild
from cockpit.warehouse import aside, landing
from tests.warehouse.installation import KEPT, STRUCTURE, SUMMED, URGENCES, Installation


@pytest.fixture
def fed(installation: Installation) -> Installation:
    installation.drop("urgences-1.csv", "01/03/2026;10;5", "01/03/2026;20;7", "02/03/2026;10;6")
    installation.drop("paie-1.csv", "2026-01;10;2", "2026-01;11;1", "2026-02;10;3")
    installation.refresh()
    return installation


def test_a_first_delivery_is_kept_and_summed_at_every_inner_unit(fed):
    assert fed.visits() == {
        ("10", "2026-03-01"): 5,
        ("20", "2026-03-01"): 7,
        ("10", "2026-03-02"): 6,
    }
    assert (fed.total("E1"), fed.total("E2"), fed.total("GHT")) == (11, 7, 18)
    assert fed.total("E1", "work_accidents") == 6


def test_parts_count_the_units_that_fed_a_day(fed):
    parts = {(r[1], str(r[2])): r[6] for r in fed.rows(SUMMED) if r[0] == "ed_visits"}
    assert parts[("GHT", "2026-03-01")] == 2
    assert parts[("GHT", "2026-03-02")] == 1


def test_the_same_delivery_twice_changes_nothing(fed):
    before, number = fed.rows(), fed.number
    report = fed.refresh()
    assert (report.published, report.generation) == (False, number)
    assert {run.status for run in report.runs} == {"unchanged"}
    assert fed.rows() == before


def test_the_same_bytes_under_another_name_change_nothing(fed):
    number = fed.number
    fed.drop("urgences-2.csv", "01/03/2026;10;5", "01/03/2026;20;7", "02/03/2026;10;6")
    assert not fed.refresh().published
    assert fed.number == number


def test_the_same_rows_in_another_file_leave_the_same_figures_and_no_restatement(fed):
    before = fed.rows()
    fed.drop("urgences-2.csv", "02/03/2026;10;6", "01/03/2026;20;7", "01/03/2026;10;5")
    assert fed.refresh().published
    assert fed.rows() == before
    assert fed.rows("FROM g.restatement") == []


def test_a_row_delivered_again_replaces_its_own_key_only(fed):
    fed.drop("urgences-2.csv", "01/03/2026;10;9")
    fed.refresh()
    assert fed.visits() == {
        ("10", "2026-03-01"): 9,
        ("20", "2026-03-01"): 7,
        ("10", "2026-03-02"): 6,
    }
    assert fed.total("GHT") == 22


def test_a_restated_month_replaces_the_whole_month_and_leaves_its_trace(fed):
    """January: UF 10 goes from 2 to 4, UF 11 (1) is withdrawn; February is not in the file."""
    fed.drop("paie-2.csv", "2026-01;10;4")
    fed.refresh()
    kept = {(r[1], str(r[2])): r[5] for r in fed.rows() if r[0] == "work_accidents"}
    assert kept == {("10", "2026-01-01"): 4, ("10", "2026-02-01"): 3}
    moved = fed.rows(
        "SELECT u.code, r.day::TEXT, r.before, r.after FROM g.restatement r "
        "JOIN g.unit u USING (unit_id) ORDER BY ALL"
    )
    assert moved == [("10", "2026-01-01", 2, 4), ("11", "2026-01-01", 1, None)]


def test_a_figure_that_was_still_provisional_leaves_no_restatement(installation):
    """Provisional for two days: on the 5th, the 4th may move in silence, the 1st may not."""
    text = URGENCES.replace('stale_after = "36h"', 'stale_after = "36h"\nprovisional_for = "2d"')
    (installation.home.sources / "urgences.toml").write_text(text, "utf-8")
    installation.drop("urgences-1.csv", "01/03/2026;10;1", "04/03/2026;10;4")
    installation.refresh()
    installation.drop("urgences-2.csv", "01/03/2026;10;2", "04/03/2026;10;5", "05/03/2026;10;6")
    installation.refresh()
    assert installation.rows("SELECT day::TEXT, before, after FROM g.restatement") == [
        ("2026-03-01", 1, 2)
    ]


def test_days_replaced_whole_lose_the_rows_that_the_new_file_has_not(installation):
    """F22: a stay cancelled at the source disappears when the day is delivered again."""
    (installation.home.sources / "urgences.toml").write_text(
        'replace = "day"\n' + URGENCES, "utf-8"
    )
    installation.drop("urgences-1.csv", "01/03/2026;10;5", "01/03/2026;20;7", "02/03/2026;20;1")
    installation.refresh()
    installation.drop("urgences-2.csv", "01/03/2026;10;5")
    installation.refresh()
    assert installation.visits() == {("10", "2026-03-01"): 5, ("20", "2026-03-02"): 1}
    assert installation.total("GHT") == 6


@pytest.mark.parametrize("order", [("1", "2", "3"), ("3", "1", "2"), ("2", "3", "1")])
def test_late_days_in_any_order_of_arrival_give_the_same_figures(installation, order):
    """F20: three days, one file each, no day delivered twice."""
    for day in order:
        installation.drop(
            f"urgences-{day}.csv", f"0{day}/03/2026;10;{day}0", f"0{day}/03/2026;20;1"
        )
        installation.refresh()
    assert installation.visits() == {
        (unit, f"2026-03-0{day}"): 10 * day if unit == "10" else 1
        for unit in ("10", "20")
        for day in (1, 2, 3)
    }
    assert installation.total("GHT") == 63


def test_a_refreshed_warehouse_and_one_rebuilt_from_landing_hold_the_same(fed):
    fed.drop("urgences-2.csv", "01/03/2026;10;9", "03/03/2026;11;2")
    fed.drop("paie-2.csv", "2026-01;10;4")
    fed.refresh()
    tables = (
        KEPT,
        SUMMED,
        "SELECT * EXCLUDE batch_id FROM g.restatement ORDER BY ALL",
        "SELECT * EXCLUDE (batch_id) FROM g.batch ORDER BY ALL",
        "FROM g.feed ORDER BY ALL",
    )
    before = [fed.rows(sql) for sql in tables]
    for path in fed.home.generations.glob("*"):
        path.unlink()
    for path in fed.home.drop.glob("*"):
        path.unlink()
    rebuild(fed.home)
    assert [fed.rows(sql) for sql in tables] == before


class TestARefusedBatch:
    """E1 itself reports 99 visits while its UF 10 and 11 already do: both would add up."""

    @pytest.fixture
    def refused(self, fed):
        self.before, self.number = fed.rows(), fed.number
        fed.drop("urgences-2.csv", "03/03/2026;E1;99")
        self.report = fed.refresh()
        return fed

    def test_leaves_everything_as_it_was(self, refused):
        assert (refused.rows(), refused.number) == (self.before, self.number)

    def test_says_which_units_clash(self, refused):
        run = next(run for run in self.report.runs if run.source == "urgences")
        assert run.status == "failed"
        assert "E1" in run.sentence
        assert "10" in run.sentence

    def test_is_set_aside_and_stays_said_at_each_reading(self, refused):
        (kept_apart,) = aside.refused(refused.home.landing)
        assert kept_apart.landed.file == "drop/urgences-2.csv"
        again = {run.source: (run.status, run.files) for run in refused.refresh().runs}
        assert again == {"paie": ("unchanged", 0), "urgences": ("failed", 0)}

    def test_does_not_hold_back_the_good_one_that_comes_with_it(self, refused):
        refused.drop("urgences-3.csv", "04/03/2026;E2;99")
        refused.drop("urgences-4.csv", "04/03/2026;20;8")
        assert refused.refresh().published
        assert refused.visits()[("20", "2026-03-04")] == 8
        assert refused.total("GHT") == 26

    def test_keeps_its_number_so_that_the_order_of_batches_never_changes(self, refused):
        refused.drop("urgences-3.csv", "04/03/2026;20;8")
        refused.refresh()
        home = refused.home.landing
        refusals = [one.landed for one in aside.refused(home)]
        numbers = [one.seq for one in (*landing.landed(home), *refusals)]
        assert sorted(numbers) == [1, 2, 3, 4]


def test_a_repeated_key_never_counts_twice(fed):
    """Both lines of a repeated key are refused: nobody knows which one is right."""
    fed.drop("urgences-2.csv", "03/03/2026;10;1", "03/03/2026;10;2", "03/03/2026;20;4")
    report = fed.refresh()
    run = next(run for run in report.runs if run.source == "urgences")
    assert run.refused == 2
    assert ("10", "2026-03-03") not in fed.visits()
    assert fed.visits()[("20", "2026-03-03")] == 4


def test_a_source_file_that_was_renamed_does_not_count_everything_twice(fed):
    before = fed.rows()
    (fed.home.sources / "urgences.toml").rename(fed.home.sources / "passages.toml")
    sentences = fed.sentences()
    assert any("« urgences »" in sentence for sentence in sentences)
    assert fed.rows() == before


def test_a_failing_source_leaves_the_others_published(fed):
    for path in fed.home.drop.glob("paie-*"):
        path.unlink()
    fed.drop("urgences-2.csv", "03/03/2026;10;4")
    report = fed.refresh()
    assert {run.source: run.status for run in report.runs} == {"paie": "failed", "urgences": "ok"}
    assert fed.visits()[("10", "2026-03-03")] == 4
    assert fed.total("E1", "work_accidents") == 6


def test_an_unreadable_source_file_leaves_the_others_published(fed):
    (fed.home.sources / "paie.toml").write_text("connector = ", "utf-8")
    fed.drop("urgences-2.csv", "03/03/2026;10;4")
    assert {run.source: run.status for run in fed.refresh().runs} == {
        "paie": "failed",
        "urgences": "ok",
    }
    assert fed.total("E1", "work_accidents") == 6


class TestAChangeOfStructure:
    def test_places_every_figure_again(self, fed):
        """UF 20 moves from E2 to E1: E1 has 18 visits, E2 has none, GHT still 18."""
        fed.structure(STRUCTURE.replace("20;E2;uf", "20;E1;uf"))
        assert fed.refresh().published
        assert (fed.total("E1"), fed.total("E2"), fed.total("GHT")) == (18, 0, 18)

    def test_reads_again_the_deliveries_that_had_unknown_units(self, fed):
        fed.drop("urgences-2.csv", "03/03/2026;30;4", "03/03/2026;10;1")
        fed.refresh()
        assert ("30", "2026-03-03") not in fed.visits()
        fed.structure(STRUCTURE + "30;E2;uf;Nouvelle\n")
        fed.refresh()
        assert fed.visits()[("30", "2026-03-03")] == 4
        assert fed.total("E2") == 11

    def test_lets_no_older_file_win_over_a_newer_one(self, fed):
        """File 2 says 1 (and has an unknown unit), file 3 corrects to 8; then the unit appears."""
        fed.drop("urgences-2.csv", "03/03/2026;10;1", "03/03/2026;30;4")
        fed.refresh()
        fed.drop("urgences-3.csv", "03/03/2026;10;8")
        fed.refresh()
        fed.structure(STRUCTURE + "30;E2;uf;Nouvelle\n")
        fed.refresh()
        assert fed.visits()[("10", "2026-03-03")] == 8

    def test_gives_a_refused_batch_its_chance_at_its_own_place(self, fed):
        """E9 reports above its UF 90 (refused), then file 3 corrects E9; 90 then moves elsewhere."""
        with_two_levels = STRUCTURE + "E9;GHT;establishment;Neuf\n90;E9;uf;Sous Neuf\n"
        fed.structure(with_two_levels)
        fed.drop("urgences-2.csv", "03/03/2026;90;1")
        fed.refresh()
        fed.drop("urgences-3.csv", "04/03/2026;E9;5")
        assert any("un seul niveau" in sentence for sentence in fed.sentences())
        fed.structure(with_two_levels.replace("90;E9", "90;E2"))
        fed.refresh()
        assert fed.visits()[("E9", "2026-03-04")] == 5
        assert [one.seq for one in landing.landed(fed.home.landing)] == [1, 2, 3, 4]
        assert not aside.refused(fed.home.landing)

    def test_that_drops_a_unit_which_has_figures_is_refused_and_nothing_moves(self, fed):
        before, number = fed.rows(), fed.number
        fed.structure(STRUCTURE.replace("20;E2;uf;Urgences\n", ""))
        with pytest.raises(BadStructure, match="« 20 »"):
            fed.refresh()
        assert (fed.rows(), fed.number) == (before, number)
        fed.structure(STRUCTURE)
        assert fed.rows() == before
        assert len(landing.landed(fed.home.landing)) == 2

    def test_keeps_the_forecasts_that_were_made(self, fed):
        """Landing does not hold them, and their quality is judged months later."""
        from cockpit.warehouse.publish import publish

        publish(
            fed.home,
            lambda connection: connection.execute(
                "INSERT INTO forecast_run BY NAME SELECT 'ed_visits' AS kpi, '10' AS unit, "
                "'' AS facet, 'm' AS model, DATE '2026-03-01' AS origin, "
                "TIMESTAMP '2026-03-02' AS made_at, DATE '2025-03-01' AS history_from, "
                "0.1 AS mape, 'ok' AS status, '' AS sentence, '' AS refused, '' AS banner, "
                "'' AS members, '' AS versions, '' AS data_hash"
            ),
        )
        fed.structure(STRUCTURE.replace("20;E2;uf", "20;E1;uf"))
        fed.refresh()
        assert fed.rows("SELECT kpi, unit, mape FROM g.forecast_run") == [("ed_visits", "10", 0.1)]


def test_landing_files_without_manifest_are_ignored_and_landed_again(installation):
    """A crash after the rows and before the manifest."""
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    installation.refresh()
    (manifest,) = (installation.home.landing / "urgences").glob("*.json")
    manifest.unlink()
    for path in installation.home.generations.glob("*"):
        path.unlink()
    assert landing.landed(installation.home.landing) == ()
    installation.refresh()
    assert installation.visits() == {("10", "2026-03-01"): 5}


def test_a_batch_landed_before_a_crash_is_published_by_the_next_refresh(fed):
    """The file is even gone from the drop folder: landing is the truth."""
    number = fed.number
    dropped = fed.drop("urgences-2.csv", "03/03/2026;10;4")
    fed.refresh()
    for path in fed.home.generations.glob("gen-*"):
        if int(path.stem[4:]) > number:
            path.unlink()
    (fed.home.generations / "CURRENT").write_text(f"gen-{number:06d}.duckdb")
    dropped.unlink()
    fed.refresh()
    assert fed.visits()[("10", "2026-03-03")] == 4


def test_alerts_are_evaluated_again_after_a_stop_between_figures_and_alerts(fed):
    """The generation that holds the figures and not yet their alerts is the newest one."""
    from cockpit.warehouse.publish import publish

    publish(fed.home, lambda connection: None)
    assert fed.generation().alerts_at is None
    report = fed.refresh()
    assert not report.published
    assert fed.generation().alerts_at is not None
