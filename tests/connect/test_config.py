from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.connect.config import load_source, load_sources
from cockpit.errors import BadSource
from cockpit.settings import Home

HEAD = """connector = "csv"
schedule = "*/15 * * * *"
path = "drop/*.csv"
stale_after = "36h"
"""
MAPPING = """[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
n = "births"
"""


def test_the_page_of_the_contract_is_read(hospital) -> None:
    """Every setting of the contract at once; the month of `replace` is the monthly default."""
    config = hospital.source(
        """[mapping]
        date = { columns = ["exercice", "periode"], format = "%Y-%m" }
        unit = { column = "dep", prefix = "DEP-" }
        facet = { columns = ["titre", "compte"] }
        scenario = { column = "nature", values = { "Réalisé" = "actual", "EPRD" = "budget" } }
        missing = ["NA", "-"]
        zero_is_missing = ["expense_eur"]
        where = { type = ["X"] }
        [mapping.measures]
        montant = [ { measure = "expense_eur", where = { sens = "C" } },
                    { measure = "revenue_eur", where = { sens = ["P", "Q"] } } ]
        eprd = { measure = "expense_eur", scenario = "budget" }
        mo = { measure = "absence_days", facet = "MO" }
        metier = { measure = "fte_paid", facet = { column = "metier" } }
        delai = { measure = "supplier_paid_eur_days", weight = "paye", scale = 1000 }
        """,
        'owner = "DAF"\nprovisional_for = "6d"\nduplicates = "sum"\n',
    )
    assert config.name == "essai"
    assert config.stale_after == timedelta(hours=36)
    assert config.provisional_for == timedelta(days=6)
    assert config.replaces == "month"
    assert config.settings == {"path": "drop/*.csv"}
    assert set(config.mapping.sources()) == {
        "exercice", "periode", "dep", "titre", "compte", "nature", "type", "montant", "sens",
        "eprd", "mo", "metier", "delai", "paye",
    }  # fmt: skip


def test_a_daily_source_replaces_rows(hospital) -> None:
    assert hospital.source().replaces == "rows"
    assert hospital.source(head='replace = "day"\n').replaces == "day"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"csv"', '"cvs"', "connector"),
        ('connector = "csv"\n', "", "connector"),
        ("*/15 * * * *", "toutes les heures", "schedule"),
        ("*/15 * * * *", "61 * * * *", "schedule"),
        ("*/15 * * * *", "* * * * * *", "schedule"),
        ('"36h"', '"36"', "stale_after"),
        ('"36h"', '"0h"', "stale_after"),
        ('"36h"', "36", "stale_after"),
        ('stale_after = "36h"\n', "", "stale_after"),
        ('path = "drop/*.csv"', 'path = "../a.csv"', "path"),
        ('path = "drop/*.csv"', 'path = "/etc/passwd"', "path"),
        ('path = "drop/*.csv"\n', "", "path"),
        ('path = "drop/*.csv"', 'path = "drop/*.csv"\nencodage = "x"', "encodage"),
        ('path = "drop/*.csv"', 'path = "a.csv"\nencoding = "latin-1"', "encoding"),
        ('path = "drop/*.csv"', 'path = "a.csv"\ndelimiter = ";;"', "delimiter"),
        ('path = "drop/*.csv"', 'path = "a.csv"\ndecimal = "\'"', "decimal"),
        ('path = "drop/*.csv"', 'path = "a.csv"\nreplace = "all"', "replace"),
        ('path = "drop/*.csv"', 'path = "a.csv"\nname = "autre"', "name"),
        ('"births"', '"naissances"', "mapping.measures.n.measure"),
        ('n = "births"', "", "mapping"),
        ('n = "births"', "n = 3", "mapping.measures.n"),
        ('n = "births"', 'n = { measure = "births", scale = inf }', "mapping.measures.n.scale"),
        ('n = "births"', 'n = { measure = "births", facet = "x" }', "mapping"),
        ('n = "births"', 'n = { measure = "births", scenario = "réel" }', "mapping.measures.n.scenario"),
        ("%d/%m/%Y", "jj/mm/aaaa", "mapping.date.format"),
        ('date = { column = "jour", format = "%d/%m/%Y" }', "", "mapping.date"),
        ('{ column = "uf" }', '{ column = "uf", value = "1" }', "mapping.unit"),
        ('{ column = "uf" }', "{}", "mapping.unit"),
        ('{ column = "uf" }', '{ colonne = "uf" }', "mapping.unit.colonne"),
        ('{ column = "uf" }', '{ column = "uf" }\nscenario = { value = "réel" }', "mapping.scenario"),
        ('{ column = "uf" }', '{ column = "uf" }\nzero_is_missing = ["x"]', "mapping.zero_is_missing"),
        ('{ column = "uf" }', '{ column = "uf" }\nmeasure = { column = "code" }', "mapping"),
    ],
)  # fmt: skip
def test_a_malformed_source_is_refused_with_file_and_field(
    tmp_path, old: str, new: str, field: str
) -> None:
    text = HEAD + MAPPING
    assert old in text
    path = tmp_path / "essai.toml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BadSource) as refusal:
        load_source(path)
    assert refusal.value.facts["file"] == "essai.toml"
    assert refusal.value.facts["field"].startswith(field)
    assert refusal.value.facts["expected"]
    assert "autre chose (" not in refusal.value.sentence()


def test_toml_that_is_no_toml_names_its_line(tmp_path) -> None:
    path = tmp_path / "essai.toml"
    path.write_text("a = 1\nb = \n", "utf-8")
    with pytest.raises(BadSource) as refusal:
        load_source(path)
    assert refusal.value.facts["line"] == 2


def test_one_bad_source_leaves_the_others_readable(hospital) -> None:
    hospital.source(name="bonne")
    (hospital.home.sources / "mauvaise.toml").write_text("connector = 1", "utf-8")
    (hospital.home.sources / "Mauvais Nom.toml").write_text(HEAD + MAPPING, "utf-8")
    configs, errors = load_sources(hospital.home)
    assert [config.name for config in configs] == ["bonne"]
    assert {error.facts["file"] for error in errors} == {"mauvaise.toml", "Mauvais Nom.toml"}


@given(st.text(max_size=60), st.integers(0, len(HEAD + MAPPING)))
def test_any_text_put_anywhere_is_read_or_refused(tmp_path_factory, text: str, place: int) -> None:
    root = tmp_path_factory.mktemp("h")
    home = Home(root).prepare()
    whole = HEAD + MAPPING
    broken = (whole[:place] + text + whole[place:]).encode("utf-8", "replace")
    (home.sources / "essai.toml").write_bytes(broken)
    configs, errors = load_sources(home)
    assert len(configs) + len(errors) == 1
    assert all(error.sentence() for error in errors)
