"""The six indicators of a tension on the sheet of its alert, on the Friday of
`worked_special.tense_friday` at site A: 131 visits, 53 patients at 15:00, 30 % admitted, 25 visits
of 75 and over; no bed was counted, no duration is known.
"""

from __future__ import annotations

import html
import re

import pytest

from cockpit.kpi.model import UnitId
from cockpit.kpi.tension_day import indicators
from cockpit.views import alert_het
from tests.kpi.worked_special import FRIDAY, tense_friday
from tests.support.hospital import Hospital
from tests.views.test_tiles import words

GRAND_EST = """
[tension]
variant = "grand_est"
[tension.levels.HET2]
orange = 132
red = 140
[tension.levels.HET6]
orange = 20
red = 22
"""


def rows(hospital: Hospital) -> list[tuple[str, str, str]]:
    """Name, value and state of each line of the table."""
    generation = hospital.given(tense_friday())
    drawn = alert_het.table(indicators(generation, hospital.scope(), UnitId("A"), FRIDAY))
    lines = re.findall(r"<tr.*?</tr>", drawn)[1:]
    cells = [[one for one in html.unescape(words(line)).split("|") if one] for line in lines]
    return [(cell[0], cell[1], cell[-1]) for cell in cells]


def test_in_occitanie_an_indicator_is_in_tension_from_three_deviations(hospital: Hospital) -> None:
    """Visits 3.04, present 3.19, admitted 3.92 deviations; 75 and over 2.45: calm."""
    assert rows(hospital) == [
        ("Lits disponibles face au BJML", "n.d.", "n.d."),
        ("Passages aux urgences", "131 passages", "En tension"),
        ("Durée de passage des admis", "n.d.", "n.d."),
        ("Taux d'hospitalisation", "30,0 %", "En tension"),
        ("Présents à 15 h", "53 patients", "En tension"),
        ("Passages de 75 ans et plus", "25 passages", "Calme"),
    ]


def test_in_grand_est_it_is_from_its_orange_level(hospital: Hospital) -> None:
    """131 visits are under the orange 132: calm. 25 of 75 and over are beyond 20. Present 53 is
    beyond 40 + 2 x 4.08, and 30 % beyond 22 + 2 x 2.04."""
    (hospital.root / "alerts.toml").write_text(GRAND_EST, "utf-8")
    states = [state for _name, _value, state in rows(hospital)]
    assert states == ["n.d.", "Calme", "n.d.", "En tension", "En tension", "En tension"]


@pytest.mark.parametrize("hostile", ["<script>x</script>", "![](http://ailleurs.example/x.png)"])
def test_the_table_shows_whatever_label_as_text(hospital: Hospital, hostile: str) -> None:
    generation = hospital.given(tense_friday())
    (one, *_rest) = indicators(generation, hospital.scope(), UnitId("A"), FRIDAY)
    drawn = alert_het.table([type(one)(one.id, hostile, hostile, "lits", 1.0, 1.0, True)])
    assert "<script" not in drawn
    assert "<img" not in drawn
