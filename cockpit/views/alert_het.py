"""The six indicators of a tension alert, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.series.model import Status
from cockpit.views import french, tables
from cockpit.views.admin import words

if TYPE_CHECKING:
    from cockpit.kpi.tension_day import Indicator


def table(found: Sequence[Indicator]) -> str:
    """Each with its value and whether it is in tension, in words."""
    rows = [
        (
            pick(one.label_fr, one.label_en),
            _measured(one),
            words.chip(Status.RED, _("En tension"))
            if one.in_tension
            else words.chip(Status.OK if one.level is not None else Status.NONE, _level_word(one)),
        )
        for one in found
    ]
    columns = [
        tables.Column(_("Indicateur")),
        tables.Column(_("Valeur")),
        tables.Column(_("État"), number=False),
    ]
    return tables.table(_("Les six indicateurs de tension"), columns, rows)


def _measured(one: Indicator) -> str:
    if one.value is None:
        return _("n.d.")
    return f"{french.number(one.value, int(one.unit == '%'))} {one.unit}"


def _level_word(one: Indicator) -> str:
    return _("Calme") if one.level is not None else _("n.d.")
