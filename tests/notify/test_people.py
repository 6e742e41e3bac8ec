"""`people.toml` and `astreinte.csv`: one clear sentence per mistake, the rest stands."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cockpit.notify import people, roster, settings
from cockpit.notify.settings import Channels

GOOD = '[[person]]\nid = "a"\nname = "A"\nrole = "daf"\nemail = "a@h.test"\n'
OTHER = '[[person]]\nid = "b"\nname = "B"\nrole = "daf"\nemail = "b@h.test"\n'
ROLES = ("daf", "drh")


def read(text: str, **more: object) -> people.People:
    return people.read(text, ROLES, Channels(), **more)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ('email = "a@h.test\\r\\nBcc: x@y.test"', "a (n° 1).email"),
        ('email = "not an address"', "a (n° 1).email"),
        ('email = "a@h.test"\nphone = "06 12 34"\nred = ["sms"]', "a (n° 1).red"),
        ('email = "a@h.test"\nquiet = "22h-7h"', "a (n° 1).quiet"),
        ('email = "a@h.test"\ndigest = 24', "a (n° 1).digest"),
        ('email = "a@h.test"\nlanguage = "de"', "a (n° 1).language"),
        ('email = "a@h.test"\nwhatever = 1', "a (n° 1).whatever"),
        ('phone = "+33612345678"', "a (n° 1).email"),
    ],
)
def test_a_bad_entry_is_named_and_leaves_the_others(change: str, field: str) -> None:
    found = read(GOOD.replace('email = "a@h.test"', change) + OTHER)
    assert [one.id for one in found.people] == ["b"]
    assert [one.facts["field"] for one in found.errors] == [field]
    assert "people.toml" in found.errors[0].sentence()


def test_an_unknown_role_is_refused() -> None:
    assert read(GOOD.replace("daf", "chef")).errors[0].facts["field"] == "a (n° 1).role"


def test_the_last_good_version_of_a_bad_entry_stands() -> None:
    found = read(GOOD.replace("a@h.test", "@@") + OTHER, good=GOOD)
    assert [one.email for one in found.people] == ["a@h.test", "b@h.test"]
    assert len(found.errors) == 1


def test_no_toml_at_all_leaves_the_last_good_file() -> None:
    found = read("{{{", good=GOOD)
    assert [one.id for one in found.people] == ["a"]
    assert len(found.errors) == 1


@pytest.mark.parametrize(
    ("at", "wakes"),
    [
        ("2026-11-22T01:00", "2026-11-22T06:00"),  # 02:00 in Paris -> 07:00
        ("2026-11-22T21:30", "2026-11-23T06:00"),  # 22:30
        ("2026-11-22T06:00", "2026-11-22T06:00"),  # 07:00: over
        ("2026-11-22T20:59", "2026-11-22T20:59"),  # 21:59: not yet
        ("2026-03-28T23:00", "2026-03-29T05:00"),  # the hour changes in the night
    ],
)
def test_quiet_hours_are_those_of_paris(at: str, wakes: str) -> None:
    (one,) = read(GOOD + 'quiet = "22:00-07:00"\n').people
    assert one.wakes_at(datetime.fromisoformat(at)) == datetime.fromisoformat(wakes)


def test_a_faulty_channel_leaves_the_others() -> None:
    found = settings.read(
        '[mail]\nhost = "m"\nport = 0\n[[webhook]]\nid = "w"\nurl = "https://h.test/x"\n'
        '[[webhook]]\nid = "v"\nurl = "ftp://h"\n[[gateway]]\nid = "s"\nurl = "ovh://compte"\n'
    )
    assert list(found.named) == ["w"]
    assert [one.facts["field"] for one in found.errors] == [
        "mail.port",
        "webhook n° 2.url",
        "gateway n° 1.url",  # an account is a secret, never written in the file
    ]


class TestRoster:
    """20-22 cdupont (deputy jmartin), hole on 23, then 24 zola, 24 from 18:00 to 20:00 nana."""

    text = (
        "from;to;person;deputy\n"
        "2026-11-20;2026-11-22;cdupont;jmartin\n"
        "24/11/2026;24/11/2026;zola;\n"
        "2026-11-24T18:00;2026-11-24T20:00;nana;\n"
    )

    def who(self, at: str) -> str:
        shift = roster.read(self.text).at(datetime.fromisoformat(at))
        return shift.person if shift else ""

    def test_days_are_whole_and_those_of_paris(self) -> None:
        assert self.who("2026-11-19T22:59") == ""
        assert self.who("2026-11-19T23:00") == "cdupont"
        assert self.who("2026-11-22T22:59") == "cdupont"
        assert self.who("2026-11-22T23:00") == ""

    def test_the_later_line_holds_where_two_overlap(self) -> None:
        assert [self.who(f"2026-11-24T{hour}:00") for hour in (16, 17, 19)] == [
            "zola", "nana", "zola",
        ]  # fmt: skip

    def test_gaps_overlaps_and_unknown_people_are_said(self) -> None:
        said = roster.read(self.text).remarks({"cdupont", "zola", "nana"})
        assert said == (
            "Personne d'astreinte du 23/11/2026 00:00 au 24/11/2026 00:00.",
            "« zola » et « nana » à la fois le 24/11/2026 18:00 : « nana » l'emporte.",
            "« jmartin » n'est pas dans people.toml : personne ne sera joint.",
        )

    def test_the_ladder_is_the_duty_the_deputy_then_who_comes_next(self) -> None:
        found = roster.read(self.text)
        noon = datetime(2026, 11, 21, 11)
        assert found.ladder(noon) == ("cdupont", "jmartin", "zola", "nana")
        assert found.ladder(noon + timedelta(days=2)) == ("", "zola", "nana")

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ("hier;2026-11-22;a;", "from"),
            ("2026-11-22;2026-11-21;a;", "to"),
            ("2026-11-22;2026-11-23;;", "person"),
            ("2026-11-22;2026-11-23;a;b;c;d", "person"),
            ("2026-11-22T10:00+00:00;2026-11-23;a;", "from"),
        ],
    )
    def test_a_bad_line_is_named_and_leaves_the_others(self, line: str, field: str) -> None:
        found = roster.read(self.text + line + "\n")
        assert len(found.shifts) == 3
        assert [(one.facts["line"], one.facts["field"]) for one in found.errors] == [(5, field)]

    def test_a_file_without_its_columns_is_refused(self) -> None:
        assert roster.read("qui;quand\n").errors[0].facts["line"] == 1
