"""Astreinte and Mes notifications as Streamlit runs them; Sunday 22 November 2026, 7:30 in Paris.

cdupont  until the 22nd, deputy jmartin   23rd and 24th: nobody   25th to 29th: ghost, unknown
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import state
from cockpit.administer import roster as editor
from cockpit.notify import book, roster
from cockpit.settings import Home
from cockpit.views import duty_file
from cockpit.views.duty_words import Reach
from cockpit.web import opened
from tests.support.hospital import UNITS, Hospital
from tests.views.test_screens import MAIN, visit
from tests.views.test_tiles import words as texts

HOSTILE = '<img src=x onerror="alert(1)"> ![x](http://outside.example/x.png) =cmd'
PEOPLE = f"""# gardé
[[person]]
id = "cdupont"
name = "Claire Dupont"
email = "claire@hopital.test"
phone = "+33612345678"
role = "director_ght"

[[person]]
id = "jmartin"
name = '''{HOSTILE}'''
email = "jean@hopital.test"
role = "director_ght"

[[person]]
id = "lits"
name = "{"L" * 120}"
role = "bed_manager"
red = []
amber = []
"""
ROSTER = """# tenu par la direction
from;to;person;deputy
2026-11-16;2026-11-22;cdupont;jmartin
hier;demain;x
2026-11-25;2026-11-29;=ghost;
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    hospital = Hospital(tmp_path_factory.mktemp("duty") / "home")
    hospital.given("patients_0800  A1  2026-11-10..2026-11-20  9")
    lines = [f"{one.id};{one.parent or ''};{one.level};{one.label}" for one in UNITS]
    structure = "\n".join(["unit;parent;level;label", *lines, ""])
    hospital.home.structure.write_text(structure, "utf-8")
    state.engine(hospital.home).dispose()
    return hospital.home.root


