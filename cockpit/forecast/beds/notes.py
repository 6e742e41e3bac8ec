"""What is missing from an outlook, in words; French, translated when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.forecast.beds.read import EVENING, EXITS, MORNING, OPEN, Ward
from cockpit.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

STALE = mark("Pas de prévision de lits : le recensement de minuit s'arrête depuis plus de 3 jours.")
SHORT = mark("Pas de prévision de lits : l'historique est trop court pour mesurer l'erreur.")
_NO_EXITS = mark("Sorties non transmises : occupation prévue seule, sans entrées ni sorties.")
_NO_STAYS = mark(
    "Durées de séjour non transmises : sorties estimées d'après la part des présents qui sort "
    "chaque jour de la semaine."
)
_NO_ED = mark("Hospitalisations des urgences non transmises : entrées estimées en bloc.")
_NO_MORNING = mark("Relevé de 8 h non transmis : le recensement de minuit en tient lieu.")
_NO_EVENING = mark("Relevé de 18 h non transmis : le recensement de minuit en tient lieu.")
_NO_OPEN = mark("Lits ouverts non transmis : ni lits disponibles, ni risque de saturation.")
_SOME_LEFT = mark(
    "Certains services ne sont pas prévus : leurs patients et leurs lits manquent ici."
)


def notes(wards: Sequence[Ward], *, partial: bool, has_ed: bool) -> list[str]:
    """What these wards do not report. partial: some of the unit's wards are not forecast."""

    def lacks(name: str) -> bool:
        return not all(ward.has(name) for ward in wards)

    said = {
        _SOME_LEFT: partial,
        _NO_OPEN: lacks(OPEN),
        _NO_EXITS: lacks(EXITS),
        _NO_STAYS: not lacks(EXITS) and any(ward.survival is None for ward in wards),
        _NO_ED: not has_ed,
        _NO_MORNING: lacks(MORNING),
        _NO_EVENING: lacks(EVENING),
    }
    return [sentence for sentence, holds in said.items() if holds]
