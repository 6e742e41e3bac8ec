"""FHIR R4 servers: stays, beds or ready-made measures, counted by unit before anything leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from cockpit import clock
from cockpit.connect import http
from cockpit.connect.contract import Asked, Check, Delivery, Stream
from cockpit.connect.fhir import beds as fhir_beds
from cockpit.connect.fhir import census as fhir_census
from cockpit.connect.fhir import reports as fhir_reports
from cockpit.connect.fhir import stays as fhir_stays
from cockpit.connect.fhir.census import Census, Window
from cockpit.connect.fhir.lines import COLUMNS, MEASURE, Found, Line
from cockpit.connect.fhir.movements import Movements
from cockpit.connect.fhir.search import Fhir
from cockpit.connect.fhir.units import Directory, UnitFrom
from cockpit.connect.http_auth import HttpAccess
from cockpit.connect.paging import Params
from cockpit.connect.reasons import counted
from cockpit.connect.urls import Url
from cockpit.errors import BadDelivery, CockpitError

Mode = Literal["encounters", "locations", "measure_reports"]
_RESOURCE = {"encounters": "Encounter", "locations": "Location", "measure_reports": "MeasureReport"}
_CLASSES = {"IMP": fhir_stays.INPATIENT, "EMER": fhir_stays.EMERGENCY, "AMB": fhir_stays.AMBULATORY}


class FhirConfig(HttpAccess):
    """Settings of a FHIR server. Every mode gives the same columns (`MAPPING` reads them)."""

    base_url: Url = Field(
        title="Adresse de base",
        description="https://serveur:port/fhir ; serveur dans [network] allow",
    )
    mode: Mode = Field(
        title="Ressources lues",
        description="encounters : séjours et mouvements ; locations : lits ; measure_reports : "
        "mesures déjà calculées",
    )
    unit_system: str = Field(
        min_length=1,
        title="Système d'identifiant des UF",
        description="« system » des identifiants qui sont des codes d'UF de la structure",
    )
    unit_from: UnitFrom = Field(
        "location",
        title="Qui porte le code d'UF",
        description="location : le lieu ou ce qui le contient ; managingOrganization : "
        "l'organisation du lieu ; serviceProvider : celle du séjour",
    )
    classes: tuple[Literal["IMP", "EMER", "AMB"], ...] = Field(
        ("IMP", "EMER"), min_length=1, title="Classes de séjours (encounters)"
    )
    ed_unit: str = Field(
        "",
        title="UF des urgences",
        description="Si elle est donnée, les passages EMER sont comptés par le serveur "
        "(_summary=count) et aucun n'est lu",
    )
    strata: dict[str, Literal["facet", "unit"]] = Field(
        default_factory=dict,
        title="Stratifiants lus (measure_reports)",
        description="Code du stratifiant : facet (un découpage) ou unit (des codes d'UF) ; "
        "le total du groupe devient un détail",
    )
    days: int = Field(30, ge=1, le=400, title="Jours relus à chaque lecture")
    page_size: int = Field(200, ge=1, le=5000, title="Ressources par page")
    max_pages: int = Field(2000, ge=1, le=100_000, title="Pages au plus")

    @field_validator("base_url")
    @classmethod
    def _given(cls, text: str) -> str:
        if not text or "?" in text:
            message = "l'adresse de base du serveur, sans « ? »"
            raise ValueError(message)
        return text


class _Fhir:
    kind = "fhir"
    Config = FhirConfig
    MAPPING: ClassVar = {
        "date": {"column": "jour", "format": "%Y-%m-%d"},
        "unit": {"column": "uf"},
        "facet": {"column": "decoupage"},
        "measure": {"column": "mesure"},
        "value": {"column": "valeur"},
        "where": {"nature": [MEASURE]},
    }
    REPLACE: ClassVar = "day"

    def check(self, asked: Asked, config: FhirConfig) -> Check:
        kind = _RESOURCE[config.mode]
        try:
            with http.opened(asked, config, config.base_url, "base_url") as client:
                number = _server(asked, config, client).count(kind)
        except CockpitError as error:
            return Check(ok=False, sentence=error.sentence())
        return Check(
            ok=number > 0, sentence=f"{counted(number, 'ressource')} {kind} sur le serveur."
        )

    def discover(self, asked: Asked, config: FhirConfig) -> list[Stream]:
        del asked
        return [Stream(config.mode, COLUMNS)]

    def read(self, asked: Asked, config: FhirConfig) -> Iterator[Delivery | BadDelivery]:
        try:
            with http.opened(asked, config, config.base_url, "base_url") as client:
                found = _found(_server(asked, config, client), config)
            parts = tuple(found.parts(asked.source, asked.columns))
            _check_any(asked, found)
        except BadDelivery as refusal:
            yield refusal
            return
        yield Delivery(asked.source, "", parts, ".")


def _server(asked: Asked, config: FhirConfig, client: http.Client) -> Fhir:
    return Fhir(asked, client, config.base_url, config.page_size, config.max_pages)


def _check_any(asked: Asked, found: Found) -> None:
    if not found.lines and not found.refused:
        expected = "au moins une ressource à compter : vide ne veut pas dire zéro"
        raise BadDelivery(file=asked.source, expected=expected)


def _found(fhir: Fhir, config: FhirConfig) -> Found:
    directory = Directory(fhir, config.unit_system, config.unit_from)
    if config.mode == "locations":
        places = fhir.search("Location", fhir_beds.ELEMENTS)
        return fhir_beds.counted(places, directory, clock.now())
    window = Window.ending(clock.now(), config.days)
    if config.mode == "measure_reports":
        params = (("period", f"ge{window.first.isoformat()}"),)
        return fhir_reports.counted(
            fhir.search("MeasureReport", fhir_reports.ELEMENTS, params), directory, config.strata
        )
    return _stays(fhir, config, directory, window)


def _stays(fhir: Fhir, config: FhirConfig, directory: Directory, window: Window) -> Found:
    found, census = Found(), Census(window)
    read = [name for name in config.classes if name != "EMER" or not config.ed_unit]
    codes = ",".join(sorted(frozenset().union(*(_CLASSES[name] for name in read))))
    since = fhir_census.instant(window.first, fhir_census.MIDNIGHT)
    params: Params = (("date", f"ge{since.isoformat()}"), ("class", codes))
    stays = fhir.search("Encounter", fhir_stays.ELEMENTS, params) if read else ()
    read_so_far = Movements()
    for rank, encounter in enumerate(stays, 1):
        stay = None
        try:
            stay = fhir_stays.stay_of(encounter, directory.unit, config.unit_from)
        except fhir_stays.LeftOut as why:
            found.refused.append((rank, *why.args))
        above = fhir_stays.part_of(encounter)
        read_so_far.add(str(encounter.get("id") or ""), rank, above, stay)
    for rank, one in read_so_far.stays():
        if isinstance(one, fhir_stays.LeftOut):
            found.refused.append((rank, *one.args))
        else:
            census.add(one)
    found.lines += census.lines()
    if config.ed_unit:
        found.lines += _visits(fhir, config.ed_unit, window)
    return found


def _visits(fhir: Fhir, unit: str, window: Window) -> Iterator[Line]:
    """ED visits of each day: those begun after the day before, less those begun after it."""
    statuses = ",".join(fhir_stays.STATUSES)
    left = None
    for day in [window.first - timedelta(days=1), *window.days()]:
        end = fhir_census.instant(day + timedelta(days=1), fhir_census.MIDNIGHT)
        last = (end - timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
        params = (("class", "EMER"), ("status", statuses), ("date", f"sa{last}"))
        after = fhir.count("Encounter", params)
        if left is not None:
            if after > left:
                raise BadDelivery(file=fhir.asked.source, expected="des comptes qui se suivent")
            yield Line(day.isoformat(), unit, "ed_visits", str(left - after))
        left = after


CONNECTOR = _Fhir()
