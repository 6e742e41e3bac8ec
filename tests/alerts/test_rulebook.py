"""What ships says all that the rules said before; what a hospital writes changes only that."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from cockpit import i18n
from cockpit.access.scope import scopes
from cockpit.alerts import rulebook
from cockpit.alerts.rule import Gap, Ladder, Levels, Rule
from cockpit.alerts.rule_checks import faults, levels_here
from cockpit.alerts.rulebook import Rulebook
from cockpit.kpi.model import UnitId
from cockpit.settings import Home

ROOT = Path(__file__).resolve().parents[2]
STRUCTURE = """unit;parent;level;label;finess;discipline;valid_from;valid_to
G;;group;Groupe;;;;
A;G;establishment;Site A;010000024;;;
S1;A;service;Médecine;;MED;;
"""
KINDS = {"level", "gap", "history", "drift", "forecast", "missing", "reconciliation", "ladder"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "structure.csv").write_text(STRUCTURE, "utf-8")
    return Home(tmp_path).prepare()


def loaded(home: Home, text: str) -> Rulebook:
    (home.root / "alerts.toml").write_text(text, "utf-8")
    return rulebook.load(home)


def sentences(book: Rulebook) -> list[str]:
    return [error.sentence() for error in book.errors]


class TestShipped:
    def test_every_rule_holds_together_on_the_catalogue(self, home: Home) -> None:
        known = rulebook.known_of(home)
        found = [(rule.id, fault) for rule in rulebook.shipped().values()
                 for fault in faults(rule, known)]  # fmt: skip
        assert found == []

    def test_every_kind_of_condition_ships_at_least_once(self) -> None:
        kinds = {rule.when.kind for rule in rulebook.shipped().values() if rule.when}
        assert kinds == KINDS

    def test_every_rule_goes_to_the_inbox_of_a_role(self) -> None:
        roles = {scope.role for scope in scopes((), ())}
        assert {rule.role for rule in rulebook.shipped().values()} <= roles

    def test_what_touches_patients_tonight_comes_with_what_to_do(self) -> None:
        urgent = [rule for rule in rulebook.shipped().values() if rule.urgency == 0]
        beds = [one for name in ("strain", "beds", "emergency") for one in _of(name)]
        assert {rule.id for rule in urgent} <= set(beds)
        cards = [len(rulebook.shipped()[name].card) for name in beds]
        assert min(cards) >= 2
        assert max(cards) <= 4

    def test_a_label_is_in_both_languages(self) -> None:
        half = [rule.id for rule in rulebook.shipped().values()
                if bool(rule.label_fr) != bool(rule.label_en)]  # fmt: skip
        assert half == []

    def test_a_daily_rule_of_beds_needs_two_days_to_fall_silent(self) -> None:
        names = ("bed_occupancy_rate_level", "boarders_now_level", "het_tension_index_level")
        assert [rulebook.shipped()[name].hold for name in names] == [2, 2, 2]

    def test_the_files_are_shipped_with_the_package(self) -> None:
        data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        patterns = data["tool"]["setuptools"]["package-data"]["cockpit"]
        shipped = {path for one in patterns for path in (ROOT / "cockpit").glob(one)}
        assert set((ROOT / "cockpit/alerts/shipped").iterdir()) <= shipped

    def test_strain_is_told_before_the_emergency_room_and_money_last(self) -> None:
        names = list(rulebook.shipped())
        order = ("het_tension_index_level", "ed_los_median_level", "bed_occupancy_rate_level")
        places = [names.index(name) for name in (*order, "mco_stays_level", "payroll_level")]
        assert places == sorted(places)

    def test_an_installation_without_a_file_has_what_ships(self, home: Home) -> None:
        book = rulebook.load(home)
        assert book.rules == tuple(rulebook.shipped().values())
        assert (book.own, book.errors) == (frozenset(), ())


def _of(name: str) -> list[str]:
    text = (ROOT / f"cockpit/alerts/shipped/{name}.toml").read_text("utf-8")
    return [one["id"] for one in tomllib.loads(text)["rule"]]


class TestOwn:
    """Occupancy ships with the KPI's 92 and 95 (low 70 and 65), reset at 90 and 93."""

    def test_only_the_fields_given_change(self, home: Home) -> None:
        before = rulebook.load(home).get("bed_occupancy_rate_level")
        after = loaded(home, '[[rule]]\nid = "bed_occupancy_rate_level"\nwait = 3\n').get(before.id)
        assert after == before.model_copy(update={"wait": 3})

    def test_one_level_leaves_the_others_as_they_are(self, home: Home) -> None:
        text = '[[rule]]\nid = "bed_occupancy_rate_level"\nlevels = { red = 98 }\n'
        rule = loaded(home, text).get("bed_occupancy_rate_level")
        assert rule.levels == Levels(amber=92, red=98, low_amber=70, low_red=65)

    def test_a_reset_level_follows_its_set_level(self, home: Home) -> None:
        text = '[[rule]]\nid = "bed_occupancy_rate_level"\nlevels = { red = 98 }\n'
        rule = loaded(home, text).get("bed_occupancy_rate_level")
        assert (rule.reset.amber, rule.reset.red) == (90, 96)

    def test_none_empties_a_level(self, home: Home) -> None:
        text = '[[rule]]\nid = "boarders_now_level"\nlevels = { amber = "none" }\nreset = { amber = "none" }\n'
        rule = loaded(home, text).get("boarders_now_level")
        assert (rule.levels, rule.reset.amber) == (Levels(red=10), None)

    def test_another_condition_forgets_the_levels_of_the_first(self, home: Home) -> None:
        """92 and 95 percent are no standard deviations."""
        text = (
            '[[rule]]\nid = "bed_occupancy_rate_level"\nwhen = { kind = "history" }\n'
            "levels = { amber = 2 }\n"
        )
        rule = loaded(home, text).get("bed_occupancy_rate_level")
        assert (rule.levels, rule.reset) == (Levels(amber=2), Levels())

    def test_a_unit_has_levels_of_its_own(self, home: Home) -> None:
        text = '[[rule]]\nid = "ward_saturation"\n[rule.units.S1]\nlevels = { red = 99 }\n'
        rule = loaded(home, text).get("ward_saturation")
        assert rule.units[UnitId("S1")].levels == Levels(red=99)

    def test_a_new_rule_takes_its_place_by_urgency(self, home: Home) -> None:
        text = (
            '[[rule]]\nid = "smr"\nkpi = "downstream_waiting"\nlevels = { amber = 3 }\n'
            'urgency = 0\nrole = "bed_manager"\n'
        )
        book = loaded(home, text)
        at = [rule.id for rule in book.rules].index("smr")
        assert {rule.urgency for rule in book.rules[: at + 1]} == {0}
        assert {rule.urgency for rule in book.rules[at + 1 :]} == {1, 2}

    def test_the_file_is_read_again_when_it_changes_only(self, home: Home) -> None:
        first = loaded(home, '[[rule]]\nid = "payroll_level"\nenabled = false\n')
        assert rulebook.load(home) is first
        assert not first.get("payroll_level").enabled
        assert loaded(home, "").get("payroll_level").enabled

    def test_the_levels_of_a_rule_are_the_kpi_s_of_this_hospital(self, home: Home) -> None:
        own = 'id = "bed_occupancy_rate"\nthreshold = { amber = 80, red = 99 }\n'
        (home.kpis / "to.toml").write_text(own, "utf-8")
        text = '[[rule]]\nid = "bed_occupancy_rate_level"\nlevels = { red = 97 }\n'
        assert loaded(home, text).get("bed_occupancy_rate_level").levels == Levels(amber=80, red=97)

    def test_a_shipped_reset_never_blames_the_hospital_for_its_kpi_file(self, home: Home) -> None:
        own = 'id = "boarders_now"\nthreshold = { amber = 2, red = 4 }\n'
        (home.kpis / "attente.toml").write_text(own, "utf-8")
        assert loaded(home, '[[rule]]\nid = "boarders_now_level"\nwait = 2\n').errors == ()


