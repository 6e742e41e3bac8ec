"""The sheet of one KPI."""

from cockpit.views.page import open_page
from cockpit.views.screens import indicateur

open_page("indicateur", indicateur.show)
