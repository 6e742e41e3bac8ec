"""Every sentence of the code is in both catalogues, and every unit and facet has its words."""

from __future__ import annotations

import string
from functools import cache

import pytest
from babel.messages.extract import extract_from_dir

from cockpit import errors, i18n
from cockpit.kpi.catalogue import KPIS
from cockpit.views.units import ENGLISH, SYMBOLS


@cache
def sentences() -> frozenset[str]:
    """Those of the whole code: reading it takes seconds."""
    found: set[str] = set()
    for _file, _line, sentence in i18n.extract():
        found.update([sentence] if isinstance(sentence, str) else sentence)
    return frozenset(found)


def known(language: i18n.Language) -> dict[str, str]:
    with i18n.use(language):
        return dict(i18n._messages(language))


def test_every_sentence_is_in_the_french_catalogue() -> None:
    assert sentences() - set(known("fr")) == set(), "run: python -m cockpit.i18n"


def test_every_sentence_has_an_english_translation() -> None:
    assert sentences() - set(known("en")) == set(), "translate: cockpit/locale/en"


def test_no_catalogue_keeps_a_dead_sentence() -> None:
    for language in i18n.LANGUAGES:
        assert set(known(language)) - sentences() == set()


def test_a_translation_has_the_same_holes() -> None:
    def holes(text: str) -> set[str]:
        return {name for _text, name, _spec, _conv in string.Formatter().parse(text) if name}

    for text, said in known("en").items():
        assert holes(text) == holes(said), text


def test_we_find_at_least_what_babel_finds() -> None:
    root = i18n._PACKAGE
    keywords = {"_": None, "ngettext": (1, 2), "mark": None}
    rows = extract_from_dir(root, [("**.py", "python")], keywords=keywords)
    found: set[str] = set()
    for _file, _line, message, _comments, _context in rows:
        found.update([message] if isinstance(message, str) else message)
    assert found - sentences() == set()


def test_plurals_follow_each_language() -> None:
    """0 and 1,5 are singular in French, plural in English."""
    said = [i18n.ngettext("alerte", "alertes", n) for n in (0, 1, 1.5, 2)]
    assert said == ["alerte", "alerte", "alerte", "alertes"]
    with i18n.use("en"):
        said = [i18n.ngettext("alerte", "alertes", n) for n in (0, 1, 1.5, 2)]
    assert said == ["alerts", "alert", "alerts", "alerts"]


def test_the_language_does_not_outlive_its_block() -> None:
    with i18n.use("en"):
        assert i18n.gettext("Synthèse") == "Overview"
    assert i18n.gettext("Synthèse") == "Synthèse"
    assert i18n.gettext("jamais vu") == "jamais vu"


def test_every_unit_of_the_catalogue_has_english_words() -> None:
    assert {kpi.unit for kpi in KPIS.values()} - SYMBOLS - set(ENGLISH) == set()


_FACTS = {"source": "sau", "file": "sau.toml", "field": "path", "line": 3}
_LEAVES = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, errors.CockpitError)
]


@pytest.mark.parametrize("kind", _LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_speaks_the_language_of_its_reader(kind: type[errors.CockpitError]) -> None:
    facts = {"reason": "un nombre", "expected": "un nombre", "free_mb": 1, "needed_mb": 2}
    facts |= {"known": 2, "needed": 84, "step": "day"}
    error = kind(**_FACTS, **facts)
    with i18n.use("en"):
        said = error.sentence()
    assert said != error.sentence()
    assert "un nombre" not in said, "a fact of the catalogue is translated too"
    assert not set(said) & set("«»éèàê"), said
