"""FHIR R4 against a real HTTP server: figures worked by hand, and nothing of a patient outside."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cockpit.clock import PARIS
from cockpit.connect import registry
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked, Delivery
from cockpit.connect.deliver import batches
from cockpit.connect.fhir import beds as fhir_beds
from cockpit.connect.fhir import reports as fhir_reports
from cockpit.connect.fhir.ids import Seen
from cockpit.connect.fhir.lines import COLUMNS
from cockpit.connect.fhir.movements import Movements
from cockpit.connect.fhir.stays import LeftOut, Stay, part_of, stay_of
from cockpit.connect.fhir.units import Directory
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, SourceRefused
from tests.connectors.reading import Reading, home_allowing, rows_of
from tests.connectors.sample_fhir import BEDS, UF, bed, ward
from tests.connectors.servers.fhir import FhirServer, of_bundles
from tests.connectors.servers.http import Reply, Server, as_json, serving

SYNTHEA = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir_synthea"
MEDPLUM = Path(__file__).resolve().parents[2] / ".venv" / "medplum"
SHIM = Path(__file__).parent / "servers" / "medplum.mjs"
CANARY = "CANARI"

Figures = dict[tuple[str, str, str], str]
Start = Callable[..., tuple[FhirServer, Reading]]


@pytest.fixture
def start(tmp_path: Path, monkeypatch) -> Iterator[Start]:
    """Starts a server of these resources; the day is frozen (07:30 in Paris) when one is given."""
    with ExitStack() as running:

        def started(resources: list[dict[str, Any]], mode: str, today: str = "", **more: object):
            answer = FhirServer(resources)
            server = running.enter_context(serving(answer))
            answer.root = server.url("").removesuffix("/")
            if today:
                monkeypatch.setenv("COCKPIT_TODAY", today)
            home = home_allowing(tmp_path, server.place)
            given = {"base_url": server.url("/fhir"), "mode": mode, "unit_system": UF}
            return answer, Reading("fhir", home, {**given, **more})

        yield started


def _figures(reading: Reading, **more: object) -> Figures:
    """{(day, unit, measure): value}; a key said twice would be an error."""
    rows = reading.rows(*COLUMNS[:3], "valeur", **more)
    assert len({row[:3] for row in rows}) == len(rows)
    return {row[:3]: row[3] for row in rows}


def stay(own: str, start: str, end: str | None, *places: object, **more: object) -> dict[str, Any]:
    """An Encounter. places: "w10", or ("w20", since)."""
    locations = []
    for place in places:
        where, since = place if isinstance(place, tuple) else (place, None)
        locations.append(
            {"location": {"reference": f"Location/{where}"}}
            | ({"period": {"start": since}} if since else {})
        )
    period = {"start": start} | ({"end": end} if end else {})
    return {
        "resourceType": "Encounter", "id": own, "class": {"code": "IMP"}, "period": period,
        "status": "finished" if end else "in-progress", "location": locations, **more,
    }  # fmt: skip


def _out(code: str) -> dict[str, Any]:
    return {"hospitalization": {"dischargeDisposition": {"coding": [{"code": code}]}}}


# --- Encounters --------------------------------------------------------------------------------

STAYS = [
    ward("w10", "10"), ward("w20", "20"), ward("urg", "30"),
    stay("a", "2026-03-02T10:00:00+01:00", "2026-03-04T11:59:00+01:00", "w10", **_out("home")),
    stay("b", "2026-03-01T22:30:00Z", None, ("w10", "2026-03-01T23:30:00+01:00"),
         ("w20", "2026-03-03T08:00:00+01:00")),
    stay("c", "2026-02-20T09:00:00+01:00", "2026-03-03T23:59:00+01:00", "w20", **_out("exp")),
    stay("d", "2026-03-03T23:00:00Z", None, "w10"),
    stay("u", "2026-03-03T14:00:00+01:00", "2026-03-03T15:00:00+01:00", "urg",
         **{"class": {"code": "EMER"}}),
    stay("v", "2026-03-03T15:00:00+01:00", None, "urg", **{"class": {"code": "EMER"}}),
]  # fmt: skip


class TestCensus:
    """Three complete days, 2 to 4 March 2026, read on 5 March at 07:30.

    a: in 10 from 2 March 10:00 to 4 March 11:59, goes home
    b: in 10 from 1 March 23:30 (Paris), in 20 from 3 March 08:00, still there
    c: in 20 since February, dies on 3 March at 23:59
    d: in 10 from 4 March 00:00 (Paris), still there
    u: urgences 3 March 14:00-15:00; v: since 3 March 15:00

                        10: 2  3  4      20: 2  3  4
    patients at 23:59       2  1  1          1  1  1     c left at 23:59: no longer there
    patients at 08:00       1  1  2          1  2  1     a is in 10 on 3 and 4; b moved at 08:00
    """

    def read(self, start: Start, **more: object) -> Figures:
        _, reading = start(STAYS, "encounters", "2026-03-05", days=3)
        return _figures(reading, **more)

    def days(self, found: Figures, unit: str, measure: str) -> list[str]:
        return [found.get((f"2026-03-{day:02}", unit, measure), "") for day in (2, 3, 4, 5)]

    def test_patients_at_midnight_and_in_the_morning(self, start: Start) -> None:
        found = self.read(start)
        assert self.days(found, "10", "patients_midnight") == ["2", "1", "1", ""]
        assert self.days(found, "20", "patients_midnight") == ["1", "1", "1", ""]
        assert self.days(found, "10", "patients_0800") == ["1", "1", "2", ""]
        assert self.days(found, "20", "patients_0800") == ["1", "2", "1", ""]

    def test_arrivals_and_exits(self, start: Start) -> None:
        found = self.read(start)
        assert self.days(found, "10", "arrivees") == ["1", "0", "1", ""]
        assert self.days(found, "20", "arrivees") == ["0", "0", "0", ""]
        assert self.days(found, "10", "bed_exits") == ["0", "0", "1", ""]
        assert self.days(found, "20", "bed_exits") == ["0", "1", "0", ""]
        assert self.days(found, "10", "exits_eligible") == ["0", "0", "1", ""]
        assert self.days(found, "20", "exits_eligible") == ["0", "0", "0", ""]  # a death
        assert self.days(found, "10", "exits_before_noon") == ["0", "0", "1", ""]

    def test_emergency_visits(self, start: Start) -> None:
        """At 15:00 u has just left and v has just come: one is there, and is still."""
        found = self.read(start)
        assert self.days(found, "30", "ed_visits") == ["0", "2", "0", ""]
        assert self.days(found, "30", "ed_present_15h") == ["0", "1", "1", ""]
        assert ("2026-03-03", "10", "ed_visits") not in found

    def test_the_morning_of_today_counts_once_it_is_past(self, start: Start, monkeypatch) -> None:
        monkeypatch.setattr(
            "cockpit.clock.now", lambda: datetime(2026, 3, 5, 8, 0, 1, tzinfo=PARIS)
        )
        found = self.read(start)
        assert self.days(found, "10", "patients_0800") == ["1", "1", "2", "1"]
        assert self.days(found, "10", "patients_midnight")[3] == ""

    def test_pages_of_one_say_the_same(self, start: Start) -> None:
        _, reading = start(STAYS, "encounters", "2026-03-05", days=3)
        assert _figures(reading, page_size=1) == _figures(reading)

    def test_visits_counted_by_the_server_are_the_same_and_none_is_read(self, start: Start) -> None:
        answer, reading = start(STAYS, "encounters", "2026-03-05", days=3)
        found = _figures(reading, ed_unit="30")
        assert self.days(found, "30", "ed_visits") == ["0", "2", "0", ""]
        assert answer.counts == 4
        _figures(reading, ed_unit="30", classes=["EMER"])
        assert (answer.counts, answer.pages) == (8, 2)  # only the first reading read pages

    def test_the_default_mapping_makes_observations_of_measures_only(self, start: Start) -> None:
        _, reading = start(STAYS, "encounters", "2026-03-05", days=3)
        home = reading.home
        home.structure.write_text(
            "unit;parent;level;label\n10;;service;A\n20;;service;B\n30;;service;C\n", "utf-8"
        )
        text = "".join(f"{key} = {json.dumps(v)}\n" for key, v in reading.settings.items())
        path = home.sources / "fhir.toml"
        head = 'connector = "fhir"\nschedule = "0 8 * * *"\nstale_after = "2d"\n'
        path.write_text(head + text, "utf-8")
        config = load_source(path)
        (batch,) = batches(home, config, frozenset(), load_structure(home.structure))
        assert isinstance(batch, Batch), batch
        assert (batch.refused_lines, batch.replace) == (0, "day")
        total = Counter(row["measure"] for row in batch.rows.to_pylist())
        assert set(total) == {
            "patients_midnight", "patients_0800", "bed_exits", "exits_eligible",
            "exits_before_noon", "ed_visits", "ed_present_15h",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("today", "day", "hours"), [("2026-03-30", "2026-03-29", 23), ("2026-10-26", "2026-10-25", 25)]
)
def test_a_day_of_paris_is_cut_on_its_wall_clock(start, today: str, day: str, hours: int) -> None:
    """The clock changes in the night: one patient per hour of the day, each staying one hour."""
    first = int(datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=PARIS).timestamp())
    instants = [datetime.fromtimestamp(first + 3600 * n, PARIS) for n in range(-1, hours + 1)]
    stays = [
        stay(f"s{n}", at.isoformat(), datetime.fromtimestamp(at.timestamp() + 3600, PARIS).isoformat(), "w10")
        for n, at in enumerate(instants)
    ]  # fmt: skip
    _, reading = start([ward("w10", "10"), *stays], "encounters", today, days=1)
    found = _figures(reading)
    assert found[(day, "10", "arrivees")] == str(hours)
    assert found[(day, "10", "patients_0800")] == "1"
    assert found[(day, "10", "patients_midnight")] == "1"
    assert {key[0] for key in found} == {day}


LEFT_OUT = {
    "period.start": stay("x", "2026-03-02", None, "w10"),
    "period.end": stay("x", "2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", "w10"),
    "location.location": stay("x", "2026-03-02T10:00:00Z", None, "nowhere"),
    "location": stay("x", "2026-03-02T10:00:00Z", None),
    "location.period.start": stay("x", "2026-03-02T10:00:00Z", None, "w10", "w20"),
}


@pytest.mark.parametrize("field", LEFT_OUT)
def test_a_stay_that_cannot_be_counted_is_quarantined_alone(start: Start, field: str) -> None:
    good = stay("a", "2026-03-02T10:00:00Z", None, "w10")
    _, reading = start([ward("w10", "10"), LEFT_OUT[field], good], "encounters", "2026-03-05")
    (delivery,) = reading.deliveries(*COLUMNS)
    refused = [row for part in delivery.parts for row in part.refused.to_pylist()]
    assert [(row["line"], row["column"]) for row in refused] == [(1, field)]
    assert ("2026-03-04", "10", "patients_midnight", "1") in rows_of(
        delivery, (*COLUMNS[:3], "valeur")
    )


def test_a_finished_stay_without_end_is_not_present_for_ever(start: Start) -> None:
    never = stay("x", "2026-03-02T10:00:00Z", None, "w10", status="finished")
    _, reading = start([ward("w10", "10"), never], "encounters", "2026-03-05")
    (delivery,) = reading.deliveries(*COLUMNS)
    assert rows_of(delivery, COLUMNS) == []


@pytest.mark.parametrize(
    "other", [{"status": "cancelled"}, {"status": "planned"}, {"status": "entered-in-error"},
              {"partOf": {"reference": "Encounter/a"}}, {"class": {"code": "VR"}}, {"id": "a"}],
)  # fmt: skip
def test_what_is_no_stay_counts_nothing(start: Start, other: dict[str, Any]) -> None:
    """Planned, cancelled, a movement of a stay already counted, virtual, the same one again."""
    good = stay("a", "2026-03-02T10:00:00Z", None, "w10")
    again = {**stay("x", "2026-03-02T10:00:00Z", None, "w10"), **other}
    _, reading = start([ward("w10", "10"), good, again], "encounters", "2026-03-05", page_size=1)
    if other == {"id": "a"}:  # fewer resources than announced: pages moved under the reading
        assert "Bundle.total" in reading.refusal(*COLUMNS).sentence()
    else:
        assert _figures(reading)[("2026-03-04", "10", "patients_midnight")] == "1"


def test_an_instant_at_the_ends_of_the_calendar_stops_nothing(start: Start) -> None:
    """9999 is what many write for "no end"; year 1 is a date that nobody filled in."""
    far = stay("a", "2026-03-02T10:00:00Z", "9999-12-31T23:59:59Z", "w10")
    old = stay("b", "0001-01-01T00:00:00+05:00", "2026-03-04T10:00:00Z", "w10")
    _, reading = start([ward("w10", "10"), far, old], "encounters", "2026-03-05", days=1)
    found = _figures(reading)
    assert found["2026-03-04", "10", "patients_midnight"] == "1"
    assert found["2026-03-04", "10", "bed_exits"] == "0"
    (delivery,) = reading.deliveries(*COLUMNS)
    refused = [row for part in delivery.parts for row in part.refused.to_pylist()]
    assert [(row["line"], row["column"]) for row in refused] == [(2, "period.start")]


def test_exits_whose_way_out_is_not_coded_are_not_called_eligible(start: Start) -> None:
    home = stay("a", "2026-03-02T10:00:00Z", "2026-03-03T09:00:00Z", "w10", **_out("home"))
    unknown = stay("b", "2026-03-02T10:00:00Z", "2026-03-03T09:00:00Z", "w10")
    _, reading = start([ward("w10", "10"), home, unknown], "encounters", "2026-03-05")
    found = _figures(reading)
    assert found[("2026-03-03", "10", "bed_exits")] == "2"
    assert ("2026-03-03", "10", "exits_eligible") not in found
    assert found[("2026-03-04", "10", "exits_eligible")] == "0"


# --- Movements: Encounters that are part of another one ----------------------------------------


def movement(own: str, start: str, end: str | None, *places: object, **more: object) -> Any:
    """An Encounter that is part of the stay `s`."""
    return stay(own, start, end, *places, partOf={"reference": "Encounter/s"}, **more)


def _whole(*places: object, **more: object) -> dict[str, Any]:
    return stay("s", "2026-03-02T09:00:00+01:00", "2026-03-04T11:00:00+01:00", *places,
                **{**_out("home"), **more})  # fmt: skip


def _at(place: str) -> dict[str, Any]:
    return {"location": [{"location": {"reference": f"Location/{place}"}}]}


M1 = movement("m1", "2026-03-02T09:00:00+01:00", "2026-03-03T10:00:00+01:00", "w10")
M2 = movement("m2", "2026-03-03T10:00:00+01:00", "2026-03-04T11:00:00+01:00", "w20", **_out("home"))
FINER = {**M2, "id": "m3", "partOf": {"reference": "Encounter/m2"}}
ELSEWHERE = {**M2, "partOf": {"reference": "https://h.local/fhir/Encounter/s/_history/2"}}
WARDS = [ward("w10", "10"), ward("w20", "20"), ward("site", "E1")]
MOVED = (("w10", "2026-03-02T09:00:00+01:00"), ("w20", "2026-03-03T10:00:00+01:00"))
TREES = {
    "no place of its own": [_whole(), M1, M2],
    "a place of its own": [_whole("site"), M1, M2],
    "a place that nobody knows": [_whole("nowhere"), M1, M2],
    "movements first": [M2, M1, _whole()],
    "movements of movements": [FINER, {**M2, **_at("site")}, M1, _whole("site")],
    "a stay of another class": [M2, M1, _whole(**{"class": {"code": "HH"}})],
    "a whole address": [_whole(), M1, ELSEWHERE],
    "a cancelled movement": [_whole(), M1, M2,
                             {**M2, "id": "m4", "status": "cancelled", **_at("site")}],
    "one Encounter": [_whole(*MOVED)],
}  # fmt: skip


class TestMovements:
    """One patient: in 10 from 2 March 09:00, in 20 from 3 March 10:00, home on 4 March at 11:00.

    However the server tells it, he is one stay: in 10 at midnight of the 2nd, in 20 at midnight of
    the 3rd, one arrival, one exit.
    """

    @pytest.mark.parametrize("tree", TREES)
    def test_are_one_stay_with_its_finest_places(self, start: Start, tree: str) -> None:
        _, reading = start([*WARDS, *TREES[tree]], "encounters", "2026-03-05", days=3)
        (delivery,) = reading.deliveries(*COLUMNS)
        assert [row for part in delivery.parts for row in part.refused.to_pylist()] == []
        assert {key: value for key, value in _figures(reading).items() if value != "0"} == {
            ("2026-03-02", "10", "arrivees"): "1",
            ("2026-03-02", "10", "patients_midnight"): "1",
            ("2026-03-03", "10", "patients_0800"): "1",
            ("2026-03-03", "20", "patients_midnight"): "1",
            ("2026-03-04", "20", "patients_0800"): "1",
            ("2026-03-04", "20", "bed_exits"): "1",
            ("2026-03-04", "20", "exits_eligible"): "1",
            ("2026-03-04", "20", "exits_before_noon"): "1",
        }

    def test_an_emergency_visit_of_an_inpatient_is_a_visit(self, start: Start) -> None:
        visit = movement("u", "2026-03-02T09:00:00+01:00", "2026-03-02T16:00:00+01:00", "w20",
                         **{"class": {"code": "EMER"}})  # fmt: skip
        _, reading = start([*WARDS, _whole("w10"), visit], "encounters", "2026-03-05", days=3)
        found = {key: value for key, value in _figures(reading).items() if value != "0"}
        assert found["2026-03-02", "20", "ed_visits"] == "1"
        assert found["2026-03-02", "20", "ed_present_15h"] == "1"
        assert found["2026-03-02", "10", "patients_midnight"] == "1"
        assert [key for key in found if key[2] == "arrivees"] == [("2026-03-02", "10", "arrivees")]

    def test_of_a_cancelled_stay_count_nothing(self, start: Start) -> None:
        other = stay("b", "2026-03-02T10:00:00+01:00", None, "w20")
        given = [*WARDS, _whole("w10", status="cancelled"), M1, other]
        _, reading = start(given, "encounters", "2026-03-05", days=3)
        assert {unit for _, unit, _ in _figures(reading)} == {"20"}

    @pytest.mark.parametrize(
        ("bad", "field"),
        [({"partOf": {"identifier": {"value": CANARY}}}, "partOf"),
         ({"partOf": {"reference": "Encounter/m1"}}, "partOf"),
         (_at("nowhere"), "location.location")],
        ids=["no stay", "round", "nowhere"],
    )  # fmt: skip
    def test_that_cannot_be_placed_are_said_and_their_stay_counts(
        self, start: Start, bad: dict[str, Any], field: str
    ) -> None:
        given = [*WARDS, _whole("site"), {**M1, **bad}]
        _, reading = start(given, "encounters", "2026-03-05", days=3)
        (delivery,) = reading.deliveries(*COLUMNS)
        refused = [row for part in delivery.parts for row in part.refused.to_pylist()]
        assert [(row["line"], row["column"]) for row in refused] == [(2, field)]
        assert CANARY not in repr(refused)
        assert _figures(reading)["2026-03-03", "E1", "patients_midnight"] == "1"


def test_encounters_wait_on_disk_until_all_were_read() -> None:
    """Of 4,000 Encounters, a stay and its three movements each time, nothing but counts grows."""
    start = datetime(2026, 3, 1, tzinfo=UTC)

    def stays() -> Iterator[tuple[str, str | None, Stay]]:
        for n in range(4000):
            begun, own = start + timedelta(minutes=n), f"{n - n % 4}-{n:030}"
            above = None if n % 4 == 0 else f"{n - n % 4}-{n - n % 4:030}"
            yield own, above, Stay("IMP", begun, begun + timedelta(hours=2), ((begun, "10"),), None)

    seen, found = Seen(), Movements()
    tracemalloc.start()
    try:
        for rank, (own, above, one) in enumerate(stays()):
            assert seen.is_new(own)
            found.add(own, rank, above, one)
        kept = tracemalloc.get_traced_memory()[0]
        trees = sum(isinstance(tree, Stay) for _, tree in found.stays())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert trees == 1000
    assert kept < 4000 * 10  # 800 bytes each when they waited in memory
    assert peak < 4000 * 50


def test_an_id_of_half_a_character_is_an_id_like_another() -> None:
    seen = Seen()
    assert [seen.is_new(own) for own in ("\ud800", "a", "\ud800", "b")] == [True, True, False, True]


# --- Which unit --------------------------------------------------------------------------------


def _organization(own: str, code: str, above: str = "") -> dict[str, Any]:
    identifier = [{"system": UF, "value": code}] if code else []
    part = {"partOf": {"reference": f"Organization/{above}"}} if above else {}
    return {"resourceType": "Organization", "id": own, "identifier": identifier, **part}


PLACE = {"resourceType": "Location", "id": "p", "identifier": [{"system": UF, "value": "LIEU"}],
         "managingOrganization": {"reference": "Organization/uf"}}  # fmt: skip


@pytest.mark.parametrize(
    ("unit_from", "more", "unit"),
    [
        ("location", {}, "LIEU"),
        ("managingOrganization", {}, "77"),
        ("serviceProvider", {"serviceProvider": {"reference": "Organization/part"}}, "77"),
        ("serviceProvider", {"serviceProvider": {"identifier": {"system": UF, "value": "88"}}}, "88"),
        ("serviceProvider",
         {"serviceProvider": {"reference": f"Organization?identifier={UF}|99"}}, "99"),
        ("serviceProvider",
         {"serviceProvider": {"reference": "http://x.local/fhir/Organization/uf/_history/2"}}, "77"),
    ],
)  # fmt: skip
def test_the_unit_is_that_of_the_place_or_of_the_organisation(start, unit_from, more, unit) -> None:
    resources = [PLACE, _organization("uf", "77"), _organization("part", "", "uf"),
                 stay("a", "2026-03-02T10:00:00Z", None, "p", **more)]  # fmt: skip
    _, reading = start(resources, "encounters", "2026-03-05", unit_from=unit_from)
    assert {key[1] for key in _figures(reading)} == {unit}


def test_places_that_turn_in_circles_lead_to_no_unit(start: Start) -> None:
    circle = [
        {"resourceType": "Location", "id": a, "partOf": {"reference": f"Location/{b}"}}
        for a, b in (("x", "y"), ("y", "x"))
    ]
    _, reading = start([*circle, bed("b", "x", "O"), *BEDS], "locations")
    (delivery,) = reading.deliveries(*COLUMNS)
    refused = [row for part in delivery.parts for row in part.refused.to_pylist()]
    assert [row["column"] for row in refused] == ["partOf"]


# --- Beds --------------------------------------------------------------------------------------


def test_beds_are_counted_by_parent_unit_and_state(start: Start) -> None:
    """Ward 10: one occupied, one free (in a room), one closed. Ward 20: one occupied, one
    suspended (closed), one gone for good (not counted)."""
    more = [bed("b5", "w20", "O", "suspended"), bed("b6", "w20", "O", "inactive")]
    _, reading = start([*BEDS, *more], "locations", "2026-03-05", page_size=2)
    found = _figures(reading)
    day = "2026-03-05"
    assert {key[1:]: value for key, value in found.items() if not key[2].startswith("lits_")} == {
        ("10", "beds_installed"): "3", ("10", "beds_open"): "2", ("10", "beds_closed"): "1",
        ("20", "beds_installed"): "2", ("20", "beds_open"): "1", ("20", "beds_closed"): "1",
    }  # fmt: skip
    assert [found[(day, "10", f"lits_{state}")] for state in "CHIKOU"] == list("100011")


def test_a_reading_at_eight_is_that_of_eight(start: Start, monkeypatch) -> None:
    monkeypatch.setattr("cockpit.clock.now", lambda: datetime(2026, 3, 5, 8, 59, tzinfo=PARIS))
    _, reading = start(BEDS, "locations")
    found = _figures(reading)
    assert found[("2026-03-05", "10", "beds_open_0800")] == "2"
    assert found[("2026-03-05", "10", "beds_available_0800")] == "1"


@pytest.mark.parametrize("state", ["", "X", None, 3])
def test_a_bed_of_no_known_state_is_left_out_and_said_so(start: Start, state: object) -> None:
    odd = {**bed("b9", "w10", ""), "operationalStatus": {"code": state}}
    _, reading = start([*BEDS, odd], "locations")
    (delivery,) = reading.deliveries(*COLUMNS)
    refused = [row["column"] for part in delivery.parts for row in part.refused.to_pylist()]
    assert refused == ["operationalStatus"]


# --- MeasureReports ----------------------------------------------------------------------------


def _report(**more: object) -> dict[str, Any]:
    group = {
        "population": [
            {"code": {"coding": [{"code": "numerator"}]}, "count": 368},
            {"code": {"text": "denominator"}, "count": 402},
        ],
        "measureScore": {"value": 0.915, "unit": "1"},
    }
    return {
        "resourceType": "MeasureReport", "id": "m1", "status": "complete", "type": "summary",
        "measure": "http://x.local/Measure/bed-occupancy|1.0", "group": [group],
        "period": {"start": "2026-03-01", "end": "2026-03-01"},
        "reporter": {"identifier": {"system": UF, "value": "10"}}, **more,
    }  # fmt: skip


def test_reports_give_numerator_denominator_and_score(start: Start) -> None:
    _, reading = start([_report()], "measure_reports", "2026-03-05")
    assert _figures(reading) == {
        ("2026-03-01", "10", "bed-occupancy.numerator"): "368",
        ("2026-03-01", "10", "bed-occupancy.denominator"): "402",
        ("2026-03-01", "10", "bed-occupancy.score"): "0.915",
    }


@pytest.mark.parametrize(
    "other", [{"type": "individual", "subject": {"reference": "Patient/p1"}}, {"status": "error"},
              {"type": "subject-list"}, {"status": "pending"}],
)  # fmt: skip
def test_reports_about_one_patient_or_not_over_are_not_read(start, other: dict[str, Any]) -> None:
    _, reading = start([_report(), _report(id="m2", **other)], "measure_reports", "2026-03-05")
    assert len(_figures(reading)) == 3


@pytest.mark.parametrize(
    ("field", "other"),
    [("period.start", {"period": {"start": "2026"}}), ("measure", {"measure": "un texte libre"}),
     ("reporter", {"reporter": {"display": CANARY}}),
     ("group.population", {"group": [{"population": [{"code": {"text": CANARY}, "count": 1}]}]}),
     ("group.population",
      {"group": [{"population": [{"code": {"text": "numerator"}, "count": CANARY}]}]}),
     ("group.code", {"group": [{"code": {"text": CANARY}}, {}]})],
)  # fmt: skip
def test_a_report_that_says_free_text_is_left_out(start, field: str, other: dict[str, Any]) -> None:
    _, reading = start([_report(period={"start": "2026-03-02"}, **other) if field != "period.start"
                        else _report(**other)], "measure_reports")  # fmt: skip
    reading.settings["days"] = 400
    (delivery,) = reading.deliveries(*COLUMNS)
    parts = list(delivery.parts)
    assert {row["column"] for part in parts for row in part.refused.to_pylist()} == {field}
    assert CANARY not in repr([part.table.to_pylist() for part in parts])


def _concept(code: str) -> dict[str, Any]:
    return {"coding": [{"code": code, "display": CANARY}], "text": CANARY}


def _by(stratifier: str, **counts: object) -> dict[str, Any]:
    """A stratifier and its strata: {code: numerator}."""
    strata = [
        {"value": _concept(code), "population": [{"code": _concept("numerator"), "count": count}]}
        for code, count in counts.items()
    ]
    return {"code": [_concept(stratifier)], "stratum": strata}


def _by_age(**more: object) -> dict[str, Any]:
    """368 passages: 300 adults, 68 of 75 and more; 200 of them in 10 and 168 in 20."""
    report = _report(**more)
    (group,) = report["group"]
    ages, units = _by("age", **{"18-74": 300, "75+": 68}), _by("uf", **{"10": 200, "20": 168})
    return {**report, "group": [{**group, "stratifier": [ages, units]}]}


def _with_facets(reading: Reading, *, nature: str) -> dict[tuple[str, ...], str]:
    rows = reading.rows("uf", "mesure", "decoupage", "nature", "valeur")
    return {row[:3]: row[4] for row in rows if row[3] == nature}


def test_strata_are_facets_and_their_total_a_detail(start: Start) -> None:
    _, reading = start([_by_age()], "measure_reports", "2026-03-05", strata={"age": "facet"})
    assert _with_facets(reading, nature="mesure") == {
        ("10", "bed-occupancy.numerator", "18-74"): "300",
        ("10", "bed-occupancy.numerator", "75+"): "68",
    }
    assert _with_facets(reading, nature="detail") == {
        ("10", "bed-occupancy.numerator", ""): "368",
        ("10", "bed-occupancy.denominator", ""): "402",
        ("10", "bed-occupancy.score", ""): "0.915",
    }


def test_strata_are_units_when_the_source_says_so(start: Start) -> None:
    _, reading = start([_by_age()], "measure_reports", "2026-03-05", strata={"uf": "unit"})
    assert _with_facets(reading, nature="mesure") == {
        ("10", "bed-occupancy.numerator", ""): "200",
        ("20", "bed-occupancy.numerator", ""): "168",
    }


def test_strata_that_nobody_named_are_not_read(start: Start) -> None:
    _, reading = start([_by_age()], "measure_reports", "2026-03-05", strata={"sexe": "facet"})
    assert len(_with_facets(reading, nature="mesure")) == 3
    assert _with_facets(reading, nature="detail") == {}


def test_two_stratifiers_of_a_group_would_count_twice_and_are_refused(start: Start) -> None:
    both = {"age": "facet", "uf": "unit"}
    _, reading = start([_by_age()], "measure_reports", "2026-03-05", strata=both)
    (delivery,) = reading.deliveries(*COLUMNS)
    parts = list(delivery.parts)
    assert [p.table.num_rows for p in parts] == [0]
    assert [row["column"] for p in parts for row in p.refused.to_pylist()] == ["group.stratifier"]


def test_a_stratum_that_is_a_text_is_left_out_without_it(start: Start) -> None:
    report = _by_age()
    report["group"][0]["stratifier"][0]["stratum"][0]["value"] = {"text": CANARY}
    _, reading = start([report], "measure_reports", "2026-03-05", strata={"age": "facet"})
    (delivery,) = reading.deliveries(*COLUMNS)
    parts = list(delivery.parts)
    refused = [row for part in parts for row in part.refused.to_pylist()]
    assert [row["column"] for row in refused] == ["group.stratifier.stratum.value"]
    assert CANARY not in repr([refused, [part.table.to_pylist() for part in parts]])


# --- Nothing of a patient leaves ---------------------------------------------------------------


def _with_canaries(resource: Any, rank: int) -> Any:
    """The resource of a server that ignores `_elements`, with a canary wherever one can be."""
    planted = {
        "identifier": [{"system": "urn:nda", "value": f"{CANARY}-NDA-{rank}"}],
        "subject": {"reference": f"Patient/{CANARY}{rank}", "display": f"{CANARY} Jeanne"},
        "text": {"status": "generated", "div": f"<div>{CANARY} née le 1948</div>"},
        "type": [{"text": f"{CANARY} motif"}],
        "reasonCode": [{"text": f"{CANARY} douleur", "coding": [{"code": CANARY}]}],
        "participant": [{"individual": {"display": f"Dr {CANARY}"}}],
        "extension": [{"url": "x", "valueString": CANARY}],
        "contained": [{"resourceType": "Patient", "id": CANARY, "name": [{"family": CANARY}]}],
        "name": f"{CANARY} chambre de Jeanne",
        "description": CANARY,
        "note": [{"text": CANARY}],
    }
    kept = {**planted, **resource, "id": f"{CANARY}{resource['id']}"}
    if resource["resourceType"] == "Location":
        kept["id"] = resource["id"]
    for one in kept.get("location", []):
        one["location"]["display"] = CANARY
    return kept


@pytest.mark.parametrize("mode", ["encounters", "locations", "measure_reports"])
def test_no_canary_of_a_patient_leaves_the_connector(start, mode: str, caplog, capsys) -> None:
    bad = [{**one, "id": f"bad{n}"} for n, one in enumerate(LEFT_OUT.values())]
    every = json.loads(json.dumps([*STAYS, *BEDS[2:], *bad, _report()]))
    every = [_with_canaries(one, rank) for rank, one in enumerate(every)]
    assert CANARY in json.dumps(every)
    answer, reading = start(every, mode, "2026-03-05")
    answer.elements = False
    (delivery,) = reading.deliveries(*COLUMNS)
    assert isinstance(delivery, Delivery), delivery
    parts = list(delivery.parts)
    assert sum(part.table.num_rows for part in parts) > 2
    told = repr([(part.table.to_pylist(), part.refused.to_pylist()) for part in parts])
    connector = registry.connector("fhir")
    config = connector.Config.model_validate(reading.settings)
    told += repr(connector.check(Asked(reading.home), config))
    told += repr(connector.discover(Asked(reading.home), config))
    for broken in ({"total": 10_000}, {"type": CANARY}, {"entry": CANARY}):
        answer.change = lambda bundle, broken=broken: {**bundle, **broken}
        told += repr([error.facts for error in reading.deliveries(*COLUMNS)])
    printed = capsys.readouterr()
    assert CANARY not in told + caplog.text + printed.out + printed.err + delivery.name
    assert "Jeanne" not in told


# --- Servers that fail -------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["encounters", "locations", "measure_reports"])
def test_nothing_is_never_read_as_zero(start: Start, mode: str) -> None:
    _, reading = start([], mode, "2026-03-05")
    assert "zéro" in reading.refusal(*COLUMNS).sentence()
    connector = registry.connector("fhir")
    assert not connector.check(
        Asked(reading.home), connector.Config.model_validate(reading.settings)
    ).ok


BROKEN = {
    "outcome": {"resourceType": "OperationOutcome"}, "html": None, "history": {"type": "history"},
    "scalars": {"entry": "x"}, "short": {"total": 99}, "list": {"resourceType": None},
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_an_answer_that_is_no_whole_searchset_is_refused(start: Start, fault: str) -> None:
    answer, reading = start(BEDS, "locations")
    answer.change = lambda bundle: {**bundle, **(BROKEN[fault] or {})}
    if fault == "html":
        with serving(lambda _: Reply(b"<html>")) as web:
            home = home_allowing(reading.home.root, web.place)
            other = Reading("fhir", home, {**reading.settings, "base_url": web.url("/fhir")})
            assert isinstance(other.refusal(*COLUMNS), BadDelivery)
        return
    assert isinstance(reading.refusal(*COLUMNS), BadDelivery)


def test_a_server_without_next_links_is_refused_rather_than_half_read(start: Start) -> None:
    answer, reading = start(BEDS, "locations", page_size=2)
    answer.change = lambda bundle: {**bundle, "link": []}
    assert "Bundle.total" in reading.refusal(*COLUMNS).sentence()


def test_a_next_link_that_comes_back_is_refused(start: Start) -> None:
    answer, reading = start(BEDS, "locations", page_size=2)
    link = [{"relation": "next", "url": f"{answer.root}/fhir/Location?_count=2&_skip=2"}]
    answer.change = lambda bundle: {**bundle, "link": link}
    assert "différentes" in reading.refusal(*COLUMNS).sentence()
    assert answer.pages <= 6  # beds and the directory of places: three each


def test_counts_that_do_not_follow_are_refused(start: Start) -> None:
    answer, reading = start(STAYS, "encounters", "2026-03-05", ed_unit="30", classes=["EMER"])
    answer.change = lambda bundle: {**bundle, "total": answer.counts}
    assert "se suivent" in reading.refusal(*COLUMNS).sentence()


def test_a_wrong_token_is_said_once(start: Start) -> None:
    _, reading = start(BEDS, "locations")
    with serving(lambda _: as_json({}, 401)) as web:
        home = home_allowing(reading.home.root, web.place)
        other = Reading("fhir", home, {**reading.settings, "base_url": web.url("/fhir")})
        with pytest.raises(SourceRefused):
            other.deliveries(*COLUMNS)
        assert len(web.asked) == 1


def test_only_what_is_needed_is_asked_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-05")
    answer = FhirServer(STAYS)
    with serving(answer) as web:
        home = home_allowing(tmp_path, web.place)
        reading = Reading(
            "fhir", home,
            {"base_url": web.url("/fhir"), "mode": "encounters", "unit_system": UF, "days": 3},
        )  # fmt: skip
        reading.rows(*COLUMNS)
        first = web.asked[0].query
        asked_for = set(first["_elements"].split(","))
        assert not asked_for & {"subject", "identifier", "participant", "reasonCode", "diagnosis"}
        assert first["date"] == "ge2026-03-01T23:00:00+00:00"
        assert first["class"] == "ACUTE,EMER,IMP,NONAC"
        web.asked.clear()
        connector = registry.connector("fhir")
        config = connector.Config.model_validate(reading.settings)
        assert connector.check(Asked(home), config).ok
        assert [asking.query for asking in web.asked] == [{"_summary": "count"}]
        assert connector.discover(Asked(home), config)[0].columns == COLUMNS


@pytest.mark.parametrize(
    "wrong", [{"mode": "patients"}, {"unit_system": ""}, {"base_url": ""}, {"classes": []},
              {"base_url": "http://h.local/fhir?x=1"}, {"days": 0}, {"unit_from": "display"}],
)  # fmt: skip
def test_settings_that_do_not_hold_are_refused(wrong: dict[str, object]) -> None:
    good = {"base_url": "http://h.local/fhir", "mode": "locations", "unit_system": UF}
    with pytest.raises(ValidationError):
        registry.connector("fhir").Config.model_validate({**good, **wrong})


ANY = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.sampled_from(["finished", "IMP", UF]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["code", "coding", "reference", "identifier", "start", "period"]), inner,
        max_size=2),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_shape_of_a_resource_is_counted_or_left_out_never_a_crash(data: st.DataObject) -> None:
    """One element of a good resource, at any depth, becomes anything."""
    resource = json.loads(
        json.dumps(data.draw(st.sampled_from([STAYS[3], BEDS[3], _report(), _by_age()])))
    )
    spot, key = resource, data.draw(st.sampled_from(sorted(resource)))
    while isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
        spot = spot[key]
        key = data.draw(
            st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot)))
        )
    spot[key] = data.draw(ANY)
    directory = Directory(_NoServer(), UF, "location")
    with suppress(LeftOut):
        found = Movements()
        found.add("x", 1, part_of(resource), stay_of(resource, directory.unit, "location"))
        list(found.stays())
    now = datetime(2026, 3, 5, 8, tzinfo=PARIS)
    list(fhir_beds.counted([resource], directory, now).parts("essai", COLUMNS))
    list(fhir_reports.counted([resource], directory, {"age": "facet"}).parts("essai", COLUMNS))


class _NoServer:
    def search(self, *_: object) -> list[dict[str, Any]]:
        return [ward("w10", "10")]


# --- Public bundles, and a FHIR server that is not ours ----------------------------------------

SYSTEM = "https://github.com/synthetichealth/synthea"


def _halves(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Two movements of each stay, one after the other."""
    for one in resources:
        if one["resourceType"] != "Encounter":
            continue
        begun, ended = (datetime.fromisoformat(one["period"][k]) for k in ("start", "end"))
        middle = (begun + (ended - begun) / 2).isoformat()
        periods = (
            {"start": begun.isoformat(), "end": middle},
            {"start": middle, "end": ended.isoformat()},
        )
        for rank, period in enumerate(periods):
            part = {"partOf": {"reference": f"Encounter/{one['id']}"}, "period": period}
            yield {**one, "id": f"{one['id'][:40]}-{rank}", **part}


