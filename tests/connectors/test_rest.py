"""JSON APIs against a real HTTP server: what is read, what is refused, what is tried again."""

from __future__ import annotations

import json
import logging
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cockpit.connect import http, json_records, json_text, registry
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable
from tests.connectors.certificates import authority, server_tls
from tests.connectors.reading import Reading, home_allowing, rows_of
from tests.connectors.servers.http import Asking, Reply, Server, as_json, serving

SECRET = "canari-mot-de-passe-9b2c"
LINES = [{"jour": f"2024-03-{day:02}", "uf": "10", "n": day} for day in range(1, 8)]
EXPECTED = [(line["jour"], line["uf"], str(line["n"])) for line in LINES]
COLUMNS = ("jour", "uf", "n")

Start = Callable[..., tuple[Server, Reading]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server of a given answer; gives it with a source that reads it."""
    with ExitStack() as running:

        def started(answer: Callable[[Asking], Reply], **settings: object):
            server = running.enter_context(serving(answer))
            home = home_allowing(tmp_path, server.place)
            return server, Reading("rest", home, {"url": server.url("/lits"), **settings})

        yield started


def _whole(_asking: Asking) -> Reply:
    return as_json(LINES)


# --- What is read ------------------------------------------------------------------------------


def test_records_lie_at_a_dotted_path_and_nested_fields_have_dotted_names(start: Start) -> None:
    document = {
        "data": {
            "items": [
                {"jour": "2024-03-01", "uf": {"code": "0010", "nom": "x"}, "n": None},
                {"jour": "2024-03-02", "uf": {"code": "01"}, "n": True, "tags": ["a"]},
            ]
        }
    }
    _, reading = start(lambda _: as_json(document), records="data.items")
    assert reading.rows("jour", "uf.code", "n") == [
        ("2024-03-01", "0010", ""), ("2024-03-02", "01", "true"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "number", ["1.10", "0.30000000000000004", "12345678901234567890.5", "1E+2", "-0.0", "1e999"]
)
def test_a_number_keeps_every_digit_that_was_sent(start: Start, number: str) -> None:
    _, reading = start(lambda _: Reply(f'[{{"n": {number}}}]'.encode()))
    assert reading.rows("n") == [(number,)]


def test_only_the_columns_that_are_mapped_leave_the_connector(start: Start) -> None:
    _, reading = start(lambda _: as_json([{"n": 1, "nom": "CANARI"}]))
    (delivery,) = reading.deliveries("n")
    assert [part.table.column_names for part in delivery.parts] == [["n", "__line__"]] * 2


def test_a_record_without_a_field_is_refused_alone(start: Start) -> None:
    _, reading = start(lambda _: as_json([{"n": 1, "uf": "1"}, {"uf": "2"}, {"n": 3, "uf": "3"}]))
    (delivery,) = reading.deliveries("uf", "n")
    parts = list(delivery.parts)
    refused = [row for part in parts for row in part.refused.to_pylist()]
    assert refused == [{"file": "essai", "line": 2, "column": "n", "reason": json_records.ABSENT}]
    assert reading.rows("uf", "n") == [("1", "1"), ("3", "3")]
    assert reading.rows("uf", "n", optional=["n"]) == [("1", "1"), ("2", ""), ("3", "3")]


def test_a_source_in_toml_becomes_observations(start: Start, tmp_path: Path) -> None:
    """1.5 beds of unit 10 on 1 March, written with a decimal point in the JSON."""
    server, reading = start(lambda _: as_json([{"jour": "2024-03-01", "uf": "10", "n": 1.5}]))
    home = reading.home
    home.structure.write_text("unit;parent;level;label\n10;;service;A\n", "utf-8")
    path = home.sources / "lits.toml"
    path.write_text(
        'connector = "rest"\nschedule = "0 6 * * *"\nstale_after = "2d"\n'
        f'url = "{server.url("/lits")}"\n[mapping]\n'
        'date = { column = "jour", format = "%Y-%m-%d" }\nunit = { column = "uf" }\n'
        '[mapping.measures]\nn = "beds_open"\n',
        "utf-8",
    )
    units = load_structure(home.structure)
    (batch,) = batches(home, load_source(path), frozenset(), units)
    assert isinstance(batch, Batch)
    assert [(row["unit"], row["value"]) for row in batch.rows.to_pylist()] == [("10", 1.5)]
    known = frozenset({batch.source_hash})
    assert list(batches(home, load_source(path), known, units, batch.cursor)) == []


# --- Pages -------------------------------------------------------------------------------------


def _paged(asking: Asking, server: Server) -> Reply:
    """Three records per page, whatever is asked for."""
    query, url = asking.query, server.url("/lits")
    if asking.path == "/offset":
        return as_json(LINES[int(query["start"]) : int(query["start"]) + 3])
    page = int(query.get("page", 1))
    rows = LINES[3 * page - 3 : 3 * page]
    last = 3 * page >= len(LINES)
    if asking.path == "/page":
        return as_json({"items": rows})
    if asking.path == "/cursor":
        return as_json({"items": rows, "meta": {"next": None if last else str(page + 1)}})
    link = f"{url.replace('/lits', asking.path)}?page={page + 1}"
    if asking.path == "/next":
        return as_json({"items": rows, "next": None if last else link})
    headers = {} if last else {"Link": f'<{url}>; rel="first", <{link}>; rel="next last"'}
    return as_json({"items": rows}, **headers)


WAYS = {
    "offset": {"paging": "offset", "page_param": "start", "records": ""},
    "page": {"paging": "page", "page_param": "page"},
    "cursor": {"paging": "cursor", "page_param": "page", "next_path": "meta.next"},
    "next": {"paging": "next", "next_path": "next"},
    "link": {"paging": "link"},
}


@pytest.mark.parametrize("way", WAYS)
def test_every_page_is_read_once_in_each_of_the_five_ways(start: Start, way: str) -> None:
    server, reading = start(lambda _: Reply())
    server.answer = lambda asking: _paged(asking, server)
    given = {"records": "items", **WAYS[way], "url": server.url(f"/{way}")}
    assert reading.rows(*COLUMNS, **given) == EXPECTED
    assert len(server.asked) == (4 if way in ("offset", "page") else 3)
    assert server.connections == 1


def test_a_page_that_comes_back_is_refused(start: Start) -> None:
    """A server that ignores `page` would otherwise be counted a thousand times."""
    server, reading = start(_whole, paging="page", page_param="page")
    assert "différentes" in reading.refusal(*COLUMNS).sentence()
    assert len(server.asked) == 2


def test_a_circle_of_links_is_refused(start: Start) -> None:
    server, reading = start(lambda _: Reply(), paging="next", next_path="next", records="items")

    def circle(asking: Asking) -> Reply:
        page = int(asking.query.get("page", 1))
        link = f"/lits?page={page % 3 + 1}"
        return as_json({"items": [{"n": f"{page}-{len(server.asked)}"}], "next": link})

    server.answer = circle
    assert isinstance(reading.refusal("n"), BadDelivery)
    assert len(server.asked) <= 5


@pytest.mark.parametrize("said", [{"a": 1}, ["x"], True, "x" * 3000])
def test_a_next_page_that_is_no_text_is_refused(start: Start, said: object) -> None:
    _, reading = start(lambda _: as_json({"items": [{"n": 1}], "next": said}), records="items")
    given = {"paging": "cursor", "page_param": "p", "next_path": "next"}
    assert reading.refusal("n", **given).facts["field"] == "next"


def test_half_of_the_pages_is_never_taken_for_the_whole(start: Start) -> None:
    server, reading = start(lambda _: Reply(), paging="offset", page_param="start")
    server.answer = lambda asking: _paged(Asking("GET", "/offset", asking.query, {}, b""), server)
    assert "2 pages" in reading.refusal(*COLUMNS, max_pages=2).sentence()


def test_a_total_that_is_not_reached_refuses_the_delivery(start: Start) -> None:
    _, reading = start(lambda _: as_json({"items": LINES, "total": 8}), records="items")
    assert reading.refusal(*COLUMNS, total_path="total").facts["field"] == "total"
    assert reading.rows(*COLUMNS) == EXPECTED


def test_a_reading_cut_on_its_last_page_delivers_nothing(start: Start) -> None:
    server, reading = start(lambda _: Reply(), paging="offset", page_param="start")
    good = lambda asking: _paged(Asking("GET", "/offset", asking.query, {}, b""), server)  # noqa: E731
    server.answer = lambda a: Reply(status=500) if a.query["start"] == "6" else good(a)
    with pytest.raises(SourceUnavailable):
        reading.deliveries(*COLUMNS, seconds=2)


# --- Only what is new --------------------------------------------------------------------------


def _since(asking: Asking) -> Reply:
    since = asking.query["depuis"]
    return as_json([line for line in LINES if str(line["jour"]) > since])


INCREMENTAL = {
    "params": {"depuis": "{cursor}"}, "cursor_field": "jour", "cursor_start": "2024-03-05",
}  # fmt: skip


def test_a_reading_goes_on_from_where_the_last_kept_one_stopped(start: Start) -> None:
    server, reading = start(_since, **INCREMENTAL)
    (delivery,) = reading.deliveries(*COLUMNS)
    assert rows_of(delivery, COLUMNS) == EXPECTED[5:]
    assert delivery.cursor == "2024-03-07"
    assert reading.deliveries(*COLUMNS, cursor="2024-03-07") == []
    assert [asking.query["depuis"] for asking in server.asked] == ["2024-03-05", "2024-03-07"]


@pytest.mark.parametrize(
    ("values", "newest"),
    [
        ([9, 10, 8], "10"),
        (["2024-03-01T23:30:00+00:00", "2024-03-02T00:15:00+01:00"], "2024-03-01T23:30:00+00:00"),
        (["2024-03-02", "2024-03-01"], "2024-03-02"),
    ],
)
def test_the_newest_is_found_by_value_not_by_spelling(start, values, newest: str) -> None:
    _, reading = start(lambda _: as_json([{"v": value} for value in values]))
    given = {"params": {"since": "{cursor}"}, "cursor_field": "v"}
    (delivery,) = reading.deliveries("v", **given)
    assert delivery.cursor == newest


@pytest.mark.parametrize("values", [["abc"], [None], [1, "2024-03-01"], [{"a": 1}]])
def test_a_cursor_field_that_cannot_be_ordered_is_refused(start: Start, values) -> None:
    _, reading = start(lambda _: as_json([{"v": value, "n": 1} for value in values]))
    given = {"params": {"since": "{cursor}"}, "cursor_field": "v"}
    assert reading.refusal("n", **given).facts["field"] == "v"


# --- F14: answers that are no data -------------------------------------------------------------

SHAPES = {
    "html": b"<!DOCTYPE html><html>Connexion</html>", "empty": b"", "blank": b"  \n", "list": b"[]",
    "null": b"null", "number": b"3", "object": b'{"erreur": "x"}', "scalars": b"[1, 2]",
    "mixed": b'[{"jour": "2024-03-01", "uf": "1", "n": 1}, 2]', "cut": b'[{"jour": "2024-03-0',
    "nan": b'[{"jour": "1", "uf": "1", "n": NaN}]', "twice": b'[{"jour":"1","uf":"1","n":1,"n":2}]',
    "array": b'[{"jour": "1", "uf": "1", "n": [1, 2]}]', "latin": '[{"é": 1}]'.encode("cp1252"),
    "nested": b'[{"jour": "1", "uf": {"code": 1}, "n": 1}]', "deep": b"[" * 100_000,
    "other": b'[{"jour": "1", "uf": "1", "renommee": 1}]', "tail": b"[] []",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_that_is_no_data_is_refused_and_never_read_as_zero(start, shape: str) -> None:
    server, reading = start(lambda _: Reply(SHAPES[shape], 200, {"Content-Type": "text/html"}))
    refusal = reading.refusal(*COLUMNS)
    assert refusal.sentence().startswith("« essai »")
    assert len(server.asked) == 1


def test_no_content_is_refused(start: Start) -> None:
    _, reading = start(lambda _: Reply(status=204))
    assert "non vide" in reading.refusal("n").sentence()


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text('[]{}",:0n.1e-', max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused_never_a_crash(body: bytes) -> None:
    with suppress(BadDelivery):
        found = json_records.records(json_text.document(body, "essai"), "", "essai")
        json_records.part(found, json_records.names(found), "essai", 0)


# --- F11-F13: servers that fail ----------------------------------------------------------------


def test_a_body_cut_short_is_tried_again(start: Start) -> None:
    cut = Reply(json.dumps(LINES).encode(), cut=20)
    server, reading = start(lambda _: cut)
    with pytest.raises(SourceUnavailable) as error:
        reading.deliveries("n")
    assert error.value.facts["source"] == "essai"
    assert len(server.asked) == 4
    server.answer = lambda _: cut if len(server.asked) == 5 else as_json(LINES)
    assert reading.rows(*COLUMNS) == EXPECTED


@pytest.mark.parametrize(
    "bad",
    [Reply(b"[]", length=50), Reply(raw=b"garbage\r\n\r\n"), Reply(raw=b""),
     Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000),
     Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n")],
    ids=["length", "garbage", "closed", "headers", "chunks"],
)  # fmt: skip
def test_an_answer_that_is_no_whole_http_is_said_unavailable(start: Start, bad: Reply) -> None:
    _, reading = start(lambda _: bad)
    with pytest.raises(SourceUnavailable):
        reading.deliveries("n", seconds=2)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_tried_again_while_that_can_help(start: Start, status: int) -> None:
    server, reading = start(lambda _: Reply(status=status))
    server.answer = lambda _: Reply(status=status) if len(server.asked) < 2 else as_json(LINES)
    assert reading.rows(*COLUMNS) == EXPECTED
    assert len(server.asked) == 2


def test_a_closed_port_is_said_unavailable(tmp_path: Path) -> None:
    with serving(_whole) as server:
        pass
    reading = Reading("rest", home_allowing(tmp_path, server.place), {"url": server.url()})
    with pytest.raises(SourceUnavailable, match="connexion impossible"):
        reading.deliveries("n", seconds=2)


SLOW = {
    "drip": Reply(b"[" + b" " * 60, drip_s=0.2),
    "stall": Reply(b"[]", stall_s=3),
}


@pytest.mark.parametrize("fault", ["drip", "stall"])
def test_a_slow_server_is_given_up_on_time_in_all(start: Start, fault: str) -> None:
    server, reading = start(lambda _: SLOW[fault])
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="délai dépassé"):
        reading.deliveries("n", seconds=1)
    assert 0.8 < time.monotonic() - began < 1.8
    assert len(server.asked) == 1


def test_many_quick_pages_cannot_outlast_the_deadline(start: Start) -> None:
    server, reading = start(lambda _: Reply(), paging="cursor", page_param="p", next_path="next")

    def endless(_asking: Asking) -> Reply:
        time.sleep(0.02)
        return as_json({"items": [{"n": len(server.asked)}], "next": str(len(server.asked))})

    server.answer = endless
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="délai dépassé"):
        reading.deliveries("n", records="items", max_pages=100_000, seconds=1)
    assert time.monotonic() - began < 1.5


# --- F15: refusals and politeness --------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422, 301, 302, 307, 206])
def test_a_refusal_is_said_once_and_never_hammered(start: Start, status: int) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status // 100 == 3 else {}
    server, reading = start(lambda _: Reply(b"[]", status, headers))
    with pytest.raises(SourceRefused, match=str(status)):
        reading.deliveries("n")
    assert len(server.asked) == 1


def _in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("status", "wait"), [(429, "1"), (503, "1"), (429, "date")])
def test_retry_after_is_honoured(start: Start, status: int, wait: str) -> None:
    wait = _in(2) if wait == "date" else wait
    server, reading = start(lambda _: Reply())
    busy = Reply(status=status, headers={"Retry-After": wait})
    server.answer = lambda _: busy if len(server.asked) == 1 else as_json(LINES)
    began = time.monotonic()
    assert reading.rows(*COLUMNS) == EXPECTED
    assert 0.9 < time.monotonic() - began < 3
    assert len(server.asked) == 2


def test_a_wait_beyond_the_deadline_is_not_begun(start: Start) -> None:
    server, reading = start(lambda _: Reply(status=429, headers={"Retry-After": "3600"}))
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="3600 s"):
        reading.deliveries("n")
    assert time.monotonic() - began < 1
    assert len(server.asked) == 1


# --- Limits ------------------------------------------------------------------------------------


def test_an_answer_too_large_is_refused_before_it_is_read(start: Start) -> None:
    _, reading = start(lambda _: Reply(b"[", length=http.LARGEST_ANSWER + 1, stall_s=1))
    began = time.monotonic()
    assert "32 Mio" in reading.refusal("n").sentence()
    assert time.monotonic() - began < 0.9


def test_an_answer_that_never_ends_is_refused_at_the_limit(start: Start) -> None:
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 34
    _, reading = start(lambda _: Reply(raw=endless))
    assert "32 Mio" in reading.refusal("n").sentence()


def test_a_compressed_answer_is_refused_unopened(start: Start) -> None:
    server, reading = start(lambda _: Reply(b"\x1f\x8b", 200, {"Content-Encoding": "gzip"}))
    assert "non compressée" in reading.refusal("n").sentence()
    assert server.asked[0].headers["accept-encoding"] == "identity"


# --- Who asks ----------------------------------------------------------------------------------


def test_the_four_proofs_reach_the_server(start: Start) -> None:
    server, reading = start(_whole)
    secret = reading.secret(SECRET)
    reading.rows(*COLUMNS, auth="basic", user="cockpit", password=secret)
    reading.rows(*COLUMNS, auth="bearer", token=secret)
    reading.rows(*COLUMNS, auth="header", token=secret, header="X-Cle")
    reading.rows(*COLUMNS)
    sent = [
        (asking.headers.get("authorization"), asking.headers.get("x-cle"))
        for asking in server.asked
    ]
    basic = b64encode(f"cockpit:{SECRET}".encode()).decode()
    assert sent == [
        (f"Basic {basic}", None), (f"Bearer {SECRET}", None), (None, SECRET), (None, None),
    ]  # fmt: skip


class _Tokens:
    """A server whose tokens live for two requests; `good` is what it answers to the secret."""

    def __init__(self) -> None:
        self.given, self.uses, self.status = 0, 0, 200

    def __call__(self, asking: Asking) -> Reply:
        if asking.path == "/token":
            expected = b64encode(f"cockpit:{SECRET}".encode()).decode()
            assert asking.headers["authorization"] == f"Basic {expected}"
            assert asking.body == b"grant_type=client_credentials&scope=lire"
            self.given, self.uses = self.given + 1, 0
            return as_json({"access_token": f"t{self.given}", "token_type": "Bearer"}, self.status)
        self.uses += 1
        if asking.headers["authorization"] != f"Bearer t{self.given}" or self.uses > 2:
            return Reply(status=401)
        start = int(asking.query["o"])
        return as_json(LINES[start : start + 2])


def _oauth(reading: Reading, server: Server) -> dict[str, object]:
    return {
        "auth": "oauth2", "token_url": server.url("/token"), "client_id": "cockpit",
        "client_secret": reading.secret(SECRET), "scope": "lire", "paging": "offset",
        "page_param": "o",
    }  # fmt: skip


def test_a_token_that_expires_in_mid_reading_is_renewed_once_each_time(start: Start) -> None:
    tokens = _Tokens()
    server, reading = start(tokens)
    assert reading.rows(*COLUMNS, **_oauth(reading, server)) == EXPECTED
    assert tokens.given == 3
    assert [path for path in server.paths() if path == "/token"] == ["/token"] * 3


def test_a_new_token_that_is_refused_ends_the_reading(start: Start) -> None:
    tokens = _Tokens()
    server, reading = start(lambda a: tokens(a) if a.path == "/token" else Reply(status=401))
    with pytest.raises(SourceRefused, match="401"):
        reading.deliveries("n", **_oauth(reading, server))
    assert server.paths() == ["/token", "/lits", "/token", "/lits"]


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_refused_client_is_never_sent_twice(start: Start, status: int) -> None:
    tokens = _Tokens()
    tokens.status = status
    server, reading = start(tokens)
    with pytest.raises(SourceUnavailable if status == 500 else SourceRefused):
        reading.deliveries("n", **_oauth(reading, server))
    assert server.paths() == ["/token"]


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"access_token": "a\\nb"}', b"{}"])
def test_an_answer_without_token_is_refused(start: Start, body: bytes) -> None:
    server, reading = start(lambda _: Reply(body))
    with pytest.raises(SourceRefused, match="jeton"):
        reading.deliveries("n", **_oauth(reading, server))


def test_a_secret_that_cannot_be_a_header_is_refused_unquoted(start: Start) -> None:
    server, reading = start(_whole)
    with pytest.raises(BadSource) as error:
        reading.deliveries("n", auth="bearer", token=reading.secret(f"{SECRET}é"))
    assert SECRET not in error.value.sentence()
    assert server.asked == []


def test_no_secret_reaches_an_error_or_a_log(start: Start, caplog, capsys) -> None:
    """Every fault, with the secret in a header, in a password and in a parameter of the URL."""
    caplog.set_level(logging.DEBUG)
    faults = [
        Reply(status=401), Reply(status=500, body=SECRET.encode()), Reply(raw=b"x\r\n\r\n"),
        Reply(b"<html>" + SECRET.encode()), Reply(b'[{"n": 1}]', cut=3),
        Reply(status=302, headers={"Location": f"/?cle={SECRET}"}),
    ]  # fmt: skip
    server, reading = start(_whole)
    secret, told = reading.secret(SECRET), []
    for fault in faults:
        server.answer = lambda _, fault=fault: fault
        for auth in ({"auth": "bearer", "token": secret},
                     {"auth": "basic", "user": "u", "password": secret}):  # fmt: skip
            try:
                told += [
                    repr(error.facts)
                    for error in reading.deliveries("n", params={"cle": SECRET}, seconds=2, **auth)
                    if isinstance(error, BadDelivery)
                ]
            except (SourceRefused, SourceUnavailable) as error:
                told.append(repr(error) + repr(error.log_line()) + repr(error.__cause__))
    printed = capsys.readouterr()
    assert len(told) == 2 * len(faults)
    seen = "".join(told) + caplog.text + printed.out + printed.err
    assert SECRET not in seen
    assert b64encode(f"u:{SECRET}".encode()).decode() not in seen


# --- TLS ---------------------------------------------------------------------------------------


def test_tls_is_verified_against_the_name_that_was_written(tmp_path: Path) -> None:
    own = authority(tmp_path)
    tls = server_tls(tmp_path, own, "localhost")
    with serving(_whole, tls=tls, name="localhost") as server:
        home = home_allowing(tmp_path / "h", server.place, f"127.0.0.1:{server.port}")
        (home.root / "ca.pem").write_bytes(own.pem)
        reading = Reading("rest", home, {"url": server.url(), "ca_file": "ca.pem"})
        assert reading.rows(*COLUMNS) == EXPECTED
        for other in (
            {"url": f"https://127.0.0.1:{server.port}/"},  # another name than the certificate's
            {"ca_file": ""},  # an authority that nobody knows
        ):
            with pytest.raises(SourceRefused, match="certificat"):
                reading.deliveries("n", **other)
        with pytest.raises(SourceUnavailable):
            reading.deliveries("n", url=f"http://localhost:{server.port}/", seconds=2)
        assert len(server.asked) == 1


def test_a_certificate_file_that_is_none_is_refused(start: Start) -> None:
    server, reading = start(_whole, url="")
    reading.settings["url"] = server.url().replace("http:", "https:")
    (reading.home.root / "ca.pem").write_text("rien")
    for name in ("ca.pem", "absent.pem"):
        with pytest.raises(BadSource, match="ca_file"):
            reading.deliveries("n", ca_file=name)
    with pytest.raises(ValidationError):
        reading.deliveries("n", ca_file="../ca.pem")


# --- Check, discovery, settings ----------------------------------------------------------------


def test_check_and_discover_say_what_is_there(start: Start) -> None:
    server, reading = start(_whole)
    connector = registry.connector("rest")
    config = connector.Config.model_validate(reading.settings)
    asked = Asked(reading.home, "essai")
    assert connector.check(asked, config).ok
    assert connector.discover(asked, config)[0].columns == COLUMNS
    for answer in (Reply(b"<html>"), Reply(status=401)):
        server.answer = lambda _, answer=answer: answer
        check = connector.check(asked, config)
        assert not check.ok
        assert check.sentence.endswith(".")


@pytest.mark.parametrize(
    "wrong",
    [
        {"paging": "offset"}, {"paging": "cursor", "page_param": "p"}, {"paging": "next"},
        {"cursor_field": "jour"}, {"params": {"d": "{cursor}"}}, {"auth": "basic", "user": "u"},
        {"auth": "oauth2", "client_id": "x"}, {"auth": "bearer", "token": "en-clair"},
        {"header": "X Y"}, {"url": ""}, {"inconnu": 1}, {"page_size": 0},
    ],
)  # fmt: skip
def test_settings_that_do_not_hold_together_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        registry.connector("rest").Config.model_validate({"url": "http://h.local/", **wrong})


def test_secrets_are_marked_for_the_form() -> None:
    fields = registry.connector("rest").Config.model_json_schema()["properties"]
    assert {name for name, one in fields.items() if one.get("secret")} == {
        "password", "token", "client_secret",
    }  # fmt: skip
    assert all(one.get("title") for one in fields.values())


def test_the_body_of_an_answer_is_unmarked_json() -> None:
    """A byte-order mark is no part of the data."""
    assert json_text.document(b"\xef\xbb\xbf" + json.dumps([1]).encode(), "x") == ["1"]
