"""One immutable file per published state, and a pointer to the newest.

    generations/gen-000123.duckdb    never written again, never a path used twice
    generations/CURRENT              the name of the newest, replaced atomically

A builder copies the newest file, changes the copy, checkpoints, flushes it to disk, renames it to
a new unique name, and only then moves the pointer. A crash leaves at worst a `.build-*` file,
swept by the next publish. Readers never wait and never see half a state (measured:
docs/decisions/001-immutable-generations.md).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

import duckdb

from cockpit import clock
from cockpit.errors import DamagedWarehouse, DiskFull, WarehouseBusy
from cockpit.settings import Home
from cockpit.warehouse import engine, schema
from cockpit.warehouse.durable import fsync

POINTER = "CURRENT"
_PREFIX = "gen-"
_SMALLEST_BYTES = 16 << 20

_TICK_S = 0.1

Change = Callable[[duckdb.DuckDBPyConnection], None]
Fence = Callable[[], None]
"""Called just before the pointer moves: raises when this process may no longer publish."""


def no_fence() -> None:
    """Nobody else may have taken over."""


_fence: ContextVar[Fence] = ContextVar("fence", default=no_fence)


def current_path(generations: Path) -> Path | None:
    """The newest published file, or None before the first publish."""
    pointer = generations / POINTER
    if not pointer.exists():
        return None
    return generations / pointer.read_text("utf-8").strip()


def number_of(path: Path) -> int:
    """123 for `gen-000123.duckdb`."""
    try:
        return int(path.stem.removeprefix(_PREFIX))
    except ValueError as error:
        raise DamagedWarehouse(file=path.name or POINTER) from error


@contextmanager
def publishing(
    generations: Path, *, patience_s: float = 0.0, fence: Fence = no_fence
) -> Iterator[None]:
    """Hold the publish lock. Raises WarehouseBusy when another process holds it for so long."""
    generations.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience_s
    with (generations / ".lock").open("a") as lock:
        while not _taken(lock.fileno()):
            if time.monotonic() >= deadline:
                raise WarehouseBusy
            time.sleep(_TICK_S)
        token = _fence.set(fence)
        try:
            yield
        finally:
            _fence.reset(token)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def kept(generations: Path) -> tuple[Path, ...]:
    """The published files that are still there, oldest first."""
    return tuple(sorted(generations.glob(f"{_PREFIX}*.duckdb"), key=number_of))


def publish(
    home: Home, change: Change, *, from_scratch: bool = False, base: Path | None = None
) -> int:
    """Apply `change` to a copy of the newest state and publish it; returns its number.

    The caller holds `publishing`. `change` raises to refuse: then nothing is published.
    from_scratch starts from empty tables (rebuild, change of structure). base: the published file
    to copy instead of the newest. Raises DiskFull before it starts, or when the disk fills up on
    the way.
    """
    folder = home.generations
    newest = base or current_path(folder)
    number = max(map(number_of, folder.glob(f"{_PREFIX}*.duckdb")), default=0) + 1
    building = folder / f".build-{os.getpid()}.duckdb"
    _sweep(folder)
    needed = _needed_bytes(newest)
    _refuse_full_disk(folder, needed, needed)
    try:
        if newest and not from_scratch:
            shutil.copyfile(newest, building)
        _build(building, change, number, home.installation.duckdb_memory_limit)
        _fence.get()()
        _reveal(building, folder / f"{_PREFIX}{number:06d}.duckdb")
    except (OSError, duckdb.Error):
        _refuse_full_disk(folder, _SMALLEST_BYTES, needed)
        raise
    finally:
        _sweep(folder)
    _prune(folder, home.installation.keep_generations)
    return number


def _needed_bytes(newest: Path | None) -> int:
    """Room for the new file and for what its build spills."""
    size = newest.stat().st_size if newest and newest.exists() else 0
    return max(2 * size, _SMALLEST_BYTES)


def _refuse_full_disk(folder: Path, least: int, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < least:
        raise DiskFull(free_mb=free >> 20, needed_mb=needed >> 20)


def _build(path: Path, change: Change, number: int, memory_limit: str) -> None:
    fresh = not path.exists()
    connection = engine.open_builder(path, memory_limit)
    try:
        if fresh:
            engine.create_tables(connection)
        connection.execute("UPDATE meta SET alerts_at = NULL")  # until `change` says otherwise
        change(connection)
        _stamp(connection, number)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def _stamp(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    row = engine.first_row(connection, "SELECT structure_hash, alerts_at FROM meta")
    structure_hash, alerts_at = row or ("", None)
    connection.execute("DELETE FROM meta")
    connection.execute(
        "INSERT INTO meta VALUES ($1, $2, $3, $4, $5)",
        [number, schema.VERSION, structure_hash, clock.utc_naive(clock.now()), alerts_at],
    )


_COMPLETED = (
    f"""
    UPDATE forecast_point AS p SET made_at = r.made_at FROM forecast_run AS r
    WHERE p.made_at = TIMESTAMP '{schema.UNKNOWN_TIME}' AND r.kpi = p.kpi AND r.unit = p.unit
    AND r.facet = p.facet AND r.model = p.model AND r.origin = p.origin
    """,  # noqa: S608 - a constant
    "UPDATE forecast_run SET status = 'refused' WHERE refused <> '' AND status = 'ok'",
)
"""What forecasts of version 3 did not say of themselves."""


def carry_over(
    connection: duckdb.DuckDBPyConnection, generations: Path, tables: Sequence[str]
) -> None:
    """Copy into a generation made from scratch what landing does not hold (past forecasts).

    A newest generation that is damaged gives nothing: the one being made replaces it.
    """
    newest = current_path(generations)
    if newest is None:
        return
    with suppress(duckdb.Error):
        connection.execute(f"ATTACH '{_quoted(newest)}' AS before (READ_ONLY)")
        for name in tables:
            with suppress(duckdb.CatalogException):  # an earlier version had no such table
                connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM before.{name}")  # noqa: S608 - tables of the schema
        connection.execute("DETACH before")
    for statement in _COMPLETED:
        connection.execute(statement)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _reveal(building: Path, path: Path) -> None:
    """Make the file durable under its final name, then let readers find it."""
    if building.with_name(building.name + ".wal").exists():
        message = "the checkpoint left a write-ahead log"
        raise RuntimeError(message)
    fsync(building)
    building.replace(path)
    pointer = path.parent / POINTER
    partial = pointer.with_suffix(".partial")
    partial.write_text(path.name, "utf-8")
    fsync(partial)
    partial.replace(pointer)
    fsync(path.parent)


def _sweep(folder: Path) -> None:
    """Remove what a killed builder left; the lock is held, so nobody is writing it."""
    for leftover in folder.glob(".build-*"):
        leftover.unlink(missing_ok=True)


def _prune(folder: Path, keep: int) -> None:
    """Keep the newest files; a reader that still has an older one open keeps it (Linux)."""
    published = sorted(folder.glob(f"{_PREFIX}*.duckdb"), key=number_of)
    for old in published[: -max(keep, 2)]:
        old.unlink(missing_ok=True)
