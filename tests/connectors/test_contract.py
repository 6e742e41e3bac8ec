"""What every connector of dropped files must do.

A new one adds one entry to SAMPLES: how to lay down `a`, a good delivery of the table

    jour        uf   n
    01/03/2024  10   1,5
    02/03/2024  01   2

and `z`, a damaged one.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pydantic import BaseModel, ValidationError

from cockpit.connect import registry
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import LINE, Asked, Connector, Delivery
from cockpit.errors import BadDelivery, BadSource, SourceUnavailable
from cockpit.settings import Home

COLUMNS = ("jour", "uf", "n")
TABLE = [("01/03/2024", "10", "1,5"), ("02/03/2024", "01", "2")]
ROOT = Path(__file__).parents[2]


def _csv() -> tuple[str, bytes, bytes]:
    lines = [";".join(row) for row in [COLUMNS, *TABLE]]
    return "csv", ("\n".join(lines) + "\n").encode(), b"\x00\x01\x02"


def _excel() -> tuple[str, bytes, bytes]:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in [COLUMNS, *TABLE]:
        book.active.append(row)
    book.save(stream)
    return "xlsx", stream.getvalue(), stream.getvalue()[:400]


SAMPLES: dict[str, Callable[[], tuple[str, bytes, bytes]]] = {"csv": _csv, "excel": _excel}
KINDS = pytest.mark.parametrize("kind", sorted(SAMPLES))


def _laid(kind: str, tmp_path: Path) -> tuple[Connector, Home, BaseModel]:
    suffix, good, damaged = SAMPLES[kind]()
    home = Home(tmp_path).prepare()
    (home.drop / f"a.{suffix}").write_bytes(good)
    (home.drop / f"z.{suffix}").write_bytes(damaged)
    connector = registry.connector(kind)
    return connector, home, connector.Config.model_validate({"path": "drop/*"})


@KINDS
def test_it_has_a_sample_a_name_and_a_strict_described_configuration(kind: str) -> None:
    connector = registry.connector(kind)
    assert kind in SAMPLES
    assert connector.kind == kind
    assert connector.Config.model_config["extra"] == "forbid"
    assert connector.Config.model_json_schema()["properties"]
    with pytest.raises(ValidationError):
        connector.Config.model_validate({"path": "drop/*", "inconnu": 1})


@KINDS
def test_it_reads_text_columns_with_their_lines(kind: str, tmp_path: Path) -> None:
    connector, home, config = _laid(kind, tmp_path)
    reading = connector.read(Asked(home, "essai", COLUMNS), config)
    delivery = next(reading)
    assert isinstance(delivery, Delivery)
    parts = list(delivery.parts)
    table = pa.concat_tables([part.table for part in parts])
    assert table.select(list(COLUMNS)).schema.types == [pa.string()] * 3
    assert list(zip(*(table[name].to_pylist() for name in COLUMNS), strict=True)) == TABLE
    assert table.schema.field(LINE).type == pa.int64()
    assert table[LINE].to_pylist() == [2, 3]
    assert all(part.refused.schema == QUARANTINE for part in parts)
    assert not any(part.refused.num_rows for part in parts)
    assert len(delivery.digest) == 64


@KINDS
def test_a_damaged_delivery_is_yielded_as_its_refusal(kind: str, tmp_path: Path) -> None:
    connector, home, config = _laid(kind, tmp_path)
    good, bad = connector.read(Asked(home, "essai", COLUMNS), config)
    assert isinstance(good, Delivery)
    assert isinstance(bad, BadDelivery)
    assert bad.facts["file"].startswith("drop/z.")
    assert bad.sentence()


@KINDS
def test_a_known_delivery_is_skipped(kind: str, tmp_path: Path) -> None:
    connector, home, config = _laid(kind, tmp_path)
    digest = next(iter(connector.read(Asked(home, "essai", COLUMNS), config))).digest
    left = list(connector.read(Asked(home, "essai", COLUMNS, digest.__eq__), config))
    assert [type(delivery) for delivery in left] == [BadDelivery]


@KINDS
def test_a_column_that_is_not_there_refuses_the_delivery(kind: str, tmp_path: Path) -> None:
    connector, home, config = _laid(kind, tmp_path)
    refusal = next(iter(connector.read(Asked(home, "essai", (*COLUMNS, "lits")), config)))
    assert isinstance(refusal, BadDelivery)
    assert refusal.facts["field"] == "lits"


@KINDS
def test_check_and_discover_say_what_is_there(kind: str, tmp_path: Path) -> None:
    connector, home, config = _laid(kind, tmp_path)
    assert not connector.check(Asked(home), config).ok  # the newest file is the damaged one
    (stream,) = connector.discover(Asked(home), config)
    assert stream.columns == COLUMNS
    for path in home.drop.glob("z.*"):
        path.unlink()
    answer = connector.check(Asked(home), config)
    assert answer.ok
    assert answer.sentence.endswith(".")


@KINDS
def test_nothing_to_read_is_said_so(kind: str, tmp_path: Path) -> None:
    connector = registry.connector(kind)
    home = Home(tmp_path).prepare()
    config = connector.Config.model_validate({"path": "drop/*"})
    assert not connector.check(Asked(home), config).ok
    assert connector.discover(Asked(home), config) == []
    with pytest.raises(SourceUnavailable):
        list(connector.read(Asked(home, "essai", COLUMNS), config))


@KINDS
def test_a_path_outside_the_home_is_refused(kind: str) -> None:
    for path in ("../x", "/etc/passwd", "drop/../../x"):
        with pytest.raises(ValidationError):
            registry.connector(kind).Config.model_validate({"path": path})


def test_an_unknown_kind_names_those_that_exist() -> None:
    with pytest.raises(BadSource, match="csv, excel"):
        registry.connector("sap")


def test_listing_connectors_imports_none_and_the_standard_csv_stays_itself() -> None:
    code = (
        "import sys, csv; from cockpit.connect import registry; print(registry.kinds());"
        "assert not [m for m in sys.modules if m.startswith('connectors.')]; assert csv.reader;"
        "registry.connector('csv'); import csv as again; assert again.reader"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_third_party_connector_is_found_by_its_entry_point(tmp_path: Path, monkeypatch) -> None:
    info = tmp_path / "essai-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: essai\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[cockpit.connectors]\nmaison = essai_maison\nabsent = essai_sans_pilote\n"
    )
    (tmp_path / "essai_maison.py").write_text("from connectors.csv import CONNECTOR\n")
    (tmp_path / "essai_sans_pilote.py").write_text("import pilote_introuvable\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert {"maison", "absent"} <= set(registry.kinds())
    assert registry.connector("maison").kind == "csv"
    with pytest.raises(BadSource, match="pilote_introuvable"):
        registry.connector("absent")
