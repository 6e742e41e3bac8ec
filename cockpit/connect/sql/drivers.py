"""How each kind of server is connected to: its driver, its address, its limits of a session.

Two drivers come with Cockpit (psycopg, pymysql) and Python brings SQLite; the others are installed
where they are needed, and their absence is said by name. The address is the one that the network
door resolved; a certificate is checked against the name that the operator wrote.
"""

from __future__ import annotations

import os
import re
import sqlite3
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from sqlalchemy.engine.default import DefaultDialect

from cockpit.connect import guard, network, secrets
from cockpit.connect.contract import Asked
from cockpit.connect.network import Place
from cockpit.connect.sql.config import SqlConfig
from cockpit.errors import BadDelivery, BadSource, SourceUnavailable

_CONNECT_S = 10
_SYSTEM_CA = "system"
_ODBC_ACCESS_MODE, _ODBC_READ_ONLY = 101, 1
_PLAIN = re.compile(r"[A-Za-z0-9_.,:-]+")  # some drivers take braces for a part of the value


@dataclass(frozen=True)
class Access:
    """What a driver needs to connect. seconds: left to this reading. held: closed after it."""

    asked: Asked
    config: SqlConfig
    seconds: float
    held: ExitStack

    def place(self) -> Place:
        """The server. Raises BadSource, SourceUnavailable."""
        return network.allowed(self.asked, *self.config.place)

    def password(self) -> str:
        """The secret itself. Raises BadSource."""
        return secrets.reveal(self.asked, self.config.password, "password")

    def authority(self) -> str:
        """The trusted certificates as PEM, "" for those of the system. Raises BadSource."""
        if not self.config.tls_ca:
            return ""
        try:
            with guard.opened(self.asked.home, self.config.tls_ca, 1 << 20) as found:
                return found.stream.read().decode("ascii")
        except (BadDelivery, UnicodeDecodeError) as error:
            raise BadSource(
                file=f"{self.asked.source}.toml",
                field="tls_ca",
                expected="un fichier PEM lisible du dossier de l'installation",
            ) from error

    def context(self) -> ssl.SSLContext:
        """How TLS is spoken by a driver that lets Python speak it."""
        try:
            context = ssl.create_default_context(cadata=self.authority() or None)
        except ssl.SSLError as error:
            raise BadSource(
                file=f"{self.asked.source}.toml", field="tls_ca", expected="un fichier PEM"
            ) from error
        if self.config.tls == "encrypt":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class Driver:
    """One kind of server. address: SQLAlchemy's name of it; package: what brings `module`."""

    address: str
    module: str
    package: str
    connect: Callable[[Access], Any]


def driver_of(access: Access) -> Driver:
    """The driver of a source. Raises BadSource naming the package that is missing."""
    driver = DRIVERS[access.config.dialect]
    try:
        import_module(driver.module)
    except ImportError as error:
        raise _missing(access, driver.package) from error
    return driver


def connected(access: Access) -> Any:
    """The driver's own connection. Raises BadSource, SourceUnavailable and the driver's errors."""
    driver = driver_of(access)
    try:
        return driver.connect(access)
    except ImportError as error:  # a part of the driver that is a package of its own
        raise _missing(access, driver.package) from error


def _missing(access: Access, package: str) -> BadSource:
    return BadSource(
        file=f"{access.asked.source}.toml",
        field="dialect",
        expected=f"le paquet « {package} » installé (pip install {package})",
    )


class Odbc(DefaultDialect):
    """Any server that ODBC reaches: SQLAlchemy has no dialect for an unknown one."""

    name = "odbc"
    driver = "pyodbc"
    default_paramstyle = "qmark"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """The module of the driver."""
        return import_module("pyodbc")


def _postgresql(access: Access) -> psycopg.Connection[Any]:
    place, config = access.place(), access.config
    mode = {"verify": "verify-full", "encrypt": "require", "none": "disable"}[config.tls]
    options: dict[str, Any] = {"sslmode": mode}
    if config.tls == "verify":
        options["sslrootcert"] = _authority_file(access) or _SYSTEM_CA
    if config.tls == "none":
        options["require_auth"] = "!password"  # a clear password would cross the network
    connection = psycopg.connect(
        host=place.host,
        hostaddr=place.address,
        port=place.port,
        dbname=config.database,
        user=config.user,
        password=access.password(),
        connect_timeout=max(2, int(min(_CONNECT_S, access.seconds))),
        client_encoding="utf8",
        application_name="cockpit",
        options="",
        passfile="/dev/null",
        gssencmode="disable",
        **options,
    )
    access.held.callback(connection.close)
    return connection


def _authority_file(access: Access) -> str:
    """Libpq reads certificates from a file only: one in memory, gone with the connection."""
    text = access.authority()
    if not text:
        return ""
    descriptor = os.memfd_create("cockpit-ca")
    access.held.callback(os.close, descriptor)
    os.write(descriptor, text.encode("ascii"))
    return f"/proc/self/fd/{descriptor}"


class _NoClearPassword:
    """What answers a server that asks for the password as it is, over a line in clear."""

    def __init__(self, _connection: object) -> None:
        pass

    def authenticate(self, _packet: object) -> object:
        """Raises OperationalError, as a wrong password does."""
        raise pymysql.err.OperationalError(1045, "clear password over a clear line")


