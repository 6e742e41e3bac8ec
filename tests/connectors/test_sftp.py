"""A drop folder behind a real sshd: only what is new is fetched, only from the pinned server."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from pydantic import ValidationError

from cockpit.connect import registry, remote
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked, Deadline, Delivery
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable
from cockpit.settings import Home
from tests.connectors.reading import Reading, home_allowing, rows_of
from tests.connectors.servers import sshd

COLUMNS = ("jour", "uf", "n")
CANARY = "motdepasse-canari-sftp-5d20"


def _text(*values: int) -> str:
    lines = (f"{day:02d}/03/2024;10;{value}\n" for day, value in enumerate(values, start=1))
    return "jour;uf;n\n" + "".join(lines)


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[sshd.Sshd]:
    with sshd.running() as server:
        yield server


@pytest.fixture(name="source")
def _source(server: sshd.Sshd, tmp_path: Path) -> Reading:
    for path in server.folder.iterdir():
        path.unlink()
    (server.folder / "a.csv").write_text(_text(1, 2))
    (server.folder / "b.csv").write_text(_text(3))
    home = home_allowing(tmp_path, server.place)
    return Reading("sftp", home, {**server.settings(), "settle_s": 0})


def _values(found: list[Delivery | BadDelivery]) -> list[list[str]]:
    return [[row[2] for row in rows_of(one, COLUMNS)] for one in found if isinstance(one, Delivery)]


def _read(source: Reading, cursor: str = "", known: frozenset[str] = frozenset(), **more: object):
    """Deliveries read one by one, with their rows, as the worker does."""
    config = registry.connector("sftp").Config.model_validate({**source.settings, **more})
    asked = Asked(source.home, "essai", COLUMNS, known.__contains__, cursor, Deadline.after(20))
    found = []
    for one in registry.connector("sftp").read(asked, config):
        kept = one
        if isinstance(one, Delivery):
            kept = replace(one, parts=tuple(one.parts))
        found.append(kept)
    return found


def test_files_are_read_in_name_order_as_if_dropped_here(source: Reading) -> None:
    found = _read(source)
    assert [one.name for one in found] == ["a.csv", "b.csv"]
    assert _values(found) == [["1", "2"], ["3"]]


def test_what_was_seen_is_not_fetched_again(source: Reading, server: sshd.Sshd) -> None:
    """The bytes change behind the same size and time: only who fetches again would notice."""
    first = _read(source)
    known = frozenset(one.digest for one in first)
    path = server.folder / "a.csv"
    before = path.stat()
    path.write_text(_text(8, 9))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _read(source, first[-1].reached(), known) == []
    assert _values(_read(source, "", known)) == [["8", "9"]]


def test_a_new_and_a_changed_file_are_fetched_the_others_not(
    source: Reading, server: sshd.Sshd
) -> None:
    first = _read(source)
    known = frozenset(one.digest for one in first)
    (server.folder / "b.csv").write_text(_text(33))
    os.utime(server.folder / "b.csv", (1, 1))
    (server.folder / "c.csv").write_text(_text(4))
    assert _values(_read(source, first[-1].reached(), known)) == [["33"], ["4"]]


def test_a_cursor_of_another_folder_or_of_nobody_means_all_is_fetched(source: Reading) -> None:
    first = _read(source)
    known = frozenset(one.digest for one in first)
    other = first[-1].reached().replace('"place":"', '"place":"0')
    for cursor in (other, "{}", "[1]", "pas du JSON", '{"place":1}'):
        assert len(_read(source, cursor)) == 2
        assert _read(source, cursor, known) == []


def test_a_refused_file_is_said_again_until_it_is_replaced(
    source: Reading, server: sshd.Sshd
) -> None:
    (server.folder / "a.csv").write_bytes(b"\0\1\2\n")
    first = _read(source)
    assert [type(one) for one in first] == [BadDelivery, Delivery]
    known = frozenset({first[1].digest})
    again = _read(source, first[1].reached(), known)
    assert [type(one) for one in again] == [BadDelivery]


def test_a_growing_file_waits_for_the_next_refresh(source: Reading, server: sshd.Sshd) -> None:
    stop = threading.Event()

    def grow() -> None:
        with (server.folder / "a.csv").open("a") as stream:
            while not stop.wait(0.05):
                stream.write("05/03/2024;10;7\n")
                stream.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        names = [one.name for one in _read(source, settle_s=0.5)]
    finally:
        stop.set()
        writer.join()
    assert names == ["b.csv"]
    assert [one.name for one in _read(source, settle_s=0.2)] == ["a.csv", "b.csv"]


def test_a_transfer_a_link_a_folder_and_an_odd_name_are_left(
    source: Reading, server: sshd.Sshd
) -> None:
    (server.folder / "c.csv.part").write_text(_text(5))
    (server.folder / ".d.csv").write_text(_text(5))
    (server.folder / "e\n.csv").write_text(_text(5))
    (server.folder / "f.csv").symlink_to("/etc/passwd")
    (server.folder / "g.csv").mkdir()
    try:
        assert [one.name for one in _read(source)] == ["a.csv", "b.csv"]
    finally:
        (server.folder / "g.csv").rmdir()


def test_the_pattern_chooses_and_no_file_is_no_answer(source: Reading) -> None:
    assert [one.name for one in _read(source, pattern="b*")] == ["b.csv"]
    with pytest.raises(SourceUnavailable, match="aucun fichier"):
        _read(source, pattern="z*")


def test_a_file_above_the_limit_is_refused_alone(source: Reading, server: sshd.Sshd) -> None:
    (server.folder / "a.csv").write_bytes(b"x" * ((1 << 20) + 1))
    first, second = _read(source, largest_mib=1)
    assert isinstance(first, BadDelivery)
    assert "1 Mio" in first.sentence()
    assert second.name == "b.csv"


def test_a_folder_of_too_many_files_is_said_so(
    source: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MOST_FILES", 1)
    with pytest.raises(SourceRefused, match="archivez"):
        _read(source)


def test_a_folder_that_is_not_there_is_refused_not_tried_again(source: Reading) -> None:
    with pytest.raises(SourceRefused, match="dossier"):
        _read(source, folder="/nulle/part")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_server_with_another_key_is_refused_before_the_password_leaves(
    source: Reading, tmp_path: Path, kind: str
) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(tmp_path / "other")], check=True
    )
    other = (tmp_path / "other.pub").read_text()
    with pytest.raises(SourceRefused) as refusal:
        _read(source, host_key=other, key="", password=source.secret(CANARY))
    assert "host_key" in refusal.value.sentence()
    assert CANARY not in refusal.value.sentence()


def test_a_server_of_rsa_key_is_pinned_too(tmp_path: Path) -> None:
    with sshd.running(host_key="rsa") as server:
        (server.folder / "a.csv").write_text(_text(1))
        home = home_allowing(tmp_path, server.place)
        source = Reading("sftp", home, {**server.settings(), "settle_s": 0})
        assert _values(_read(source)) == [["1"]]


def test_a_wrong_password_is_tried_once_and_never_shown(source: Reading, server: sshd.Sshd) -> None:
    tries = (server.home / "log").read_text().count("Failed password")
    with pytest.raises(SourceRefused) as refusal:
        _read(source, key="", password=source.secret(CANARY))
    assert CANARY not in f"{refusal.value} {refusal.value.log_line()}"
    time.sleep(0.2)
    assert (server.home / "log").read_text().count("Failed password") == tries + 1


def test_an_unknown_private_key_is_refused(source: Reading, tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", str(tmp_path / "mine")], check=True
    )
    with pytest.raises(SourceRefused, match="clé"):
        _read(source, key=f"file:{tmp_path / 'mine'}")


@pytest.mark.parametrize("both", [{"key": ""}, {"password": "env:PATH"}])
def test_one_secret_is_wanted_neither_none_nor_two(source: Reading, both) -> None:
    with pytest.raises(BadSource, match="soit password, soit key"):
        _read(source, **both)


def test_a_server_that_the_operator_did_not_list_is_never_reached(source: Reading) -> None:
    (source.home.root / "cockpit.toml").write_text("[network]\nallow = []\n")
    with pytest.raises(BadSource, match="allow"):
        _read(replace(source, home=Home(source.home.root)))


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_a_server_that_stalls_or_talks_nonsense_ends_at_the_deadline(
    source: Reading, tmp_path: Path, says: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        heard = []

        def answer() -> None:
            client, _ = listening.accept()
            client.sendall(says)
            heard.append(client)

        threading.Thread(target=answer, daemon=True).start()
        home = home_allowing(tmp_path / "h", f"127.0.0.1:{port}")
        config = registry.connector("sftp").Config.model_validate({**source.settings, "port": port})
        began = time.monotonic()
        asked = Asked(home, "essai", COLUMNS, deadline=Deadline.after(1.5))
        with pytest.raises(SourceUnavailable):
            list(registry.connector("sftp").read(asked, config))
        assert time.monotonic() - began < 5
        for client in heard:
            client.close()


class _Account(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("hopital", CANARY)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [self.stat(f"{path}/a.csv")]

    def stat(self, path: str) -> paramiko.SFTPAttributes:
        found = os.stat_result((0o100644, 1, 1, 1, 0, 0, len(_text(7)), 5, 5, 5))
        return paramiko.SFTPAttributes.from_stat(found, "a.csv")

    def open(self, path: str, flags: int, attr: object) -> paramiko.SFTPHandle:
        handle = paramiko.SFTPHandle(flags)
        handle.read = lambda offset, length: _text(7).encode()[offset : offset + length]
        handle.stat = lambda: self.stat(path)
        return handle


def test_a_password_opens_the_folder(tmp_path: Path) -> None:
    """sshd asks the machine's own accounts, so another server: paramiko's."""
    key = paramiko.ECDSAKey.generate()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        started = []

        def serve() -> None:
            client, _ = listening.accept()
            transport = paramiko.Transport(client)
            started.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
            transport.start_server(server=_Account())

        threading.Thread(target=serve, daemon=True).start()
        source = Reading("sftp", home_allowing(tmp_path, f"127.0.0.1:{port}"), {
            "host": "127.0.0.1", "port": port, "user": "hopital", "settle_s": 0,
            "host_key": f"{key.get_name()} {key.get_base64()}", "folder": "depot", "format": "csv",
        })  # fmt: skip
        assert _values(_read(source, password=source.secret(CANARY))) == [["7"]]
        for transport in started:
            transport.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host_key", ""), ("host_key", "ssh-ed25519 AAAA"), ("host_key", "127.0.0.1 ssh-ed25519 AAAA"),
        ("host_key", "ssh-dss AAAAB3NzaC1kc3MAAAA="), ("password", "en-clair"), ("pattern", "../*.csv"),
        ("pattern", ""), ("format", "sftp"), ("options", {"path": "drop/*"}),
        ("options", {"delimiter": "ab"}), ("options", {"inconnu": 1}), ("inconnu", 1), ("port", 0),
    ],
)  # fmt: skip
def test_settings_are_checked_before_anything_is_reached(
    server: sshd.Sshd, field: str, value: object
) -> None:
    with pytest.raises(ValidationError):
        registry.connector("sftp").Config.model_validate({**server.settings(), field: value})


def test_the_host_key_has_no_default(server: sshd.Sshd) -> None:
    settings = server.settings()
    del settings["host_key"]
    with pytest.raises(ValidationError):
        registry.connector("sftp").Config.model_validate(settings)


SOURCE = """connector = "sftp"
schedule = "0 6 * * *"
stale_after = "36h"
host = "127.0.0.1"
port = {port}
user = "{user}"
key = "{key}"
host_key = "{host_key}"
folder = "{folder}"
format = "{format}"
settle_s = 0
"""
MAPPING = """[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
n = "births"
"""


def _toml(source: Reading, server: sshd.Sshd, form: str, more: str = "") -> Path:
    facts = {**server.settings(), "user": getpass.getuser(), "format": form}
    path = source.home.sources / "depot.toml"
    path.write_text(SOURCE.format(**facts) + more, "utf-8")
    return path


def test_a_source_becomes_batches_and_a_new_password_makes_none_new(
    source: Reading, server: sshd.Sshd
) -> None:
    source.home.structure.write_text("unit;parent;level;label\n10;;service;A\n", "utf-8")
    units = load_structure(source.home.structure)
    config = load_source(_toml(source, server, "csv", '[options]\ndelimiter = ";"\n' + MAPPING))
    found = list(batches(source.home, config, frozenset(), units))
    assert [one.rows["value"].to_pylist() for one in found] == [[1.0, 2.0], [3.0]]
    moved = config.model_copy(update={"settings": {**config.settings, "key": "env:AUTRE"}})
    assert moved != config
    known = frozenset(one.source_hash for one in found)
    assert list(batches(source.home, config, known, units, found[-1].cursor)) == []
    from cockpit.connect.deliver import source_hash

    assert source_hash("x", moved) == source_hash("x", config)
    other = config.model_copy(
        update={"settings": {**config.settings, "options": {"delimiter": ","}}}
    )
    assert source_hash("x", other) != source_hash("x", config)


def test_a_standard_format_brings_its_mapping_and_what_it_replaces(
    source: Reading, server: sshd.Sshd
) -> None:
    config = load_source(_toml(source, server, "rpu"))
    assert config.replaces == "rows"
    assert config.mapping.sources()
