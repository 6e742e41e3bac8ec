"""What `sample_<kind>.py` lays down for each connector: a home and a source that can be read."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.settings import Home


@dataclass(frozen=True)
class Sample:
    """A source of one kind, running: its settings, and columns that each line of it has."""

    home: Home
    settings: dict[str, object]
    columns: tuple[str, ...]
