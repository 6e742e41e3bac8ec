"""Small files and the observations worked by hand."""

from __future__ import annotations

import pytest

from cockpit.connect import reasons

DATE = 'date = { column = "jour", format = "%d/%m/%Y" }\n'
UNIT = 'unit = { column = "uf" }\n'


def _wide(measures: str, more: str = "") -> str:
    return f"[mapping]\n{DATE}{UNIT}{more}[mapping.measures]\n{measures}"


def test_wide_columns_give_one_observation_each(hospital, rows) -> None:
    batch = hospital.batch(
        "jour;uf;n;acc\n01/03/2024;10;1 234,5;2\n02/03/2024;10;;3\n",
        _wide('n = "ed_visits"\nacc = "births"'),
    )
    assert rows(batch) == [
        ("ed_visits", "10", "2024-03-01", "", "actual", 1234.5),
        ("births", "10", "2024-03-01", "", "actual", 2.0),
        ("births", "10", "2024-03-02", "", "actual", 3.0),
    ]
    assert (batch.lines, batch.accepted_lines, batch.refused_lines) == (2, 2, 0)
    assert (batch.file, batch.source, batch.replace) == ("drop/a.csv", "essai", "rows")


def test_missing_makes_no_observation_and_zero_only_when_asked(hospital, rows) -> None:
    batch = hospital.batch(
        "jour;uf;n;acc\n01/03/2024;10;NA;0\n02/03/2024;10;0;-\n",
        _wide(
            'n = "ed_visits"\nacc = "births"',
            'missing = ["NA", "-"]\nzero_is_missing = ["ed_visits"]\n',
        ),
    )
    assert rows(batch) == [("births", "10", "2024-03-01", "", "actual", 0.0)]
    assert batch.refused_lines == 0


def test_one_bad_cell_refuses_its_whole_line(hospital, rows, refused) -> None:
    """A rate must not lose only one of its two terms."""
    batch = hospital.batch(
        "jour;uf;n;acc\n01/03/2024;10;5;x\n02/03/2024;10;6;7\n",
        _wide('n = "ed_visits"\nacc = "births"'),
    )
    assert {row[5] for row in rows(batch)} == {6.0, 7.0}
    assert refused(batch) == [(2, "acc", reasons.BAD_NUMBER)]


def test_each_bad_line_is_named_once_with_its_reason(hospital, rows, refused) -> None:
    batch = hospital.batch(
        "jour;uf;n\n"
        "01/03/2024;10;1\n"
        "31/02/2024;10;1\n"
        ";10;1\n"
        "01/03/2024;;1\n"
        "01/03/2024;1O;1\n"
        "01/03/2024;99;1\n"
        "31/01/2024;99;1\n"
        "31/01/2024;01;1\n"
        "01/02/2024;01;1e999\n"
        "01/03/2024;10\n"
        "\n"
        ";;\n"
        "02/03/2024;1;2\n"
    )
    assert [row[1:3] + row[5:] for row in rows(batch)] == [
        ("10", "2024-03-01", 1.0), ("99", "2024-01-31", 1.0), ("1", "2024-03-02", 2.0),
    ]  # fmt: skip
    assert refused(batch) == [
        (3, "jour", reasons.BAD_DATE),
        (4, "jour", reasons.NO_DATE),
        (5, "uf", reasons.NO_UNIT),
        (6, "uf", reasons.UNKNOWN_UNIT),
        (7, "uf", reasons.CLOSED_UNIT),
        (9, "uf", reasons.CLOSED_UNIT),
        (10, "n", reasons.BAD_NUMBER),
        (11, "", reasons.RAGGED),
    ]
    assert (batch.lines, batch.accepted_lines) == (11, 3)


def test_a_repeated_key_refuses_every_copy(hospital, rows, refused) -> None:
    batch = hospital.batch("jour;uf;n\n01/03/2024;10;1\n02/03/2024;10;5\n1/3/2024;10 ;1\n")
    assert [row[5] for row in rows(batch)] == [5.0]
    assert refused(batch) == [
        (2, "uf + jour", reasons.REPEATED),
        (4, "uf + jour", reasons.REPEATED),
    ]


