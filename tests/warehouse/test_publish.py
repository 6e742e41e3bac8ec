"""Files of generations: how they appear, how they are named, what stays of them."""

from __future__ import annotations

import shutil
import subprocess
import sys

import duckdb
import pytest

from cockpit.errors import (
    DamagedLanding,
    DamagedWarehouse,
    NoGeneration,
    OldGeneration,
    WarehouseBusy,
)
from cockpit.refresh import rebuild
from cockpit.warehouse import attach, landing
from cockpit.warehouse.attach import Warehouse
from cockpit.warehouse.publish import current_path, number_of, publish, publishing
from tests.warehouse.installation import Installation

NOTHING = lambda connection: None  # noqa: E731


def names(installation: Installation) -> list[str]:
    return sorted(path.name for path in installation.home.generations.iterdir())


def test_before_the_first_publish_there_is_no_generation(installation):
    assert current_path(installation.home.generations) is None
    with pytest.raises(NoGeneration):
        Warehouse(installation.home).generation()


def test_each_publish_has_its_own_number_and_the_pointer_names_it(installation):
    assert [publish(installation.home, NOTHING) for _ in range(3)] == [1, 2, 3]
    assert current_path(installation.home.generations).name == "gen-000003.duckdb"


def test_the_newest_generations_are_kept_and_only_them(installation):
    (installation.home.root / "cockpit.toml").write_text("keep_generations = 3\n")
    for _ in range(6):
        publish(installation.home, NOTHING)
    assert names(installation) == [
        "CURRENT",
        "gen-000004.duckdb",
        "gen-000005.duckdb",
        "gen-000006.duckdb",
    ]


def test_at_least_two_generations_are_kept(installation):
    """A reader may stand between the pointer and the file that it names."""
    (installation.home.root / "cockpit.toml").write_text("keep_generations = 2\n")
    for _ in range(4):
        publish(installation.home, NOTHING)
    assert names(installation) == ["CURRENT", "gen-000003.duckdb", "gen-000004.duckdb"]


def test_a_number_is_not_used_twice_after_a_crash_between_rename_and_pointer(installation):
    """gen-000002 was renamed into place, the pointer still says 1."""
    publish(installation.home, NOTHING)
    folder = installation.home.generations
    shutil.copy(folder / "gen-000001.duckdb", folder / "gen-000002.duckdb")
    assert Warehouse(installation.home).generation().id == 1
    assert publish(installation.home, NOTHING) == 3


