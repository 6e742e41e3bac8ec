"""A landed batch in the numbers of a generation: texts looked up once, rows sorted and checked.

Text is read once per distinct value and rows are sorted as one integer each: a batch of eight
million rows is staged in two seconds, against eight by joins on text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cockpit.errors import BadDelivery, BadStructure
from cockpit.warehouse.landing import Landed
from cockpit.warehouse.schema import SCENARIOS

Ints = npt.NDArray[np.int32]

_UNKNOWN = -1
_ROOM = 1 << 62


def stage(connection: duckdb.DuckDBPyConnection, landed: Landed, batch_id: int) -> None:
    """Register `staged`, rows shaped as `observation` and sorted by its keys.

    Raises BadStructure for a unit that the structure has lost, BadDelivery for an unknown measure
    or a repeated key, DamagedLanding.
    """
    rows = landed.rows()
    keys = _keys(connection, rows, landed)
    order = _sorted(keys)
    _refuse_repeated([key[order] for key in keys], landed)
    measure, unit, day, facet, scenario = (pa.array(key[order]) for key in keys)
    staged = pa.table(
        {
            "measure_id": measure.cast(pa.int16()),
            "unit_id": unit.cast(pa.int32()),
            "day": day.cast(pa.date32()),
            "facet_id": facet.cast(pa.int32()),
            "scenario_id": scenario.cast(pa.int16()),
            "value": rows["value"].combine_chunks().take(pa.array(order)),
            "batch_id": pa.repeat(pa.scalar(batch_id, pa.int32()), len(order)),
        }
    )
    connection.register("staged", staged)


def _keys(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, landed: Landed
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """measure, unit, day, facet and scenario of every row, as numbers."""
    units = _known(connection, "SELECT code, unit_id FROM unit")
    measures = _known(connection, "SELECT name, measure_id FROM measure")
    scenarios = {name: number for number, name in enumerate(SCENARIOS)}
    day = rows["day"].cast(pa.int32()).to_numpy()
    return (
        _numbered(rows["measure"], measures, lambda _: _refuse_measure(landed)),
        _numbered(rows["unit"], units, _refuse_unit),
        day,
        _numbered(rows["facet"], _facets(connection, rows["facet"]), _refuse_unit),
        _numbered(rows["scenario"], scenarios, lambda _: _refuse_measure(landed)),
    )


def _known(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, int]:
    return dict(connection.execute(sql).fetchall())


def _facets(connection: duckdb.DuckDBPyConnection, column: pa.ChunkedArray) -> dict[str, int]:
    """The numbers of all facets, once those that the batch brings have theirs."""
    known = _known(connection, "SELECT code, facet_id FROM facet")
    new = sorted(set(_texts(column)) - known.keys())
    if new:
        numbered = [(number, code) for number, code in enumerate(new, start=len(known) + 1)]
        connection.executemany("INSERT INTO facet VALUES ($1, $2)", numbered)
        known |= {code: number for number, code in numbered}
    return known


def _texts(column: pa.ChunkedArray) -> list[str]:
    return [text for chunk in column.chunks for text in chunk.dictionary.to_pylist()]


def _numbered(
    column: pa.ChunkedArray, known: Mapping[str, int], refuse: Callable[[str], None]
) -> Ints:
    """The number of each text of a dictionary column; `refuse` gets the first unknown one."""
    parts = []
    for chunk in column.chunks:
        texts = chunk.dictionary.to_pylist()
        numbers = np.array([known.get(text, _UNKNOWN) for text in texts], dtype=np.int32)
        codes = chunk.indices.to_numpy()
        part = numbers[codes]
        lost = {texts[code] for code in np.unique(codes[part == _UNKNOWN]).tolist()}
        if lost:
            refuse(min(lost))
        parts.append(part)
    return np.concatenate([np.zeros(0, dtype=np.int32), *parts])


def _refuse_unit(code: str) -> None:
    """Units were known when the batch was landed: one that is not any more was taken out of the
    structure, and its figures with it. Nothing is published until its line is back."""
    raise BadStructure(
        file="structure.csv",
        field="unit",
        expected=f"la ligne de l'unité « {code} », dont des chiffres sont conservés "
        "(une unité fermée garde sa ligne, avec valid_to)",
    )


def _refuse_measure(landed: Landed) -> None:
    raise BadDelivery(file=landed.file, field="mesure", expected="des mesures connues du catalogue")


def _sorted(keys: Sequence[Ints]) -> npt.NDArray[np.intp]:
    """The order of the rows by their keys, the first one weighing most."""
    whole = np.zeros(len(keys[0]), dtype=np.int64)
    room = 1
    for key in keys:
        low = int(key.min(initial=0))
        width = int(key.max(initial=0)) - low + 1
        room *= width
        if room >= _ROOM:
            return np.lexsort(tuple(reversed(keys)))
        whole = whole * width + (key - low)
    return np.argsort(whole, kind="stable")


def _refuse_repeated(keys: Sequence[Ints], landed: Landed) -> None:
    """Two rows of one key stand side by side once sorted."""
    same = np.ones(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[1:] == key[:-1]
    if same.any():
        raise BadDelivery(file=landed.file, field="", expected="une seule valeur par clé")
