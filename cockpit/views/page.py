"""The edge of a page: guard, then draw, and never a trace on the screen.

open_page("finances", finances.show)   is the whole body of a file of pages/
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
import structlog

from cockpit.errors import CockpitError, Refused
from cockpit.i18n import gettext as _
from cockpit.views import nav, parts
from cockpit.views.context import Context, current

_log = structlog.get_logger(__name__)


def open_page(name: str, show: Callable[[Context], None]) -> None:
    """Draw a page for who may see it; an error is one sentence, with what to do."""
    context = current()
    if not nav.may_see(nav.page(name), context.scope):
        st.html(parts.header(_(nav.page(name).title), context.unit.label))
        st.html(parts.forbidden())
        return
    try:
        show(context)
    except CockpitError as error:
        _log.warning("page refused", page=name, **error.log_line())
        if isinstance(error, Refused):  # by what is read first: no title is drawn yet
            st.html(parts.header(_(nav.page(name).title), context.unit.label))
        st.html(parts.error(error.sentence()))
    except Exception:  # noqa: BLE001 - the page boundary: logged, told in one sentence
        _log.exception("page failed", page=name)
        st.html(parts.error(_("Cette page n'a pas pu être construite. Aucun chiffre n'a changé.")))
