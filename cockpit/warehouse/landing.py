"""Every accepted batch, kept as Parquet with its hash: the truth that a rebuild starts from.

    landing/<source>/000012-<hash>.json                             the manifest, written last
    landing/<source>/000012-<hash>-<structure>.parquet              accepted rows
    landing/<source>/000012-<hash>-<structure>.quarantine.parquet   file, line, column, reason

A batch exists once its manifest does; what a crash left without one is ignored and landed again.
Rows read again under another structure get files of their own, so that the manifest always names
whole ones.
The number orders all batches of the installation, so that a replay gives the same warehouse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cockpit.connect.batch import QUARANTINE, ROWS, Batch, Replace
from cockpit.connect.expect import Shape, Shapes, shapes
from cockpit.errors import DamagedLanding
from cockpit.warehouse.durable import commit, write_parquet

KEPT = ".json"
HELD = ".held"
DISCARDED = ".discarded"
REFUSED = ".refused"
OBSOLETE = ".obsolete"
MANIFESTS = (KEPT, HELD, DISCARDED, REFUSED, OBSOLETE)
"""Every end of a manifest: the numbers of all of them stay taken."""

_TEXTS = [column.name for column in ROWS if column.type == pa.string()]
_CODED_ROWS = pa.schema(
    [
        (
            column.name,
            pa.dictionary(pa.int32(), pa.string()) if column.name in _TEXTS else column.type,
        )
        for column in ROWS
    ]
)


@dataclass(frozen=True, slots=True)
class Landed:
    """One manifest. structure_hash: the structure that the rows were checked against.

    rows_sha256: of the Parquet file of the accepted rows. cursor: where its source goes on.
    shapes: what each measure looked like (`cockpit.connect.expect`). header: every column of it.
    read_as: how its source was read then (`deliver.stamp`); "" for one landed before it was noted.
    after: it is placed after this number instead of its own (`aside.bring_back`). refusal: what the
    warehouse said of it (`aside`). withdraws: figures that it takes back (`withdrawal`).
    """

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
    rows_sha256: str
    folder: Path
    cursor: str = ""
    shapes: Shapes = field(default_factory=dict)
    header: tuple[str, ...] = ()
    read_as: str = ""
    after: int = 0
    refusal: Mapping[str, Any] = field(default_factory=dict)
    withdraws: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What a generation knows it by: (source, source_hash)."""
        return self.source, self.source_hash

    @property
    def place(self) -> tuple[int, bool, int]:
        """Where it stands in the replay: by number, those that were placed after one behind it."""
        return self.after or self.seq, self.after > 0, self.seq

    @property
    def stem(self) -> str:
        """Name of the manifest, without its suffix."""
        return f"{self.seq:06d}-{self.source_hash[:16]}"

    @property
    def rows_path(self) -> Path:
        """The accepted rows."""
        return self.folder / f"{self.stem}-{self.structure_hash[:8]}.parquet"

    @property
    def quarantine_path(self) -> Path:
        """The refused rows."""
        return self.rows_path.with_suffix(".quarantine.parquet")

    def rows(self) -> pa.Table:
        """The accepted rows, texts as dictionaries. Raises DamagedLanding when a bit of the file
        has changed since."""
        with self.rows_path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != self.rows_sha256:
                raise DamagedLanding(file=f"{self.source}/{self.rows_path.name}")
            stream.seek(0)
            return pq.read_table(stream, read_dictionary=_TEXTS)

    def quarantine(self) -> pa.Table:
        """The refused rows."""
        return pq.read_table(self.quarantine_path)


def landed(landing: Path) -> tuple[Landed, ...]:
    """Every landed batch, in order of arrival."""
    return in_state(landing, KEPT)


def in_state(landing: Path, suffix: str, source: str = "*") -> tuple[Landed, ...]:
    """Batches whose manifest ends like this (see `cockpit.warehouse.held`), as they arrived."""
    found = [_read_manifest(path) for path in landing.glob(f"{source}/*{suffix}")]
    return tuple(sorted(found, key=_order))


