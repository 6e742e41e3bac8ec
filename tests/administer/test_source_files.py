"""A source changed by the page is the file that a person may edit, and the other way round."""

from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.administer import sources, toml
from cockpit.connect import registry
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7.config import Hl7Config
from cockpit.errors import BadRequest, BadSource, SourceUnavailable
from cockpit.fetch import SourceBusy, source_still
from cockpit.settings import Home
from tests.administer.conftest import said
from tests.connectors.hl7_messages import adt
from tests.warehouse.installation import URGENCES, Installation

COMMENTED = """# Écrit par Claire, poste 4512
connector = "csv"   # les exports du SAU
schedule = "*/15 * * * *"
stale_after = "36h"
path = "drop/urgences-*.csv"

[mapping]
date = { column = "jour", format = "%d/%m/%Y" }  # jamais l'heure
unit = { column = "uf" }
# pas encore : orientations
[mapping.measures]
passages = "ed_visits"  # tous âges
"""


@pytest.fixture
def commented(home: Home) -> Home:
    (home.sources / "urgences.toml").write_text(COMMENTED, "utf-8")
    return home


def values(home: Home, name: str = "urgences") -> dict[str, object]:
    return tomllib.loads((home.sources / f"{name}.toml").read_text("utf-8"))


def text(home: Home, name: str = "urgences") -> str:
    return (home.sources / f"{name}.toml").read_text("utf-8")


def comments(written: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in written.splitlines() if "#" in line]


def test_a_change_keeps_every_comment_and_the_order_of_the_lines(commented: Home) -> None:
    changed = {**values(commented), "owner": "SAU", "schedule": "0 6 * * *"}
    sources.save(commented, "urgences", changed, "claire")
    expected = COMMENTED.replace("*/15 * * * *", "0 6 * * *").replace(
        'path = "drop/urgences-*.csv"\n', 'path = "drop/urgences-*.csv"\nowner = "SAU"\n'
    )
    assert text(commented) == expected
    assert values(commented) == changed


def test_a_mapped_column_is_added_without_touching_the_others(commented: Home) -> None:
    changed = values(commented)
    changed["mapping"]["measures"]["hospit"] = {"measure": "ed_admissions", "facet": "MCO"}  # type: ignore[index]
    config = sources.save(commented, "urgences", changed, "claire")
    assert comments(text(commented)) == comments(COMMENTED)
    assert 'hospit = {measure = "ed_admissions", facet = "MCO"}' in text(commented)
    assert set(config.mapping.measures) == {"passages", "hospit"}


def test_a_field_left_out_goes_and_none_leaves_it_out(commented: Home) -> None:
    changed = {**values(commented), "label": None, "owner": "SAU"}
    sources.save(commented, "urgences", changed, "claire")
    del changed["label"], changed["owner"]
    sources.save(commented, "urgences", changed, "claire")
    assert text(commented) == COMMENTED


def test_what_a_source_may_not_be_is_refused_and_the_file_is_untouched(commented: Home) -> None:
    for wrong in (
        {"schedule": "tout le temps"},
        {"connector": "telex"},
        {"path": "../../etc/shadow"},
        {"inconnu": 1},
        {"mapping": {"date": {"column": "jour"}}},
    ):
        with pytest.raises(BadSource, match=r"urgences\.toml"):
            sources.save(commented, "urgences", {**values(commented), **wrong}, "claire")
    assert text(commented) == COMMENTED
    assert said(commented) == []
    names = {path.name for path in commented.sources.iterdir()}
    assert names == {"paie.toml", "urgences.toml"}


def test_an_edit_made_meanwhile_in_the_file_is_never_overwritten(commented: Home) -> None:
    version = sources.version_of(commented, "urgences")
    changed = {**values(commented), "owner": "page"}
    by_hand = COMMENTED.replace("poste 4512", "poste 4513")
    (commented.sources / "urgences.toml").write_text(by_hand, "utf-8")
    with pytest.raises(BadRequest, match="entre-temps"):
        sources.save(commented, "urgences", changed, "page", version=version)
    with pytest.raises(BadRequest, match="entre-temps"):
        sources.save_text(commented, "urgences", COMMENTED, version, "page")
    assert text(commented) == by_hand
    now = sources.version_of(commented, "urgences")
    sources.save(commented, "urgences", changed, "page", version=now)
    assert values(commented)["owner"] == "page"


