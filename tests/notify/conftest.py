"""One home and one server per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.settings import Home
from tests.support.mailroom import Mailbox, free_port, make_home, serving


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def home(tmp_path: Path, port: int) -> Home:
    return make_home(tmp_path / "home", port)


@pytest.fixture
def box(port: int) -> Iterator[Mailbox]:
    with serving(port, Mailbox()) as found:
        yield found
