"""The web process: uvicorn on loopback, with this repository's settings whatever the folder."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.out import FAILED, say

if TYPE_CHECKING:
    from cockpit.settings import Home

ADDRESS = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
"""The folder of app.py and .streamlit."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def run(home: Home, port: int) -> int:
    """Serve until a signal; returns the exit status."""
    if not is_free(port):
        say(f"Le port {port} est déjà pris. Rien n'a démarré. Essayez « --port {port + 1} ».")
        return FAILED
    _settle(home, port)
    import uvicorn  # noqa: PLC0415 - after the settings are in place

    uvicorn.run(
        "app:app",
        host=ADDRESS,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=20 * 1024 * 1024,
        ws_per_message_deflate=True,  # Streamlit's setting is read by its own server only
        timeout_graceful_shutdown=5,
    )
    return 0


def _settle(home: Home, port: int) -> None:
    """Streamlit reads its settings from the current folder and `STREAMLIT_*`: fix both."""
    for name in [name for name in os.environ if name.startswith("STREAMLIT_")]:
        del os.environ[name]
    os.environ["COCKPIT_HOME"] = str(home.root)
    os.environ["STREAMLIT_SERVER_PORT"] = str(port)
    os.environ["STREAMLIT_BROWSER_SERVER_PORT"] = str(port)
    os.chdir(ROOT)
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
