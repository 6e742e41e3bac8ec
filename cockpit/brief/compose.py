"""From a published state to the few lines that say what deserves the director's attention."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.alerts.store import active
from cockpit.brief import sentences
from cockpit.brief.model import Brief, BriefLine, LineKind
from cockpit.brief.rank import adverse, good
from cockpit.forecast.oversight import acts_mark, drawable, overseen
from cockpit.forecast.store import latest
from cockpit.kpi.catalogue import KPIS, home_kpis
from cockpit.kpi.model import Domain, Kpi, KpiId, UnitId
from cockpit.series.model import ForecastPoint, Period, Status, Trend, Window
from cockpit.series.trend import trends

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cockpit.access.scope import Scope
    from cockpit.alerts.model import Alert
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.units import Unit
    from cockpit.state.forecasts import ForecastAct
    from cockpit.warehouse.attach import Generation

MOST_LINES = 6
FEWEST_LINES = 3
_ALERTS = 3
_CHANGES = 2
_COUNTED = (Status.RED, Status.AMBER, Status.OK)
_SEVERITY = {"red": Status.RED, "amber": Status.AMBER}


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecast of one KPI, and the days that a person corrected."""

    kpi: Kpi
    forecast: Forecast | None
    corrected: Mapping[date, ForecastAct] = field(default_factory=dict)

    def expected(self, point: ForecastPoint) -> float:
        """The corrected figure of a day, else the model's."""
        act = self.corrected.get(point.day)
        return point.mid if act is None or act.value is None else act.value


def brief(generation: Generation, scope: Scope) -> Brief:
    """The brief of a scope at the first of its units; kept for the generation and the day.

    Lines: at most three alerts on different KPIs, two unusual adverse changes of the home tiles
    over seven days, one good news, one figure to come; steady tiles fill up to three lines. Never
    more than six.
    """
    today = clock.today()
    key = ("brief", *scope.key(), today, acts_mark(generation.home))
    return generation.cached(key, lambda: _make(generation, scope, today))


def _make(generation: Generation, scope: Scope, today: date) -> Brief:
    unit = generation.units.get(scope.roots[0])
    seen = [kpi for kpi in KPIS.values() if kpi.domain in scope.domains]
    watched = [kpi for kpi in seen if kpi.threshold is not None]
    found = trends(generation, scope, watched, unit.id, Period.DAY)
    tiles = [kpi for kpi in home_kpis() if kpi.domain in scope.domains]
    moves = trends(generation, scope, _moving(seen), unit.id, Period.WEEK)
    alerts = active(generation, scope)
    ahead = [_ahead(generation, scope, kpi, unit.id) for kpi in tiles]
    statuses = {one.kpi.id: one.status for one in found if one.status in _COUNTED}
    words = sentences.headline(statuses, _hospital_alerts(generation, alerts))
    return Brief(
        unit.id,
        _worst(statuses.values()),
        words.fr,
        words.en,
        counts(statuses.values()),
        compose(
            alerts,
            moves,
            trends(generation, scope, tiles, unit.id, Period.DAY),
            tuple(coming(ahead, unit, today)),
        ),
    )


