"""Which variant of HET holds here: `[tension]` of the hospital's `alerts.toml`.

Occitanie needs no setting. Grand Est has an orange and a red threshold for each indicator; those
that are not given are two and three standard deviations from the same weekday of the site's past.
The colour of the radar follows the sum of the six levels: orange when three indicators stand at
their orange threshold, red when three stand at their red one. Both sums are ours, to be set.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cockpit.errors import BadRules
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi, KpiId, Threshold, UnitId

FILE = "alerts.toml"
HET = KpiId("het_tension_index")
Het = Literal["HET1", "HET2", "HET3", "HET4", "HET5", "HET6"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Limits(_Data):
    """Thresholds of one indicator, in its own unit: beds, patients, minutes or percent."""

    orange: float
    red: float


def _well_turned(limits: Mapping[Het, Limits]) -> None:
    for name, one in limits.items():
        if not (one.red < one.orange if name == "HET1" else one.red > one.orange):
            raise ValueError(f"{name}.red")


class Setting(_Data):
    """orange, red: sums of levels of the radar. levels: by indicator; sites: others at one site."""

    variant: Literal["occitanie", "grand_est"] = "occitanie"
    orange: float = Field(3.0, gt=0)
    red: float = Field(6.0, gt=0)
    levels: dict[Het, Limits] = {}
    sites: dict[UnitId, dict[Het, Limits]] = {}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.red <= self.orange:
            raise ValueError("red")
        for limits in (self.levels, *self.sites.values()):
            _well_turned(limits)
        return self

    def at(self, site: UnitId) -> Mapping[Het, Limits]:
        """The thresholds of a site."""
        return {**self.levels, **self.sites.get(site, {})}


@dataclass(frozen=True)
class _Read:
    stamp: tuple[int, int, int]
    setting: Setting


_last: dict[Path, _Read] = {}


def setting_of(root: Path) -> Setting:
    """The setting of an installation; a faulty file leaves the last good one in service."""
    path = root / FILE
    try:
        found = path.stat()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        before = _last.get(root)
        if before is not None and before.stamp == stamp:
            return before.setting
        setting = _validated(tomllib.loads(path.read_text("utf-8")).get("tension", {}))
    except FileNotFoundError:
        return Setting()
    except (OSError, ValueError, RecursionError):  # TOML, UTF-8 and the model's own refusals
        setting = _last[root].setting if root in _last else Setting()
    _last[root] = _Read(stamp, setting)
    return setting


def errors(table: Mapping[str, object]) -> list[BadRules]:
    """What is wrong in a `[tension]` table, at most the first fault."""
    try:
        _validated(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        parts = [str(part) for part in first["loc"]]
        if first["type"] == "value_error":
            parts.append(str(first["ctx"]["error"]))
        expected = mark(
            "variant (occitanie ou grand_est), et des seuils orange et red en nombres, red plus "
            "grave que orange"
        )
        return [BadRules(file=FILE, field=".".join(["tension", *parts]), expected=expected)]
    return []


def _validated(table: object) -> Setting:
    return Setting.model_validate_json(json.dumps(table, default=str), strict=True)


def adapted(kpi: Kpi, orange: float, red: float) -> Kpi:
    """HET as Grand Est reads it: the sum of six levels, whose colour is that of the radar."""
    return replace(
        kpi,
        kind="het_radar",
        unit="/18",
        decimals=1,
        threshold=Threshold(amber=orange, red=red),
        definition_fr="Somme des niveaux des six indicateurs FEDORU (lits disponibles face au "
        "BJML, passages, durée des admis, taux d'hospitalisation, présents à 15 h, passages de 75 "
        "ans et plus) : 0 normal, 1 au seuil orange, 2 au seuil rouge, 3 au plus, en ligne droite "
        "entre les seuils.",
        definition_en="Sum of the levels of the six FEDORU indicators (available beds against "
        "BJML, visits, time of admitted patients, admission rate, present at 15:00, visits aged "
        "75+): 0 normal, 1 at the orange threshold, 2 at the red one, 3 at most, in straight lines "
        "between the thresholds.",
        alert_fr="Somme des niveaux : orange (vigilance) et rouge (alerte), à régler par région.",
        reference_fr="FEDORU, variante Grand Est ; sommes par défaut : repère interne.",
    )