def rule(more: str, name: str = "neuve") -> str:
    return f'[[rule]]\nid = "{name}"\n{more}\n'


OCCUPANCY = 'kpi = "bed_occupancy_rate"\n'
MISTAKES = (
    ("pas du toml", None, "", "TOML"),
    ("regle = 1", None, "regle", "[[rule]]"),
    ("rule = 3", None, "rule", "[[rule]]"),
    ("[[rule]]\nwait = 2\n", "n° 1", "id", "identifiant"),
    (rule('kpi = "lits"'), "neuve", "kpi", "indicateur"),
    (rule(""), "neuve", "kpi", "indicateur"),
    (rule('kpi = "bed_occupancy_rate"\nseuil = 3'), "neuve", "seuil", "docs/alerts.md"),
    (rule(OCCUPANCY + "wait = 0"), "neuve", "wait", "au moins 1"),
    (rule(OCCUPANCY + 'wait = "2"'), "neuve", "wait", "entier"),
    (rule(OCCUPANCY + "hold = 61"), "neuve", "hold", "au plus 60"),
    (rule(OCCUPANCY + "levels = { red = nan }"), "neuve", "levels.red", "fini"),
    (rule(OCCUPANCY + "levels = { amber = 96, red = 95 }"), "neuve", "levels.red", "> vigilance"),
    (rule("wait = 1\nlevels = { red = 80 }", "bed_occupancy_rate_level"),
     "bed_occupancy_rate_level", "levels.red", "> vigilance"),
    (rule("levels = { red = 75 }", "expected_discharge_filled_rate_level"),
     "expected_discharge_filled_rate_level", "levels.red", "< vigilance"),
    (rule("reset = { red = 96 }", "bed_occupancy_rate_level"),
     "bed_occupancy_rate_level", "reset.red", "≤ au niveau"),
    (rule("reset = { amber = 60 }", "expected_discharge_filled_rate_level"),
     "expected_discharge_filled_rate_level", "reset.amber", "≥ au niveau"),
    (rule("[rule.units.S9]\nenabled = false", "ward_saturation"),
     "ward_saturation", "units.S9", "structure.csv"),
    (rule("[rule.units.S1]\nlevels = { amber = 99 }", "bed_occupancy_rate_level"),
     "bed_occupancy_rate_level", "units.S1.levels.red", "> vigilance"),
    (rule(OCCUPANCY + 'facet = "75+"'), "neuve", "facet", "facette"),
    (rule('kpi = "mco_stays"\nfacet = "HDJ"'), "neuve", "facet", "facette"),
    (rule(OCCUPANCY + 'role = "chef"'), "neuve", "role", "director_ght"),
    (rule(OCCUPANCY + 'role = "daf"'), "neuve", "role", "voit"),
    (rule('kpi = "ip_dms"\ngrain = "day"'), "neuve", "grain", "mensuel"),
    (rule('kpi = "ed_visits"'), "neuve", "levels", "niveau"),
    (rule('kpi = "ed_visits"\nwhen = { kind = "forecast" }\nlevels = { amber = 0.5 }'),
     "neuve", "when.level", "franchir"),
    (rule(OCCUPANCY + 'when = { kind = "forecast" }\nlevels = { amber = 50 }'),
     "neuve", "levels", "probabilités"),
    (rule(OCCUPANCY + 'when = { kind = "humeur" }'), "neuve", "when.kind", "drift"),
    (rule(OCCUPANCY + 'when = { kind = "gap", against = "hier" }'),
     "neuve", "when.against", "budget"),
    (rule('kpi = "births"\nwhen = { kind = "gap", against = "target" }\nlevels = { amber = 1 }'),
     "neuve", "when.against", "cible"),
    (rule(OCCUPANCY + 'when = { kind = "reconciliation", other = "lits" }\nlevels = { amber = 1 }'),
     "neuve", "when.other", "indicateur"),
    (rule('when = { kind = "ladder", of = ["rien"] }'), "neuve", "when.of", "rien"),
    (rule('when = { kind = "ladder", of = ["payroll_level"], orange = 5 }'),
     "neuve", "when.orange", "décroissent"),
    (rule(OCCUPANCY) + rule(OCCUPANCY), "neuve", "id", "une seule fois"),
    ('[[maintenance]]\nfrom = 2026-03-02\nto = 2026-03-01\nreason = "essai"\n',
     None, "maintenance n° 1.to", "précède"),
    ("[[maintenance]]\nfrom = 2026-03-02\nto = 2026-03-03\n",
     None, "maintenance n° 1.reason", "obligatoire"),
    ('[[maintenance]]\nfrom = 2026-03-02\nto = 2026-03-03\nreason = "x"\nunits = ["S9"]\n',
     None, "maintenance n° 1.units", "structure.csv"),
    ('[[maintenance]]\nfrom = 2026-03-02\nto = 2026-03-03\nreason = "x"\nrules = ["rien"]\n',
     None, "maintenance n° 1.rules", "existent"),
    ('[tension]\nvariant = "bretagne"\n', None, "tension.variant", "occitanie"),
    ("[tension.levels.HET2]\norange = 200\nred = 100\n", None, "tension.HET2.red", "orange"),
)  # fmt: skip