def kept_back(landing: Path, source: str = "*") -> tuple[Landed, ...]:
    """Batches that a person must look at, or sent away: neither published nor read again."""
    return (*in_state(landing, HELD, source), *in_state(landing, DISCARDED, source))


@dataclass(frozen=True, slots=True)
class Before:
    """What the deliveries of a source so far say about reading the next ones.

    hashes: deliveries that need not be read again. cursor: where the last one kept or kept back
    that says so goes on; what was set aside is asked again. header: the columns of the newest one
    kept that says them.
    """

    hashes: frozenset[str]
    cursor: str
    header: tuple[str, ...]


def before(landing: Path, source: str, structure_hash: str) -> Before:
    """What a source delivered before.

    A delivery that had refused rows, or that the warehouse refused whole, is read again once the
    structure has changed: its unknown units may be known now. Under the same structure, what was
    refused is tried again from landing (`aside`). One that is kept back never is.
    Raises DamagedLanding.
    """
    kept, back = in_state(landing, KEPT, source), kept_back(landing, source)
    aside = in_state(landing, REFUSED, source)
    settled = {one.source_hash for one in kept if not one.refused}
    same = {one.source_hash for one in (*kept, *aside) if one.structure_hash == structure_hash}
    going_on = max((one for one in (*kept, *back) if one.cursor), key=_order, default=None)
    titled = max((one for one in kept if one.header), key=_order, default=None)
    return Before(
        hashes=frozenset(settled | same | {one.source_hash for one in back}),
        cursor=going_on.cursor if going_on else "",
        header=titled.header if titled else (),
    )


def _order(one: Landed) -> tuple[int, bool, int]:
    return one.place


def land(
    landing: Path,
    batch: Batch,
    already: Iterable[Landed],
    *,
    structure_hash: str,
    provisional_days: float = 0.0,
    read_as: str = "",
    withdraws: Mapping[str, str] | None = None,
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
        accepted=len(batch.observations),
        refused=batch.quarantine.num_rows,
        rows_sha256="",
        folder=folder,
        cursor=batch.cursor,
        shapes=shapes(batch.observations.tables()),
        header=batch.header,
        read_as=read_as,
        after=previous.after if previous else 0,
        withdraws=withdraws or {},
    )
    digest = write_parquet(batch.observations.tables(), _CODED_ROWS, manifest.rows_path)
    write_parquet([batch.quarantine], QUARANTINE, manifest.quarantine_path)
    manifest = replace(manifest, rows_sha256=digest)
    write_manifest(manifest)
    _forget(previous, manifest)
    return manifest


def _forget(previous: Landed | None, manifest: Landed) -> None:
    """Remove what the manifest has just replaced."""
    for suffix in (REFUSED, OBSOLETE):
        (manifest.folder / f"{manifest.stem}{suffix}").unlink(missing_ok=True)
    if previous and previous.rows_path != manifest.rows_path:
        previous.rows_path.unlink(missing_ok=True)
        previous.quarantine_path.unlink(missing_ok=True)


def _is_same(one: Landed, batch: Batch) -> bool:
    return one.key == (batch.source, batch.source_hash)


def write_manifest(manifest: Landed, suffix: str = KEPT) -> None:
    """Write it whole and durably, or not at all."""
    facts = asdict(replace(manifest, folder=Path()))
    del facts["folder"]
    facts["received_at"] = manifest.received_at.isoformat()
    facts["shapes"] = {name: one.to_json() for name, one in manifest.shapes.items()}
    path = manifest.folder / f"{manifest.stem}{suffix}"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")
    commit(partial, path)


def _read_manifest(path: Path) -> Landed:
    try:
        facts = json.loads(path.read_text("utf-8"))
        facts["received_at"] = datetime.fromisoformat(facts["received_at"])
        noted = facts.get("shapes", {})
        facts["header"] = tuple(facts.get("header", ()))
        facts["shapes"] = {name: Shape.of_json(one) for name, one in noted.items()}
        return Landed(**facts, folder=path.parent)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLanding(file=f"{path.parent.name}/{path.name}") from error
