"""What would change is what then changes, and looking at it changes nothing.

As in test_refresh.py, two files are published first:

    urgences-1.csv   01/03/2026 UF 10: 5   01/03/2026 UF 20: 7   02/03/2026 UF 10: 6
    paie-1.csv       2026-01    UF 10: 2   2026-01    UF 11: 1   2026-02    UF 10: 3
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.connect.config import load_source
from cockpit.connect.structure import load_structure
from cockpit.preview import Preview, preview
from tests.warehouse.installation import STRUCTURE, Installation


@pytest.fixture
def fed(installation: Installation) -> Installation:
    installation.drop("urgences-1.csv", "01/03/2026;10;5", "01/03/2026;20;7", "02/03/2026;10;6")
    installation.drop("paie-1.csv", "2026-01;10;2", "2026-01;11;1", "2026-02;10;3")
    installation.refresh()
    return installation


def seen(installation: Installation, source: str = "urgences") -> Preview:
    home = installation.home
    return preview(
        home, load_source(home.sources / f"{source}.toml"), load_structure(home.structure)
    )


def effects(found: Preview, kpi: str = "ed_visits") -> dict[tuple[str, str], tuple[object, object]]:
    return {
        (one.unit, str(one.period)): (one.before, one.after)
        for one in found.effects
        if one.kpi == kpi
    }


def files(root: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time, state database left out."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and not path.name.startswith("state.")
    }


def test_each_unit_that_would_change_is_shown_before_and_after(fed: Installation) -> None:
    fed.drop("urgences-2.csv", "01/03/2026;10;9", "03/03/2026;20;4")
    assert effects(seen(fed)) == {
        ("GHT", "2026-03-01"): (12, 16),
        ("E1", "2026-03-01"): (5, 9),
        ("10", "2026-03-01"): (5, 9),
        ("GHT", "2026-03-03"): (None, 4),
        ("E2", "2026-03-03"): (None, 4),
        ("20", "2026-03-03"): (None, 4),
    }


def test_looking_leaves_no_trace_and_publishing_gives_what_was_shown(fed: Installation) -> None:
    fed.drop("urgences-2.csv", "01/03/2026;10;9")
    before, number = files(fed.home.root), fed.number
    shown = effects(seen(fed))
    assert files(fed.home.root) == before
    assert fed.number == number
    fed.refresh()
    assert fed.visits()["10", "2026-03-01"] == shown["10", "2026-03-01"][1]
    assert seen(fed) == Preview((), (), ())


def test_a_unit_left_out_of_a_replaced_month_is_shown_as_withdrawn(fed: Installation) -> None:
    source = fed.home.sources / "paie.toml"
    source.write_text(source.read_text("utf-8").replace("work_accidents", "fte_paid"), "utf-8")
    fed.refresh()
    fed.drop("paie-2.csv", "2026-01;10;4")
    assert effects(seen(fed, "paie"), "fte_paid") == {
        ("GHT", "2026-01-01"): (3, 4),
        ("E1", "2026-01-01"): (3, 4),
        ("10", "2026-01-01"): (2, 4),
        ("11", "2026-01-01"): (1, None),
    }


def test_refused_rows_and_refused_files_are_in_the_preview(fed: Installation) -> None:
    fed.drop("urgences-2.csv", "01/03/2026;10;9", "32/03/2026;10;1")
    (fed.home.drop / "urgences-3.csv").write_bytes(b"\x00\x01")
    found = seen(fed)
    assert [batch.quarantine.num_rows for batch in found.batches] == [1]
    assert [one.facts["file"] for one in found.refusals] == ["drop/urgences-3.csv"]


def test_nothing_published_yet_and_a_changed_structure_are_previewed_too(
    installation: Installation,
) -> None:
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    assert effects(seen(installation))["GHT", "2026-03-01"] == (None, 5)
    installation.refresh()
    installation.structure(STRUCTURE.replace("Médecine", "Médecine A"))
    installation.drop("urgences-2.csv", "02/03/2026;10;6")
    assert effects(seen(installation)) == {
        (unit, "2026-03-02"): (None, 6) for unit in ("GHT", "E1", "10")
    }
