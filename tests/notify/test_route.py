"""Who is told what, and when: nobody outside of their scope, ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.access.scope import Site, scopes
from cockpit.alerts.desk.keep import Happened, Kept
from cockpit.alerts.desk.life import Episode, Event
from cockpit.connect.structure import load_structure
from cockpit.kpi.model import Domain
from cockpit.notify import roster, route
from cockpit.notify.book import Book
from cockpit.notify.people import People, Person
from cockpit.notify.roster import Roster
from cockpit.notify.settings import Channels
from tests.support.mailroom import BOARDERS, STRUCTURE

NIGHT = datetime(2026, 11, 22, 1, 0)  # 02:00 in Paris
NOON = datetime(2026, 11, 22, 11, 0)
MORNING = datetime(2026, 11, 22, 6, 0)  # 07:00 in Paris


@cache
def units():
    path = Path(mkdtemp()) / "structure.csv"
    path.write_text(STRUCTURE, "utf-8")
    return load_structure(path)


def person(name: str, role: str, **more: object) -> Person:
    return Person(id=name, name=name, role=role, email=f"{name}@h.test", **more)


def book(*people: Person, duty: str = "") -> Book:
    sites = tuple(Site(one.id, one.label) for one in units().establishments())
    found = {one.role: one for one in scopes(tuple(one.id for one in units().roots()), sites)}
    shifts = roster.read(duty) if duty else Roster()
    return Book(People(people), shifts, Channels(), found, units())


def happened(
    what: str = "opened",
    *,
    severity: str = "red",
    unit: str = "A",
    domain: str = "beds",
    role: str = "bed_manager",
    at: datetime = NOON,
    number: int = 1,
    to: str = "",
) -> Happened:
    episode = Episode(
        rule=f"r{number}",
        unit=unit,
        opened_at=at,
        severity=severity,
        worst=severity,
        since=BOARDERS.since,
        as_of=BOARDERS.as_of,
    )
    kept = Kept(number, episode, "", "boarders_now", domain, role, "Site", "Titre", "Title")
    event = Event(at=at, who="chiffres", what=what, severity=severity, generation=3, to=to)
    return Happened(kept, event, BOARDERS if what in {"opened", "worse"} else None)


def told(_episode: int) -> set[tuple[str, str]]:
    return set()


def due(where: Book, *events: Happened) -> dict[str, datetime]:
    return {one.person: one.due for one in route.posts(events, where, told)}


DUTY = "from;to;person\n2026-11-20;2026-11-25;garde\n"


def test_an_amber_waits_for_the_morning_and_a_red_does_not_without_anybody_on_duty() -> None:
    where = book(person("lits", "bed_manager", quiet="22:00-07:00"))
    assert due(where, happened(severity="amber", at=NIGHT)) == {"lits": MORNING}
    assert due(where, happened(severity="amber", at=NOON)) == {"lits": NOON}
    assert due(where, happened(at=NIGHT)) == {"lits": NIGHT}


def test_a_red_wakes_who_is_on_duty_and_lets_the_others_sleep() -> None:
    quiet = {"quiet": "22:00-07:00"}
    where = book(
        person("lits", "bed_manager", **quiet), person("garde", "director_ght", **quiet), duty=DUTY
    )
    assert due(where, happened(at=NIGHT)) == {"lits": MORNING, "garde": NIGHT}
    assert due(where, happened(severity="amber", at=NIGHT)) == {"lits": MORNING}


def test_an_amber_rides_with_a_red_of_the_same_publish() -> None:
    where = book(person("lits", "bed_manager", quiet="22:00-07:00"))
    found = route.posts(
        [happened(at=NIGHT), happened(severity="amber", at=NIGHT, number=2)], where, told
    )
    assert [(one.due, len(one.lines)) for one in found] == [(NIGHT, 2)]


def test_what_is_for_the_direction_is_for_the_director_of_the_site_too() -> None:
    people = [person("dg", "director_ght"), person("a", "director_A"), person("b", "director_B")]
    assert set(due(book(*people), happened(role="director_ght"))) == {"dg", "a"}


def test_a_red_that_is_nobodys_goes_to_who_administers() -> None:
    where = book(person("dsi", "admin"), person("daf", "daf"))
    assert set(due(where, happened())) == {"dsi"}
    assert due(where, happened(severity="amber")) == {}


def test_an_assignment_is_told_to_who_gets_it() -> None:
    where = book(person("lits", "bed_manager"), person("dg", "director_ght"))
    assert set(due(where, happened("assign", to="dg"))) == {"dg"}


def test_what_gets_milder_or_comes_and_goes_is_told_to_nobody() -> None:
    where = book(person("lits", "bed_manager"))
    events = [happened(what) for what in ("milder", "recovering", "again", "comment", "snooze")]
    assert due(where, *events) == {}


ROLES = ("director_ght", "director_A", "director_B", "daf", "drh", "bed_manager", "admin")
events = st.builds(
    happened,
    st.sampled_from(["opened", "worse", "resolved", "assign", "milder", "recovering"]),
    severity=st.sampled_from(["amber", "red"]),
    unit=st.sampled_from(["G", "A", "B", "A1", "B1", "gone"]),
    domain=st.sampled_from([str(one) for one in Domain]),
    role=st.sampled_from((*ROLES, "")),
    at=st.integers(0, 96).map(lambda hours: NIGHT + timedelta(hours=hours)),
    number=st.integers(1, 4),
    to=st.sampled_from(["p0", "p1", "p2", ""]),
)
quiets = st.sampled_from(["", "22:00-07:00", "12:00-14:00"])
people = st.lists(st.tuples(st.sampled_from(ROLES), quiets), min_size=1, max_size=5)
shifts = st.lists(st.tuples(st.integers(18, 27), st.integers(0, 3), st.integers(0, 5)), max_size=4)


@settings(max_examples=150, deadline=None)
@given(people, shifts, st.lists(events, max_size=6), st.integers(1, 6))
def test_nobody_is_ever_told_of_what_they_may_not_see(who, duty, happening, step) -> None:
    text = "from;to;person\n" + "".join(
        f"2026-11-{day};2026-11-{min(day + more, 30)};p{name}\n" for day, more, name in duty
    )
    persons = [person(f"p{at}", role, quiet=quiet) for at, (role, quiet) in enumerate(who)]
    where = book(*persons, duty=text)
    everybody = lambda _episode: {(one.id, "email") for one in persons}  # noqa: E731
    found = list(route.posts(happening, where, everybody))
    for post in tuple(found):
        for line in post.lines:
            found += route.called(line, step, post.due, where)
    for post in found:
        reader = where.by_id[post.person]
        scope = where.scopes[reader.role]
        for line in post.lines:
            assert line.words.domain in scope.domains
            assert units().is_within(line.words.unit, scope.roots)
        assert len({line.key for line in post.lines}) == len(post.lines)
        if all(line.severity == "amber" for line in post.lines):
            assert reader.wakes_at(post.due) == post.due
