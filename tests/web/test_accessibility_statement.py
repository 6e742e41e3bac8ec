"""The accessibility statement: what the law asks for, and a grid whose evidence exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cockpit.web import rgaa

ROOT = Path(__file__).resolve().parents[2]
CRITERIA = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}
"""How many criteria each of the 13 themes of RGAA 4.1.2 has: 106."""
PARTS = (
    "État de conformité",
    "Contenus non accessibles",
    "Établissement de cette déclaration",
    "Technologies",
    "Environnement de test",
    "Retour d'information et contact",
    "Voie de recours",
    "Défenseur des droits",
)


def test_the_grid_has_each_criterion_of_each_theme_once() -> None:
    numbers = [one.number for one in rgaa.grid()]
    assert numbers == [
        f"{theme}.{at + 1}" for theme, many in CRITERIA.items() for at in range(many)
    ]
    assert len(numbers) == 106
    assert {one.state for one in rgaa.grid()} <= rgaa.STATES.keys()
    assert all(one.title and one.evidence for one in rgaa.grid())


def test_what_holds_is_proved_by_tests_that_exist() -> None:
    for one in rgaa.grid():
        assert bool(one.tests) == (one.state == "C"), one.number
        for test in one.tests:
            file, _, name = test.partition("::")
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            known = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name in known, f"{one.number}: {test}"


def test_what_nobody_checked_counts_against_the_rate() -> None:
    counted = Counter(one.state for one in rgaa.grid())
    applicable = counted["C"] + counted["NC"] + counted["NV"]
    assert rgaa.rate() == pytest.approx(100 * counted["C"] / applicable)
    assert counted["NV"]


def test_the_statement_has_what_the_law_asks_for(client: TestClient) -> None:
    page = client.get("/accessibilite").text.replace("&#x27;", "'")
    for said in PARTS:
        assert said in page
    assert f"{rgaa.rate():.0f}" in page
    assert "partiellement conforme" in page
    assert page.count("<tr role") == 106 + len(CRITERIA)
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page), "no outside host"


def test_the_statement_speaks_english_and_says_what_stays_french(client: TestClient) -> None:
    page = client.get("/accessibilite?lang=en").text
    assert '<html lang="en">' in page
    assert "Accessibility statement" in page
    assert page.count('<span lang="fr">') >= 106


def test_the_statement_is_within_reach_of_every_page(client: TestClient) -> None:
    assert 'href="/accessibilite"' in client.get("/brief").text
    noscript = re.search(r"<noscript>(.*?)</noscript>", client.get("/").text, re.DOTALL)
    assert noscript
    assert "/accessibilite" in noscript[1]
