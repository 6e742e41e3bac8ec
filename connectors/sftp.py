"""A drop folder on an SFTP server, its key pinned: an unknown server never gets the password."""

from __future__ import annotations

import base64
import binascii
import errno
import io
import re
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Annotated

import paramiko
from pydantic import AfterValidator, Field

from cockpit import log
from cockpit.connect import network, remote
from cockpit.connect.contract import Asked, Check, Delivery, Stream
from cockpit.connect.secrets import Secret, reveal
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable

_CHUNK_BYTES = 1 << 18
_IN_FLIGHT = 64
_SIGNED_BY = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}  # never SHA-1
_DISK = {errno.ENOSPC, errno.EDQUOT}  # of this machine: said as it is by the refresh
_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def _server_key(text: str) -> str:
    """Raises ValueError (French) when it is not `type base64`, as ssh-keyscan prints it."""
    kind, _, rest = text.strip().partition(" ")
    try:
        data = base64.b64decode(rest.split(" ")[0], validate=True)
        (length,) = struct.unpack(">I", data[:4])
        is_key = data[4 : 4 + length].decode("ascii") == kind
    except (binascii.Error, struct.error, UnicodeDecodeError, ValueError):
        is_key = False
    if not is_key or not re.fullmatch(r"ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)", kind):
        message = "la clé publique du serveur, comme « ssh-ed25519 AAAA… » (ssh-keyscan)"
        raise ValueError(message)
    return f"{kind} {rest.split(' ')[0]}"


class SftpConfig(remote.RemoteConfig):
    """Settings of an SFTP source; either a password or a private key."""

    host: str = Field(title="Serveur")
    port: int = Field(22, ge=1, le=65535, title="Port")
    user: str = Field(min_length=1, title="Compte")
    password: Secret = Field("", title="Mot de passe")
    key: Secret = Field("", title="Clé privée", description="Au format OpenSSH, entière")
    host_key: Annotated[str, AfterValidator(_server_key)] = Field(
        title="Clé publique du serveur",
        description="Comme ssh-keyscan l'écrit, vérifiée auprès de qui tient le serveur",
    )
    folder: str = Field(".", min_length=1, title="Dossier", description="Sur le serveur")
    settle_s: float = Field(
        2, ge=0, le=60, title="Secondes sans changement avant de prendre un fichier"
    )


@dataclass(frozen=True)
class _Folder:
    source: str
    sftp: paramiko.SFTPClient
    path: str
    place: str

    def entries(self) -> Iterator[remote.Entry]:
        try:
            yield from self._files()
        except (PermissionError, FileNotFoundError) as error:
            raise SourceRefused(source=self.source, reason="le dossier est illisible") from error

    def _files(self) -> Iterator[remote.Entry]:
        for found in self.sftp.listdir_iter(self.path):
            if stat.S_ISREG(found.st_mode or 0) and found.st_size is not None:
                yield remote.Entry(found.filename, found.st_size, str(found.st_mtime))

    def chunks(self, entry: remote.Entry) -> Iterator[bytes]:
        try:
            opened = self.sftp.open(f"{self.path}/{entry.name}", "rb")
        except FileNotFoundError:
            return  # taken away since the list
        except PermissionError as error:
            expected = "un fichier que le compte peut lire"
            raise BadDelivery(file=entry.name, expected=expected) from error
        with opened as stream:
            stream.prefetch(entry.size, max_concurrent_requests=_IN_FLIGHT)
            while chunk := stream.read(_CHUNK_BYTES):
                yield chunk
            after = stream.stat()
        if (after.st_size, str(after.st_mtime)) != (entry.size, entry.stamp):
            yield b"\0" * (entry.size + 1)  # it changed meanwhile: never its size


class _Sftp:
    kind = "sftp"
    Config = SftpConfig
    PLACES = frozenset(
        (
            "host",
            "port",
            "user",
            "password",
            "key",
            "host_key",
            "folder",
            "pattern",
            "settle_s",
            "largest_mib",
        )
    )

    def check(self, asked: Asked, config: SftpConfig) -> Check:
        try:
            with _opened(asked, config) as folder:
                return remote.check_remote(asked, config, folder)
        except (SourceRefused, SourceUnavailable) as error:
            return Check(ok=False, sentence=error.sentence())

    def discover(self, asked: Asked, config: SftpConfig) -> list[Stream]:
        with _opened(asked, config) as folder:
            return remote.streams_of_remote(asked, config, folder)

    def read(self, asked: Asked, config: SftpConfig) -> Iterator[Delivery | BadDelivery]:
        with _opened(asked, config) as folder:
            yield from remote.read_remote(asked, config, folder, config.settle_s)


@contextmanager
def _opened(asked: Asked, config: SftpConfig) -> Iterator[_Folder]:
    """The folder, on an authenticated connection that is closed at the deadline, whatever drips."""
    place = network.allowed(asked, config.host, config.port)
    secrets = _secrets(asked, config)
    transport = paramiko.Transport(network.connect(asked, place))
    transport.daemon = True
    watch = Timer(network.left(asked), transport.close)
    watch.daemon = True
    watch.start()
    try:
        _authenticate(asked, config, transport, *secrets)
        sftp = transport.open_sftp_client()
        if sftp is None:
            raise _refused(asked, "le serveur n'ouvre pas de session SFTP")
        name = f"sftp {place.host}:{place.port} {config.user} {config.folder}"
        yield _Folder(asked.source, sftp, config.folder, name)
    except (paramiko.SSHException, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno in _DISK:
            raise
        network.left(asked)
        raise SourceUnavailable(source=asked.source, reason="échange interrompu") from error
    finally:
        watch.cancel()
        transport.close()


def _authenticate(
    asked: Asked,
    config: SftpConfig,
    transport: paramiko.Transport,
    password: str,
    key: paramiko.PKey | None,
) -> None:
    kind, _, pinned = config.host_key.partition(" ")
    transport.get_security_options().key_types = _SIGNED_BY.get(kind, (kind,))
    wait = min(30.0, network.left(asked))
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = wait
    try:
        transport.start_client(timeout=wait)
    except paramiko.ssh_exception.IncompatiblePeer as error:
        raise _refused(asked, "le serveur ne présente plus la clé attendue (host_key)") from error
    if transport.get_remote_server_key().get_base64() != pinned:
        reason = "le serveur présente une autre clé que host_key ; le mot de passe n'est pas parti"
        raise _refused(asked, reason)
    try:
        if key:
            transport.auth_publickey(config.user, key)
        else:
            transport.auth_password(config.user, password)
    except paramiko.AuthenticationException as error:
        raise _refused(asked, "compte, mot de passe ou clé") from error


def _refused(asked: Asked, reason: str) -> SourceRefused:
    return SourceRefused(source=asked.source, reason=reason)


def _secrets(asked: Asked, config: SftpConfig) -> tuple[str, paramiko.PKey | None]:
    if bool(config.password) == bool(config.key):
        raise BadSource(
            file=f"{asked.source}.toml", field="password", expected="soit password, soit key"
        )
    if config.password:
        return reveal(asked, config.password, "password"), None
    text = _whole(config.key) or reveal(asked, config.key, "key")
    log.hide(text)
    for kind in _KEYS:
        try:
            return "", kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise BadSource(
        file=f"{asked.source}.toml",
        field="key",
        expected="une clé privée OpenSSH sans mot de passe",
    )


def _whole(reference: str) -> str:
    """All the lines of a key kept in a file: other secrets hold one line."""
    if not reference.startswith("file:"):
        return ""
    try:
        return Path(reference.removeprefix("file:")).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


CONNECTOR = _Sftp()
