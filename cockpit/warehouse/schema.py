"""The tables of one generation, declared once for the builder (DDL) and the readers (SQLAlchemy).

Facts carry small integers and are sorted by (measure, unit, day); they have no primary key (it
would cost five times the size): uniqueness is checked on the staged rows before they enter.
A ratio is never stored, only what it is made of.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

VERSION = 6
"""A generation of an older version is made again from landing by the next refresh."""

metadata = sa.MetaData()

SCENARIOS = ("actual", "budget", "plan")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("structure_hash", sa.Text, nullable=False),
    sa.Column("published_at", sa.DateTime, nullable=False),
    sa.Column("alerts_at", sa.DateTime),
)
"""One row. alerts_at: when the alert rules were evaluated on these figures, NULL until then."""

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("finess", sa.Text, nullable=False),
    sa.Column("discipline", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
)

closure = sa.Table(
    "closure",
    metadata,
    sa.Column("node_id", sa.Integer, nullable=False),
    sa.Column("unit_id", sa.Integer, nullable=False),
)
"""node_id is unit_id or one of its ancestors."""

measure = sa.Table(
    "measure",
    metadata,
    sa.Column("measure_id", sa.SmallInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
)

facet = sa.Table(
    "facet",
    metadata,
    sa.Column("facet_id", sa.Integer, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
)


def _facts(name: str, last: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("measure_id", sa.SmallInteger, nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("facet_id", sa.Integer, nullable=False),
        sa.Column("scenario_id", sa.SmallInteger, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column(last, sa.Integer, nullable=False),
    )


observation = _facts("observation", "batch_id")
"""One value of one measure, for one unit, day, facet and scenario; batch_id: who delivered it."""

rollup_day = _facts("rollup_day", "parts")
"""`observation` summed at every unit that has children; parts: how many units fed the row, one that
took others over counting for them (`merged.py`)."""

batch = sa.Table(
    "batch",
    metadata,
    sa.Column("batch_id", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("source_hash", sa.Text, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Column("lines", sa.BigInteger, nullable=False),
    sa.Column("accepted", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
)

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("measure_id", sa.SmallInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False),
)
"""Which source feeds a measure (scenario actual) and the last day that it described."""

source = sa.Table(
    "source",
    metadata,
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("stale_after_h", sa.Double, nullable=False),
    sa.Column("provisional_d", sa.Double, nullable=False),
)

reporter = sa.Table(
    "reporter",
    metadata,
    sa.Column("measure_id", sa.SmallInteger, nullable=False),
    sa.Column("scenario_id", sa.SmallInteger, nullable=False),
    sa.Column("unit_id", sa.Integer, nullable=False),
)
"""The units that ever delivered a measure: a few thousand rows that say what would take a scan."""

restatement = sa.Table(
    "restatement",
    metadata,
    sa.Column("measure_id", sa.SmallInteger, nullable=False),
    sa.Column("unit_id", sa.Integer, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("scenario_id", sa.SmallInteger, nullable=False),
    sa.Column("before", sa.Double),
    sa.Column("after", sa.Double),
    sa.Column("batch_id", sa.Integer, nullable=False),
)
"""A consolidated figure that a later batch moved; `after` is NULL when it was withdrawn."""


def _series() -> tuple[sa.Column[str], ...]:
    """What names a series of forecasts."""
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in ("kpi", "unit", "facet"))


UNKNOWN_TIME = "1970-01-01 00:00:00"
"""When a point kept from version 3 was made, until its run's own time is put there."""


def _added(name: str, kind: type[sa.types.TypeEngine[Any]], default: str) -> sa.Column[Any]:
    """A column that tables of an earlier version lack: their rows are kept with this value."""
    return sa.Column(name, kind, nullable=False, server_default=sa.text(f"'{default}'"))


forecast_run = sa.Table(
    "forecast_run",
    metadata,
    *_series(),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("origin", sa.Date, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("history_from", sa.Date, nullable=False),
    _added("status", sa.Text, "ok"),
    _added("sentence", sa.Text, ""),
    sa.Column("refused", sa.Text, nullable=False),
    _added("banner", sa.Text, ""),
    sa.Column("mape", sa.Double),
    sa.Column("mape_naive", sa.Double),
    sa.Column("mase", sa.Double),
    sa.Column("mase_naive", sa.Double),
    sa.Column("coverage80", sa.Double),
    _added("members", sa.Text, ""),
    _added("versions", sa.Text, ""),
    _added("data_hash", sa.Text, ""),
)
"""One fit of one series at one origin; never changed (`cockpit/forecast/model.py`)."""

forecast_point = sa.Table(
    "forecast_point",
    metadata,
    *_series(),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("origin", sa.Date, nullable=False),
    _added("made_at", sa.DateTime, UNKNOWN_TIME),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("low", sa.Double, nullable=False),
    sa.Column("mid", sa.Double, nullable=False),
    sa.Column("high", sa.Double, nullable=False),
    sa.Column("low50", sa.Double),
    sa.Column("high50", sa.Double),
    sa.Column("low95", sa.Double),
    sa.Column("high95", sa.Double),
    sa.Column("parts", sa.Text),
)
"""Its values; low and high: the 80 % interval. parts: JSON of what adds up to mid, or NULL."""

forecast_past = sa.Table(
    "forecast_past",
    metadata,
    *_series(),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("origin", sa.Date, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("step", sa.SmallInteger, nullable=False),
    sa.Column("predicted", sa.Double, nullable=False),
    sa.Column("scale", sa.Double),
)
"""What each member said at past origins: intervals and drops of members are judged on it."""


def _known(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Double, nullable=False)


bed_outlook_run = sa.Table(
    "bed_outlook_run",
    metadata,
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("origin", sa.Date, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("error", sa.Double),
    sa.Column("error_flow", sa.Double),
    sa.Column("error_plain", sa.Double),
    sa.Column("error_mean", sa.Double),
    sa.Column("coverage", sa.Double),
    sa.Column("origins", sa.Integer, nullable=False),
    sa.Column("available_now", sa.Double),
    sa.Column("stay_nights", sa.Double),
    sa.Column("announced", sa.Double),
    sa.Column("realisation", sa.Double),
    sa.Column("booked", sa.Double),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("refused", sa.Text, nullable=False),
)
"""One unit's bed outlook at one origin; never changed (`cockpit/forecast/beds/model.py`)."""

bed_outlook = sa.Table(
    "bed_outlook",
    metadata,
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("origin", sa.Date, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("slot", sa.Text, nullable=False),
    _known("occupied"),
    *(_known(f"{side}{share}") for share in (50, 80, 95) for side in ("low", "high")),
    *map(_known, ("open_beds", "cap", "available", "available_low", "available_high")),
    *(
        sa.Column(name, sa.Double)
        for name in (
            *("need", "free_for_need", "p_short", "p_tense"),
            *("exits", "planned", "from_ed", "from_ed_p90"),
        )
    ),
)
"""What was expected of each coming day at 08:00 and 18:00."""

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("kpi", sa.Text),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("unit_label", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("title_fr", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("body_fr", sa.Text, nullable=False),
    sa.Column("body_en", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("level", sa.Double),
    sa.Column("owner_fr", sa.Text, nullable=False),
    sa.Column("lever_fr", sa.Text, nullable=False),
    sa.Column("facet", sa.Text, nullable=False),
    sa.Column("fired", sa.Date),
    sa.Column("back", sa.Boolean, nullable=False),
    sa.Column("urgency", sa.Integer, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("probability", sa.Double),
)
