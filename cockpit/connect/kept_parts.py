"""Parts put aside until all have come: a reading cut in its middle delivers nothing.

Small ones stay in memory; above, they wait in a file without a name, which dies with the process.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

import pyarrow as pa

from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import Part

_IN_MEMORY = 8 << 20


class Kept:
    """Parts that were all received; read as often as wanted, refused lines first."""

    def __init__(self, parts: Iterable[Part]) -> None:
        """Take every part; whatever fails, fails here."""
        self._stream = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see finalize
        weakref.finalize(self, self._stream.close)
        self._refused = [QUARANTINE.empty_table()]
        writer = None
        for part in parts:
            writer = writer or pa.ipc.new_stream(self._stream, part.table.schema)
            writer.write_table(part.table.combine_chunks())
            if part.refused.num_rows:  # an empty table for each small page would fill memory
                self._refused.append(part.refused)
        self._any = writer is not None
        if writer:
            writer.close()

    def __iter__(self) -> Iterator[Part]:
        """The parts, from the file."""
        if not self._any:
            return
        self._stream.seek(0)
        batches = pa.ipc.open_stream(self._stream)
        yield Part(batches.schema.empty_table(), pa.concat_tables(self._refused))
        for batch in batches:
            yield Part(pa.Table.from_batches([batch]))
