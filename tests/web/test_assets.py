"""What a first visit transfers, and in which order: read from the document and the files."""

from __future__ import annotations

import io
import re

import pytest
from fontTools.ttLib import TTFont
from starlette.testclient import TestClient

from cockpit.views import nav
from cockpit.web import assets, fonts

KILOBYTES = 510  # all that a first screen needs but the document, of the 560 that it may weigh


@pytest.fixture(scope="module")
def cut() -> dict[str, bytes]:
    return {path.name[:3]: assets.compressed(path, None) for path in assets.fonts_of_interface()}


def test_what_the_first_screen_needs_is_light() -> None:
    assets.warm()
    assets.squeeze()
    sizes = [
        len(assets.compressed(path, None if path.suffix == ".woff2" else "br"))
        for path in assets.first_files()
    ]
    assert len(sizes) > 50
    assert sum(sizes) <= 1000 * KILOBYTES


def test_no_curve_no_table_is_loaded_with_the_first_screen() -> None:
    names = " ".join(path.name for path in assets.first_files())
    assert not re.search(r"vega|arrow|DataFrame|echarts|plotly", names, flags=re.IGNORECASE)


class TestFonts:
    def test_every_icon_of_a_page_is_drawn(self, cut: dict[str, bytes]) -> None:
        with TTFont(io.BytesIO(cut["Mat"])) as font:
            drawn = fonts._ligatures(font)
        assert {found.icon for found in nav.PAGES} <= drawn.keys()
        assert {"expand_more", "chevron_right", "close", "check"} <= drawn.keys()

    def test_french_is_written_in_the_font(self, cut: dict[str, bytes]) -> None:
        with TTFont(io.BytesIO(cut["Sou"])) as font:
            known = set(font.getBestCmap())
            weights = next(axis for axis in font["fvar"].axes if axis.axisTag == "wght")
            widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
        assert {ord(sign) for sign in "àâçéèêëîïôùûüÿœæÉÈÀÇ«»’…–—−€°²½ \u00a0\u202f"} <= known
        assert (weights.minValue, weights.maxValue) == (200, 900)
        assert len(widths) == 1  # figures stay under one another

    def test_a_font_of_the_interface_is_sent_cut(self, client: TestClient) -> None:
        for path in assets.fonts_of_interface():
            address = f"/{path.relative_to(assets.ROOT).as_posix()}"
            answer = client.get(address)
            assert answer.headers["content-type"] == "font/woff2"
            assert "immutable" in answer.headers["cache-control"]
            assert len(answer.content) < path.stat().st_size / 4


class TestOrder:
    def test_nothing_but_the_document_holds_back_the_first_paint(self, client: TestClient) -> None:
        head, _, body = client.get("/").text.partition("</head>")
        assert 'rel="stylesheet"' not in head
        assert '<script type="module"' not in head
        assert re.findall(r"<script (?![^>]*defer)[^>]*src", head) == []
        assert body.index('id="first"') < body.index('<script type="module"')

    def test_the_small_files_wait_for_the_paint(self, client: TestClient) -> None:
        _, _, body = client.get("/").text.partition("</head>")
        now, _, later = body.partition('<template id="later">')
        waiting, _, after = later.partition("</template>")
        assert now.count("modulepreload") < 15
        assert waiting.count("modulepreload") > 40
        assert "modulepreload" not in after
        assert 'rel="stylesheet"' not in now + waiting
        assert 'rel="stylesheet"' in after.partition('<template id="last">')[2]

    def test_the_fonts_of_the_live_page_do_not_wait_for_its_style_sheet(
        self, client: TestClient
    ) -> None:
        head, _, _ = client.get("/").text.partition("</head>")
        sheets = [
            path.read_text("utf-8") for path in sorted((assets.ROOT / "static/css").iterdir())
        ]
        declared = set(re.findall(r"url\(\.\./(media/[^)]+)\)", "".join(sheets)))
        shown = {name for name in declared if "KaTeX" not in name}
        assert len(shown) >= 7
        assert {name for name in shown if f"/static/{name}" not in head} == set()

    def test_streamlit_asks_again_for_what_was_preloaded(self) -> None:
        scripts = [
            path.read_text("utf-8")
            for name, path in assets.known_assets().items()
            if "/js/index." in name
        ]
        assert any("_stcore/health" in text and "_stcore/host-config" in text for text in scripts)
