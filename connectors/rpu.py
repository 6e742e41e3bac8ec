"""RPU: ED visits in the national XML (OSCOUR), counted by establishment and day of arrival.

The file comes every day with the seven days before it: each of its days replaces what was there.
No variable of a patient leaves the connector.
"""

from __future__ import annotations

from io import BufferedIOBase
from typing import Literal

from pydantic import Field

from cockpit.connect import files
from cockpit.connect.columns import check_format
from cockpit.connect.contract import LINE, Delivery, Part
from cockpit.connect.delimited import quarantined
from cockpit.connect.rpu import xml as rpu_xml
from cockpit.connect.rpu.columns import COLUMNS, MAPPING
from cockpit.connect.rpu.count import Tally
from cockpit.errors import BadDelivery

MOST_REFUSED = 100_000
"""Beyond, and when no visit is good, the file is refused whole: it is of another format."""


class RpuConfig(files.FileConfig):
    """Settings of an RPU source. units: FINESS of the file -> code in structure.csv."""

    units: dict[str, str] = Field(
        default_factory=dict,
        title="Unité de chaque FINESS",
        description="Code de l'unité dans structure.csv ; sans correspondance, le n° FINESS même",
    )
    largest_mib: int = Field(
        200,
        ge=1,
        le=1024,
        title="Taille maximale (Mio)",
        description="Un fichier plus gros est refusé ; 200 Mio font environ 300 000 passages",
    )


class _Rpu(files.FileConnector[RpuConfig]):
    kind = "rpu"
    Config = RpuConfig
    MAPPING = MAPPING
    REPLACE: Literal["rows"] = "rows"

    def header(self, name: str, stream: BufferedIOBase, config: RpuConfig) -> tuple[str, ...]:
        next(rpu_xml.batches(name, stream, config.largest_mib))
        return COLUMNS

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: RpuConfig,
        columns: tuple[str, ...],
    ) -> Delivery:
        check_format(name, columns, COLUMNS)
        tally = Tally(config.units)
        refused: list[tuple[int, str]] = []
        for batch in rpu_xml.batches(name, stream, config.largest_mib):
            refused += tally.add(batch)
            if len(refused) > MOST_REFUSED:
                break
        table = tally.table()
        if len(refused) > MOST_REFUSED or not table.num_rows:
            line, reason = refused[0]
            raise BadDelivery(file=name, line=line, expected=f"des passages lisibles ({reason})")
        part = Part(table.select([*columns, LINE]), quarantined(name, refused))
        return Delivery(name, digest, (part,))


CONNECTOR = _Rpu()
