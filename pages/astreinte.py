"""Astreinte."""

from cockpit.views.page import open_page
from cockpit.views.screens import astreinte

open_page("astreinte", astreinte.show)
