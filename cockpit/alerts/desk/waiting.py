"""Open episodes of which the newest figures say nothing, because their source is late.

The rule is silenced with its source (`alerts/lateness.py`) and the desk keeps the episode as it is
(`keep.record`, held): neither confirmed nor taken back, it must not leave the list meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.alerts import lateness, sentences
from cockpit.alerts.model import Alert
from cockpit.alerts.store import folded, spoken, visible
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import Domain, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cockpit.access.scope import Scope
    from cockpit.alerts.desk.keep import Kept
    from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Waiting:
    """An episode that waits. alert: its last words. source: the late one: its alert's facet."""

    kept: Kept
    alert: Alert
    source: str


def waiting(generation: Generation, scope: Scope, kept: Iterable[Kept]) -> tuple[Waiting, ...]:
    """Those of these open episodes that the scope sees and that wait, worst first.

    One that a unit above already says is left out, as in the list of alerts.
    """
    found = {_key(one.alert): one for one in _silenced(generation, kept)}
    seen = visible((one.alert for one in found.values()), generation.units, scope)
    return tuple(found[_key(alert)] for alert in folded(seen, generation.units))


def _silenced(generation: Generation, kept: Iterable[Kept]) -> Iterator[Waiting]:
    said = spoken(generation)
    late = {facet for rule, facet, _unit in said if rule == lateness.RULE}
    silent = [one for one in kept if (one.episode.rule, one.facet, one.episode.unit) not in said]
    if not (late and silent):
        return
    kpis = kpis_of(generation.home.kpis)
    for one in silent:
        kpi = kpis.get(KpiId(one.kpi)) if one.kpi else None
        sources = lateness.late_sources(generation, [kpi]) if kpi else ()
        source = next((each.source.source for each in sources if each.source.source in late), "")
        if source:
            yield Waiting(one, _last_words(one), source)


def _last_words(kept: Kept) -> Alert:
    """The alert as it last was, with the day since when nothing could be said of it."""
    episode = kept.episode
    french, english = (sentences.waiting(episode.as_of, name) for name in ("fr", "en"))
    return Alert(
        rule=episode.rule,
        kind="threshold",
        domain=Domain(kept.domain),
        kpi=KpiId(kept.kpi) if kept.kpi else None,
        facet=kept.facet,
        unit=UnitId(episode.unit),
        unit_label=kept.unit_label,
        severity=episode.severity,
        since=episode.since,
        as_of=episode.as_of,
        title_fr=kept.title_fr,
        title_en=kept.title_en,
        body_fr=french,
        body_en=english,
        back=episode.back,
        role=kept.role,
    )


def _key(alert: Alert) -> tuple[str, str, str]:
    return (alert.rule, alert.facet, alert.unit)
