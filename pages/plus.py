"""Plus."""

from cockpit.views.page import open_page
from cockpit.views.screens import plus

open_page("plus", plus.show)
