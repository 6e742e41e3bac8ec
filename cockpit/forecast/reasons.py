"""Why a forecast is missing, weak or off, in the language of who reads it.

What is stored never changes: the worker writes its sentences once, in French. Each is made from one
of these templates (the reason) and a few figures (its facts): both are found again in it, and said
in the reader's language. What a person wrote is made from none and stands as it is.
"""

from __future__ import annotations

import re
from functools import cache

from cockpit.i18n import gettext as _
from cockpit.i18n import language, mark

# What a history allows, in `gate`.
STOPPED_ON = mark("Pas de prévision : les données s'arrêtent au {day}.")
TOO_SHORT = mark(
    "Pas de prévision : {days} jours d'historique, il en faut au moins {fewest} (4 semaines)."
)
MISSING = mark("Pas de prévision : {missing} jours manquent sur les {days} derniers jours.")
ZEROS = mark("Pas de prévision : zéro depuis le {day}, transmission arrêtée ou service fermé.")
INDICATIVE = mark("Indicatif : {days} jours d'historique seulement.")
TINY = mark("Moins de {count} par jour : le hasard l'emporte, voir la semaine.")
LEVEL_UP = mark(
    "Changement de niveau : hausse de {share} % sur {days} jours. "
    "L'intervalle est élargi le temps de le confirmer."
)
LEVEL_DOWN = mark(
    "Changement de niveau : baisse de {share} % sur {days} jours. "
    "L'intervalle est élargi le temps de le confirmer."
)
BEDS_UP = mark(
    "Capacité modifiée, lits ouverts : hausse de {share} % sur {days} jours. "
    "L'intervalle est élargi le temps de le confirmer."
)
BEDS_DOWN = mark(
    "Capacité modifiée, lits ouverts : baisse de {share} % sur {days} jours. "
    "L'intervalle est élargi le temps de le confirmer."
)

# What a fit gave, in `fit` and `pool`.
REPEATED = mark("Rien ne prévoit mieux que la semaine dernière : elle est répétée.")
TOO_WIDE = mark("Trop incertain pour un seul chiffre : lire l'intervalle.")
UNAVAILABLE = mark("Prévision indisponible : le calcul de cette série n'a pas abouti.")

# What the months allow, in `monthly`.
FEW_MONTHS = mark("{months} mois d'historique : il en faut 12 pour une prévision mensuelle.")
MONTHS_REPEATED = mark(
    "{months} mois d'historique sur 24 : les mois de l'an dernier, à titre indicatif."
)
LAST_YEAR_BETTER = mark(
    "Sur cette série, répéter les mois de l'an dernier s'est moins trompé jusqu'ici."
)

# What the worker decides, in `oversight` and `decide`.
ACCEPTED = mark("Acceptée pour l'usage.")
NO_SKILL = mark(
    "{days} jours sans gain : écart moyen {ours} contre {naive} en répétant la semaine d'avant."
)
TRIED_AGAIN = mark("Remis à l'essai après un an : {models}.")
MUCH_WORSE = mark("{models} : plus de 15 % moins bon que le meilleur, sur {origins} origines.")
BETTER = mark("Au moins 2 % meilleure que {models}, sur {origins} origines.")

_FORMER = mark("Pas de prévision : les données s'arrêtent au {day}, il y a {days} jours.")
"""No longer written, but stored."""

REASONS = (
    STOPPED_ON,
    TOO_SHORT,
    MISSING,
    ZEROS,
    INDICATIVE,
    TINY,
    LEVEL_UP,
    LEVEL_DOWN,
    BEDS_UP,
    BEDS_DOWN,
    REPEATED,
    TOO_WIDE,
    UNAVAILABLE,
    FEW_MONTHS,
    MONTHS_REPEATED,
    LAST_YEAR_BETTER,
    ACCEPTED,
    NO_SKILL,
    TRIED_AGAIN,
    MUCH_WORSE,
    BETTER,
    _FORMER,
)
_FACT = re.compile(r"\\{(\w+)\\}")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")


def told(stored: str) -> str:
    """A stored sentence in the language of the run; as it stands when no reason made it."""
    if language() == "fr":
        return stored
    for template, pattern in _patterns():
        if found := pattern.fullmatch(stored):
            facts = {name: _DECIMAL.sub(".", fact) for name, fact in found.groupdict().items()}
            return _(template).format(**facts)
    return stored


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The longest first: a short one must not take the end of a longer one for a fact."""
    every = sorted(REASONS, key=len, reverse=True)
    return tuple((one, re.compile(_FACT.sub(r"(?P<\1>.+?)", re.escape(one)))) for one in every)
