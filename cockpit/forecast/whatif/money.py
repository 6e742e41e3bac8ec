"""The lines in euros: revenue of the stays won or lost, temporary staff of the absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.whatif import ratios, simulate
from cockpit.forecast.whatif.lines import Plays, difference, number, shown
from cockpit.forecast.whatif.model import Absence, Effect
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Domain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.forecast.whatif.setting import Setting


def revenue(found: Setting, plays: Plays) -> Iterator[Effect]:
    """T2A of the bed-days won or lost, at each pool's own revenue per occupied bed-day."""
    label = _("Recettes T2A, sur la période")
    if not plays:
        return
    if not found.sees(Domain.FINANCE):
        yield Effect("t2a", label, "€", refused=_("Votre profil ne voit pas les finances."))
        return
    gained, said, without = np.zeros(simulate.PATHS), [], []
    for pool in found.pools:
        if pool.discipline not in plays:
            continue
        ratio = ratios.revenue_per_bed_day(found.generation, pool.wards, found.hospital.last)
        if ratio is None:
            without.append(pool.discipline)
            continue
        before, after = (shown(one.present, found).sum(axis=1) for one in plays[pool.discipline])
        rng = np.random.default_rng([simulate.SEED, *pool.discipline.encode()])
        gained += (after - before) * ratio.drawn(simulate.PATHS, rng)
        said.append(
            _("{name} : {euros} € par journée occupée, sur {n} mois complets.").format(
                name=pool.discipline, euros=number(ratio.value), n=len(ratio.top)
            )
        )
    if not said:
        refused = _("Non chiffré : aucune recette T2A par service n'est transmise.")
        yield Effect("t2a", label, "€", refused=refused)
        return
    said.append(_("Séjours complets seulement ; les charges évitées ne sont pas déduites."))
    if without:
        said.append(_("Sans recette T2A connue : {names}.").format(names=", ".join(without)))
    yield difference(
        "t2a",
        label,
        "€",
        sides=(np.zeros(simulate.PATHS), gained),
        good=True,
        said=tuple(said),
    )


def staff_cost(found: Setting) -> Iterator[Effect]:
    """Temporary staff, at the hospital's own cost per day of absence."""
    absences = [action for action in found.scenario.actions if isinstance(action, Absence)]
    if not absences:
        return
    label = _("Intérim et remplacements, sur la période")
    if not (found.sees(Domain.FINANCE) and found.sees(Domain.WORKFORCE)):
        refused = _("Votre profil ne voit pas les finances et les effectifs.")
        yield Effect("interim", label, "€", refused=refused)
        return
    ask = (found.generation, found.units, found.hospital.last)
    ratio, fte = ratios.cost_per_absence_day(*ask), ratios.staff(*ask)
    if ratio is None or fte is None:
        yield Effect(
            "interim",
            label,
            "€",
            refused=_(
                "Non chiffré : il faut six mois de jours d'absence, d'ETP et de dépenses d'intérim."
            ),
        )
        return
    days = sum(a.points / 100 * fte * ((a.last - a.first).days + 1) for a in absences)
    rng = np.random.default_rng(simulate.SEED)
    yield difference(
        "interim",
        label,
        "€",
        sides=(np.zeros(simulate.PATHS), days * ratio.drawn(simulate.PATHS, rng)),
        good=False,
        said=(
            _("{days} jours d'absence de plus : {fte} ETP rémunérés.").format(
                days=number(days), fte=number(fte)
            ),
            _("{euros} € d'intérim par jour d'absence, sur {n} mois complets.").format(
                euros=number(ratio.value), n=len(ratio.top)
            ),
            _("Au coût moyen constaté : heures supplémentaires et pool non comptés."),
        ),
    )
