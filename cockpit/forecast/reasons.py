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

ACCEPTED = mark("Acceptée pour l'usage.")
NO_SKILL = mark(
    "{days} jours sans gain : écart moyen {ours} contre {naive} en répétant la semaine d'avant."
)
REASONS = (
    # What a history allows, in `gate`; those on stopped data stored before say how long ago.
    mark("Pas de prévision : les données s'arrêtent au {day}."),
    mark("Pas de prévision : les données s'arrêtent au {day}, il y a {days} jours."),
    mark(
        "Pas de prévision : {days} jours d'historique, il en faut au moins {fewest} (4 semaines)."
    ),
    mark("Pas de prévision : {missing} jours manquent sur les {days} derniers jours."),
    mark("Indicatif : {days} jours d'historique seulement."),
    mark("Moins de {count} par jour : le hasard l'emporte, voir la semaine."),
    mark(
        "Changement de niveau : hausse de {share} % sur {days} jours. "
        "L'intervalle est élargi le temps de le confirmer."
    ),
    mark(
        "Changement de niveau : baisse de {share} % sur {days} jours. "
        "L'intervalle est élargi le temps de le confirmer."
    ),
    mark(
        "Capacité modifiée, lits ouverts : hausse de {share} % sur {days} jours. "
        "L'intervalle est élargi le temps de le confirmer."
    ),
    mark(
        "Capacité modifiée, lits ouverts : baisse de {share} % sur {days} jours. "
        "L'intervalle est élargi le temps de le confirmer."
    ),
    # What a fit gave, in `fit` and `pool`.
    mark("Rien ne prévoit mieux que la semaine dernière : elle est répétée."),
    mark("Trop incertain pour un seul chiffre : lire l'intervalle."),
    mark("Prévision indisponible : le calcul de cette série n'a pas abouti."),
    # What the months allow, in `monthly`.
    mark("{months} mois d'historique : il en faut 12 pour une prévision mensuelle."),
    mark("{months} mois d'historique sur 24 : les mois de l'an dernier, à titre indicatif."),
    mark("Sur cette série, répéter les mois de l'an dernier s'est moins trompé jusqu'ici."),
    # What the worker decides, in `oversight` and `decide`.
    ACCEPTED,
    NO_SKILL,
    mark("Remis à l'essai après un an : {models}."),
    mark("{models} : plus de 15 % moins bon que le meilleur, sur {origins} origines."),
    mark("Au moins 2 % meilleure que {models}, sur {origins} origines."),
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