class TestMistakes:
    @pytest.mark.parametrize(("text", "name", "field", "expected"), MISTAKES)
    def test_each_is_one_sentence_that_names_file_rule_and_field(
        self, home: Home, text: str, name: str | None, field: str, expected: str
    ) -> None:
        book = loaded(home, text)
        (said,) = sentences(book)
        assert said.startswith("« alerts.toml »")
        assert (f"règle « {name} »" in said) == bool(name)
        assert (f"champ « {field} »" in said) == bool(field)
        assert expected in said
        assert set(rulebook.shipped()) <= set(book.by_id), "no mistake stops a shipped rule"

    def test_a_wrong_rule_leaves_the_right_ones_beside_it(self, home: Home) -> None:
        text = rule("wait = 0", "payroll_level") + rule("wait = 5", "boarders_now_level")
        book = loaded(home, text)
        assert len(book.errors) == 1
        assert (book.get("payroll_level").wait, book.get("boarders_now_level").wait) == (1, 5)

    @pytest.mark.parametrize("wrong", ["pas du toml", rule("wait = 0", "payroll_level")])
    def test_the_last_good_version_of_the_hospital_s_rules_goes_on(
        self, home: Home, wrong: str
    ) -> None:
        loaded(home, rule("wait = 4", "payroll_level"))
        for again in (wrong, wrong + "\n"):
            book = loaded(home, again)
            assert len(book.errors) == 1
            assert book.get("payroll_level").wait == 4

    def test_units_are_not_checked_before_the_structure_is_known(self, tmp_path: Path) -> None:
        home = Home(tmp_path).prepare()
        text = rule("[rule.units.S9]\nenabled = false", "ward_saturation")
        assert loaded(home, text).errors == ()

    def test_a_sentence_is_read_in_the_reader_s_language(self, home: Home) -> None:
        book = loaded(home, "pas du toml")
        with i18n.use("en"):
            (said,) = sentences(book)
        assert "valid TOML" in said


