"""Going back publishes a copy, holds what came since, and nothing is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit import clock
from cockpit.administer.generations import approve, discard, published, rollback, waiting
from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.observations import Spool
from cockpit.errors import BadRequest, DiskFull
from cockpit.refresh import rebuild
from cockpit.warehouse import held, landing, publish
from tests.administer.conftest import said
from tests.warehouse.installation import SUMMED, Installation


def manifests(installation: Installation) -> list[str]:
    names = (path.name for path in installation.home.landing.glob("*/*-*"))
    return sorted(
        name.partition("-")[0] + Path(name).suffix for name in names if "parquet" not in name
    )


def figures(installation: Installation) -> tuple[object, object]:
    return installation.rows(), installation.rows(SUMMED)


def number(installation: Installation) -> int:
    assert installation.number is not None
    return installation.number


@pytest.fixture
def wrong(fed: Installation) -> tuple[Installation, int, object]:
    """A second delivery with an absurd figure; gives the number and the figures of before."""
    before = number(fed)
    good = figures(fed)
    fed.drop("urgences-2.csv", "02/03/2026;10;6000", "03/03/2026;10;8")
    fed.refresh()
    assert fed.visits()["10", "2026-03-02"] == 6000
    return fed, before, good


def test_the_list_says_what_each_generation_brought(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, _, _ = wrong
    found = published(fed.home)
    assert [one.number for one in found] == [4, 3, 2, 1]
    assert [one.current for one in found] == [True, False, False, False]
    assert [(one.added, one.withdrawn) for one in found] == [(0, 0), (1, 0), (0, 0), (None, None)]
    assert all(one.size_bytes > 0 for one in found)
    assert found[0].published_at <= clock.utc_naive(clock.now())


def test_going_back_gives_the_figures_of_then_under_a_new_number(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, before, good = wrong
    newest = number(fed)
    made = rollback(fed.home, before, "claire")
    assert made == newest + 1
    assert figures(fed) == good
    assert number(fed) >= made
    assert fed.generation().alerts_at is not None
    assert said(fed.home)[-1] == (
        "claire",
        "generation",
        str(before),
        f"Retour à la génération {before}, publiée sous le n° {made}. Lots retenus : urgences (1).",
    )


def test_the_next_refresh_does_not_put_the_wrong_figures_back_and_goes_on(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, before, good = wrong
    rollback(fed.home, before, "claire")
    assert not fed.refresh().published
    assert figures(fed) == good
    fed.drop("urgences-3.csv", "04/03/2026;10;9")
    fed.refresh()
    assert fed.visits()["10", "2026-03-04"] == 9
    assert ("10", "2026-03-03") not in fed.visits()
    kept = figures(fed)
    rebuild(fed.home)
    assert figures(fed) == kept


def test_nothing_is_deleted_and_no_number_is_given_twice(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, before, _ = wrong
    files = {path.name for path in fed.home.landing.glob("*/*.parquet")}
    rollback(fed.home, before, "claire")
    assert {path.name for path in fed.home.landing.glob("*/*.parquet")} == files
    assert manifests(fed) == ["000001.json", "000002.json", "000003.held", "000003.why"]
    fed.drop("urgences-3.csv", "04/03/2026;10;9")
    fed.refresh()
    assert manifests(fed)[-1] == "000004.json"


def test_a_held_batch_waits_with_its_reason(wrong: tuple[Installation, int, object]) -> None:
    fed, before, _ = wrong
    rollback(fed.home, before, "claire")
    (one,) = waiting(fed.home, "urgences")
    assert (one.batch.file, one.batch.seq) == ("drop/urgences-2.csv", 3)
    assert one.why == f"Retenu par le retour à la génération {before}."
    assert waiting(fed.home, "paie") == ()


def test_what_is_approved_is_published_by_the_next_refresh(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, before, _ = wrong
    bad = figures(fed)
    rollback(fed.home, before, "claire")
    assert approve(fed.home, "urgences", "jean") == 1
    assert waiting(fed.home) == ()
    assert fed.refresh().published
    assert figures(fed) == bad
    assert said(fed.home)[-1] == ("jean", "delivery", "urgences", "Lot n° 3 accepté.")


def test_what_is_approved_late_never_wins_over_a_newer_delivery(
    wrong: tuple[Installation, int, object],
) -> None:
    """The held file says 6000 for 2 March; meanwhile the source said 7."""
    fed, before, _ = wrong
    rollback(fed.home, before, "claire")
    fed.drop("urgences-3.csv", "02/03/2026;10;7")
    fed.refresh()
    approve(fed.home, "urgences", "jean", 3)
    fed.refresh()
    assert fed.visits()["10", "2026-03-02"] == 7
    assert fed.visits()["10", "2026-03-03"] == 8
    kept = figures(fed)
    rebuild(fed.home)
    assert figures(fed) == kept


def test_what_is_discarded_never_comes_back(wrong: tuple[Installation, int, object]) -> None:
    """Not by a refresh, a rebuild, nor a change of structure that reads refused files again."""
    fed, before, good = wrong
    rollback(fed.home, before, "claire")
    discard(fed.home, "urgences", 3, "jean")
    assert said(fed.home)[-1] == ("jean", "delivery", "urgences", "Lot n° 3 écarté.")
    fed.refresh()
    rebuild(fed.home)
    assert figures(fed) == good
    structure = fed.home.structure.read_text("utf-8").replace("Chirurgie", "Chirurgie viscérale")
    fed.structure(structure)
    fed.refresh()
    assert fed.visits()["10", "2026-03-02"] == 6
    with pytest.raises(BadRequest):
        approve(fed.home, "urgences", "jean")


def test_a_held_delivery_is_not_read_again_though_lines_of_it_were_refused(
    fed: Installation,
) -> None:
    """One line of an unknown unit: a change of structure would read it again were it not held."""
    before = number(fed)
    fed.drop("urgences-2.csv", "02/03/2026;10;6000", "03/03/2026;77;8")
    fed.refresh()
    rollback(fed.home, before, "claire")
    fed.structure(fed.home.structure.read_text("utf-8") + "77;E2;uf;UHCD\n")
    fed.refresh()
    assert fed.visits()["10", "2026-03-02"] == 6
    approve(fed.home, "urgences", "jean")
    fed.refresh()
    assert fed.visits()["10", "2026-03-02"] == 6000
    fed.refresh()
    assert fed.visits()["77", "2026-03-03"] == 8


def test_going_forward_again_lets_in_what_it_has(wrong: tuple[Installation, int, object]) -> None:
    fed, before, _ = wrong
    bad, newest = figures(fed), number(fed)
    rollback(fed.home, before, "claire")
    discard(fed.home, "urgences", 3, "claire")
    rollback(fed.home, newest, "jean")
    assert figures(fed) == bad
    assert held.held(fed.home.landing) == ()
    rebuild(fed.home)
    assert figures(fed) == bad


def test_a_number_that_is_not_kept_or_is_the_current_one_is_refused(
    wrong: tuple[Installation, int, object],
) -> None:
    fed, before, _ = wrong
    bad = figures(fed)
    for wanted in (0, 99, -1, number(fed)):
        with pytest.raises(BadRequest, match="GENERATION"):
            rollback(fed.home, wanted, "claire")
    (fed.home.generations / f"gen-{before:06d}.duckdb").write_bytes(b"abime")
    with pytest.raises(BadRequest, match="GENERATION"):
        rollback(fed.home, before, "claire")
    assert before not in [one.number for one in published(fed.home)]
    assert figures(fed) == bad
    assert said(fed.home) == []


def test_a_disk_that_fills_up_leaves_everything_as_it_was(
    wrong: tuple[Installation, int, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file cannot be flushed after the batches were set aside: they come back."""
    fed, before, _ = wrong
    bad, files = figures(fed), manifests(fed)

    def full(building: Path, path: Path) -> None:
        assert any(name.endswith(".held") for name in manifests(fed))
        raise DiskFull(free_mb=0, needed_mb=1)

    monkeypatch.setattr(publish, "_reveal", full)
    with pytest.raises(DiskFull):
        rollback(fed.home, before, "claire")
    monkeypatch.undo()
    assert manifests(fed) == files
    assert not fed.refresh().published
    assert figures(fed) == bad


