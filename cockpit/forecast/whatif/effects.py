"""The lines of the answer: occupancy, boarders, entries put off; those in euros are in `money`.

Each is the difference that the scenario makes over its own days, at P10, P50 and P90 of the paths;
a line that the hospital's data cannot give says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds.calendars import VISITS
from cockpit.forecast.beds.read import CENSUS, OPEN
from cockpit.forecast.whatif import ratios, simulate
from cockpit.forecast.whatif.lines import Plays, difference, number, open_beds, rate, shown, summed
from cockpit.forecast.whatif.model import Absence, Answer, Beds, Effect, Scenario, Visits, Wave
from cockpit.forecast.whatif.money import revenue, staff_cost
from cockpit.forecast.whatif.pools import coming, wobble
from cockpit.forecast.whatif.setting import (
    Setting,
    boarding_of,
    ed_factor,
    more_beds,
    played,
    setting,
)
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Domain, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.access.scope import Scope
    from cockpit.forecast.history import Values
    from cockpit.forecast.whatif.ratios import Boarding, Link
    from cockpit.warehouse.attach import Generation

_RECENT_DAYS = 56


def evaluate(generation: Generation, scope: Scope, scenario: Scenario) -> Answer:
    """What a scenario changes; the same question on the same generation gives the same answer.

    Raises OutOfScope, UnknownUnit, BadRequest. About half a second.
    """
    found = setting(generation, scope, scenario)
    if found is None:
        refused = _("Recensement de minuit non transmis : rien ne peut être simulé.")
        nothing = Effect("occupancy", _("Occupation"), "%", refused=refused)
        return Answer(scenario, scenario.first, scenario.first, scenario.last, (nothing,))
    link = _absence_link(found)
    per_point = None if link is None else _drawn(link)
    factor = ed_factor(found)
    plays = played(found, more_beds(found, per_point), factor)
    effects = (
        *_occupancy(found, plays),
        *_wards(found),
        *_boarders(found, plays),
        *_put_off(found, plays),
        *_visits(found, factor),
        *_absence_beds(found, link),
        *revenue(found, plays),
        *staff_cost(found),
    )
    return Answer(scenario, found.hospital.last, scenario.first, scenario.last, effects)


def _occupancy(found: Setting, plays: Plays) -> Iterator[Effect]:
    label = _("Occupation moyenne des disciplines touchées")
    if not plays:
        if any(not isinstance(action, Absence) for action in found.scenario.actions):
            yield Effect("occupancy", label, "%", refused=_no_pool())
        return
    before, after = (
        rate(summed(plays, side, "present", found), summed(plays, side, "beds", found))
        for side in (0, 1)
    )
    yield difference(
        "occupancy",
        label,
        "%",
        sides=(before, after),
        good=None,
        said=(
            _("Disciplines : {names}, {beds} lits ouverts.").format(
                names=", ".join(plays), beds=number(open_beds(found, plays))
            ),
            _(
                "Entrées : habitude de chaque jour de semaine sur 8 semaines, saison de l'an "
                "dernier pour les urgences ; sorties : part des présents qui sort chaque jour de "
                "semaine, sur 26 semaines."
            ),
            _("Les services d'une même discipline accueillent les patients les uns des autres."),
            _("Lits ouverts et gelés : ceux du {day}, inchangés hors scénario.").format(
                day=found.hospital.last.strftime("%d/%m/%Y")
            ),
        ),
    )


def _no_pool() -> str:
    return _(
        "Aucun lit simulé : il faut le recensement de minuit, les lits ouverts et les sorties d'au "
        "moins huit semaines, et les hospitalisations des urgences par destination."
    )


def _wards(found: Setting) -> Iterator[Effect]:
    """Each ward whose beds move: who would have to be hosted elsewhere."""
    origin = found.hospital.origin
    recent = slice(max(0, origin + 1 - _RECENT_DAYS), origin + 1)
    for action in found.scenario.actions:
        if not isinstance(action, Beds):
            continue
        below = {u.id for u in found.generation.units.descendants(UnitId(action.unit))}
        wards = [ward for ward in found.wards if ward.unit in below]
        label = _("Patients à héberger ailleurs, {unit}").format(
            unit=found.generation.units.get(UnitId(action.unit)).label
        )
        if not wards:
            yield Effect("hosted", label, "patients", refused=_no_pool())
            continue
        census = np.sum([ward[CENSUS][recent] for ward in wards], axis=0)
        census = census[~np.isnan(census)]
        opened = sum(ward.latest(OPEN, origin) for ward in wards)
        before = np.maximum(census - opened, 0.0)
        after = np.maximum(census - opened - action.beds, 0.0)
        yield difference(
            f"hosted:{action.unit}",
            label,
            "patients",
            sides=(before, after),
            good=False,
            said=(
                _("Si le service garde les patients de ses 8 dernières semaines."),
                _("{open} lits ouverts aujourd'hui, {then} dans le scénario.").format(
                    open=number(opened), then=number(opened + action.beds)
                ),
            ),
        )


def _boarders(found: Setting, plays: Plays) -> Iterator[Effect]:
    label = _("Patients en attente d'un lit aux urgences, à 8 h")
    if not plays:
        return
    link, waiting = boarding_of(found)
    if link is None:
        yield Effect(
            "boarders",
            label,
            "patients",
            refused=_(
                "Attente non chiffrée : les données de l'hôpital ne montrent pas de lien net entre "
                "l'occupation et les patients en attente (il faut 180 nuits des deux)."
            ),
        )
        return
    before, after = _waiting(found, plays, link)
    recent = waiting[-_RECENT_DAYS:]
    seen = recent[~np.isnan(recent)]
    yield difference(
        "boarders",
        label,
        "patients",
        sides=(before, after),
        good=False,
        said=(
            _(
                "Lien constaté sur {n} nuits entre l'occupation ({discipline}) et l'attente du "
                "lendemain (corrélation {r})."
            ).format(n=link.nights, discipline=link.discipline, r=number(link.correlation, 2)),
            _(
                "Au-delà de l'occupation déjà vue, chaque patient sans lit attend une nuit, puis "
                "est hébergé hors discipline ou transféré."
            ),
            _("Constaté ces 8 dernières semaines : {n} par matin.").format(
                n=number(float(seen.mean()), 1) if len(seen) else _("n.d.")
            ),
        ),
    )


def _waiting(found: Setting, plays: Plays, link: Boarding) -> tuple[Values, Values]:
    """Mean waiting each morning on each path: what occupancy usually brings, and the overflow."""
    overflow = [summed(plays, side, "waiting", found).mean(axis=1) for side in (0, 1)]
    usual = [np.zeros(simulate.PATHS), np.zeros(simulate.PATHS)]
    if link.discipline in plays:
        usual = [
            link.at(shown(one.present, found) / np.maximum(shown(one.beds, found), 1)).mean(1)
            for one in plays[link.discipline]
        ]
    return usual[0] + overflow[0], usual[1] + overflow[1]


def _put_off(found: Setting, plays: Plays) -> Iterator[Effect]:
    if not plays:
        return
    before, after = (summed(plays, side, "put_off", found).sum(axis=1) for side in (0, 1))
    yield difference(
        "put_off",
        _("Entrées programmées à reporter, sur la période"),
        "patients",
        sides=(before, after),
        good=False,
        said=(_("Les urgences passent avant le programmé quand les lits manquent."),),
    )


def _visits(found: Setting, factor: Values) -> Iterator[Effect]:
    if not any(isinstance(action, Visits | Wave) for action in found.scenario.actions):
        return
    label = _("Passages aux urgences en plus, par jour")
    origin, horizon = found.hospital.origin, len(found.weekdays)
    daily = ratios.on_grid(found.generation, found.units, "ed_visits", found.hospital.days)
    if np.isnan(daily[: origin + 1][-_RECENT_DAYS:]).all():
        refused = _("Passages aux urgences non transmis.")
        yield Effect("visits", label, "passages", refused=refused)
        return
    every = np.concatenate([_before_weekdays(found), found.weekdays])
    marked = found.calendars.of(VISITS, *found.units).excluded(found.hospital.days)
    taught = np.where(marked, np.nan, daily)
    usual = coming(taught, origin, every, horizon)[found.shown]
    then = usual * factor[found.shown]
    rng = np.random.default_rng(simulate.SEED)
    busy = np.exp(wobble(daily, origin) * rng.standard_normal(simulate.PATHS))
    yield difference(
        "visits",
        label,
        "passages",
        sides=(usual.mean() * busy, then.mean() * busy),
        good=None,
        said=(
            _("Habitude de 8 semaines et saison de l'an dernier, multipliées par le scénario."),
            _("Les hospitalisations par destination augmentent de la même part."),
        ),
    )


def _before_weekdays(found: Setting) -> Values:
    days = found.hospital.days[: found.hospital.origin + 1]
    return (days.astype(int) + 3) % 7


def _absence_link(found: Setting) -> Link | None:
    wanted = any(isinstance(action, Absence) for action in found.scenario.actions)
    if not wanted or not found.sees(Domain.WORKFORCE):
        return None
    return ratios.beds_per_absence_point(found.generation, found.units, found.hospital.last)


def _drawn(link: Link) -> Values:
    rng = np.random.default_rng(simulate.SEED)
    return np.maximum(link.slope + link.error * rng.standard_normal(simulate.PATHS), 0.0)


def _absence_beds(found: Setting, link: Link | None) -> Iterator[Effect]:
    points = sum(a.points for a in found.scenario.actions if isinstance(a, Absence))
    if not points:
        return
    label = _("Lits fermés faute de personnel")
    if link is None:
        yield Effect(
            "absence_beds",
            label,
            "lits",
            refused=_(
                "Non chiffré : aucun lien net, mois par mois, entre l'absentéisme et les lits "
                "fermés pour motif RH (ou votre profil ne voit pas les effectifs)."
            ),
        )
        return
    closed = points * _drawn(link)
    yield difference(
        "absence_beds",
        label,
        "lits",
        sides=(np.zeros(simulate.PATHS), closed),
        good=False,
        said=(
            _(
                "{slope} lit fermé par point d'absentéisme, constaté sur {n} mois "
                "(corrélation {r})."
            ).format(slope=number(link.slope, 1), n=link.months, r=number(link.correlation, 2)),
            _("Répartis entre les disciplines selon leurs lits ouverts."),
        ),
    )
