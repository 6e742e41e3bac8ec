"""A drop folder in a bucket of a real S3 endpoint, and faults of a server that answers anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from pydantic import ValidationError

from cockpit.connect import registry
from cockpit.connect.contract import Asked, Deadline, Delivery
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable
from cockpit.settings import Home
from connectors import s3 as connector_s3
from tests.connectors.certificates import authority, server_tls
from tests.connectors.reading import Reading, home_allowing, rows_of
from tests.connectors.servers import s3
from tests.connectors.servers.http import Asking, Reply, serving

COLUMNS = ("jour", "uf", "n")


def _text(*values: int) -> bytes:
    lines = (f"{day:02d}/03/2024;10;{value}\n" for day, value in enumerate(values, start=1))
    return ("jour;uf;n\n" + "".join(lines)).encode()


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[s3.Server]:
    with s3.running() as server:
        yield server


def _source(home: Home, settings: dict[str, object]) -> Reading:
    (home.root / "access").write_text(f"{s3.ACCESS}\n", "utf-8")
    (home.root / "secret").write_text(f"{s3.SECRET}\n", "utf-8")
    keys = {
        "access_key": f"file:{home.root / 'access'}",
        "secret_key": f"file:{home.root / 'secret'}",
    }
    return Reading("s3", home, {**settings, **keys})


@pytest.fixture(name="source")
def _bucket(server: s3.Server, tmp_path: Path) -> Reading:
    for name in ("a.csv", "b.csv", "c.csv"):
        server.remove(f"depot/{name}")
    server.put("depot/a.csv", _text(1, 2))
    server.put("depot/b.csv", _text(3))
    server.put("depot/archives/z.csv", _text(9))
    server.put("depotoir.csv", _text(9))
    return _source(home_allowing(tmp_path, server.place), server.settings())


def _read(
    source: Reading,
    cursor: str = "",
    known: frozenset[str] = frozenset(),
    seconds: float = 20,
    **more: object,
):
    config = registry.connector("s3").Config.model_validate({**source.settings, **more})
    deadline = Deadline.after(seconds)
    asked = Asked(source.home, "essai", COLUMNS, known.__contains__, cursor, deadline)
    return [
        replace(one, parts=tuple(one.parts)) if isinstance(one, Delivery) else one
        for one in registry.connector("s3").read(asked, config)
    ]


def _values(found: list[Delivery | BadDelivery]) -> list[list[str]]:
    return [[row[2] for row in rows_of(one, COLUMNS)] for one in found if isinstance(one, Delivery)]


def test_the_objects_of_one_folder_are_read_in_name_order(source: Reading) -> None:
    found = _read(source)
    assert [one.name for one in found] == ["a.csv", "b.csv"]
    assert _values(found) == [["1", "2"], ["3"]]


def test_only_new_and_changed_objects_are_fetched(
    source: Reading, server: s3.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _read(source)
    known, cursor = frozenset(one.digest for one in first), first[-1].reached()
    fetched: list[str] = []
    get = obstore.get

    def counted(store, path, **more):
        fetched.append(path)
        return get(store, path, **more)

    monkeypatch.setattr(connector_s3.obstore, "get", counted)
    assert _read(source, cursor, known) == []
    assert fetched == []
    server.put("depot/b.csv", _text(33))
    server.put("depot/c.csv", _text(4))
    assert _values(_read(source, cursor, known)) == [["33"], ["4"]]
    assert fetched == ["depot/b.csv", "depot/c.csv"]


def test_a_refused_object_does_not_stop_the_next_one(source: Reading, server: s3.Server) -> None:
    server.put("depot/a.csv", b"\0\1")
    assert [type(one) for one in _read(source)] == [BadDelivery, Delivery]


def test_an_unknown_bucket_is_refused(source: Reading) -> None:
    with pytest.raises(SourceRefused, match="compartiment"):
        _read(source, bucket="ailleurs")


def test_an_empty_folder_is_no_answer(source: Reading) -> None:
    with pytest.raises(SourceUnavailable, match="aucun fichier"):
        _read(source, prefix="vide")


def test_nothing_of_the_environment_is_used(
    source: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    for name in ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
    assert len(_read(source)) == 2


def test_a_server_that_the_operator_did_not_list_is_never_reached(source: Reading) -> None:
    (source.home.root / "cockpit.toml").write_text("[network]\nallow = []\n")
    with pytest.raises(BadSource, match="endpoint"):
        _read(replace(source, home=Home(source.home.root)))


class _Stub:
    """A source whose server answers as it is told."""

    def __init__(self, tmp_path: Path, answer) -> None:
        self.asked: list[Asking] = []
        self.answer, self.root = answer, tmp_path

    def read(self, **more: object):
        with serving(self.answer) as server:
            settings = {
                "endpoint": server.url("").rstrip("/"),
                "bucket": "hopital",
                "format": "csv",
            }
            source = _source(home_allowing(self.root, server.place), settings)
            try:
                return _read(source, **more)
            finally:
                self.asked = list(server.asked)


def test_a_refused_key_is_tried_once_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "jeton-de-quelqu-un")
    stub = _Stub(tmp_path, lambda _: Reply(b"<Error><Code>AccessDenied</Code></Error>", 403))
    with pytest.raises(SourceRefused) as refusal:
        stub.read()
    assert len(stub.asked) == 1
    assert s3.ACCESS in stub.asked[0].headers["authorization"]
    assert "x-amz-security-token" not in stub.asked[0].headers
    assert s3.SECRET not in f"{refusal.value} {refusal.value.log_line()} {stub.asked}"


def test_a_server_in_trouble_is_asked_three_times_then_left(tmp_path: Path) -> None:
    stub = _Stub(tmp_path, lambda _: Reply(status=503))
    with pytest.raises(SourceUnavailable):
        stub.read()
    assert len(stub.asked) == 3


def test_a_stalled_server_ends_at_the_deadline(tmp_path: Path) -> None:
    stub = _Stub(tmp_path, lambda _: Reply(b"<x/>", stall_s=3))
    began = time.monotonic()
    with pytest.raises(SourceUnavailable):
        stub.read(seconds=1)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("secure", [False, True])
def test_a_redirect_to_another_server_is_not_followed(tmp_path: Path, secure: bool) -> None:
    with serving(lambda _: Reply(b"")) as decoy:
        url = decoy.url("/x").replace("http:", "https:" if secure else "http:")
        stub = _Stub(tmp_path, lambda _: Reply(status=307, headers={"Location": url}))
        with pytest.raises(SourceUnavailable if secure else SourceRefused):
            stub.read()
        assert decoy.connections == 0


_LISTED = (
    b'<?xml version="1.0"?><ListBucketResult><Name>hopital</Name><IsTruncated>false</IsTruncated>'
    b"<Contents><Key>a.csv</Key><LastModified>2026-03-01T00:00:00.000Z</LastModified>"
    b'<ETag>"1"</ETag><Size>%d</Size></Contents></ListBucketResult>'
)


@pytest.mark.parametrize(
    "reply",
    [Reply(status=412), Reply(status=404), Reply(_text(1)[:-4])],
    ids=["replaced", "removed", "shorter"],
)
def test_an_object_that_changed_since_the_list_waits(tmp_path: Path, reply: Reply) -> None:
    def answer(asking: Asking) -> Reply:
        if "list-type" in asking.query:
            return Reply(_LISTED % len(_text(1)), headers={"Content-Type": "application/xml"})
        assert asking.headers["if-match"] == '"1"'
        stamp = {"ETag": '"1"', "Last-Modified": "Sun, 01 Mar 2026 00:00:00 GMT"}
        return replace(reply, headers=stamp)

    assert _Stub(tmp_path, answer).read() == []


@pytest.mark.parametrize("trusted", [False, True])
def test_the_certificate_is_verified_against_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    """An authority of the hospital is trusted as the machine's own are (SSL_CERT_FILE)."""
    signer = authority(tmp_path)
    (tmp_path / "authority.pem").write_bytes(signer.pem)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    tls = server_tls(tmp_path, signer, "localhost")
    with serving(lambda _: Reply(status=403), tls=tls, name="localhost") as server:
        settings: dict[str, object] = {
            "endpoint": server.url("").rstrip("/"),
            "bucket": "hopital",
            "format": "csv",
        }
        with pytest.raises(SourceRefused if trusted else SourceUnavailable):
            _read(_source(home_allowing(tmp_path, server.place), settings))
        assert server.connections
        assert bool(server.asked) == trusted


def test_an_html_page_instead_of_a_list_is_no_empty_folder(tmp_path: Path) -> None:
    stub = _Stub(tmp_path, lambda _: Reply(b"<html>maintenance</html>"))
    with pytest.raises(SourceUnavailable):
        stub.read()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "ftp://s3.local"), ("endpoint", "http://u:p@s3.local"), ("endpoint", "s3.local"),
        ("endpoint", "http://2130706433"), ("endpoint", "http://s3.local/x"), ("bucket", "A_B"),
        ("bucket", "../x"), ("prefix", "/x"), ("prefix", "a/../b"), ("access_key", "en-clair"),
        ("secret_key", ""), ("region", "UE OUEST"), ("format", "s3"), ("inconnu", 1),
    ],
)  # fmt: skip
def test_settings_are_checked_before_anything_is_reached(
    server: s3.Server, field: str, value: object
) -> None:
    keys = {"access_key": "env:A", "secret_key": "env:B"}
    with pytest.raises(ValidationError):
        registry.connector("s3").Config.model_validate({**server.settings(), **keys, field: value})
