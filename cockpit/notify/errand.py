"""What a channel is given: the letter, for whom, and whom to tell before it is too late."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cockpit.connect import guard, network, secrets
from cockpit.connect.contract import Asked, Deadline
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable
from cockpit.i18n import mark
from cockpit.notify.failure import ChannelDown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cockpit.connect.network import Place
    from cockpit.notify.letter import Letter
    from cockpit.notify.people import Person
    from cockpit.notify.settings import Channels
    from cockpit.settings import Home

_LARGEST_PEM = 1 << 20
LIMIT_S = 30.0
"""A server that has not taken a message by then is down."""


@dataclass(frozen=True)
class Errand:
    """One letter for one person. hand: called once, just before the letter cannot be taken back."""

    home: Home
    channels: Channels
    person: Person
    letter: Letter
    hand: Callable[[], None]
    limit_s: float = LIMIT_S
    asked: Asked = field(init=False)

    def __post_init__(self) -> None:
        deadline = Deadline.after(self.limit_s)
        object.__setattr__(self, "asked", Asked(self.home, "channels", deadline=deadline))

    def place(self, host: str, port: int) -> Place:
        """The server, if the operator allows it. Raises ChannelDown."""
        with told():
            return network.allowed(self.asked, host, port)

    def secret(self, reference: str, field_name: str) -> str:
        """The secret itself, "" for none. Raises ChannelDown."""
        with told():
            return secrets.reveal(self.asked, reference, field_name)

    def trust(self, ca_file: str) -> ssl.SSLContext:
        """The authorities of the system, or the hospital's own. Raises ChannelDown."""
        if not ca_file:
            return ssl.create_default_context()
        try:
            with guard.opened(self.home, ca_file, _LARGEST_PEM) as found:
                return ssl.create_default_context(cadata=found.stream.read().decode("ascii"))
        except (BadDelivery, ssl.SSLError, ValueError) as error:
            reason = mark("ca_file n'est pas un certificat PEM du dossier")
            raise ChannelDown(reason=reason) from error


@contextmanager
def told() -> Iterator[None]:
    """What the door to the network refuses, as a channel that is down until somebody acts."""
    try:
        yield
    except BadSource as error:
        raise ChannelDown(reason=str(error.facts["expected"])) from error
    except (SourceUnavailable, SourceRefused) as error:
        raise ChannelDown(reason=str(error.facts["reason"])) from error
    except OSError as error:
        raise ChannelDown(reason=mark("connexion coupée")) from error
