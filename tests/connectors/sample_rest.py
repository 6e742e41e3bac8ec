"""A JSON API of two pages of two lines each, with a bearer token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.settings import Home
from tests.connectors.sampling import Sample
from tests.connectors.servers.http import Asking, Reply, as_json, serving

TOKEN = "jeton-canari-rest-7f31"
LINES = [
    {"jour": "01/03/2024", "uf": {"code": "10"}, "n": 1.50},
    {"jour": "02/03/2024", "uf": {"code": "01"}, "n": 2},
    {"jour": "03/03/2024", "uf": {"code": "10"}, "n": 3},
]


def _answer(asking: Asking) -> Reply:
    if asking.headers.get("authorization") != f"Bearer {TOKEN}":
        return Reply(status=401)
    start = int(asking.query["offset"])
    return as_json({"items": LINES[start : start + 2], "total": len(LINES)})


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """Three lines in two pages."""
    with serving(_answer) as server:
        home = Home(root).prepare()
        (root / "cockpit.toml").write_text(f'[network]\nallow = ["{server.place}"]\n', "utf-8")
        (root / "jeton").write_text(f"{TOKEN}\n", "utf-8")
        settings: dict[str, object] = {
            "url": server.url("/lits"),
            "records": "items",
            "auth": "bearer",
            "token": f"file:{root / 'jeton'}",
            "paging": "offset",
            "page_param": "offset",
            "total_path": "total",
        }
        yield Sample(home, settings, ("jour", "uf.code", "n"))
