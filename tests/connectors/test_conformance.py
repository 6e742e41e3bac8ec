"""Every connector keeps every promise of the contract, on a source of its kind that really runs."""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from cockpit.connect import registry
from cockpit.connect.conformance import PROMISES, Promise, Subject, tried
from cockpit.connect.contract import Asked, Delivery, Part
from cockpit.connect.secrets import reveal
from cockpit.errors import BadDelivery, SourceUnavailable
from connectors.faults import FaultsConfig
from tests.connectors import sample_faults
from tests.connectors.sampling import Sample

STANDARDS = {"fhir", "hl7", "pmsi", "rpu"}
"""Formats whose columns are ours: there is nothing to compare."""

THIRD_PARTY = Path(__file__).parent / "third_party"


def kept(sample: Sample, kind: str) -> list[Promise]:
    connector = registry.connector(kind)
    config = connector.Config.model_validate(sample.settings)
    return list(tried(Subject(sample.home, "essai", connector, config, sample.columns, 60.0)))


def header(sample: Sample, kind: str) -> set[str]:
    """The names of all the columns that its first delivery says it has."""
    connector = registry.connector(kind)
    asked = Asked(sample.home, "essai", sample.columns)
    given = connector.read(asked, connector.Config.model_validate(sample.settings))
    one = next(given)
    assert isinstance(one, Delivery)
    assert list(one.parts)
    return set(one.names())


def broken(found: list[Promise]) -> dict[str, str]:
    return {one.name: one.sentence for one in found if not one.ok}


@pytest.mark.parametrize("kind", registry.kinds())
def test_it_keeps_every_promise(kind: str, tmp_path: Path) -> None:
    name = f"tests.connectors.sample_{kind}"
    if importlib.util.find_spec(name) is None:
        pytest.fail(f"tests/connectors/sample_{kind}.py is missing: nothing is proved of {kind!r}")
    with importlib.import_module(name).sample(tmp_path) as sample:
        found, names = kept(sample, kind), header(sample, kind)
    assert [one.name for one in found] == list(PROMISES)
    assert broken(found) == {}
    assert (names == set()) if kind in STANDARDS else (names >= set(sample.columns))


def test_a_third_party_connector_of_sixty_lines_keeps_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(THIRD_PARTY)
    assert "maison" in registry.kinds()
    with sample_faults.sample(tmp_path) as healthy:
        rows = [
            {"jour": "01/03/2026", "uf": "10", "n": 4, "x": 1},
            {"jour": "02/03/2026", "uf": "11", "n": 5},
        ]
        (healthy.home.drop / "a.json").write_text(json.dumps(rows), "utf-8")
        own = Sample(healthy.home, {"path": "drop/*.json"}, ("jour", "uf", "n"))
        assert broken(kept(own, "maison")) == {}
        (healthy.home.drop / "0.json").write_text('[{"jour": "01', "utf-8")
        connector = registry.connector("maison")
        given = connector.read(
            Asked(healthy.home, "maison", own.columns), connector.Config(**own.settings)
        )
        assert [type(one) for one in given] == [BadDelivery, Delivery], "half a file stops no other"
    text = (THIRD_PARTY / "maison_connector.py").read_text("utf-8")
    assert len(text.splitlines()) <= 60


class Broken:
    """The healthy connector with one promise broken."""

    kind = "faults"
    Config = FaultsConfig
    check = staticmethod(registry.connector("faults").check)
    discover = staticmethod(registry.connector("faults").discover)

    def __init__(self, how: str) -> None:
        self.how = how

    def read(self, asked: Asked, config: FaultsConfig) -> Iterator[Delivery]:
        if self.how == "secrets":
            raise SourceUnavailable(source="x", reason=reveal(asked, config.password, "password"))
        healthy = registry.connector("faults")
        if self.how == "deadline":
            asked = Asked(asked.home, asked.source, asked.columns, asked.is_known)
        if self.how == "missing_column":
            asked = Asked(
                asked.home, asked.source, tuple(asked.columns[:3]), deadline=asked.deadline
            )
        if self.how == "writes_inside":
            (asked.home.root.parent / "elsewhere").write_text("x", "utf-8")
        if self.how == "recognised":
            asked = Asked(asked.home, asked.source, asked.columns, deadline=asked.deadline)
        for one in healthy.read(asked, config):
            yield self._spoiled(one)

    def _spoiled(self, one: Delivery) -> Delivery:
        parts = list(one.parts)
        if self.how == "only_asked":
            parts = [Part(p.table.append_column("nom", p.table["uf"])) for p in parts]
        if self.how == "text":
            dates = [
                p.table.set_column(0, "jour", p.table["jour"].cast(pa.large_string()))
                for p in parts
            ]
            parts = [Part(table) for table in dates]
        return Delivery(one.name, one.digest, parts, one.decimal)


@pytest.mark.parametrize(
    "how",
    ["text", "only_asked", "recognised", "missing_column", "deadline", "writes_inside", "secrets"],
)
def test_a_broken_promise_is_seen_for_what_it_is(how: str, tmp_path: Path) -> None:
    with sample_faults.sample(tmp_path / "home") as sample:
        config = FaultsConfig.model_validate(sample.settings)
        subject = Subject(sample.home, "essai", Broken(how), config, sample.columns, 60.0)
        assert how in broken(list(tried(subject)))


def test_a_setting_without_title_or_that_is_ignored_is_seen(tmp_path: Path) -> None:
    class Loose(FaultsConfig):
        model_config = {"frozen": True, "extra": "ignore"}
        secret_door: int = 0

    with sample_faults.sample(tmp_path) as sample:
        healthy = registry.connector("faults")
        loose = SimpleNamespace(
            Config=Loose, check=healthy.check, discover=healthy.discover, read=healthy.read
        )
        subject = Subject(
            sample.home, "essai", loose, Loose.model_validate(sample.settings), sample.columns
        )
        assert {"strict", "described"} <= set(broken(list(tried(subject))))
