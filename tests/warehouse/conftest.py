"""The small installation as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.settings import Home
from tests.warehouse.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(Home(tmp_path))