def test_a_finer_grain_is_added_up_when_asked(hospital, rows) -> None:
    batch = hospital.batch(
        "jour;uf;n\n01/03/2024;10;1\n02/03/2024;10;5\n01/03/2024;10;2\n",
        head='duplicates = "sum"\n',
    )
    assert [row[2:3] + row[5:] for row in rows(batch)] == [("2024-03-01", 3.0), ("2024-03-02", 5.0)]


def test_an_accounting_export_becomes_expenses_revenue_and_budget(hospital, rows) -> None:
    """Two columns of date, two of facet, two measures of one column by `where`, a budget column."""
    batch = hospital.batch(
        "exercice;periode;uf;sens;titre;compte;reel;eprd\n"
        "2024;1;10;C;1;6411;100,50;90\n"
        "2024;1;10;P;1;7471;80;\n"
        "2024;13;10;P;1;7471;80;\n"
        "2024;2;10;C;1;;7;8\n",
        """[mapping]
        date = { columns = ["exercice", "periode"], format = "%Y-%m" }
        unit = { column = "uf" }
        facet = { columns = ["titre", "compte"] }
        [mapping.measures]
        reel = [ { measure = "expense_eur", where = { sens = "C" } }, { measure = "revenue_eur", where = { sens = ["P"] } } ]
        eprd = { measure = "expense_eur", scenario = "budget", where = { sens = "C" } }
        """,
    )
    assert sorted(rows(batch)) == [
        ("expense_eur", "10", "2024-01-01", "1/6411", "actual", 100.5),
        ("expense_eur", "10", "2024-01-01", "1/6411", "budget", 90.0),
        ("expense_eur", "10", "2024-02-01", "1", "actual", 7.0),
        ("expense_eur", "10", "2024-02-01", "1", "budget", 8.0),
        ("revenue_eur", "10", "2024-01-01", "1/7471", "actual", 80.0),
    ]
    assert batch.replace == "month"
    assert batch.quarantine["reason"].to_pylist() == [reasons.BAD_DATE]


def test_the_long_form_recodes_measures_scenarios_and_facets(hospital, rows, refused) -> None:
    batch = hospital.batch(
        "jour;uf;code;qui;nature;valeur\n"
        "01/03/2024;10;PASS;F;Réalisé;3\n"
        "15/03/2024;10;absence_days;MO;EPRD;4\n"
        "01/03/2024;10;births;F;Réalisé;1\n"
        "01/03/2024;10;births;;Réalisé;2\n"
        "01/03/2024;10;AUTRE;;Réalisé;2\n"
        "01/03/2024;10;PASS;F;Rêvé;2\n"
        "01/03/2024;10;PASS;a//b;Réalisé;2\n"
        "01/03/2024;10;PASS;a\u200eb;Réalisé;2\n",
        """[mapping]
        date = { column = "jour", format = "%d/%m/%Y" }
        unit = { column = "uf" }
        measure = { column = "code", values = { PASS = "ed_visits" } }
        value = { column = "valeur" }
        facet = { column = "qui", values = { F = "75+" } }
        scenario = { column = "nature", values = { "Réalisé" = "actual", EPRD = "budget" } }
        """,
    )
    assert sorted(rows(batch)) == [
        ("absence_days", "10", "2024-03-01", "MO", "budget", 4.0),
        ("births", "10", "2024-03-01", "", "actual", 2.0),
        ("ed_visits", "10", "2024-03-01", "75+", "actual", 3.0),
    ]
    assert refused(batch) == [
        (4, "qui", reasons.FACET_NOT_ALLOWED),
        (6, "code", reasons.UNKNOWN_MEASURE),
        (7, "nature", reasons.UNKNOWN_SCENARIO),
        (8, "qui", reasons.BAD_FACET),
        (9, "qui", reasons.BAD_FACET),
    ]


