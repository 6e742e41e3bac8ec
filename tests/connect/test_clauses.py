"""A delivery held against the clauses of its contract: columns, types, key, freshness, units.

Source `urgences` of the small installation: `jour;uf;passages`, UF 10, 11 and 20; today is
2026-03-12. Each clause is kept and said (evolve), refuses the delivery (freeze) or its lines
(discard).
"""

from __future__ import annotations

import openpyxl
import pytest

from cockpit.administer import contracts
from cockpit.connect.columns import Drift, drift
from cockpit.connect.config import load_source
from cockpit.errors import BadSource
from cockpit.warehouse import landing
from tests.warehouse.installation import URGENCES, Installation

USUAL = ("10/03/2026;10;100", "10/03/2026;11;101", "10/03/2026;20;102")
COLUMNS = 'columns = { jour = "date", uf = "integer", passages = "integer" }\n'


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-12")


def bound(installation: Installation, contract: str) -> None:
    path = installation.home.sources / "urgences.toml"
    path.write_text(f"{URGENCES}[contract]\n{contract}", "utf-8")


def drop(installation: Installation, number: int, header: str, *lines: str) -> None:
    path = installation.home.drop / f"urgences-{number:02d}.csv"
    path.write_text("\n".join((header, *lines, "")), "utf-8")


def run(installation: Installation) -> tuple[str, str]:
    (one,) = installation.refresh("urgences").runs
    return one.status, one.sentence


def day_11(*values: object) -> list[str]:
    return [f"11/03/2026;{unit};{value}" for unit, value in zip((10, 11, 20), values, strict=True)]


class TestColumns:
    def test_without_a_list_the_last_header_is_the_reference_and_each_change_is_said_once(
        self, installation: Installation
    ) -> None:
        drop(installation, 1, "jour;uf;passages;motif", "10/03/2026;10;100;x")
        assert run(installation) == ("ok", "")
        drop(installation, 2, "jour;uf;passages;tri", "11/03/2026;10;100;x")
        status, sentence = run(installation)
        assert status == "ok"
        assert "colonne nouvelle : « tri » ; colonne disparue : « motif »" in sentence
        assert "les chiffres sont gardés" in sentence
        assert ("10", "2026-03-11") in installation.visits()
        drop(installation, 3, "tri;jour;uf;passages", "x;12/03/2026;10;100")
        assert run(installation) == ("ok", "")

    def test_a_renamed_column_that_is_not_read_is_told_as_renamed(
        self, installation: Installation
    ) -> None:
        drop(installation, 1, "jour;uf;passages;nb_lits", "10/03/2026;10;100;4")
        run(installation)
        drop(installation, 2, "jour;uf;passages;Nb lits", "11/03/2026;10;100;4")
        assert "renommée, semble-t-il : « nb_lits » en « Nb lits »" in run(installation)[1]

    @pytest.mark.parametrize("mode", ["freeze", "discard"])
    def test_a_frozen_list_refuses_another_header_whole(
        self, installation: Installation, mode: str
    ) -> None:
        bound(installation, COLUMNS + f'modes = {{ columns = "{mode}" }}\n')
        installation.drop("urgences-01.csv", *USUAL)
        assert run(installation) == ("ok", "")
        drop(installation, 2, "jour;uf;passages;tri", "11/03/2026;10;100;x")
        status, sentence = run(installation)
        assert status == "failed"
        assert "les colonnes du contrat (colonne nouvelle : « tri »)" in sentence
        assert ("10", "2026-03-11") not in installation.visits()

    def test_a_list_that_evolves_keeps_the_delivery_and_names_the_command(
        self, installation: Installation
    ) -> None:
        bound(installation, COLUMNS)
        drop(installation, 1, "jour;uf;passages;tri", "11/03/2026;10;100;x")
        status, sentence = run(installation)
        assert (status, "colonne nouvelle : « tri »" in sentence) == ("ok", True)
        assert "cockpit source contract urgences --write" in sentence

    def test_a_hostile_header_makes_one_short_printable_sentence(self) -> None:
        names = [f"x{n}\n\x1b[31m" + "a" * 500 for n in range(400)]
        said = drift(["jour"], ["jour", *names]).sentence()
        assert said.isprintable()
        assert len(said) < 500
        assert "et 395 autre(s)" in said

    def test_an_order_and_blank_names_are_no_change(self) -> None:
        assert drift(("a", "b", ""), ("b", "", "a")) == Drift()

    def test_a_sheet_tells_its_columns_too(self, installation: Installation) -> None:
        home = installation.home
        drop(installation, 1, "jour;uf;passages;tri", "10/03/2026;10;100;x")
        run(installation)
        book = openpyxl.Workbook()
        book.active.append(["uf", "jour", None, "passages", "motif"])
        book.active.append(["11", "11/03/2026", None, 5, "x"])
        book.save(home.drop / "urgences-01.xlsx")
        sheet = URGENCES.replace('"csv"', '"excel"').replace(".csv", ".xlsx")
        (home.sources / "urgences.toml").write_text(sheet, "utf-8")
        said = "colonne nouvelle : « motif » ; colonne disparue : « tri »"
        assert said in run(installation)[1]


