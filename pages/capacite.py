"""Capacité."""

from cockpit.views.page import open_page
from cockpit.views.screens import capacite

open_page("capacite", capacite.show)
