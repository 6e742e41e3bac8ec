"""Administration as Streamlit runs it, on a small hospital with one source of its own.

drop/visits.csv     A3, 20 and 21 November: 100 and 120 visits, then one line of an unknown unit
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import refresh, state
from cockpit.administer import sources
from cockpit.administer.fields import FieldSpec
from cockpit.connect import registry
from cockpit.connect.config import load_source
from cockpit.kpi.model import Grain, UnitId
from cockpit.preview import Effect
from cockpit.series.model import Status
from cockpit.settings import Home
from cockpit.state import vault
from cockpit.views.admin import acts, child, form, jobs, words
from cockpit.web import opened
from tests.support.hospital import UNITS, parse
from tests.views.test_screens import MAIN, visit
from tests.views.test_tiles import words as texts

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<img src=x onerror="alert(1)"> ![x](http://outside.example/x.png)'
SOURCE = """# kept by the DIM
connector = "csv"
label = "Passages"
path = "drop/visits*.csv"
schedule = "15 6 * * *"  # before the first meeting
owner = "DIM"
stale_after = "36h"

[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }

[mapping.measures]
passages = { measure = "ed_visits", facet = "75+" }
"""
CSV = "jour;uf;passages;hosp\n20/11/2026;A3;100;1\n21/11/2026;A3;120;2\n21/11/2026;ZZ;1;0\n"
ADMIN = {"as": "admin"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hospital above, published once and copied for each test."""
    made = Home(tmp_path_factory.mktemp("model") / "home").prepare()
    lines = [f"{one.id};{one.parent or ''};{one.level};{one.label}" for one in UNITS]
    made.structure.write_text("\n".join(["unit;parent;level;label", *lines]) + "\n", "utf-8")
    (made.sources / "visits.toml").write_text(SOURCE, "utf-8")
    (made.drop / "visits.csv").write_text(CSV, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", "2026-11-22")
        refresh.refresh(made, forecasts=False)
    state.engine(made).dispose()
    return made.root


@pytest.fixture
def home(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    shutil.copytree(model, tmp_path / "home")
    opened.warehouse.cache_clear()
    yield Home(tmp_path / "home")
    opened.warehouse.cache_clear()


@pytest.fixture
def app(home: Home) -> AppTest:
    assert home.sources.exists()
    return AppTest.from_file(str(MAIN), default_timeout=30)


def see(app: AppTest, **query: str) -> str:
    return visit(app, "administration", **ADMIN, **query)


def picked(app: AppTest, label: str) -> Any:
    return next(one for one in app.selectbox if one.label == label)


def press(app: AppTest, label: str) -> str:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return "\n".join(part.value for part in app.html)


def typed(app: AppTest, label: str, text: str) -> None:
    next(one for one in app.text_input if one.label.startswith(label)).input(text)


def home_page() -> str:
    """What a director who arrives now reads first."""
    return texts(visit(AppTest.from_file(str(MAIN), default_timeout=30), "synthese"))


def toml_of(home: Home, name: str = "visits") -> str:
    return (home.sources / f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize(
    "screen",
    [{}, {"screen": "generations"}, {"screen": "structure", "code": "A3"},
     {"screen": "source", "source": "visits", "tab": "text"},
     {"screen": "source", "source": "visits", "act": "publish"},
     {"screen": "preview", "source": "visits"}, {"screen": "new", "kind": "csv"}],
)  # fmt: skip
class TestScope:
    @pytest.mark.parametrize("role", ["director_ght", "daf", "director_A"])
    def test_who_does_not_administer_is_refused_every_screen(
        self, app: AppTest, role: str, screen: dict[str, str]
    ) -> None:
        html = visit(app, "administration", **{"as": role}, **screen)
        assert "Accès réservé" in html
        assert "visits" not in texts(html).replace("as=", "")
        assert not app.button

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_who_administers_sees_it_in_both_languages(
        self, app: AppTest, screen: dict[str, str], lang: str
    ) -> None:
        html = see(app, lang=lang, **screen)
        assert html.count("<h1>") == 1
        assert "Page indisponible" not in html
        assert "ck-red" not in html


def test_the_list_says_the_state_the_readings_and_the_refused_rows(app: AppTest) -> None:
    said = texts(see(app))
    assert "|Passages|" in said
    assert "|À jour|" in said
    assert "prochaine : " in said
    assert "1 ligne en quarantaine" in said
    assert "données au 21 nov." in said


def test_a_faulty_file_is_told_and_its_text_can_be_corrected(app: AppTest, home: Home) -> None:
    (home.sources / "visits.toml").write_text(SOURCE.replace('"csv"', '"cvs"'), "utf-8")
    assert "|Fichier fautif|" in texts(see(app))
    html = see(app, screen="source", source="visits")
    assert "un connecteur parmi" in html
    app.text_area[0].input(SOURCE)
    press(app, "Enregistrer le texte")
    assert toml_of(home) == SOURCE


def test_nothing_of_a_source_or_a_unit_is_read_as_html_or_markdown(
    app: AppTest, home: Home
) -> None:
    quoted = json.dumps(HOSTILE)
    text = SOURCE.replace('"Passages"', quoted).replace("passages =", f"{quoted} =", 1)
    (home.sources / "visits.toml").write_text(text, "utf-8")
    lines = home.structure.read_text("utf-8").replace("UF A3", HOSTILE.replace('"', ""))
    home.structure.write_text(lines, "utf-8")
    for query in (
        {},
        {"screen": "source", "source": "visits", "tab": "columns"},
        {"screen": "source", "source": "visits", "act": "publish"},
        {"screen": "structure"},
        {"screen": "structure", "code": "A3"},
    ):
        app.query_params.clear()
        html = see(app, **query)
        assert "<img" not in html
        labels = [one.label for one in (*app.selectbox, *app.text_input, *app.button)]
        assert not [one for one in labels if "![" in one.replace("\\!", "").replace("\\[", "")]


class TestSettings:
    def test_an_edit_is_written_in_the_file_and_the_rest_of_it_stays(
        self, app: AppTest, home: Home
    ) -> None:
        see(app, screen="source", source="visits")
        typed(app, "Responsable", "Cellule des urgences")
        html = press(app, "Enregistrer")
        assert "Réglages enregistrés." in html
        assert toml_of(home) == SOURCE.replace('"DIM"', '"Cellule des urgences"')

    def test_an_edit_of_the_file_is_what_the_form_shows(self, app: AppTest, home: Home) -> None:
        (home.sources / "visits.toml").write_text(SOURCE.replace('"DIM"', '"DSI"'), "utf-8")
        see(app, screen="source", source="visits")
        assert [one.value for one in app.text_input if one.label == "Responsable"] == ["DSI"]

    def test_saving_what_was_not_touched_changes_nothing(self, app: AppTest, home: Home) -> None:
        see(app, screen="source", source="visits")
        press(app, "Enregistrer")
        assert toml_of(home) == SOURCE

    def test_a_wrong_value_is_one_sentence_and_nothing_is_written(
        self, app: AppTest, home: Home
    ) -> None:
        see(app, screen="source", source="visits")
        typed(app, "Horaire", "tous les jours")
        html = press(app, "Enregistrer")
        assert "un horaire cron à cinq champs" in html
        assert toml_of(home) == SOURCE

    def test_nobody_overwrites_what_another_wrote_meanwhile(self, app: AppTest, home: Home) -> None:
        see(app, screen="source", source="visits")
        theirs = SOURCE.replace('"DIM"', '"DSI"')
        (home.sources / "visits.toml").write_text(theirs, "utf-8")
        typed(app, "Responsable", "Moi")
        html = press(app, "Enregistrer")
        assert "modifié depuis que vous l'avez ouvert" in unescape(html)
        assert "tel que vous l'avez lu" in unescape(html)
        assert toml_of(home) == theirs
        press(app, "Relire le fichier")
        assert [one.value for one in app.text_input if one.label == "Responsable"] == ["DSI"]

    def test_a_secret_is_kept_apart_and_never_shown(self, app: AppTest, home: Home) -> None:
        text = SOURCE.replace('"csv"', '"faults"').replace('path = "drop/visits*.csv"\n', "")
        (home.sources / "visits.toml").write_text(text, "utf-8")
        see(app, screen="source", source="visits")
        typed(app, "Mot de passe : nouvelle valeur", "canari-7731")
        html = press(app, "Enregistrer")
        assert 'password = "secret:visits-password"' in toml_of(home)
        assert vault.text_of(home, "visits-password") == "canari-7731"
        shown = html + "".join(str(one.value) for one in app.text_input)
        assert "canari-7731" not in shown + toml_of(home)


class TestColumns:
    @pytest.mark.parametrize(
        "name", sorted(path.stem for path in (ROOT / "sample_data" / "sources").glob("*.toml"))
    )
    def test_saving_untouched_columns_changes_no_file_of_the_sample(
        self, app: AppTest, home: Home, name: str
    ) -> None:
        shutil.copyfile(ROOT / f"sample_data/sources/{name}.toml", home.sources / f"{name}.toml")
        before = toml_of(home, name)
        see(app, screen="source", source=name, tab="columns")
        if any(one.label == "Enregistrer les colonnes" for one in app.button):
            press(app, "Enregistrer les colonnes")
            assert "tab" in app.query_params
        else:
            assert "[mapping]" not in before
        assert toml_of(home, name) == before

    def test_a_column_is_offered_with_a_suggestion_and_its_reason(
        self, app: AppTest, home: Home
    ) -> None:
        (home.drop / "visits.csv").write_text(CSV.replace("hosp", "partis_sans_soins"), "utf-8")
        see(app, screen="source", source="visits", tab="columns")
        html = press(app, "Lire les colonnes de la source")
        assert "4 colonnes dans la source." in html
        assert "Proposition à vérifier" in html
        assert "nom habituel de" in html.lower()
        box = next(one for one in app.selectbox if "sans" in one.label)
        assert box.value == "", "a suggestion changes nothing by itself"
        box.set_value("ed_left_without_care")
        press(app, "Enregistrer les colonnes")
        assert 'partis_sans_soins = "ed_left_without_care"' in toml_of(home)

    def test_what_is_picked_beside_a_rule_of_the_text_is_saved(
        self, app: AppTest, home: Home
    ) -> None:
        """Its date is made of two columns, which only the text can say."""
        text = SOURCE.replace('{ column = "jour", format', '{ columns = ["an", "mois"], format')
        text = text.replace("%d/%m/%Y", "%Y-%m")
        (home.sources / "visits.toml").write_text(text, "utf-8")
        assert "Date : règle écrite" in see(app, screen="source", source="visits", tab="columns")
        picked(app, "passages").set_value("ed_admissions").run()
        press(app, "Enregistrer les colonnes")
        assert toml_of(home) == text.replace('"ed_visits"', '"ed_admissions"')

    def test_a_breakdown_that_is_taken_off_leaves_the_file(self, app: AppTest, home: Home) -> None:
        text = SOURCE.replace(
            "[mapping.measures]", 'facet = { column = "age" }\n\n[mapping.measures]'
        )
        (home.sources / "visits.toml").write_text(text, "utf-8")
        see(app, screen="source", source="visits", tab="columns")
        picked(app, "Découpage").set_value("").run()
        press(app, "Enregistrer les colonnes")
        assert "facet = { column" not in toml_of(home)


LONG = """connector = "csv"
path = "drop/long*.csv"
schedule = "15 6 * * *"
stale_after = "36h"

[mapping]
date = { column = "jour", format = "%d/%m/%Y" }  # of the census
unit = { column = "uf" }
value = { column = "valeur", scale = 1.0 }
scenario = { column = "version", values = { EPRD = "budget", "Réel" = "actual" } }
facet = { value = "" }

[mapping.measure]
column = "indicateur"

[mapping.measure.values]
LITS = "beds_open"  # counted at 8
"""
LONG_CSV = """jour;uf;indicateur;version;valeur
20/11/2026;A3;LITS;Réel;12
20/11/2026;A3;Présents à minuit;Réel;10
20/11/2026;A3;beds_closed;EPRD;1
20/11/2026;A3;XYZ;Réel;1
"""


class TestLongForm:
    @pytest.fixture
    def long(self, app: AppTest, home: Home) -> AppTest:
        (home.sources / "long.toml").write_text(LONG, "utf-8")
        (home.drop / "long.csv").write_text(LONG_CSV, "utf-8")
        see(app, screen="source", source="long", tab="columns")
        return app

    def test_saving_what_was_not_touched_changes_nothing(self, long: AppTest, home: Home) -> None:
        press(long, "Lire les codes de la source")
        press(long, "Enregistrer les colonnes")
        assert toml_of(home, "long") == LONG

    def test_each_role_is_beside_its_column_and_each_code_beside_its_measure(
        self, long: AppTest
    ) -> None:
        html = press(long, "Lire les codes de la source")
        chosen = {one.label: one.value for one in long.selectbox}
        assert chosen == {
            "Date": "jour", "Écriture de la date": "%d/%m/%Y", "Unité": "uf",
            "Code de la mesure": "indicateur", "Valeur": "valeur", "Scénario": "version",
            "LITS": "beds_open", "Présents à minuit": "", "XYZ": "",
            "beds_closed": "beds_closed", "EPRD": "budget", "Réel": "actual",
        }  # fmt: skip
        assert "Découpage : règle écrite dans le texte." in html
        assert "Proposition à vérifier : Présents à minuit" in html
        assert "mises en quarantaine" in html

    def test_a_code_given_a_measure_is_a_line_of_the_file_and_is_published(
        self, long: AppTest, home: Home
    ) -> None:
        press(long, "Lire les codes de la source")
        picked(long, "Présents à minuit").set_value("patients_midnight").run()
        press(long, "Enregistrer les colonnes")
        line = '"Présents à minuit" = "patients_midnight"\n'
        assert toml_of(home, "long") == LONG + line
        report = refresh.refresh(home, ["long"], forecasts=False)
        assert [(run.accepted, run.refused) for run in report.runs] == [(3, 1)]

    def test_another_column_of_values_is_written_and_the_scale_stays(
        self, long: AppTest, home: Home
    ) -> None:
        press(long, "Lire les colonnes de la source")
        picked(long, "Valeur").set_value("jour").run()
        press(long, "Enregistrer les colonnes")
        assert toml_of(home, "long") == LONG.replace('"valeur", scale', '"jour", scale')

    def test_a_column_that_holds_no_codes_is_not_shown(self, long: AppTest, home: Home) -> None:
        lines = "".join(f"20/11/2026;A3;NOM {n};Réel;1\n" for n in range(201))
        (home.drop / "long.csv").write_text(LONG_CSV + lines, "utf-8")
        html = press(long, "Lire les codes de la source")
        assert "200 valeurs courtes au plus" in html
        assert "NOM " not in html

    @pytest.mark.slow
    def test_a_new_source_of_one_measure_per_line_is_recognised(
        self, app: AppTest, home: Home
    ) -> None:
        (home.drop / "long.csv").write_text(LONG_CSV, "utf-8")
        see(app, screen="new", kind="csv")
        typed(app, "Nom court de la source", "recensement")
        typed(app, "Fichiers", "drop/long*.csv")
        press(app, "Continuer")
        press(app, "Lire les colonnes")
        html = press(app, "Lire les codes de la source")
        assert "Proposition à vérifier" in html
        assert picked(app, "Présents à minuit").value == "patients_midnight"
        picked(app, "Scénario").set_value("version").run()
        assert picked(app, "Présents à minuit").value == "patients_midnight", "still there"
        press(app, "Lire les codes de la source")
        picked(app, "Réel").set_value("actual").run()
        press(app, "Ajouter la source")
        made = load_source(home.sources / "recensement.toml").mapping
        assert made.measure
        assert made.measure.values == {"Présents à minuit": "patients_midnight"}
        assert made.scenario.values == {"Réel": "actual"}
        assert made.value
        assert (made.value.column, made.unit.column) == ("valeur", "uf")


class TestActs:
    def test_pause_and_resume_are_said_and_written(self, app: AppTest, home: Home) -> None:
        see(app, screen="source", source="visits", act="pause")
        assert words.unbroken("« Passages » est en pause.") in press(app, "Mettre en pause")
        assert "paused = true" in toml_of(home)
        app.query_params["act"] = "resume"
        app.run()
        press(app, "Reprendre la lecture")
        assert toml_of(home) == SOURCE

    def test_an_address_alone_does_nothing(self, app: AppTest, home: Home) -> None:
        for act in acts.ACTS:
            see(app, screen="source", source="visits", act=act)
        assert toml_of(home) == SOURCE
        assert len(list(home.generations.glob("gen-*"))) == 2

    def test_every_act_shows_the_command_that_does_the_same(self, app: AppTest) -> None:
        for act, said in (
            ("test", "cockpit source check visits --conformance"),
            ("publish", "cockpit refresh visits --no-forecasts"),
            ("pause", "cockpit source pause visits"),
            ("remove", "cockpit source remove visits"),
            ("withdraw", "cockpit source withdraw visits --yes"),
        ):
            html = see(app, screen="source", source="visits", act=act)
            line = html.split("<code>")[1].split("</code>")[0]
            assert texts(line).replace("|", " ").split() == said.split()

    def test_a_contract_is_read_from_the_newest_delivery_and_written(
        self, app: AppTest, home: Home
    ) -> None:
        see(app, screen="source", source="visits", tab="contract")
        html = press(app, "Lire la dernière livraison")
        assert "nombre entier" in html
        app.selectbox(key="contract_mode").select("freeze")
        assert "Contrat écrit" in press(app, "Écrire ce contrat")
        contract = load_source(home.sources / "visits.toml").contract
        assert list(contract.columns) == ["jour", "uf", "passages", "hosp"]
        assert contract.mode_of("columns") == "freeze"
        assert "# kept by the DIM" in sources.read_text(home, "visits")

    def test_a_preview_tells_the_effect_then_publishing_makes_it_true(
        self, app: AppTest, home: Home
    ) -> None:
        """120 visits on the 21st become 130."""
        (home.drop / "visits2.csv").write_text("jour;uf;passages\n21/11/2026;A3;130\n", "utf-8")
        see(app, screen="preview", source="visits")
        said = texts(press(app, "Lancer l'aperçu"))
        assert "visits2.csv : 1 ligne acceptée, 0 refusée." in said
        assert "|120 passages|130 passages|+10,0|" in said
        app.query_params["screen"], app.query_params["act"] = "source", "publish"
        app.run()
        html = press(app, "Publier maintenant")
        assert "publiée : 1 ligne acceptée, 0 refusée." in html
        assert "|130| |passages|" in home_page()

    @pytest.mark.parametrize(
        "text", ["jour;passages\n21/11/2026;130\n", "jour;uf;passages\n21/11/2026;??;130\n"]
    )
    def test_what_is_refused_whole_is_not_offered_to_publish(
        self, app: AppTest, home: Home, text: str
    ) -> None:
        """A column is missing; no line is accepted."""
        (home.drop / "visits2.csv").write_text(text, "utf-8")
        see(app, screen="preview", source="visits")
        html = press(app, "Lancer l'aperçu")
        assert "visits2.csv" in html
        assert "Publier ces chiffres" not in html
        assert "Rien de nouveau" not in html

    def test_going_back_shows_the_figures_of_before_and_holds_what_came_since(
        self, app: AppTest, home: Home
    ) -> None:
        (home.drop / "visits2.csv").write_text("jour;uf;passages\n21/11/2026;A3;130\n", "utf-8")
        refresh.refresh(home, forecasts=False)
        see(app, screen="generations", code="2")
        html = press(app, "Revenir à la génération 2")
        assert "Retour à la génération 2" in html
        assert "|120| |passages|" in home_page()
        app.query_params.clear()
        said = texts(see(app, screen="source", source="visits"))
        assert "|Livraisons retenues|1|" in said
        assert "1 livraison acceptée" in press(app, "Accepter")


class TestWhatTheCardSays:
    def test_a_warning_stays_until_the_next_clean_reading(self, app: AppTest, home: Home) -> None:
        """The last line of the file is cut; nothing new comes; then the whole file does."""
        lines = "jour;uf;passages\n19/11/2026;A3;90\n"
        (home.drop / "visits2.csv").write_text(f"{lines}18/11/2026;A3;8", "utf-8")
        refresh.refresh(home, forecasts=False)
        refresh.refresh(home, forecasts=False)
        said = texts(see(app))
        assert "|Vigilance|" in said
        assert "au milieu de sa ligne 3" in said
        (home.drop / "visits2.csv").write_text(f"{lines}18/11/2026;A3;80\n", "utf-8")
        refresh.refresh(home, forecasts=False)
        assert "|À jour|" in texts(see(app))

    def test_files_refused_for_one_reason_are_said_once(self, app: AppTest, home: Home) -> None:
        """The unit codes changed: no line of three files can be placed, nor of any length."""
        for count in (1, 2, 3):
            lines = "".join(f"{day:02}/11/2026;Z{count};8\n" for day in range(1, count + 1))
            (home.drop / f"visits{count}.csv").write_text(f"jour;uf;passages\n{lines}", "utf-8")
        refresh.refresh(home, forecasts=False)
        said = texts(see(app))
        assert "|Échec|" in said
        assert said.count("attendu") == 1
        assert "3 fichiers, dont" in said

    def test_a_source_never_read_has_no_contract_and_says_so(
        self, app: AppTest, home: Home
    ) -> None:
        (home.sources / "new.toml").write_text(SOURCE.replace("visits*", "new*"), "utf-8")
        (home.drop / "new.csv").write_text("autre;colonne\n1;2\n", "utf-8")
        see(app, screen="source", source="new", tab="contract")
        html = unescape(press(app, "Lire la dernière livraison"))
        assert "Cette source n'a pas encore été lue" in html
        assert "NAME" not in html

    def test_a_refused_delivery_stays_said_with_its_way_out(self, app: AppTest, home: Home) -> None:
        (home.sources / "other.toml").write_text(SOURCE.replace("visits*", "other*"), "utf-8")
        (home.drop / "other.csv").write_text("jour;uf;passages\n21/11/2026;A3;1\n", "utf-8")
        refresh.refresh(home, forecasts=False)
        said = unescape(texts(see(app, screen="source", source="other")))
        assert "|Échec|" in said
        assert "Passages aux urgences" in said
        assert "|Livraisons refusées|1|" in said
        see(app, screen="source", source="other", act="discard", code="2")
        press(app, "Écarter définitivement")
        app.query_params.clear()
        assert "|Livraisons refusées|" not in texts(see(app, screen="source", source="other"))


class TestWithdrawing:
    def test_figures_are_previewed_then_taken_back_once_it_is_confirmed(
        self, app: AppTest, home: Home
    ) -> None:
        said = texts(see(app, screen="source", source="visits", act="withdraw"))
        assert "|Ce qui partirait|2 chiffres|" in said
        assert "|Passages aux urgences|2|20/11/2026|21/11/2026|" in said
        assert "Indicateurs concernés : Passages aux urgences" in said
        assert "cochez la confirmation" in press(app, "Retirer ces chiffres")
        assert "|120| |passages|" in home_page()
        app.checkbox(key="sure_withdraw_visits").check()
        assert "2 chiffres retirés." in press(app, "Retirer ces chiffres")
        assert "|120| |passages|" not in home_page()

    def test_removing_a_source_says_that_its_figures_stay_and_how_to_take_them_back(
        self, app: AppTest
    ) -> None:
        html = see(app, screen="source", source="visits", act="remove")
        assert "ses chiffres publiés restent" in html
        assert "act=withdraw" in html


class TestStructure:
    def test_a_unit_is_renamed_once_it_is_confirmed(self, app: AppTest, home: Home) -> None:
        see(app, screen="structure", code="A3")
        typed(app, "Nouveau nom", "Urgences")
        assert "cochez la confirmation" in press(app, "Renommer")
        assert "Urgences" not in home.structure.read_text("utf-8")
        next(one for one in app.checkbox if "nouveau nom" in one.label).check()
        html = press(app, "Renommer")
        assert words.unbroken("s'appelle désormais « Urgences »") in unescape(html)
        assert "Publier la structure" in [one.label for one in app.button]
        assert ";Urgences" in home.structure.read_text("utf-8")

    def test_a_merge_says_what_becomes_of_the_past(self, app: AppTest) -> None:
        html = see(app, screen="structure", code="A1")
        assert "leur passé est montré" in html
        assert "les totaux au-dessus ne bougent pas" in html


def test_a_new_source_is_tried_mapped_and_added_paused(app: AppTest, home: Home) -> None:
    see(app, screen="new", kind="csv")
    assert "(par défaut : auto)" in picked(app, "Encodage").options, "which one is said"
    typed(app, "Nom court de la source", "passages")
    typed(app, "Fichiers", "drop/visits*.csv")
    press(app, "Continuer")
    assert app.query_params["tab"] == "columns"
    press(app, "Lire les colonnes")
    chosen = {one.label: one.value for one in app.selectbox}
    assert chosen["Date"] == "jour"
    assert chosen["Unité"] == "uf"
    assert chosen["passages"] == "ed_visits", "proposed, to be checked"
    html = press(app, "Ajouter la source")
    assert "Source ajoutée." in html
    config = load_source(home.sources / "passages.toml")
    assert config.paused
    assert config.mapping.unit.column == "uf"


@pytest.mark.parametrize("kind", registry.kinds())
def test_a_form_that_nobody_touched_gives_back_the_same_values(kind: str) -> None:
    fields = sources.schema(kind)
    values = {one.name: _example(one) for one in fields}
    for given in ({}, values):
        shown = {one.name: form._shown(one, given) for one in fields}
        assert form.read(fields, given, shown) == given


def _example(one: FieldSpec) -> object:
    examples: dict[str, object] = {
        "boolean": True, "number": 3, "list": list(one.choices) or ["a", "b"],
        "table": {"code": "2110"}, "secret": "env:X",
    }  # fmt: skip
    return one.choices[0] if one.type == "choice" else examples.get(one.type, "texte")


class TestJobs:
    def test_a_job_asked_twice_runs_once(self, home: Home) -> None:
        first = jobs.start(home, ("one",), ["cockpit.cli", "source", "list", "--json"], {})
        assert jobs.start(home, ("one",), ["cockpit.cli", "source", "list"], {}) is first
        first.thread.join(30)

    def test_what_fails_is_answered_by_its_sentence(self, home: Home) -> None:
        job = jobs.start(home, ("two",), ["cockpit.cli", "refresh", "nope", "--json"], {})
        job.thread.join(30)
        assert "SOURCE" in job.answer["error"]
        broken = jobs.start(home, ("three",), ["cockpit.no_such_module"], {})
        broken.thread.join(30)
        assert broken.answer == {"error": "Le travail s'est arrêté avant la fin."}

    def test_the_child_answers_a_wrong_draft_by_a_sentence(self, home: Home) -> None:
        asked = {"do": "test", "kind": "csv", "settings": {"encoding": "klingon"}}
        assert "attendu" in child.answer(home, asked)["error"]


def test_effects_go_from_the_gravest_to_the_new_ones() -> None:
    """Lost before moved, moved by share of what it was, new last; one line per KPI and unit."""
    day = parse("2026-11-20")

    def effect(unit: str, before: float | None, after: float | None) -> Effect:
        return Effect("ed_visits", UnitId(unit), Grain.DAY, day, before, after)

    found = child._effects(
        [effect("A", None, 5), effect("A1", 100, 110), effect("A2", 10, 20), effect("B", 7, None),
         effect("A1", 100, 101)],
        UNITS,
    )  # fmt: skip
    assert [one["unit"] for one in found["effects"]] == ["B", "A2", "A1", "A"]
    assert found["effects"][2]["after"] == 110
    assert found["effects"][2]["periods"] == 2


@pytest.mark.parametrize(
    ("answer", "said", "status"),
    [
        ({"published": False, "runs": []}, "Rien de nouveau", Status.NONE),
        (
            {"published": True, "generation": 3, "runs": [
                {"status": "ok", "accepted": 1200, "refused": 2, "sentence": ""}]},
            "Génération 3 publiée : 1\u202f200 lignes acceptées, 2 refusées.",
            Status.OK,
        ),
        (
            {"published": True, "generation": 4, "runs": [
                {"status": "unchanged", "accepted": 0, "refused": 0, "sentence": ""}]},
            "Génération 4 publiée, avec ce qui attendait d'être publié.",
            Status.OK,
        ),
        ({"published": False, "runs": [{"status": "failed", "sentence": "Non."}]}, "Non.",
         Status.RED),
    ],
)  # fmt: skip
def test_a_publish_is_told_in_one_sentence(
    answer: dict[str, object], said: str, status: Status
) -> None:
    sentence, found = acts.published(answer)
    assert sentence.startswith(said)
    assert found is status


def test_a_label_of_a_widget_cannot_hold_markdown() -> None:
    assert words.plain("a\n![x](y)") == r"a \!\[x\](y)"
    assert words.command("cockpit", "structure", "rename", "A", "l'un <b>").count("<b>") == 0
