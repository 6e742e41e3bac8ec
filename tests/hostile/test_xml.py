"""Attack 10: XML that reads a file, calls a server, or fills memory. Each is refused in one
sentence and under two seconds, by a process whose memory is watched; the decoy server, whose
address stands in every document that can hold one, hears nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.connectors.sample_rpu import document, visit

ROOT = Path(__file__).parents[2]
CANARY = "CANARI-DU-FICHIER"
GOOD = document([visit("12/03/2026 10:00", "12/03/2026 12:30")])
SECONDS = 2.0
GROWTH_MIB = 80


class Decoy:
    """A server that nobody should ever call."""

    def __init__(self) -> None:
        hits: list[str] = []

        class _Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.hits = hits
        self.server = HTTPServer(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def decoy() -> Iterator[Decoy]:
    found = Decoy()
    yield found
    found.stop()


def _doctype(inside: str, body: bytes = GOOD) -> bytes:
    return body.replace(b"<OSCOUR>", f"<!DOCTYPE OSCOUR {inside}><OSCOUR>".encode(), 1)


def _field(text: bytes) -> bytes:
    return GOOD.replace(b"<MOTIF>R10.4</MOTIF>", b"<MOTIF>" + text + b"</MOTIF>", 1)


def _laughs() -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'[<!ENTITY l0 "lol">{steps}]'


DOCUMENTS: dict[str, Callable[[str, Path], bytes]] = {
    "billion laughs": lambda _url, _file: _doctype(_laughs(), _field(b"&l9;")),
    "quadratic blowup": lambda _url, _file: _doctype(
        f'[<!ENTITY a "{"a" * 50_000}">]', _field(b"&a;" * 20_000)
    ),
    "external entity, file": lambda _url, file: _doctype(
        f'[<!ENTITY x SYSTEM "file://{file}">]', _field(b"&x;")
    ),
    "external entity, http": lambda url, _file: _doctype(
        f'[<!ENTITY x SYSTEM "{url}/entity">]', _field(b"&x;")
    ),
    "parameter entity": lambda url, _file: _doctype(f'[<!ENTITY % p SYSTEM "{url}/p"> %p;]'),
    "external dtd": lambda url, _file: _doctype(f'SYSTEM "{url}/rpu.dtd"'),
    "public dtd": lambda url, _file: _doctype(f'PUBLIC "-//X//RPU" "{url}/public.dtd"'),
    "undeclared entity": lambda _url, _file: _field(b"&inconnue;"),
    "xinclude, file": lambda _url, file: _field(
        b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="'
        + str(file).encode()
        + b'"/>'
    ),
    "xinclude, http": lambda url, _file: GOOD.replace(
        b"<PASSAGES>",
        b'<PASSAGES><include xmlns="http://www.w3.org/2001/XInclude" href="'
        + url.encode()
        + b'/i"/>',
    ),
    "deep nesting": lambda _url, _file: _field(b"<a>" * 1_000_000),
    "deep nesting in the head": lambda _url, _file: b"<a>" * 3_000_000,
    "huge attribute": lambda _url, _file: GOOD.replace(
        b"<PATIENT>", b'<PATIENT a="' + b"x" * (60 << 20) + b'">'
    ),
    "many attributes": lambda _url, _file: GOOD.replace(
        b"<PATIENT>", b"<PATIENT " + b" ".join(b'a%d="1"' % n for n in range(2_000_000)) + b">"
    ),
    "huge text": lambda _url, _file: _field(b"x" * (60 << 20)),
    "huge name": lambda _url, _file: b"<" + b"x" * (60 << 20) + b"/>",
    "huge comment": lambda _url, _file: GOOD.replace(
        b"<PASSAGES>", b"<PASSAGES><!--" + b"x" * (60 << 20) + b"-->"
    ),
    "huge cdata": lambda _url, _file: _field(b"<![CDATA[" + b"x" * (60 << 20) + b"]]>"),
    "utf-7": lambda _url, _file: GOOD.replace(b"UTF-8", b"UTF-7", 1).replace(
        b"<PASSAGES>", b"+ADwAIQ-DOCTYPE x+AD4-<PASSAGES>"
    ),
    "utf-16 with its mark": lambda url, _file: (
        _doctype(f'SYSTEM "{url}/utf16.dtd"')
        .replace(b"UTF-8", b"UTF-16", 1)
        .decode()
        .encode("utf-16")
    ),
    "utf-16 with nothing else wrong": lambda _url, _file: (
        GOOD.replace(b"UTF-8", b"UTF-16", 1).decode().encode("utf-16")
    ),
    "utf-16 without declaration": lambda _url, _file: (
        GOOD.partition(b"\n")[2].decode().encode("utf-16")
    ),
    "utf-16 without mark": lambda _url, _file: GOOD.decode().encode("utf-16-be"),
    "utf-32": lambda _url, _file: GOOD.decode().encode("utf-32"),
    "utf-8 that says utf-16": lambda _url, _file: GOOD.replace(b"UTF-8", b"UTF-16", 1),
    "an encoding of python": lambda _url, _file: GOOD.replace(b"UTF-8", b"unicode_escape", 1),
    "latin-1 that says utf-8": lambda _url, _file: _field(b"br\xfbl\xe9"),
    "truncated in a visit": lambda _url, _file: GOOD[: len(GOOD) // 2],
    "truncated before the last tag": lambda _url, _file: GOOD.replace(b"</OSCOUR>", b""),
    "two documents": lambda _url, _file: GOOD + b"<OSCOUR/>",
    "not xml": lambda _url, _file: b"finess;entree\n990001018;12/03/2026\n",
    "empty": lambda _url, _file: b"",
    "nul": lambda _url, _file: _field(b"\0"),
}

CHILD = r"""
import json, re, sys, time
from pathlib import Path
from connectors.rpu import CONNECTOR, RpuConfig
from cockpit.connect.rpu.columns import COLUMNS
from cockpit.errors import BadDelivery

