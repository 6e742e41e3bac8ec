"""A drop folder in an S3 bucket (any S3 server of the hospital, or a provider's)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store
from pydantic import AfterValidator, Field

from cockpit.connect import network, remote
from cockpit.connect.contract import Asked, Check, Delivery, Stream
from cockpit.connect.gate import gate
from cockpit.connect.secrets import Secret, reveal
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable
from cockpit.places import canonical_host

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import S3Credential

_CHUNK_BYTES = 1 << 20
_STATUS = re.compile(r"status code: ([0-9]{3})")
_REASONS = {
    "401": "clé refusée",
    "403": "clé ou droits insuffisants",
    "404": "compartiment inconnu",
    "421": "il renvoie vers un autre serveur (adresse ou région ?)",
}
_PORTS = {"https": 443, "http": 80}


def _endpoint(text: str) -> str:
    try:
        found = urlsplit(text)
        is_sound = found.scheme in _PORTS and bool(canonical_host(found.hostname or ""))
        is_sound = is_sound and (found.port is None or found.port > 0)
    except ValueError:
        is_sound = False
    bare = is_sound and not found.username and not found.password and found.path in {"", "/"}
    if not bare or found.query or found.fragment:
        message = "une adresse comme « https://s3.hopital.local », sans compte ni chemin"
        raise ValueError(message)
    return text.rstrip("/")


def _bucket(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text) or ".." in text:
        message = "un nom de compartiment, en minuscules"
        raise ValueError(message)
    return text


def _prefix(text: str) -> str:
    if not text.isprintable() or text.startswith("/") or ".." in text.split("/"):
        message = "un dossier du compartiment, sans « / » au début ni « .. »"
        raise ValueError(message)
    return text.rstrip("/")


class S3Config(remote.RemoteConfig):
    """Settings of an S3 source. The bucket stands in the path, so that one host is contacted."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(title="Adresse du serveur")
    region: str = Field("us-east-1", pattern=r"^[a-z0-9-]{2,32}$", title="Région")
    bucket: Annotated[str, AfterValidator(_bucket)] = Field(title="Compartiment")
    prefix: Annotated[str, AfterValidator(_prefix)] = Field("", title="Dossier")
    access_key: Secret = Field(title="Identifiant de la clé", min_length=1)
    secret_key: Secret = Field(title="Clé secrète", min_length=1)


@dataclass(frozen=True)
class _Folder:
    store: S3Store
    prefix: str
    place: str

    def entries(self) -> Iterator[remote.Entry]:
        start = f"{self.prefix}/" if self.prefix else ""
        for found in obstore.list(self.store, prefix=self.prefix or None, chunk_size=1000):
            for one in found:
                name = one["path"].removeprefix(start)
                if "/" not in name:
                    stamp = one["e_tag"] or one["last_modified"].isoformat()
                    yield remote.Entry(name, one["size"], stamp)

    def chunks(self, entry: remote.Entry) -> Iterator[bytes]:
        path = f"{self.prefix}/{entry.name}" if self.prefix else entry.name
        options: GetOptions = {"if_match": entry.stamp} if entry.stamp.startswith('"') else {}
        try:
            found = obstore.get(self.store, path, options=options)
            for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)
        except (PreconditionError, FileNotFoundError, NotFoundError):
            return  # replaced or removed since the list: next time


class _S3:
    kind = "s3"
    Config = S3Config
    PLACES = frozenset(
        (
            "endpoint",
            "region",
            "bucket",
            "prefix",
            "pattern",
            "access_key",
            "secret_key",
            "largest_mib",
        )
    )

    def check(self, asked: Asked, config: S3Config) -> Check:
        try:
            with _opened(asked, config) as folder:
                return remote.check_remote(asked, config, folder)
        except (SourceRefused, SourceUnavailable) as error:
            return Check(ok=False, sentence=error.sentence())

    def discover(self, asked: Asked, config: S3Config) -> list[Stream]:
        with _opened(asked, config) as folder:
            return remote.streams_of_remote(asked, config, folder)

    def read(self, asked: Asked, config: S3Config) -> Iterator[Delivery | BadDelivery]:
        with _opened(asked, config) as folder:
            yield from remote.read_remote(asked, config, folder)


@contextmanager
def _opened(asked: Asked, config: S3Config) -> Iterator[_Folder]:
    parts = urlsplit(config.endpoint)
    port = parts.port or _PORTS[parts.scheme]
    place = network.allowed(asked, parts.hostname or "", port, "endpoint")
    name = f"s3 {place.host}:{place.port} {config.bucket} {config.prefix}"
    try:
        with gate(asked, place) as proxy:
            yield _Folder(_store(asked, config, proxy), config.prefix, name)
    except BaseError as error:
        network.left(asked)
        status = _STATUS.search(str(error))
        reason = _REASONS.get(status[1]) if status else None
        if reason:
            raise SourceRefused(source=asked.source, reason=reason) from None
        raise SourceUnavailable(source=asked.source, reason="échange interrompu") from None


def _store(asked: Asked, config: S3Config, proxy: str) -> S3Store:
    """Nothing of the environment: neither its keys, nor its token, nor its proxy. All goes through
    `proxy`, as this library resolves names by itself and follows redirects."""
    access = reveal(asked, config.access_key, "access_key")
    secret = reveal(asked, config.secret_key, "secret_key")
    keys: S3Credential = {
        "access_key_id": access,
        "secret_access_key": secret,
        "expires_at": None,
    }
    left = timedelta(seconds=network.left(asked))
    return S3Store(
        config.bucket,
        endpoint=config.endpoint,
        aws_endpoint_url_s3=config.endpoint,
        skip_signature=False,
        region=config.region,
        virtual_hosted_style_request=False,
        credential_provider=lambda: keys,
        client_options={
            "allow_http": config.endpoint.startswith("http:"),
            "timeout": left,
            "connect_timeout": min(left, timedelta(seconds=10)),
            "allow_invalid_certificates": False,
            "proxy_url": proxy,
        },
        retry_config={"max_retries": 2, "retry_timeout": min(left, timedelta(seconds=30))},
    )


CONNECTOR = _S3()
