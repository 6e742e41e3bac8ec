"""Every accepted batch, kept as Parquet with its hash: the truth that a rebuild starts from.

    landing/<source>/000012-<hash>.parquet              accepted rows
    landing/<source>/000012-<hash>.quarantine.parquet   refused rows: file, line, column, reason
    landing/<source>/000012-<hash>.json                 the manifest, written last

A batch exists once its manifest does; what a crash left without one is ignored and landed again.
The number orders all batches of the installation, so that a replay gives the same warehouse.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cockpit.connect.batch import Batch, Replace


@dataclass(frozen=True, slots=True)
class Landed:
    """One manifest. structure_hash: the structure that the rows were checked against."""

    seq: int
    source: str
    file: str
    source_hash: str
    structure_hash: str
    received_at: datetime
    replace: Replace
    provisional_days: float
    lines: int
    accepted: int
    refused: int
    folder: Path

    @property
    def stem(self) -> str:
        """Common name of the three files."""
        return f"{self.seq:06d}-{self.source_hash[:16]}"

    def rows(self) -> pa.Table:
        """The accepted rows. Raises OSError when a bit of the file has changed since."""
        return _read_parquet(self.folder / f"{self.stem}.parquet")

    def quarantine(self) -> pa.Table:
        """The refused rows."""
        return _read_parquet(self.folder / f"{self.stem}.quarantine.parquet")


def landed(landing: Path) -> tuple[Landed, ...]:
    """Every landed batch, in order of arrival."""
    found = [_read_manifest(path) for path in landing.glob("*/*.json")]
    return tuple(sorted(found, key=lambda one: one.seq))


def set_aside_before(landing: Path) -> tuple[Landed, ...]:
    """Every batch that the warehouse refused whole; its number is never given to another."""
    return tuple(_read_manifest(path) for path in landing.glob("*/*.refused"))


def known_hashes(landing: Path, source: str, structure_hash: str) -> frozenset[str]:
    """Deliveries of a source that need not be read again.

    One that had refused rows, or that the warehouse refused whole, is read again once the
    structure has changed: its unknown units may be known now.
    """
    kept = [_read_manifest(path) for path in (landing / source).glob("*.json")]
    aside = [_read_manifest(path) for path in (landing / source).glob("*.refused")]
    settled = {one.source_hash for one in kept if not one.refused}
    same = {one.source_hash for one in (*kept, *aside) if one.structure_hash == structure_hash}
    return frozenset(settled | same)


def land(
    landing: Path,
    batch: Batch,
    already: Iterable[Landed],
    *,
    structure_hash: str,
    provisional_days: float = 0.0,
) -> Landed:
    """Keep one batch durably and return its manifest.

    already: every batch ever landed, those set aside too. A delivery landed before (read again
    after a change of structure) keeps its place in the order: an old file read late never wins
    over a newer one.
    """
    folder = landing / batch.source
    folder.mkdir(parents=True, exist_ok=True)
    existing = list(already)
    previous = next((one for one in existing if _is_same(one, batch)), None)
    seq = previous.seq if previous else max((one.seq for one in existing), default=0) + 1
    manifest = Landed(
        seq=seq,
        source=batch.source,
        file=batch.file,
        source_hash=batch.source_hash,
        structure_hash=structure_hash,
        received_at=batch.received_at,
        replace=batch.replace,
        provisional_days=provisional_days,
        lines=batch.lines,
        accepted=batch.rows.num_rows,
        refused=batch.quarantine.num_rows,
        folder=folder,
    )
    _write_parquet(batch.rows, folder / f"{manifest.stem}.parquet")
    _write_parquet(batch.quarantine, folder / f"{manifest.stem}.quarantine.parquet")
    _write_manifest(manifest)
    (folder / f"{manifest.stem}.refused").unlink(missing_ok=True)
    return manifest


def _is_same(one: Landed, batch: Batch) -> bool:
    return (one.source, one.source_hash) == (batch.source, batch.source_hash)


def set_aside(batch: Landed) -> None:
    """Take a batch that the warehouse refused out of the replay; its rows stay for inspection."""
    manifest = batch.folder / f"{batch.stem}.json"
    manifest.replace(manifest.with_suffix(".refused"))
    fsync(batch.folder)


def _write_parquet(table: pa.Table, path: Path) -> None:
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd", write_page_checksum=True)
    _commit(partial, path)


def _read_parquet(path: Path) -> pa.Table:
    return pq.read_table(path, page_checksum_verification=True)


def _write_manifest(manifest: Landed) -> None:
    facts = asdict(replace(manifest, folder=Path()))
    del facts["folder"]
    facts["received_at"] = manifest.received_at.isoformat()
    path = manifest.folder / f"{manifest.stem}.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    _commit(partial, path)


def _commit(partial: Path, path: Path) -> None:
    """Rename only what has reached the disk, then make the rename itself durable."""
    fsync(partial)
    partial.replace(path)
    fsync(path.parent)


def fsync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_manifest(path: Path) -> Landed:
    facts = json.loads(path.read_text("utf-8"))
    facts["received_at"] = datetime.fromisoformat(facts["received_at"])
    return Landed(**facts, folder=path.parent)
