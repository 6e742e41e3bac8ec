"""Everything the page does is a command, with the same file at the end."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from cockpit.administer import sources
from cockpit.cli import app
from cockpit.connect.config import load_source
from tests.administer.conftest import said
from tests.warehouse.installation import URGENCES, Installation

Cockpit = Callable[..., Any]


@pytest.fixture
def cockpit(fed: Installation, monkeypatch: pytest.MonkeyPatch) -> Cockpit:
    """Run a command on the installation; gives its status, answer and sentences."""
    monkeypatch.setenv("COCKPIT_HOME", str(fed.home.root))

    def run(*arguments: str, code: int = 0, given: str | None = None) -> Any:
        result = CliRunner().invoke(app, list(arguments), input=given)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments and not code else result.stderr

    return run


def test_a_source_is_added_field_by_field(cockpit: Cockpit, fed: Installation) -> None:
    answer = cockpit(
        *("source", "add", "sau", "connector=csv", "schedule=0 6 * * *", "stale_after=36h"),
        *("path=drop/sau-*.csv", "mapping.date.column=jour", "mapping.date.format=%d/%m/%Y"),
        *("mapping.unit.column=uf", 'mapping.measures."nb.passages"=ed_visits', "skip_lines=2"),
        "--json",
    )
    assert answer == {
        "source": "sau",
        "label": "sau",
        "connector": "csv",
        "schedule": "0 6 * * *",
        "paused": False,
    }
    config = load_source(fed.home.sources / "sau.toml")
    assert (list(config.mapping.measures), config.settings["skip_lines"]) == (["nb.passages"], 2)


def test_a_source_is_added_from_a_file_or_from_what_is_piped(
    cockpit: Cockpit, fed: Installation
) -> None:
    file = fed.home.root / "a.toml"
    file.write_text(URGENCES, "utf-8")
    cockpit("source", "add", "un", "--from", str(file))
    cockpit("source", "add", "deux", "--from", "-", given=URGENCES)
    assert sources.read_text(fed.home, "un") == sources.read_text(fed.home, "deux") == URGENCES
    assert "aucune source" in cockpit("source", "add", "un", "--from", str(file), code=2)
    assert "fichier lisible" in cockpit("source", "add", "x", "--from", "/nulle/part", code=2)


def test_a_command_and_the_page_change_the_same_file(cockpit: Cockpit, fed: Installation) -> None:
    cockpit("source", "set", "urgences", "owner=SAU", "time_limit=5m")
    values = tomllib.loads(sources.read_text(fed.home, "urgences"))
    assert (values["owner"], values["time_limit"]) == ("SAU", "5m")
    sources.save(fed.home, "urgences", {**values, "owner": "DIM"}, "page")
    cockpit("source", "set", "urgences", "time_limit=")
    config = load_source(fed.home.sources / "urgences.toml")
    assert (config.owner, config.time_limit.total_seconds()) == ("DIM", 600)


def test_what_is_wrong_is_one_sentence_and_changes_nothing(
    cockpit: Cockpit, fed: Installation
) -> None:
    before = sources.read_text(fed.home, "urgences")
    assert "schedule" in cockpit("source", "set", "urgences", "schedule=jamais", code=1)
    assert "champ=valeur" in cockpit("source", "set", "urgences", "owner", code=2)
    assert "--from" in cockpit("source", "set", "urgences", code=2)
    assert "path" in cockpit("source", "set", "urgences", "path.x=1", code=2)
    assert "source list" in cockpit("source", "set", "absente", "owner=x", code=2)
    assert "minuscules" in cockpit("source", "add", "../x", "connector=csv", code=2)
    assert sources.read_text(fed.home, "urgences") == before
    assert said(fed.home) == []


def test_a_source_is_paused_resumed_and_removed(cockpit: Cockpit, fed: Installation) -> None:
    assert cockpit("source", "pause", "urgences", "--json")["paused"] is True
    assert cockpit("source", "resume", "urgences", "--json")["paused"] is False
    aside = cockpit("source", "remove", "urgences", "--json")["file"]
    kept = (fed.home.root / aside).read_text("utf-8")
    assert tomllib.loads(kept) == tomllib.loads(URGENCES)
    assert [line[3] for line in said(fed.home)] == [
        "Source mise en pause.",
        "Source remise en service.",
        "Source retirée ; ses chiffres restent.",
    ]


def test_generations_are_listed_and_gone_back_to(cockpit: Cockpit, fed: Installation) -> None:
    good = cockpit("generation", "list", "--json")[0]["generation"]
    before = fed.visits()
    fed.drop("urgences-2.csv", "02/03/2026;10;6000")
    fed.refresh()
    found = cockpit("generation", "list", "--json")
    assert [row["current"] for row in found] == [True, False, False, False]
    made = cockpit("generation", "rollback", str(good), "--json")
    assert made == {"generation": found[0]["generation"] + 1, "copy_of": good}
    assert fed.visits() == before
    assert "GENERATION" in cockpit("generation", "rollback", "99", code=2)


def test_held_batches_are_listed_approved_and_discarded(
    cockpit: Cockpit, fed: Installation
) -> None:
    good = cockpit("generation", "list", "--json")[0]["generation"]
    fed.drop("urgences-2.csv", "02/03/2026;10;7")
    fed.drop("urgences-3.csv", "03/03/2026;10;8")
    fed.refresh()
    cockpit("generation", "rollback", str(good))
    rows = cockpit("source", "held", "urgences", "--json")
    assert [(row["seq"], row["file"]) for row in rows] == [
        (3, "drop/urgences-2.csv"),
        (4, "drop/urgences-3.csv"),
    ]
    assert all("retour à la génération" in row["why"] for row in rows)
    cockpit("source", "discard", "urgences", "3")
    assert cockpit("source", "approve", "urgences", "--json")["approved"] == 1
    fed.refresh()
    assert (fed.visits()["10", "2026-03-02"], fed.visits()["10", "2026-03-03"]) == (6, 8)
    assert "lot retenu" in cockpit("source", "approve", "urgences", code=2)


def test_units_are_listed_renamed_closed_and_merged(cockpit: Cockpit, fed: Installation) -> None:
    cockpit("structure", "rename", "20", "Urgences adultes")
    cockpit("structure", "close", "20", "2026-03-31")
    answer = cockpit(
        *("structure", "merge", "10", "11", "--into", "12", "--last-day", "2026-03-02"),
        *("--label", "Médecine-chirurgie", "--json"),
    )
    assert answer == {"into": "12", "merged": ["10", "11"], "valid_to": "2026-03-02"}
    found = {row["unit"]: row for row in cockpit("structure", "list", "--json")}
    assert (found["20"]["label"], found["20"]["valid_to"]) == ("Urgences adultes", "2026-03-31")
    assert (found["12"]["parent"], found["10"]["parent"]) == ("E1", "12")
    fed.refresh()
    assert fed.total("12") == 11
    assert "AAAA-MM-JJ" in cockpit("structure", "close", "20", "hier", code=2)
    assert "structure" in cockpit("structure", "rename", "99", "X", code=2)


def test_every_command_answers_as_a_table_too(cockpit: Cockpit) -> None:
    for command in (("generation", "list"), ("structure", "list"), ("source", "held", "urgences")):
        cockpit(*command)


def test_the_columns_and_the_codes_of_a_source_are_told_with_what_they_may_be(
    cockpit: Cockpit,
) -> None:
    assert cockpit("source", "columns", "urgences", "--json") == [
        {"column": "jour", "suggestion": "date"},
        {"column": "uf", "suggestion": "unit"},
        {"column": "passages", "suggestion": "ed_visits"},
    ]
    codes = cockpit("source", "columns", "urgences", "--codes", "uf", "--json")
    assert {"column": "uf", "code": "10", "suggestion": None} in codes
    assert "source list" in cockpit("source", "columns", "absente", code=2)


def test_the_measure_of_a_code_is_set_by_a_command(cockpit: Cockpit, fed: Installation) -> None:
    head, _, _ = URGENCES.partition("[mapping.measures]")
    long = head + 'value = { column = "passages" }\nmeasure = { column = "uf" }\n'
    (fed.home.sources / "urgences.toml").write_text(long, "utf-8")
    cockpit("source", "set", "urgences", 'mapping.measure.values."Lits 8 h"=beds_open')
    rule = load_source(fed.home.sources / "urgences.toml").mapping.measure
    assert rule is not None
    assert rule.values == {"Lits 8 h": "beds_open"}
