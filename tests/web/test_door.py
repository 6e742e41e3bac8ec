"""Probes, documents, headers, and who is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import brotli
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from cockpit.web import assets, interface, own
from cockpit.web.manifest import ICONS

EVERYWHERE = ["/", "/finances", "/brief", "/healthz", "/api/v1/units", "/cockpit.css", "/nowhere"]


class TestProbes:
    def test_healthz_gives_the_age_of_each_source(self, client: TestClient) -> None:
        """Last day 3 March, read on 4 March: one day old, within 36 h."""
        answer = client.get("/healthz")
        (source,) = answer.json()["sources"]
        assert answer.status_code == 200
        assert answer.json()["generation"] >= 1
        assert (source["source"], source["as_of"], source["age_days"]) == (
            "urgences",
            "2026-03-03",
            1,
        )

    def test_readyz_is_green_once_warm(self, client: TestClient) -> None:
        assert client.get("/readyz").json()["ready"] is True

    def test_metrics_are_openmetrics(self, client: TestClient) -> None:
        answer = client.get("/metrics")
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.text.endswith("# EOF\n")
        assert 'cockpit_source_late{source="urgences"} 0' in answer.text
        for line in answer.text.splitlines():
            assert re.fullmatch(r"# .+|[a-z_]+(\{[^}]*\})? [-+.\deNa]+", line), line


class TestDocument:
    def test_the_document_is_ours(self, client: TestClient) -> None:
        page = client.get("/").text
        assert '<html lang="fr">' in page
        assert "viewport-fit=cover" in page
        assert "<title>Cockpit · Mon établissement</title>" in page
        assert "_stcore/agent" not in page
        assert '"./' not in page

    def test_streamlit_still_reads_where_its_server_is(self) -> None:
        scripts = (path for name, path in assets.known_assets().items() if "/js/index." in name)
        assert any("BACKEND_BASE_URL" in path.read_text("utf-8") for path in scripts)

    def test_english_on_request_and_french_for_anything_else(self, client: TestClient) -> None:
        assert '<html lang="en">' in client.get("/?lang=en").text
        assert '<html lang="fr">' in client.get("/?lang=xx").text

    def test_no_address_outside(self, client: TestClient) -> None:
        for path in ("/", "/brief", "/cockpit.css", "/manifest.webmanifest"):
            assert not re.search(r"(?:https?:)?//(?!localhost)[a-z]", client.get(path).text), path

    def test_the_root_shows_figures_before_the_framework_runs(self, client: TestClient) -> None:
        page = client.get("/").text
        assert '<div id="first"' in page
        assert "ck-tile" in page
        named = (
            f'<script src="{own.address("first.js")}" data-curves="/static/js/ArrowVegaLiteChart.'
        )
        assert named in page

    def test_any_other_address_waits_for_the_live_page(self, client: TestClient) -> None:
        for path in ("/finances", "/?unit=10", "/?as=root"):
            assert '<div id="first"' not in client.get(path).text, path

    def test_the_first_screen_is_the_role_s_own(self, client: TestClient) -> None:
        assert "Urgences de Un" not in client.get("/?as=director_2").text
        assert "CH &lt;b&gt;Deux&lt;/b&gt;" in client.get("/?as=director_2").text

    def test_an_unknown_page_is_404_with_a_way_back(self, client: TestClient) -> None:
        answer = client.get("/nowhere")
        assert answer.status_code == 404
        assert 'href="/"' in answer.text

    @pytest.mark.parametrize(
        "path", ["/a/b", "/finances/x", "/_stcore/metrics", "/_stcore/agent/x"]
    )
    def test_what_streamlit_would_answer_is_closed(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_streamlit_stays_alive_behind(self, client: TestClient) -> None:
        assert client.get("/_stcore/health").text == "ok"


class TestBrief:
    def test_the_brief_needs_no_script(self, client: TestClient) -> None:
        answer = client.get("/brief")
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert len(answer.content) <= 50_000
        assert "<h1>" in answer.text

    def test_labels_of_the_hospital_are_escaped(self, client: TestClient) -> None:
        assert "<b>Deux" not in client.get("/brief?as=director_2").text

    def test_an_error_is_a_sentence(self, client: TestClient) -> None:
        answer = client.get("/brief?as=root")
        assert answer.status_code == 400
        assert "Voir comme" in answer.text


class TestHeaders:
    @pytest.mark.parametrize("path", EVERYWHERE)
    def test_every_answer_carries_the_security_headers(self, client: TestClient, path: str) -> None:
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_the_policy_allows_only_the_scripts_of_the_document(self, client: TestClient) -> None:
        answer = client.get("/")
        policy = answer.headers["content-security-policy"]
        (script_src,) = re.findall(r"script-src ([^;]+)", policy)
        assert "unsafe" not in script_src
        inline = re.findall(r"<script>(.*?)</script>", answer.text, flags=re.DOTALL)
        assert inline
        for script in inline:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in script_src

    def test_another_host_is_refused(self, client: TestClient) -> None:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400

    def test_a_post_from_another_origin_is_refused(self, client: TestClient) -> None:
        answer = client.post("/api/v1/kpis", headers={"origin": "http://evil.example"})
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}]
    )
    def test_a_websocket_of_a_stranger_is_refused(
        self, client: TestClient, headers: dict[str, str]
    ) -> None:
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("ws://localhost:8501/_stcore/stream", headers=headers),
        ):
            pass


class TestAssets:
    @pytest.mark.parametrize("chunk", sorted({*interface.FRENCH, *interface.CHANGED}))
    def test_each_english_string_still_exists_in_streamlit(self, chunk: str) -> None:
        files = [
            path.read_text("utf-8")
            for name, path in assets.known_assets().items()
            if name.startswith(f"/static/js/{chunk}.")
        ]
        sentences = [f"`{english}`" for english, _french in interface.FRENCH.get(chunk, ())]
        for theirs in (*sentences, *(code for code, _ours in interface.CHANGED.get(chunk, ()))):
            assert any(theirs in text for text in files), theirs

    def test_a_sentence_of_streamlit_follows_the_language_of_the_document(self) -> None:
        path = next(p for n, p in assets.known_assets().items() if "/js/Selectbox." in n)
        said = "(document.documentElement.lang===`en`?`No results`:`Aucun résultat`)"
        assert said in assets.spoken(path).decode()

    def test_scripts_are_compressed_once_and_kept_a_year(self, client: TestClient) -> None:
        name = next(n for n in assets.known_assets() if n.startswith("/static/js/index."))
        path = assets.known_assets()[name]
        answer = client.get(name, headers={"accept-encoding": "br"})
        assert answer.headers["content-encoding"] == "br"
        assert "immutable" in answer.headers["cache-control"]
        assert int(answer.headers["content-length"]) < path.stat().st_size / 2
        assert brotli.decompress(assets.compressed(path, "br")) == assets.spoken(path)
        assert gzip.decompress(assets.compressed(path, "gzip")) == assets.spoken(path)
        assert "Connexion interrompue" in answer.text

    def test_a_path_that_climbs_out_finds_nothing(self, client: TestClient) -> None:
        assert client.get("/static/js/../../../config.py").status_code in {400, 404}
        assert client.get("/icons/..%2fserver.py").status_code in {400, 404}

    def test_the_manifest_makes_it_installable(self, client: TestClient) -> None:
        answer = client.get("/manifest.webmanifest")
        manifest = json.loads(answer.text)
        assert answer.headers["content-type"] == "application/manifest+json"
        assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")

    def test_the_icons_of_the_manifest_exist(self, client: TestClient) -> None:
        assert ICONS.is_dir()
        for icon in client.get("/manifest.webmanifest").json()["icons"]:
            assert client.get(icon["src"]).headers["content-type"] == "image/png"