def test_the_source_goes_on_after_a_held_batch(fed: Installation) -> None:
    """A cursor that went back would deliver the held figures again under the same number."""
    batch = Batch(
        source="urgences",
        file="lecture 2",
        source_hash="abc",
        received_at=clock.utc_naive(clock.now()),
        replace="rows",
        lines=0,
        observations=Spool.of(ROWS.empty_table()),
        quarantine=QUARANTINE.empty_table(),
        cursor="s:2026-03-04",
    )
    folder = fed.home.landing
    newest = landing.land(folder, batch, landing.landed(folder), structure_hash="une")
    for keep_back in (held.hold, held.discard):
        keep_back(newest)
        past = landing.before(folder, "urgences", "une autre")
        assert past.cursor == "s:2026-03-04"
        assert "abc" in past.hashes
        assert newest not in landing.landed(folder)


_KILLED = """
import os, signal, sys
from cockpit import settings
from cockpit.administer import generations
from cockpit.warehouse import publish
publish._reveal = lambda building, path: os.kill(os.getpid(), signal.SIGKILL)
generations.rollback(settings.home(), int(sys.argv[1]), "claire")
"""


def test_a_rollback_killed_halfway_is_done_by_asking_again(
    wrong: tuple[Installation, int, object],
) -> None:
    """Killed after the batches were set aside, before anybody could see the copy."""
    fed, before, good = wrong
    bad = figures(fed)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(before)], env=fed.environment(), check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert any(name.endswith(".held") for name in manifests(fed))
    assert not fed.refresh().published
    assert figures(fed) == bad
    rollback(fed.home, before, "claire")
    assert figures(fed) == good
    approve(fed.home, "urgences", "claire")
    fed.refresh()
    assert figures(fed) == bad
