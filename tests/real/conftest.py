"""Homes made of TOML and CSV only, fed with real public files that stay outside the repository."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from cockpit.settings import Home

DATA = Path(__file__).parents[2].parent / "shared" / "data"
Which = Literal["spf", "nhs"]
FILES: dict[Which, tuple[str, ...]] = {
    "spf": (
        "fr_spf_dep/urgences_sosmed_dep_daily.csv",
        "fr_spf_dep/hospitalisations_covid_dep_daily.csv",
        "fr_spf_dep/lits_sae2018_dep.csv",
    ),
    "nhs": (
        "nhs_healthyr/england_trust_discharged_patients.csv",
        "nhs_healthyr/england_trust_criteria_to_reside.csv",
        "nhs_healthyr/england_trust_accidents_emergency.csv",
        "nhs_healthyr/england_critical_general_acute_beds.csv",
    ),
}


def _prepare(folder: Path, which: Which) -> Home:
    missing = [name for name in FILES[which] if not (DATA / name).is_file()]
    if missing:
        pytest.skip(f"real data absent: ../shared/data/{missing[0]}")
    shutil.copytree(Path(__file__).parent / which, folder / which)
    home = Home(folder / which).prepare()
    for name in FILES[which]:
        shutil.copyfile(DATA / name, home.drop / Path(name).name)
    return home


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Where the raw files lie."""
    return DATA


@pytest.fixture(scope="session")
def prepare_home() -> Callable[[Path, Which], Home]:
    """`prepare_home(folder, "spf" | "nhs")`: a home ready to refresh; skips without the data."""
    return _prepare
