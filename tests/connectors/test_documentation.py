"""docs/connectors.md says what the connectors are: every setting, and examples that load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.connect import registry
from cockpit.connect.config import load_source
from cockpit.series import reconcile

PAGE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)` - [^\n]+\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))
BLOCKS = re.findall(r"^ *```toml\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
SOURCES = [block for block in BLOCKS if re.search(r"^connector *=", block, re.MULTILINE)]


def test_every_connector_has_its_section() -> None:
    assert sorted(SECTIONS) == sorted(kind for kind in registry.kinds() if kind != "maison")


def settings_of_kinds() -> list[tuple[str, str]]:
    return [
        (kind, name) for kind in SECTIONS for name in registry.connector(kind).Config.model_fields
    ]


@pytest.mark.parametrize(("kind", "setting"), settings_of_kinds())
def test_every_setting_is_in_the_section_of_its_connector(kind: str, setting: str) -> None:
    like = SECTIONS["rest"] if kind == "fhir" else SECTIONS["sftp"] if kind == "s3" else ""
    assert re.search(rf"`\[?{setting}\]?`", SECTIONS[kind] + like)


def test_there_is_an_example_per_connector() -> None:
    named = re.findall(r'^connector *= "(\w+)"', "\n".join(SOURCES), re.MULTILINE)
    assert set(named) == set(SECTIONS)


@pytest.mark.parametrize("text", SOURCES, ids=range(len(SOURCES)))
def test_every_source_of_the_page_loads(text: str, tmp_path: Path) -> None:
    path = tmp_path / "exemple.toml"
    path.write_text(text, "utf-8")
    load_source(path)


def test_the_reconciliation_of_the_page_is_accepted(tmp_path: Path) -> None:
    (own,) = [block for block in BLOCKS if "[[reconciliation]]" in block]
    (tmp_path / reconcile.FILE).write_text(own, "utf-8")
    found = {one.id: one for one in reconcile.reconciliations(tmp_path)}
    assert found["beds_open"].tolerance_pct == 5.0


def test_the_contract_of_the_page_is_accepted(tmp_path: Path) -> None:
    (contract,) = [block for block in BLOCKS if block.startswith("[contract]")]
    path = tmp_path / "exemple.toml"
    own = next(block for block in SOURCES if 'connector = "csv"' in block)
    path.write_text(own + contract, "utf-8")
    assert load_source(path).contract.mode == "discard"


def test_links_lead_to_headings_of_the_page() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
    assert [one for one in re.findall(r"\]\(#([^)]+)\)", PAGE) if one not in slugs] == []
