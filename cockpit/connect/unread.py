"""A delivery that was cut into lines, but of which nothing or only a part could be read.

Loaded in silence, either would look like a good reading.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect.contract import Delivery
from cockpit.connect.reasons import BAD_DATE, BAD_NUMBER, UNFINISHED, UNKNOWN_UNIT, counted
from cockpit.errors import BadDelivery

_ASKED = {
    BAD_NUMBER: " : le séparateur décimal a-t-il changé ?",
    BAD_DATE: " : l'écriture des dates a-t-elle changé ?",
    UNKNOWN_UNIT: " : les codes d'unité ont-ils changé ?",
}
"""What a person looks at first, when one reason refuses everything."""


def said(delivery: Delivery, lines: int, quarantine: pa.Table) -> tuple[str, ...]:
    """What was kept of a delivery that could not be read well, in French sentences.

    lines: how many it has. quarantine: schema QUARANTINE, those refused. Raises BadDelivery when
    all are; an answer that goes on from a cursor is then kept and said: refused, it would be asked
    for again for ever.
    """
    if not quarantine.num_rows:
        return ()
    return (*_nothing(delivery, lines, quarantine), *_cut_short(delivery.name, quarantine))


def _nothing(delivery: Delivery, lines: int, quarantine: pa.Table) -> tuple[str, ...]:
    if lines > pc.count_distinct(quarantine["line"]).as_py():
        return ()
    alike = quarantine.group_by(["column", "reason"]).aggregate([("line", "count")])
    most = alike.sort_by([("line_count", "descending")]).slice(0, 1).to_pylist()[0]
    column, many = most["column"], counted(lines, "ligne")
    reason = most["reason"] + _ASKED.get(most["reason"], "")
    if delivery.digest or not delivery.reached():
        expected = f"au moins une ligne lisible sur {many} ({reason})"
        several = f"au moins une ligne lisible par fichier ({reason})"
        raise BadDelivery(file=delivery.name, field=column, expected=expected, several=several)
    sentence = (
        f"« {delivery.name} » : aucune ligne lisible sur {many} (« {column} » : {reason}). Les "
        "chiffres publiés restent affichés. Corrigez la source ou sa correspondance."
    )
    return (sentence,)


def _cut_short(name: str, quarantine: pa.Table) -> tuple[str, ...]:
    """A file that stops within a line is perhaps half of itself."""
    lines = quarantine.filter(pc.equal(quarantine["reason"], UNFINISHED))["line"]
    return tuple(
        f"« {name} » s'arrête au milieu de sa ligne {number} : les lignes d'avant sont gardées. "
        "Déposez le fichier entier : il remplacera celles-ci."
        for number in lines.to_pylist()
    )
