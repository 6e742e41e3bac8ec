"""Synthèse."""

from cockpit.views.page import open_page
from cockpit.views.screens import synthese

open_page("synthese", synthese.show)