def test_a_change_that_raises_publishes_nothing_and_leaves_no_file(installation):
    """As a full disk or a failed check does, in the middle of the build."""
    publish(installation.home, NOTHING)
    before = names(installation)

    def fails(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("INSERT INTO facet VALUES (1, 'x')")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        publish(installation.home, fails)
    assert names(installation) == before
    assert installation.rows("SELECT count(*) FROM g.facet") == [(0,)]


def test_what_a_killed_builder_left_is_swept_by_the_next(installation):
    installation.home.generations.mkdir(exist_ok=True)
    for name in (".build-99.duckdb", ".build-99.duckdb.wal"):
        (installation.home.generations / name).write_bytes(b"half a file")
    publish(installation.home, NOTHING)
    assert names(installation) == ["CURRENT", "gen-000001.duckdb"]


def test_a_second_publisher_is_told_that_the_warehouse_is_busy(installation):
    with publishing(installation.home.generations):
        with pytest.raises(WarehouseBusy):
            installation.refresh()
        with pytest.raises(WarehouseBusy):
            rebuild(installation.home)


_HOLDER = """
import sys, time
from pathlib import Path
from cockpit.warehouse.publish import publishing
with publishing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_of_a_dead_process_holds_nobody(installation):
    """The lock belongs to the process, not to a file that stays behind."""
    folder = installation.home.generations
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy), publishing(folder):
            pass
        holder.kill()
    with publishing(folder):
        pass


class TestAReader:
    def test_sees_the_new_generation_and_keeps_the_one_it_holds(self, installation):
        installation.drop("urgences-1.csv", "01/03/2026;10;5")
        installation.refresh()
        warehouse = Warehouse(installation.home)
        old = warehouse.generation()
        installation.drop("urgences-2.csv", "01/03/2026;10;9")
        installation.refresh()
        new = warehouse.generation()
        assert new.id > old.id
        assert _visits(old) == 5
        assert _visits(new) == 9

    def test_asks_once_per_key_and_generation(self, installation):
        publish(installation.home, NOTHING)
        generation = Warehouse(installation.home).generation()
        asked = []
        for _ in range(2):
            assert generation.cached("key", lambda: asked.append(1) or "answer") == "answer"
        assert asked == [1]

    def test_keeps_a_bounded_number_of_answers_the_last_asked(self, installation):
        publish(installation.home, NOTHING)
        generation = Warehouse(installation.home).generation()
        asked = []

        def ask(key: int) -> None:
            generation.cached(key, lambda: asked.append(key))

        for key in range(attach.MOST_KEPT):
            ask(key)
        ask(0)
        ask(attach.MOST_KEPT)
        asked.clear()
        ask(0)
        ask(1)
        assert asked == [1], "the one that nobody asked for again left"

    def test_lets_go_of_what_it_kept_when_a_newer_one_is_read(self, installation):
        publish(installation.home, NOTHING)
        warehouse = Warehouse(installation.home)
        older = warehouse.generation()
        assert older.cached("key", lambda: "before") == "before"
        publish(installation.home, NOTHING)
        assert warehouse.generation() is not older
        assert older.cached("key", lambda: "after") == "after"

    def test_is_given_the_same_object_while_nothing_is_published(self, installation):
        publish(installation.home, NOTHING)
        warehouse = Warehouse(installation.home)
        assert warehouse.generation() is warehouse.generation()

    def test_says_so_when_the_file_that_the_pointer_names_is_gone(self, installation):
        publish(installation.home, NOTHING)
        (installation.home.generations / "gen-000001.duckdb").unlink()
        with pytest.raises(DamagedWarehouse, match="cockpit rebuild"):
            Warehouse(installation.home).generation()

    def test_says_so_when_the_file_or_the_pointer_is_damaged(self, installation):
        publish(installation.home, NOTHING)
        (installation.home.generations / "gen-000001.duckdb").write_bytes(b"not a database")
        with pytest.raises(DamagedWarehouse, match="gen-000001"):
            Warehouse(installation.home).generation()
        (installation.home.generations / "CURRENT").write_text("")
        with pytest.raises(DamagedWarehouse):
            Warehouse(installation.home).generation()


def _visits(generation) -> float:
    import sqlalchemy as sa

    from cockpit.warehouse import schema

    return generation.read(sa.select(schema.observation.c.value))["value"].sum()


def test_numbers_are_read_from_names(tmp_path):
    assert number_of(tmp_path / "gen-000123.duckdb") == 123


def test_every_flipped_bit_of_a_landed_batch_is_detected(installation):
    """F7: the truth itself must not lie; 40 single bits spread over the file."""
    installation.drop("urgences-1.csv", *(f"01/03/2026;{unit};5" for unit in (10, 11, 20)))
    installation.refresh()
    (kept,) = landing.landed(installation.home.landing)
    path = kept.rows_path
    good = path.read_bytes()
    for at in range(0, len(good), len(good) // 40):
        path.write_bytes(good[:at] + bytes([good[at] ^ 16]) + good[at + 1 :])
        with pytest.raises(DamagedLanding):
            kept.rows()
    path.write_bytes(good)
    assert kept.rows().num_rows == 3


def test_a_damaged_landing_stops_a_rebuild_and_leaves_what_was_published(installation):
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    installation.refresh()
    before, number = installation.rows(), installation.number
    (kept,) = landing.landed(installation.home.landing)
    path = kept.rows_path
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedLanding):
        rebuild(installation.home)
    assert (installation.rows(), installation.number) == (before, number)


@pytest.mark.parametrize("at", [0.0, 0.25, 0.5, 0.75, 0.99])
def test_a_damaged_generation_is_made_again_by_a_rebuild(installation, at):
    """Half of the newest file is zeros; landing is intact."""
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    installation.refresh()
    before = installation.rows()
    newest = current_path(installation.home.generations)
    data = newest.read_bytes()
    start = int(at * len(data))
    newest.write_bytes(data[:start] + bytes(len(data) // 4) + data[start + len(data) // 4 :])
    rebuild(installation.home)
    assert installation.rows() == before


def test_figures_of_an_earlier_version_are_being_rebuilt_and_not_misread(installation):
    """Its tables lack columns: a visitor hears that it is being rebuilt, a builder may read it."""
    publish(installation.home, NOTHING)
    path = current_path(installation.home.generations)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE meta SET schema_version = schema_version - 1")
    reader = Warehouse(installation.home)
    with pytest.raises(OldGeneration) as refused:
        reader.generation()
    assert "rien n'est perdu" in refused.value.sentence()
    assert reader.generation(any_version=True).id == number_of(path)
