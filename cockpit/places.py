"""How a server is named: one writing per place, so that an allow-list can be compared as text."""

from __future__ import annotations

import ipaddress
import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_MOST_PORT = 65535
_LONGEST_NAME = 253


def canonical_host(text: str) -> str | None:
    """A host name in lower case or an address in its usual form; None for any other writing.

    `127.1`, `2130706433`, `0x7f.1` and full-width digits are ways to write one address as another.
    """
    if text.isascii() and len(text) <= _LONGEST_NAME and _NAME.fullmatch(text.lower()):
        return text.lower()
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
    return None if mapped or str(address) != bare else str(address)


def canonical_place(text: str) -> str:
    """`host:port`, an entry of `[network] allow`, checked. Raises ValueError (French)."""
    host, _, port = text.rpartition(":")
    name = canonical_host(host)
    number = int(port) if re.fullmatch(r"[1-9][0-9]{0,4}", port, re.ASCII) else 0
    if name is None or not 0 < number <= _MOST_PORT:
        message = (
            "un serveur et son port, écrits « serveur:port » comme « fhir.hopital.local:443 », "
            "sans « http:// » ni chemin, une adresse sous sa forme usuelle"
        )
        raise ValueError(message)
    return f"{name}:{number}"
