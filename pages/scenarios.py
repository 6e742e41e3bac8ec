"""The page of the what-ifs."""

from cockpit.views.page import open_page
from cockpit.views.screens import scenarios

open_page("scenarios", scenarios.show)
