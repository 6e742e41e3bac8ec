"""The edge of a page: guard, then draw, and never a trace on the screen.

open_page("finances", finances.show)   is the whole body of a file of pages/
with_pages(context)                    gives the links of a role, for cockpit/web/main.py
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
import structlog

from cockpit.errors import CockpitError
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
    _settle_address()
    try:
        show(context)
    except CockpitError as error:
        _log.warning("page refused", page=name, **error.log_line())
        st.html(parts.error(error.sentence()))
    except Exception:  # noqa: BLE001 - the page boundary: logged, told in one sentence
        _log.exception("page failed", page=name)
        st.html(parts.error(_("Cette page n'a pas pu être construite. Aucun chiffre n'a changé.")))


def _settle_address() -> None:
    """Say the address again: a link to the same page changes what is read, not what is written.

    The browser ignores it when nothing differs (streamlit 1.67, handlePageInfoChanged).
    """
    st.query_params.from_dict(st.query_params.to_dict())


def with_pages(context: Context) -> Context:
    """The same context, knowing where its links lead."""
    return replace(context, pages=nav.streamlit_pages())
