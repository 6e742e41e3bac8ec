"""A PostgreSQL database of five lines, read by an account that can only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from cockpit.settings import Home
from tests.connectors.reading import home_allowing
from tests.connectors.sampling import Sample
from tests.connectors.servers import postgres

PASSWORD = "motdepasse-canari-sql-51c9"
LINES = [
    ("2024-03-01", "10", "1.5", "2024-03-01 08:00:00+01", 'Élise; "A"'),
    ("2024-03-02", "01", "2", "2024-03-02 08:00:00.250001+01", "deux\nlignes"),
    ("2024-03-03", "10", None, "2024-03-31 01:59:59+01", ""),
    ("2024-03-04", "01", "-4", "2024-03-31 03:00:01+02", None),
    ("2024-03-05", "10", "12345678.901", "2024-03-31 03:00:00+02", "x"),
]
QUERY = "SELECT jour, uf, n, note FROM mesures ORDER BY jour"


def fill(owner: psycopg.Connection) -> None:
    """The table, an account that reads it and one that may write into it."""
    owner.execute(
        "CREATE TABLE mesures (jour date, uf text, n numeric, maj timestamptz, note text)"
    )
    with owner.cursor() as cursor:
        cursor.executemany("INSERT INTO mesures VALUES (%s, %s, %s, %s, %s)", LINES)
    for account in ("lecteur", "ecrivain"):
        owner.execute(f"CREATE ROLE {account} LOGIN PASSWORD '{PASSWORD}'")
        owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {account}")
    owner.execute("GRANT INSERT, UPDATE, DELETE ON mesures TO ecrivain")


def settings_of(home: Home, server: postgres.Postgres, **more: object) -> dict[str, object]:
    """The source, its query and its secret written down."""
    (home.root / "secret-sql").write_text(f"{PASSWORD}\n", "utf-8")
    (home.sources / "mesures.sql").write_text(QUERY, "utf-8")
    return {
        "dialect": "postgresql",
        "host": server.host,
        "port": server.port,
        "database": "postgres",
        "user": "lecteur",
        "password": f"file:{home.root / 'secret-sql'}",
        "tls": "none",
        "query_file": "sources/mesures.sql",
        **more,
    }


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """Five lines, one of them with a line break, one with nothing."""
    with postgres.running() as server:
        with server.owner() as owner:
            fill(owner)
        home = home_allowing(root, f"{server.host}:{server.port}")
        yield Sample(home, settings_of(home, server), ("jour", "uf", "n", "note"))