def test_weight_scale_and_literal_facets(hospital, rows) -> None:
    """Delay 30 days x 2 k€ paid = 60 000 €·j; a line without a weight gives none."""
    batch = hospital.batch(
        "jour;uf;delai;paye;mo\n01/03/2024;10;30;2;1,5\n01/04/2024;10;30;;2\n",
        _wide(
            'delai = { measure = "supplier_paid_eur_days", weight = "paye", scale = 1000 }\n'
            'mo = { measure = "absence_days", facet = "MO" }'
        ),
    )
    assert sorted(rows(batch)) == [
        ("absence_days", "10", "2024-03-01", "MO", "actual", 1.5),
        ("absence_days", "10", "2024-04-01", "MO", "actual", 2.0),
        ("supplier_paid_eur_days", "10", "2024-03-01", "", "actual", 60000.0),
    ]


def test_a_facet_column_can_belong_to_one_measure(hospital, rows) -> None:
    batch = hospital.batch(
        "jour;uf;etp;metier;n\n01/03/2024;10;3;PNM/IDE;4\n",
        _wide('etp = { measure = "fte_paid", facet = { column = "metier" } }\nn = "births"'),
    )
    assert sorted(row[0:1] + row[3:4] for row in rows(batch)) == [
        ("births", ""),
        ("fte_paid", "PNM/IDE"),
    ]


def test_a_histogram_takes_only_bins(hospital, rows, refused) -> None:
    batch = hospital.batch(
        "jour;uf;bin;n\n01/03/2024;10;0-30;3\n01/03/2024;10;1440-;1\n01/03/2024;10;moins de 30;1\n",
        _wide('n = "ed_los_minutes"', 'facet = { column = "bin" }\n'),
    )
    assert [row[3] for row in rows(batch)] == ["0-30", "1440-"]
    assert refused(batch) == [(4, "bin", reasons.BAD_FACET)]


def test_a_line_filter_leaves_out_lines_without_counting_them(hospital, rows) -> None:
    batch = hospital.batch(
        "jour;uf;type;n\n01/03/2024;10; X ;3\n01/03/2024;10;Y;pas un nombre\n",
        _wide('n = "births"', 'where = { type = "X" }\n'),
    )
    assert [row[5] for row in rows(batch)] == [3.0]
    assert batch.lines == 1


def test_one_literal_unit_and_a_prefix(hospital, rows) -> None:
    text = "jour;dep;n\n01/03/2024;0;1\n"
    for unit in ('value = "10"', 'column = "dep", prefix = "1"'):
        mapping = f'[mapping]\n{DATE}unit = {{ {unit} }}\n[mapping.measures]\nn = "births"\n'
        assert [row[1] for row in rows(hospital.batch(text, mapping))] == ["10"]


def test_a_month_overlaps_the_life_of_a_unit(hospital, rows) -> None:
    """Unit 99 closed on 31 January 2024 and 01 opened on 1 February: their months count."""
    batch = hospital.batch(
        "mois;uf;n\njanvier 2024;99;1\nfévrier 2024;99;1\nfebruary 2024;01;1\njanv. 2024;01;1\n",
        '[mapping]\ndate = { column = "mois", format = "%B %Y" }\nunit = { column = "uf" }\n'
        '[mapping.measures]\nn = "readmission_30d"\n',
    )
    assert [row[1:3] for row in rows(batch)] == [("99", "2024-01-01"), ("01", "2024-02-01")]


def test_iso_weeks_are_stored_on_their_monday(hospital, rows) -> None:
    batch = hospital.batch(
        "s;uf;n\n2020-W53;10;1\n",
        '[mapping]\ndate = { column = "s", format = "%G-W%V" }\nunit = { column = "uf" }\n'
        '[mapping.measures]\nn = "births"\n',
    )
    assert [row[2] for row in rows(batch)] == ["2020-12-28"]


@pytest.mark.parametrize("value", ["x;1", "=1+1", "'1", "1\u20282"])
def test_the_quarantine_never_holds_a_cell(hospital, value: str) -> None:
    batch = hospital.batch(f'jour;uf;n\n01/03/2024;10;"{value}"\n02/03/2024;10;7\n')
    assert batch.rows["value"].to_pylist() == [7.0]
    assert value not in str(batch.quarantine.to_pylist())
    refusal = hospital.refusal(f'jour;uf;n\n01/03/2024;10;"{value}"\n')
    assert value not in refusal.sentence()
