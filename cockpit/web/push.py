"""`/push/…`: a phone asks to be told, or not any more.

    GET  /push/key                                           {"key": "…"}
    POST /push/subscribe    {"person": "…", "subscription": {…}}
                            {"replaces": "…", "subscription": {…}}     the service moved the phone
    POST /push/unsubscribe  {"endpoint": "…"}

Under the same door as every page: a page of another site cannot subscribe anybody.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from cockpit import i18n, state
from cockpit.answers.visit import language_of
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.notify import phones, vapid
from cockpit.notify.people import PUSH
from cockpit.web.api import absent, as_json, body_of, failed, refusal
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

_LARGEST_BODY = 8192
_MOST_A_MINUTE = 60
_MINUTE_S = 60.0
_DEVICES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))

Said = dict[str, object]


def routes() -> list[Route]:
    """The three addresses; anything else below /push answers 404."""
    return [
        Route("/push/key", _key),
        Route("/push/subscribe", _posted(_subscribe), methods=["POST"]),
        Route("/push/unsubscribe", _posted(_unsubscribe), methods=["POST"]),
        Route("/push/{path:path}", absent),
    ]


class _Bound:
    """How many changes a minute, from everybody together: a hospital has a few phones a day."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: deque[float] = deque()

    def takes(self) -> bool:
        """Whether one more is taken now."""
        now = time.monotonic()
        with self._lock:
            while self._last and self._last[0] < now - _MINUTE_S:
                self._last.popleft()
            if len(self._last) >= _MOST_A_MINUTE:
                return False
            self._last.append(now)
            return True


BOUND = _Bound()


def _key(request: Request) -> Response:
    return _answered(request, lambda: {"key": vapid.public_key(warehouse().home)})


def _posted(
    do: Callable[[Mapping[str, object], str], Said],
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def respond(request: Request) -> Response:
        body = await _body(request)
        if not BOUND.takes():
            said = {"error": "TooMany", "sentence": "Trop de demandes. Réessayez dans une minute."}
            answer = as_json(said, status=429)
            answer.headers["retry-after"] = "60"
            return answer
        device = _device(request.headers.get("user-agent", ""))
        return await run_in_threadpool(_answered, request, lambda: do(_read(body), device))

    return respond


async def _body(request: Request) -> bytes:
    """What was sent; nothing when it is too long, or is no JSON by its own word (a plain form of
    another site can say neither)."""
    body = await body_of(request, _LARGEST_BODY)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return body if kind == "application/json" else b""


def _read(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadRequest(field="JSON", expected=mark("un objet JSON de 8 Ko au plus"))
    return found


def _answered(request: Request, do: Callable[[], Said]) -> Response:
    try:
        home = warehouse().home
        with i18n.use(language_of(home, request.query_params.get("lang"))):
            try:
                return as_json(do())
            except CockpitError as error:
                return refusal(error)
    except CockpitError as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001 - a reader of JSON gets JSON, the log the trace
        return failed("push", error)


def _subscribe(asked: Mapping[str, object], device: str) -> Said:
    home = warehouse().home
    given = phones.subscription(asked.get("subscription"))
    name, replaces = _text(asked, "person"), _text(asked, "replaces")
    person = phones.add(home, name, given, label=device, replaces=replaces)
    is_used = PUSH in (*person.red, *person.amber)
    return {
        "phones": phones.counts(home).get(person.id, 0),
        "sentence": ""
        if is_used
        else _(
            "Inscrit, mais la voie « push » n'est choisie ni pour les alertes ni les vigilances."
        ),
    }


def _unsubscribe(asked: Mapping[str, object], _device: str) -> Said:
    return {"known": phones.forget(state.engine(warehouse().home), _text(asked, "endpoint"))}


def _text(asked: Mapping[str, object], name: str) -> str:
    found = asked.get(name, "")
    if not isinstance(found, str):
        raise BadRequest(field=name, expected=mark("un texte"))
    return found


def _device(agent: str) -> str:
    """As "iPhone · Safari": what its owner recognises; nothing else of the header is kept."""
    device = next((one for one in _DEVICES if one in agent), "")
    browser = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}", agent)), "")
    return " · ".join(filter(None, (device, browser)))
