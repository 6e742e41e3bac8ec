"""Mes notifications."""

from cockpit.views.page import open_page
from cockpit.views.screens import notifications

open_page("notifications", notifications.show)
