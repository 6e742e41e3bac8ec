"""WHAT MATTERS NOW: one sentence on how we stand, then three to six lines, worst first.

    compose.py      brief(generation, scope): reads, ranks, writes
    rank.py         which changes deserve a line
    sentences.py    the two languages of a line

Every line names the KPI, the unit and the days of its figure.
"""

from cockpit.brief.compose import brief
from cockpit.brief.model import Brief, BriefLine

__all__ = ["Brief", "BriefLine", "brief"]
