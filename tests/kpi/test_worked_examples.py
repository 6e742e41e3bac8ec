"""Every KPI of the catalogue against an answer worked by hand: see worked.py, worked_special.py."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain
from cockpit.warehouse.attach import Generation
from tests.kpi.worked import ANSWERS, FIGURES
from tests.kpi.worked_special import SPECIAL
from tests.support.hospital import Hospital, kpi

FEBRUARY = {"start": date(2026, 2, 1), "end": date(2026, 2, 28), "grain": Grain.MONTH}


@pytest.fixture(scope="module")
def february(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hospital, Generation]:
    hospital = Hospital(tmp_path_factory.mktemp("february"))
    return hospital, hospital.given(FIGURES)


def test_every_kpi_has_a_worked_example() -> None:
    assert {*ANSWERS, *SPECIAL} == set(KPIS)
    assert not {*ANSWERS} & {*SPECIAL}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_kpi_is_the_answer_worked_by_hand(name: str, february: tuple[Hospital, Generation]) -> None:
    hospital, generation = february
    rows = series(generation, hospital.scope(), kpi(name), "G", **FEBRUARY)
    assert rows["value"].tolist() == pytest.approx([ANSWERS[name]])


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_value_is_scale_times_numerator_over_denominator(
    name: str, february: tuple[Hospital, Generation]
) -> None:
    hospital, generation = february
    row = series(generation, hospital.scope(), kpi(name), "G", **FEBRUARY).iloc[0]
    divisor = row["denominator"] if kpi(name).denominator else 1.0
    assert row["value"] == pytest.approx(kpi(name).scale * row["numerator"] / divisor)


@pytest.mark.parametrize("name", sorted(SPECIAL))
def test_special_kpi_is_the_answer_worked_by_hand(name: str, tmp_path: Path) -> None:
    hospital, example = Hospital(tmp_path), SPECIAL[name]
    hospital.deliver(example.figures)
    generation = hospital.publish(forecasts=example.forecasts)
    rows = series(
        generation,
        hospital.scope(),
        kpi(name),
        "G",
        start=example.day,
        end=example.day,
        grain=Grain(example.grain),
    )
    assert rows["value"].tolist() == pytest.approx([example.answer])
