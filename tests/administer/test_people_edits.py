"""Edits of `people.toml` by the page: one entry changes, the others keep every character."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit import state
from cockpit.administer import people as editor
from cockpit.errors import BadNotify, BadRequest
from cockpit.notify import people
from cockpit.settings import Home
from tests.support.mailroom import STRUCTURE

WHO = "Claire Dupont (director_ght)"
TEXT = """# L'annuaire de garde, tenu par le secrétariat
[[person]]
id = "dg"
name = "Claire Dupont"
email = "dg@hopital.test"  # relevée la nuit
role = "director_ght"

# celui qui ne lit pas ses courriels
[[person]]
id = "lits"
name = "Cellule des lits"
email = "lits@hopital.test"
role = "bed_manager"
red = ["email"]
"""
CHANNELS = '[[webhook]]\nid = "crise"\nurl = "https://crise.hopital.test/x"\n'


def home_at(root: Path) -> Home:
    home = Home(root)
    root.mkdir(parents=True, exist_ok=True)
    home.structure.write_text(STRUCTURE, "utf-8")
    (root / "people.toml").write_text(TEXT, "utf-8")
    (root / "channels.toml").write_text(CHANNELS, "utf-8")
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def text(home: Home) -> str:
    return (home.root / people.FILE).read_text("utf-8")


def test_one_field_changes_and_comments_stay(home: Home) -> None:
    editor.save(home, "lits", {"red": ["email", "crise"]}, WHO)
    assert text(home) == TEXT.replace('red = ["email"]', 'red = ["email", "crise"]')


def test_a_field_put_back_to_nothing_leaves_the_file(home: Home) -> None:
    editor.save(home, "dg", {"quiet": "22:00-07:00", "digest": 7}, WHO)
    assert 'quiet = "22:00-07:00"' in text(home)
    editor.save(home, "dg", {"quiet": None, "digest": None}, WHO)
    assert tomllib.loads(text(home)) == tomllib.loads(TEXT)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "dg@hopital.test\r\nBcc: tous@ailleurs.test"}, "email"),
        ({"email": None}, "email"),
        ({"name": "Claire\r\nDupont"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"red": ["sms"]}, "red"),
        ({"role": "chef"}, "role"),
        ({"quiet": "22h"}, "quiet"),
        ({"digest": 24}, "digest"),
        ({"whatever": "x"}, "whatever"),
    ],
)
def test_what_the_reading_would_refuse_is_never_written(
    home: Home, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(BadNotify) as refused:
        editor.save(home, "dg", fields, WHO)
    assert refused.value.facts["field"] == wrong
    assert text(home) == TEXT


def test_each_fault_of_an_entry_is_told(home: Home) -> None:
    rules = editor.rules_of(home)
    found = rules.faults({"id": "A B", "name": "", "role": "chef", "digest": 99})
    assert {one.facts["field"] for one in found} == {"id", "name", "digest"}
    found = rules.faults({"id": "a", "name": "A", "role": "chef", "red": ["sms", "email"]})
    assert {one.facts["field"] for one in found} == {"role", "red", "email"}


def test_a_person_who_is_hostile_in_words_is_only_text(home: Home) -> None:
    name = "<img src=x onerror=\"alert(1)\"> =cmd|'/C calc'!A0 [[person]]"
    editor.add(home, {"id": "x", "name": name, "role": "daf", "red": [], "amber": []}, WHO)
    found = editor.listed(home, editor.rules_of(home))
    assert [one.label for one in found] == ["Claire Dupont", "Cellule des lits", name]
    assert text(home).startswith(TEXT)


def test_a_name_that_is_taken_is_refused(home: Home) -> None:
    with pytest.raises(BadRequest, match="personne n'a déjà"):
        editor.add(home, {"id": "dg", "name": "X", "role": "daf", "red": [], "amber": []}, WHO)


def test_a_person_taken_out_leaves_the_others(home: Home) -> None:
    editor.remove(home, "dg", WHO)
    assert tomllib.loads(text(home))["person"] == tomllib.loads(TEXT)["person"][1:]
    assert "# celui qui ne lit pas ses courriels" in text(home)


def test_an_entry_changed_meanwhile_is_not_overwritten(home: Home) -> None:
    first, _other = editor.listed(home, editor.rules_of(home))
    editor.save(home, "dg", {"quiet": "20:00-08:00"}, "someone else")
    with pytest.raises(BadRequest, match="entre-temps"):
        editor.save(home, "dg", {"quiet": "22:00-07:00"}, WHO, version=first.version)


def test_a_change_of_somebody_else_stops_nobody(home: Home) -> None:
    first, _other = editor.listed(home, editor.rules_of(home))
    editor.save(home, "lits", {"quiet": "20:00-08:00"}, "someone else")
    editor.save(home, "dg", {"quiet": "22:00-07:00"}, WHO, version=first.version)
    assert [one.get("quiet") for one in editor.listed(home, editor.rules_of(home))] == [
        "22:00-07:00", "20:00-08:00",
    ]  # fmt: skip


def test_a_faulty_entry_is_listed_with_its_faults_and_can_be_put_right(home: Home) -> None:
    (home.root / people.FILE).write_text(TEXT.replace('["email"]', '["sms"]'), "utf-8")
    found = editor.listed(home, editor.rules_of(home))[1]
    assert [one.facts["field"] for one in found.faults] == ["red"]
    editor.save(home, "lits", {"red": ["email"]}, WHO, version=found.version)
    assert text(home) == TEXT


def test_what_is_no_toml_is_left_as_it_is(home: Home) -> None:
    (home.root / people.FILE).write_text("[[person", "utf-8")
    with pytest.raises(BadNotify):
        editor.add(home, {"id": "x", "name": "X", "role": "daf"}, WHO)
    assert text(home) == "[[person"


def test_an_edit_is_in_the_audit_without_any_address(home: Home) -> None:
    editor.save(home, "dg", {"email": "autre@hopital.test"}, WHO)
    (line,) = state.audit_lines(state.engine(home))
    assert (line.who, line.what, line.subject) == (WHO, "notify", "dg")
    assert line.sentence == "Notifications modifiées : email."


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["a@b.test", "x y", None]),
        "phone": st.sampled_from(["+33612345678", "06 12", None]),
        "red": st.sampled_from([["email"], ["crise", "push"], [], ["sms"], None]),
        "quiet": st.sampled_from(["22:00-07:00", "22", None]),
        "digest": st.sampled_from([7, 99, None]),
        "name": st.text(max_size=130),
        "language": st.sampled_from(["fr", "en", "de"]),
    },
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["save", "add", "remove"]), st.sampled_from(["dg", "lits", "x"]), FIELDS
    ),
    max_size=5,
)


@settings(max_examples=25, deadline=None)
@given(EDITS)
def test_any_edits_leave_a_readable_file_whose_other_entries_are_unchanged(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, dict[str, Any]]]
) -> None:
    home = home_at(tmp_path_factory.mktemp("people"))
    rules = editor.rules_of(home)
    for what, name, fields in edits:
        before = {one.name: one for one in editor.listed(home, rules)}
        try:
            if what == "save":
                editor.save(home, name, fields, WHO)
            elif what == "add":
                base = {"id": name, "name": "X", "role": "daf", "email": "x@b.test"}
                editor.add(home, {**base, **fields}, WHO)
            else:
                editor.remove(home, name, WHO)
        except (BadNotify, BadRequest):
            assert {one.name: one for one in editor.listed(home, rules)} == before
        after = {one.name: one for one in editor.listed(home, rules)}
        assert all(one.faults == () for one in after.values())
        assert {key: one for key, one in after.items() if key != name} == {
            key: one for key, one in before.items() if key != name
        }
    state.engine(home).dispose()


@pytest.mark.parametrize("name", ["dg", "lits"])
def test_no_comment_is_lost_with_the_person_above_it(home: Home, name: str) -> None:
    (home.root / people.FILE).write_text(TEXT + "# fin\n", "utf-8")
    editor.remove(home, name, WHO)
    assert text(home).count("#") == TEXT.count("#") + 1 - (name == "dg")
    editor.remove(home, "lits" if name == "dg" else "dg", WHO)
    assert text(home).endswith("# fin\n")