def _ahead(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> Ahead:
    """The forecast of a tile as it may be shown, with the figures that a person corrected."""
    made = latest(generation, scope, kpi, unit)
    if made is None:
        return Ahead(kpi, None)
    points = drawable(generation, scope, kpi, unit)
    corrected = overseen(generation.home, kpi.id, unit).overrides if points else {}
    return Ahead(kpi, replace(made, points=points), corrected)


def _moving(kpis: Iterable[Kpi]) -> list[Kpi]:
    """Tiles and watched rates; counts other than tiles move with every public holiday."""
    return [kpi for kpi in kpis if kpi.home_rank or (kpi.threshold and kpi.additive == "none")]


def _hospital_alerts(generation: Generation, alerts: Iterable[Alert]) -> dict[KpiId, Status]:
    """The worst alert of each KPI at an establishment or above.

    A full ward is not a hospital under strain.
    """
    found: dict[KpiId, Status] = {}
    for alert in alerts:
        level = generation.units.get(alert.unit).level
        if alert.kpi is not None and level in {"group", "establishment"}:
            found.setdefault(alert.kpi, _SEVERITY[alert.severity])
    return found


def compose(
    alerts: Sequence[Alert],
    moves: Sequence[Trend],
    tiles: Sequence[Trend],
    coming_lines: Sequence[BriefLine],
) -> tuple[BriefLine, ...]:
    """Three to six lines, worst first, at most one per KPI; fewer when there are not enough.

    moves: trends over seven days, where changes are looked for. tiles: the home tiles.
    """
    lines: list[BriefLine] = []
    _add(lines, map(alert_line, one_per_domain_first(alerts)), _ALERTS)
    _add(lines, (change_line(one) for one in adverse(moves) if one.kpi.home_rank), _CHANGES)
    _add(lines, map(change_line, good(moves)), 1)
    ahead = coming_lines[:1]
    missing = max(0, FEWEST_LINES - len(lines) - len(ahead))
    _add(lines, (steady_line(tile) for tile in tiles if tile.value is not None), missing)
    return (*lines[: MOST_LINES - len(ahead)], *ahead)


def one_per_domain_first(alerts: Sequence[Alert]) -> list[Alert]:
    """The worst alert of each domain, then the others: beds must not hide a deficit.

    Severity stays first: an amber domain never passes a second red.
    """
    firsts: dict[tuple[str, Domain], Alert] = {}
    for alert in alerts:
        firsts.setdefault((alert.severity, alert.domain), alert)
    chosen = list(firsts.values())
    ordered = [*chosen, *(alert for alert in alerts if alert not in chosen)]
    return sorted(ordered, key=lambda alert: alert.severity != "red")


def _add(lines: list[BriefLine], more: Iterable[BriefLine], most: int) -> None:
    """Append the first `most` lines whose KPI is not spoken of yet."""
    said = {line.kpi for line in lines if line.kpi is not None}

    def fresh() -> Iterator[BriefLine]:
        for line in more:
            if line.kpi is None or line.kpi not in said:
                said.add(line.kpi or KpiId(""))
                yield line

    lines.extend(islice(fresh(), most))


def counts(statuses: Iterable[Status]) -> tuple[tuple[Status, int], ...]:
    """How many red, amber and ok, in this order."""
    found = Counter(statuses)
    return tuple((status, found[status]) for status in _COUNTED)


def _worst(statuses: Collection[Status]) -> Status:
    return next((status for status in _COUNTED if status in statuses), Status.UNAVAILABLE)


def alert_line(alert: Alert) -> BriefLine:
    """An alert as a line: what, where, against what, since when."""
    return BriefLine(
        "alert",
        _SEVERITY[alert.severity],
        f"{alert.title_fr}. {alert.body_fr}",
        f"{alert.title_en}. {alert.body_en}",
        alert.kpi,
        alert.unit,
        Window(min(alert.since, alert.as_of), alert.as_of),
        alert.value,
    )


def change_line(trend: Trend) -> BriefLine:
    """A tile that moved, good or adverse; it carries the status of its level, else its own."""
    words = sentences.moved(trend)
    change = trend.previous or trend.last_year
    is_good = bool(change and change.good)
    known = trend.status if trend.status in _COUNTED else None
    status = known or (Status.OK if is_good else Status.AMBER)
    kind: LineKind = "good" if is_good else "change"
    return BriefLine(
        kind, status, words.fr, words.en, trend.kpi.id, trend.unit.id, trend.window, trend.value
    )


def steady_line(trend: Trend) -> BriefLine:
    """A tile without news."""
    words = sentences.steady(trend)
    return BriefLine(
        "steady",
        trend.status,
        words.fr,
        words.en,
        trend.kpi.id,
        trend.unit.id,
        trend.window,
        trend.value,
    )


def coming(ahead: Iterable[Ahead], unit: Unit, today: date) -> Iterator[BriefLine]:
    """The busiest of the next seven days for each daily forecast still ahead, in tile order."""
    for one in ahead:
        kpi, made = one.kpi, one.forecast
        points = [] if made is None or kpi.step != "day" else _next_days(made.points, today)
        if made is not None and points:
            worst = (min if kpi.direction == "up" else max)(points, key=one.expected)
            act = one.corrected.get(worst.day)
            words = sentences.coming(kpi, unit.label, worst, made, act)
            yield BriefLine(
                "coming",
                Status.NONE,
                words.fr,
                words.en,
                kpi.id,
                unit.id,
                Window(worst.day, worst.day),
                one.expected(worst),
            )


def _next_days(points: Iterable[ForecastPoint], today: date) -> list[ForecastPoint]:
    return [point for point in points if today <= point.day < today + timedelta(days=7)]
