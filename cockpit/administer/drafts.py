"""A source that is not written yet, checked as one that is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cockpit.connect.config import SourceConfig, load_source


def checked(name: str, text: str) -> SourceConfig:
    """What `load_source` makes of this text, or the BadSource that it raises."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / f"{name}.toml"
        draft.write_bytes(text.encode("utf-8", "surrogatepass"))
        return load_source(draft)
