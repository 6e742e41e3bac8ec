"""What a scope finds in the inbox and may do there, on a small published hospital with its desk.

boarders  A  red       bed manager    beds
absence   B  amber     human resources workforce
expense   G  red       finance        finance
"""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit import state
from cockpit.access.scope import Scope
from cockpit.alerts.desk import inbox, keep
from cockpit.alerts.desk.life import Act, Deed
from cockpit.alerts.model import Alert, Severity
from cockpit.alerts.store import to_table
from cockpit.errors import BadRequest
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.settings import Home
from cockpit.views.context import scope_of
from cockpit.warehouse import update
from cockpit.warehouse.attach import Generation, Warehouse
from tests.support.hospital import Hospital

NOW = datetime(2026, 11, 21, 6, 0)


def alert(rule: str, unit: str, severity: Severity, domain: Domain, kpi: str) -> Alert:
    return Alert(
        rule=rule,
        kind="threshold",
        domain=domain,
        kpi=KpiId(kpi),
        unit=UnitId(unit),
        unit_label=f"Site {unit}",
        severity=severity,
        since=date(2026, 11, 18),
        as_of=date(2026, 11, 20),
        fired=date(2026, 11, 18),
        title_fr=f"{rule} · Site {unit} : 9",
        title_en=f"{rule} · Site {unit}: 9",
        body_fr="Au-dessus du seuil.",
        body_en="Above the level.",
        value=9.0,
        level=6.0,
        lever_fr="Ouvrir des lits tampons",
        owner_fr="Cellule des lits",
    )


BOARDERS = alert("boarders_now_level", "A", "red", Domain.BEDS, "boarders_now")
ABSENCE = alert("absence_rate_level", "B", "amber", Domain.WORKFORCE, "absence_rate")
EXPENSE = alert("eprd_variance_level", "G", "red", Domain.FINANCE, "eprd_variance")
EVERY = (BOARDERS, EXPENSE, ABSENCE)


def judged(hospital: Hospital, *alerts: Alert) -> Generation:
    """Publish these alerts, and note them in the desk."""
    home = hospital.home
    number = update.publish_alerts(home, to_table(alerts), NOW)
    keep.record(state.engine(home), number, NOW, alerts)
    return hospital.warehouse.generation()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published once; each test has its own copy."""
    made = Hospital(tmp_path_factory.mktemp("inbox") / "home")
    made.given("patients_0800  A1  2026-11-10..2026-11-20  9")
    judged(made, *EVERY)
    return made.home.root


@pytest.fixture
def made(template: Path, tmp_path: Path) -> Generation:
    shutil.copytree(template, tmp_path / "home")
    return Warehouse(Home(tmp_path / "home")).generation()


def role(made: Generation, name: str) -> Scope:
    return scope_of(made.units, name)


def ids(made: Generation) -> dict[str, int]:
    found = keep.open_episodes(state.engine(made.home))
    return {one.episode.rule: one.id for one in found}


def done(deed: Deed, **more: Any) -> Act:
    return Act(at=NOW, who="Mme Roy (bed_manager)", deed=deed, **more)


def stages(made: Generation, name: str, now: datetime = NOW) -> dict[str, str]:
    return {one.alert.rule: one.stage for one in inbox.inbox(made, role(made, name), now)}


def test_a_role_finds_only_the_alerts_of_its_families(made: Generation) -> None:
    assert set(stages(made, "director_ght")) == {one.rule for one in EVERY}
    assert set(stages(made, "daf")) == {EXPENSE.rule}
    assert set(stages(made, "director_B")) == {ABSENCE.rule}


def test_finance_cannot_acknowledge_an_alert_about_beds(made: Generation) -> None:
    beds = ids(made)[BOARDERS.rule]
    with pytest.raises(BadRequest):
        inbox.take(made, role(made, "daf"), [beds], done("acknowledge"))
    assert keep.log_of(state.engine(made.home), beds)[-1].what == "opened"


def test_one_alert_out_of_scope_refuses_the_whole_act(made: Generation) -> None:
    with pytest.raises(BadRequest):
        inbox.take(made, role(made, "daf"), ids(made).values(), done("acknowledge"))
    assert set(stages(made, "director_ght").values()) == {"firing"}


def test_a_site_cannot_act_on_the_alert_of_another(made: Generation) -> None:
    with pytest.raises(BadRequest):
        inbox.take(made, role(made, "director_B"), [ids(made)[BOARDERS.rule]], done("acknowledge"))


def test_who_acknowledged_when_and_how_many_comments_are_told(made: Generation) -> None:
    scope, beds = role(made, "bed_manager"), [ids(made)[BOARDERS.rule]]
    inbox.take(made, scope, beds, done("comment", reason="Vu\r\navec le SAU"))
    inbox.take(made, scope, beds, done("acknowledge"))
    (item,) = inbox.inbox(made, scope, NOW)
    assert (item.stage, item.who, item.remarks) == ("acknowledged", "Mme Roy (bed_manager)", 1)
    assert item.held is not None
    assert item.held.at == NOW
    log = keep.log_of(state.engine(made.home), beds[0])
    assert [one.reason for one in log if one.what == "comment"] == ["Vu avec le SAU"]


def test_a_snooze_ends_by_itself(made: Generation) -> None:
    until = NOW + timedelta(hours=2)
    act = done("snooze", until=until, reason="lits ouverts à 8 h")
    inbox.take(made, role(made, "bed_manager"), [ids(made)[BOARDERS.rule]], act)
    assert stages(made, "bed_manager") == {BOARDERS.rule: "snoozed"}
    assert stages(made, "bed_manager", until) == {BOARDERS.rule: "firing"}


def test_new_is_what_opened_after_the_last_visit_and_nobody_has(made: Generation) -> None:
    (item,) = inbox.inbox(made, role(made, "bed_manager"), NOW)
    assert item.is_new(NOW - timedelta(hours=1))
    assert not item.is_new(NOW)
    inbox.take(made, role(made, "bed_manager"), [ids(made)[BOARDERS.rule]], done("acknowledge"))
    (item,) = inbox.inbox(made, role(made, "bed_manager"), NOW)
    assert not item.is_new(NOW - timedelta(hours=1))


def test_what_ended_lately_is_found_by_those_who_could_see_it(made: Generation) -> None:
    keep.record(state.engine(made.home), 10_000, NOW + timedelta(hours=1), [EXPENSE, ABSENCE])
    now = NOW + timedelta(hours=2)
    over = inbox.ended(made, role(made, "bed_manager"), now)
    assert [one.episode.rule for one in over] == [BOARDERS.rule]
    assert inbox.ended(made, role(made, "daf"), now) == ()
    assert inbox.ended(made, role(made, "bed_manager"), now + timedelta(days=31)) == ()


def test_a_text_too_long_is_refused_and_nothing_is_written(made: Generation) -> None:
    with pytest.raises(BadRequest):
        inbox.take(
            made,
            role(made, "bed_manager"),
            [ids(made)[BOARDERS.rule]],
            done("comment", reason="a" * 501),
        )
    assert [one.remarks for one in inbox.inbox(made, role(made, "bed_manager"), NOW)] == [0]
