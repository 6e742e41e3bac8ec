"""The two pictures of the manifest: Synthèse of the sample hospital, on a phone and on a desk.

`python -m bench.screenshots` builds the sample (or copies COCKPIT_BENCH_HOME), serves it, and
writes `cockpit/web/icons/screen-*.png` with a palette, so that they stay small.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from bench.stock import servers

FOLDER = Path(__file__).resolve().parents[1] / "cockpit" / "web" / "icons"
SIZES = ((390, 844), (1280, 800))
DAY = "2026-11-22"
"""The day after the last one of the sample, so that nothing is late."""

_COLOURS = 96


def run() -> None:
    """Write both."""
    os.environ["COCKPIT_TODAY"] = DAY
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("chromium is not installed: apt-get install chromium")
    with servers.home() as home, servers.cockpit(home) as ours, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in SIZES:
            page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
            page.goto(ours.url, wait_until="networkidle")
            page.wait_for_selector("#first", state="detached")
            page.wait_for_timeout(1000)
            _write(FOLDER / f"screen-{width}x{height}.png", page.screenshot())
            page.close()
        browser.close()


def _write(path: Path, taken: bytes) -> None:
    with Image.open(io.BytesIO(taken)) as picture:
        picture.convert("RGB").quantize(_COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    run()
