"""The API on the hospital of conftest.py."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

SERIES = "/api/v1/kpis/ed_visits/series?from=2026-03-01&to=2026-03-03&grain=day"


def test_a_series_sums_the_units_of_the_scope(client: TestClient) -> None:
    """1 March: 100 + 40; 2 March: 110 + 45; 3 March: unit 20 only."""
    answer = client.get(SERIES).json()
    assert (answer["kpi"], answer["unit"], answer["grain"]) == ("ed_visits", "GHT", "day")
    assert [(p["period"], p["value"]) for p in answer["points"]] == [
        ("2026-03-01", 140.0),
        ("2026-03-02", 155.0),
        ("2026-03-03", 50.0),
    ]
    assert set(answer["points"][0]) == {"period", "value", "numerator", "denominator", "status"}


def test_a_series_of_one_unit_skips_the_day_without_figure(client: TestClient) -> None:
    points = client.get(SERIES + "&unit=10").json()["points"]
    assert [p["value"] for p in points] == [100.0, 110.0]


def test_a_series_by_unit_names_each_part(client: TestClient) -> None:
    points = client.get(SERIES + "&by=unit").json()["points"]
    assert {p["unit"] for p in points} == {"1", "2"}


def test_a_site_director_sees_only_the_site(client: TestClient) -> None:
    points = client.get(SERIES + "&as=director_2").json()["points"]
    assert [p["value"] for p in points] == [40.0, 45.0, 50.0]


def test_a_unit_outside_the_scope_answers_as_one_that_does_not_exist(client: TestClient) -> None:
    outside = client.get(SERIES + "&as=director_2&unit=10")
    absent = client.get(SERIES + "&as=director_2&unit=nowhere")
    assert outside.status_code == absent.status_code == 404
    assert outside.json() == absent.json()
    assert set(outside.json()) == {"error", "sentence"}


def test_a_hidden_domain_is_forbidden(client: TestClient) -> None:
    answer = client.get("/api/v1/kpis/bed_occupancy_rate?as=drh")
    assert (answer.status_code, answer.json()["error"]) == (403, "OutOfScope")


@pytest.mark.parametrize(
    "wrong",
    [
        "from=31/12/2026",
        "from=2026-02-30",
        "grain=hour",
        "by=colour",
        "scenario=dream",
        "from=2026-03-05&to=2026-03-01",
        "from=1990-01-01&to=2099-12-31",
        "as=root",
        "lang=de",
    ],
)
def test_a_wrong_parameter_is_refused_by_name(client: TestClient, wrong: str) -> None:
    answer = client.get(f"/api/v1/kpis/ed_visits/series?{wrong}")
    assert answer.status_code == 400
    assert answer.json()["error"] == "BadRequest"
    assert f"« {wrong.partition('=')[0]} »" in answer.json()["sentence"]


def test_an_unknown_kpi_is_absent(client: TestClient) -> None:
    answer = client.get("/api/v1/kpis/nothing/series")
    assert (answer.status_code, answer.json()["error"]) == (404, "UnknownKpi")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing", "/api/v2/kpis"])
def test_an_unknown_api_address_is_json_404_not_the_application(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404


def test_the_catalogue_gives_null_for_what_no_source_feeds(client: TestClient) -> None:
    kpis = {one["id"]: one for one in client.get("/api/v1/kpis").json()}
    assert len(kpis) >= 80
    assert kpis["ed_visits"]["value"] is not None
    assert kpis["bed_occupancy_rate"]["value"] is None
    assert kpis["bed_occupancy_rate"]["status"] == "unavailable"
    assert {"id", "label", "unit", "domain", "value", "period", "status"} <= set(kpis["ed_visits"])


def test_the_catalogue_of_a_role_holds_its_domains_only(client: TestClient) -> None:
    kpis = client.get("/api/v1/kpis?as=drh").json()
    assert {one["domain"] for one in kpis} == {"workforce", "activity"}


def test_labels_follow_the_language(client: TestClient) -> None:
    french = client.get("/api/v1/kpis/ed_visits").json()
    english = client.get("/api/v1/kpis/ed_visits?lang=en").json()
    assert french["label"] != english["label"]
    assert french["numerator"][0]["measure"] == "ed_visits"


def test_units_come_parents_first_and_only_those_of_the_scope(client: TestClient) -> None:
    assert [u["unit"] for u in client.get("/api/v1/units").json()] == ["GHT", "1", "10", "2", "20"]
    mine = client.get("/api/v1/units?as=director_1").json()
    assert [u["unit"] for u in mine] == ["1", "10"]


def test_a_kpi_without_forecast_says_so(client: TestClient) -> None:
    answer = client.get("/api/v1/kpis/ed_visits/forecast?unit=10").json()
    assert answer["points"] == []
    assert answer["refused"]


def test_alerts_and_brief_answer(client: TestClient) -> None:
    assert isinstance(client.get("/api/v1/alerts").json(), list)
    brief = client.get("/api/v1/brief").json()
    assert brief["headline"]
    assert isinstance(brief["lines"], list)


@pytest.mark.parametrize("address", ["/api/v1/brief", "/brief"])
def test_an_unexpected_fault_is_one_french_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cockpit.answers.give.brief", broken)
    monkeypatch.setattr("cockpit.web.brief.draw", broken)
    answer = client.get(address)
    assert answer.status_code == 500
    assert "Une erreur est survenue" in answer.text
