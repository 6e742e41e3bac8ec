"""What .streamlit/config.toml promises: no figure leaves, nothing is shown that should not be."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import streamlit as st

CONFIG = tomllib.loads(
    (Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text("utf-8")
)
PROMISED = {
    "browser.gatherUsageStats": False,
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.allowedHosts": ["localhost", "127.0.0.1", "[::1]"],
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.maxUploadSize": 20,
    "server.maxMessageSize": 20,
    "server.fileWatcherType": "none",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.enableWebsocketCompression": True,
    "server.disconnectedSessionTTL": 3600,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.showSidebarNavigation": False,
    "client.disableDataExport": True,
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
}


@pytest.mark.parametrize("name", PROMISED)
def test_the_setting_is_what_was_promised(name: str) -> None:
    section, option = name.split(".")
    assert CONFIG[section][option] == PROMISED[name]


def test_streamlit_knows_every_setting() -> None:
    for section, options in CONFIG.items():
        if section != "theme":
            for option in options:
                st.get_option(f"{section}.{option}")


def test_no_setting_names_an_outside_address() -> None:
    assert "http" not in str(CONFIG)
