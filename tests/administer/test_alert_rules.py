"""A rule changed by the page is the file that a person may edit, and the other way round."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.administer import alert_rules
from cockpit.alerts import rulebook
from cockpit.alerts.rule import Levels
from cockpit.alerts.rule_checks import levels_here
from cockpit.errors import BadRequest, BadRules
from cockpit.kpi.model import UnitId
from cockpit.settings import Home
from tests.administer.conftest import said

WHO = "claire"
COMMENTED = """# Réglé avec le chef du pôle, 12 mars
[[rule]]
id = "payroll_level"  # trop bavarde
wait = 2

# nos lits de SMR
[[rule]]
id = "smr"
kpi = "downstream_waiting"
levels = { amber = 3, red = 5 }
role = "bed_manager"

[tension]
variant = "occitanie"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "alerts.toml").write_text(COMMENTED, "utf-8")
    return Home(tmp_path).prepare()


def text(home: Home) -> str:
    return (home.root / "alerts.toml").read_text("utf-8")


def written(home: Home, name: str) -> dict[str, Any]:
    found = [one for one in tomllib.loads(text(home)).get("rule", ()) if one["id"] == name]
    return found[0] if found else {}


def test_only_what_is_other_than_shipped_is_written(home: Home) -> None:
    """Boarders ship with 6 and 10 of the KPI, one day to speak."""
    fields: Mapping[str, object] = {"levels": {"amber": 6, "red": 14}, "wait": 1, "hold": 3}
    saved = alert_rules.save(home, "boarders_now_level", fields, WHO)
    assert written(home, "boarders_now_level") == {
        "id": "boarders_now_level", "levels": {"red": 14}, "hold": 3,
    }  # fmt: skip
    assert rulebook.load(home).get("boarders_now_level") == saved
    assert (saved.levels, saved.reset.red) == (Levels(amber=6, red=14), 12)


def test_comments_and_the_other_rules_stay(home: Home) -> None:
    alert_rules.save(home, "payroll_level", {"wait": 3}, WHO)
    alert_rules.add(home, {"id": "autre", "kpi": "boarders_now"}, WHO)
    before, after = COMMENTED.replace("wait = 2", "wait = 3").splitlines(), text(home).splitlines()
    assert [line for line in before if line not in after] == []
    assert rulebook.load(home).errors == ()


def test_going_back_to_what_ships_leaves_nothing_of_it(home: Home) -> None:
    alert_rules.back_to_shipped(home, "payroll_level", WHO)
    assert written(home, "payroll_level") == {}
    assert rulebook.load(home).get("payroll_level") == rulebook.shipped()["payroll_level"]
    assert written(home, "smr")["levels"] == {"amber": 3, "red": 5}


def test_saving_what_ships_is_going_back(home: Home) -> None:
    alert_rules.save(home, "payroll_level", {"wait": 1}, WHO)
    assert written(home, "payroll_level") == {}


def test_the_editor_knows_what_is_the_hospital_s_own(home: Home) -> None:
    payroll, smr = (alert_rules.read(home, name) for name in ("payroll_level", "smr"))
    assert (payroll.own, payroll.is_shipped) == (frozenset({"wait"}), True)
    assert (smr.own, smr.is_shipped) == (frozenset({"kpi", "levels", "role"}), False)
    boarders = alert_rules.read(home, "boarders_now_level")
    assert (boarders.own, boarders.levels) == (frozenset(), Levels(amber=6, red=10))


def test_a_rule_switched_off_says_so_and_comes_back(home: Home) -> None:
    assert not alert_rules.disable(home, "boarders_now_level", WHO).enabled
    assert alert_rules.enable(home, "boarders_now_level", WHO).enabled
    assert written(home, "boarders_now_level") == {}


def test_an_own_rule_is_removed_and_a_shipped_one_is_not(home: Home) -> None:
    alert_rules.remove(home, "smr", WHO)
    assert "smr" not in rulebook.load(home).by_id
    for act in (alert_rules.remove, alert_rules.back_to_shipped):
        name = "payroll_level" if act is alert_rules.remove else "smr"
        with pytest.raises(BadRequest):
            act(home, name, WHO)


