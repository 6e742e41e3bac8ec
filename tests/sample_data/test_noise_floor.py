"""The sample hospital's chance cannot be foreseen: a smaller error would be a look at the future."""

from __future__ import annotations

import numpy as np

from cockpit.forecast import scores
from cockpit.forecast.backtest import backtest
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.combination import NAME
from cockpit.forecast.history import History
from cockpit.forecast.models import calreg, ets7


def test_no_forecast_of_visits_is_better_than_their_chance(demo):
    """Counts near 165 a day: a mean absolute error of 0.8 / sqrt(165), about 6 %, stays."""
    rows = demo.rows[(demo.rows["measure"] == "ed_visits") & (demo.rows["scenario"] == "actual")]
    daily = rows.groupby("day", observed=True)["value"].sum().reset_index()
    known = daily[daily["value"] > 0]
    history = History.of(known.assign(day=known["day"].dt.date))
    tested = backtest(history, calendar=FrenchCalendar(), members=(calreg.NAME, ets7.NAME))
    mean = tested[tested["model"] == NAME]
    floor = 100 * 0.8 / np.sqrt(np.nanmean(history.values))
    assert floor * 0.9 < scores.wape(mean, 7) < floor * 1.6
    assert scores.mase(mean, 28) < 0.9
