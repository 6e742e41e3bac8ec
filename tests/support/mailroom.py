"""A hospital of two sites that writes to people, and a real SMTP server on loopback.

G  group ── A  establishment ── A1 uf
        └── B  establishment ── B1 uf

dg     director_ght   group     red and amber by mail
dir.a  director_A     site A
dir.b  director_B     site B
lits   bed_manager    beds and activity of the group
daf    daf            finance
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.model import Alert
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.notify import outbox
from cockpit.settings import Home

STRUCTURE = """unit;parent;level;label
G;;group;GHT d'essai
A;G;establishment;Site A
B;G;establishment;Site B
A1;A;uf;UF A1
B1;B;uf;UF B1
"""
PEOPLE = "".join(
    f'[[person]]\nid = "{name}"\nname = "{label}"\nemail = "{name}@hopital.test"\n'
    f'role = "{role}"\n\n'
    for name, label, role in (
        ("dg", "Claire Dupont", "director_ght"),
        ("dir.a", "Alain Un", "director_A"),
        ("dir.b", "Béatrice Deux", "director_B"),
        ("lits", "Cellule des lits", "bed_manager"),
        ("daf", "Denis Finances", "daf"),
    )
)
BOARDERS = Alert(
    rule="boarders_now_level",
    kind="threshold",
    domain=Domain.BEDS,
    kpi=KpiId("boarders_now"),
    unit=UnitId("A"),
    unit_label="Site A",
    severity="red",
    since=date(2026, 11, 20),
    as_of=date(2026, 11, 21),
    title_fr="En attente de lit · Site A : 7",
    title_en="Waiting for a bed · Site A: 7",
    body_fr="Au-dessus du seuil de 6.",
    body_en="Above the level of 6.",
    owner_fr="Cellule des lits",
    lever_fr="Ouvrir des lits tampon",
    role="bed_manager",
)


def alert(unit: str = "A", **changes: Any) -> Alert:
    return replace(BOARDERS, unit=UnitId(unit), unit_label=f"Site {unit}", **changes)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make_home(root: Path, port: int, *, people: str = PEOPLE, mail: str = "") -> Home:
    home = Home(root).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    (root / "people.toml").write_text(people, "utf-8")
    (root / "channels.toml").write_text(
        '[mail]\nhost = "127.0.0.1"\nsender = "cockpit@hopital.test"\n'
        f"port = {port}\n" + (mail or 'security = "none"\n'),
        "utf-8",
    )
    (root / "cockpit.toml").write_text(
        'public_url = "https://cockpit.hopital.test"\n'
        f'[network]\nallow = ["127.0.0.1:{port}", "localhost:{port}"]\n',
        "utf-8",
    )
    return home


def publish(home: Home, generation: int, *alerts: Alert, at: datetime | None = None) -> None:
    """What a publish does: events and messages in one transaction."""
    keep.record(
        state.engine(home),
        generation,
        at or outbox.now(),
        alerts,
        follow=outbox.follow(home),
    )


@dataclass
class Mailbox:
    """What a server took. answer: its reply to the end of a message. drop: how many messages it
    takes whole and cuts without a word. deny: recipients it refuses, with the code."""

    envelopes: list[Any] = field(default_factory=list)
    drop: int = 0
    deny: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"
    slow_s: float = 0.0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: smtp.SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.deny:
            return self.deny[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: smtp.SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.drop:
            self.drop -= 1
            server.transport.abort()  # type: ignore[union-attr]
            return "421 cut"
        if self.answer.startswith("250"):
            self.envelopes.append(envelope)
        await asyncio.sleep(self.slow_s)
        return self.answer

    @property
    def letters(self) -> list[EmailMessage]:
        return [
            message_from_bytes(one.content, policy=policy.default)  # type: ignore[arg-type]
            for one in self.envelopes
        ]

    @property
    def copies(self) -> Counter[str]:
        return Counter(str(one["Message-ID"]) for one in self.letters)

    def to(self) -> list[str]:
        return sorted(address for one in self.envelopes for address in one.rcpt_tos)


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """What a letter says; it always has both writings."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class _Controller(Controller):
    """Options of the server itself: those of the controller encrypt from the first byte."""

    more: dict[str, Any]

    def factory(self) -> smtp.SMTP:
        return smtp.SMTP(self.handler, hostname="localhost", **self.more)


@contextmanager
def serving(
    port: int, box: Mailbox, starttls: ssl.SSLContext | None = None, **more: Any
) -> Iterator[Mailbox]:
    """starttls: what the server presents, and then demands."""
    if starttls is not None:
        more |= {"tls_context": starttls, "require_starttls": True}
    controller = _Controller(box, hostname="127.0.0.1", port=port)
    controller.more = more
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