def test_a_text_is_saved_as_it_was_typed(commented: Home) -> None:
    version = sources.version_of(commented, "urgences")
    typed = COMMENTED + "# fin\r\n"
    sources.save_text(commented, "urgences", typed, version, "claire")
    assert sources.read_text(commented, "urgences") == typed
    with pytest.raises(BadSource):
        sources.save_text(
            commented,
            "urgences",
            "connector = ",
            sources.version_of(commented, "urgences"),
            "claire",
        )
    assert sources.read_text(commented, "urgences") == typed


def test_a_new_source_is_a_file_that_reads_as_it_was_given(home: Home) -> None:
    given_values = {**tomllib.loads(URGENCES), "label": "SAU", "owner": None}
    config = sources.create(home, "sau-bis", given_values, "claire")
    assert config == load_source(home.sources / "sau-bis.toml")
    assert 'date = {column = "jour", format = "%d/%m/%Y"}' in text(home, "sau-bis")
    with pytest.raises(BadRequest, match="aucune source"):
        sources.create(home, "sau-bis", given_values, "claire")


@pytest.mark.parametrize("name", ["../x", "X", "", "a/b", "x.toml", ".x", "removed/urgences", "é"])
def test_a_name_that_would_leave_the_folder_is_refused(home: Home, name: str) -> None:
    before = sorted(home.root.rglob("*.toml"))
    for act in (
        lambda: sources.create(home, name, tomllib.loads(URGENCES), "x"),
        lambda: sources.read_text(home, name),
        lambda: sources.pause(home, name, "x"),
        lambda: sources.remove(home, name, "x"),
    ):
        with pytest.raises(BadRequest, match="NAME"):
            act()
    assert sorted(home.root.rglob("*.toml")) == before


def test_a_pause_is_one_line_of_the_file_and_its_end_takes_it_away(commented: Home) -> None:
    assert sources.pause(commented, "urgences", "claire").paused
    assert "paused = true\n" in text(commented)
    assert load_source(commented.sources / "urgences.toml").paused
    assert not sources.resume(commented, "urgences", "claire").paused
    assert text(commented) == COMMENTED


def test_a_removed_source_is_set_aside_and_its_figures_stay(fed: Installation) -> None:
    before = fed.visits()
    aside = sources.remove(fed.home, "urgences", "claire")
    assert (aside.parent, aside.read_text("utf-8")) == (fed.home.sources / "removed", URGENCES)
    fed.refresh()
    assert fed.visits() == before
    sources.create_text(fed.home, "urgences", URGENCES, "claire")
    again = sources.remove(fed.home, "urgences", "claire")
    assert again.exists()
    assert aside.exists()


HL7 = 'connector = "hl7"\nschedule = "0 5 * * *"\nstale_after = "36h"\npath = "drop/*.hl7"\n'


@pytest.fixture
def gam(home: Home) -> Home:
    """Two sources that keep movements, and have read the same file."""
    (home.drop / "adt.hl7").write_bytes(adt("A01", "20260302093000", movement="M1"))
    for name in ("gam", "gam-2"):
        (home.sources / f"{name}.toml").write_text(HL7, "utf-8")
        list(registry.connector("hl7").read(Asked(home, name), Hl7Config(path="drop/*.hl7")))
    return home


def spools(home: Home) -> list[str]:
    return sorted(path.name for path in (home.root / "hl7").iterdir())


def test_a_removed_source_leaves_none_of_its_movements(gam: Home) -> None:
    (gam.root / "hl7" / "gam.db-wal").touch()
    sources.remove(gam, "gam", "claire")
    assert spools(gam) == ["gam-2.db", "key"]


def test_a_removed_source_that_cannot_be_loaded_leaves_none_either(gam: Home) -> None:
    (gam.sources / "gam.toml").write_text('connector = "telex"', "utf-8")
    (gam.root / "hl7" / "gam.db").write_bytes(b"damaged")
    sources.remove(gam, "gam", "claire")
    assert spools(gam) == ["gam-2.db", "key"]


