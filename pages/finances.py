"""Finances."""

from cockpit.views.page import open_page
from cockpit.views.screens import finances

open_page("finances", finances.show)
