"""Every screen, on a phone and on a desktop, light and dark: the promises that hold everywhere.

Screenshots go to test-artifacts/screens; with COCKPIT_IMAGES=docs/images the README's own pictures
are made again.
"""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import ROOT, Site
from tests.browser.opening import opened, overflow

SCREENS = {
    "synthese": "/",
    "indicateur": "/indicateur?kpi=bed_occupancy_rate&period=month",
    "capacite": "/capacite",
    "finances": "/finances",
    "rh": "/rh",
    "activite": "/activite",
    "alertes": "/alertes",
    "explorer": "/explorer",
    "sources": "/sources?as=admin",
    "administration": "/administration?as=admin",
    "administration-source": "/administration?as=admin&screen=source&source=urgences",
    "administration-columns": "/administration?as=admin&screen=source&source=lits&tab=columns",
    "administration-structure": "/administration?as=admin&screen=structure&code=2110",
    "administration-new": "/administration?as=admin&screen=new&kind=sftp",
    "plus": "/plus",
}
LOOKS = [("phone", "light"), ("phone", "dark"), ("desktop", "light"), ("desktop", "dark")]
QUICK = [("phone", "light"), ("desktop", "dark")]
"""Each size and each theme once: the other two are in the slow suite, but for the README's own."""
README = {
    "synthese-phone-light",
    "indicateur-phone-light",
    "capacite-phone-dark",
    "finances-phone-light",
    "synthese-desktop-light",
}


def _marks(name: str, size: str, theme: str) -> list[pytest.MarkDecorator]:
    quick = (size, theme) in QUICK or f"{name}-{size}-{theme}" in README
    return [] if quick else [pytest.mark.slow]


CASES = [
    pytest.param(name, *look, marks=_marks(name, *look)) for name, look in product(SCREENS, LOOKS)
]


@pytest.mark.parametrize(("name", "size", "theme"), CASES)
def test_a_screen_is_whole_french_accessible_and_calls_no_outside_host(
    chromium: Browser, site: Site, name: str, size: str, theme: str
) -> None:
    with opened(chromium, site.url + SCREENS[name], size, theme) as found:
        page = found.page
        page.screenshot(path=_picture(f"{name}-{size}-{theme}"))
        assert found.outside == []
        assert found.errors == []
        assert overflow(page) == 0
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.locator("[data-testid='stException']").count() == 0
        for english in ("Running", "Error", "undefined", "NaN", "None", "nan"):
            assert page.get_by_text(english, exact=True).count() == 0
        serious = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in Axe().run(page).response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        assert serious == []


def _picture(name: str) -> Path:
    folder = ROOT / "test-artifacts" / "screens"
    if os.environ.get("COCKPIT_IMAGES") and name in README:
        folder = ROOT / os.environ["COCKPIT_IMAGES"]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.png"
