"""Two files published first, as in tests/warehouse/test_refresh.py.

urgences-1.csv   01/03/2026 UF 10: 5   01/03/2026 UF 20: 7   02/03/2026 UF 10: 6
paie-1.csv       2026-01    UF 10: 2   2026-01    UF 11: 1   2026-02    UF 10: 3
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit import state
from cockpit.settings import Home
from tests.warehouse.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(Home(tmp_path))


@pytest.fixture
def fed(installation: Installation) -> Installation:
    installation.drop("urgences-1.csv", "01/03/2026;10;5", "01/03/2026;20;7", "02/03/2026;10;6")
    installation.drop("paie-1.csv", "2026-01;10;2", "2026-01;11;1", "2026-02;10;3")
    installation.refresh()
    return installation


@pytest.fixture
def home(installation: Installation) -> Home:
    return installation.home


def said(home: Home) -> list[tuple[str, str, str, str]]:
    """The audit, oldest first: who, what, subject, sentence."""
    lines = reversed(state.audit_lines(state.engine(home)))
    return [(one.who, one.what, one.subject, one.sentence) for one in lines]