def test_every_act_is_audited_without_a_value(home: Home) -> None:
    alert_rules.save(home, "payroll_level", {"wait": 4, "levels": {"red": 7}}, WHO)
    alert_rules.disable(home, "smr", WHO)
    alert_rules.remove(home, "smr", WHO)
    assert said(home) == [
        (WHO, "alert", "payroll_level", "Règle d'alerte modifiée : wait, levels."),
        (WHO, "alert", "smr", "Règle d'alerte désactivée."),
        (WHO, "alert", "smr", "Règle d'alerte retirée."),
    ]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("payroll_level", {"wait": 0}),
        ("payroll_level", {"levels": {"red": 0.1}}),
        ("payroll_level", {"seuil": 3}),
        ("smr", {"kpi": "lits"}),
        ("escalation", {"when": {"kind": "ladder", "of": ["rien"]}}),
    ],
)
def test_nothing_is_written_that_the_rulebook_would_refuse(
    home: Home, name: str, fields: Mapping[str, object]
) -> None:
    with pytest.raises(BadRules):
        alert_rules.save(home, name, fields, WHO)
    assert text(home) == COMMENTED
    assert said(home) == []


def test_a_rule_that_a_ladder_counts_is_not_removed(home: Home) -> None:
    ladder = {"kind": "ladder", "of": ["smr"]}
    alert_rules.add(home, {"id": "echelle", "when": ladder}, WHO)
    with pytest.raises(BadRules, match="smr"):
        alert_rules.remove(home, "smr", WHO)


def test_two_editors_do_not_wipe_each_other_out(home: Home) -> None:
    version = alert_rules.read(home, "payroll_level").version
    alert_rules.save(home, "payroll_level", {"wait": 3}, "paul", version=version)
    with pytest.raises(BadRequest):
        alert_rules.save(home, "payroll_level", {"wait": 5}, WHO, version=version)
    assert written(home, "payroll_level")["wait"] == 3


def test_a_name_that_is_taken_is_refused(home: Home) -> None:
    with pytest.raises(BadRequest):
        alert_rules.add(home, {"id": "smr", "kpi": "boarders_now"}, WHO)


def test_a_unit_given_up_is_like_the_others_again(home: Home) -> None:
    units = {"S1": {"levels": {"red": 30}}, "S2": {"enabled": False}}
    alert_rules.save(home, "boarders_now_level", {"units": units}, WHO)
    rule = alert_rules.save(home, "boarders_now_level", {"units": {"S1": "none"}}, WHO)
    assert set(rule.units) == {UnitId("S2")}


