"""What a late source keeps from being judged stays in the list, under that source, and counts once.

Source `lits`, promised within 36 hours, delivers until 21 November: 12 boarders at site A (red from
10) and 7 at site B (amber from 6). Nothing comes afterwards; on the 25th it is late.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from cockpit import judging, state
from cockpit.alerts.desk import inbox, keep
from cockpit.alerts.desk.life import Act
from cockpit.settings import Home
from cockpit.warehouse.attach import Warehouse
from tests.support.hospital import UNITS, Hospital

NOW = datetime(2026, 11, 25, 7)
RULE = "boarders_now_level"


def hospital_of(home: Home) -> Hospital:
    return Hospital(home.root)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Judged on the 22nd; each test has its own copy."""
    made = Hospital(tmp_path_factory.mktemp("waiting") / "home")
    lines = [
        "unit;parent;level;label",
        *(f"{u.id};{u.parent or ''};{u.level};{u.label}" for u in UNITS),
    ]
    made.home.structure.write_text("\n".join((*lines, "")), "utf-8")
    made.describe("lits")
    made.describe("urgences")
    made.deliver(
        "boarders_0800 A1 2026-11-10..2026-11-21 12\nboarders_0800 B1 2026-11-10..2026-11-21 7",
        source="lits",
    )
    made.deliver(
        "ed_visits A1 2026-11-10..2026-11-21 50\ned_visits B1 2026-11-10..2026-11-21 50",
        source="urgences",
    )
    made.publish()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", "2026-11-22")
        judging.judge(made.home)
    state.engine(made.home).dispose()
    return made.home.root


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    shutil.copytree(template, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def stopped(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Three days later; the red of site A was acknowledged before."""
    (red,) = [one for one in opened(home) if one.episode.unit == "A"]
    act = Act(at=datetime(2026, 11, 22, 8), who="Mme Roy", deed="acknowledge")
    keep.act(state.engine(home), red.id, act)
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-25")
    judging.judge(home)
    return home


def opened(home: Home) -> list[keep.Kept]:
    return [one for one in keep.open_episodes(state.engine(home)) if one.episode.rule == RULE]


def seen(home: Home, role: str = "director_ght") -> tuple[inbox.Item, ...]:
    return inbox.inbox(Warehouse(home).generation(), hospital_of(home).scope(role), NOW)


def test_while_the_source_delivers_nothing_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    found = seen(home)
    assert {item.alert.unit for item in found if item.alert.rule == RULE} == {"A", "B"}
    assert all(item.is_judged and not item.waiting for item in found)


def test_what_nobody_has_waits_under_its_source_and_says_since_when(stopped: Home) -> None:
    (source,) = [item for item in seen(stopped) if item.waiting]
    (held,) = source.waiting
    assert source.alert.facet == "lits"
    assert (held.alert.rule, held.alert.unit, held.stage) == (RULE, "B", "firing")
    assert held.alert.body_fr == "Non rejugée depuis le 21 novembre\u00a0: source en retard."
    assert held.kept is not None  # so that it can be taken in hand


def test_what_somebody_has_stays_where_it_was(stopped: Home) -> None:
    (held,) = [item for item in seen(stopped) if not item.is_judged]
    assert (held.alert.unit, held.stage, held.who) == ("A", "acknowledged", "Mme Roy")
    assert "source en retard" in held.alert.body_fr


def test_each_stopped_source_is_exactly_one_alert(stopped: Home) -> None:
    """Two of them, which feed the same units: two alerts on the list, two episodes."""
    judged = [item.alert for item in seen(stopped) if item.is_judged]
    assert {(one.rule, one.facet) for one in judged} == {
        ("source_late", "lits"),
        ("source_late", "urgences"),
    }
    assert len(judged) == 2
    late = [
        one
        for one in keep.open_episodes(state.engine(stopped))
        if one.episode.rule == "source_late"
    ]
    assert {one.facet for one in late} == {"lits", "urgences"}


def test_a_site_finds_only_its_own(stopped: Home) -> None:
    found = [item for item in inbox.each(seen(stopped, "director_B")) if not item.is_judged]
    assert [item.alert.unit for item in found] == ["B"]


def test_a_role_of_another_family_finds_nothing_that_waits(stopped: Home) -> None:
    assert all(item.is_judged for item in inbox.each(seen(stopped, "daf")))


def test_once_the_source_delivers_again_nothing_waits(
    stopped: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = hospital_of(stopped)
    hospital.describe("lits")
    hospital.deliver(
        "boarders_0800 A1 2026-11-22..2026-11-24 12\nboarders_0800 B1 2026-11-22..2026-11-24 1",
        source="lits",
    )
    hospital.publish()
    judging.judge(stopped)
    found = [item for item in inbox.each(seen(stopped)) if item.alert.rule == RULE]
    assert [(item.alert.unit, item.is_judged) for item in found] == [("A", True)]
