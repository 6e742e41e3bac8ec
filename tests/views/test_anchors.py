"""Links as HTML: every datum escaped, the place where we are marked."""

from __future__ import annotations

import pytest

from cockpit.views import anchors
from tests.views.test_tiles import Tags

HOSTILE = """"><script>alert(1)</script><img src=x onerror='x'>&"""


def tags(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


@pytest.mark.parametrize(
    "html",
    [
        anchors.card("<p>figure</p>", HOSTILE, HOSTILE),
        anchors.word(HOSTILE, HOSTILE),
        anchors.crumbs([(HOSTILE, HOSTILE)], HOSTILE),
        anchors.switch(HOSTILE, [anchors.Option(HOSTILE, HOSTILE, chosen=True)]),
    ],
)
def test_a_hostile_name_or_address_adds_no_tag(html: str) -> None:
    found = tags(html)
    assert found.seen <= {"a", "div", "nav", "p", "span"}
    assert found.attributes <= {"class", "href", "aria-label", "aria-current"}


def test_a_switch_marks_one_choice() -> None:
    options = [anchors.Option("Jour", "/?period=day", True), anchors.Option("Mois", "/", False)]
    html = anchors.switch("Période", options)
    assert html.count("aria-current") == 1
    assert '<a class="ck-link" href="/?period=day" aria-current="true">Jour</a>' in html


def test_a_breadcrumb_ends_where_we_are() -> None:
    html = anchors.crumbs([("GHT", "/?unit=G"), ("Site A", "/?unit=A")], "UF A1")
    assert html.index("GHT ›") < html.index("Site A ›") < html.index("UF A1")
    assert html.count("<a ") == 2
    assert 'aria-current="page">UF A1<' in html
