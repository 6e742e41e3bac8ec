"""`cockpit alert`: one rule of the hospital's own, broken by the 110 visits of 2 March."""

from __future__ import annotations

import pytest

from cockpit.settings import Home

RULE = """[[rule]]
id = "too_many_visits"
label_fr = "Trop de passages"
label_en = "Too many visits"
kpi = "ed_visits"
at = ["service"]
when = { kind = "level" }
levels = { amber = 50, red = 105 }
role = "director_ght"
"""
NAME = "too_many_visits"
DECIDED = ("Ouvrir dix lits", "--by", "Roy", "--owner", "Cellule", "--due", "2026-03-02")


@pytest.fixture
def judged(loaded, home: Home):
    """Episode 1 is open."""
    (home.root / "alerts.toml").write_text(RULE, "utf-8")
    assert loaded("alert", "evaluate").exit_code == 0
    return loaded


def test_list_says_what_is_open(judged, answer) -> None:
    (one,) = answer(judged("alert", "list", "--json"))
    assert (one["rule"], one["unit"], one["severity"]) == (NAME, "10", "red")
    assert judged("alert", "list").stdout.splitlines()[1].split()[0] == "red"


def test_a_trial_over_the_past_says_how_often_and_where(judged, answer) -> None:
    days = ("--from", "2026-03-01", "--to", "2026-03-02")
    (row,) = answer(judged("alert", "dry-run", NAME, *days, "--json"))
    assert (row["rule"], row["unit"], row["fired"]) == (NAME, "10", 1)
    said = judged("alert", "dry-run", NAME, *days)
    assert "Aurait sonné 1 fois du 01/03/2026 au 02/03/2026." in said.stderr
    (other,) = answer(
        judged("alert", "dry-run", NAME, *days, "--amber", "400", "--red", "500", "--json")
    )
    assert other["other"]["fired"] == 0


def test_votes_count_in_the_noise_of_the_month(judged, answer) -> None:
    assert "enregistré" in judged("alert", "vote", "1", "--by", "Roy").stderr
    useless = ("--useless", "--why", "chantier")
    assert judged("alert", "vote", "1", "--by", "Denis", *useless).exit_code == 0
    assert judged("alert", "vote", "1", "--by", "Denis", *useless).exit_code == 0  # once
    (row,) = answer(judged("alert", "noise", "--month", "2026-03", "--json"))
    assert (row["rule"], row["useful"], row["useless"]) == (NAME, 1, 1)
    head, first = judged("alert", "noise", "--month", "2026-03").stdout.splitlines()
    assert head.split()[-1] == "rule"
    assert first.split()[-1] == NAME


def test_a_decision_is_noted_carried_out_and_listed(judged, answer) -> None:
    about = ("--kpi", "ed_visits", "--unit", "10", "--expected", "-20", "--episode", "1")
    noted = judged("alert", "decide", *DECIDED, *about, "--json")
    assert "Décision n° 1 notée." in noted.stderr
    assert answer(noted)["owner"] == "Cellule"
    assert "menée à bien le 02/03/2026" in judged("alert", "done", "1", "--on", "2026-03-02").stderr
    (one,) = answer(judged("alert", "decisions", "--json"))
    assert (one["id"], one["kpi"], one["expected"], one["done_on"]) == (
        1,
        "ed_visits",
        -20.0,
        "2026-03-02",
    )
    assert "Ouvrir dix lits" in judged("alert", "decisions").stdout


MISUSES = [
    (("vote", "99", "--by", "Roy"), "une alerte de la liste"),
    (("vote", "1", "--by", "Roy", "--why", "x" * 401), "un texte de 400 caractères au plus"),
    (("decide", *DECIDED, "--expected", "3"), "l'indicateur qu'il change"),
    (("decide", *DECIDED, "--episode", "99"), "une alerte de la liste"),
    (("decide", *DECIDED[:-1], "bientôt"), "AAAA-MM-JJ"),
    (("decide", " ", *DECIDED[1:]), "quelques mots"),
    (("done", "7"), "une décision de la liste"),
    (("done", "1", "--on", "2026-03-04"), "un jour passé"),
    (("done", "1", "--on", "hier"), "AAAA-MM-JJ"),
    (("noise", "--month", "mars"), "AAAA-MM"),
    (("dry-run", "no_such_rule"), "une règle de la liste"),
    (("dry-run", NAME, "--from", "2026-03-02", "--to", "2026-03-01"), "--to"),
    (("list", "--as", "root"), "Voir comme"),
]


def test_a_misuse_is_said_in_french_and_exits_2(judged) -> None:
    for words, said in MISUSES:
        result = judged("alert", *words)
        assert (result.exit_code, result.stdout) == (2, ""), words
        assert said in result.stderr, words


def test_a_role_that_does_not_see_a_figure_finds_no_decision_about_it(loaded, answer) -> None:
    noted = ("alert", "decide", *DECIDED, "--kpi", "absence_rate", "--unit", "10")
    assert loaded(*noted, "--as", "daf").exit_code == 2
    assert loaded(*noted).exit_code == 0
    assert len(answer(loaded("alert", "decisions", "--as", "drh", "--json"))) == 1
    assert answer(loaded("alert", "decisions", "--as", "daf", "--json")) == []
    assert loaded("alert", "dry-run", "absence_rate_level", "--as", "daf").exit_code == 2


def test_before_the_first_publish_it_fails_with_what_to_do(cockpit) -> None:
    result = cockpit("alert", "decisions", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cockpit refresh" in result.stderr
