"""`cockpit check` names the file that is wrong, and goes on."""

from __future__ import annotations

from pathlib import Path

from cockpit.doctor import Finding, examine
from cockpit.settings import Home
from tests.warehouse.installation import Installation


def found(home: Home) -> dict[str, Finding]:
    return {one.name: one for one in examine(home)}


def test_the_files_of_alerts_and_of_people_are_looked_at(tmp_path: Path) -> None:
    home = Installation(Home(tmp_path)).home
    fine = found(home)
    assert fine["alerts.toml"].ok
    assert fine["people.toml"].ok
    (home.root / "alerts.toml").write_text('[[rule]]\nid = "essai"\nkpi = "rien"\n', "utf-8")
    (home.root / "people.toml").write_text("[[person]\n", "utf-8")
    wrong = found(home)
    assert (wrong["alerts.toml"].ok, wrong["people.toml"].ok) == (False, False)
    assert "essai" in wrong["alerts.toml"].sentence
    assert "people.toml" in wrong["people.toml"].sentence
