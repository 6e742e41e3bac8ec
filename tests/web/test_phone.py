"""What the server tells phones: manifest, first images, scripts, what may be kept, forgetting."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from cockpit.administer import phones
from cockpit.settings import Home
from cockpit.state import engine
from cockpit.state.audit import audit_lines
from cockpit.web import opened
from cockpit.web.words import words

TELLING = ["/", "/finances", "/brief", "/hors-ligne", "/readyz", "/alertes-hors-ligne"]


def size(png: bytes) -> str:
    width, height = struct.unpack(">II", png[16:24])
    return f"{width}x{height}"


def known(client: TestClient, path: str) -> dict[str, Any]:
    text = client.get(path).text
    said: dict[str, Any] = json.loads(text.removeprefix("const COCKPIT = ").split(";\n", 1)[0])
    return said


@pytest.fixture
def strict(client: TestClient, published: Home) -> Iterator[TestClient]:
    """The hospital forbids that phones keep anything."""
    settings = published.root / "cockpit.toml"
    settings.write_text("[web]\noffline = false\n", "utf-8")
    opened.warehouse.cache_clear()
    yield client
    settings.unlink()
    opened.warehouse.cache_clear()


class TestManifest:
    def test_it_is_complete_and_every_picture_has_the_size_it_says(
        self, client: TestClient
    ) -> None:
        answer = client.get("/manifest.webmanifest")
        said = answer.json()
        assert answer.headers["content-type"] == "application/manifest+json"
        assert {said[name] for name in ("id", "start_url", "scope")} == {"/"}
        assert said["display"] == "standalone"
        assert [one["url"] for one in said["shortcuts"]] == ["/alertes", "/capacite", "/brief"]
        assert {one["form_factor"] for one in said["screenshots"]} == {"narrow", "wide"}
        assert "maskable" in {one.get("purpose") for one in said["icons"]}
        for one in [*said["icons"], *said["screenshots"]]:
            assert size(client.get(one["src"]).content) == one["sizes"], one["src"]

    def test_its_shortcuts_lead_somewhere(self, client: TestClient) -> None:
        for one in client.get("/manifest.webmanifest").json()["shortcuts"]:
            assert client.get(one["url"]).status_code == 200, one["url"]

    def test_an_iphone_is_given_an_image_of_its_size_in_both_themes(
        self, client: TestClient
    ) -> None:
        page = client.get("/").text
        named = re.findall(r'startup-image" href="(/icons/splash-(\d+x\d+)-(\w+)\.png)"', page)
        assert len(named) >= 20
        assert {scheme for _, _, scheme in named} == {"light", "dark"}
        address, sizes, _ = named[0]
        assert size(client.get(address).content) == sizes
        assert len(client.get(address).content) < 40_000

    def test_no_image_is_drawn_for_a_size_that_no_phone_has(self, client: TestClient) -> None:
        assert client.get("/icons/splash-9000x9000-light.png").status_code == 404
        assert client.get("/icons/splash-750x1334-pink.png").status_code == 404

    def test_the_document_opens_alone_on_the_screen_of_an_iphone(self, client: TestClient) -> None:
        page = client.get("/finances").text
        for name in ("web-app-capable", "web-app-title", "web-app-status-bar-style"):
            assert f'name="apple-mobile-{name}"' in page
        assert "viewport-fit=cover" in page
        assert 'rel="apple-touch-icon"' in page


class TestWorker:
    def test_it_is_at_the_root_asked_again_at_each_visit(self, client: TestClient) -> None:
        answer = client.get("/sw.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.text.count("importScripts(") == 1

    def test_what_it_fetches_at_first_exists(self, client: TestClient) -> None:
        said = known(client, "/sw.js")
        assert [one for one in said["shell"] if client.get(one).status_code != 200] == []
        assert said["script"] in client.get("/").text

    def test_every_sentence_has_both_languages(self) -> None:
        said = words()
        assert said["fr"].keys() == said["en"].keys()
        same = {name for name in said["fr"] if said["fr"][name] == said["en"][name]}
        assert same == set(), "not translated"

    def test_every_sentence_that_a_script_names_exists(self, client: TestClient) -> None:
        text = client.get("/phone.js").text
        named = set(re.findall(r"\bsaid\.(\w+)", text))
        assert named - set(words()["fr"]) == set()


class TestKeeping:
    def test_what_a_phone_may_keep_says_the_policy_and_the_state(self, client: TestClient) -> None:
        for path in TELLING:
            headers = client.get(path).headers
            assert re.fullmatch(r"keep \d+ [0-9a-f]{12}", headers["x-cockpit-phones"]), path
            assert headers["x-cockpit-published"].endswith("Z")

    def test_a_hospital_may_forbid_it(self, strict: TestClient) -> None:
        assert strict.get("/brief").headers["x-cockpit-phones"].startswith("forget ")
        assert known(strict, "/sw.js")["keeps"] is False
        page = strict.get("/hors-ligne").text
        assert "aucun chiffre" in page
        assert 'data-phone="kept"' not in page

    def test_phones_are_told_to_forget_and_it_is_known_who_asked(
        self, client: TestClient, published: Home
    ) -> None:
        before = client.get("/").headers["x-cockpit-phones"].split()[1]
        phones.revoke(published, "DSI")
        after = client.get("/").headers["x-cockpit-phones"].split()[1]
        assert int(after) == int(before) + 1
        line = audit_lines(engine(published), 1)[0]
        assert (line.who, line.what, line.subject) == ("DSI", "phones", after)

    def test_the_offline_lines_are_those_of_the_role(self, client: TestClient) -> None:
        answer = client.get("/alertes-hors-ligne", params={"as": "nobody"})
        assert answer.status_code == 400
        assert "<section" not in answer.text


class TestForgetting:
    def test_erasing_empties_caches_and_storage_and_keeps_the_cookies(
        self, client: TestClient
    ) -> None:
        answer = client.post("/effacer")
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert "Ce téléphone est effacé" in answer.text
        assert "<script" not in answer.text, "it would keep figures again"

    def test_opening_the_address_erases_nothing(self, client: TestClient) -> None:
        answer = client.get("/effacer")
        assert answer.status_code in {404, 405}
        assert "clear-site-data" not in answer.headers

    def test_another_site_cannot_erase(self, client: TestClient) -> None:
        answer = client.post("/effacer", headers={"origin": "https://ailleurs.test"})
        assert answer.status_code == 400
        assert "clear-site-data" not in answer.headers
