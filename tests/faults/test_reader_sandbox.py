"""What a reader of the warehouse can do besides reading figures: nothing.

The statements are those a person would try who has found a way to send SQL (trust.md, attack 6).
"""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from cockpit.warehouse import engine
from cockpit.warehouse.attach import Warehouse
from cockpit.warehouse.publish import publish

ATTEMPTS = {
    "read a text file": "SELECT * FROM read_text('/etc/passwd')",
    "read a file as csv": "SELECT * FROM read_csv('/etc/passwd')",
    "read a file as blob": "SELECT * FROM read_blob('/etc/hostname')",
    "read a file by its name": "SELECT * FROM '/etc/passwd'",
    "read json": "SELECT * FROM read_json('/etc/os-release')",
    "read parquet": "SELECT * FROM read_parquet('{landing}')",
    "list a folder": "SELECT * FROM glob('/etc/*')",
    "list above the generations": "SELECT * FROM glob('{generations}/../*')",
    "read above the generations": "SELECT * FROM read_text('{generations}/../cockpit.toml')",
    "write a file": "COPY (SELECT 1) TO '{elsewhere}/out.csv'",
    "write parquet": "COPY (SELECT 1) TO '{elsewhere}/out.parquet' (FORMAT parquet)",
    "export": "EXPORT DATABASE '{elsewhere}/all'",
    "import": "IMPORT DATABASE '{elsewhere}'",
    "attach elsewhere": "ATTACH '{elsewhere}/other.duckdb' AS other",
    "attach with write": "ATTACH '{current}' AS w (READ_WRITE)",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "load a file": "LOAD '{elsewhere}/x.duckdb_extension'",
    "read the network": "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "read s3": "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "change a setting": "SET threads = 8",
    "open the sandbox": "SET enable_external_access = true",
    "widen the sandbox": "SET allowed_directories = ['/']",
    "unlock": "SET lock_configuration = false",
    "reset": "RESET enable_external_access",
    "profile to a file": "PRAGMA profiling_output = '{elsewhere}/profile.json'",
    "log to a file": "SET log_query_path = '{elsewhere}/log'",
    "delete figures": "DELETE FROM {alias}.observation",
    "insert figures": "INSERT INTO {alias}.facet VALUES (9, 'x')",
    "drop a table": "DROP TABLE {alias}.observation",
    "secrets": "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
}


@pytest.fixture
def opened(installation, tmp_path):
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    publish(installation.home, lambda connection: None)
    (installation.home.root / "cockpit.toml").write_text("name = 'secret'\n")
    generation = Warehouse(installation.home).generation()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    return generation, elsewhere


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_reader_cannot(opened, attempt):
    generation, elsewhere = opened
    folder = generation.home.generations
    statement = ATTEMPTS[attempt].format(
        alias=generation._alias,
        current=folder / "gen-000001.duckdb",
        elsewhere=elsewhere,
        generations=folder,
        landing=generation.home.landing / "urgences" / "x.parquet",
    )
    with generation._connection.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement).fetchall()
    assert list(elsewhere.iterdir()) == []
    assert (folder / "gen-000001.duckdb").exists()


def test_a_reader_cannot_see_the_variables_of_the_program(opened):
    generation, _ = opened
    canary = pd.DataFrame({"secret": [1]})
    with generation._connection.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute("SELECT * FROM canary").fetchall()
    assert len(canary) == 1


def test_a_folder_with_a_quote_in_its_name_is_opened_and_opens_nothing_else(tmp_path):
    folder = tmp_path / "l'hôpital"
    folder.mkdir()
    reader = engine.open_reader(folder, "100MB")
    with pytest.raises(duckdb.Error):
        reader.execute(f"ATTACH '{tmp_path}/x.duckdb' AS x")
