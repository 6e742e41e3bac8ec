"""The `sql` connector on a real PostgreSQL, a real MariaDB and SQLite files."""

from __future__ import annotations

import hashlib
import importlib.util
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url, text

from cockpit.connect.contract import Asked, Delivery
from cockpit.connect.sql import rows as sql_rows
from cockpit.connect.sql import text as sql_text
from cockpit.connect.sql.config import SqlConfig
from cockpit.connect.sql.drivers import DRIVERS, odbc_text
from cockpit.errors import (
    BadDelivery,
    BadSource,
    CockpitError,
    SourceRefused,
    SourceUnavailable,
)
from connectors.sql import CONNECTOR
from tests.connectors import certificates
from tests.connectors.reading import Reading, home_allowing, rows_of
from tests.connectors.sample_sql import PASSWORD, QUERY, fill, settings_of
from tests.connectors.servers import mariadb, postgres

COLUMNS = ("jour", "uf", "n")
MARIA_TABLE = (
    "CREATE TABLE mesures (jour date, uf varchar(9), n decimal(12,3), maj datetime(6),"
    " actif boolean, note text)"
)
MARIA_LINES = (
    "INSERT INTO mesures VALUES"
    " ('2024-03-01', '10', 1.5, '2024-03-01 08:00:00.25', 1, 'É'),"
    " ('2024-03-02', '01', NULL, '2024-03-02 08:00:00', 0, NULL)"
)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres]:
    with postgres.running() as running:
        with running.owner() as owner:
            fill(owner)
            owner.execute("CREATE SEQUENCE numeros")
            owner.execute(
                "CREATE FUNCTION efface() RETURNS int LANGUAGE sql SECURITY DEFINER AS"
                " 'DELETE FROM mesures; SELECT 1'"
            )
            owner.execute("CREATE VIEW lente AS SELECT pg_sleep(60)::text AS n")
            owner.execute("GRANT SELECT ON lente TO lecteur")
        yield running


@pytest.fixture
def reading(tmp_path: Path, server: postgres.Postgres) -> Reading:
    """The five lines of sample_sql, read by an account that can only read."""
    home = home_allowing(tmp_path / "postgresql", f"{server.host}:{server.port}")
    return Reading("sql", home, settings_of(home, server))