class TestTypes:
    @pytest.mark.parametrize(
        ("mode", "status", "kept", "said"),
        [
            (
                "evolve",
                "ok",
                10.5,
                "sur 1 ligne, dont les chiffres sont gardés (« passages » : pas un",
            ),
            ("discard", "ok", None, ""),
            ("freeze", "failed", None, "le contrat (pas un nombre entier"),
        ],
    )
    def test_a_count_that_has_decimals(self, installation, mode, status, kept, said) -> None:
        bound(installation, COLUMNS + f'modes = {{ types = "{mode}" }}\n')
        installation.drop("urgences-01.csv", *day_11("10,5", "11,0", "12"))
        found, sentence = run(installation)
        assert (found, said in sentence) == (status, True)
        if mode != "freeze":
            assert installation.visits().get(("10", "2026-03-11")) == kept
            assert installation.visits()["11", "2026-03-11"] == 11

    def test_a_text_where_a_number_is_read_refuses_a_frozen_delivery(self, installation) -> None:
        bound(installation, 'mode = "freeze"\n' + COLUMNS)
        installation.drop("urgences-01.csv", *day_11("dix", 11, 12))
        status, sentence = run(installation)
        assert (status, "ligne 2, champ « passages »" in sentence) == ("failed", True)

    def test_a_column_of_another_type_is_looked_at_only_where_it_is_read(
        self, installation: Installation
    ) -> None:
        bound(
            installation,
            'mode = "freeze"\n[contract.columns]\njour = "date"\nuf = "integer"\n'
            'passages = "integer"\nmotif = "integer"\n',
        )
        drop(installation, 1, "jour;uf;passages;motif", "11/03/2026;10;100;chute")
        assert run(installation) == ("ok", "")


class TestKey:
    CONTRACT = 'key = ["jour", "uf", "tour"]\nmodes = {{ key = "{}" }}\n'

    @pytest.mark.parametrize(
        ("mode", "status", "said"),
        [
            ("evolve", "ok", "sur 2 lignes, dont les chiffres sont gardés (« jour + uf + tour »"),
            ("discard", "ok", ""),
            ("freeze", "failed", "le contrat (clé du contrat répétée"),
        ],
    )
    def test_two_lines_of_one_key(self, installation, mode, status, said) -> None:
        """Summed by unit: 1 + 2 + 4, of which the lines 2 and 4 have the same key."""
        text = URGENCES.replace("[mapping]", 'duplicates = "sum"\n[mapping]')
        contract = f"[contract]\n{self.CONTRACT.format(mode)}"
        (installation.home.sources / "urgences.toml").write_text(text + contract, "utf-8")
        lines = ("11/03/2026;10;1;a", "11/03/2026;10;2;b", "11/03/2026;10;4;a")
        drop(installation, 1, "jour;uf;passages;tour", *lines)
        found, sentence = run(installation)
        assert (found, said in sentence) == (status, True)
        if mode != "freeze":
            assert installation.visits()["10", "2026-03-11"] == (7 if mode == "evolve" else 2)

    def test_the_column_of_a_key_must_be_there(self, installation: Installation) -> None:
        bound(installation, 'key = ["jour", "uf", "tour"]\n')
        installation.drop("urgences-01.csv", *USUAL)
        status, sentence = run(installation)
        assert (status, "« tour »" in sentence) == ("failed", True)


