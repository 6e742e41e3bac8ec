"""What tests of several packages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hospital import Hospital


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    """An empty hospital of two sites and five UF: see tests/support/hospital.py."""
    return Hospital(tmp_path / "home")
