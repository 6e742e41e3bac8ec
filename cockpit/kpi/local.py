"""A hospital's own KPIs and settings: `kpis/*.toml`, one KPI per file, the fields of `Kpi`.

A file whose `id` is new adds a KPI. A file whose `id` is in the catalogue adjusts it: target,
threshold, owner, lever, alert and reference texts; never its formula, so that one name stays one
number from one hospital to the next.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from cockpit.errors import BadKpiFile
from cockpit.kpi.checks import check
from cockpit.kpi.model import Kpi, KpiId, Term, Threshold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ADJUSTABLE = frozenset(
    {"target", "threshold", "reference_fr", "alert_fr", "source_fr", "owner_fr", "lever_fr",
     "waiting_for"}
)  # fmt: skip
LARGEST_BYTES = 64 * 1024
_KPI = TypeAdapter(Kpi)
_TERM_FIELDS = ("numerator", "denominator", "unit_terms", "unit_denominator")
_OWN_KINDS = frozenset({"ratio", "median"})
_EXPECTED = {
    "missing": "une valeur (champ obligatoire)",
    "string_type": "un texte",
    "float_type": "un nombre",
    "finite_number": "un nombre fini",
    "int_type": "un entier",
    "bool_type": "true ou false",
    "tuple_type": "une liste",
    "dataclass_type": "une table",
}


def read_folder(folder: Path, known: Mapping[KpiId, Kpi]) -> dict[KpiId, Kpi]:
    """`known` with the files of `folder` applied in name order; an absent folder changes nothing.

    Raises BadKpiFile (file, field, expected) at the first fault, so that nothing is half applied.
    """
    kpis = dict(known)
    seen: dict[str, str] = {}
    for path in sorted(path for path in folder.glob("*.toml") if path.is_file()):
        kpi = _read(path, known)
        if kpi.id in seen:
            raise _bad(path, "id", f"un identifiant absent de « {seen[kpi.id]} »")
        seen[kpi.id] = path.name
        kpis[kpi.id] = kpi
    return kpis


def _read(path: Path, known: Mapping[KpiId, Kpi]) -> Kpi:
    table = _toml(path)
    _only_known_fields(path, table)
    base = known.get(KpiId(str(table.get("id"))))
    if base is None:
        kpi = _validate(path, table)
        _own(path, kpi)
    else:
        _only_adjustable(path, table)
        kpi = _validate(path, dataclasses.asdict(base) | table)
    problems = check(kpi)
    if problems:
        raise _bad(path, problems[0].field, problems[0].expected)
    return kpi


def _toml(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_BYTES:
        raise _bad(path, "", f"au plus {LARGEST_BYTES // 1024} Kio")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        expected = "du TOML valide"
        raise BadKpiFile(
            file=path.name, field="", expected=expected, line=int(line[1]) if line else None
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise _bad(path, "", "du TOML valide, en UTF-8") from error


def _only_known_fields(path: Path, table: dict[str, Any]) -> None:
    _fields(path, table, Kpi, "")
    for name in _TERM_FIELDS:
        terms = table.get(name, [])
        for number, term in enumerate(terms if isinstance(terms, list) else ()):
            _fields(path, term, Term, f"{name}.{number}.")
    _fields(path, table.get("threshold"), Threshold, "threshold.")


def _fields(path: Path, table: object, of: type, prefix: str) -> None:
    """A misspelt field would be dropped in silence: refuse it by name."""
    allowed = {field.name for field in dataclasses.fields(of)}
    for name in table if isinstance(table, dict) else ():
        if name not in allowed:
            raise _bad(path, f"{prefix}{name}", "l'un des champs connus (docs/kpi.md)")


def _only_adjustable(path: Path, table: dict[str, Any]) -> None:
    for name in table:
        if name != "id" and name not in ADJUSTABLE:
            raise _bad(path, name, "rien : seuls se règlent " + ", ".join(sorted(ADJUSTABLE)))


def _validate(path: Path, table: dict[str, Any]) -> Kpi:
    """Strict: a number in quotes is not a number. JSON carries TOML's dates as text."""
    try:
        return _KPI.validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        expected = _EXPECTED.get(first["type"], "une valeur valable")
        if first["type"] in {"literal_error", "enum"}:
            expected = "l'une des valeurs " + first["ctx"]["expected"].replace(" or ", " ou ")
        raise _bad(path, field, expected) from error


def _own(path: Path, kpi: Kpi) -> None:
    if kpi.kind not in _OWN_KINDS:
        raise _bad(path, "kind", "« ratio » ou « median »")
    if kpi.home_rank:
        raise _bad(path, "home_rank", "0 : les tuiles d'accueil sont celles du catalogue")


def _bad(path: Path, field: str, expected: str) -> BadKpiFile:
    return BadKpiFile(file=path.name, field=field, expected=expected)