def test_a_source_whose_movements_cannot_be_erased_stays(
    gam: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hl7_spool, "PATIENCE_S", 0.1)
    with closing(sqlite3.connect(gam.root / "hl7" / "gam.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(SourceUnavailable, match="carnet"):
            sources.remove(gam, "gam", "claire")
    assert load_source(gam.sources / "gam.toml").connector == "hl7"
    assert "gam.db" in spools(gam)
    assert said(gam) == []


def test_a_source_is_not_removed_while_it_is_read(
    gam: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_PATIENCE_S", 0.1)
    with source_still(gam, "gam", 1), pytest.raises(SourceBusy):
        sources.remove(gam, "gam", "claire")
    assert (gam.sources / "gam.toml").exists()


def test_the_list_says_what_each_source_is_doing(
    fed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paie refuses one line at its second run; a faulty file has its sentence, a pause no next."""
    fed.drop("paie-2.csv", "2026-03;10;1", "2026-03;99;1")
    fed.refresh()
    sources.pause(fed.home, "urgences", "claire")
    (fed.home.sources / "casse.toml").write_text('connector = "telex"', "utf-8")
    (fed.home.sources / "neuf.toml").write_text(URGENCES, "utf-8")
    monkeypatch.setenv("COCKPIT_TODAY", str(date(2026, 3, 10)))
    found = {one.name: one for one in sources.listed(fed.home)}
    assert list(found) == ["casse", "neuf", "paie", "urgences"]
    assert "telex" not in found["casse"].error
    assert "casse.toml" in found["casse"].error
    assert (found["paie"].quarantined, found["paie"].held, found["paie"].error) == (1, 0, "")
    paie = found["paie"].last
    assert paie is not None
    assert found["paie"].next_at is not None
    assert found["paie"].next_at.replace(tzinfo=None) > paie.started_at
    assert (found["neuf"].last, found["neuf"].next_at is not None) == (None, True)
    assert (found["urgences"].paused, found["urgences"].next_at) == (True, None)


def test_every_act_leaves_one_line_each_time(commented: Home) -> None:
    sources.pause(commented, "urgences", "claire")
    sources.resume(commented, "urgences", "claire")
    sources.pause(commented, "urgences", "jean")
    sources.save(commented, "urgences", {**values(commented), "owner": "PASSWORD1"}, "jean")
    sources.remove(commented, "urgences", "jean")
    assert said(commented) == [
        ("claire", "source", "urgences", "Source mise en pause."),
        ("claire", "source", "urgences", "Source remise en service."),
        ("jean", "source", "urgences", "Source mise en pause."),
        ("jean", "source", "urgences", "Source modifiée : owner."),
        ("jean", "source", "urgences", "Source retirée ; ses chiffres restent."),
    ]


@pytest.mark.parametrize("kind", registry.kinds())
def test_the_form_of_every_connector_names_all_its_settings_in_french(kind: str) -> None:
    fields = sources.schema(kind)
    model = registry.connector(kind).Config
    assert [one.name for one in fields] == list(model.model_fields)
    assert all(one.title and one.title != one.name for one in fields)
    for one in fields:
        assert one.required == model.model_fields[one.name].is_required()
        assert one.type != "choice" or one.choices
        assert one.type != "secret" or one.default in {None, ""}


def test_the_defaults_of_the_form_make_the_same_settings() -> None:
    """Sent back as they were drawn, the defaults change nothing."""
    for kind, own in (("csv", {"path": "drop/a.csv"}), ("faults", {}), ("hl7", {"path": "a.hl7"})):
        model = registry.connector(kind).Config
        drawn = {one.name: one.default for one in sources.schema(kind) if one.default is not None}
        assert model.model_validate({**drawn, **own}) == model.model_validate(own)


def test_the_common_fields_are_drawn_with_their_choices() -> None:
    fields = {one.name: one for one in sources.common()}
    assert fields["replace"].choices == ("rows", "day", "month")
    assert fields["schedule"].required
    assert not fields["label"].required
    assert fields["time_limit"].default == "10m"
    assert "mapping" not in fields


_KEYS = st.text("abz_-é .\"'#", min_size=1, max_size=4)
_LEAVES = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=4)


@settings(deadline=None)
@given(before=_TABLES, after=_TABLES)
def test_any_values_are_written_over_any_others_and_read_back(
    before: dict[str, object], after: dict[str, object]
) -> None:
    start = toml.written(before)
    assert tomllib.loads(start) == before
    made = toml.edited(f"# tête\n{start}", after)
    assert tomllib.loads(made) == after


@settings(deadline=None)
@example(start="[a.b]\nz = 1\n[b]\n[a.z]\nb = 2\n", after={"a": {"z": False}})
@given(
    after=_TABLES,
    start=st.sampled_from(
        [
            "a.b.c = 1\na.b.z = 2\n",
            "[[a]]\nb = 1\n[[a]]\nz = 2\n",
            "[a.b]\nz = 1\n[b]\n[a.z]\nb = 2\n",
            "a = [\n 1, # un\n 2,\n]\n",
            "a = { b = { z = 1 } }\n",
            '"a" = """\nx\n"""\n',
        ]
    ),
)
def test_any_way_of_writing_toml_is_edited_to_the_values_asked(
    start: str, after: dict[str, object]
) -> None:
    kept = tomllib.loads(start)
    for wanted in (after, {**kept, **after}, kept):
        assert tomllib.loads(toml.edited(start, wanted)) == wanted
