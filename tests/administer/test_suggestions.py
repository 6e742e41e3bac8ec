from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.administer.mapping import MOST_CODES, Suggestion, codes_of, columns_of, suggest
from cockpit.administer.synonyms import (
    CODES,
    DATES,
    FACETS,
    MEASURES_NAMED,
    SCENARIOS,
    UNITS,
    VALUES,
)
from cockpit.errors import BadRequest, BadSource
from cockpit.kpi.measures import MEASURES
from tests.warehouse.installation import Installation

BALANCE = (
    "exercice;periode;budget;compte;libelle;titre;sens;uf;cr_pole;montant_eprd;montant_engage;"
    "montant_realise;as_of"
)
HR = (
    "mois;etab;pole;service;metier;statut;pm_pnm;etpr;etp_budget;effectif;jours_abs_mo;"
    "jours_abs_clm_cld;nb_arrets;h_sup;entrees;sorties;cout_interim"
)


def measures(columns: list[str]) -> dict[str, str]:
    return {name: one.measure for name, one in suggest(columns).items() if one.measure}


def kinds(columns: list[str]) -> dict[str, str]:
    return {name: one.kind for name, one in suggest(columns).items() if not one.measure}


def test_columns_of_a_ward_are_known_whatever_their_accents_and_case() -> None:
    columns = ["Jour", "Code UF", "Lits Ouverts", "PRÉSENTS À MINUIT", "commentaire"]
    assert kinds(columns) == {"Jour": "date", "Code UF": "unit"}
    assert measures(columns) == {
        "Lits Ouverts": "beds_open",
        "PRÉSENTS À MINUIT": "patients_midnight",
    }


def test_the_columns_of_a_long_file_are_known() -> None:
    columns = ["Mois", "UF", "Code mesure", "Scénario", "Valeur"]
    assert list(kinds(columns).values()) == ["date", "unit", "code", "scenario", "value"]


def test_the_canonical_accounts_are_known() -> None:
    assert measures(BALANCE.split(";")) == {
        "montant_engage": "committed_eur",
        "montant_realise": "expense_eur",
    }
    assert kinds(BALANCE.split(";")) == {
        **dict.fromkeys(("exercice", "periode", "as_of"), "date"),
        **dict.fromkeys(("uf", "cr_pole"), "unit"),
        **dict.fromkeys(("budget", "compte", "titre", "sens"), "facet"),
    }


def test_the_canonical_workforce_file_is_known() -> None:
    assert measures(HR.split(";")) == {
        "etpr": "fte_paid",
        "effectif": "headcount",
        "jours_abs_mo": "absence_days",
        "h_sup": "overtime_hours",
        "entrees": "staff_entries",
        "sorties": "staff_exits",
        "cout_interim": "temp_staff_eur",
    }


def test_an_exact_name_keeps_its_measure_from_a_vaguer_one_that_stands_before() -> None:
    found = measures(["nombre de lits ouverts", "beds_open"])
    assert found["beds_open"] == "beds_open"
    assert found.get("nombre de lits ouverts") != "beds_open"


def test_a_column_that_could_be_two_things_is_left_to_the_person() -> None:
    assert suggest(["lits", "patients", "taux", "x", ""]) == {}


def test_a_suggestion_says_why() -> None:
    (said,) = suggest(["passages"]).values()
    assert said == Suggestion("measure", "ed_visits", "Nom habituel de « Passages aux urgences ».")


def test_the_synonyms_name_measures_that_exist_and_one_thing_each() -> None:
    assert set(MEASURES_NAMED.values()) <= set(MEASURES)
    names = [*DATES, *UNITS, *FACETS, *SCENARIOS, *CODES, *VALUES, *MEASURES_NAMED]
    assert len(names) == len(set(names))


_WORDS = st.sampled_from(sorted({*MEASURES_NAMED, *map(str, MEASURES), "uf", "jour", "lits", "8h"}))
_NAMES = st.one_of(_WORDS, st.text(max_size=12), st.tuples(_WORDS, _WORDS).map(" ".join))


@settings(deadline=None)
@given(columns=st.lists(_NAMES, max_size=30))
def test_no_measure_is_ever_proposed_twice(columns: list[str]) -> None:
    found = suggest(columns)
    proposed = [one.measure for one in found.values() if one.measure]
    assert len(proposed) == len(set(proposed))
    assert set(found) <= set(columns)
    assert all((one.kind == "measure") == bool(one.measure) for one in found.values())


def test_columns_come_from_the_source_itself_saved_or_not(installation: Installation) -> None:
    home = installation.home
    assert columns_of(home, "urgences") == ()
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    assert columns_of(home, "urgences") == ("jour", "uf", "passages")
    assert columns_of(home, ("csv", {"path": "drop/*.csv"})) == ("jour", "uf", "passages")
    for name in ("absente", "../urgences"):
        with pytest.raises(BadRequest):
            columns_of(home, name)


def test_codes_come_from_the_source_and_a_column_of_anything_else_is_not_shown(
    installation: Installation,
) -> None:
    """A column chosen by mistake may hold names: more texts than codes, or long ones, are kept."""
    home = installation.home
    installation.drop("urgences-1.csv", "01/03/2026;20;5", "01/03/2026;10;5", "02/03/2026;20;")
    assert codes_of(home, "urgences", ("uf", "passages")) == {
        "uf": ("10", "20"),
        "passages": ("5",),
    }
    installation.drop("urgences-2.csv", *(f"02/03/2026;{n};1" for n in range(MOST_CODES + 1)))
    with pytest.raises(BadRequest, match="uf"):
        codes_of(home, ("csv", {"path": "drop/*.csv"}), ("uf",))
    installation.drop("urgences-1.csv", f"01/03/2026;{'DUPONT ' * 10};5")
    with pytest.raises(BadRequest) as refusal:
        codes_of(home, "urgences", ("uf",))
    assert "DUPONT" not in refusal.value.sentence()


def test_settings_that_are_wrong_are_a_sentence(installation: Installation) -> None:
    with pytest.raises(BadSource) as refusal:
        columns_of(installation.home, ("csv", {"path": "/etc/shadow"}))
    assert refusal.value.facts["field"] == "path"
    with pytest.raises(BadSource):
        columns_of(installation.home, ("telex", {}))
