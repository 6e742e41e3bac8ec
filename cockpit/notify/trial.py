"""A message of trial: the same path as an alert, so that it proves something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from cockpit import state
from cockpit.errors import BadRequest
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, use
from cockpit.notify import outbox
from cockpit.notify.people import BUILT_IN
from cockpit.notify.route import Line, Post, Words, line_key
from cockpit.notify.send import send_due

if TYPE_CHECKING:
    from cockpit.notify.outbox import Message
    from cockpit.settings import Home


def send(home: Home, name: str, channel: str) -> Message:
    """Store it, send what is due, and return it as it stands then. Raises BadRequest."""
    engine, now = state.engine(home), outbox.now()
    with Session(engine) as session, session.begin():
        book = outbox.current_book(home, session)
        person = book.by_id.get(name)
        if person is None:
            raise BadRequest(field="PERSON", expected=mark("une personne de people.toml"))
        if channel not in BUILT_IN and channel not in book.channels.named:
            expected = mark("« email », « push » ou une voie de channels.toml")
            raise BadRequest(field="--by", expected=expected)
        with use(person.language):
            words = Words(title=_("Si vous lisez ceci, cette voie fonctionne."))
        key = line_key(0, f"test@{now.isoformat()}", name, channel, 0)
        line = Line(key, 0, "test", "amber", 0, now, words)
        outbox.store(session, [Post(name, channel, now, (line,))], "test")
    send_due(home, plan=False)
    return next(
        one
        for one in outbox.listed(engine, 1000)
        if one.kind == "test" and one.person == name and one.channel == channel
    )
