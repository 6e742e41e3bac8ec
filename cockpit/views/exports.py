"""Files to take away: CSV as Excel reads it in French, XLSX with its definition sheet.

A cell that a spreadsheet would run as a formula is made text by a leading apostrophe (OWASP, "CSV
injection"): labels come from delivered files and are not ours.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl import Workbook

from cockpit.i18n import gettext as _
from cockpit.i18n import label, pick
from cockpit.kpi.model import Kpi

Cell = str | float | date | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"
CSV_MIME = "text/csv; charset=utf-8"
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """The same text, never a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_file(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """`;`, decimal comma, dd/mm/yyyy, UTF-8 with BOM, CRLF; a missing cell is empty, never 0."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(name) for name in head])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return (_BOM + text.getvalue()).encode()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, str):
        return harmless(cell)
    return f"{cell:.12g}".replace(".", ",") if math.isfinite(cell) else ""


def xlsx_file(head: Sequence[str], rows: Iterable[Sequence[Cell]], kpi: Kpi) -> bytes:
    """Two sheets: the figures as numbers and dates, then the definition of the KPI."""
    book = Workbook(write_only=True)
    figures = book.create_sheet(_("Chiffres"))
    figures.append([harmless(name) for name in head])
    for row in rows:
        figures.append([_typed(cell) for cell in row])
    about = book.create_sheet(_("Définition"))
    for line in _definition(kpi):
        about.append([harmless(text) for text in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def _definition(kpi: Kpi) -> list[tuple[str, str]]:
    return [
        (_("Indicateur"), label(kpi)),
        (_("Code"), kpi.id),
        (_("Unité"), kpi.unit),
        (_("Définition"), pick(kpi.definition_fr, kpi.definition_en)),
        (_("Source"), kpi.source_fr),
        (_("Repère"), kpi.reference_fr),
        (_("Responsable"), kpi.owner_fr),
    ]
