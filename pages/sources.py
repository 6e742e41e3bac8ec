"""Sources and runs, for those who administer."""

from cockpit.views.page import open_page
from cockpit.views.screens import sources

open_page("sources", sources.show)