@pytest.fixture
def home(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    shutil.copytree(model, tmp_path / "home")
    found = Home(tmp_path / "home")
    (found.root / "people.toml").write_text(PEOPLE, "utf-8")
    (found.root / roster.FILE).write_text(ROSTER, "utf-8")
    opened.warehouse.cache_clear()
    yield found
    opened.warehouse.cache_clear()


@pytest.fixture
def app(home: Home) -> AppTest:
    assert home.root.exists()
    return AppTest.from_file(str(MAIN), default_timeout=30)


def pick(app: AppTest, label: str, value: Any) -> None:
    next(one for one in app.selectbox if one.label == label).select(value)


def write(app: AppTest, label: str, text: str) -> None:
    next(one for one in app.text_input if one.label == label).input(text)


def press(app: AppTest, label: str) -> str:
    next(one for one in app.button if one.label == label).click().run()
    assert not app.exception
    return "\n".join(part.value for part in app.html)


def roster_of(home: Home) -> str:
    return (home.root / roster.FILE).read_text("utf-8")


def people_of(home: Home) -> str:
    return (home.root / "people.toml").read_text("utf-8")


def test_who_is_on_duty_until_when_their_deputy_and_who_follows(app: AppTest) -> None:
    said = texts(visit(app, "astreinte"))
    assert "|D&#x27;astreinte maintenant|Claire Dupont|jusqu&#x27;au dim. 22 nov. inclus|" in said
    assert "|Ensuite|=ghost, à partir du mer. 25 nov.|" in said
    assert "|Adjoint|&lt;img" in said


def test_holes_strangers_and_unread_lines_are_said_with_what_to_do(app: AppTest) -> None:
    said = texts(visit(app, "astreinte"))
    assert "Trou du tableau, lun. 23 nov." in said
    assert "n&#x27;est pas dans l&#x27;annuaire" in said
    assert "Ligne 4 : attendu un jour" in said
    assert "a pas de numéro de téléphone" in said
    assert "|Ajoutez un tour.|" in said


@pytest.mark.parametrize("page", ["astreinte", "notifications"])
def test_a_hostile_name_is_text(app: AppTest, page: str) -> None:
    html = visit(app, page)
    if page == "notifications":
        pick(app, "Vous êtes", "jmartin")
        html = "\n".join(part.value for part in app.run().html)
    assert "<img" not in html
    assert "&lt;img" in html
    assert not any("outside.example" in one.value for one in app.markdown)


def test_a_role_that_does_not_keep_the_roster_reads_it_only(app: AppTest, home: Home) -> None:
    html = visit(app, "astreinte", **{"as": "bed_manager"})
    assert "Claire Dupont" in html
    assert "act=add" not in html
    code = editor.read(home).code(3)
    visit(app, "astreinte", **{"as": "bed_manager", "act": "turn", "code": code})
    assert [one.label for one in app.button] == []
    for act in ("add", "file", "line"):
        html = visit(app, "astreinte", **{"as": "bed_manager", "act": act})
        assert "Accès réservé" in html
        assert [one.label for one in app.button] == []


def test_a_shift_is_added_in_the_hole_of_the_address(app: AppTest, home: Home) -> None:
    visit(app, "astreinte", act="add", code="20261123T0000_20261125T0000")
    pick(app, "Personne", "jmartin")
    write(app, "Votre nom", "Mme Roy")
    html = press(app, "Ajouter au tableau")
    assert "Le tour est au tableau." in html
    assert "Trou du tableau" not in html
    assert roster_of(home) == ROSTER + "2026-11-23;2026-11-24;jmartin;\n"
    assert state.audit_lines(state.engine(home))[0].who == "Mme Roy (director_ght)"


def test_a_shift_without_a_name_is_refused_in_a_sentence(app: AppTest, home: Home) -> None:
    visit(app, "astreinte", act="add")
    pick(app, "Personne", "jmartin")
    assert "refusé : il faut" in press(app, "Ajouter au tableau")
    assert roster_of(home) == ROSTER


def test_somebody_is_stood_in_for_and_keeps_the_other_days(app: AppTest, home: Home) -> None:
    visit(app, "astreinte", act="turn", code=editor.read(home).code(3))
    pick(app, "Personne", "lits")
    pick(app, "À partir de", "12:00")
    write(app, "Votre nom", "Mme Roy")
    assert "Le remplacement est au tableau." in press(app, "Remplacer")
    assert roster_of(home) == ROSTER + "2026-11-22T12:00;2026-11-22;lits;jmartin\n"


def test_a_line_leaves_only_when_it_was_confirmed(app: AppTest, home: Home) -> None:
    visit(app, "astreinte", act="line", code=editor.read(home).code(4))
    write(app, "Votre nom", "Mme Roy")
    assert "cochez la confirmation" in press(app, "Retirer cette ligne")
    assert roster_of(home) == ROSTER
    app.checkbox[0].check()
    press(app, "Retirer cette ligne")
    assert roster_of(home) == ROSTER.replace("hier;demain;x\n", "")


def test_a_file_is_looked_at_then_replaces_the_roster(app: AppTest, home: Home) -> None:
    visit(app, "astreinte", act="file")
    new = "from;to;person\r\n01/12/2026;02/12/2026;cdupont\r\nhier;x;y\r\n"
    app.file_uploader[0].set_value(("new.csv", new.encode(), "text/csv")).run()
    said = texts("\n".join(one.value for one in app.html))
    assert "1 tour lu" in said
    assert "Ligne 3 : attendu un jour" in said
    write(app, "Votre nom", "Mme Roy")
    assert "attendu un jour" in press(app, "Remplacer le tableau")
    assert roster_of(home) == ROSTER
    app.checkbox[0].check()
    assert "Le tableau est remplacé" in press(app, "Remplacer le tableau")
    assert roster_of(home) == new.replace("\r\n", "\n")
    (kept,) = home.root.glob("astreinte-*.csv")
    assert kept.read_text("utf-8") == ROSTER


def test_what_leaves_as_csv_holds_no_formula_and_comes_back_the_same(home: Home) -> None:
    written = editor.read(home)
    content = duty_file.exported(written, Reach(book.load(home), {})).decode("utf-8-sig")
    assert "'=ghost" in content
    assert ";=" not in content
    back = roster.read(content)
    assert back.shifts[0] == written.roster.shifts[0]
    assert (len(back.shifts), len(back.errors)) == (2, 1)


def test_one_chooses_among_the_people_of_ones_role(app: AppTest) -> None:
    visit(app, "notifications")
    (who,) = [one for one in app.selectbox if one.label == "Vous êtes"]
    assert len(who.options) == 2
    visit(app, "notifications", **{"as": "admin"})
    (who,) = [one for one in app.selectbox if one.label == "Personne"]
    assert len(who.options) == 3


def test_a_role_without_anybody_is_told_what_to_do(app: AppTest) -> None:
    assert "Demandez à la DSI" in visit(app, "notifications", **{"as": "daf"})


def test_choices_are_written_and_comments_stay(app: AppTest, home: Home) -> None:
    visit(app, "notifications")
    pick(app, "Vous êtes", "cdupont")
    app.run()
    pick(app, "Heures calmes, de", "22:00")
    pick(app, "à", "07:00")
    pick(app, "Synthèse du matin, par e-mail", 7)
    assert "Vos choix sont enregistrés" in press(app, "Enregistrer")
    expected = 'role = "director_ght"\nquiet = "22:00-07:00"\ndigest = 7\n'
    assert people_of(home) == PEOPLE.replace('role = "director_ght"\n', expected, 1)
    (line,) = state.audit_lines(state.engine(home))
    assert (line.who, line.subject) == ("Claire Dupont (director_ght)", "cdupont")


def test_each_fault_is_one_sentence_and_nothing_is_written(app: AppTest, home: Home) -> None:
    visit(app, "notifications")
    pick(app, "Vous êtes", "cdupont")
    app.run()
    write(app, "Adresse électronique", "claire@hopital.test\r\nBcc: x@y.test")
    write(app, "Téléphone", "=cmd")
    html = press(app, "Enregistrer")
    assert "Adresse électronique : attendu une adresse" in html
    assert "Téléphone : attendu un numéro" in html
    assert people_of(home) == PEOPLE


def test_only_who_administers_adds_and_takes_out_people(app: AppTest, home: Home) -> None:
    visit(app, "notifications")
    assert "Ajouter cette personne" not in [one.label for one in app.button]
    visit(app, "notifications", **{"as": "admin"})
    write(app, "Nom", HOSTILE)
    write(app, "Identifiant", "autre")
    write(app, "Adresse électronique", "autre@hopital.test")
    write(app, "Votre nom", "DSI")
    html = press(app, "Ajouter cette personne")
    assert "est dans l&#x27;annuaire" in html
    assert "<img" not in html
    assert people_of(home).startswith(PEOPLE)


def test_a_trial_says_what_became_of_it_and_stays_in_the_list(app: AppTest) -> None:
    """No mail server is set here: the message is kept, and the reason is said."""
    visit(app, "notifications")
    pick(app, "Vous êtes", "cdupont")
    app.run()
    said = texts(press(app, "M'envoyer un message d'essai"))
    assert "pas encore remis par : E-mail" in said
    assert "la messagerie n&#x27;est pas réglée" in said.lower()
    assert "|En attente|" in said


@pytest.mark.parametrize("page", ["astreinte", "notifications"])
def test_both_screens_are_drawn_for_who_administers_in_english(app: AppTest, page: str) -> None:
    html = visit(app, page, **{"as": "admin", "lang": "en"})
    assert html.count("<h1>") == 1
    assert "unavailable" not in html.split("<h1>")[0]
    assert "ck-state ck-red" not in html
