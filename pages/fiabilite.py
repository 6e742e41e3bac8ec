"""Fiabilité."""

from cockpit.views.page import open_page
from cockpit.views.screens import fiabilite

open_page("fiabilite", fiabilite.show)
