"""A sample source whose settings are faults: what drives the tests of the worker and of the pages.

Healthy, it gives one small table, always the same: `days` days of three units, from `start`.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from cockpit.connect.contract import LINE, Asked, Check, Delivery, Part, Stream
from cockpit.connect.secrets import Secret, reveal
from cockpit.errors import BadDelivery, SourceRefused, SourceUnavailable

COLUMNS = ("jour", "uf", "passages")
UNITS = ("10", "11", "20")
Fail = Literal["", "unavailable", "refused", "crash", "killed"]
_TICK_S = 0.05
_ENDLESS = 1 << 12


class FaultsConfig(BaseModel):
    """Settings of a `faults` source; every default is health."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = Field(date(2026, 1, 1), title="Premier jour")
    days: int = Field(10, ge=0, le=4000, title="Nombre de jours")
    password: Secret = Field("", title="Mot de passe", description="Lu, jamais utilisé")
    fail: Fail = Field("", title="Échec", description="Indisponible, refus, erreur ou arrêt brutal")
    stall: int = Field(0, ge=0, title="Secondes de silence", description="Sourd à toute échéance")
    drip: float = Field(0.0, ge=0, title="Secondes entre deux lignes")
    truncate: int = Field(0, ge=0, title="Lignes coupées à la fin")
    duplicate: int = Field(1, ge=1, le=100, title="Nombre de livraisons identiques")
    drift: Literal["", "renamed", "added", "thousands"] = Field(
        "", title="Dérive", description="Colonne renommée, colonne ajoutée ou valeurs en milliers"
    )
    restate: float = Field(0.0, title="Quantité ajoutée à chaque valeur")
    html: bool = Field(default=False, title="Page HTML au lieu de la table")
    memory: int = Field(0, ge=0, title="Mébioctets demandés pendant la lecture")


class _Faults:
    kind = "faults"
    Config = FaultsConfig

    def check(self, asked: Asked, config: FaultsConfig) -> Check:
        reveal(asked, config.password, "password")
        if config.fail or config.html:
            return Check(ok=False, sentence="La source d'essai est réglée pour échouer.")
        return Check(ok=True, sentence=f"La source d'essai donne {config.days} jours.")

    def discover(self, asked: Asked, config: FaultsConfig) -> list[Stream]:
        del asked
        return [Stream("essai", _columns(config))]

    def read(self, asked: Asked, config: FaultsConfig) -> Iterator[Delivery | BadDelivery]:
        reveal(asked, config.password, "password")
        _fail(asked, config)
        time.sleep(config.stall)
        bytearray(config.memory << 20)
        lines = _lines(config)
        digest = hashlib.sha256(repr((_columns(config), lines)).encode()).hexdigest()
        for number in range(config.duplicate):
            if asked.is_known(digest):
                continue
            name = f"essai-{number + 1}"
            refusal = _refusal(asked, config, name)
            parts = _parts(asked, config, name, lines)
            yield refusal or Delivery(name, digest, parts, ".", header=_columns(config))


def _columns(config: FaultsConfig) -> tuple[str, ...]:
    if config.drift == "renamed":
        return (*COLUMNS[:2], "nb_passages")
    return (*COLUMNS, "commentaire") if config.drift == "added" else COLUMNS


def _fail(asked: Asked, config: FaultsConfig) -> None:
    asked.deadline.left()
    if config.fail == "unavailable":
        raise SourceUnavailable(source=asked.source, reason="panne d'essai")
    if config.fail == "refused":
        raise SourceRefused(source=asked.source, reason="mot de passe expiré")
    if config.fail == "crash":
        raise ValueError(*UNITS)
    if config.fail == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


def _refusal(asked: Asked, config: FaultsConfig, name: str) -> BadDelivery | None:
    if config.html:
        return BadDelivery(file=name, expected="une table, pas une page HTML")
    if not config.days:
        return BadDelivery(file=name, expected="au moins une ligne")
    missing = [column for column in asked.columns if column not in _columns(config)]
    if missing:
        return BadDelivery(file=name, field=missing[0], expected="cette colonne")
    return None


def _lines(config: FaultsConfig) -> list[tuple[str, ...]]:
    scale = 1000 if config.drift == "thousands" else 1
    return [
        (
            f"{config.start + timedelta(days=day):%d/%m/%Y}",
            unit,
            str((day % 7 + index + 1 + config.restate) * scale),
        )
        for day in range(config.days)
        for index, unit in enumerate(UNITS)
    ]


def _parts(
    asked: Asked, config: FaultsConfig, name: str, lines: list[tuple[str, ...]]
) -> Iterator[Part]:
    """One part per line when it drips; a table that is cut short is refused at its end."""
    size = 1 if config.drip else _ENDLESS
    for first in range(0, len(lines) - config.truncate, size):
        until = time.monotonic() + config.drip
        while time.monotonic() < until:
            asked.deadline.left()
            time.sleep(_TICK_S)
        yield _part(asked, lines[first : first + size], first)
    if config.truncate:
        raise BadDelivery(file=name, expected=f"{len(lines)} lignes, comme annoncé")


def _part(asked: Asked, lines: list[tuple[str, ...]], first: int) -> Part:
    texts = dict(zip((*COLUMNS, "commentaire"), zip(*lines, strict=True), strict=False))
    texts["nb_passages"], texts["commentaire"] = texts["passages"], ("",) * len(lines)
    columns = {name: pa.array(texts[name], pa.string()) for name in asked.columns}
    numbers = range(first + 2, first + 2 + len(lines))
    return Part(pa.table(columns | {LINE: pa.array(numbers, pa.int64())}))


CONNECTOR = _Faults()
