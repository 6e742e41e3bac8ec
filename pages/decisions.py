"""Décisions."""

from cockpit.views.page import open_page
from cockpit.views.screens import decisions

open_page("decisions", decisions.show)
