"""PMSI MCO: RSS (022, 023), grouped RSS (122, 123) and RSA (229), counted by unit and discharge.

The files are cumulative from January: each month of discharge replaces what was there. No
identifier, birth date or postcode is read, and no stay leaves the connector.
"""

from __future__ import annotations

from io import BufferedIOBase
from typing import Literal

from pydantic import Field

from cockpit.connect import files
from cockpit.connect.columns import check_format
from cockpit.connect.contract import LINE, Delivery, Part
from cockpit.connect.delimited import quarantined
from cockpit.connect.pmsi import lines as pmsi_lines
from cockpit.connect.pmsi.columns import COLUMNS, MAPPING
from cockpit.connect.pmsi.lines import Codes
from cockpit.connect.pmsi.stays import Naming
from cockpit.connect.pmsi.table import Table
from cockpit.errors import BadDelivery

MOST_REFUSED = 100_000
"""Beyond, and when no line is good, the file is refused whole: it is of another format."""


class PmsiConfig(files.FileConfig):
    """Settings of a PMSI source. units, sites: see `pmsi_stays.Naming`."""

    units: dict[str, str] = Field(
        default_factory=dict,
        title="Unité de chaque code",
        description="Unité médicale ou n° FINESS du fichier -> code de structure.csv ; sans "
        "correspondance, le code même",
    )
    sites: dict[str, str] = Field(
        default_factory=dict,
        title="Établissement de chaque unité médicale",
        description="Pour un n° FINESS qui couvre plusieurs sites : unité médicale -> code de "
        "l'établissement ; sans correspondance, celui du n° FINESS",
    )


class _Pmsi(files.FileConnector[PmsiConfig]):
    kind = "pmsi"
    Config = PmsiConfig
    MAPPING = MAPPING
    REPLACE: Literal["month"] = "month"

    def header(
        self,
        name: str,
        stream: BufferedIOBase,
        config: PmsiConfig,  # noqa: ARG002 - the contract of the formats
    ) -> tuple[str, ...]:
        pmsi_lines.layout_of(name, stream)
        return COLUMNS

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: PmsiConfig,
        columns: tuple[str, ...],
    ) -> Delivery:
        check_format(name, columns, COLUMNS)
        layout = pmsi_lines.layout_of(name, stream)
        sites, units = Codes(), Codes()
        table = Table(layout.family, Naming(config.units, config.sites))
        refused: list[tuple[int, str]] = []
        for cut in pmsi_lines.read_lines(name, stream, layout, sites, units):
            table.add(cut.records)
            refused += cut.refused
            if len(refused) > MOST_REFUSED:
                break
        found = table.read((sites.labels, units.labels))
        if refused and (len(refused) > MOST_REFUSED or not found.num_rows):
            line, reason = refused[0]
            raise BadDelivery(file=name, line=line, expected=f"des lignes lisibles ({reason})")
        part = Part(found.select([*columns, LINE]), quarantined(name, refused))
        return Delivery(name, digest, (part,))


CONNECTOR = _Pmsi()
