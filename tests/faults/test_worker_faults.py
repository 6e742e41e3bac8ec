"""The worker against sources that fail: each fault stays with its source (F1, F9 to F12, F15)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit import state, worker
from cockpit.connect.config import load_source
from cockpit.connect.structure import load_structure
from cockpit.errors import WarehouseBusy
from cockpit.fetch import fetch
from cockpit.settings import Home
from cockpit.state import lease as leases
from tests.faults.working import declare, readers, runs, started, until, working
from tests.warehouse.installation import Installation

HOLD = """
import os, signal
from cockpit import state, worker
from cockpit.settings import home
from cockpit.state import lease as leases
from cockpit.warehouse.publish import publish, publishing

engine = state.engine(home())
held = leases.take(engine, leases.Watch())
print(held.token, flush=True)

def change(connection):
    connection.execute("INSERT INTO facet SELECT 1000, 'late'")
    os.kill(os.getpid(), signal.SIGSTOP)

try:
    with publishing(home().generations, fence=lambda: leases.check(engine, held.token)):
        publish(home(), change)
    print("published")
except leases.LeaseLost as error:
    print(error.sentence())
"""


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    return Installation(Home(tmp_path), {})


def test_f01_a_reading_that_is_killed_loads_nothing_and_the_next_one_all(
    empty: Installation,
) -> None:
    """Ten days of three units: 30 figures, or none."""
    declare(empty.home, "urgences", drip=1)
    with working(empty):
        until(lambda: readers(empty))
        time.sleep(1)
        for pid in readers(empty):
            os.kill(pid, signal.SIGKILL)
        until(lambda: runs(empty, "urgences"))
        (run,) = runs(empty, "urgences")
        assert (run.status, run.files, run.tries) == ("failed", 0, 1)
        assert list(empty.home.landing.glob("*/*.json")) == []
    declare(empty.home, "urgences")
    empty.refresh()
    assert len(empty.rows()) == 30


@pytest.mark.slow
def test_f09_two_workers_share_nothing_one_acts_the_other_waits(empty: Installation) -> None:
    declare(empty.home, "urgences")
    declare(empty.home, "naissances")
    first, second = started(empty), started(empty)
    try:
        until(lambda: empty.number and len(empty.rows()) == 60)
        time.sleep(2)
        assert [len(runs(empty, name)) for name in ("urgences", "naissances")] == [1, 1]
        assert empty.rows("SELECT count(*) FROM g.batch") == [(2,)]
        assert first.poll() is None
        assert second.poll() is None
    finally:
        for process in (first, second):
            process.terminate()
            assert process.wait(30) == 0


@pytest.mark.slow
def test_f10_a_frozen_publisher_that_was_taken_over_publishes_nothing(installation) -> None:
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    installation.refresh()
    number, engine = installation.number, state.engine(installation.home)
    with _holder(installation) as holder:
        _wait_until_stopped(holder.pid)
        watch = leases.Watch()
        assert leases.take(engine, watch, 0.5) is None
        time.sleep(0.6)
        taken = leases.take(engine, watch, 0.5)
        assert taken.token == 2
        assert leases.is_running(taken.before)
        with pytest.raises(WarehouseBusy):  # nobody publishes beside a sleeper
            installation.refresh()
        os.kill(holder.pid, signal.SIGCONT)
        assert "pris le relais" in holder.communicate(timeout=60)[0]
    assert installation.number == number
    assert list(installation.home.generations.glob(".build*")) == []
    installation.drop("urgences-2.csv", "02/03/2026;10;6")
    assert installation.refresh().published
    assert installation.rows("SELECT count(*) FROM g.facet WHERE facet_id = 1000") == [(0,)]


def test_f10_a_publisher_that_sleeps_on_the_lock_is_ended_by_its_successor(installation) -> None:
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    engine = state.engine(installation.home)
    with _holder(installation) as holder:
        _wait_until_stopped(holder.pid)
        watch = leases.Watch()
        leases.take(engine, watch, 0.1)
        time.sleep(0.2)
        taken = leases.take(engine, watch, 0.1)
        worker._end_frozen(taken)
        assert holder.wait(10) == -signal.SIGKILL
    assert installation.refresh().published


def _holder(installation: Installation) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        text=True,
        env=installation.environment(),
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout.readline() == "1\n"
    return holder


def _wait_until_stopped(pid: int) -> None:
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T")


@pytest.mark.slow
def test_f10_a_frozen_worker_is_replaced_and_stands_by_when_it_wakes(empty: Installation) -> None:
    declare(empty.home, "urgences")
    first = started(empty)
    second = None
    try:
        until(lambda: empty.number and empty.generation().alerts_at)
        time.sleep(2)  # nothing left to publish: it sleeps without the lock
        os.kill(first.pid, signal.SIGSTOP)
        second = started(empty)
        declare(empty.home, "naissances")
        until(lambda: runs(empty, "naissances"), leases.PATIENCE_S + 30)
        until(lambda: len(empty.rows()) == 60)
        os.kill(first.pid, signal.SIGCONT)
        time.sleep(7)
        assert [len(runs(empty, name)) for name in ("urgences", "naissances")] == [1, 1]
        assert first.poll() is None
        second.terminate()
        assert second.wait(30) == 0
        until(lambda: _token(empty) == 3)  # the first one acts again
    finally:
        for process in filter(None, (first, second)):
            process.kill()  # frozen or not
            process.wait()


def _token(installation: Installation) -> int:
    with state.engine(installation.home).connect() as connection:
        return connection.exec_driver_sql("SELECT token FROM lease").scalar()


def test_f11_a_source_that_is_down_is_tried_again_later_and_stops_no_other(
    empty: Installation,
) -> None:
    declare(empty.home, "urgences", fail="unavailable")
    declare(empty.home, "naissances")
    with working(empty):
        until(lambda: empty.number and len(empty.rows()) == 30 and runs(empty, "urgences"))
        (run,) = runs(empty, "urgences")
        assert (run.status, run.tries) == ("failed", 1)
        assert "Nouvel essai automatique" in run.sentence


@pytest.mark.slow
def test_f11_a_worker_that_starts_again_remembers_the_wait(empty: Installation) -> None:
    declare(empty.home, "urgences", fail="unavailable")
    with working(empty):
        until(lambda: runs(empty, "urgences"))
    with working(empty):
        until(lambda: _token(empty) == 2)
        time.sleep(6)
        assert len(runs(empty, "urgences")) == 1


@pytest.mark.slow
def test_f12_a_source_that_stalls_is_ended_and_the_others_are_published_meanwhile(
    empty: Installation,
) -> None:
    """Deaf to every deadline for ten minutes; the other one is read beside it."""
    declare(empty.home, "urgences", stall=600)
    declare(empty.home, "naissances")
    with working(empty) as process:
        until(lambda: empty.number and len(empty.rows()) == 30)
        assert runs(empty, "urgences") == ()
        assert readers(empty)
        process.terminate()
        assert process.wait(30) == 0
    assert readers(empty) == []


@pytest.mark.slow
def test_f12_a_stalled_reading_is_killed_past_its_limit(empty: Installation) -> None:
    declare(empty.home, "urgences", stall=600, limit="1m")
    with working(empty):
        until(lambda: runs(empty, "urgences"), 100)
        (run,) = runs(empty, "urgences")
        assert "time_limit" in run.sentence
        assert readers(empty) == []


def test_f12_a_source_of_one_line_a_second_is_left_at_its_deadline(empty) -> None:
    declare(empty.home, "urgences", drip=1)
    config = load_source(empty.home.sources / "urgences.toml")
    short = config.model_copy(update={"time_limit": timedelta(seconds=1.5)})
    began = time.monotonic()
    run = fetch(empty.home, short, load_structure(empty.home.structure), who="essai")
    assert time.monotonic() - began < 5
    assert (run.status, run.files, run.tries) == ("failed", 0, 1)
    assert "délai" in run.sentence


def test_f15_an_expired_password_is_not_to_be_tried_again(empty: Installation) -> None:
    declare(empty.home, "urgences", fail="refused")
    config = load_source(empty.home.sources / "urgences.toml")
    run = fetch(empty.home, config, load_structure(empty.home.structure), who="essai")
    assert (run.status, run.tries) == ("failed", 0)
    assert "mot de passe expiré" in run.sentence


@pytest.mark.slow
def test_f15_an_expired_password_is_tried_once_and_noted_in_the_audit(empty: Installation) -> None:
    declare(empty.home, "urgences", fail="refused", schedule="0 3 * * *")
    with working(empty):
        until(lambda: runs(empty, "urgences"))
        time.sleep(6)
        (run,) = runs(empty, "urgences")
    assert (run.status, run.tries) == ("failed", 0)
    (line,) = state.audit_lines(state.engine(empty.home))
    assert (line.who, line.what, line.subject) == ("worker", "source", "urgences")
    assert "mot de passe expiré" in line.sentence


@pytest.mark.slow
def test_a_reading_that_asks_for_too_much_memory_falls_alone(empty: Installation) -> None:
    declare(empty.home, "urgences", memory=16_000)
    declare(empty.home, "naissances")
    with working(empty):
        until(lambda: empty.number and len(empty.rows()) == 30 and runs(empty, "urgences"))
        assert "mémoire insuffisante" in runs(empty, "urgences")[0].sentence


HL7 = """connector = "hl7"
schedule = "0 3 1 1 *"
stale_after = "36h"
listen = "127.0.0.1:{port}"
"""


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_source_that_is_pushed_to_is_listened_to_again_after_its_listener_dies(
    empty: Installation,
) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (empty.home.sources / "gam.toml").write_text(HL7.format(port=port), "utf-8")
    with working(empty):
        until(lambda: _answers(port))
        (pid,) = readers(empty, b"cockpit.connect.hl7.listener")
        os.kill(pid, signal.SIGKILL)
        until(lambda: not _answers(port))
        until(lambda: _answers(port), 30)
        assert readers(empty, b"cockpit.connect.hl7.listener") != [pid]
        (empty.home.sources / "gam.toml").unlink()
        until(lambda: not _answers(port), 30)
    assert readers(empty, b"cockpit.connect.hl7.listener") == []
