"""How many answers of each class were given since the start, for /metrics."""

from __future__ import annotations

from collections import Counter


class Counts:
    """Answers by class of status ("2xx"). Written by the event loop only."""

    def __init__(self) -> None:
        self._by_class: Counter[str] = Counter()

    def add(self, status: int) -> None:
        """One more answer."""
        self._by_class[f"{status // 100}xx"] += 1

    def items(self) -> list[tuple[str, int]]:
        """(class, how many), sorted."""
        return sorted(self._by_class.items())


COUNTS = Counts()
