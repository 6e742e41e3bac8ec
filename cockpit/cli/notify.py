"""`cockpit notify`: who is told, who is on duty, what left and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cockpit import clock, settings
from cockpit.cli.out import FAILED, Json, application, give, say

if TYPE_CHECKING:
    from cockpit.notify.book import Book

app = application("Les envois : personnes, astreinte, messages.")

Who = Annotated[str, typer.Argument(metavar="PERSON", help="Identifiant de people.toml.")]
By = Annotated[str, typer.Option("--by", help="Voie : email, push, ou un nom de channels.toml.")]
Most = Annotated[int, typer.Option("--most", min=1, max=1000, help="Combien de messages.")]


def _book() -> Book:
    """The files as they are; what is wrong in them is said."""
    from cockpit.notify import book  # noqa: PLC0415 - pydantic and the network: 0.2 s

    found = book.load(settings.home())
    for error in found.errors:
        say(error.sentence())
    return found


@app.command()
def people(as_json: Json = False) -> None:
    """Les personnes jointes, leurs voies ; ce qui est faux dans les fichiers est dit."""
    from cockpit.notify import phones  # noqa: PLC0415

    book = _book()
    count = phones.counts(settings.home())
    rows = [
        {
            "id": one.id,
            "role": one.role,
            "red": ", ".join(one.red),
            "amber": ", ".join(one.amber),
            "phones": count.get(one.id, 0),
            "quiet": one.quiet,
            "digest": one.digest,
            "name": one.name,
        }
        for one in book.people.people
    ]
    columns = ("id", "role", "red", "amber", "phones", "quiet", "digest", "name")
    give(rows, as_json=as_json, columns=columns)
    if book.errors:
        raise typer.Exit(FAILED)


@app.command()
def roster(as_json: Json = False) -> None:
    """L'astreinte : qui maintenant, puis qui ; les trous et les chevauchements sont dits."""
    from cockpit.notify import outbox  # noqa: PLC0415

    book = _book()
    now = outbox.now()
    for remark in book.roster.remarks(book.by_id):
        say(remark)
    shift = book.roster.at(now)
    say(f"D'astreinte maintenant : {shift.person if shift else 'personne'}.")
    rows = [
        {
            "from": f"{clock.in_paris(one.first).isoformat(timespec='minutes')}",
            "to": f"{clock.in_paris(one.last).isoformat(timespec='minutes')}",
            "deputy": one.deputy,
            "person": one.person,
        }
        for one in book.roster.shifts
        if one.last > now
    ]
    give(rows, as_json=as_json, columns=("from", "to", "deputy", "person"))
    if book.roster.errors:
        raise typer.Exit(FAILED)


@app.command("test")
def try_(person: Who, by: By = "email") -> None:
    """Envoyer un message d'essai maintenant, et dire ce qu'il est devenu."""
    from cockpit.notify import trial  # noqa: PLC0415

    message = trial.send(settings.home(), person, by)
    if message.state != "sent":
        again = (
            "Il ne sera pas renvoyé." if message.state == "failed" else "Nouvel essai automatique."
        )
        say(f"Non remis à {person} par {by} : {message.reason}. {again}")
        raise typer.Exit(FAILED)
    say(f"Remis à {person} par {by}.")


@app.command()
def outbox(as_json: Json = False, most: Most = 50) -> None:
    """Les messages, du plus récent au plus ancien : en attente, partis, refusés, périmés."""
    from cockpit import state  # noqa: PLC0415
    from cockpit.notify import outbox as box  # noqa: PLC0415

    rows = [
        {
            "due": f"{one.due_at.isoformat(timespec='seconds')}Z",
            "person": one.person,
            "channel": one.channel,
            "kind": one.kind,
            "state": one.state,
            "tries": one.tries,
            "reason": one.reason,
        }
        for one in box.listed(state.engine(settings.home()), most)
    ]
    columns = ("due", "person", "channel", "kind", "state", "tries", "reason")
    give(rows, as_json=as_json, columns=columns)
    if any(one["state"] == "expired" for one in rows):
        say("« expired » : trop vieux pour être utile (24 h), jamais envoyé.")
