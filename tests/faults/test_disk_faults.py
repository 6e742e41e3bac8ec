"""Power cuts, write errors and rotten bits (F3, F4, F6, F7): what was committed stays, the rest is seen."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from cockpit import clock, state
from cockpit.errors import CockpitError, DamagedLanding
from cockpit.refresh import publish_landed, rebuild
from cockpit.settings import Home
from cockpit.state import RunRecord
from cockpit.warehouse import landing, publish
from tests.faults.test_kill import Zygote, published
from tests.faults.zygote import deliver
from tests.warehouse.installation import KEPT, URGENCES, Installation

FLIPS = 40
CUTS = 60


@pytest.fixture
def fed(tmp_path: Path) -> Installation:
    """600 figures published."""
    installation = Installation(Home(tmp_path), {"urgences": URGENCES})
    deliver(installation.home, 1)
    installation.refresh()
    return installation


def test_f03_a_stop_between_the_figures_and_their_alerts_is_made_good_once(
    fed, monkeypatch
) -> None:
    """The process dies after the figures are published; the next one judges them."""
    deliver(fed.home, 2)

    def power_cut(_home: Home) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("cockpit.refresh.judge", power_cut)
        with pytest.raises(KeyboardInterrupt):
            fed.refresh()
    assert published(fed) == 2
    assert fed.generation().alerts_at is None
    number = fed.number
    assert publish_landed(fed.home) == (False, ())
    assert fed.generation().alerts_at is not None
    assert fed.number == number + 1
    publish_landed(fed.home)
    assert fed.number == number + 1


def test_f04_a_torn_log_of_the_state_opens_on_its_last_whole_commit(tmp_path: Path) -> None:
    """Twenty runs, the log cut or garbled at sixty places: always the first n of them."""
    home, engine = Home(tmp_path / "a"), state.engine(Home(tmp_path / "a"))
    now = clock.utc_naive(clock.now())
    for number in range(20):
        run = RunRecord(source=f"s{number:02d}", started_at=now, ended_at=now, status="ok")
        state.record_run(engine, run)
    log = (home.root / "state.db-wal").read_bytes()
    chance, counts = random.Random(4), set()
    for cut in range(CUTS):
        place = chance.randrange(len(log))
        torn = log[:place] if cut % 2 else log[:place] + chance.randbytes(len(log) - place)
        folder = tmp_path / f"cut{cut}"
        folder.mkdir()
        shutil.copyfile(home.root / "state.db", folder / "state.db")
        (folder / "state.db-wal").write_bytes(torn)
        counts.add(_first_runs(folder / "state.db"))
    assert max(counts) <= 20
    assert len(counts) > 5


def _first_runs(path: Path) -> int:
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not base.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchone():
            return 0
        names = [row[0] for row in base.execute("SELECT source FROM run ORDER BY id")]
    assert names == [f"s{number:02d}" for number in range(len(names))]
    return len(names)


def test_f04_what_a_power_cut_leaves_half_written_is_ignored(fed: Installation) -> None:
    folder = fed.home.landing / "urgences"
    (folder / "000002-ffffffffffffffff.partial").write_bytes(b'{"seq": 2')
    (folder / "000002-ffffffffffffffff-00000000.parquet").write_bytes(b"PAR1 torn")
    (fed.home.generations / ".build-1.duckdb").write_bytes(b"torn")
    (fed.home.generations / "CURRENT.partial").write_text("gen-0000")
    deliver(fed.home, 2)
    assert fed.refresh().published
    assert published(fed) == 2


@pytest.mark.parametrize("refreshes", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_f06_write_errors_at_any_size_lose_nothing(fed: Installation, refreshes: int) -> None:
    """A refresh whose files may not pass n bytes: the system refuses the write, wherever it is."""
    zygote = Zygote(fed)
    chance = random.Random(6)
    last = 1 + refreshes
    try:
        for number in range(2, last + 1):
            zygote.limited(number, chance.randrange(1, 1 << 21))
            assert published(fed) in {number - 1, number, 1, *range(1, number + 1)}
            seen = published(fed)
            fed.refresh()
            assert published(fed) == number >= seen
    finally:
        zygote.close()
    assert [one.seq for one in landing.landed(fed.home.landing)] == list(range(1, last + 1))


def test_f07_a_rotten_bit_of_a_generation_is_seen_and_a_rebuild_repairs_it(
    fed: Installation,
) -> None:
    good, path = fed.rows(), publish.current_path(fed.home.generations)
    content, chance, noticed = path.read_bytes(), random.Random(7), 0
    for flip in range(FLIPS):
        spoiled = bytearray(content)
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        copy = path.with_name(f"flip-{flip}.duckdb")
        copy.write_bytes(spoiled)
        try:
            with duckdb.connect() as connection:
                connection.execute(f"ATTACH '{copy}' AS g (READ_ONLY)")
                assert connection.execute(KEPT).fetchall() == good
        except duckdb.Error:
            noticed += 1
        copy.unlink()
    assert noticed > 0
    path.chmod(0o644)
    path.write_bytes(bytes(reversed(content)))
    rebuild(fed.home)
    assert fed.rows() == good


def test_f07_a_rotten_bit_of_a_kept_batch_is_seen_and_changes_nothing(fed: Installation) -> None:
    good, (one,) = fed.rows(), landing.landed(fed.home.landing)
    content, chance = one.rows_path.read_bytes(), random.Random(8)
    for _ in range(FLIPS):
        spoiled = bytearray(content)
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        one.rows_path.write_bytes(spoiled)
        with pytest.raises(DamagedLanding):
            rebuild(fed.home)
        assert fed.rows() == good
    one.rows_path.write_bytes(content)
    rebuild(fed.home)
    assert fed.rows() == good
    assert issubclass(DamagedLanding, CockpitError)
