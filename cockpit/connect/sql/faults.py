"""What a database's error means here: try later, a person must act, or the query is wrong.

Only codes are read and shown: a server's own sentence may quote a cell.
"""

from __future__ import annotations

import re

from cockpit.connect.contract import Asked
from cockpit.connect.sql.config import SqlConfig
from cockpit.errors import BadDelivery, BadSource, CockpitError, SourceRefused, SourceUnavailable

_LOGIN = "identifiant ou mot de passe refusé, ou compte bloqué"
_NO_RIGHT = "le compte n'a pas le droit de lire ce que la requête demande"
_NO_BASE = "cette base n'existe pas ou n'est pas ouverte à ce compte"
_CLEAR = "le serveur veut un mot de passe en clair sur une ligne non chiffrée"
_NOT_TRUSTED = "le certificat du serveur n'est pas celui attendu, ou il ne chiffre pas"

_REFUSED = {
    "28000": _LOGIN, "28P01": _LOGIN, "3D000": _NO_BASE, "42501": _NO_RIGHT,
    "1045": _LOGIN, "1698": _LOGIN, "1130": _LOGIN, "1820": _LOGIN, "1862": _LOGIN,
    "3118": _LOGIN, "4151": _LOGIN, "1044": _NO_BASE, "1049": _NO_BASE, "1142": _NO_RIGHT,
    "1143": _NO_RIGHT, "1370": _NO_RIGHT,
    "ORA-01017": _LOGIN, "ORA-28000": _LOGIN, "ORA-28001": _LOGIN, "ORA-01031": _NO_RIGHT,
    "ORA-12514": _NO_BASE, "ORA-41900": _NO_RIGHT,
    "18456": _LOGIN, "4060": _NO_BASE, "229": _NO_RIGHT,
}  # fmt: skip
_WRONG = {
    "42601": "sans faute de syntaxe", "42P01": "dont les tables existent",
    "42703": "dont les colonnes existent", "42883": "dont les fonctions existent",
    "25006": "qui n'écrit rien", "42702": "dont chaque colonne est d'une seule table",
    "1064": "sans faute de syntaxe", "1146": "dont les tables existent",
    "1054": "dont les colonnes existent", "1305": "dont les fonctions existent",
    "1792": "qui n'écrit rien",
    "ORA-00942": "dont les tables existent", "ORA-00904": "dont les colonnes existent",
    "102": "sans faute de syntaxe", "208": "dont les tables existent",
    "207": "dont les colonnes existent",
    "42000": "sans faute de syntaxe", "42S02": "dont les tables existent",
    "42S22": "dont les colonnes existent",
    "SQLITE_READONLY": "qui n'écrit rien", "SQLITE_AUTH": "qui ne fait que lire les tables",
    "SQLITE_SCHEMA": "sans faute, sur des tables et des colonnes qui existent",
    "SQLITE_ERROR": "sans faute, sur des tables et des colonnes qui existent",
}  # fmt: skip
_LATE = {"57014", "1969", "3024", "1317", "DPY-4024", "HYT00", "HYT01", "ORA-01013", "55P03",
         "SQLITE_INTERRUPT", "SQLITE_BUSY", "SQLITE_LOCKED"}  # fmt: skip
_CODE = re.compile(r"\b(ORA-[0-9]{5}|DPY-[0-9]{4})\b")
_NO_TLS = re.compile(
    r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|does not support SSL|"
    r"SSL error: (?!unexpected eof)|SSL is required but|certificate .* does not match host|DPY-6006"
)
_NO_LOGIN = re.compile(  # libpq gives no code while connecting: its sentences name what failed
    r"password authentication failed|authentification par mot de passe échouée|"
    r"no pg_hba\.conf entry|aucune entrée dans pg_hba\.conf|Login failed for user|"
    r"(?:role|rôle) .* (?:does not exist|n'existe pas)|fe_sendauth"
)
_NO_DATABASE = re.compile(r"(?:database|base de données) .* (?:does not exist|n'existe pas)")


def code_of(error: BaseException) -> str:
    """The code of a driver's error, "" when it has none."""
    original = getattr(error, "orig", None) or error
    if original.args and isinstance(original.args[0], int):  # MariaDB's own, finer than SQLSTATE
        return str(original.args[0])
    for name in ("sqlstate", "sqlite_errorname"):
        if found := getattr(original, name, None):
            return str(found)
    first = original.args[0] if original.args else ""
    full = getattr(first, "full_code", None)
    if full:
        return str(full)
    named = _CODE.search(str(first))
    return named[1] if named else str(first) if re.fullmatch(r"[0-9A-Z]{5}", str(first)) else ""


def fault_of(error: BaseException, asked: Asked, config: SqlConfig) -> CockpitError:
    """The error of ours that a driver's error is."""
    code = code_of(error)
    shown = f" (code {code})" if code else ""
    if code == "IM002" or "Can't open lib" in str(error):
        expected = "un pilote que odbcinst.ini nomme"
        return BadSource(file=f"{asked.source}.toml", field="odbc_driver", expected=expected)
    if reason := _refusal(error, code):
        return SourceRefused(source=asked.source, reason=reason + shown)
    if code in _LATE:
        return SourceUnavailable(source=asked.source, reason="délai dépassé")
    if expected := _WRONG.get(code) or _is_query(error, code):
        return BadSource(
            file=config.query_file, field="query_file", expected=f"une requête {expected}{shown}"
        )
    if found := _delivery(code, config, shown):
        return found
    return SourceUnavailable(source=asked.source, reason=f"connexion impossible ou perdue{shown}")


def _refusal(error: BaseException, code: str) -> str:
    """What a person must settle with the server's administrator; "" for anything else."""
    text = str(error)
    if "clear password" in text or "require_auth" in text:
        return _CLEAR
    if _NO_TLS.search(text):
        return _NOT_TRUSTED
    if code[:2] in {"", "08"} and _NO_DATABASE.search(text):
        return _NO_BASE
    if code[:2] in {"", "08"} and _NO_LOGIN.search(text):
        return _LOGIN
    return _REFUSED.get(code, "")


def _delivery(code: str, config: SqlConfig, shown: str) -> BadDelivery | None:
    if code[:2] == "22" or code == "SQLITE_TOOBIG":
        expected = f"des valeurs que la requête sait convertir{shown}"
        return BadDelivery(file=config.query_file, expected=expected)
    if code in {"SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT"}:
        return BadDelivery(file=config.database, expected="une base SQLite entière et lisible")
    return None


def _is_query(error: BaseException, code: str) -> str:
    name = type(getattr(error, "orig", None) or error).__name__
    in_server = code[:2] in {"42", "0A", "2B", "44"}
    refused = in_server or name in {"ProgrammingError", "NotSupportedError", "DataError"}
    return "que la base accepte" if refused and code[:2] != "22" else ""
