"""Which column says when, where, what: the part of a mapping that is one column per role.

A rule that is not one column (several joined, the same value on every line) stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from cockpit.administer.mapping import Suggestion
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.views import parts

Table = dict[str, Any]
Key = Callable[[str], str]

NOTHING = ""
PROBE = "format"
"""A widget that is always drawn: see `drafts.opened`."""

TITLES = {
    "date": mark("Date"),
    "unit": mark("Unité"),
    "measure": mark("Code de la mesure"),
    "value": mark("Valeur"),
    "facet": mark("Découpage"),
    "scenario": mark("Scénario"),
}
KINDS = {"measure": "code"}
"""What a suggestion calls a role, where it is not the role's own name."""

_OPTIONAL = {"facet": mark("(aucun)"), "scenario": mark("(aucun : tout est réalisé)")}
FORMATS = (
    "%d/%m/%Y",
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%Y%m%d",
    "%m/%Y",
    "%Y-%m",
    "%Y%m",
    "%B %Y",
    "%G-W%V",
)
_SHOWN = date(2026, 3, 9)
_MONTH = "mars"


def drawn(
    given: Table,
    listed: Sequence[str],
    hints: Mapping[str, Suggestion],
    roles: Sequence[str],
    key: Key,
) -> Table:
    """The rules of these roles, as picked; each is `given`'s own where it was not touched.

    hints: the column that is proposed for a role which has none.
    """
    made = {role: given[role] for role in roles if role in given}
    long = "value" in roles
    st.html(parts.section(_("Où, quand et quoi") if long else _("Où et quand")))
    with st.grid(2, min_column_width=300, gap="small"):
        for role in roles:
            if role in given and not column_of(given[role]):
                said = _("{role} : règle écrite dans le texte.").format(role=_(TITLES[role]))
                st.html(parts.note(said))
            else:
                _set(made, role, _picked(role, column_of(given.get(role)), listed, hints, key))
            if role == "date":
                _format(made, key)
    return made


def _picked(
    role: str, column: str, listed: Sequence[str], hints: Mapping[str, Suggestion], key: Key
) -> str | None:
    kind = KINDS.get(role, role)
    start = column or next((name for name, one in hints.items() if one.kind == kind), NOTHING)
    options = [NOTHING, *listed] if role in _OPTIONAL else list(listed)
    return st.selectbox(
        _(TITLES[role]),
        options,
        options.index(start) if start in options else None,
        key=key(role),
        format_func=lambda one: one or _(_OPTIONAL[role]),
        placeholder=_("Choisir"),
    )


def _format(made: Table, key: Key) -> None:
    """How days are written; another format than those of the list may be typed."""
    rule = made.get("date")
    own = rule.get("format") if isinstance(rule, dict) else None
    options = list(dict.fromkeys([*([own] if own else []), *FORMATS]))
    picked = st.selectbox(
        _("Écriture de la date"),
        options,
        key=key(PROBE),
        format_func=_example,
        accept_new_options=True,
    )
    if isinstance(rule, dict):
        made["date"] = {**rule, "format": picked or options[0]}


def _example(format_: str) -> str:
    """`%d/%m/%Y` as `09/03/2026`, which a person recognises in their file."""
    if format_ not in FORMATS:
        return format_
    return _SHOWN.strftime(format_.replace("%B", _MONTH)) + f"  ({format_})"


def _set(made: Table, role: str, picked: str | None) -> None:
    if picked:
        before = made.get(role)
        made[role] = {**(before if isinstance(before, dict) else {}), "column": picked}
    else:
        made.pop(role, None)


def column_of(rule: object) -> str:
    """The one column of a rule; "" for any other rule."""
    return str(rule["column"]) if isinstance(rule, dict) and "column" in rule else ""
