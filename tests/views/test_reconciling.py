"""Rapprochements and the origin of a figure, as HTML.

Recensement against gestion des lits, A1 from 1 to 31 October 2026, 10 beds a day against 12:
310 / 372, a gap of -62, that is -16,7 %, tolerance 1 %.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cockpit.series.reconcile import BUILT_IN
from cockpit.views import origins, reconciling
from cockpit.views.context import build, scope_of
from cockpit.views.params import Params
from tests.support.hospital import Hospital
from tests.views.test_tiles import words

FIGURES = """
    beds_open      A1  2026-10-01..2026-10-31  10
    beds_open_0800 A1  2026-10-01..2026-10-31  {managed}
"""


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-21")

    def section(managed: int) -> str:
        hospital = Hospital(tmp_path / f"home{managed}")
        made = hospital.given(FIGURES.format(managed=managed))
        return reconciling.section(build(made, scope_of(made.units, "admin"), Params()))

    return section


def test_a_broken_reconciliation_is_red_with_its_gap_and_where_to_look(shown) -> None:
    html = shown(12)
    said = words(html)
    assert "|1 à vérifier|" in said
    assert "|Site A |octobre 2026 · 310 / 372|−16,7 %" in said
    assert "Une fermeture saisie dans un seul des deux logiciels." in said
    assert html.index("ck-gap ck-red") < html.index("ck-gap ck-unavailable"), "broken ones first"


def test_a_kept_reconciliation_is_green_and_one_without_source_says_so(shown) -> None:
    html = shown(10)
    assert "ck-gap ck-ok" in html
    assert "ck-red" not in html
    assert html.count("En attente d'une source.".replace("'", "&#x27;")) == len(BUILT_IN) - 1


def test_the_origin_of_a_figure_names_measure_source_file_and_days() -> None:
    row = {
        "measure": "ed_visits", "source": "urgences", "rows": 12, "file": "drop/<b>.csv",
        "source_hash": "a" * 64, "received_at": pd.Timestamp("2026-11-21 05:00"),
        "first_day": pd.Timestamp("2026-11-01"), "last_day": pd.Timestamp("2026-11-20"),
    }  # fmt: skip
    derived = {**row, "source": "estimation-t2a", "file": "", "source_hash": ""}
    html = origins.deliveries(pd.DataFrame([row, derived]))
    said = words(html)
    assert "|Passages aux urgences|urgences|12|" in said
    assert "01/11/2026 – 20/11/2026" in said
    assert "|21/11/2026 06:00|" in said
    assert "<b>" not in html
    assert "|calculé par Cockpit|" in said
