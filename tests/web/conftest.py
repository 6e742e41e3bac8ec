"""A published hospital of two services, and the real ASGI application on it.

urgences.csv, daily, ED visits of unit 10 (site 1) and 20 (site 2), 1 to 3 March 2026:

    day     unit 10   unit 20
    1       100       40
    2       110       45
    3       (none)    50
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cockpit.alerts.model import Alert
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.refresh import refresh
from cockpit.settings import Home
from cockpit.web import opened

ROOT = Path(__file__).resolve().parents[2]
STRUCTURE = """unit;parent;level;label;finess;discipline;valid_from;valid_to
GHT;;group;GHT d'essai;;;;
1;GHT;establishment;CH de Un;;;;
2;GHT;establishment;CH <b>Deux</b>;;;;
10;1;service;Urgences de Un;;URG;;
20;2;service;Urgences de Deux;;URG;;
"""
SOURCE = """connector = "csv"
label = "Urgences"
schedule = "*/15 * * * *"
path = "drop/urgences-*.csv"
owner = "DIM"
stale_after = "36h"
[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""
VISITS = """jour;uf;passages
01/03/2026;10;100
01/03/2026;20;40
02/03/2026;10;110
02/03/2026;20;45
03/03/2026;20;50
03/03/2026;77;1
"""

VIGILANCE = Alert(
    rule="ed_visits_level",
    kind="threshold",
    domain=Domain.ACTIVITY,
    kpi=KpiId("ed_visits"),
    unit=UnitId("1"),
    unit_label="CH de Un",
    severity="amber",
    since=date(2026, 3, 1),
    as_of=date(2026, 3, 3),
    title_fr="Urgences",
    title_en="",
    body_fr="",
    body_en="",
    role="director_ght",
)


def make_home(root: Path) -> Home:
    home = Home(root).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    (home.sources / "urgences.toml").write_text(SOURCE, "utf-8")
    (home.drop / "urgences-2026-03.csv").write_text(VISITS, "utf-8")
    return home


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The hospital above, published once, on the morning of 4 March 2026."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", "2026-03-04")
        home = make_home(tmp_path_factory.mktemp("home"))
        refresh(home, forecasts=False)
        yield home


@pytest.fixture(scope="session")
def client(published: Home) -> Iterator[TestClient]:
    """The application of app.py, started, asked as a browser on this machine would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_HOME", str(published.root))
        patch.setenv("COCKPIT_TODAY", "2026-03-04")
        patch.chdir(ROOT)
        patch.syspath_prepend(str(ROOT))
        opened.warehouse.cache_clear()
        app = importlib.import_module("app").app
        with TestClient(app, base_url="http://localhost:8501") as browser:
            yield browser
    opened.warehouse.cache_clear()
    os.environ.pop("STREAMLIT_SERVER_PORT", None)