@pytest.mark.real
@pytest.mark.skipif(not SYNTHEA.is_dir(), reason="real data absent: ../shared/data/fhir_synthea")
@pytest.mark.parametrize("moves", [False, True])
def test_public_bundles_give_the_figures_counted_another_way(start: Start, moves: bool) -> None:
    """Exits and arrivals of 2021, recounted from the files without the connector. moves: each stay
    also has two movements, which change nothing."""
    resources = of_bundles(SYNTHEA)
    given = {"unit_system": SYSTEM, "unit_from": "serviceProvider", "classes": ["IMP", "AMB"]}
    served = [*(_halves(resources) if moves else ()), *resources]
    answer, reading = start(served, "encounters", "2021-12-31", days=400, page_size=50, **given)
    answer.elements = False
    expected: Counter[tuple[str, str, str]] = Counter()
    for one in resources:
        if one["resourceType"] != "Encounter":
            continue
        unit = one["serviceProvider"]["reference"].rpartition("|")[2]
        ends = [
            datetime.fromisoformat(one["period"][k]).astimezone(PARIS).date()
            for k in ("start", "end")
        ]
        names = ("ambulatoire", "") if one["class"]["code"] == "AMB" else ("arrivees", "bed_exits")
        for day, name in zip(ends, names, strict=True):
            if name and date(2020, 11, 26) <= day <= date(2021, 12, 30):
                expected[(day.isoformat(), unit, name)] += 1
    found = {
        key: int(value) for key, value in _figures(reading).items()
        if key[2] in ("ambulatoire", "arrivees", "bed_exits") and value != "0"
    }  # fmt: skip
    assert found == dict(expected)
    assert sum(expected.values()) > 10


