"""Explorer."""

from cockpit.views.page import open_page
from cockpit.views.screens import explorer

open_page("explorer", explorer.show)
