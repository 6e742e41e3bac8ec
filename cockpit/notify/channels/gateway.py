"""SMS gateways and chat through apprise, in a child that can reach the allow-list and no more.

Apprise knows some 150 services, each with hosts of its own: which ones an address leads to is not
read from the address. The child is therefore shut in (gateway_child.py) before it sees the address.
What leaves says how many alerts, never which; the link opens Cockpit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from cockpit import log
from cockpit.i18n import mark
from cockpit.notify.errand import told
from cockpit.notify.failure import ChannelDown, NotSent
from cockpit.notify.settings import Gateway

if TYPE_CHECKING:
    from cockpit.notify.errand import Errand

_CHILD = "cockpit.notify.channels.gateway_child"
_NEEDED = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH")


def send(errand: Errand, gateway: Gateway) -> None:
    """Hand it to the gateway. Raises ChannelDown, NotSent."""
    address = errand.secret(gateway.url, f"{gateway.id}.url")
    address = address.replace("{phone}", errand.person.phone)
    log.hide(address)
    letter = errand.letter
    asked = {
        "url": address,
        "title": "Cockpit",
        "body": f"{letter.subject} {letter.link}".strip(),
        "allow": sorted(errand.home.installation.network.allow),
    }
    environment = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    errand.hand()
    with told():
        limit_s = errand.asked.deadline.left()
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _CHILD],
            input=json.dumps(asked).encode(),
            capture_output=True,
            env=environment,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotSent(reason=mark("la passerelle n'a pas répondu à temps")) from error
    _judge(done.stdout.decode("utf-8", "replace").strip())


def _judge(said: str) -> None:
    match said:
        case "sent":
            return
        case "unknown":
            raise ChannelDown(reason=mark("l'adresse de la passerelle n'est pas comprise"))
        case "shut":
            raise ChannelDown(
                reason=mark("la passerelle va vers un serveur que [network] allow ne nomme pas")
            )
        case _:
            raise NotSent(reason=mark("la passerelle n'a pas pris le message"))