@pytest.fixture(scope="module")
def medplum() -> Iterator[Server]:
    """The FHIR router of Medplum on node, in memory."""
    node = shutil.which("node")
    if not node or not (MEDPLUM / "node_modules" / "@medplum" / "fhir-router").is_dir():
        pytest.skip("no node, or npm could not install @medplum/fhir-router (deploy/servers.sh)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shim = MEDPLUM / "shim.mjs"
    shim.write_text(SHIM.read_text("utf-8"), "utf-8")
    with subprocess.Popen([node, str(shim), str(port)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().startswith(b"ready")
            yield Server(port)
        finally:
            process.terminate()


def _put(server: Server, resource: dict[str, Any]) -> str:
    body = json.dumps({key: value for key, value in resource.items() if key != "id"}).encode()
    url = server.url(f"/fhir/{resource['resourceType']}")
    request = Request(url, body, {"Content-Type": "application/fhir+json"})
    with urlopen(request, timeout=10) as answer:
        return str(json.loads(answer.read())["id"])


@pytest.mark.real
def test_a_fhir_server_of_others_gives_the_same_census(medplum, tmp_path, monkeypatch) -> None:
    """Stays, movements, beds and a report, served by Medplum: the figures of our server."""
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-05")
    ids: dict[str, str] = {}
    given_here = [*STAYS, ward("site", "E1"), *TREES["a place of its own"], *BEDS[2:], _by_age()]
    for resource in given_here:
        text = json.dumps(resource)
        for ours, theirs in ids.items():
            for kind in ("Location", "Encounter"):
                text = text.replace(f'"{kind}/{ours}"', f'"{kind}/{theirs}"')
        ids[resource["id"]] = _put(medplum, json.loads(text))
    home = home_allowing(tmp_path, medplum.place)
    given = {"base_url": medplum.url("/fhir"), "unit_system": UF, "days": 3, "page_size": 2}
    with serving(FhirServer(given_here)) as own:
        for mode, more in (
            ("encounters", {}),
            ("encounters", {"ed_unit": "30"}),
            ("locations", {}),
            ("measure_reports", {"strata": {"age": "facet"}, "days": 30}),
        ):
            theirs = Reading("fhir", home, {**given, "mode": mode, **more})
            other = home_allowing(tmp_path / "own", own.place)
            ours = {**given, "base_url": own.url("/fhir"), "mode": mode, "page_size": 100, **more}
            found = sorted(theirs.rows(*COLUMNS))
            assert found == sorted(Reading("fhir", other, ours).rows(*COLUMNS))
            assert found


@pytest.mark.slow
def test_a_hundred_thousand_stays_are_counted_in_flat_memory(start: Start, capsys) -> None:
    """300 bytes of Encounter each, 1,000 per page; the census keeps counts, not stays."""
    stays = [
        stay(f"s{n}", f"2026-02-{n % 28 + 1:02}T10:00:00+01:00", f"2026-03-{n % 4 + 1:02}T09:00:00+01:00", f"w{n % 20}")
        for n in range(100_000)
    ]  # fmt: skip
    wards = [ward(f"w{n}", f"U{n}") for n in range(20)]
    _, reading = start([*wards, *stays], "encounters", "2026-03-05", page_size=1000)
    began = time.monotonic()
    found = _figures(reading, seconds=300)
    seconds = time.monotonic() - began
    assert sum(int(v) for k, v in found.items() if k[2] == "bed_exits") == 100_000
    with capsys.disabled():
        print(f"\nfhir: 100,000 stays in {seconds:.1f} s, our server included")
