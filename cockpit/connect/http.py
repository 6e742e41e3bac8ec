"""The one HTTP client of the connectors: reads, within limits, from the servers that are allowed.

No redirect is followed, no proxy of the environment is used, no compressed body is opened. A
reading is tried again only when that can help (server down, busy, connection cut), within the time
that the source has; a refused password is never tried twice.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpcore2
import httpx2
import stamina

from cockpit import clock
from cockpit.connect import guard, http_auth, network, urls
from cockpit.connect.contract import Asked
from cockpit.connect.http_auth import HttpAccess
from cockpit.connect.http_transport import PinnedTransport
from cockpit.errors import BadDelivery, BadSource, SourceRefused, SourceUnavailable

LARGEST_ANSWER = 32 << 20
"""Bytes of one answer: ask for smaller pages above."""

LARGEST_READING = 1 << 30
"""Bytes of all the answers of one reading."""

_ATTEMPTS = 4
_LONGEST_PAUSE_S = 2.0
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_SERVER_ERROR = 500
_LONGEST_CERTIFICATES = 1 << 20

for _name in ("httpx2", "httpcore2"):  # they log addresses and headers
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """A successful answer, whole. url: the one asked; headers: names in any case."""

    url: urls.Address
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Requests of one reading of one source. Made by `opened`."""

    def __init__(self, asked: Asked, access: HttpAccess, web: httpx2.Client) -> None:
        self._asked, self._web = asked, web
        self._bytes_left = LARGEST_READING
        self._authorizer = http_auth.authorizer(asked, access, self._post)

    def get(
        self,
        url: urls.Address,
        params: Sequence[tuple[str, str]] = (),
        accept: str = "application/json",
    ) -> Answer:
        """The whole answer to a GET, tried again while that can help and time is left.

        params replace those of the same name in the URL. Raises SourceUnavailable, SourceRefused
        (401, 403, 404, redirect, certificate), BadDelivery (too large, compressed).
        """
        target = httpx2.URL(url.url).copy_merge_params(list(params)) if params else url.url
        request = self._web.build_request("GET", target, headers={"Accept": accept})
        status, answer = self._insisting(request, url)
        if status == HTTPStatus.UNAUTHORIZED and self._authorizer.renew():
            status, answer = self._insisting(request, url)
        self._judge(status)
        return answer

    def _insisting(self, request: httpx2.Request, url: urls.Address) -> tuple[int, Answer]:
        request.headers.update(self._authorizer.headers())
        attempts = stamina.retry_context(
            on=self._pause,
            attempts=_ATTEMPTS,
            timeout=network.left(self._asked),
            wait_initial=0.2,
            wait_max=_LONGEST_PAUSE_S,
            wait_jitter=0.2,
        )
        for attempt in attempts:
            with attempt:
                status, answer = self._sent(request, url)
                if status in _BUSY or status >= _SERVER_ERROR:
                    raise self._unavailable(status, answer)
        return status, answer

    def _pause(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds: only when the deadline allows it."""
        if not isinstance(error, SourceUnavailable):
            return False
        try:
            seconds = network.left(self._asked)
        except SourceUnavailable:
            return False
        wanted = error.facts.get("retry_after_s")
        if isinstance(wanted, float):
            return wanted if wanted < seconds else False
        return seconds > _LONGEST_PAUSE_S

    def _unavailable(self, status: int, answer: Answer) -> SourceUnavailable:
        reason = f"le serveur est indisponible ({status})"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            reason = f"le serveur reçoit trop de demandes ({status})"
        wanted = _retry_after(answer.headers.get("retry-after", ""))
        if wanted is None:
            return SourceUnavailable(source=self._asked.source, reason=reason)
        return SourceUnavailable(
            source=self._asked.source,
            reason=f"{reason}, il demande d'attendre {wanted:.0f} s",
            retry_after_s=wanted,
        )

    def _post(self, url: str, form: bytes, headers: Mapping[str, str]) -> bytes:
        """Sent once: a POST is not repeated."""
        target = urls.address(url)
        request = self._web.build_request(
            "POST", target.url, content=form, headers={**headers, "Accept": "application/json"}
        )
        status, answer = self._sent(request, target)
        if status in _BUSY or status >= _SERVER_ERROR:
            raise self._unavailable(status, answer)
        if status == HTTPStatus.BAD_REQUEST:  # what RFC 6749 answers to unknown credentials
            status = HTTPStatus.UNAUTHORIZED
        self._judge(status)
        return answer.body

    def _sent(self, request: httpx2.Request, url: urls.Address) -> tuple[int, Answer]:
        source = self._asked.source
        try:
            response = self._web.send(request, stream=True)
            try:
                return response.status_code, Answer(url, response.headers, self._body(response))
            finally:
                response.close()
        except (httpcore2.LocalProtocolError, httpx2.InvalidURL):
            reason = "la demande ne peut pas être envoyée telle quelle"
            raise SourceRefused(source=source, reason=reason) from None  # it may quote a header
        except (httpcore2.ProtocolError, httpcore2.NetworkError):
            network.left(self._asked)
            reason = "réponse interrompue ou incomplète"
            raise SourceUnavailable(source=source, reason=reason) from None  # it may quote bytes

    def _body(self, response: httpx2.Response) -> bytes:
        announced = response.headers.get("content-length", "0")
        coding = response.headers.get("content-encoding", "identity")
        if coding.strip().lower() not in {"identity", ""}:
            raise self._too_much("une réponse non compressée")
        if announced.isdigit() and int(announced) > LARGEST_ANSWER:
            raise self._too_much(f"des pages d'au plus {LARGEST_ANSWER >> 20} Mio")
        parts, size = [], 0
        for part in response.iter_raw():
            size += len(part)
            self._bytes_left -= len(part)
            if size > LARGEST_ANSWER:
                raise self._too_much(f"des pages d'au plus {LARGEST_ANSWER >> 20} Mio")
            if self._bytes_left < 0:
                raise self._too_much(f"au plus {LARGEST_READING >> 20} Mio en tout")
            parts.append(part)
        return b"".join(parts)

    def _too_much(self, expected: str) -> BadDelivery:
        return BadDelivery(file=self._asked.source, expected=expected)

    def _judge(self, status: int) -> None:
        """Raises SourceRefused for anything but a success; what the server says is not quoted."""
        if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            return
        raise SourceRefused(source=self._asked.source, reason=_why(status))


def _why(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"identifiants ou droits non acceptés ({status})"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return f"rien à cette adresse ({status})"
    if status // 100 == HTTPStatus.MULTIPLE_CHOICES // 100:
        return f"il renvoie vers une autre adresse ({status}), à écrire dans la source"
    return f"il n'accepte pas la demande ({status})"


def _retry_after(text: str) -> float | None:
    """Seconds that a server asks to wait, given as a number or as a date."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (clock.utc_naive(date) - clock.utc_naive(clock.now())).total_seconds())


@contextmanager
def opened(asked: Asked, access: HttpAccess, url: str, field: str) -> Iterator[Client]:
    """A client for one reading.

    url: the setting `field`; its server and that of the tokens must be allowed. Raises BadSource,
    SourceUnavailable when a name is unknown.
    """
    wanted = [(urls.address(url), field)]
    if access.auth == "oauth2":
        wanted.append((urls.address(access.token_url), "token_url"))
    places = {
        (one.host, one.port): network.allowed(asked, one.host, one.port, name)
        for one, name in wanted
    }
    secure = any(one.scheme == "https" for one, _ in wanted)
    transport = PinnedTransport(asked, places, _trust(asked, access) if secure else None)
    headers = {"User-Agent": "cockpit", "Accept-Encoding": "identity"}
    with httpx2.Client(
        transport=transport, trust_env=False, follow_redirects=False, headers=headers
    ) as web:
        yield Client(asked, access, web)


def _trust(asked: Asked, access: HttpAccess) -> ssl.SSLContext:
    """Certificates are always verified, against the name that the operator wrote."""
    if not access.ca_file:
        return ssl.create_default_context()
    try:
        with guard.opened(asked.home, access.ca_file, _LONGEST_CERTIFICATES) as found:
            return ssl.create_default_context(cadata=found.stream.read().decode("ascii"))
    except (BadDelivery, ssl.SSLError, UnicodeDecodeError, ValueError) as error:
        raise BadSource(
            file=f"{asked.source}.toml",
            field="ca_file",
            expected="un fichier PEM du dossier de l'installation qui tient une autorité "
            "de certification",
        ) from error
