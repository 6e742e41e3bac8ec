"""Our own scripts and style sheets: the address says which content, and how long it may be kept."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from cockpit.web import own

FIXED = ["/sw.js", "/push-worker.js"]
BARE = [*(f"/{name}" for name in own.NAMES), "/sw.js"]
DOCUMENTS = [
    "/",
    "/finances",
    "/brief",
    "/fiche",
    "/alertes?lite=1",
    "/hors-ligne",
    "/accessibilite",
]
OURS = re.compile(r'(?:src|href)="(/[\w-]+\.(?:js|css)[^"]*)"')


def told(client: TestClient) -> dict[str, Any]:
    """What the worker is told."""
    text = client.get("/sw.js").text
    said: dict[str, Any] = json.loads(text.removeprefix("const COCKPIT = ").split(";\n", 1)[0])
    return said


@pytest.mark.parametrize("name", own.NAMES)
def test_an_address_is_that_of_the_content_it_gives(client: TestClient, name: str) -> None:
    body = client.get(own.address(name)).content
    assert own.address(name) == f"/{name}?v={hashlib.sha256(body).hexdigest()[:12]}"


@pytest.mark.parametrize("name", own.NAMES)
def test_that_address_is_kept_a_year(client: TestClient, name: str) -> None:
    headers = client.get(own.address(name)).headers
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", [*BARE, *(f"/{name}?v=0123456789ab" for name in own.NAMES)])
def test_any_other_address_gives_the_present_content_and_is_asked_again(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert answer.content == client.get(path.partition("?")[0]).content
    again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"
    assert client.get(path, headers={"if-none-match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("path", BARE)
def test_it_is_sent_compressed_under_its_type(client: TestClient, path: str) -> None:
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    kind = "text/css" if path.endswith(".css") else "text/javascript"
    for encoding in ("br", "gzip"):
        answer = client.get(path, headers={"accept-encoding": encoding})
        assert answer.headers["content-encoding"] == encoding
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.content == plain.content
        assert int(answer.headers["content-length"]) < 0.6 * len(plain.content)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_names_them_at_the_address_that_lasts_as_its_policy_allows(
    client: TestClient, path: str
) -> None:
    page = client.get(path)
    named = OURS.findall(page.text)
    assert named
    assert set(named) <= {own.address(name) for name in own.NAMES}
    policy = page.headers["content-security-policy"]
    assert re.search(r"script-src 'self'", policy)
    assert re.search(r"style-src 'self'", policy)


def test_what_a_kept_page_names_is_kept_with_the_worker(client: TestClient) -> None:
    shell = told(client)["shell"]
    for path in ("/", "/finances", "/brief", "/fiche", "/hors-ligne"):
        assert set(OURS.findall(client.get(path).text)) <= set(shell), path
    assert told(client)["script"] in shell


def test_a_worker_imports_only_from_an_address_that_stays(client: TestClient) -> None:
    imported = re.findall(r'importScripts\("([^"]+)"\)', client.get("/sw.js").text)
    assert imported == ["/push-worker.js"]
    for path in FIXED:
        assert client.get(path).headers["content-security-policy"].count("worker-src") == 1, path


def test_a_script_is_sent_without_its_lines_of_comment(client: TestClient) -> None:
    for name in own.NAMES:
        assert not re.search(r"^ *//", client.get(f"/{name}").text, re.MULTILINE), name


def test_what_keeps_drafts_is_light_and_waits_for_the_first_paint(client: TestClient) -> None:
    script = client.get("/drafts.js", headers={"accept-encoding": "br"})
    assert int(script.headers["content-length"]) <= 1600
    for path in ("/", "/finances"):
        at_once, later = client.get(path).text.split('<template id="later">')
        assert "drafts.js" not in at_once
        assert own.address("drafts.js") in later
