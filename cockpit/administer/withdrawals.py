"""Figures of a source that are taken back: what would go, then done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from cockpit import refresh
from cockpit.administer import acts
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, WarehouseBusy
from cockpit.fetch import landing_still
from cockpit.i18n import mark
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi
from cockpit.kpi.special import special_terms
from cockpit.settings import Home
from cockpit.warehouse import withdrawal
from cockpit.warehouse.attach import Generation, Warehouse
from cockpit.warehouse.structure import structure_hash
from cockpit.warehouse.withdrawal import Given, Withdrawal

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What would go: by measure, and the KPIs that read one of them."""

    given: tuple[Given, ...]
    kpis: tuple[Kpi, ...]

    @property
    def figures(self) -> int:
        """How many in all."""
        return sum(one.figures for one in self.given)


def effect(generation: Generation, asked: Withdrawal) -> Effect:
    """What a withdrawal would take out of a generation. Raises BadRequest for an unknown measure or
    days in the wrong order."""
    if asked.measure and asked.measure not in MEASURES:
        raise BadRequest(field="measure", expected=mark("une mesure connue (docs/files.md)"))
    if asked.first and asked.last and asked.last < asked.first:
        raise BadRequest(field="to", expected=mark("un jour qui ne précède pas le premier"))
    found = withdrawal.given(generation, asked)
    gone = {one.measure for one in found}
    kpis = tuple(kpi for kpi in kpis_of(generation.home.kpis).values() if gone & _read_by(kpi))
    return Effect(found, kpis)


def _read_by(kpi: Kpi) -> set[str]:
    return {str(term.measure) for term in (*kpi.terms(), *special_terms(kpi))}


def withdraw(home: Home, asked: Withdrawal, who: str) -> int:
    """Take the figures back and publish; returns how many.

    What another source could not give because of them goes in then (`aside`). While another process
    publishes, the next refresh does it. Raises BadRequest when there is none, and as `effect`.
    """
    count = effect(Warehouse(home).generation(), asked).figures
    if not count:
        raise BadRequest(
            field="source",
            expected=mark("une source, une mesure et des jours qui ont des chiffres"),
        )
    stamp = structure_hash(load_structure(home.structure))
    with landing_still(home):
        landed = withdrawal.land(home.landing, asked, stamp)
    acts.note(home, who, "source", asked.source, f"{landed.file} : {count} chiffre(s).")
    with suppress(WarehouseBusy):
        refresh.publish_landed(home, patience_s=_PATIENCE_S)
    return count
