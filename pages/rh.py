"""RH."""

from cockpit.views.page import open_page
from cockpit.views.screens import rh

open_page("rh", rh.show)
