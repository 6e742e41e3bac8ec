"""Actions of the tests, as a form sends them."""

from __future__ import annotations

from typing import Any

_DAYS = {"first": "2026-12-01", "last": "2026-12-20"}
CLOSE: dict[str, Any] = {"kind": "beds", "unit": "M1", "beds": -4, **_DAYS}
MORE_VISITS: dict[str, Any] = {"kind": "visits", "percent": 30.0, **_DAYS}
ABSENCE: dict[str, Any] = {"kind": "absence", "points": 1.0, **_DAYS}
