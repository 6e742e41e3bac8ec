"""Files as hospital programs write them: cp1252, `;`, decimal comma, dd/mm/yyyy; dated xlsx.

Files of one source sort by name in the order they were delivered: `x_2024.csv`, `x_2026_01.csv`,
`x_2026_11.csv`, `x_2026_11_21.csv`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

from sample_data.noise import Counts
from sample_data.seasons import FIRST

LATE_DAYS = 3
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def grid(days: pd.DatetimeIndex, units: Sequence[str], end: date) -> pd.DataFrame:
    """One row per exported day and unit, day first: columns jour (datetime) and uf."""
    kept = exported(days, end)
    return pd.DataFrame(
        {"jour": np.repeat(days[kept], len(units)), "uf": np.tile(units, int(kept.sum()))}
    )


def exported(days: pd.DatetimeIndex, end: date) -> Counts:
    """Which simulated days are delivered."""
    inside = (days >= pd.Timestamp(FIRST)) & (days <= pd.Timestamp(end))
    return np.asarray(inside)


def column(values: Counts, days: pd.DatetimeIndex, end: date) -> Counts:
    """A (day, unit) array as one column of `grid`."""
    flat: Counts = values[exported(days, end)].ravel()
    return flat


def csv(path: Path, frame: pd.DataFrame) -> None:
    """Write one CSV; dates become dd/mm/yyyy, NaN an empty cell."""
    text = frame.copy()
    for name in text.columns:
        if pd.api.types.is_datetime64_any_dtype(text[name]):
            codes, uniques = pd.factorize(text[name])
            text[name] = np.array([d.strftime("%d/%m/%Y") for d in uniques], dtype=object)[codes]
    text.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252", lineterminator="\r\n")


def by_period(frame: pd.DataFrame, end: date, day: str = "jour") -> dict[str, pd.DataFrame]:
    """Cut into one piece per past year and one per month of the current year, keyed by suffix."""
    when = frame[day]
    old = when.dt.year < end.year
    pieces = {str(year): part for year, part in frame[old].groupby(when[old].dt.year)}
    now = frame[~old]
    for month, part in now.groupby(now[day].dt.month):
        pieces[f"{end.year}_{month:02d}"] = part
    return pieces


def daily(drop: Path, name: str, frame: pd.DataFrame, end: date, day: str = "jour") -> None:
    """Past years, then one file per month."""
    for suffix, part in by_period(frame, end, day).items():
        csv(drop / f"{name}_{suffix}.csv", part)


def monthly(drop: Path, name: str, frame: pd.DataFrame, end: date) -> None:
    """Past years, then one file per month; `mois` is written yyyy-mm."""
    for suffix, part in by_period(frame, end, "mois").items():
        csv(drop / f"{name}_{suffix}.csv", part.assign(mois=part["mois"].dt.strftime("%Y-%m")))


def daily_with_late_rows(
    drop: Path, name: str, frame: pd.DataFrame, end: date, late: Sequence[str]
) -> None:
    """As `daily`, but the last two days come alone, with rows of D-3 that were not ready in time.

    late: units whose row of D-3 arrives with the last file.
    """
    edge = pd.Timestamp(end - timedelta(days=LATE_DAYS - 1))
    unready = (frame["jour"] == edge - pd.Timedelta(days=1)) & frame["uf"].isin(late)
    last = (frame["jour"] >= edge) | unready
    daily(drop, name, frame[~last], end)
    csv(drop / f"{name}_{end:%Y_%m_%d}.csv", frame[last])


def xlsx(path: Path, sheet: str, frame: pd.DataFrame, title: str) -> None:
    """Write one workbook, as budget software does: a title line, an empty line, then the table.

    The bytes depend only on the content.
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append([title])
    page.append([])
    page.append(list(frame.columns))
    for row in _cells(frame):
        page.append(row)
    raw = io.BytesIO()
    book.save(raw)
    path.write_bytes(_timeless(raw))


def _cells(frame: pd.DataFrame) -> Iterable[list[object]]:
    columns = [[None if pd.isna(cell) else cell for cell in frame[name]] for name in frame]
    return (list(row) for row in zip(*columns, strict=True))


def _timeless(raw: io.BytesIO) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>2026-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()
