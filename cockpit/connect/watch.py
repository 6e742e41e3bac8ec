"""One delivery held against its source's contract: its lines while they are read, then the whole.

What a clause finds refuses the delivery, its lines, or becomes a French sentence (what happened,
what was kept, what to do), by the mode of the clause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from cockpit import clock
from cockpit.connect import column_types
from cockpit.connect.batch import Batch
from cockpit.connect.clauses import Clause
from cockpit.connect.coded import Ints
from cockpit.connect.columns import drift
from cockpit.connect.config import SourceConfig
from cockpit.connect.contract import Delivery
from cockpit.connect.expect import newest, out_of_range, shapes
from cockpit.connect.keys import Keys
from cockpit.connect.mapping import Fault, Mapped
from cockpit.connect.reasons import REPEATED_KEY, counted
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable

_MOST_SAID = 5


class Watch:
    """The contract of a source, held against one delivery of it."""

    def __init__(
        self, delivery: Delivery, config: SourceConfig, folder: Path | None = None
    ) -> None:
        self._delivery, self._config = delivery, config
        self._contract = config.contract
        self._key = " + ".join(config.contract.key)
        self._keys = Keys(config.contract.key, folder) if config.contract.key else None
        self._kept: Counter[tuple[str, str]] = Counter()

    def part(self, mapped: Mapped) -> list[Fault]:
        """The lines to quarantine. Raises BadDelivery when a frozen clause is broken."""
        if self._keys:
            self._keys.add(mapped.table, mapped.lines.number)
        refused = []
        for clause, one in self._broken(mapped):
            lines = mapped.lines.number[one.rows]
            if self._answer(clause, one.column, one.reason, lines):
                refused.append(one)
        return refused

    def repeated(self) -> Ints:
        """The lines to quarantine for their key, sorted, once all parts were read. Raises
        BadDelivery."""
        again: Ints = self._keys.repeated() if self._keys else np.zeros(0, np.int64)
        if len(again) and self._answer("key", self._key, REPEATED_KEY, again):
            return again
        return again[:0]

    def fault_of_key(self, lines: Ints) -> Fault:
        """Why these lines are refused."""
        return Fault(lines, self._key, REPEATED_KEY)

    def warnings(self, before: tuple[str, ...]) -> tuple[str, ...]:
        """What was kept although the contract says otherwise, once all parts were read.

        before: the header of the last kept delivery. Raises BadDelivery for frozen columns.
        """
        kept = self._kept.most_common(_MOST_SAID)
        lines = [
            f"« {self._delivery.name} » : contrat non tenu sur {counted(count, 'ligne')}, dont les "
            f"chiffres sont gardés (« {column} » : {reason})."
            for (column, reason), count in kept
        ]
        return (*self._columns(self._delivery.names(), before), *lines)

    def _broken(self, mapped: Mapped) -> Iterator[tuple[Clause, Fault]]:
        for one in out_of_range(mapped, self._contract):
            yield "ranges", one
        if self._contract.columns:
            if self._contract.mode_of("types") == "freeze":
                for one in column_types.unread(mapped, self._contract):
                    yield "types", one
            mapping = self._config.mapping
            for one in column_types.wrong(mapped, self._contract, mapping, self._delivery):
                yield "types", one

    def _answer(self, clause: Clause, column: str, reason: str, lines: Ints) -> bool:
        """Whether these lines are to be refused. Raises BadDelivery when the clause is frozen."""
        mode = self._contract.mode_of(clause)
        if mode == "freeze":
            raise BadDelivery(
                file=self._delivery.name,
                line=int(lines[0]),
                field=column,
                expected=f"le contrat ({reason})",
            )
        if mode == "evolve":
            self._kept[column, reason] += len(lines)
        return mode == "discard"

    def _columns(self, header: tuple[str, ...], before: tuple[str, ...]) -> Iterator[str]:
        declared = tuple(self._contract.columns)
        found = drift(declared or before, header) if header and (declared or before) else None
        if not found:
            return
        if declared and self._contract.mode_of("columns") == "freeze":
            raise BadDelivery(
                file=self._delivery.name, expected=f"les colonnes du contrat ({found.sentence()})"
            )
        what = "ce ne sont pas les colonnes du contrat" if declared else "l'en-tête a changé"
        do = (
            f"Si c'est voulu : « cockpit source contract {self._config.name} --write »."
            if declared
            else "Si ce n'est pas voulu, prévenez qui produit le fichier."
        )
        yield (
            f"« {self._delivery.name} » : {what} ({found.sentence()}). Les colonnes lues y sont "
            f"toutes : les chiffres sont gardés. {do}"
        )


def fresh(
    found: Iterator[Batch | BadDelivery], config: SourceConfig
) -> Iterator[Batch | BadDelivery]:
    """The same deliveries, the last one held against the freshness of the contract.

    Only the last of a reading: a year of history read at once is not late.
    """
    waiting: Batch | None = None
    try:
        for one in found:
            if isinstance(one, BadDelivery):
                yield one
                continue
            if waiting:
                yield waiting
            waiting = one
    except (SourceUnavailable, SourceRefused):
        if waiting:
            yield waiting
        raise
    if waiting:
        yield _judged(waiting, config)


def _judged(batch: Batch, config: SourceConfig) -> Batch | BadDelivery:
    last, most = newest(shapes(batch.observations.tables())), config.contract.freshness
    age = (clock.today() - last).days if last else 0
    if last is None or most is None or age * 86_400 <= most.total_seconds():
        return batch
    days = most.total_seconds() / 86_400
    seen = f"le jour le plus récent est le {last:%d/%m/%Y}, il y a {age} jours"
    if config.contract.mode_of("freshness") == "freeze":
        expected = f"un jour d'au plus {days:.3g} jour(s), selon le contrat ({seen})"
        return BadDelivery(file=batch.file, expected=expected)
    said = (
        f"« {batch.file} » : {seen}, alors que le contrat en accepte {days:.3g}. Les chiffres sont "
        "gardés. Vérifiez que l'export est bien celui du jour."
    )
    return replace(batch, warnings=(*batch.warnings, said))