@pytest.fixture(scope="module")
def maria() -> Iterator[mariadb.MariaDb]:
    if not mariadb.is_installed():
        pytest.skip(mariadb.WHY_ABSENT)
    with mariadb.running() as running:
        with running.owner() as owner, owner.cursor() as cursor:
            for statement in (
                "CREATE DATABASE hopital",
                "USE hopital",
                MARIA_TABLE,
                MARIA_LINES,
                "CREATE ROLE ecrivains",
                "CREATE ROLE lecteurs",
                "GRANT SELECT ON hopital.* TO lecteurs",
                "GRANT INSERT ON hopital.mesures TO ecrivains",
            ):
                cursor.execute(statement)
            for account, rights in MARIA_ACCOUNTS.items():
                cursor.execute(f"CREATE USER {account}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
                for right in rights:
                    cursor.execute(f"GRANT {right} TO {account}@'127.0.0.1'")
            cursor.execute("SET DEFAULT ROLE lecteurs FOR par_role@'127.0.0.1'")
            cursor.execute("SET DEFAULT ROLE ecrivains FOR par_defaut@'127.0.0.1'")
        yield running


READ = "SELECT ON hopital.*"
MARIA_ACCOUNTS: dict[str, tuple[str, ...]] = {
    "lecteur": (READ, "SHOW VIEW ON hopital.*"),
    "ecrivain": (READ, "INSERT ON hopital.mesures"),
    "tout": ("ALL ON hopital.*",),
    "fichier": (READ, "FILE ON *.*"),
    "executant": (READ, "EXECUTE ON hopital.*"),
    "colonne": (READ, "UPDATE (n) ON hopital.mesures"),
    "membre": (READ, "ecrivains"),
    "par_defaut": (READ, "ecrivains"),
    "par_role": ("lecteurs",),
}


@pytest.fixture
def maria_reading(tmp_path: Path, maria: mariadb.MariaDb) -> Reading:
    home = home_allowing(tmp_path / "mariadb", f"{maria.host}:{maria.port}")
    given = settings_of(home, maria)  # type: ignore[arg-type]
    return Reading("sql", home, {**given, "dialect": "mariadb", "database": "hopital"})


@pytest.fixture
def file_reading(tmp_path: Path) -> Reading:
    """A SQLite file of two lines."""
    home = home_allowing(tmp_path / "sqlite")
    with closing(sqlite3.connect(home.drop / "paie.db")) as base, base:
        base.execute("CREATE TABLE mesures (jour TEXT, uf TEXT, n REAL, maj INTEGER, note TEXT)")
        base.execute("INSERT INTO mesures VALUES ('2024-03-01', '10', 1.5, 1, 'É')")
        base.execute("INSERT INTO mesures VALUES ('2024-03-02', '01', NULL, 2, NULL)")
    (home.sources / "mesures.sql").write_text(QUERY, "utf-8")
    settings: dict[str, object] = {
        "dialect": "sqlite",
        "database": "drop/paie.db",
        "query_file": "sources/mesures.sql",
    }
    return Reading("sql", home, settings)


def written(reading: Reading, query: str, name: str = "autre.sql") -> dict[str, object]:
    (reading.home.sources / name).write_text(query, "utf-8")
    return {"query_file": f"sources/{name}"}


def error_of(reading: Reading, **more: object) -> CockpitError:
    """What refuses a reading, whole, whenever it does."""
    try:
        for one in reading.deliveries("n", **more):
            if isinstance(one, BadDelivery):
                return one
            list(one.parts)
    except CockpitError as error:
        return error
    raise AssertionError("it was read")


class TestReading:
    def test_cells_are_text_with_a_point_and_iso_dates(self, reading: Reading) -> None:
        (found,) = reading.deliveries("n", "jour", "note", "uf")
        assert isinstance(found, Delivery)
        assert (found.digest, found.decimal, found.native_dates) == ("", ".", True)
        assert rows_of(found, ("jour", "uf", "n", "note")) == [
            ("2024-03-01", "10", "1.5", 'Élise; "A"'),
            ("2024-03-02", "01", "2", "deux\nlignes"),
            ("2024-03-03", "10", "", ""),
            ("2024-03-04", "01", "-4", ""),
            ("2024-03-05", "10", "12345678.901", "x"),
        ]

    def test_moments_are_those_of_paris_and_booleans_are_words(self, reading: Reading) -> None:
        query = written(
            reading,
            "SELECT timestamptz '2024-07-01 22:30:00.9+00' AS a, timestamp '2024-01-01 10:00' AS b,"
            " true AS c, false AS d, null::boolean AS e, 12 AS f",
        )
        assert reading.rows("a", "b", "c", "d", "e", "f", **query) == [
            ("2024-07-02 00:30:00", "2024-01-01 10:00:00", "true", "false", "", "12")
        ]

    def test_one_column_of_nothing_keeps_its_lines(self, reading: Reading) -> None:
        query = written(reading, "SELECT null AS n FROM mesures")
        assert reading.rows("n", **query) == [("",)] * 5

    def test_mariadb_gives_the_same_writing(self, maria_reading: Reading) -> None:
        query = written(maria_reading, "SELECT * FROM mesures ORDER BY jour -- tout\n;\n")
        assert maria_reading.rows("jour", "uf", "n", "maj", "actif", "note", **query) == [
            ("2024-03-01", "10", "1.500", "2024-03-01 08:00:00", "1", "É"),
            ("2024-03-02", "01", "", "2024-03-02 08:00:00", "0", ""),
        ]

    def test_sqlite_reads_a_file_of_the_home(self, file_reading: Reading) -> None:
        assert file_reading.rows("jour", "uf", "n", "note") == [
            ("2024-03-01", "10", "1.5", "É"),
            ("2024-03-02", "01", "", ""),
        ]

    def test_lines_are_numbered_across_parts(
        self, reading: Reading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cockpit.connect.sql.copy._BLOCK_BYTES", 10)
        monkeypatch.setattr("cockpit.connect.sql.copy._AT_ONCE", 1)
        (found,) = reading.deliveries("n")
        assert isinstance(found, Delivery)
        assert [part.table["__line__"].to_pylist() for part in found.parts] == [
            [1], [2], [3], [4], [5],
        ]  # fmt: skip

    @pytest.mark.parametrize("kind", ["reading", "maria_reading", "file_reading"])
    def test_check_and_discover_name_the_columns(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        found: Reading = request.getfixturevalue(kind)
        config = SqlConfig.model_validate(found.settings)
        check = CONNECTOR.check(Asked(found.home, "essai"), config)
        assert check.ok, check.sentence
        assert check.sentence.endswith("la requête donne 4 colonnes : jour, uf, n, note.")
        (stream,) = CONNECTOR.discover(Asked(found.home, "essai"), config)
        assert stream.columns == ("jour", "uf", "n", "note")

    @pytest.mark.parametrize("kind", ["reading", "maria_reading", "file_reading"])
    def test_columns_missing_or_repeated_and_no_line_are_refused(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        found: Reading = request.getfixturevalue(kind)
        assert found.refusal("absente").facts["field"] == "absente"
        twice = written(found, "SELECT uf AS n, jour AS n FROM mesures")
        assert "une seule colonne" in found.refusal("n", **twice).sentence()
        none = written(found, "SELECT * FROM mesures WHERE uf = 'nulle part'")
        assert "au moins une ligne" in found.refusal("n", **none).sentence()

    def test_a_file_cut_on_its_way_is_refused_even_inside_a_page(
        self, file_reading: Reading
    ) -> None:
        path = file_reading.home.drop / "paie.db"
        path.write_bytes(path.read_bytes()[:-100])
        assert "coupé" in error_of(file_reading).sentence()

    def test_binary_cells_are_refused_not_guessed(self, file_reading: Reading) -> None:
        query = written(file_reading, "SELECT x'00ff' AS n")
        assert "CAST" in error_of(file_reading, **query).sentence()


class TestCursor:
    INCREMENTAL = "SELECT * FROM mesures WHERE maj > :cursor ORDER BY maj"

    def following(
        self, reading: Reading, cursor: str, start: str, **more: object
    ) -> list[Delivery]:
        given = {
            **written(reading, self.INCREMENTAL, "suite.sql"),
            "cursor_column": "maj",
            "cursor_start": start,
            **more,
        }
        found = reading.deliveries("jour", cursor=cursor, **given)
        assert all(isinstance(one, Delivery) for one in found)
        return found  # type: ignore[return-value]

    def test_the_largest_moment_is_kept_across_the_change_of_hour(self, reading: Reading) -> None:
        """01:59:59+01 and 03:00:01+02 are two seconds apart: the text says nothing of it."""
        (first,) = self.following(reading, "", "2000-01-01")
        assert len(rows_of(first, ("jour",))) == 5
        assert first.reached().startswith("2024-03-31 01:00:01+00:00@")
        assert self.following(reading, first.reached(), "2000-01-01") == []

    def test_microseconds_are_not_lost(self, reading: Reading) -> None:
        (found,) = self.following(reading, "", "2024-03-02 00:00:00")
        list(found.parts)
        query = self.INCREMENTAL.replace("ORDER", "AND jour = '2024-03-02' ORDER")
        given = {**written(reading, query), "cursor_column": "maj", "cursor_start": "2024-01-01"}
        (one,) = reading.deliveries("jour", **given)
        assert isinstance(one, Delivery)
        list(one.parts)
        assert one.reached().startswith("2024-03-02 07:00:00.250001+00:00@")
        assert reading.deliveries("jour", cursor=one.reached(), **given) == []

    def test_an_overlap_reads_again_what_came_late(self, reading: Reading) -> None:
        (first,) = self.following(reading, "", "2000-01-01", overlap="1h")
        list(first.parts)
        (again,) = self.following(reading, first.reached(), "2000-01-01", overlap="1h")
        assert rows_of(again, ("jour",)) == [("2024-03-03",), ("2024-03-05",), ("2024-03-04",)]

    def test_a_changed_query_reads_everything_again(self, reading: Reading) -> None:
        (first,) = self.following(reading, "", "2000-01-01")
        list(first.parts)
        point, _, _ = first.reached().partition("@")
        (again,) = self.following(reading, f"{point}@otherquery00", "2000-01-01")
        assert len(rows_of(again, ("jour",))) == 5

    def test_numbers_and_naive_moments_are_compared_in_their_type(
        self, maria_reading: Reading, file_reading: Reading
    ) -> None:
        (first,) = self.following(maria_reading, "", "2024-01-01")
        list(first.parts)
        assert first.reached().startswith("2024-03-02 08:00:00@")
        assert self.following(maria_reading, first.reached(), "2024-01-01") == []
        with closing(sqlite3.connect(file_reading.home.drop / "paie.db")) as base, base:
            base.execute("INSERT INTO mesures VALUES ('2024-03-03', '10', 3, 10, NULL)")
        (own,) = self.following(file_reading, "", "0")
        assert len(rows_of(own, ("jour",))) == 3
        assert own.reached().startswith("10@")
        assert self.following(file_reading, own.reached(), "0") == []

    @pytest.mark.parametrize("column", ["uf", "note", "n > 1"])
    def test_a_cursor_that_is_no_number_nor_date_is_refused(
        self, reading: Reading, column: str
    ) -> None:
        query = f"SELECT {column} AS c, jour FROM mesures WHERE maj > :cursor"
        given = {**written(reading, query), "cursor_column": "c", "cursor_start": "2000-01-01"}
        assert reading.refusal("jour", **given).facts["field"] == "c"

    @pytest.mark.parametrize(
        "given",
        [
            {"cursor_column": "maj"},
            {"cursor_start": "0"},
            {"cursor_column": "maj", "cursor_start": "0'; DROP TABLE mesures; --"},
            {"cursor_column": "maj", "cursor_start": "0", "overlap": "1d"},
            {"overlap": "1d"},
        ],
    )
    def test_half_a_cursor_is_a_bad_setting(
        self, reading: Reading, given: dict[str, object]
    ) -> None:
        with pytest.raises(ValidationError):
            SqlConfig.model_validate({**reading.settings, **given})

    def test_a_cursor_forged_in_the_state_is_never_bound(self, reading: Reading) -> None:
        query = sql_text.checked("q", self.INCREMENTAL, "postgresql", has_cursor=True)
        forged = f"0'; DELETE FROM mesures; --@{query.digest}"
        given = {
            **written(reading, self.INCREMENTAL),
            "cursor_column": "maj",
            "cursor_start": "2000-01-01",
        }
        (found,) = reading.deliveries("jour", cursor=forged, **given)
        assert isinstance(found, Delivery)
        assert len(rows_of(found, ("jour",))) == 5


HOSTILE = [
    "SELECT 1 AS n; DELETE FROM mesures",
    "SELECT 1 AS n; DELETE FROM mesures; --",
    "SELECT 1 AS n;;DROP TABLE mesures",
    "DELETE FROM mesures RETURNING n",
    "UPDATE mesures SET n = 0 RETURNING n",
    "INSERT INTO mesures (n) VALUES (9) RETURNING n",
    "TRUNCATE mesures",
    "DROP TABLE mesures",
    "ALTER TABLE mesures ADD COLUMN x int",
    "CREATE TABLE vole AS SELECT * FROM mesures",
    "SELECT * INTO vole FROM mesures",
    "SELECT 1INTO vole FROM mesures",
    "WITH x AS (DELETE FROM mesures RETURNING n) SELECT n FROM x",
    "WITH x AS (INSERT INTO mesures (n) VALUES (9) RETURNING n) SELECT n FROM x",
    "WITH x AS (UPDATE mesures SET n = 0 RETURNING n) SELECT n FROM x",
    "WITH x AS (SELECT 1 AS n) DELETE FROM mesures",
    "/* lecture */ DELETE/**/FROM/**/mesures",
    "SELECT 1 AS n /*! INTO OUTFILE '/tmp/vole' */",
    "SELECT 1 AS n /*M!100000 INTO OUTFILE '/tmp/vole' */",
    "SELECT 1 AS n /* a /* b */ ; DELETE FROM mesures; -- */",
    "SELECT 1 AS n -- \r; DELETE FROM mesures",
    "SELECT 1 AS n ---1\n; DELETE FROM mesures",
    "SELECT '\\'; DELETE FROM mesures; -- ' AS n",
    "SELECT E'\\'; DELETE FROM mesures; --' AS n",
    "SELECT $$x$$ AS n; DELETE FROM mesures",
    "SELECT $a$'$a$ AS n; DELETE FROM mesures --'",
    "SELECT U&'d\\0061t\\0061' UESCAPE '\\' AS n; DELETE FROM mesures",
    'SELECT U&"pg_\\0073leep"(9)::text AS n',
    "COPY mesures TO PROGRAM 'touch /tmp/vole'",
    "COPY (SELECT 1) TO '/tmp/vole'",
    "SELECT 1) TO PROGRAM 'touch /tmp/vole' --",
    "SELECT n FROM mesures) TO STDOUT; DELETE FROM mesures; COPY (SELECT 1",
    "SELECT n FROM mesures INTO OUTFILE '/tmp/vole'",
    "SELECT n FROM mesures INTO DUMPFILE '/tmp/vole'",
    "SELECT LOAD_FILE('/etc/passwd') AS n",
    "SELECT pg_read_file('/etc/passwd') AS n",
    "SELECT pg_sleep(100)::text AS n",
    'SELECT "pg_sleep" (100)::text AS n',
    "SELECT pg_catalog.pg_sleep /* x */ (100)::text AS n",
    "SELECT SLEEP(100) AS n",
    "SELECT BENCHMARK(1000000000, SHA2('a', 512)) AS n",
    "SELECT n FROM mesures FOR UPDATE",
    "SELECT n FROM mesures FOR NO KEY UPDATE SKIP LOCKED",
    "SELECT n FROM mesures FOR SHARE",
    "SELECT n FROM mesures LOCK IN SHARE MODE",
    "SELECT nextval('numeros') AS n",
    "SELECT setval('numeros', 99) AS n",
    "SELECT efface() AS n",
    "SELECT (efface)() AS n",
    "SELECT set_config('default_transaction_read_only', 'off', false) AS n",
    "SELECT pg_terminate_backend(pid) AS n FROM pg_stat_activity",
    "SELECT pg_advisory_lock(1)::text AS n",
    "SELECT lo_import('/etc/passwd') AS n",
    "SELECT lo_from_bytea(0, 'x') AS n",
    "SELECT query_to_xml('DELETE FROM mesures', true, true, '') AS n",
    "SELECT dblink_exec('host=127.0.0.1', 'DELETE FROM mesures') AS n",
    "SET TRANSACTION READ WRITE",
    "BEGIN; DELETE FROM mesures; COMMIT",
    "DO 'BEGIN DELETE FROM mesures; END'",
    "CALL efface()",
    "EXPLAIN ANALYZE DELETE FROM mesures",
    "EXECUTE plan",
    "GRANT ALL ON mesures TO PUBLIC",
    "ATTACH DATABASE '/tmp/vole.db' AS vole",
    "PRAGMA writable_schema = 1",
    "SELECT load_extension('/tmp/vole.so') AS n",
    "SELECT writefile('/tmp/vole', 'x') AS n",
    "SELECT 1 AS n\u00a0; DELETE FROM mesures",
    "SELECT 1 AS n\u037e DELETE FROM mesures",
    "\uff33\uff25\uff2c\uff25\uff23\uff34 1 AS n; DELETE FROM mesures",
    "SELECT 1 AS n, \uff44elete FROM mesures",
    "SELECT '\u202e' AS n",
    "SELECT 1 AS n\u200b; DELETE FROM mesures",
    "SELECT 1 AS n \x00; DELETE FROM mesures",
    "SELECT 1 AS n /* ; DELETE FROM mesures",
    "SELECT @x := 9 AS n",
    "SELECT :autre AS n FROM mesures",
    "VACUUM",
    "",
]
# Refused by PostgreSQL itself, by its read-only transaction: no text can tell.
_BY_THE_SERVER = {"SELECT efface() AS n", "SELECT (efface)() AS n"}


def state_of(server: postgres.Postgres) -> str:
    """Everything that a query could have changed: rows, relations, sequences, large objects."""
    with server.owner() as owner:
        seen = [
            owner.execute(query).fetchall()
            for query in (
                "SELECT * FROM mesures ORDER BY jour",
                "SELECT relname, relacl::text FROM pg_class WHERE relkind <> 'i' ORDER BY oid",
                "SELECT * FROM numeros",
                "SELECT oid FROM pg_largeobject_metadata",
                "SELECT rolname, rolconfig FROM pg_roles ORDER BY 1",
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
            )
        ]
    return repr(seen)


class TestHostileQueries:
    """Attack 5 of the threat model: an administrator's query turned against the hospital."""

    @pytest.mark.parametrize("account", ["lecteur", "ecrivain"])
    def test_none_writes_on_postgresql(
        self, reading: Reading, server: postgres.Postgres, account: str
    ) -> None:
        assert len(HOSTILE) >= 40
        before, refused = state_of(server), 0
        for query in HOSTILE:
            started = time.monotonic()
            error = error_of(reading, **written(reading, query), user=account)
            assert isinstance(error, BadSource | SourceRefused), query
            assert time.monotonic() - started < 5, query
            assert PASSWORD not in error.sentence() + repr(error.log_line())
            if account == "ecrivain" and query in _BY_THE_SERVER:
                assert "peut écrire (" in error.sentence()
            refused += 1
        assert state_of(server) == before
        assert not list(Path("/tmp").glob("vole*"))
        print(f"{account}: {refused}/{len(HOSTILE)} refused, 0 writes")

    @pytest.mark.parametrize("query", [one for one in HOSTILE if one not in _BY_THE_SERVER])
    def test_the_text_alone_refuses_them(self, query: str) -> None:
        """The first lock alone, before anything is connected to."""
        with pytest.raises(BadSource):
            sql_text.checked("q.sql", query, "postgresql")

    @pytest.mark.slow
    def test_the_server_refuses_them_too_when_the_text_is_not_looked_at(
        self, reading: Reading, server: postgres.Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second lock alone: an account and a transaction that can only read."""

        def unchecked(file: str, text: str, _dialect: str, *, has_cursor: bool) -> sql_text.Query:
            return sql_text.Query(file, (text.replace("(100)", "(0)"),))

        monkeypatch.setattr(sql_text, "checked", unchecked)
        before = state_of(server)
        for query in HOSTILE:
            if "pg_terminate" in query or "\0" in query:
                continue
            with suppress(AssertionError):  # harmless: it was only read
                error_of(reading, **written(reading, query), statement_timeout_s=2)
        assert state_of(server) == before

    def test_none_writes_in_a_sqlite_file(self, file_reading: Reading) -> None:
        base = file_reading.home.drop / "paie.db"
        before = hashlib.sha256(base.read_bytes()).hexdigest()
        for query in HOSTILE:
            error = error_of(file_reading, **written(file_reading, query))
            assert isinstance(error, BadSource), query
        assert hashlib.sha256(base.read_bytes()).hexdigest() == before
        assert sorted(path.name for path in base.parent.iterdir()) == ["paie.db"]

    def test_sqlite_itself_refuses_writes_and_other_files(
        self, file_reading: Reading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unchecked(file: str, text: str, _dialect: str, *, has_cursor: bool) -> sql_text.Query:
            return sql_text.Query(file, (text,))

        monkeypatch.setattr(sql_text, "checked", unchecked)
        for query in (
            "DELETE FROM mesures",
            "DELETE FROM mesures RETURNING n",
            "CREATE TEMP TABLE t AS SELECT 1",
            f"ATTACH DATABASE '{file_reading.home.root}/vole.db' AS vole",
            "PRAGMA query_only = OFF",
            "SELECT name AS n FROM pragma_table_info('mesures')",
            "COMMIT",
        ):
            error = error_of(file_reading, **written(file_reading, query))
            assert isinstance(error, BadSource), query
        assert len(file_reading.rows("jour")) == 2

    def test_none_writes_on_mariadb(self, maria_reading: Reading, maria: mariadb.MariaDb) -> None:
        for query in HOSTILE:
            error = error_of(maria_reading, **written(maria_reading, query))
            assert isinstance(error, BadSource | SourceRefused), query
        with maria.owner("hopital") as owner, owner.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), SUM(n) FROM mesures")
            assert [str(cell) for cell in cursor.fetchone() or ()] == ["2", "1.500"]
            cursor.execute("SHOW TABLES")
            assert cursor.fetchall() == (("mesures",),)

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT 1 DELETE FROM mesures",
            "SELECT 1 EXEC xp_cmdshell 'dir'",
            "SELECT 1 WAITFOR DELAY '0:1'",
            "SELECT [a]]'] ; DELETE FROM t --'",
            "SELECT * FROM OPENROWSET('x', 'y', 'z')",
            "SELECT * FROM OPENQUERY(autre, 'DELETE FROM t')",
            "SELECT n FROM mesures WITH (UPDLOCK)",
            "SELECT 1INTO vole FROM mesures",
            "SELECT NEXT VALUE FOR numeros",
            "SELECT {fn sleep(1)}",
        ],
    )
    def test_sql_server_needs_no_separator_so_its_verbs_are_refused(self, query: str) -> None:
        with pytest.raises(BadSource):
            sql_text.checked("q.sql", query, "sqlserver")

    @pytest.mark.parametrize(
        "query",
        [
            "WITH FUNCTION f RETURN NUMBER IS BEGIN DELETE FROM t; END; SELECT f FROM dual",
            "SELECT numeros.NEXTVAL FROM dual",
            "SELECT q'[']' FROM dual; DELETE FROM t",
            "SELECT UTL_HTTP.REQUEST('http://ailleurs') FROM dual",
            "SELECT HTTPURITYPE('http://ailleurs').getclob() FROM dual",
            "SELECT n FROM t@ailleurs",
        ],
    )
    def test_oracle_s_ways_out_are_refused(self, query: str) -> None:
        with pytest.raises(BadSource):
            sql_text.checked("q.sql", query, "oracle")

    @pytest.mark.parametrize(
        ("dialect", "query"),
        [
            ("postgresql", "WITH a AS (SELECT 1 AS n) SELECT n::text, x ->> 'k' FROM a;"),
            ("postgresql", "-- delete from mesures\nSELECT 'drop; table' AS \"update\" FROM t"),
            ("postgresql", "SELECT substring(uf FOR 2), a[1:2], 'J''ai' FROM t /* into */ ; -- x"),
            ("postgresql", "SELECT REPLACE(uf, 'é', 'e') AS unité, 1.5e-3, .5 FROM t"),
            ("mariadb", "SELECT `delete`, \"x\" FROM t WHERE a LIKE '%:b%' LIMIT 10"),
            ("sqlserver", "SELECT TOP 5 [update], N'é' FROM dbo.t ORDER BY 1 OFFSET 0 ROWS"),
            ("oracle", "SELECT SYS_EXTRACT_UTC(d), v$x.a FROM v$x WHERE d > DATE '2024-01-01'"),
            ("sqlite", "select jour from mesures where date(jour) > date('now', '-30 days')"),
        ],
    )
    def test_ordinary_queries_are_accepted(self, dialect: str, query: str) -> None:
        assert sql_text.checked("q.sql", query, dialect).pieces[0].startswith(query[:5])

    def test_the_line_of_what_is_refused_is_named(self) -> None:
        with pytest.raises(BadSource) as refusal:
            sql_text.checked("q.sql", "SELECT n\nFROM t\nFOR UPDATE", "postgresql")
        assert refusal.value.facts["line"] == 3

    @pytest.mark.parametrize(
        "name",
        ["../ailleurs.sql", "drop/q.sql", "sources/../q.sql", "sources/q.toml", "/etc/q.sql"],
    )
    def test_a_query_lives_in_sources_only(self, reading: Reading, name: str) -> None:
        with pytest.raises(ValidationError):
            SqlConfig.model_validate({**reading.settings, "query_file": name})

    def test_a_link_out_of_the_home_is_no_query(self, reading: Reading, tmp_path: Path) -> None:
        outside = tmp_path.parent / f"{tmp_path.name}.sql"
        outside.write_text(QUERY, "utf-8")
        (reading.home.sources / "lien.sql").symlink_to(outside)
        error = error_of(reading, query_file="sources/lien.sql")
        assert error.facts["field"] == "query_file"


class TestAccounts:
    def test_an_account_that_can_write_is_refused(self, reading: Reading) -> None:
        error = error_of(reading, user="ecrivain")
        assert isinstance(error, SourceRefused)
        assert "le compte peut écrire (" in error.sentence()

    @pytest.mark.parametrize(
        ("grant", "revoke"),
        [
            ("GRANT INSERT ON mesures TO lecteur", "REVOKE INSERT ON mesures FROM lecteur"),
            ("GRANT UPDATE (n) ON mesures TO lecteur", "REVOKE UPDATE (n) ON mesures FROM lecteur"),
            ("GRANT TRUNCATE ON mesures TO PUBLIC", "REVOKE TRUNCATE ON mesures FROM PUBLIC"),
            ("GRANT USAGE ON SEQUENCE numeros TO lecteur",
             "REVOKE USAGE ON SEQUENCE numeros FROM lecteur"),
            ("GRANT CREATE ON SCHEMA public TO lecteur",
             "REVOKE CREATE ON SCHEMA public FROM lecteur"),
            ("GRANT CREATE ON DATABASE postgres TO lecteur",
             "REVOKE CREATE ON DATABASE postgres FROM lecteur"),
            ("GRANT pg_write_all_data TO lecteur", "REVOKE pg_write_all_data FROM lecteur"),
            ("GRANT pg_read_server_files TO lecteur", "REVOKE pg_read_server_files FROM lecteur"),
            ("GRANT ecrivain TO lecteur WITH INHERIT FALSE", "REVOKE ecrivain FROM lecteur"),
            ("ALTER ROLE lecteur CREATEROLE", "ALTER ROLE lecteur NOCREATEROLE"),
            ("ALTER ROLE lecteur SUPERUSER", "ALTER ROLE lecteur NOSUPERUSER"),
        ],
    )  # fmt: skip
    def test_each_right_besides_reading_refuses_it(
        self, reading: Reading, server: postgres.Postgres, grant: str, revoke: str
    ) -> None:
        with server.owner() as owner:
            owner.execute(grant)
            try:
                error = error_of(reading)
            finally:
                owner.execute(revoke)
        assert isinstance(error, SourceRefused), error
        assert "le compte peut écrire (" in error.sentence()
        assert len(reading.rows("n")) == 5

    def test_a_write_that_succeeds_is_seen_though_no_right_says_so(
        self, reading: Reading, server: postgres.Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The trial alone, the inspection being blind; what it wrote is undone."""
        monkeypatch.setattr("cockpit.connect.sql.rights._INSPECTED", {"postgresql": ()})
        before = state_of(server)
        assert "DELETE sur" in error_of(reading, user="ecrivain").sentence()
        assert state_of(server) == before

    @pytest.mark.parametrize("account", sorted(set(MARIA_ACCOUNTS) - {"lecteur", "par_role"}))
    def test_each_right_of_mariadb_besides_reading_refuses_it(
        self, maria_reading: Reading, account: str
    ) -> None:
        error = error_of(maria_reading, user=account)
        assert isinstance(error, SourceRefused)
        assert "le compte peut écrire (" in error.sentence()

    def test_rights_that_come_by_a_role_are_read_too(self, maria_reading: Reading) -> None:
        assert len(maria_reading.rows("n", user="par_role")) == 2

    def test_mariadb_s_trial_sees_a_write_too(
        self, maria_reading: Reading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cockpit.connect.sql.rights._grants", lambda *_: iter(()))
        assert "DELETE sur" in error_of(maria_reading, user="tout").sentence()
        assert len(maria_reading.rows("n")) == 2

    @pytest.mark.parametrize("kind", ["reading", "maria_reading"])
    def test_a_wrong_password_is_refused_and_never_retried(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        found: Reading = request.getfixturevalue(kind)
        wrong = found.secret("canari-faux-mot-de-passe")
        error = error_of(found, password=wrong)
        assert isinstance(error, SourceRefused)
        assert "mot de passe refusé" in error.sentence()
        assert "canari" not in error.sentence() + repr(error.facts)
        assert error.__cause__ is None

    def test_an_unknown_database_is_refused(self, reading: Reading, maria_reading: Reading) -> None:
        for found in (reading, maria_reading):
            error = error_of(found, database="inconnue")
            assert isinstance(error, SourceRefused)
            assert "cette base" in error.sentence()

    def test_a_table_closed_to_the_account_is_refused(
        self, reading: Reading, server: postgres.Postgres
    ) -> None:
        with server.owner() as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS secrete (n int)")
        error = error_of(reading, **written(reading, "SELECT n FROM secrete"))
        assert isinstance(error, SourceRefused)
        assert "42501" in error.sentence()


class TestWhatGoesWrong:
    @pytest.mark.parametrize("kind", ["reading", "maria_reading", "file_reading"])
    def test_a_wrong_query_is_said_with_its_code_and_no_cell(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        found: Reading = request.getfixturevalue(kind)
        for query in (
            "SELECT n FROM nulle_part", "SELECT nulle_part FROM mesures", "SELECT n FROM FROM",
        ):  # fmt: skip
            error = error_of(found, **written(found, query))
            assert isinstance(error, BadSource)
            assert "code " in error.sentence()
            assert "nulle_part" not in error.sentence()

    def test_a_cell_that_cannot_be_converted_is_never_quoted(self, reading: Reading) -> None:
        error = error_of(reading, **written(reading, "SELECT note::int AS n FROM mesures"))
        assert isinstance(error, BadDelivery)
        assert "22P02" in error.sentence()
        assert "Élise" not in f"{error.sentence()}{error.facts}{error.__cause__}"
        assert error.__suppress_context__

    def test_limits_of_rows_and_bytes_refuse_the_answer_whole(
        self, reading: Reading, file_reading: Reading
    ) -> None:
        for found in (reading, file_reading):
            assert error_of(found, max_rows=1).facts["field"] == "max_rows"
        wide = written(reading, "SELECT repeat('x', 2000000) AS n")
        assert error_of(reading, **wide, max_mb=1).facts["field"] == "max_mb"

    def test_the_server_stops_a_slow_query_itself(
        self, reading: Reading, maria_reading: Reading
    ) -> None:
        slow = written(reading, "SELECT n FROM lente")
        other = written(
            maria_reading,
            "SELECT COUNT(*) AS n FROM information_schema.columns a, information_schema.columns b,"
            " information_schema.columns c",
        )
        for found, query in ((reading, slow), (maria_reading, other)):
            started = time.monotonic()
            error = error_of(found, **query, statement_timeout_s=1)
            assert isinstance(error, SourceUnavailable), error
            assert "délai dépassé" in error.sentence()
            assert time.monotonic() - started < 8

    def test_the_deadline_stops_a_slow_query_of_a_file(self, file_reading: Reading) -> None:
        endless = written(
            file_reading,
            "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x)"
            " SELECT COUNT(*) AS n FROM x",
        )
        started = time.monotonic()
        error = error_of(file_reading, **endless, seconds=1)
        assert isinstance(error, SourceUnavailable)
        assert time.monotonic() - started < 4

    @pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
    def test_a_server_that_never_answers_is_left_at_the_deadline(
        self, tmp_path: Path, dialect: str
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            home = home_allowing(tmp_path, f"127.0.0.1:{port}")
            given = settings_of(home, postgres.Postgres(port, 0), dialect=dialect)
            started = time.monotonic()
            error = error_of(Reading("sql", home, given), seconds=2)
            assert isinstance(error, SourceUnavailable), error
            assert time.monotonic() - started < 6

    @pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
    def test_a_closed_port_is_unavailable(self, tmp_path: Path, dialect: str) -> None:
        port = postgres.free_port()
        home = home_allowing(tmp_path, f"127.0.0.1:{port}")
        given = settings_of(home, postgres.Postgres(port, 0), dialect=dialect)
        assert isinstance(error_of(Reading("sql", home, given)), SourceUnavailable)

    def test_a_server_that_falls_silent_midway_is_left_at_the_deadline(
        self, reading: Reading, server: postgres.Postgres
    ) -> None:
        many = written(reading, "SELECT repeat('x', 100) AS n FROM generate_series(1, 300000)")
        with stalling(server.port, after_bytes=6_000_000) as port:
            home = home_allowing(reading.home.root, f"127.0.0.1:{port}")
            started = time.monotonic()
            error = error_of(
                Reading("sql", home, {**reading.settings, "port": port}), **many, seconds=3
            )
            assert isinstance(error, SourceUnavailable), error
            assert "délai dépassé" in error.sentence()
            assert time.monotonic() - started < 8

    def test_a_line_cut_midway_is_unavailable(
        self, reading: Reading, server: postgres.Postgres
    ) -> None:
        many = written(reading, "SELECT repeat('x', 100) AS n FROM generate_series(1, 300000)")
        with stalling(server.port, after_bytes=6_000_000, cuts=True) as port:
            home = home_allowing(reading.home.root, f"127.0.0.1:{port}")
            error = error_of(Reading("sql", home, {**reading.settings, "port": port}), **many)
        assert isinstance(error, SourceUnavailable), error

    def test_a_reading_left_midway_leaves_no_session(
        self, reading: Reading, maria_reading: Reading, server: postgres.Postgres
    ) -> None:
        many = written(reading, "SELECT repeat('x', 100) AS n FROM generate_series(1, 300000)")
        (found,) = reading.deliveries("n", **many)
        assert isinstance(found, Delivery)
        parts = iter(found.parts)
        next(parts)
        del parts, found
        limit = time.monotonic() + 5
        with server.owner() as owner:
            while time.monotonic() < limit:
                (count,) = owner.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'lecteur'"
                ).fetchone() or (1,)
                if not count:
                    return
                time.sleep(0.1)
        pytest.fail("a session is still open")

    def test_only_listed_servers_are_reached(self, reading: Reading) -> None:
        home_allowing(reading.home.root)
        error = error_of(Reading("sql", type(reading.home)(reading.home.root), reading.settings))
        assert isinstance(error, BadSource)
        assert error.facts["field"] == "host"

    @pytest.mark.parametrize("name", ["../paie.db", "/etc/passwd", "drop/absente.db", "drop"])
    def test_sqlite_opens_nothing_but_a_file_of_the_home(
        self, file_reading: Reading, name: str
    ) -> None:
        try:
            error: Exception = error_of(file_reading, database=name)
        except ValidationError as refusal:
            error = refusal
        assert isinstance(error, BadDelivery | ValidationError)

    def test_a_file_that_is_no_database_is_refused(self, file_reading: Reading) -> None:
        (file_reading.home.drop / "faux.db").write_bytes(b"x" * 5000)
        assert isinstance(error_of(file_reading, database="drop/faux.db"), BadDelivery)


@contextmanager
def stalling(port: int, *, after_bytes: int, cuts: bool = False) -> Iterator[int]:
    """A way to a server that falls silent, or breaks, once it has carried so many bytes."""
    listening = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = [listening]

    def carry(source: socket.socket, target: socket.socket, limit: int) -> None:
        carried = 0
        try:
            while carried < limit and (block := source.recv(65536)):
                target.sendall(block)
                carried += len(block)
            if carried >= limit and cuts:
                target.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def accept() -> None:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        lines.extend((client, server))
        threading.Thread(target=carry, args=(client, server, 1 << 40), daemon=True).start()
        carry(server, client, after_bytes)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        for line in lines:
            line.close()


class TestTls:
    def test_a_certificate_is_verified_against_the_name(self, tmp_path: Path) -> None:
        own, other = certificates.authority(tmp_path), certificates.authority(tmp_path)
        certificates.server_tls(tmp_path, own, "localhost")
        pem = tmp_path / "server.pem"
        debian = postgres.debian_programs()
        if debian is None:
            pytest.skip(postgres.WHY_NO_TLS)
        with postgres.running(certificate=(pem, pem), programs=debian) as server:
            with server.owner() as owner:
                fill(owner)
            places = (f"127.0.0.1:{server.port}", f"localhost:{server.port}")
            home = home_allowing(tmp_path / "home", *places)
            (home.root / "ca.pem").write_bytes(own.pem)
            (home.root / "other.pem").write_bytes(other.pem)
            given = settings_of(home, server, host="localhost", tls="verify", tls_ca="ca.pem")
            reading = Reading("sql", home, given)
            assert len(reading.rows("n")) == 5
            assert len(reading.rows("n", tls="encrypt", host="127.0.0.1")) == 5
            for bad in ({"tls_ca": "other.pem"}, {"host": "127.0.0.1"}, {"tls_ca": ""}):
                error = error_of(reading, **bad)
                assert isinstance(error, SourceRefused), bad
                assert "certificat" in error.sentence()

    def test_a_server_without_tls_gets_no_password(self, maria_reading: Reading) -> None:
        error = error_of(maria_reading, tls="verify")
        assert isinstance(error, SourceRefused)
        assert "certificat" in error.sentence()


class TestOtherServers:
    """No server of these runs here: what can be proved without one."""

    @pytest.mark.parametrize("dialect", ["sqlserver", "oracle", "odbc"])
    def test_without_its_driver_the_package_is_named(self, tmp_path: Path, dialect: str) -> None:
        driver = DRIVERS[dialect]
        if importlib.util.find_spec(driver.module):
            pytest.skip(f"{driver.package} est installé ici : son absence ne peut être vue")
        home = home_allowing(tmp_path, "bd.hopital.local:1521")
        place = postgres.Postgres(1521, 0, "bd.hopital.local")
        given = settings_of(home, place, dialect=dialect)
        if dialect == "odbc":
            given["odbc_driver"] = "FreeTDS"
        error = error_of(Reading("sql", home, given))
        assert isinstance(error, BadSource)
        assert f"pip install {driver.package}" in error.sentence()

    @pytest.mark.parametrize(
        ("dialect", "expected"),
        [
            ("sqlserver", "SELECT n FROM t WHERE maj > :cursor AND h <> '12:30' AND u LIKE '%x'"),
            ("oracle", "SELECT n FROM t WHERE maj > :cursor AND h <> '12:30' AND u LIKE '%x'"),
            ("odbc", "SELECT n FROM t WHERE maj > ? AND h <> '12:30' AND u LIKE '%x'"),
            ("sqlite", "SELECT n FROM t WHERE maj > ? AND h <> '12:30' AND u LIKE '%x'"),
            ("mariadb", "SELECT n FROM t WHERE maj > %s AND h <> '12:30' AND u LIKE '%%x'"),
        ],
    )
    def test_sqlalchemy_builds_the_statement_with_the_cursor_as_a_parameter(
        self, dialect: str, expected: str
    ) -> None:
        query = sql_text.checked(
            "q.sql",
            "SELECT n FROM t WHERE maj > :cursor AND h <> '12:30' AND u LIKE '%x'",
            dialect,
            has_cursor=True,
        )
        statement, values = sql_rows.bound(sql_rows.Wanted(query, ("n",), "2024-03-01"))
        kind = make_url(f"{DRIVERS[dialect].address}://").get_dialect()
        compiled = text(statement).compile(dialect=kind())
        assert str(compiled) == expected
        assert [str(value) for value in values.values()] == ["2024-03-01"]

    def test_no_value_adds_a_setting_to_an_odbc_address(self) -> None:
        text = odbc_text({"PORT": "1433", "UID": "a;PWD=b", "PWD": "x}y;Encrypt=no"})
        assert text == "PORT=1433;UID={a;PWD=b};PWD={x}}y;Encrypt=no};"
