"""`cockpit forecast validate|override|switch|drift|decisions` on a published hospital."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cockpit.cli import app
from tests.forecast.overseen import published
from tests.support.hospital import Hospital

WHERE = ("ed_visits", "--unit", "A")
WHO = ("--by", "Dr Martin", "--reason", "Match au stade")


@pytest.fixture
def home(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Hospital:
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    return published(hospital)


def run(*words: str, status: int = 0) -> Any:
    """What the command answers in JSON; its sentence when it refuses."""
    done = CliRunner().invoke(app, ["forecast", *words])
    assert done.exit_code == status, done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.mark.usefixtures("home")
def test_each_decision_is_made_then_told_by_the_log() -> None:
    run("validate", *WHERE, *WHO, "--json")
    day = ("--day", "2026-11-24")
    assert run("override", *WHERE, *day, "--value", "150", *WHO, "--json")["value"] == 150
    run("override", *WHERE, *day, *WHO, "--json")
    run("switch", "ed_visits", "off", "--unit", "A", *WHO, "--json")
    assert [one["act"] for one in run("decisions", "--json")] == [
        "off",
        "withdraw",
        "override",
        "validate",
    ]
    shown = run("show", *WHERE, "--json")
    assert (shown["off"], shown["points"]) == (True, [])
    assert shown["refused"] == "Dr Martin : Match au stade"
    (line,) = run("drift", "--json")["series"]
    assert (line["kpi"], line["off"], line["validated_by"]) == ("ed_visits", True, "Dr Martin")


@pytest.mark.usefixtures("home")
def test_misuse_is_a_sentence_and_status_two() -> None:
    assert "jour" in run("override", *WHERE, "--day", "demain", *WHO, status=2)
    assert "on ou off" in run("switch", "ed_visits", "peut-être", "--unit", "A", *WHO, status=2)
    assert "prévision" in run("validate", "mco_stays", "--unit", "A", *WHO, status=2)
