"""Who is asking, and what they may see: the first argument of every read.

Until sign-in exists the server listens on loopback only and "Voir comme" picks one of these roles
(`?as=` in the app, the brief and the API). A scope is frozen and part of every cache key.
"""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.errors import BadRequest, OutOfScope
from cockpit.kpi.model import Domain, UnitId

_ALL = frozenset(Domain)


@dataclass(frozen=True, slots=True)
class Scope:
    """roots: the units whose whole subtree is visible, outermost only. domains: KPI families.

    administers: may open the pages about sources and runs.
    """

    role: str
    label_fr: str
    label_en: str
    roots: tuple[UnitId, ...]
    domains: frozenset[Domain]
    administers: bool = False

    def require(self, domain: Domain) -> None:
        """Raise OutOfScope when this role does not see the domain."""
        if domain not in self.domains:
            raise OutOfScope(what=str(domain))

    def key(self) -> tuple[object, ...]:
        """What a cache must distinguish."""
        return (self.roots, tuple(sorted(self.domains)), self.administers)


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    label_fr: str
    label_en: str
    domains: frozenset[Domain]
    administers: bool = False


_ROLES = (
    _Role("director_ght", "Direction générale", "General management", _ALL),
    _Role(
        "daf",
        "Direction des affaires financières",
        "Finance",
        frozenset({Domain.FINANCE, Domain.ACTIVITY}),
    ),
    _Role(
        "drh",
        "Direction des ressources humaines",
        "Human resources",
        frozenset({Domain.WORKFORCE, Domain.ACTIVITY}),
    ),
    _Role(
        "bed_manager",
        "Cellule des lits",
        "Bed management",
        frozenset({Domain.BEDS, Domain.ACTIVITY}),
    ),
    _Role("admin", "Administration (DSI)", "Administration (IT)", _ALL, administers=True),
)
_SITE_PREFIX = "director_"
DEFAULT_ROLE = "director_ght"


def title_of(role: str) -> tuple[str, str] | None:
    """What a profile is called, in French and in English; None for one that is not known.

    Of the direction of an establishment, without its name: the code of a profile is all it takes.
    """
    known = next(((one.label_fr, one.label_en) for one in _ROLES if one.name == role), None)
    if known is None and role.startswith(_SITE_PREFIX):
        return "Direction de site", "Site director"
    return known


@dataclass(frozen=True, slots=True)
class Site:
    """One establishment, as the switch needs it."""

    unit: UnitId
    label: str


def scopes(top: tuple[UnitId, ...], sites: tuple[Site, ...]) -> tuple[Scope, ...]:
    """Every role of the switch: the group's, then one director per establishment, then the others.

    top: the units without parent. sites: the establishments, in the order of the structure.
    """
    whole = [
        Scope(role.name, role.label_fr, role.label_en, top, role.domains, role.administers)
        for role in _ROLES
    ]
    directors = [
        Scope(
            _site_role(site),
            f"Direction · {site.label}",
            f"Site director · {site.label}",
            (site.unit,),
            _ALL,
        )
        for site in sites
    ]
    return (whole[0], *directors, *whole[1:])


def _site_role(site: Site) -> str:
    """A site coded like a role of the group must not be given that role."""
    name = f"{_SITE_PREFIX}{site.unit}"
    return f"{name}_site" if name == DEFAULT_ROLE else name


def scope_named(name: str | None, top: tuple[UnitId, ...], sites: tuple[Site, ...]) -> Scope:
    """The scope of a role name; None gives the default. Raises BadRequest for any other name."""
    wanted = name or DEFAULT_ROLE
    for scope in scopes(top, sites):
        if scope.role == wanted:
            return scope
    raise BadRequest(field="as", expected="un profil de la liste « Voir comme »")
