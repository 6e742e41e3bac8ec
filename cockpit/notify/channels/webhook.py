"""A JSON POST to a server of the allow-list: no redirect, no proxy, one address, a time limit.

{"key": "…", "person": "cdupont", "subject": "Cockpit : 1 alerte", "lines": [{…}]}
"""

from __future__ import annotations

import hashlib
import hmac
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpcore2
import httpx2

from cockpit.connect import urls
from cockpit.connect.http_transport import PinnedTransport
from cockpit.i18n import mark
from cockpit.notify.errand import told
from cockpit.notify.failure import ChannelDown, NeverSent, NotSent
from cockpit.notify.letter import LISTED, clean
from cockpit.notify.settings import Webhook

if TYPE_CHECKING:
    from cockpit.notify.errand import Errand
    from cockpit.notify.route import Line

_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_SERVER_ERROR = 500


def send(errand: Errand, hook: Webhook) -> None:
    """POST it. Raises ChannelDown, NotSent, NeverSent."""
    target = urls.address(hook.url)
    place = errand.place(target.host, target.port)
    trust = errand.trust(hook.ca_file) if target.scheme == "https" else None
    transport = PinnedTransport(errand.asked, {(target.host, target.port): place}, trust)
    content = body(errand)
    headers = {"Content-Type": "application/json", "Idempotency-Key": errand.letter.key}
    secret = errand.secret(hook.secret, f"{hook.id}.secret")
    if secret:
        digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
        headers["X-Cockpit-Signature"] = f"sha256={digest}"
    errand.hand()
    try:
        with (
            told(),
            httpx2.Client(transport=transport, trust_env=False, follow_redirects=False) as web,
            web.stream("POST", target.url, content=content, headers=headers) as answer,
        ):
            status = answer.status_code
    except (httpx2.HTTPError, httpcore2.ProtocolError, httpcore2.NetworkError) as error:
        raise ChannelDown(reason=mark("le serveur n'a pas répondu")) from error
    _judge(status)


def body(errand: Errand) -> bytes:
    """What is posted; the text of sources is text, whatever it holds."""
    letter = errand.letter
    said = {
        "key": letter.key,
        "person": errand.person.id,
        "subject": letter.subject,
        "count": len(letter.lines),
        "lines": [_line(line) for line in letter.lines[:LISTED]],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _line(line: Line) -> dict[str, object]:
    return {
        "what": line.what,
        "severity": line.severity,
        "episode": line.episode,
        "title": clean(line.words.title),
        "body": clean(line.words.body),
        "kpi": line.words.kpi,
        "unit": line.words.unit,
        "since": line.words.since,
    }


def _judge(status: int) -> None:
    if status // 100 == 2:  # noqa: PLR2004 - taken
        return
    if status in _LATER or status >= _SERVER_ERROR:
        raise NotSent(reason=mark("le serveur demande d'essayer plus tard"))
    raise NeverSent(reason=mark("le serveur refuse l'appel, ou renvoie ailleurs"))