def peak():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) >> 10

config = RpuConfig(path="drop/*")
before = peak()
for path in sorted(Path(sys.argv[1]).iterdir()):
    Path("/proc/self/clear_refs").write_text("5")
    start, began = peak(), time.process_time()
    try:
        with path.open("rb") as stream:
            list(CONNECTOR.parse(path.name, stream, "", config, COLUMNS).parts)
        sentence, log = "", ""
    except BadDelivery as error:
        sentence, log = error.sentence(), repr(error.log_line())
    spent = time.process_time() - began
    print(json.dumps([path.name, sentence, log, spent, peak() - start]))
"""


@pytest.fixture(scope="module")
def answers(
    decoy: Decoy, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[str, str, float, int]]:
    """What one process answers to every document: sentence, log line, seconds, MiB taken."""
    root = tmp_path_factory.mktemp("xml")
    secret = root / "secret.txt"
    secret.write_text(CANARY, "utf-8")
    folder = root / "drop"
    folder.mkdir()
    (folder / "good").write_bytes(GOOD)
    for name, make in DOCUMENTS.items():
        (folder / name).write_bytes(make(decoy.url, secret))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: tuple(rest) for name, *rest in found}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_an_attack_is_refused_in_one_sentence_fast_and_small(
    name: str, answers: dict[str, tuple[str, str, float, int]]
) -> None:
    sentence, log, seconds, taken = answers[name]
    assert sentence.startswith(f"« {name} »")
    assert sentence.count("attendu") == 1
    assert CANARY not in sentence + log
    assert seconds < SECONDS
    assert taken < GROWTH_MIB


def test_the_same_document_without_attack_is_read(
    answers: dict[str, tuple[str, str, float, int]],
) -> None:
    assert answers["good"][0] == ""


def test_the_decoy_server_heard_nothing(
    decoy: Decoy, answers: dict[str, tuple[str, str, float, int]]
) -> None:
    assert len(answers) == len(DOCUMENTS) + 1
    assert decoy.hits == []
