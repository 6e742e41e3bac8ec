"""A delivery that breaks its contract, or that looks like no other, is caught with a sentence.

Usual: source `urgences`, UF 10, 11 and 20, every day of ten days, 100 to 109 visits each.
"""

from __future__ import annotations

import pytest

from cockpit.warehouse import held, landing
from tests.warehouse.installation import URGENCES, Installation


def file_of(
    days: range, visits: int = 100, units: tuple[str, ...] = ("10", "11", "20")
) -> list[str]:
    return [f"{day:02d}/03/2026;{unit};{visits + day % 10}" for day in days for unit in units]


@pytest.fixture
def usual(installation: Installation) -> Installation:
    installation.drop("urgences-01.csv", *file_of(range(1, 6)))
    installation.drop("urgences-02.csv", *file_of(range(6, 11)))
    installation.refresh("urgences")
    return installation


def last(installation: Installation) -> tuple[str, str]:
    (run,) = installation.refresh("urgences").runs
    return run.status, run.sentence


def test_a_delivery_like_the_others_is_published(usual: Installation) -> None:
    usual.drop("urgences-03.csv", *file_of(range(11, 13), visits=140))
    assert last(usual) == ("ok", "")
    assert ("10", "2026-03-12") in usual.visits()


def test_a_thousand_times_more_is_held_and_said_then_published_when_approved(usual) -> None:
    number = usual.number
    usual.drop("urgences-03.csv", *file_of(range(11, 13), visits=104_000))
    status, sentence = last(usual)
    assert status == "held"
    assert "fois plus que d'habitude" in sentence
    assert "cockpit source approve urgences" in sentence
    assert usual.number == number
    assert last(usual) == ("unchanged", "")  # neither read nor published again by itself
    (waiting,) = held.held(usual.home.landing, "urgences")
    assert "k€" in waiting.why
    held.release(waiting.batch)
    usual.refresh("urgences")
    assert usual.visits()["10", "2026-03-11"] == 104_001


def test_most_lines_missing_on_new_days_is_held(usual: Installation) -> None:
    usual.drop("urgences-03.csv", *file_of(range(11, 13), units=("10",)))
    status, sentence = last(usual)
    assert (status, "il manque 67 % des lignes habituelles" in sentence) == ("held", True)


def test_a_few_late_rows_for_old_days_are_not(usual: Installation) -> None:
    usual.drop("urgences-03.csv", "02/03/2026;20;99")
    assert last(usual) == ("ok", "")


def test_a_source_without_a_habit_yet_is_not_judged(installation: Installation) -> None:
    installation.drop("urgences-01.csv", *file_of(range(1, 3)))
    installation.refresh("urgences")
    installation.drop("urgences-02.csv", *file_of(range(3, 5), visits=90_000))
    assert last(installation) == ("ok", "")


def test_the_checks_can_be_switched_off(usual: Installation) -> None:
    source = usual.home.sources / "urgences.toml"
    source.write_text(URGENCES + "[contract]\nratio = 0\ndrop = 0\n", "utf-8")
    usual.drop("urgences-03.csv", *file_of(range(11, 13), visits=104_000, units=("10",)))
    assert last(usual)[0] == "ok"


@pytest.mark.parametrize(
    ("mode", "status", "kept", "said"),
    [
        ("evolve", "ok", 500, "contrat non tenu sur 1 ligne, dont les chiffres sont gardés"),
        ("discard", "ok", None, ""),
        ("freeze", "failed", None, "le contrat (valeur hors du contrat : de 0 à 300)"),
    ],
)
def test_a_value_outside_its_range(usual, mode, status, kept, said) -> None:
    source = usual.home.sources / "urgences.toml"
    contract = f'[contract]\nmode = "{mode}"\nranges = {{ ed_visits = [0, 300] }}\n'
    source.write_text(URGENCES + contract, "utf-8")
    usual.refresh("urgences")
    usual.drop("urgences-03.csv", "11/03/2026;10;500", "11/03/2026;11;101", "11/03/2026;20;101")
    found, sentence = last(usual)
    assert (found, said in sentence) == (status, True)
    assert usual.visits().get(("10", "2026-03-11")) == kept
    assert (("11", "2026-03-11") in usual.visits()) == (mode != "freeze")


def test_a_contract_that_means_nothing_is_refused(usual: Installation) -> None:
    source = usual.home.sources / "urgences.toml"
    for text in (
        "ranges = { inconnue = [0, 1] }",
        "ranges = { ed_visits = [3, 1] }",
        'mode = "x"',
        "drop = 2",
    ):
        source.write_text(URGENCES + f"[contract]\n{text}\n", "utf-8")
        status, sentence = last(usual)
        assert (status, "urgences.toml" in sentence) == ("failed", True)


def test_what_was_seen_is_kept_with_the_batch(usual: Installation) -> None:
    shapes = [one.shapes["ed_visits"] for one in landing.landed(usual.home.landing)]
    assert [(one.rows, one.periods, str(one.last)) for one in shapes] == [
        (15, 5, "2026-03-05"),
        (15, 5, "2026-03-10"),
    ]
    assert all(100 < one.size < 110 for one in shapes)
