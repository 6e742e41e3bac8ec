"""A hospital's own connector: counts kept in a JSON file of COCKPIT_HOME."""

from __future__ import annotations

import json
from typing import Annotated

import pyarrow as pa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cockpit.connect import files, guard
from cockpit.connect.contract import LINE, Delivery, Part
from cockpit.errors import BadDelivery


class MaisonConfig(BaseModel):
    """Settings of a `maison` source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(guard.relative_pattern)] = Field(title="Fichier JSON")


class _Maison:
    kind = "maison"
    Config = MaisonConfig

    def check(self, asked, config):
        return files.check_files(asked, config.path, self, config)

    def discover(self, asked, config):
        return files.streams_of(asked, config.path, self, config)

    def read(self, asked, config):
        return files.read_files(asked, config.path, self, config)

    def header(self, name, stream, config):
        return tuple(_rows(name, stream)[0])

    def parse(self, name, stream, digest, config, columns):
        rows = _rows(name, stream)
        missing = [column for column in columns if column not in rows[0]]
        if missing:
            raise BadDelivery(file=name, field=missing[0], expected="cette colonne")
        table = {c: pa.array([str(row.get(c, "")) for row in rows], pa.string()) for c in columns}
        table[LINE] = pa.array(range(1, len(rows) + 1), pa.int64())
        return Delivery(name, digest, (Part(pa.table(table)),), decimal=".")


def _rows(name, stream):
    try:
        rows = json.load(stream)
    except ValueError as error:
        raise BadDelivery(file=name, expected="du JSON écrit jusqu'au bout") from error
    if not rows:
        raise BadDelivery(file=name, expected="au moins une ligne")
    return rows


CONNECTOR = _Maison()
