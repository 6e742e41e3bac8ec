"""The shipped files say what `rules.py` said; to be deleted with it."""

from __future__ import annotations

from cockpit.alerts import rulebook
from cockpit.alerts.rules import RULES, concern


def test_nothing_of_the_old_rules_is_lost() -> None:
    shipped = rulebook.shipped()
    assert [one for one in shipped if one in {rule.id for rule in RULES}] == [r.id for r in RULES]
    for old in RULES:
        new = shipped[old.id]
        assert (new.kpi, new.at, new.wait, new.least) == (
            old.kpi, old.levels, old.set_for, old.least,
        )  # fmt: skip
        assert (new.disciplines, new.urgency) == (old.disciplines, concern(old.id))
        if old.id != "serious_adverse_events_level":  # had no level, and so never spoke
            assert (new.grain, new.side, new.when) == (old.grain, old.side, None)
