"""Who looks at what: one published state, one scope, one unit, one period, one language.

Built once per run by cockpit/web/main.py and handed to the page through `current()`: never kept in
the session, because an identity must not outlive its run.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from cockpit import clock
from cockpit.access.scope import Scope, Site, scope_named, scopes
from cockpit.errors import UnknownUnit
from cockpit.i18n import Language, speak
from cockpit.kpi.catalogue import KPIS, kpi_named
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.kpi.units import Unit, UnitTree
from cockpit.series.model import Period
from cockpit.views.params import Params
from cockpit.warehouse.attach import Generation

HOME = "synthese"
"""The page at the root."""


@dataclass(frozen=True)
class Context:
    """Everything a screen needs to ask for its figures.

    kpis: the catalogue with the hospital's own. name: the installation.
    """

    generation: Generation
    scope: Scope
    unit: Unit
    period: Period
    language: Language
    params: Params = field(default_factory=Params)
    kpis: Mapping[KpiId, Kpi] = field(default_factory=lambda: KPIS)
    name: str = ""

    @property
    def units(self) -> UnitTree:
        """The hospital's structure."""
        return self.generation.units

    def kpi(self, name: str) -> Kpi:
        """The KPI of this name, if the role may see it. Raises UnknownKpi, OutOfScope."""
        found = kpi_named(name, self.kpis)
        self.scope.require(found.domain)
        return found

    def having(self, *names: str) -> tuple[Kpi, ...]:
        """Those of these KPIs that exist and that the role sees, in this order."""
        known = [self.kpis[KpiId(name)] for name in names if KpiId(name) in self.kpis]
        return tuple(kpi for kpi in known if kpi.domain in self.scope.domains)

    @property
    def now(self) -> datetime:
        """The instant, naive UTC."""
        return clock.utc_naive(clock.now())

    def path(self) -> tuple[Unit, ...]:
        """From the top of what the role sees down to the unit."""
        whole = self.units.path(self.unit.id)
        return tuple(unit for unit in whole if self.units.is_within(unit.id, self.scope.roots))

    def link(self, page: str, **changes: object) -> str:
        """The address of a page, with all that this one says but for `changes`."""
        query = urlencode(self.params.query(**changes))
        return f"/{'' if page == HOME else page}" + (f"?{query}" if query else "")


def build(
    generation: Generation,
    scope: Scope,
    params: Params,
    *,
    language: Language = "fr",
    kpis: Mapping[KpiId, Kpi] = KPIS,
    name: str = "",
) -> Context:
    """The context of an address. Raises UnknownUnit for a unit that is not, or not of the scope."""
    wanted = params.unit or scope.roots[0]
    if not generation.units.is_within(wanted, scope.roots):
        raise UnknownUnit(unit=wanted)
    return Context(
        generation=generation,
        scope=scope,
        unit=generation.units.get(wanted),
        period=params.period or Period.DAY,
        language=params.language or language,
        params=params,
        kpis=kpis,
        name=name,
    )


def scope_of(units: UnitTree, role: str | None) -> Scope:
    """The scope of a role in this hospital. Raises BadRequest for any other name."""
    return scope_named(role, *_tops(units))


def roles(units: UnitTree) -> tuple[Scope, ...]:
    """Every profile of "Voir comme", in order."""
    return scopes(*_tops(units))


def _tops(units: UnitTree) -> tuple[tuple[UnitId, ...], tuple[Site, ...]]:
    sites = tuple(Site(unit.id, unit.label) for unit in units.establishments())
    return tuple(unit.id for unit in units.roots()), sites


_current: ContextVar[Context] = ContextVar("context")


def enter(context: Context) -> None:
    """Make this context the one of the run, and speak its language."""
    speak(context.language)
    _current.set(context)


def current() -> Context:
    """The context of the run; LookupError outside of a run of cockpit/web/main.py."""
    return _current.get()
