"""What tests of several packages share, and in which order two processes take them."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.support.hospital import Hospital

LONGEST_FIRST = (
    "tests/browser/test_screens.py",
    "tests/sample_data/",
    "tests/faults/",
    "tests/browser/",
    "tests/views/",
    "tests/connectors/",
    "tests/forecast/",
    "tests/hostile/",
    "tests/web/",
    "tests/cli/",
)
"""The many short files come last, so that both processes end together. The first one builds the
home of the browser tests; the others of them come once it is there."""

ONE_UNIT = "tests/sample_data/"
"""Its files share one built hospital, held in memory: the same process takes them all."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    places = (at for at, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start))
    return next(places, len(LONGEST_FIRST))


class _ByFile(LoadFileScheduling):
    """Whole files, in the order above."""

    def _split_scope(self, nodeid: str) -> str:
        return ONE_UNIT if nodeid.startswith(ONE_UNIT) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    if config.option.dist != "loadfile":
        return None
    config.option.loadscopereorder = False
    return _ByFile(config, log)


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    """An empty hospital of two sites and five UF: see tests/support/hospital.py."""
    return Hospital(tmp_path / "home")
