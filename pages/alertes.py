"""Alertes."""

from cockpit.views.page import open_page
from cockpit.views.screens import alertes

open_page("alertes", alertes.show)