def _mysql(access: Access) -> pymysql.Connection[Any]:
    place, config = access.place(), access.config
    wait = min(config.statement_timeout_s + _CONNECT_S, access.seconds)
    in_clear = config.tls == "none"
    refused = dict.fromkeys((b"mysql_clear_password", b"dialog"), _NoClearPassword)
    connection = pymysql.connect(
        host=place.host,
        user=config.user,
        password=access.password(),
        database=config.database,
        charset="utf8mb4",
        ssl=None if in_clear else access.context(),
        ssl_disabled=in_clear,
        auth_plugin_map=refused if in_clear else None,  # type: ignore[arg-type]
        read_timeout=max(1, int(wait)),
        write_timeout=_CONNECT_S,
        local_infile=False,
        defer_connect=True,
    )
    connection.connect(network.connect(access.asked, place))
    return connection


def _sqlite(access: Access) -> sqlite3.Connection:
    """A file of COCKPIT_HOME, read only. The guard's descriptor outlives the connection: closing
    it earlier would drop SQLite's own locks on the file."""
    found = access.held.enter_context(guard.opened(access.asked.home, access.config.database))
    _refuse_cut(found)
    path = str(Path(f"/proc/self/fd/{found.stream.fileno()}").readlink())
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = sqlite3.connect(
        f"file:{quoted}?mode=ro", uri=True, timeout=_CONNECT_S, check_same_thread=False
    )
    access.held.callback(connection.close)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _refuse_cut(found: guard.Opened) -> None:
    """A file shorter than its own header says was cut on its way: SQLite would read what is left.

    The header (sqlite.org/fileformat): page size at 16, pages at 28, which count when the two
    change counters at 24 and 92 agree. Raises BadDelivery.
    """
    header = found.stream.read(100)
    found.stream.seek(0)
    page, pages = int.from_bytes(header[16:18]), int.from_bytes(header[28:32])
    page = 65536 if page == 1 else page
    if header[24:28] == header[92:96] and found.before.st_size < page * pages:
        raise BadDelivery(file=found.name, expected="un fichier entier (celui-ci est coupé)")


def _sqlserver(access: Access) -> Any:
    place, config = access.place(), access.config
    encrypt = "no" if config.tls == "none" else "yes"
    parts = {
        "Server": f"{place.address},{place.port}",
        "Database": config.database,
        "UID": config.user,
        "PWD": access.password(),
        "Encrypt": encrypt,
        "TrustServerCertificate": "no" if config.tls == "verify" else "yes",
        "HostNameInCertificate": place.host,
    }
    module = import_module("mssql_python")
    return module.connect(odbc_text(parts), timeout=max(1, int(access.seconds)))


def _oracle(access: Access) -> Any:
    place, config = access.place(), access.config
    module = import_module("oracledb")
    in_clear = config.tls == "none"
    connection = module.connect(
        host=place.address if in_clear else place.host,  # its certificate is checked by that name
        port=place.port,
        service_name=config.database,
        user=config.user,
        password=access.password(),
        protocol="tcp" if in_clear else "tcps",
        ssl_context=None if in_clear else access.context(),
        ssl_server_dn_match=config.tls == "verify",
        tcp_connect_timeout=float(min(_CONNECT_S, access.seconds)),
        retry_count=0,
    )
    connection.call_timeout = int(min(config.statement_timeout_s, access.seconds) * 1000)
    return connection


def _odbc(access: Access) -> Any:
    place, config = access.place(), access.config
    parts = {
        "DRIVER": config.odbc_driver,
        "SERVER": place.address,
        "PORT": str(place.port),
        "DATABASE": config.database,
        "UID": config.user,
        "PWD": access.password(),
    }
    module = import_module("pyodbc")
    connection = module.connect(odbc_text(parts), timeout=_CONNECT_S, autocommit=False)
    with suppress(module.Error):  # some drivers have no limit of time
        connection.timeout = max(1, int(min(config.statement_timeout_s, access.seconds)))
    return connection


def hold_to_reading(connection: Any) -> None:
    """Ask an ODBC driver to refuse writes, once the account's rights were tried; some cannot."""
    with suppress(import_module("pyodbc").Error):
        connection.set_attr(_ODBC_ACCESS_MODE, _ODBC_READ_ONLY)


def odbc_text(parts: dict[str, str]) -> str:
    """The address of an ODBC server: a value that could add a setting stands in braces."""
    written = {
        name: value if _PLAIN.fullmatch(value) else "{" + value.replace("}", "}}") + "}"
        for name, value in parts.items()
    }
    return "".join(f"{name}={value};" for name, value in written.items())


def timed_out(source: str) -> SourceUnavailable:
    """The error of a reading that lasts too long."""
    return SourceUnavailable(source=source, reason="délai dépassé")


DRIVERS: dict[str, Driver] = {
    "postgresql": Driver("postgresql+psycopg", "psycopg", "psycopg[binary]", _postgresql),
    "mariadb": Driver("mariadb+pymysql", "pymysql", "pymysql", _mysql),
    "mysql": Driver("mysql+pymysql", "pymysql", "pymysql", _mysql),
    "sqlserver": Driver("mssql+mssqlpython", "mssql_python", "mssql-python", _sqlserver),
    "oracle": Driver("oracle+oracledb", "oracledb", "oracledb", _oracle),
    "odbc": Driver("odbc+pyodbc", "pyodbc", "pyodbc", _odbc),
    "sqlite": Driver("sqlite+pysqlite", "sqlite3", "python", _sqlite),
}