class TestFreshness:
    def test_a_delivery_whose_newest_day_is_old_is_said_then_refused_when_frozen(
        self, installation: Installation
    ) -> None:
        bound(installation, 'freshness = "2d"\n')
        installation.drop("urgences-01.csv", "09/03/2026;10;100")
        status, sentence = run(installation)
        assert status == "ok"
        assert "le jour le plus récent est le 09/03/2026, il y a 3 jours" in sentence
        bound(installation, 'freshness = "2d"\nmodes = { freshness = "freeze" }\n')
        installation.drop("urgences-02.csv", "09/03/2026;11;100")
        status, sentence = run(installation)
        assert (status, "un jour d'au plus 2 jour(s), selon le contrat" in sentence) == (
            "failed",
            True,
        )

    def test_a_history_read_at_once_is_judged_by_its_last_delivery(
        self, installation: Installation
    ) -> None:
        bound(installation, 'mode = "freeze"\nfreshness = "2d"\n')
        installation.drop("urgences-01.csv", "01/01/2025;10;100")
        installation.drop("urgences-02.csv", "10/03/2026;10;100")
        assert run(installation) == ("ok", "")
        assert len(installation.visits()) == 2

    def test_a_month_is_as_old_as_its_last_day(self, installation: Installation) -> None:
        path = installation.home.sources / "paie.toml"
        path.write_text(path.read_text("utf-8") + '[contract]\nfreshness = "13d"\n', "utf-8")
        installation.drop("paie-01.csv", "2026-02;10;1")
        (one,) = installation.refresh("paie").runs
        assert (one.status, one.sentence) == ("ok", "")


class TestUnits:
    MONEY = """connector = "csv"
schedule = "0 5 * * *"
path = "drop/x.csv"
stale_after = "36h"
[contract.columns]
montant = { type = "number", unit = "k€" }
[mapping]
date = { column = "mois", format = "%Y-%m" }
unit = { column = "uf" }
[mapping.measures]
"""

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ('montant = { measure = "expense_eur", scale = 1000 }', ""),
            ('montant = { measure = "expense_eur", scale = -1000 }', ""),
            ('montant = "expense_eur"', "scale = 1000 pour la colonne « montant » en k€"),
            ('montant = "work_accidents"', "mesure en accidents, et non « k€ »"),
        ],
    )
    def test_thousands_of_euros_are_never_read_as_euros(self, tmp_path, target, expected) -> None:
        path = tmp_path / "eprd.toml"
        path.write_text(self.MONEY + target + "\n", "utf-8")
        if not expected:
            assert load_source(path).contract.columns["montant"].unit == "k€"
            return
        with pytest.raises(BadSource) as refused:
            load_source(path)
        assert expected in refused.value.sentence()


class TestLearned:
    def test_the_newest_delivery_makes_the_contract_that_the_next_ones_keep(
        self, installation: Installation
    ) -> None:
        drop(installation, 1, "jour;uf;passages;tri", *(f"{line};x" for line in USUAL))
        run(installation)
        found = contracts.learned(installation.home, "urgences")
        assert found == {
            "key": ["jour", "uf"],
            "freshness": "2d",
            "columns": {"jour": "date", "uf": "text", "passages": "integer", "tri": "text"},
        }
        strict = contracts.with_mode(found, "freeze")
        contracts.freeze(installation.home, "urgences", strict, "essai")
        assert run(installation) == ("unchanged", "")  # nothing old is read again for it
        drop(installation, 2, "jour;uf;passages;tri;pays", "11/03/2026;10;100;x;y")
        assert run(installation)[0] == "failed"
        again = contracts.learned(installation.home, "urgences")
        assert "pays" in again["columns"]  # the refused delivery, once accepted
        contracts.freeze(installation.home, "urgences", again, "essai")
        assert run(installation) == ("ok", "")

    def test_what_the_source_declares_already_stays(self, installation: Installation) -> None:
        bound(
            installation,
            'key = ["uf", "jour"]\nfreshness = "9d"\nranges = { ed_visits = [0, 800] }\n'
            '[contract.columns]\npassages = { type = "number", unit = "passages" }\n',
        )
        installation.drop("urgences-01.csv", *USUAL)
        found = contracts.learned(installation.home, "urgences")
        assert found["key"] == ["uf", "jour"]
        assert found["freshness"] == "9d"
        assert found["ranges"] == {"ed_visits": [0, 800]}
        assert found["columns"] == {
            "jour": "date",
            "uf": "text",
            "passages": {"type": "number", "unit": "passages"},
        }
        assert list(landing.landed(installation.home.landing)) == []
