"""Who asks, in which language, of which published state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.access.scope import Scope, Site, scope_named, scopes
from cockpit.errors import BadRequest, UnknownUnit
from cockpit.i18n import LANGUAGES, Language
from cockpit.kpi import catalogue
from cockpit.kpi.installed import kpis_of
from cockpit.warehouse.attach import Generation, Warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.kpi.model import Kpi, KpiId, UnitId
    from cockpit.settings import Home


@dataclass(frozen=True)
class Visit:
    """One reader and the state that answers; a visit never spans two generations."""

    generation: Generation
    scope: Scope
    language: Language
    kpis: Mapping[KpiId, Kpi]

    def kpi(self, name: str) -> Kpi:
        """The KPI of this name, if the role may see it. Raises UnknownKpi, OutOfScope."""
        found = catalogue.kpi(name, self.kpis)
        self.scope.require(found.domain)
        return found

    def unit(self, asked: UnitId | None) -> UnitId:
        """The unit asked for, else the first that the role sees. Raises UnknownUnit."""
        unit = asked or self.scope.roots[0]
        if not self.generation.units.is_within(unit, self.scope.roots):
            raise UnknownUnit(unit=unit)
        return unit


def visit(warehouse: Warehouse, params: Mapping[str, str]) -> Visit:
    """From `as` and `lang`. Raises NoGeneration, BadRequest."""
    language = language_of(warehouse.home, params.get("lang"))
    generation = warehouse.generation()
    scope = scope_of(generation, params.get("as"))
    return Visit(generation, scope, language, kpis_of(warehouse.home.kpis))


def scope_of(generation: Generation, role: str | None) -> Scope:
    """The scope of a role in this hospital. Raises BadRequest for an unknown one."""
    return scope_named(role, *_sites(generation))


def scopes_of(generation: Generation) -> tuple[Scope, ...]:
    """Every role of « Voir comme »."""
    return scopes(*_sites(generation))


def language_of(home: Home, asked: str | None) -> Language:
    """The language asked for, else the installation's. Raises BadRequest for any other."""
    if asked is None:
        return home.installation.language
    for language in LANGUAGES:
        if language == asked:
            return language
    raise BadRequest(field="lang", expected="fr ou en")


def _sites(generation: Generation) -> tuple[tuple[UnitId, ...], tuple[Site, ...]]:
    units = generation.units
    sites = tuple(Site(unit.id, unit.label) for unit in units.establishments())
    return tuple(unit.id for unit in units.roots()), sites
