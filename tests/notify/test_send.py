"""Stored messages reach a real SMTP server: at least once, and when it is down nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.notify import outbox
from cockpit.notify.send import Passed, send_due
from cockpit.settings import Home
from cockpit.state.notify_models import NotifyMessage as Row
from tests.connectors import certificates
from tests.support.mailroom import Mailbox, alert, free_port, make_home, publish, serving, text_of


def states(home: Home) -> list[tuple[str, str]]:
    return sorted((one.person, one.state) for one in outbox.listed(state.engine(home)))


def set_all(home: Home, **values: object) -> None:
    """Time passes: the moments of the messages are moved instead of the clock."""
    with Session(state.engine(home)) as session, session.begin():
        session.execute(update(Row).values(**values))


def test_an_alert_reaches_who_owns_it_in_one_mail(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert("A"), alert("B", severity="amber"))
    assert send_due(home) == Passed(sent=1)
    (letter,) = box.letters
    assert box.to() == ["lits@hopital.test"]
    assert letter["Subject"] == "Cockpit : 1 alerte, 1 vigilance"
    text = text_of(letter)
    assert "En attente de lit · Site A : 7" in text
    assert "indicateur?as=bed_manager&kpi=boarders_now&unit=A&period=day" in text
    assert send_due(home) == Passed()


def test_a_storm_of_thirty_is_one_mail_with_thirty_lines(home: Home, box: Mailbox) -> None:
    storm = [alert(rule=f"rule_{at:02}", title_fr=f"Règle n° {at:02}") for at in range(30)]
    publish(home, 1, *storm)
    assert send_due(home).sent == 1
    text = text_of(box.letters[0])
    assert sum(f"Règle n° {at:02}" in text for at in range(30)) == 30
    assert text.count("Ouvrir des lits tampon") == 5


def test_the_end_is_told_only_to_who_was_told_the_beginning(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert("A"))
    send_due(home)
    people = (home.root / "people.toml").read_text("utf-8")
    (home.root / "people.toml").write_text(
        people + '[[person]]\nid = "new"\nname = "N"\nemail = "new@hopital.test"\n'
        'role = "bed_manager"\n',
        "utf-8",
    )
    publish(home, 2)
    send_due(home)
    assert box.to() == ["lits@hopital.test"] * 2
    assert box.letters[1]["Subject"] == "Cockpit : 1 terminée"


def test_a_server_down_for_hours_loses_nothing(home: Home, port: int) -> None:
    publish(home, 1, alert("A"))
    for _hour in range(6):
        assert send_due(home).postponed == 1
        set_all(home, next_at=None)
    publish(home, 2, alert("A"), alert("B"))  # rides with what never left
    with serving(port, Mailbox()) as box:
        assert send_due(home).sent == 1
    assert box.letters[0]["Subject"] == "Cockpit : 2 alertes"


def test_a_failure_waits_longer_and_longer(home: Home) -> None:
    publish(home, 1, alert("A"))
    assert send_due(home).postponed == 1
    assert send_due(home) == Passed()  # not before its time
    pauses = []
    for _again in range(9):
        before = outbox.now()
        set_all(home, next_at=None)
        send_due(home)
        with Session(state.engine(home)) as session:
            row = session.query(Row).one()
            pauses.append(round((row.next_at - before).total_seconds()))
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(900, abs=2)


def test_when_a_channel_is_back_nobody_waits_for_their_own_time(home: Home, port: int) -> None:
    for number in range(3):
        publish(home, number + 1, *[alert("A"), alert("B", rule="r2")][: number + 1])
    publish(home, 9, alert("A"), alert("A", rule="f", role="daf", domain="finance"))
    send_due(home)
    set_all(home, tries=1, next_at=outbox.now() + timedelta(minutes=10))
    with Session(state.engine(home)) as session, session.begin():
        session.execute(update(Row).where(Row.person == "lits").values(next_at=None))
    with serving(port, Mailbox()) as box:
        assert send_due(home).sent == 1
        assert send_due(home).sent == 1
    assert box.to() == ["daf@hopital.test", "lits@hopital.test"]


def test_a_connection_cut_in_the_middle_is_one_more_try_with_the_same_id(
    home: Home, port: int
) -> None:
    with serving(port, Mailbox(drop=1)) as box:
        publish(home, 1, alert("A"))
        assert send_due(home).postponed == 1
        set_all(home, next_at=None)
        assert send_due(home).sent == 1
    assert list(box.copies.values()) == [1]


def test_what_was_handed_over_once_takes_no_more_lines(home: Home, port: int) -> None:
    with serving(port, Mailbox(drop=1)) as box:
        publish(home, 1, alert("A"))
        send_due(home)
        publish(home, 2, alert("A"), alert("B"))
        set_all(home, next_at=None)
        assert send_due(home).sent == 2
    assert [one["Subject"] for one in box.letters] == ["Cockpit : 1 alerte"] * 2
    assert len(box.copies) == 2


def test_a_mailbox_that_does_not_exist_is_not_tried_again(home: Home, port: int) -> None:
    with serving(port, Mailbox(deny={"lits@hopital.test": "550 no such user"})):
        publish(home, 1, alert("A"))
        assert send_due(home).failed == 1
        assert send_due(home) == Passed()
    assert states(home) == [("lits", "failed")]


def test_a_busy_server_is_asked_again_and_the_others_still_get_theirs(
    home: Home, port: int
) -> None:
    with serving(port, Mailbox(deny={"daf@hopital.test": "451 later"})) as box:
        publish(home, 1, alert("A"), alert(rule="f", role="daf", domain="finance"))
        done = send_due(home)
    assert (done.sent, done.postponed) == (1, 1)
    assert box.to() == ["lits@hopital.test"]


def test_a_restored_backup_sends_nothing_old(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert("A"), at=outbox.now() - timedelta(hours=25))
    assert send_due(home) == Passed(expired=1)
    assert box.envelopes == []
    assert states(home) == [("lits", "expired")]


def test_a_message_that_left_an_unknown_way_leaves_again(home: Home, box: Mailbox) -> None:
    """Its sender died between the two writings: `handing` is all that is known."""
    publish(home, 1, alert("A"))
    set_all(home, state="handing", doubts=1)
    assert send_due(home).sent == 1


def test_who_lost_the_right_to_see_is_not_written_to(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert("A"))
    people = (home.root / "people.toml").read_text("utf-8")
    (home.root / "people.toml").write_text(people.replace("bed_manager", "drh"), "utf-8")
    assert send_due(home).failed == 1
    assert box.envelopes == []


def test_a_people_file_that_breaks_leaves_its_last_good_version(home: Home, box: Mailbox) -> None:
    publish(home, 1, alert("A"))
    (home.root / "people.toml").write_text("ceci n'est pas du TOML", "utf-8")
    publish(home, 2, alert("A"), alert("B"))
    assert send_due(home).sent == 1
    assert box.letters[0]["Subject"] == "Cockpit : 2 alertes"


def test_a_red_without_answer_goes_on_to_the_next_until_somebody_answers(
    home: Home, box: Mailbox
) -> None:
    now = outbox.now()
    day = timedelta(days=1)
    (home.root / "astreinte.csv").write_text(
        "from;to;person;deputy\n"
        f"{(now - day).date()};{(now + day).date()};lits;dir.a\n"
        f"{(now + 2 * day).date()};{(now + 3 * day).date()};dg;\n",
        "utf-8",
    )
    publish(home, 1, alert("A"), at=now - timedelta(minutes=31))
    send_due(home)
    assert box.to() == ["dir.a@hopital.test", "lits@hopital.test"]
    assert "Sans réponse" in text_of(box.letters[1])
    (kept,) = keep.open_episodes(state.engine(home))
    keep.act(state.engine(home), kept.id, Act(at=now, who="Alain Un", deed="acknowledge"))
    set_lines_older(home, 60)
    send_due(home)
    assert len(box.envelopes) == 2


def test_the_roster_goes_on_step_by_step(home: Home, box: Mailbox) -> None:
    now = outbox.now()
    day = timedelta(days=1)
    (home.root / "astreinte.csv").write_text(
        "from;to;person\n"
        f"{(now - 2 * day).date()};{(now + day).date()};lits\n"
        f"{(now + 2 * day).date()};{(now + 3 * day).date()};dir.b\n"
        f"{(now + 4 * day).date()};{(now + 5 * day).date()};dg\n",
        "utf-8",
    )
    publish(home, 1, alert("A"), at=now - timedelta(minutes=31))
    send_due(home)
    assert box.to() == ["dg@hopital.test", "lits@hopital.test"]  # dir.b does not see site A


def set_lines_older(home: Home, minutes: int) -> None:
    from cockpit.state.notify_models import NotifyLine

    with Session(state.engine(home)) as session, session.begin():
        for row in session.query(NotifyLine):
            row.at -= timedelta(minutes=minutes)


def test_one_pass_at_a_time(home: Home, box: Mailbox) -> None:
    from cockpit.locks import locked

    publish(home, 1, alert("A"))
    with locked(home.root / "notify.lock", 0.0):
        assert send_due(home) == Passed(busy=True)
    assert box.envelopes == []


def test_a_worker_that_lost_its_lease_sends_nothing(home: Home, box: Mailbox) -> None:
    def lost() -> None:
        raise RuntimeError

    publish(home, 1, alert("A"))
    with pytest.raises(RuntimeError):
        send_due(home, fence=lost)
    assert box.envelopes == []


def test_a_home_where_nobody_worked_stays_empty(tmp_path: Path) -> None:
    assert send_due(Home(tmp_path / "none")) == Passed()
    assert not (tmp_path / "none").exists()


def test_a_server_outside_of_the_list_is_never_called(home: Home, box: Mailbox) -> None:
    (home.root / "cockpit.toml").write_text("[network]\nallow = []\n", "utf-8")
    publish(home, 1, alert("A"))
    assert send_due(Home(home.root)).postponed == 1
    assert "network" in outbox.listed(state.engine(home))[0].reason
    assert box.envelopes == []


def test_starttls_and_a_password_of_the_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aiosmtpd.smtp import AuthResult, LoginPassword

    seen: list[bytes] = []

    def check(_server: object, _session: object, _envelope: object, _how: str, given: object):
        assert isinstance(given, LoginPassword)
        seen.append(given.password)
        return AuthResult(success=given.password == b"mot de passe")

    by, port = certificates.authority(tmp_path), free_port()
    home = make_home(
        tmp_path / "home",
        port,
        mail='login = "cockpit"\npassword = "env:SMTP_PASSWORD"\nca_file = "ca.pem"\n',
    )
    channels = (home.root / "channels.toml").read_text("utf-8")
    (home.root / "channels.toml").write_text(channels.replace("127.0.0.1", "localhost"), "utf-8")
    (home.root / "ca.pem").write_bytes(by.pem)
    monkeypatch.setenv("SMTP_PASSWORD", "mot de passe")
    tls = certificates.server_tls(tmp_path, by, "localhost")
    with serving(port, Mailbox(), tls, authenticator=check, auth_required=True) as box:
        publish(home, 1, alert("A"))
        assert send_due(home).sent == 1
    assert seen == [b"mot de passe"]
    assert len(box.envelopes) == 1