LEVELS = st.fixed_dictionaries(
    {},
    optional={
        "amber": st.integers(60, 90).map(float) | st.just("none"),
        "red": st.floats(91, 140, allow_nan=False),
        "low_amber": st.floats(50, 59) | st.just("none"),
        "low_red": st.integers(1, 40),
    },
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "levels": LEVELS,
        "reset": st.fixed_dictionaries({}, optional={"red": st.floats(0, 60) | st.just("none")}),
        "guard": st.fixed_dictionaries({}, optional={"absolute": st.floats(0, 50)}),
        "wait": st.integers(1, 60),
        "hold": st.integers(1, 60),
        "urgency": st.sampled_from((0, 1, 2)),
        "grain": st.sampled_from(("day", "week", "month", "none")),
        "enabled": st.booleans(),
        "label_fr": st.text(max_size=40),
        "card": st.lists(st.text(max_size=20), max_size=3),
        "at": st.lists(st.sampled_from(("group", "service", "uf")), min_size=1, unique=True),
        "units": st.dictionaries(
            st.sampled_from(("S1", "U 2", "é.3")),
            st.fixed_dictionaries(
                {},
                optional={
                    "enabled": st.booleans(),
                    "levels": st.fixed_dictionaries({}, optional={"red": st.floats(150, 200)}),
                },
            ),
        ),
    },
)


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One for every example: a state database takes longer to make than to use."""
    return Home(tmp_path_factory.mktemp("rules")).prepare()


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(("bed_occupancy_rate_level", "ward_saturation", "mine")),
       edits=st.lists(FIELDS, min_size=1, max_size=2))  # fmt: skip
def test_what_is_saved_is_what_is_loaded(
    one_home: Home, name: str, edits: list[dict[str, Any]]
) -> None:
    home = one_home
    (home.root / "alerts.toml").unlink(missing_ok=True)
    own = {"id": "mine", "kpi": "bed_occupancy_rate", "levels": {"red": 145}}
    alert_rules.add(home, own, WHO)
    for fields in edits:
        try:
            saved = alert_rules.save(home, name, fields, WHO)
        except BadRules:
            continue  # refused whole: the levels that are left make no sense together
        book = rulebook.load(home)
        assert book.errors == ()
        assert book.get(name) == saved
        levels = levels_here(saved, rulebook.known_of(home)).model_dump()
        given_levels = fields.get("levels", {})
        asked = {key: None if one == "none" else one for key, one in given_levels.items()}
        assert {key: levels[key] for key in asked} == asked
        for key in ("wait", "hold", "enabled", "label_fr"):
            assert getattr(saved, key) == fields.get(key, getattr(saved, key))


def test_what_is_tried_is_what_would_be_saved_and_nothing_is_written(home: Home) -> None:
    fields: Mapping[str, object] = {"levels": {"amber": 7}, "hold": 3}
    before = text(home)
    drafted = alert_rules.draft(home, fields, "boarders_now_level")
    assert text(home) == before
    assert alert_rules.save(home, "boarders_now_level", fields, WHO) == drafted


def test_a_new_rule_is_tried_before_it_is_added(home: Home) -> None:
    entry = {"id": "a_moi", "kpi": "boarders_now", "levels": {"amber": 4}, "card": ["Appeler"]}
    drafted = alert_rules.draft(home, entry)
    assert "a_moi" not in rulebook.load(home).by_id
    assert alert_rules.add(home, entry, WHO) == drafted


def test_a_name_that_is_taken_gets_a_number_and_a_long_one_is_cut(home: Home) -> None:
    assert alert_rules.free_id(home, "boarders_now_level") == "boarders_now_level_2"
    assert alert_rules.free_id(home, "neuve") == "neuve"
    alert_rules.draft(home, {"id": alert_rules.free_id(home, "x" * 200), "kpi": "boarders_now"})


@pytest.mark.parametrize(
    "hostile",
    [
        '"]\n[[rule]]\nid = "payroll_level"\nenabled = false\n#',
        "''' \"\"\" \\u0000 \\",
        "a\x00b\x1b[31m",
        "<script>alert(1)</script> ![](http://ailleurs.example/x.png)",
        "\u202egnitirw",
    ],
)
def test_a_hostile_lever_or_step_is_only_text(home: Home, hostile: str) -> None:
    before = {rule.id: rule for rule in rulebook.load(home).rules}
    fields: Mapping[str, object] = {"lever_fr": hostile, "card": [hostile, "Appeler"]}
    saved = alert_rules.save(home, "boarders_now_level", fields, WHO)
    assert (saved.lever_fr, saved.card) == (hostile, (hostile, "Appeler"))
    after = {rule.id: rule for rule in rulebook.load(home).rules}
    assert {name for name in after if before.get(name) != after[name]} == {"boarders_now_level"}
    assert rulebook.load(home).errors == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"levels": {"amber": float("nan")}},
        {"levels": {"red": float("inf")}},
        {"levels": {"red": 10**400}},
        {"wait": 10**400},
        {"lever_fr": "x" * 401},
        {"lever_fr": "\ud800"},
        {"card": ["une étape"] * 21},
        {"card": ["x" * 401]},
        {"card": "Appeler"},
        {"card": [{"id": "autre"}]},
    ],
)
def test_a_hostile_value_is_refused_in_one_sentence_and_the_file_stays(
    home: Home, fields: Mapping[str, object]
) -> None:
    before = text(home)
    with pytest.raises(BadRules) as refused:
        alert_rules.save(home, "boarders_now_level", fields, WHO)
    assert len(refused.value.sentence()) < 400
    assert text(home) == before


def test_a_file_that_would_be_too_long_to_be_read_again_is_not_written(home: Home) -> None:
    filler = "# " + "x" * (rulebook.LARGEST_BYTES - 900) + "\n"
    (home.root / "alerts.toml").write_text(filler + COMMENTED, "utf-8")
    with pytest.raises(BadRules):
        alert_rules.save(home, "boarders_now_level", {"card": ["y" * 400] * 2}, WHO)
    assert rulebook.load(home).errors == ()
    assert "smr" in rulebook.load(home).by_id
