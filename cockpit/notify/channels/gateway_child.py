"""`python -m cockpit.notify.channels.gateway_child`: one call of apprise, shut in.

Reads {"url", "title", "body", "allow"} on standard input, answers `sent`, `refused`, `unknown` or
`shut`. Before the address is read, an audit hook, which nothing in the process can take away,
refuses every connection but to addresses that an allowed `host:port` gave, every look-up of
another name, and every program.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from typing import Any

from cockpit.places import canonical_host

_FORBIDDEN = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.spawn",
    "pty.",
    "socket.bind",
)
_OUT = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UP = ("socket.gethostby", "socket.getnameinfo")


class _Shut(OSError):
    """Outside of the list."""


class _Walls:
    """What may be reached: names as the operator wrote them, then what they resolved to."""

    def __init__(self, allow: list[str]) -> None:
        self._allow = frozenset(allow)
        self._known: set[tuple[str, int]] = set()
        self._look_up = socket.getaddrinfo
        self.was_hit = False

    def raise_up(self) -> None:
        socket.getaddrinfo = self._looked_up
        sys.addaudithook(self._watch)

    def _looked_up(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if not self._is_allowed(host, port):
            self._refuse()
        found = self._look_up(host, port, *more, **named)
        self._known.update((str(one[4][0]), int(one[4][1])) for one in found)
        return found

    def _is_allowed(self, host: Any, port: Any) -> bool:
        text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        name = canonical_host(text)
        return name is not None and f"{name}:{port}" in self._allow

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _OUT:
            address = arguments[1]
            if not isinstance(address, tuple) or tuple(address[:2]) not in self._known:
                self._refuse()
        elif event == "socket.getaddrinfo":
            if not self._is_allowed(arguments[0], arguments[1]):
                self._refuse()
        elif event.startswith((*_FORBIDDEN, *_LOOK_UP)):
            self._refuse()

    def _refuse(self) -> None:
        self.was_hit = True
        raise _Shut("outside of the allow-list")


def main() -> None:
    """Send one notification."""
    asked = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)  # it logs addresses, hence accounts
    import apprise  # noqa: PLC0415 - before the walls: it looks at its own plugins

    walls = _Walls(asked["allow"])
    walls.raise_up()
    sender = apprise.Apprise()
    if not sender.add(asked["url"]):
        print("unknown")  # noqa: T201 - the answer
        return
    is_sent = sender.notify(title=asked["title"], body=asked["body"], body_format="text")
    print("sent" if is_sent else "shut" if walls.was_hit else "refused")  # noqa: T201


if __name__ == "__main__":
    main()
