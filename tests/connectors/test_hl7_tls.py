"""MLLP over TLS: a real handshake on loopback, with the certificates of an authority of the test."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from cockpit.connect.contract import Asked
from cockpit.connect.hl7 import tls
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.frames import framed
from cockpit.errors import BadSource
from cockpit.settings import Home
from connectors.hl7 import CONNECTOR
from tests.connectors.certificates import Authority, authority, server_tls
from tests.connectors.test_hl7_listener import answer, connected, listening, message, records

NAME = "cockpit.hopital.local"


@pytest.fixture
def by(tmp_path: Path) -> Authority:
    return authority(tmp_path)


@pytest.fixture
def home(tmp_path: Path, by: Authority) -> Home:
    """Its certificate and key in one file, as some tools give them; the authority in another."""
    home = Home(tmp_path / "home").prepare()
    folder = home.root / "tls"
    folder.mkdir()
    server_tls(folder, by, NAME)
    (folder / "server.pem").chmod(0o600)
    (folder / "authority.pem").write_bytes(by.pem)
    return home


OWN: dict[str, object] = {"tls_certificate": "tls/server.pem", "tls_key": "tls/server.pem"}
MUTUAL = {**OWN, "tls_client_ca": "tls/authority.pem"}


def trusting(by: Authority, certificate: Path | None = None) -> ssl.SSLContext:
    """What a sender speaks; certificate: its own."""
    context = ssl.create_default_context(cadata=by.pem.decode())
    if certificate:
        context.load_cert_chain(certificate)
    return context


@contextmanager
def secured(port: int, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with connected(port) as line, context.wrap_socket(line, server_hostname=NAME) as secure:
        yield secure


def test_a_sender_that_trusts_the_certificate_is_answered(home: Home, by: Authority) -> None:
    with listening(home, **OWN) as port, secured(port, trusting(by)) as line:
        assert line.version() in {"TLSv1.2", "TLSv1.3"}
        line.sendall(framed(message(1)))
        assert b"MSA|AA|C1\r" in answer(line)
        asked = Asked(home, "gam")
        config = Hl7Config.model_validate({"listen": f"127.0.0.1:{port}", **OWN})
        assert CONNECTOR.check(asked, config).ok
        context = tls.context(asked, config)
        assert context
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert records(home) == 1


def test_a_message_in_clear_is_never_taken(home: Home) -> None:
    with listening(home, **OWN) as port, connected(port) as line:
        line.sendall(framed(message(1)))
        assert b"MSA" not in answer(line)
    assert records(home) == 0


def _answered(port: int, context: ssl.SSLContext) -> bytes:
    """What one message gets; TLS 1.3 refuses a sender at the first byte that it reads."""
    with suppress(ssl.SSLError, ConnectionError), secured(port, context) as line:
        line.sendall(framed(message(1)))
        return answer(line)
    return b""


def test_only_senders_of_the_authority_are_heard(home: Home, by: Authority, tmp_path: Path) -> None:
    known, other = tmp_path / "known", tmp_path / "other"
    for folder, signer in ((known, by), (other, authority(tmp_path))):
        folder.mkdir()
        server_tls(folder, signer, "gam")
    with listening(home, **MUTUAL) as port:
        assert _answered(port, trusting(by)) == b""
        assert _answered(port, trusting(by, other / "server.pem")) == b""
        assert records(home) == 0
        assert b"MSA|AA|C1\r" in _answered(port, trusting(by, known / "server.pem"))


def test_a_handshake_that_never_ends_keeps_nobody_waiting(home: Home, by: Authority) -> None:
    with listening(home, **OWN) as port, connected(port) as silent:
        silent.sendall(b"\x16\x03\x01")
        with secured(port, trusting(by)) as line:
            line.sendall(framed(message(1)))
            assert b"MSA|AA|C1\r" in answer(line)


def _encrypted(pem: Path) -> None:
    key = serialization.load_pem_private_key(pem.read_bytes(), None)
    secret = serialization.BestAvailableEncryption(b"x")
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret
    pem.write_bytes(key.private_bytes(*form))


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        (
            lambda folder: (folder / "server.pem").unlink(),
            "tls_certificate",
            "dossier de l'installation",
        ),
        (lambda folder: (folder / "server.pem").chmod(0o644), "tls_key", "chmod 600"),
        (lambda folder: (folder / "server.pem").write_text("x"), "tls_key", "PEM"),
        (lambda folder: _encrypted(folder / "server.pem"), "tls_key", "sans mot de passe"),
        (lambda folder: (folder / "authority.pem").write_text("x"), "tls_client_ca", "autorité"),
    ],
    ids=["absent", "open", "damaged", "encrypted", "authority"],
)
def test_files_that_cannot_serve_are_said_before_anybody_is_heard(
    home: Home, change: Callable[[Path], object], field: str, expected: str
) -> None:
    change(home.root / "tls")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    config = Hl7Config.model_validate({"listen": place, **MUTUAL})
    with pytest.raises(BadSource) as refusal:
        CONNECTOR.check(Asked(home, "gam"), config)
    assert refusal.value.facts["field"] == field
    assert expected in refusal.value.sentence()