class TestMaintenance:
    """Site A's software is changed on 2 March, from 22:00; the whole of the 5th is a drill."""

    TEXT = """
[[maintenance]]
from = 2026-03-02T22:00:00
to = 2026-03-03T06:00:00
units = ["A"]
rules = ["boarders_now_level"]
reason = "Migration du dossier des urgences"
[[maintenance]]
from = 2026-03-05
to = 2026-03-05
reason = "Exercice"
"""

    def why(self, home: Home, at: str, rule: str, *path: str) -> str | None:
        book = loaded(home, self.TEXT)
        found = book.silenced(datetime.fromisoformat(at), rule, [UnitId(one) for one in path])
        return found.reason if found else None

    def test_it_silences_its_rules_below_its_units_while_it_lasts(self, home: Home) -> None:
        reason = "Migration du dossier des urgences"
        night = "2026-03-03T01:00"
        assert self.why(home, night, "boarders_now_level", "S1", "A", "G") == reason
        assert self.why(home, night, "boarders_now_level", "G") is None
        assert self.why(home, night, "payroll_level", "A", "G") is None
        assert self.why(home, "2026-03-03T06:01", "boarders_now_level", "A") is None

    def test_a_day_lasts_until_midnight_and_covers_all(self, home: Home) -> None:
        assert self.why(home, "2026-03-05T23:59", "payroll_level", "G") == "Exercice"
        assert self.why(home, "2026-03-06T00:00", "payroll_level", "G") is None


def test_the_ladder_and_a_guarded_gap_are_rules_like_any_other() -> None:
    ladder, title2 = (rulebook.shipped()[name] for name in ("escalation", "expense_title2_budget"))
    assert isinstance(ladder.when, Ladder)
    assert ladder.at == ("establishment",)
    assert (ladder.when.yellow, ladder.when.orange, ladder.when.red) == (1, 3, 4)
    assert title2.when == Gap(against="budget")
    assert (title2.facet, title2.guard.absolute, title2.guard.relative) == ("2", 50_000, 1)


def test_the_levels_of_a_rule_without_any_are_its_kpi_s(home: Home) -> None:
    known = rulebook.known_of(home)
    assert levels_here(rulebook.shipped()["boarders_now_level"], known) == Levels(amber=6, red=10)
    assert levels_here(Rule(id="abc", kpi=None, when=Ladder(of=())), known) == Levels()


class TestDocumentation:
    TEXT = (ROOT / "docs/alerts.md").read_text("utf-8")
    BLOCKS = [one.split("```")[0] for one in TEXT.split("```toml\n")[1:]]

    @pytest.mark.parametrize("block", [one for one in BLOCKS if one.startswith("[")])
    def test_every_example_loads(self, tmp_path: Path, block: str) -> None:
        book = loaded(Home(tmp_path).prepare(), block)
        assert sentences(book) == []
        assert book.own or book.maintenance or "[tension]" in block

    def test_every_kind_of_condition_has_an_example_that_loads(self, tmp_path: Path) -> None:
        (lines,) = [one.splitlines() for one in self.BLOCKS if one.startswith("when")]
        home = Home(tmp_path).prepare()
        kinds = set()
        for number, line in enumerate(lines):
            is_ladder = "ladder" in line
            rest = "" if is_ladder else 'kpi = "bed_occupancy_now"\nlevels = { amber = 0.5 }'
            book = loaded(home, rule(f"{line}\n{rest}", f"exemple{number}"))
            assert sentences(book) == []
            when = book.get(f"exemple{number}").when
            kinds.add(when.kind if when else None)
        assert kinds == KINDS

    @pytest.mark.parametrize("name", sorted(set(Rule.model_fields) - {"label_fr", "label_en"}))
    def test_every_field_is_explained(self, name: str) -> None:
        assert f"`{name}`" in self.TEXT or f"\n{name} " in self.TEXT
