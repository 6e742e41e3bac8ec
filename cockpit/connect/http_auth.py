"""How a web source proves who it is: settings shared by every connector that speaks HTTP.

A wrong password is said once and never tried again: three tries would lock the account.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Protocol, Self
from urllib.parse import quote_plus, urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cockpit import log
from cockpit.connect import guard, secrets
from cockpit.connect.contract import Asked
from cockpit.connect.secrets import Secret
from cockpit.connect.urls import Url
from cockpit.errors import BadSource, SourceRefused

_HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"
_NEEDED = {
    "none": (),
    "basic": ("user", "password"),
    "bearer": ("token",),
    "header": ("token",),
    "oauth2": ("token_url", "client_id", "client_secret"),
}


def _file(text: str) -> str:
    return guard.relative_pattern(text) if text else text


class HttpAccess(BaseModel):
    """Settings of an access over HTTP; a connector's own settings extend them.

    Flat on purpose: the administration form draws one list of fields, secrets masked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    auth: Literal["none", "basic", "bearer", "header", "oauth2"] = Field(
        "none",
        title="Authentification",
        description="basic : utilisateur et mot de passe ; bearer : jeton ; header : clé dans un "
        "en-tête ; oauth2 : identifiants client (client credentials)",
    )
    user: str = Field("", title="Utilisateur (basic)")
    password: Secret = Field("", title="Mot de passe (basic)")
    token: Secret = Field("", title="Jeton ou clé (bearer, header)")
    header: str = Field("X-API-Key", title="Nom de l'en-tête de la clé (header)", pattern=_HEADER)
    token_url: Url = Field(
        "",
        title="Adresse du jeton (oauth2)",
        description="Son serveur doit aussi être dans [network] allow",
    )
    client_id: str = Field("", title="Identifiant client (oauth2)")
    client_secret: Secret = Field("", title="Secret client (oauth2)")
    scope: str = Field("", title="Portée demandée (oauth2)")
    ca_file: Annotated[str, AfterValidator(_file)] = Field(
        "",
        title="Autorité de certification",
        description="Fichier PEM du dossier de l'installation ; vide : celles du système",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in _NEEDED[self.auth] if not getattr(self, name)]
        if missing:
            message = f"« {missing[0]} » renseigné pour auth = « {self.auth} »"
            raise ValueError(message)
        return self


Post = Callable[[str, bytes, Mapping[str, str]], bytes]
"""Send a form to a URL and give the body of the answer; raises errors of the source."""


class Authorizer(Protocol):
    """What proves who asks. renew: whether a refused proof could be replaced by a new one."""

    def headers(self) -> dict[str, str]:
        """The headers to add to a request."""
        ...

    def renew(self) -> bool:
        """Forget a proof that was refused; False when there is no other."""
        ...


class _Fixed:
    def __init__(self, **headers: str) -> None:
        self._headers = headers

    def headers(self) -> dict[str, str]:
        return self._headers

    def renew(self) -> bool:
        return False


class _ClientCredentials:
    """RFC 6749 §4.4: a token asked for at the first request, and again once it is refused."""

    def __init__(self, asked: Asked, access: HttpAccess, post: Post) -> None:
        self._asked, self._access, self._post = asked, access, post
        self._token = ""

    def headers(self) -> dict[str, str]:
        self._token = self._token or self._new_token()
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        self._token = ""
        return True

    def _new_token(self) -> str:
        access = self._access
        secret = secrets.reveal(self._asked, access.client_secret, "client_secret")
        form = {"grant_type": "client_credentials"} | (
            {"scope": access.scope} if access.scope else {}
        )
        body = self._post(
            access.token_url,
            urlencode(form).encode(),
            {
                "Authorization": _basic(quote_plus(access.client_id), quote_plus(secret)),
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        try:
            found = json.loads(body)
            token = found["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not isinstance(token, str) or not _sendable(token):
            raise SourceRefused(
                source=self._asked.source, reason="le serveur de jetons n'a pas donné de jeton"
            )
        log.hide(token)
        return token


def authorizer(asked: Asked, access: HttpAccess, post: Post) -> Authorizer:
    """What the settings ask for. Raises BadSource when a secret cannot be read or sent."""
    if access.auth == "oauth2":
        return _ClientCredentials(asked, access, post)
    if access.auth == "basic":
        password = secrets.reveal(asked, access.password, "password")
        return _Fixed(Authorization=_basic(access.user, password))
    if access.auth == "none":
        return _Fixed()
    token = secrets.reveal(asked, access.token, "token")
    if not _sendable(token):
        raise BadSource(
            file=f"{asked.source}.toml",
            field="token",
            expected="un secret d'une seule ligne en caractères ASCII",
        )
    if access.auth == "bearer":
        return _Fixed(Authorization=f"Bearer {token}")
    return _Fixed(**{access.header: token})


def _sendable(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and token == token.strip()


def _basic(user: str, password: str) -> str:
    coded = b64encode(f"{user}:{password}".encode()).decode("ascii")
    log.hide(coded)
    return f"Basic {coded}"
