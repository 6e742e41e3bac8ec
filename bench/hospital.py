"""The hospital group that is measured: six establishments, 300 wards, years of daily figures.

Figures are random around a level of their own, whole numbers but for money: what matters here is
how many there are and how they are spread. Emergency measures live on one ward per establishment,
bed and stay measures on all of them, accounts and staff by month, as in a real group.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from cockpit.connect.batch import QUARANTINE, ROWS, Batch
from cockpit.connect.observations import Spool
from cockpit.connect.structure import load_structure
from cockpit.forecast.model import Forecast
from cockpit.forecast.store import to_tables
from cockpit.kpi import nowcast
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, UnitId
from cockpit.refresh import rebuild
from cockpit.series.model import ForecastPoint
from cockpit.settings import Home
from cockpit.warehouse import landing, update
from cockpit.warehouse.structure import structure_hash

LAST_DAY = date(2026, 11, 20)
ESTABLISHMENTS, POLES, SERVICES, WARDS = 6, 5, 5, 2

DAILY = frozenset({"lits", "pmsi", "codage", "urgences", "tresorerie"})
_SOURCE = """connector = "csv"
schedule = "0 5 * * *"
stale_after = "36h"
provisional_for = "60d"
path = "drop/{name}-*.csv"

[mapping]
date = {{ column = "jour", format = "%Y-%m-%d" }}
unit = {{ column = "uf" }}
measure = {{ column = "code" }}
value = {{ column = "valeur" }}
"""
AGES = ("0-17", "18-74", "75+")
EMERGENCY = {
    "ed_visits": AGES,
    "ed_admissions": ("MED", "CHIR", "UHCD"),
    "ed_visits_known_outcome": ("",),
    "ed_visits_over_8h": ("",),
    "ed_visits_valid_duration": ("",),
    "ed_left_without_care": ("",),
    "ed_present_15h": ("",),
    "ed_admitted_minutes": ("",),
    "ed_admitted_valid": ("",),
    "boarders_0800": AGES,
    "boarding_nights": ("",),
    "ed_los_minutes": ("0-60", "60-120", "120-240", "240-480", "480-"),
}
BEDS = {
    "beds_installed": ("",),
    "beds_open": ("",),
    "beds_closed": ("RH", "TRAVAUX"),
    "patients_midnight": ("",),
    "patients_0800": ("",),
    "beds_open_0800": ("",),
    "beds_available_0800": ("MED",),
    "bed_exits": ("",),
    "exits_eligible": ("",),
    "exits_before_noon": ("",),
    "long_stays_present": ("",),
    "inpatients_24h": ("",),
    "edd_filled": ("",),
    "outliers": ("",),
    "frozen_beds": ("",),
    "fte_planned": ("",),
}
STAYS = {
    "mco_stays": ("HC", "AMBU"),
    "mco_nights": ("",),
    "mco_passages": ("HC", "AMBU"),
    "mco_passage_nights": ("",),
    "outpatient_visits": ("CARDIO", "ORTHO"),
    "absence_days_short": ("",),
    "or_cancelled_late": ("PATIENT", "LIT"),
}
CODING = {
    "t2a_coded_eur": ("GHS_HC", "GHS_AMBU", "ACE"),
    "closed_stays": ("",),
    "coded_stays": ("",),
}
TREASURY = {"cash_eur": ("",), "credit_lines_eur": ("",)}
STAFF = {
    "fte_paid": ("PNM/IDE", "PNM/AS", "PNM/ASH", "PM/PH", "PM/INTERNE"),
    "absence_days": ("MO", "CLM_CLD", "AT_MP", "MAT"),
    "headcount": ("TITULAIRE", "CDI", "CDD"),
    "overtime_hours": ("PNM/IDE", "PNM/AS"),
    "temp_staff_eur": ("PNM/IDE",),
}
ACCOUNTS = {
    "expense_eur": ("1/6411", "1/6413", "2/6021", "2/6022", "3/6152", "4/6711"),
    "revenue_eur": ("1/7311", "2/7321", "3/7088"),
}


@dataclass(frozen=True, slots=True)
class Feed:
    """One source: its measures and their facets, where and when they are reported."""

    name: str
    measures: dict[str, tuple[str, ...]]
    units: tuple[str, ...]
    scenarios: tuple[str, ...] = ("actual",)


def structure() -> str:
    """structure.csv: group G, establishments 1 to 6, poles, services, 300 wards."""
    lines = ["unit;parent;level;label", "G;;group;GHT du banc d'essai"]
    for code, parent, level in _units():
        lines.append(f"{code};{parent};{level};{level} {code}")
    return "\n".join([*lines, ""])


def _units() -> Iterator[tuple[str, str, str]]:
    for e in range(1, ESTABLISHMENTS + 1):
        yield f"{e}", "G", "establishment"
        for p in range(POLES):
            yield f"{e}{p}", f"{e}", "pole"
            for s in range(SERVICES):
                yield f"{e}{p}{s}", f"{e}{p}", "service"
                for w in range(WARDS):
                    yield f"{e}{p}{s}{w}", f"{e}{p}{s}", "uf"


def wards() -> tuple[str, ...]:
    """Codes of the 300 wards."""
    return tuple(code for code, _, level in _units() if level == "uf")


def feeds() -> tuple[Feed, ...]:
    """The sources of the group, the daily ones first."""
    everywhere = wards()
    emergency = tuple(code for code in everywhere if code.endswith("000"))
    return (
        Feed("lits", BEDS, everywhere),
        Feed("pmsi", STAYS, everywhere),
        Feed("codage", CODING, everywhere),
        Feed("urgences", EMERGENCY, emergency),
        Feed("tresorerie", TREASURY, emergency),
        Feed("paie", STAFF, everywhere),
        Feed("comptes", ACCOUNTS, everywhere, ("actual", "budget")),
        Feed("epr", {"t2a_estimated_eur": ("",)}, everywhere, ("budget",)),
    )


def batches(days: int) -> Iterator[Batch]:
    """The whole past, one batch per source and year, sources in turn."""
    first = LAST_DAY - timedelta(days=days - 1)
    for year in range(first.year, LAST_DAY.year + 1):
        start, end = max(first, date(year, 1, 1)), min(LAST_DAY, date(year, 12, 31))
        for feed in feeds():
            yield batch(feed, start, end, f"{feed.name}-{year}.csv")


def make(home: Home, days: int) -> int:
    """Land the whole past of this group and publish it; returns how many observations."""
    home.structure.write_text(structure(), "utf-8")
    for feed in feeds():
        (home.sources / f"{feed.name}.toml").write_text(_SOURCE.format(name=feed.name), "utf-8")
    stamp = structure_hash(load_structure(home.structure))
    already: list[landing.Landed] = []
    for one in batches(days):
        already.append(landing.land(home.landing, one, already, structure_hash=stamp))
    rebuild(home)
    update.publish_forecasts(home, to_tables(_forecasts()))
    return sum(one.accepted for one in already)


def _forecasts() -> Iterator[Forecast]:
    """Sixty mornings of forecasts of six daily KPIs at the group and its establishments."""
    for kpi in (one.id for one in home_kpis() if one.step == "day"):
        for unit in ("G", *(str(e) for e in range(1, ESTABLISHMENTS + 1))):
            for back in range(60):
                origin = LAST_DAY - timedelta(days=back)
                days = (origin + timedelta(days=ahead) for ahead in range(1, 29))
                yield Forecast(
                    kpi=kpi,
                    unit=UnitId(unit),
                    model="banc",
                    origin=origin,
                    made_at=datetime(origin.year, origin.month, origin.day, 5),
                    history_from=origin - timedelta(days=1000),
                    points=tuple(ForecastPoint(day, 20.0, 25.0, 30.0) for day in days),
                    mape=8.0,
                    mape_naive=11.0,
                    refused="",
                )


def land_next_day(home: Home, number: int) -> int:
    """Land what arrives `number` days later, not published yet; returns how many observations."""
    stamp = structure_hash(load_structure(home.structure))
    already = list(landing.landed(home.landing))
    first = len(already)
    for one in next_day(number):
        already.append(
            landing.land(home.landing, one, already, structure_hash=stamp, provisional_days=60)
        )
    return sum(one.accepted for one in already[first:])


def next_day(number: int) -> Iterator[Batch]:
    """The daily sources' deliveries `number` days after LAST_DAY: a day each; coding speaks again
    of every stay of the last 60 days."""
    day = LAST_DAY + timedelta(days=number)
    for feed in feeds():
        if feed.name in DAILY:
            start = day - timedelta(days=60) if feed.name == "codage" else day
            yield batch(feed, start, day, f"{feed.name}-{day}.csv")


def batch(feed: Feed, start: date, end: date, file: str) -> Batch:
    """What one source says of the days (or months) from start to end."""
    random = np.random.default_rng(zlib.crc32(f"{feed.name} {start}".encode()))
    parts = [
        _part(feed, measure, facet, scenario, _periods(measure, start, end), random)
        for measure, facets in feed.measures.items()
        for facet in facets
        for scenario in feed.scenarios
    ]
    rows = pa.concat_tables(parts)
    return Batch(
        source=feed.name,
        file=file,
        source_hash=f"{file}-{start:%Y%m%d}-{end:%Y%m%d}",
        received_at=datetime(end.year, end.month, end.day, 5) + timedelta(days=1),
        replace="rows",
        lines=rows.num_rows,
        observations=Spool.of(rows),
        quarantine=QUARANTINE.empty_table(),
    )


def _periods(measure: str, start: date, end: date) -> np.ndarray:
    if MEASURES[MeasureId(measure)].step == "day":
        return np.arange(start, end + timedelta(days=1), dtype="datetime64[D]")
    months = np.arange(start.replace(day=1), end, dtype="datetime64[M]")
    return months.astype("datetime64[D]")


def _values(measure: str, units: int, days: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Whole numbers around 25 (money: around 20 000, cents); what is coded grows with age."""
    is_money = measure.endswith("_eur")
    level = 20_000.0 if is_money else 25.0
    seed = np.random.default_rng(7) if measure in {"closed_stays", "coded_stays"} else random
    values = np.maximum(seed.normal(level, level / 4, units * len(days)), 0.0)
    values = np.round(values, 2) if is_money else np.round(values)
    if measure not in CODING or measure == "closed_stays":
        return values
    age = (np.datetime64(LAST_DAY) - np.tile(days, units)).astype(float)
    share = np.where(age >= 60, 1.0, nowcast.completeness(np.maximum(age, 0.0)))
    return np.round(values * share, 2) if is_money else np.floor(values * share)


def _part(  # noqa: PLR0917
    feed: Feed,
    measure: str,
    facet: str,
    scenario: str,
    days: np.ndarray,
    random: np.random.Generator,
) -> pa.Table:
    count = len(days) * len(feed.units)
    values = _values(measure, len(feed.units), days, random)

    def same(text: str) -> pa.Array:
        return pa.repeat(pa.scalar(text, pa.string()), count)

    columns = [
        same(measure),
        pa.array(feed.units, pa.string()).take(
            pa.array(np.repeat(np.arange(len(feed.units)), len(days)))
        ),
        pa.array(np.tile(days, len(feed.units)).astype("int32")).cast(pa.date32()),
        same(facet),
        same(scenario),
        pa.array(values),
    ]
    return pa.table(columns, schema=ROWS)
