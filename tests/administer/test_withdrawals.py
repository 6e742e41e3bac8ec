"""Figures are taken back by a person: previewed, published, rebuilt the same, undone by going back.

urgences-1.csv   01/03/2026 UF 10: 5   01/03/2026 UF 20: 7   02/03/2026 UF 10: 6
"""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from cockpit.administer import sources
from cockpit.administer.generations import approve, rollback, waiting
from cockpit.administer.withdrawals import effect, withdraw
from cockpit.cli import app
from cockpit.errors import BadRequest
from cockpit.refresh import rebuild
from cockpit.warehouse.withdrawal import Withdrawal
from tests.administer.conftest import said
from tests.warehouse.installation import KEPT, SUMMED, URGENCES, Installation

TABLES = (
    KEPT,
    SUMMED,
    "FROM g.feed ORDER BY ALL",
    "SELECT * EXCLUDE batch_id FROM g.restatement ORDER BY ALL",
)
FIRST_DAY = Withdrawal("urgences", "ed_visits", date(2026, 3, 1), date(2026, 3, 1))


def tables(fed: Installation) -> list[object]:
    return [fed.rows(sql) for sql in TABLES]


def test_what_would_go_is_counted_by_measure_with_the_indicators_that_read_it(
    fed: Installation,
) -> None:
    found = effect(fed.generation(), FIRST_DAY)
    (one,) = found.given
    assert (one.measure, one.figures, one.first, one.last) == (
        "ed_visits",
        2,
        date(2026, 3, 1),
        date(2026, 3, 1),
    )
    assert "ed_visits" in {kpi.id for kpi in found.kpis}
    assert "absenteeism" not in {kpi.id for kpi in found.kpis}


def test_only_the_days_asked_for_go_and_a_rebuild_gives_the_same(fed: Installation) -> None:
    assert withdraw(fed.home, FIRST_DAY, "claire") == 2
    assert fed.visits() == {("10", "2026-03-02"): 6}
    assert (fed.total("GHT"), fed.total("E1", "work_accidents")) == (6, 6)
    assert said(fed.home)[-1] == (
        "claire",
        "source",
        "urgences",
        "Retrait : Passages aux urgences, depuis le 01/03/2026, jusqu'au 01/03/2026 : 2 chiffre(s).",
    )
    before = tables(fed)
    rebuild(fed.home)
    assert tables(fed) == before


def test_what_was_taken_back_stays_away_while_the_source_goes_on(fed: Installation) -> None:
    """Neither a reading of the same files nor a change of structure brings them back."""
    withdraw(fed.home, Withdrawal("urgences"), "claire")
    assert fed.visits() == {}
    assert not fed.refresh().published
    fed.structure(fed.home.structure.read_text("utf-8").replace("Chirurgie", "Chirurgie B"))
    fed.drop("urgences-2.csv", "03/03/2026;10;4")
    fed.refresh()
    assert fed.visits() == {("10", "2026-03-03"): 4}


def test_going_back_gives_them_again_and_holds_the_withdrawal(fed: Installation) -> None:
    number, before = fed.number, fed.rows()
    assert number is not None
    withdraw(fed.home, Withdrawal("urgences"), "claire")
    after = fed.rows()
    rollback(fed.home, number, "claire")
    assert fed.rows() == before
    (one,) = waiting(fed.home, "urgences")
    assert one.batch.file == "Retrait : toutes les mesures"
    approve(fed.home, "urgences", "claire")
    fed.refresh()
    assert fed.rows() == after


def test_a_source_that_takes_over_goes_in_once_the_old_figures_are_gone(
    fed: Installation,
) -> None:
    """The file of the source was removed, so that only a command names it any more."""
    sources.remove(fed.home, "urgences", "claire")
    sources.create_text(fed.home, "sau", URGENCES.replace("urgences-*", "sau-*"), "claire")
    (fed.home.drop / "sau-1.csv").write_text("jour;uf;passages\n01/03/2026;10;50\n", "utf-8")
    assert fed.refresh("sau").failed
    assert fed.visits()["10", "2026-03-01"] == 5
    withdraw(fed.home, Withdrawal("urgences", "ed_visits"), "claire")
    assert fed.visits() == {("10", "2026-03-01"): 50}


@pytest.mark.parametrize(
    "asked",
    [
        Withdrawal("personne"),
        Withdrawal("urgences", "inconnue"),
        Withdrawal("urgences", "work_accidents"),
        Withdrawal("urgences", "", date(2026, 3, 2), date(2026, 3, 1)),
        Withdrawal("urgences", "", date(2027, 1, 1)),
    ],
)
def test_what_names_no_figure_is_refused_and_nothing_moves(
    fed: Installation, asked: Withdrawal
) -> None:
    number = fed.number
    with pytest.raises(BadRequest):
        withdraw(fed.home, asked, "claire")
    assert (fed.number, said(fed.home)) == (number, [])


def test_the_command_says_what_would_go_and_does_it_only_when_told_to(
    fed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(fed.home.root))
    line = ["source", "withdraw", "urgences", "--measure", "ed_visits", "--to", "2026-03-01"]
    told = CliRunner().invoke(app, [*line, "--json"])
    answer = json.loads(told.stdout)
    assert (answer["withdrawn"], answer["measures"][0]["figures"]) == (False, 2)
    assert len(fed.visits()) == 3
    done = CliRunner().invoke(app, [*line, "--yes"])
    assert (done.exit_code, len(fed.visits())) == (0, 1)
    assert "2 chiffre(s) retirés" in done.stderr
