"""`cockpit` in a process that notes what it says to other machines, and to whom.

An audit hook writes, one a line, every name looked up and every address connected to that is not
this machine's. The words `look-up` look one up on purpose: the hook is seen to note.
"""

from __future__ import annotations

import sys
from pathlib import Path

_WATCHED = """
import sys
LOCAL = ("127.", "::1", "localhost", "0.0.0.0", "None")
def note(event, args):
    if event == "socket.connect":
        where = args[1]
    elif event == "socket.getaddrinfo":
        where = args[0]
    else:
        return
    if isinstance(where, (str, bytes)) and event == "socket.connect":
        return  # a Unix socket
    name = str(where[0] if isinstance(where, tuple) else where)
    if not name.startswith(LOCAL):
        with open(sys.argv[1], "a") as log:
            log.write(f"{event} {name}\\n")
sys.addaudithook(note)
words = sys.argv[2:]
if words == ["look-up"]:
    import socket
    try:
        socket.getaddrinfo("cockpit.invalid", 80)
    except OSError:
        pass
else:
    from cockpit.cli import app
    app(words)
"""


def command(log: Path, *words: str) -> list[str]:
    """`cockpit` with these words; `log` is there once another machine was spoken to."""
    return [sys.executable, "-c", _WATCHED, str(log), *words]
