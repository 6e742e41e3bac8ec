"""A refused delivery stays said, and goes in by itself once nothing refuses it any more.

Two sources give visits, each day of a file being replaced whole:

    urgences-1.csv   01/03/2026 UF 10: 5   01/03/2026 UF 20: 7
    sau-1.csv        01/03/2026 UF 20: 8   02/03/2026 UF 20: 9      refused: UF 20 clashes
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit import i18n, state
from cockpit.administer import waiting
from cockpit.administer.sources import listed
from cockpit.refresh import RefreshReport, publish_landed, rebuild
from cockpit.settings import Home
from cockpit.warehouse import aside
from tests.warehouse.installation import KEPT, SUMMED, URGENCES, Installation

WHOLE_DAYS = URGENCES.replace("[mapping]\n", 'replace = "day"\n[mapping]\n')


def status(report: RefreshReport, source: str) -> str:
    return next(run.status for run in report.runs if run.source == source)


def drop(installation: Installation, name: str, *lines: str) -> None:
    (installation.home.drop / name).write_text("\n".join(("jour;uf;passages", *lines, "")), "utf-8")


def mend(installation: Installation) -> None:
    """The other source says again its first day, without UF 20."""
    drop(installation, "urgences-2.csv", "01/03/2026;10;5")


@pytest.fixture
def two(tmp_path: Path) -> Installation:
    made = Installation(
        Home(tmp_path),
        {"urgences": WHOLE_DAYS, "sau": WHOLE_DAYS.replace("urgences-*", "sau-*")},
    )
    drop(made, "urgences-1.csv", "01/03/2026;10;5", "01/03/2026;20;7")
    made.refresh()
    drop(made, "sau-1.csv", "01/03/2026;20;8", "02/03/2026;20;9")
    assert status(made.refresh(), "sau") == "failed"
    return made


def test_it_stays_said_until_the_other_source_is_mended_then_goes_in_by_itself(two):
    for _ in range(2):
        report = two.refresh()
        assert not report.published
        run = next(run for run in report.runs if run.source == "sau")
        assert (run.status, run.sentence.count("« urgences »")) == ("failed", 1)
        assert "Passages aux urgences" in run.sentence
        (kept, *_) = state.runs_of(state.engine(two.home), "sau")
        assert (kept.status, kept.sentence) == ("failed", run.sentence)
    mend(two)
    assert two.refresh().published
    assert two.visits() == {
        ("10", "2026-03-01"): 5,
        ("20", "2026-03-01"): 8,
        ("20", "2026-03-02"): 9,
    }
    (kept, *_) = state.runs_of(state.engine(two.home), "sau")
    assert (kept.status, kept.files, kept.accepted, kept.sentence) == ("ok", 1, 2, "")
    assert status(two.refresh(), "sau") == "unchanged"


def test_what_went_in_late_is_there_after_a_rebuild_too(two):
    mend(two)
    two.refresh()
    before = two.rows(KEPT), two.rows(SUMMED)
    rebuild(two.home)
    assert (two.rows(KEPT), two.rows(SUMMED)) == before
    assert not aside.refused(two.home.landing)


def test_what_goes_in_late_never_wins_over_what_its_source_said_since(two):
    """2 March became 4 in a file that nothing refused, while the first waited."""
    drop(two, "sau-2.csv", "02/03/2026;20;4")
    two.refresh()
    mend(two)
    two.refresh()
    assert two.visits()["20", "2026-03-01"] == 8
    assert two.visits()["20", "2026-03-02"] == 4
    before = two.rows(KEPT)
    assert not two.refresh().published
    rebuild(two.home)
    assert two.rows(KEPT) == before


def test_it_is_tried_again_only_when_what_it_was_judged_on_has_changed(two):
    two.refresh()
    number = two.number
    assert publish_landed(two.home)[0] is False
    assert two.number == number
    drop(two, "urgences-2.csv", "03/03/2026;10;1")
    two.refresh()
    (still,) = aside.refused(two.home.landing)
    assert still.landed.file == "drop/sau-1.csv"
    assert not two.refresh().published


def test_nine_files_refused_for_one_reason_are_said_once(two):
    for day in range(2, 10):
        drop(two, f"sau-{day}.csv", "01/03/2026;20;8", f"0{day}/04/2026;20;{day}")
    run = next(run for run in two.refresh().runs if run.source == "sau")
    assert "9 fichiers, dont « drop/sau-1.csv »" in run.sentence
    assert run.sentence.count("Passages aux urgences") == 1


def test_the_card_says_it_in_the_language_of_its_reader(two):
    with i18n.use("en"):
        (one,) = (one for one in listed(two.home) if one.name == "sau")
        (sentence,) = one.refusals
    assert "ED visits" in sentence
    assert "does not give already" in sentence


def test_a_preview_says_what_waits_refused(two):
    from cockpit.connect.config import load_source
    from cockpit.connect.structure import load_structure
    from cockpit.preview import preview

    config = load_source(two.home.sources / "sau.toml")
    (error,) = preview(two.home, config, load_structure(two.home.structure)).refusals
    assert "« urgences »" in error.sentence()


@pytest.mark.parametrize("how", ["file", "mapping"])
def test_a_source_that_is_mended_itself_is_not_held_to_what_it_said_before(two, how):
    """The file without the clashing line, or a mapping that leaves it out."""
    if how == "file":
        drop(two, "sau-1.csv", "02/03/2026;20;9")
    else:
        path = two.home.sources / "sau.toml"
        path.write_text(path.read_text("utf-8").replace("ed_visits", "ed_admissions"), "utf-8")
    assert status(two.refresh(), "sau") == "ok"
    assert not aside.refused(two.home.landing)


def test_a_person_may_send_it_away(two):
    waiting.discard(two.home, "sau", 2, "claire")
    assert status(two.refresh(), "sau") == "unchanged"
    mend(two)
    two.refresh()
    assert ("20", "2026-03-02") not in two.visits()


def test_a_stop_after_it_was_brought_back_loses_nothing(two):
    """What lies in landing is judged by the next refresh, as any delivery is."""
    (waiting_one,) = aside.refused(two.home.landing)
    aside.bring_back(two.home.landing, [waiting_one.landed])
    assert status(two.refresh(), "sau") == "failed"
    mend(two)
    two.refresh()
    assert two.visits()["20", "2026-03-02"] == 9
    assert not aside.refused(two.home.landing)
