"""Two systems that count the same thing must agree; where they do not, the gap is shown.

A reconciliation is data: two sums of measures, a tolerance, and what to look at when it is broken.
A hospital adds its own in `COCKPIT_HOME/reconciliations.toml`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from cockpit import clock
from cockpit.access.scope import Scope
from cockpit.errors import BadKpiFile
from cockpit.kpi import compute
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Domain, Grain, Kpi, KpiId, MeasureId, Term, UnitId
from cockpit.warehouse.attach import Generation

FILE = "reconciliations.toml"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Side:
    """One way to count. terms: summed with their sign."""

    label_fr: str
    label_en: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """tolerance_pct: largest normal gap, in percent of the right side. look_fr: where to look."""

    id: str
    domain: Domain
    label_fr: str
    label_en: str
    left: Side
    right: Side
    tolerance_pct: float
    look_fr: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One month of one unit, both sides known. gap: left - right; gap_pct: in % of right."""

    unit: UnitId
    month: date
    left: float
    right: float
    gap: float
    gap_pct: float | None
    within: bool


def _side(label_fr: str, label_en: str, *terms: Term) -> Side:
    return Side(label_fr, label_en, terms)


def _term(measure: str, **more: Any) -> Term:
    return Term(MeasureId(measure), **more)


BUILT_IN = (
    Reconciliation(
        "beds_open",
        Domain.BEDS,
        "Lits ouverts : recensement de minuit et gestion des lits",
        "Open beds: midnight census and bed management",
        _side("Recensement", "Census", _term("beds_open", over_time="sum")),
        _side("Gestion des lits, 8 h", "Bed management", _term("beds_open_0800", over_time="sum")),
        tolerance_pct=1.0,
        look_fr="Une fermeture saisie dans un seul des deux logiciels.",
    ),
    Reconciliation(
        "census",
        Domain.BEDS,
        "Patients présents : mouvements (ADT) et recensement",
        "Inpatients: movements (ADT) and census",
        _side("Mouvements ADT", "ADT", _term("adt_patients_midnight", over_time="sum")),
        _side("Recensement", "Census", _term("patients_midnight", over_time="sum")),
        tolerance_pct=2.0,
        look_fr="Des sorties non saisies, ou une UF absente de l'un des deux.",
    ),
    Reconciliation(
        "mco_nights",
        Domain.ACTIVITY,
        "Nuitées MCO : séjours et somme de leurs passages",
        "Nights: stays and the sum of their unit stays",
        _side("Séjours", "Stays", _term("mco_nights")),
        _side("Passages en UF", "Unit stays", _term("mco_passage_nights")),
        tolerance_pct=0.5,
        look_fr="Un fichier PMSI livré sans l'autre.",
    ),
    Reconciliation(
        "closed_stays",
        Domain.ACTIVITY,
        "Sorties : séjours clos du codage et passages du PMSI",
        "Discharges: closed stays and PMSI unit stays",
        _side("Séjours clos (codage)", "Closed stays", _term("closed_stays")),
        _side("Passages (PMSI)", "Unit stays (PMSI)", _term("mco_passages")),
        tolerance_pct=2.0,
        look_fr="Des séjours sortis qui ne sont pas encore groupés.",
    ),
    Reconciliation(
        "valued_stays",
        Domain.ACTIVITY,
        "Séjours MCO : sortis et valorisés",
        "Stays: discharged and valued",
        _side("Séjours valorisés", "Valued stays", _term("valued_stays")),
        _side("Séjours sortis", "Discharged stays", _term("mco_stays")),
        tolerance_pct=2.0,
        look_fr="Le mois n'est pas entièrement codé.",
    ),
    Reconciliation(
        "payroll",
        Domain.WORKFORCE,
        "Masse salariale : paie et titre 1 de la balance",
        "Payroll: HR and title 1 of the balance",
        _side("Paie (RH)", "HR", _term("hr_payroll_eur")),
        _side("Titre 1 (balance)", "Title 1", _term("expense_eur", facets=("1",))),
        tolerance_pct=3.0,
        look_fr="Un rappel de paie non mandaté, ou un service sans pôle comptable.",
    ),
)

_OWN = TypeAdapter(tuple[Reconciliation, ...])


def reconciliations(root: Path) -> tuple[Reconciliation, ...]:
    """The built-in ones and the hospital's, which replace those of the same id.

    root: COCKPIT_HOME. Raises BadKpiFile(file, field, expected).
    """
    path = root / FILE
    if not path.exists():
        return BUILT_IN
    try:
        given = tomllib.loads(path.read_text("utf-8")).get("reconciliation", [])
        own = _OWN.validate_json(json.dumps(given), strict=True)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BadKpiFile(file=FILE, field="", expected="du TOML valide") from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadKpiFile(
            file=FILE, field=field, expected="une valeur valable (docs/connectors.md)"
        ) from error
    for one in own:
        for term in (*one.left.terms, *one.right.terms):
            if term.measure not in MEASURES:
                raise BadKpiFile(
                    file=FILE, field=one.id, expected="des mesures du catalogue (docs/kpi.md)"
                )
    named = {one.id: one for one in (*BUILT_IN, *own)}
    return tuple(named.values())


def gaps(
    generation: Generation, scope: Scope, one: Reconciliation, months: int = MONTHS
) -> tuple[Gap, ...]:
    """The closed months of each establishment that both sides describe, newest first.

    Empty when a source is missing. Raises OutOfScope for a domain that the role does not see.
    """
    scope.require(one.domain)
    last = clock.yesterday().replace(day=1) - timedelta(days=1)
    first = (pd.Timestamp(last) - pd.DateOffset(months=months - 1)).date().replace(day=1)
    sites = [unit.id for unit in generation.units.establishments()]
    seen = [unit for unit in sites if generation.units.is_within(unit, scope.roots)]
    found = [gap for unit in seen for gap in _gaps_of(generation, scope, one, unit, (first, last))]
    return tuple(sorted(found, key=lambda gap: (gap.month, gap.unit), reverse=True))


def _gaps_of(
    generation: Generation,
    scope: Scope,
    one: Reconciliation,
    unit: UnitId,
    days: tuple[date, date],
) -> Iterator[Gap]:
    left = _by_month(generation, scope, _as_kpi(one, one.left), unit, days)
    right = _by_month(generation, scope, _as_kpi(one, one.right), unit, days)
    for month in sorted(left.keys() & right.keys()):
        a, b = left[month], right[month]
        pct = 100 * (a - b) / b if b else None
        within = abs(a - b) <= one.tolerance_pct / 100 * abs(b)
        yield Gap(unit, month, a, b, a - b, pct, within)


def _by_month(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, days: tuple[date, date]
) -> dict[date, float]:
    frame = compute.series(
        generation, scope, kpi, unit, start=days[0], end=days[1], grain=Grain.MONTH
    )
    months = pd.to_datetime(frame["period"]).dt.date
    return dict(zip(months, frame["value"].astype(float), strict=True))


def _as_kpi(one: Reconciliation, side: Side) -> Kpi:
    """A side summed by the engine that computes every other figure."""
    steps = {MEASURES[term.measure].step for term in side.terms}
    return Kpi(
        id=KpiId(f"reconciliation:{one.id}:{side.label_en}"),
        domain=one.domain,
        label_fr=side.label_fr,
        label_en=side.label_en,
        short_fr=side.label_fr,
        short_en=side.label_en,
        definition_fr=one.label_fr,
        definition_en=one.label_en,
        unit=MEASURES[side.terms[0].measure].unit,
        direction="context",
        numerator=side.terms,
        step="month" if "month" in steps else "day",
    )
