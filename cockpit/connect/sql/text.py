"""The one SELECT of a source, cut into tokens and refused when it could be anything else.

This is the first of four locks; the others are the account's rights, a read-only transaction that
is always rolled back, and limits of time and size. It cuts text the way every supported server
does, and refuses what two servers would cut differently (a backslash before a quote, a nested
comment, `$$`), so that nothing hides in a string or in a comment.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cockpit.connect import guard
from cockpit.errors import BadDelivery, BadSource
from cockpit.settings import Home

CURSOR = "cursor"
LONGEST_BYTES = 64 << 10

Kind = Literal["space", "comment", "text", "quoted", "bind", "word", "number", "mark"]

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`)
    | (?P<bind>(?<!:):[A-Za-z_]\w*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w$]))
    | (?P<mark>::|[-+*/%<>=!~^&|#?.,:;()\[\]@])
    """,
    re.VERBOSE | re.DOTALL,
)
_BRACKETED = re.compile(r"\[[^\]]*\]")

_WRITES = frozenset(
    {
        "insert", "update", "delete", "merge", "into", "returning", "call", "exec", "execute",
        "create", "drop", "alter", "grant", "revoke", "lock", "attach", "detach", "pragma",
        "vacuum", "outfile", "dumpfile", "handler", "procedure",
    }
)  # fmt: skip
_NO_SEPARATOR = frozenset(
    # SQL Server ends a statement without « ; »
    {
        "add", "backup", "begin", "break", "bulk", "checkpoint", "close", "commit", "dbcc",
        "deallocate", "declare", "deny", "disable", "enable", "goto", "if", "kill", "open", "print",
        "raiserror", "readtext", "receive", "reconfigure", "restore", "return", "rollback", "save",
        "send", "set", "shutdown", "throw", "truncate", "updatetext", "use", "waitfor", "while",
        "writetext", "updlock", "xlock", "tablockx", "holdlock", "tablock", "paglock", "rowlock",
        "revert", "setuser",
    }
)  # fmt: skip
_ORACLE = frozenset({"function", "procedure", "nextval"})
_LOCKS = frozenset({"update", "share", "no", "key"})

_EFFECTS = re.compile(
    r"pg_\w+|lo_\w+|dblink\w*|txid_\w+|(?:query|table|cursor|schema|database)_to_xml\w*|"
    r"set_config|nextval|setval|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table|"
    r"sleep|benchmark|load_file|\w*_lock|release_all_locks|sys_(?:exec|eval|get|set)|master_\w+|"
    r"openrowset|openquery|opendatasource|xp_\w+|sp_\w+|"
    r"\w*uritype|"
    r"load_extension|readfile|writefile|edit|eval|fts3_tokenizer"
)


_PACKAGES = re.compile(r"utl_\w+|dbms_\w+")  # of Oracle: the network, files, sessions


@dataclass(frozen=True)
class _Token:
    kind: Kind
    text: str
    at: int

    @property
    def name(self) -> str:
        """A word or a quoted name, as the server compares it."""
        return self.text.strip('"`[]').upper().lower()


