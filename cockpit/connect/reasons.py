"""Why a line was quarantined: the French sentences, gathered (they are translation keys).

Never the value of a cell: the reader opens the file at the line.
"""

from __future__ import annotations

RAGGED = "nombre de colonnes différent de l'en-tête"
UNFINISHED = (
    "dernière ligne sans fin de ligne : écriture interrompue "
    "(export complet ? dites final_newline = false)"
)
BAD_QUOTES = "guillemets mal formés"
NO_DATE = "date manquante"
BAD_DATE = "date illisible ou hors calendrier"
NO_UNIT = "unité manquante"
UNKNOWN_UNIT = "unité absente de la structure"
CLOSED_UNIT = "unité fermée ou pas encore ouverte à cette date"
NO_MEASURE = "mesure manquante"
UNKNOWN_MEASURE = "mesure inconnue"
NO_SCENARIO = "scénario manquant"
UNKNOWN_SCENARIO = "scénario inconnu (actual, budget ou plan)"
BAD_NUMBER = "nombre illisible"
BAD_FACET = "découpage mal formé"
FACET_NOT_ALLOWED = "découpage donné pour une mesure qui n'en a pas"
REPEATED = "clé répétée (même mesure, unité, date, découpage et scénario)"
REPEATED_KEY = "clé du contrat répétée sur une autre ligne"
WRONG_TYPE = {
    "integer": "pas un nombre entier, contrairement au contrat",
    "number": "pas un nombre, contrairement au contrat",
    "date": "pas une date, contrairement au contrat",
    "boolean": "ni oui ni non, contrairement au contrat",
}


def counted(count: int, word: str) -> str:
    """`1 fichier`, `3 fichiers`: in French, of a word whose plural takes an s."""
    return f"{count} {word}" if count < 2 else f"{count} {word}s"  # noqa: PLR2004 - the rule
