"""The readers' side: the newest generation, attached read-only in a locked sandbox.

A generation is immutable, so anything computed from it is kept under its number and never expires;
a newer one lets go of it. One cursor per read: DuckDB refuses a second statement on a connection
whose result is still open.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.sql.expression import ClauseElement

from cockpit.errors import DamagedWarehouse, NoGeneration, OldGeneration
from cockpit.kpi.model import UnitId
from cockpit.kpi.units import Unit, UnitTree
from cockpit.settings import Home
from cockpit.warehouse import engine, schema
from cockpit.warehouse.publish import current_path, number_of

Answer = TypeVar("Answer")

MOST_KEPT = 4096
"""Answers of one generation; a page is one to ten of them, up to 50 kB each."""
_KEPT_ATTACHED = 3


class Generation:
    """One published state. Safe to share between threads; holds no state of any user."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, home: Home) -> None:
        self.id = number_of(path)
        self.home = home
        self._alias = f"g{self.id:06d}"
        self._connection = connection
        self._cache: OrderedDict[Hashable, object] = OrderedDict()
        self._facts: dict[Hashable, object] = {}
        self._lock = threading.Lock()
        quoted = str(path).replace("'", "''")
        try:
            connection.execute(f"ATTACH '{quoted}' AS {self._alias} (READ_ONLY)")
        except duckdb.Error as error:
            raise DamagedWarehouse(file=path.name) from error

    def read(self, statement: ClauseElement) -> pd.DataFrame:
        """The rows of one statement, in its own order; dates as datetime64."""
        sql, values = engine.compiled(statement)
        with self._connection.cursor() as cursor:
            cursor.execute(f"USE {self._alias}")
            return cursor.execute(sql, values).df()

    def columns(self, statement: ClauseElement) -> dict[str, npt.NDArray[Any]]:
        """The rows of one statement as arrays, dates as datetime64[us].

        For statements that a page waits for: a data frame of the same rows costs twice the time.
        Columns must hold no NULL (they would come as masked arrays).
        """
        sql, values = engine.compiled(statement)
        with self._connection.cursor() as cursor:
            cursor.execute(f"USE {self._alias}")
            found = cursor.execute(sql, values).fetchnumpy()
            return {name: np.asarray(column) for name, column in found.items()}

    def fact(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """`make()` once for this generation, kept as long as it: what every question needs.

        Read as a whole (sources, calendars, restatements), so it holds no scope and never grows.
        """
        if key not in self._facts:
            self._facts[key] = make()
        return self._facts[key]  # type: ignore[return-value]

    def cached(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """`make()` once per key for this generation; the key must hold the scope.

        The oldest unused entries leave first. Answers must not be changed by who gets them.
        """
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]  # type: ignore[return-value]
        answer = make()
        with self._lock:
            self._cache[key] = answer
            if len(self._cache) > MOST_KEPT:
                self._cache.popitem(last=False)
        return answer

    @cached_property
    def published_at(self) -> datetime:
        """When it was published, naive UTC."""
        return pd.Timestamp(self._meta["published_at"]).to_pydatetime()

    @cached_property
    def alerts_at(self) -> datetime | None:
        """When the alert rules were evaluated on these figures, naive UTC; None: not yet."""
        stamp = self._meta["alerts_at"]
        return None if pd.isna(stamp) else pd.Timestamp(stamp).to_pydatetime()

    @property
    def structure_hash(self) -> str:
        """The structure that its figures were placed in."""
        return str(self._meta["structure_hash"])

    @property
    def schema_version(self) -> int:
        """`schema.VERSION` of the program that made it."""
        return int(self._meta["schema_version"])

    @cached_property
    def _meta(self) -> dict[Any, Any]:
        with self._connection.cursor() as cursor:  # not the schema: an older one has fewer columns
            row = cursor.execute(f"SELECT * FROM {self._alias}.meta").df()  # noqa: S608 - a number
        return {"alerts_at": None, **row.iloc[0].to_dict()}

    @cached_property
    def batch_keys(self) -> frozenset[tuple[str, str]]:
        """The deliveries that it holds, as (source, source_hash)."""
        rows = self.read(sa.select(schema.batch.c.source, schema.batch.c.source_hash))
        return frozenset(zip(rows["source"], rows["source_hash"], strict=True))

    @property
    def batch_hashes(self) -> frozenset[str]:
        """The hashes of the deliveries that it holds."""
        return frozenset(digest for _, digest in self.batch_keys)

    @cached_property
    def has_forecasts(self) -> bool:
        """Whether at least one forecast was stored (or refused with its reason)."""
        return not self.read(sa.select(schema.forecast_run.c.kpi).limit(1)).empty

    @cached_property
    def units(self) -> UnitTree:
        """The hospital's structure in this generation."""
        rows = self.read(sa.select(schema.unit).order_by(schema.unit.c.unit_id))
        return UnitTree(tuple(_unit(row) for row in rows.to_dict("records")))

    @cached_property
    def unit_numbers(self) -> dict[str, int]:
        """Unit code -> unit_id of the facts."""
        rows = self.read(sa.select(schema.unit.c.code, schema.unit.c.unit_id))
        return dict(zip(rows["code"], rows["unit_id"].tolist(), strict=True))

    @cached_property
    def measure_numbers(self) -> dict[str, int]:
        """Measure name -> measure_id of the facts."""
        rows = self.read(sa.select(schema.measure.c.name, schema.measure.c.measure_id))
        return dict(zip(rows["name"], rows["measure_id"].tolist(), strict=True))

    @cached_property
    def facets(self) -> dict[int, str]:
        """facet_id -> facet path."""
        rows = self.read(sa.select(schema.facet.c.facet_id, schema.facet.c.code))
        return dict(zip(rows["facet_id"].tolist(), rows["code"], strict=True))

    def forget(self) -> None:
        """Drop what was kept: a newer generation answers from now on."""
        with self._lock:
            self._cache.clear()

    def detach(self) -> None:
        """Let go of the file; reads under way on other cursors end first or fail cleanly."""
        self._connection.execute(f"DETACH {self._alias}")


def _unit(row: dict[Any, Any]) -> Unit:
    def day(name: str) -> date | None:
        return None if pd.isna(row[name]) else pd.Timestamp(row[name]).date()

    return Unit(
        id=row["code"],
        parent=UnitId(row["parent"]) if isinstance(row["parent"], str) else None,
        level=row["level"],
        label=row["label"],
        finess=row["finess"],
        discipline=row["discipline"],
        valid_from=day("valid_from"),
        valid_to=day("valid_to"),
    )


class Warehouse:
    """The generations of one installation, for one process."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._attached: list[Generation] = []
        self._connection: duckdb.DuckDBPyConnection | None = None

    def generation(self, *, any_version: bool = False) -> Generation:
        """The newest generation. Raises NoGeneration before the first publish.

        any_version: one that an earlier version of the program made is given too, to those who
        make the next one from it; else it raises OldGeneration (its tables lack columns).
        Costs one small file read when nothing changed.
        """
        newest = self._newest()
        if newest.schema_version < schema.VERSION and not any_version:
            raise OldGeneration(home=str(self.home.root))
        return newest

    def _newest(self) -> Generation:
        while True:
            path = current_path(self.home.generations)
            if path is None:
                raise NoGeneration(home=str(self.home.root))
            try:
                return self._of(path)
            except DamagedWarehouse:
                # Pruned between the pointer and the file (a reader stopped for several publishes):
                # the pointer has moved since. If it has not, the file is damaged.
                if current_path(self.home.generations) == path:
                    raise

    def _of(self, path: Path) -> Generation:
        with self._lock:
            if self._attached and self._attached[-1].id == number_of(path):
                return self._attached[-1]
            return self._attach(path)

    def _attach(self, path: Path) -> Generation:
        if self._connection is None:
            self._connection = engine.open_reader(
                self.home.generations, self.home.installation.duckdb_memory_limit
            )
        generation = Generation(self._connection, path, self.home)
        for older in self._attached:
            older.forget()
        self._attached.append(generation)
        while len(self._attached) > _KEPT_ATTACHED:
            self._attached.pop(0).detach()
        return generation