@dataclass(frozen=True)
class Query:
    """A checked SELECT. pieces: its text around each `:cursor`, without the final « ; »."""

    file: str
    pieces: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Names this text."""
        return hashlib.sha256("\0".join(self.pieces).encode()).hexdigest()[:12]

    def with_cursor(self, written: str) -> str:
        """The whole text, each `:cursor` replaced."""
        return written.join(self.pieces)


def load(home: Home, name: str, dialect: str, *, has_cursor: bool) -> Query:
    """The query of a file. Raises BadSource(file, line, field, expected)."""
    try:
        with guard.opened(home, name, LONGEST_BYTES) as found:
            text = found.stream.read().decode("utf-8-sig")
    except (BadDelivery, UnicodeDecodeError) as error:
        raise BadSource(
            file=name, field="query_file", expected="un fichier texte en UTF-8"
        ) from error
    return checked(name, text, dialect, has_cursor=has_cursor)


def checked(file: str, text: str, dialect: str, *, has_cursor: bool = False) -> Query:
    """One SELECT that changes nothing, as far as its text can say. Raises BadSource."""
    reader = _Reader(file, text, dialect)
    tokens = reader.tokens()
    meant = [token for token in tokens if token.kind not in {"space", "comment"}]
    if meant and meant[-1].text == ";":
        end = meant.pop().at
        text = text[:end]
    if not meant or meant[0].name not in {"select", "with"} or meant[0].kind != "word":
        raise reader.refused(meant[0] if meant else None, "une requête qui commence par SELECT")
    for token, following in pairwise([*meant, _Token("mark", "", len(text))]):
        reader.check(token, following)
    reader.check_parentheses(meant)
    binds = [token for token in meant if token.kind == "bind"]
    if bool(binds) != has_cursor:
        expected = "« :cursor » dans la requête" if has_cursor else "cursor_column pour « :cursor »"
        raise reader.refused(binds[0] if binds else None, expected)
    return Query(file, _pieces(text, binds))


def _pieces(text: str, binds: list[_Token]) -> tuple[str, ...]:
    starts = [0, *(bind.at + len(bind.text) for bind in binds)]
    ends = [*(bind.at for bind in binds), len(text)]
    return tuple(text[start:end] for start, end in zip(starts, ends, strict=True))


@dataclass(frozen=True)
class _Reader:
    """One text and how its dialect writes names."""

    file: str
    text: str
    dialect: str

    def refused(self, token: _Token | None, expected: str) -> BadSource:
        line = self.text.count("\n", 0, token.at) + 1 if token else None
        return BadSource(file=self.file, line=line, field="query_file", expected=expected)

    def tokens(self) -> list[_Token]:
        """Every character of the text, cut. Raises BadSource where nothing fits."""
        self._check_characters()
        found: list[_Token] = []
        at = 0
        while at < len(self.text):
            token = self._token(at)
            self._check_form(token)
            found.append(token)
            at += len(token.text)
        return found

    def _token(self, at: int) -> _Token:
        if self.text[at] == "[" and self.dialect in {"sqlserver", "sqlite"}:
            match, kind = _BRACKETED.match(self.text, at), "quoted"
        else:
            match = _TOKEN.match(self.text, at)
            kind = match.lastgroup or "" if match else ""
        if match is None:
            raise self.refused(
                _Token("mark", "", at), "un signe que SQL connaît, des guillemets fermés"
            )
        return _Token(kind, match[0], at)  # type: ignore[arg-type]

    def _check_characters(self) -> None:
        for at, character in enumerate(self.text):
            category = unicodedata.category(character)
            hidden = category in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
            alone = character == "\r" and self.text[at + 1 : at + 2] != "\n"  # ends some comments
            if alone or (hidden and character not in "\t\r\n"):
                raise self.refused(_Token("mark", "", at), "aucun caractère invisible")

    def _check_form(self, token: _Token) -> None:
        if token.kind == "comment":
            self._check_comment(token)
        elif token.kind in {"text", "quoted"} and re.search(r"""\\['"`\]]""", token.text):
            raise self.refused(token, "aucune barre oblique inverse devant un guillemet")
        elif token.kind == "quoted" and token.text[0] == "`" and self._keeps_backquotes():
            raise self.refused(token, "un signe que ce type de base connaît")
        elif token.kind == "bind" and token.text != f":{CURSOR}":
            raise self.refused(token, "« :cursor » pour seul paramètre")
        elif token.kind == "word" and unicodedata.normalize("NFKC", token.text) != token.text:
            raise self.refused(token, "des lettres ordinaires")
        elif token.kind == "mark":
            self._check_mark(token)

    def _keeps_backquotes(self) -> bool:
        return self.dialect not in {"mysql", "mariadb", "sqlite"}

    def _check_comment(self, token: _Token) -> None:
        text = token.text
        inside = text[2:-2] if text.startswith("/*") else text[2:]
        nested = text.startswith("/*") and "/*" in inside
        if nested or inside.startswith(("!", "M!", "+")):
            raise self.refused(token, "un commentaire simple, sans directive ni imbrication")
        if text.startswith("--") and inside[:1] not in {"", " ", "\t", "\r"}:
            raise self.refused(token, "une espace après « -- »")

    def _check_mark(self, token: _Token) -> None:
        if token.text in {"#", "@", "?", "[", "]"} and self.dialect != "postgresql":
            raise self.refused(token, "un signe que ce type de base connaît")
        if self.text.startswith(":=", token.at):
            raise self.refused(token, "aucune affectation")
        if self.text.startswith("/*", token.at):
            raise self.refused(token, "un commentaire fermé")

    def check(self, token: _Token, following: _Token) -> None:
        """One token and the next one that means something. Raises BadSource."""
        if token.text == ";":
            raise self.refused(token, "une seule instruction")
        if token.kind == "word":
            self._check_word(token, following)
        if token.kind in {"word", "quoted"} and following.text in {"(", "."}:
            self._check_call(token, following)

    def check_parentheses(self, tokens: list[_Token]) -> None:
        """The query is put in parentheses of ours: it may not close them. Raises BadSource."""
        depth = 0
        for token in tokens:
            depth += (token.text == "(") - (token.text == ")")
            if depth < 0:
                raise self.refused(token, "autant de « ( » que de « ) »")
        if depth:
            raise self.refused(tokens[-1], "autant de « ( » que de « ) »")

    def _check_word(self, token: _Token, following: _Token) -> None:
        if token.name in self._refused_words():
            raise self.refused(
                token, f"une lecture seule : « {token.name} » entre guillemets si c'est un nom"
            )
        if token.name == "for" and following.name in _LOCKS and following.kind == "word":
            raise self.refused(token, "une lecture qui ne verrouille rien")
        if (token.name, following.name) == ("next", "value"):
            raise self.refused(token, "une lecture seule, sans séquence")
        glued = following.at == token.at + len(token.text)
        if glued and following.kind == "text" and token.name in {"q", "nq"}:
            raise self.refused(token, "un texte entre apostrophes simples")
        if glued and following.text == "&" and token.name == "u":
            raise self.refused(token, "un nom ou un texte sans U&")

    def _refused_words(self) -> frozenset[str]:
        if self.dialect in {"sqlserver", "odbc"}:
            return _WRITES | _NO_SEPARATOR
        return _WRITES | _ORACLE if self.dialect == "oracle" else _WRITES

    def _check_call(self, token: _Token, following: _Token) -> None:
        acts = _EFFECTS if following.text == "(" else _PACKAGES
        if acts.fullmatch(token.name):
            raise self.refused(token, f"aucune fonction qui agit, comme « {token.name} »")
