"""A real refresh, `generations/` emptied or restored, a refresh again: the desk goes on.

Site A is beyond the level of a rule of the hospital's own from the first file, site B from the
second; Claire Dupont is told of both by mail.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit import clock, judging, refresh, state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.notify import outbox
from cockpit.settings import Home
from tests.support import mailroom

RULE = """[[rule]]
id = "too_many_visits"
label_fr = "Trop de passages"
label_en = "Too many visits"
kpi = "ed_visits"
at = ["establishment"]
when = { kind = "level" }
levels = { amber = 500, red = 1000 }
role = "director_ght"
"""
SOURCE = """connector = "csv"
label = "Urgences"
schedule = "0 3 * * *"
path = "drop/urgences-*.csv"
stale_after = "900h"
[mapping]
date = { column = "jour", format = "%Y-%m-%d" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""
PEOPLE = mailroom.PEOPLE.partition("\n\n")[0]


def drop(home: Home, unit: str) -> None:
    day = clock.today() - timedelta(days=1)
    path = home.drop / f"urgences-{unit}.csv"
    path.write_text(f"jour;uf;passages\n{day:%Y-%m-%d};{unit};1500\n", "utf-8")


def publish(home: Home) -> int:
    refresh.refresh(home, forecasts=False)
    number, _at = keep.last_recorded(state.engine(home)) or (0, None)
    return number


def history(home: Home) -> list[tuple[str, str]]:
    engine = state.engine(home)
    return [
        (one.episode.unit, event.what)
        for one in keep.open_episodes(engine)
        for event in keep.log_of(engine, one.id)
    ]


def told(home: Home) -> int:
    """Lines in messages, sent or not."""
    with state.engine(home).connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notify_line").scalar_one())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Three generations; the alert of site A was acknowledged. The clock runs."""
    monkeypatch.delenv("COCKPIT_TODAY", raising=False)
    made = mailroom.make_home(tmp_path / "home", 25, people=PEOPLE)
    (made.root / "alerts.toml").write_text(RULE, "utf-8")
    (made.sources / "urgences.toml").write_text(SOURCE, "utf-8")
    drop(made, "A1")
    publish(made)
    refresh.alert_now(made)
    (one,) = keep.open_episodes(state.engine(made))
    keep.act(state.engine(made), one.id, Act(at=outbox.now(), who="claire", deed="acknowledge"))
    return made


def emptied(home: Home) -> None:
    shutil.rmtree(home.generations)


def test_after_generations_were_emptied_the_desk_goes_on_and_tells_nothing_twice(
    home: Home,
) -> None:
    before, known = history(home), told(home)
    assert before == [("A", "opened"), ("A", "acknowledge")]
    assert known == 1
    emptied(home)
    assert publish(home) < 3  # numbers started again, and the desk has noted them
    assert not judging.wants_judging(home)
    assert (history(home), told(home)) == (before, known)
    drop(home, "B1")
    publish(home)
    assert history(home) == [*before, ("B", "opened")]
    assert told(home) == known + 1


def test_after_an_older_folder_was_restored_the_desk_notes_what_is_shown(
    home: Home, tmp_path: Path
) -> None:
    """The folder as it was before site B rose; landing still has the file, and publishes it."""
    shutil.copytree(home.generations, tmp_path / "saved")
    drop(home, "B1")
    publish(home)
    refresh.alert_now(home)
    before, known = history(home), told(home)
    emptied(home)
    shutil.copytree(tmp_path / "saved", home.generations)
    assert judging.wants_judging(home)
    publish(home)
    assert not judging.wants_judging(home)
    assert (history(home), told(home)) == (before, known)


def test_what_was_expected_is_not_over_while_no_forecast_is_made_again(
    home: Home,
) -> None:
    """`generations/` held the past forecasts: without any, a rule about them cannot be judged."""
    engine = state.engine(home)
    expected = mailroom.alert(rule="ed_visits_forecast", kind="forecast")
    keep.record(engine, 900, outbox.now(), [expected])
    emptied(home)
    publish(home)
    assert "ed_visits_forecast" in {one.episode.rule for one in keep.open_episodes(engine)}


def test_what_grows_worse_under_a_number_already_used_is_told_again(home: Home) -> None:
    later = outbox.now() + timedelta(days=1)
    red, amber = mailroom.alert(role=""), mailroom.alert(role="", severity="amber")
    told_of = []
    for number, alert in enumerate((amber, red, amber, red)):
        mailroom.publish(home, 8 + number % 2, alert, at=later + timedelta(hours=number))
        told_of.append(told(home))
    assert told_of[1] < told_of[3] == told_of[2] + 1
