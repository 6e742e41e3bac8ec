"""Activité."""

from cockpit.views.page import open_page
from cockpit.views.screens import activite

open_page("activite", activite.show)
