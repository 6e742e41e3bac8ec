"""What a command asks of the published figures: the same questions as the HTTP API."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cockpit import i18n, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.answers.visit import Visit


@contextmanager
def visiting(role: str | None) -> Iterator[Visit]:
    """A visit of the newest generation, in the installation's language.

    Raises NoGeneration, BadRequest.
    """
    from cockpit.answers.visit import visit  # noqa: PLC0415 - pandas and DuckDB: 0.6 s
    from cockpit.warehouse.attach import Warehouse  # noqa: PLC0415

    who = visit(Warehouse(settings.home()), {"as": role} if role else {})
    with i18n.use(who.language):
        yield who
