"""The ten stories planted in the demonstration, dated from its last day.

A story tied to a season happened in the most recent such season that was over by `end`; the others
keep their distance from `end`, so that the demonstration looks alive whenever it is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sample_data.hospital import GROUP, SITES

CODING_LAG_DAYS = 62


@dataclass(frozen=True)
class Story:
    """What happened, from `start` to `end` included, where, and the KPI that shows it."""

    id: str
    title_fr: str
    start: date
    end: date
    unit: str
    kpi: str


def STORIES(end: date) -> list[Story]:  # noqa: N802 - the name the tests and docs agreed on
    """The ten stories of a demonstration that ends on `end`."""
    return [*_past(end), *_current(end)]


def story(end: date, name: str) -> Story:
    """One story by its id. Raises KeyError for an unknown one."""
    return {story.id: story for story in STORIES(end)}[name]


def _past(end: date) -> list[Story]:
    argence = SITES["A"]
    snow = _recent(end, lambda year: _weekday_of_month(year, 2, 3, 1))
    outage = _recent(end, lambda year: _weekday_of_month(year, 6, 2, 3))
    flu = _recent(end, lambda year: date(year, 1, 20)) - timedelta(days=21)
    august = _recent(end, lambda year: date(year, 8, 31)).replace(day=1)
    bhre = _recent(end, lambda year: date(year, 3, 20)) - timedelta(days=18)
    july = _recent(end, lambda year: date(year, 7, 31)).replace(day=1)
    return [
        Story(
            "flu",
            "Pic de grippe : plan de tension, 12 lits supplémentaires",
            *(flu, flu + timedelta(days=21), argence, "het_tension_index"),
        ),
        Story(
            "august",
            "Août : cinq unités de chirurgie regroupées en trois, post-urgences saturé",
            *(august, august.replace(day=31), "A-P4", "beds_closed_rate"),
        ),
        Story(
            "outbreak",
            "Épidémie de BHRe en gériatrie : 8 lits gelés pendant 19 jours",
            *(bhre, bhre + timedelta(days=18), "2120", "frozen_beds_mdro"),
        ),
        Story(
            "outage",
            "Panne du DPI de 4 h 20 : mode dégradé, résumés réparés à J+3",
            *(outage, outage, GROUP, "critical_app_availability"),
        ),
        Story(
            "radiology",
            "Remplaçants de radiologie payés au-dessus du plafond légal",
            *(july, july.replace(day=31), "S811", "temp_staff_cost"),
        ),
        Story(
            "snow",
            "Grève et neige : la prévision des passages s'est trompée",
            *(snow, snow, GROUP, "ed_visits"),
        ),
    ]


def _current(end: date) -> list[Story]:
    drift = _recent(end - timedelta(days=60), lambda year: date(year, 3, 1))
    return [
        Story(
            "endocrinology",
            "Endocrinologie : 6 lits fermés faute de 4 infirmiers",
            *(end - timedelta(days=221), end, "2150", "beds_closed_rate"),
        ),
        Story(
            "title2",
            "Dérive du titre 2 : une immunothérapie et les implants, +0,8 M€ à l'atterrissage",
            *(drift, end, GROUP, "eprd_variance"),
        ),
        Story(
            "coding",
            "Codage de pneumologie en retard de deux mois : 0,9 M€ non codés",
            *(end - timedelta(days=CODING_LAG_DAYS), end, "2130", "coding_completeness"),
        ),
        Story(
            "downstream",
            "SMR de Belcombe : 10 places ouvertes, 9 patients de moins en attente d'aval",
            *(end - timedelta(days=81), end, "2120", "downstream_waiting"),
        ),
    ]


def heat_week(end: date) -> tuple[date, date]:
    """Monday to Sunday of the August story's heat wave."""
    tenth = story(end, "august").start.replace(day=10)
    monday = tenth - timedelta(days=tenth.weekday())
    return monday, monday + timedelta(days=6)


def flu_core(end: date) -> tuple[date, date]:
    """The eleven worst days of the flu story."""
    start = story(end, "flu").start + timedelta(days=6)
    return start, start + timedelta(days=10)


def _recent(end: date, day_of: Callable[[int], date]) -> date:
    for year in (end.year, end.year - 1):
        day = day_of(year)
        if day <= end:
            return day
    raise ValueError(end)


def _weekday_of_month(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
