"""JSON APIs over HTTP: a list of records, page after page, only the columns that are mapped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, Self

from pydantic import Field, model_validator

from cockpit.connect import http, json_records, paging, reasons, urls
from cockpit.connect.contract import Asked, Check, Decimal, Delivery, Part, Stream
from cockpit.connect.http_auth import HttpAccess
from cockpit.connect.kept_parts import Kept
from cockpit.connect.paging import Kind, Page, Paging, Request
from cockpit.errors import BadDelivery, CockpitError

CURSOR = "{cursor}"


class RestConfig(HttpAccess):
    """Settings of a JSON API.

    params: sent as they are, `{cursor}` being where the last kept delivery stopped. optional:
    fields that the API leaves out when they are empty; any other must be in every record.
    """

    url: urls.Url = Field(
        title="Adresse", description="https://serveur:port/chemin ; serveur dans [network] allow"
    )
    params: dict[str, str] = Field(
        default_factory=dict,
        title="Paramètres de la requête",
        description="{cursor} : où s'est arrêtée la dernière lecture conservée",
    )
    records: str = Field(
        "", title="Chemin des lignes", description="Ex. data.items ; vide : la réponse est la liste"
    )
    optional: tuple[str, ...] = Field((), title="Champs absents quand ils sont vides")
    decimal: Decimal = Field(".", title="Séparateur décimal des nombres écrits en texte")
    paging: Kind = Field(
        "none",
        title="Pagination",
        description="offset, page, cursor (texte dans la réponse), next (adresse dans la réponse), "
        "link (en-tête Link)",
    )
    page_param: str = Field("", title="Paramètre de page (offset, page, cursor)")
    size_param: str = Field("", title="Paramètre de taille de page")
    page_size: int = Field(500, ge=1, le=100_000, title="Lignes par page")
    first_page: int = Field(1, ge=0, le=1, title="Numéro de la première page (page)")
    next_path: str = Field("", title="Chemin de la suite dans la réponse (cursor, next)")
    total_path: str = Field(
        "", title="Chemin du nombre total de lignes", description="Comparé aux lignes reçues"
    )
    max_pages: int = Field(1000, ge=1, le=100_000, title="Pages au plus")
    cursor_field: str = Field(
        "",
        title="Champ de reprise",
        description="Nombre entier ou date ISO qui ne fait que croître, comme une date de mise à "
        "jour ; envoyé dans {cursor}",
    )
    cursor_start: str = Field("", title="Valeur de {cursor} à la première lecture")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        used = any(CURSOR in text for text in self.params.values())
        message = ""
        if not self.url:
            message = "« url » renseigné"
        elif self.paging in ("offset", "page", "cursor") and not self.page_param:
            message = f"« page_param » renseigné pour paging = « {self.paging} »"
        elif self.paging in ("cursor", "next") and not self.next_path:
            message = f"« next_path » renseigné pour paging = « {self.paging} »"
        elif used != bool(self.cursor_field):
            message = "« cursor_field » et un paramètre qui contient {cursor}, ou aucun des deux"
        if message:
            raise ValueError(message)
        return self


class _Rest:
    kind = "rest"
    Config = RestConfig

    def check(self, asked: Asked, config: RestConfig) -> Check:
        try:
            found = _first(asked, config).records
        except CockpitError as error:
            return Check(ok=False, sentence=error.sentence())
        lines = reasons.counted(len(found), "ligne")
        clear = "" if config.url.startswith("https") else " Connexion non chiffrée."
        return Check(ok=True, sentence=f"{lines} dans la première page.{clear}")

    def discover(self, asked: Asked, config: RestConfig) -> list[Stream]:
        page = _first(asked, config)
        return [Stream(urls.address(config.url).host, json_records.names(page.records))]

    def read(self, asked: Asked, config: RestConfig) -> Iterator[Delivery | BadDelivery]:
        try:
            found = _delivery(asked, config)
        except BadDelivery as refusal:
            yield refusal
            return
        if found:
            yield found


class _Seen:
    """What a reading has gone through: nothing new leaves the cursor where it was."""

    def __init__(self, asked: Asked, config: RestConfig) -> None:
        self.lines, self.cursor = 0, _known(asked, config)
        self.header: tuple[str, ...] = ()
        self._named = (*asked.columns, *config.optional)
        self._field, self._name = config.cursor_field, asked.source

    def add(self, page: Page) -> None:
        self.lines += len(page.records)
        if not self.header:
            found = (*json_records.common(page.records), *self._named)
            self.header = tuple(dict.fromkeys(found)) if page.records else ()
        if self._field:
            self.cursor = json_records.newest(page.records, self._field, self.cursor, self._name)


def _known(asked: Asked, config: RestConfig) -> str:
    return asked.cursor if config.cursor_field else ""


def _delivery(asked: Asked, config: RestConfig) -> Delivery | None:
    """Every page as one delivery; None when a reading that goes on finds nothing new."""
    seen = _Seen(asked, config)
    parts = Kept(_parts(asked, config, seen.add))
    if seen.lines:
        return Delivery(
            asked.source, "", parts, config.decimal, cursor=seen.cursor, header=seen.header
        )
    if _known(asked, config):
        return None
    expected = "au moins une ligne : vide ne veut pas dire zéro"
    raise BadDelivery(file=asked.source, expected=expected)


def _parts(asked: Asked, config: RestConfig, seen: Callable[[Page], None]) -> Iterator[Part]:
    how, page = _how(config), None
    for page in _pages(asked, config, how):
        seen(page)
        if page.records:
            yield json_records.part(
                page.records, asked.columns, asked.source, page.before, config.optional
            )
    if page:
        paging.check_total(asked, how, page)


def _first(asked: Asked, config: RestConfig) -> Page:
    with closing(_pages(asked, config, _how(config))) as pages:
        return next(pages)


def _how(config: RestConfig) -> Paging:
    return Paging(
        config.paging,
        config.page_param,
        config.size_param,
        config.page_size,
        config.next_path,
        first=config.first_page,
        total=config.total_path,
    )


def _pages(asked: Asked, config: RestConfig, how: Paging) -> Generator[Page, None, None]:
    def records(document: Any) -> list[dict[str, Any]]:
        return json_records.records(document, config.records, asked.source)

    start = _known(asked, config) or config.cursor_start
    params = tuple((name, text.replace(CURSOR, start)) for name, text in config.params.items())
    with http.opened(asked, config, config.url, "url") as client:
        yield from paging.pages(
            asked,
            client,
            how.start(Request(urls.address(config.url), params)),
            records=records,
            after=lambda page: paging.following(asked, how, page),
            most=config.max_pages,
        )


CONNECTOR = _Rest()
