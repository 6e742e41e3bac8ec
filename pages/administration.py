"""Sources, published states and structure, for those who administer."""

from cockpit.views.page import open_page
from cockpit.views.screens import administration

open_page("administration", administration.show)
