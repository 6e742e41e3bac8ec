"""A newer state on a page that somebody is reading: shown in place, and what they did stays.

The hospital is small and real: a second publish raises the visits of the day from 120 to 130.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.browser.conftest import Site, served
from tests.browser.opening import opened, settle
from tests.support.hospital import Hospital

pytestmark = pytest.mark.slow
MAIN = "document.querySelector('[data-testid=stMain]')"
SHEET = "/indicateur?kpi=ed_visits&unit=A3"
FIGURES = """
    ed_visits  A3  2026-09-01..2026-11-19  75+ 100
    ed_visits  A3  2026-11-20              75+ 120
"""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    made = Hospital(tmp_path_factory.mktemp("newer") / "home")
    made.given(FIGURES)
    return made


@pytest.fixture(scope="module")
def own_site(hospital: Hospital) -> Iterator[Site]:
    with served(hospital.home.root) as site:
        yield site


def publish(hospital: Hospital, visits: int) -> None:
    hospital.given(f"ed_visits A3 2026-11-20 75+ {visits}")


def look_again(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_publish_is_shown_by_itself_and_the_reader_keeps_the_place_and_the_open_table(
    chromium: Browser, hospital: Hospital, own_site: Site
) -> None:
    """Nobody touches anything: within half a minute, the poll alone."""
    with opened(chromium, own_site.url + SHEET) as found:
        page = found.page
        page.evaluate("window.untouched = true")
        page.get_by_text("Voir les valeurs").click()
        table = page.locator("[data-testid='stExpander'] table")
        expect(table.locator("tbody tr").first).to_contain_text("120")
        page.evaluate(f"() => {{ {MAIN}.scrollTop = 420 }}")
        publish(hospital, 130)
        expect(table.locator("tbody tr").first).to_contain_text("130", timeout=40_000)
        settle(page)
        expect(table).to_be_visible()
        assert page.evaluate(f"() => {MAIN}.scrollTop") == 420
        assert page.evaluate("window.untouched"), "the document was not loaded again"
        assert page.url.endswith(SHEET)
        assert found.errors == []


def test_what_is_being_typed_survives_a_publish(
    chromium: Browser, hospital: Hospital, own_site: Site
) -> None:
    with opened(chromium, f"{own_site.url}/decisions?act=decide") as found:
        page = found.page
        field = page.get_by_label("Décision", exact=True)
        field.click()
        field.press_sequentially("Ouvrir cinq lits")
        before = page.locator("[data-generation]").first.get_attribute("data-generation")
        publish(hospital, 140)
        look_again(page)
        expect(page.locator("[data-generation]").first).not_to_have_attribute(
            "data-generation", before or ""
        )
        settle(page)
        expect(field).to_have_value("Ouvrir cinq lits")
        expect(field).to_be_focused()
        field.press_sequentially(" de plus")
        expect(field).to_have_value("Ouvrir cinq lits de plus")


def test_what_the_websocket_carries_is_compressed(own_site: Site) -> None:
    """Five times less on a phone; asked for as a browser does."""
    address = own_site.url.replace("http", "ws", 1) + "/_stcore/stream"
    spoken, origin = [Subprotocol("streamlit")], Origin(own_site.url)
    with connect(address, subprotocols=spoken, origin=origin) as socket:
        assert socket.response is not None
        extensions = socket.response.headers.get("Sec-WebSocket-Extensions", "")
        assert "permessage-deflate" in extensions
