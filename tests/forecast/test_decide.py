"""Which models are averaged is decided by what they said in the past, and written down."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast import scores
from cockpit.forecast.combination import MEMBERS
from cockpit.forecast.decide import choose, mean_of, members_of, recorded
from cockpit.forecast.history import History
from cockpit.kpi.model import KpiId, UnitId
from cockpit.state.forecasts import forecast_acts
from tests.support.hospital import Hospital

LAST = date(2026, 11, 21)
KEY = (KpiId("ed_visits"), UnitId("A"), "")
CALREG, ETS, PROPHET = MEMBERS
ALTERNATING = np.tile([1.0, -1.0], 14)


def rows(origins: int, *, last: date = LAST, **errors: object) -> pd.DataFrame:
    """Every member at weekly origins, each day wrong by its error (one, or one per step)."""
    made = []
    for back in range(origins):
        origin = last - timedelta(weeks=back + 4)
        for model, error in errors.items():
            wrong = np.broadcast_to(np.asarray(error, float), 28)
            days = [origin + timedelta(days=step) for step in range(1, 29)]
            table = {"model": model, "origin": origin, "day": days, "step": range(1, 29)}
            table |= {"predicted": 100 + wrong, "observed": 100.0, "scale": 10.0}
            made.append(pd.DataFrame(table))
    return pd.concat(made, ignore_index=True)


class TestDrop:
    def test_a_member_fifteen_percent_worse_than_the_best_leaves_after_eight_origins(self) -> None:
        errors = {CALREG: 10.0, ETS: 11.0, PROPHET: 11.6}
        assert choose(MEMBERS, rows(7, **errors)).act is None
        found = choose(MEMBERS, rows(8, **errors))
        assert (found.act, found.members) == ("drop", (CALREG, ETS))
        assert PROPHET in found.reason

    def test_fourteen_percent_worse_stays(self) -> None:
        found = choose(MEMBERS, rows(8, **{CALREG: 10.0, ETS: 11.0, PROPHET: 11.4}))
        assert found.act is None

    def test_who_left_does_not_come_back_the_week_after_to_leave_again(self) -> None:
        """The dropped member errs the other way: a mean with it would look better."""
        past = rows(20, **{CALREG: 10.0, ETS: 11.0, PROPHET: -11.6})
        kept = choose(MEMBERS, past).members
        assert kept == (CALREG, ETS)
        assert choose(kept, past).act is None

    def test_who_left_a_year_ago_is_tried_again(self) -> None:
        now = rows(20, **{CALREG: 10.0, ETS: 11.0})
        old = rows(10, last=LAST - timedelta(days=400), **{PROPHET: 20.0})
        found = choose((CALREG, ETS), pd.concat([now, old]))
        assert (found.act, found.members) == ("promote", MEMBERS)


class TestPromote:
    """calreg and ets err in opposite senses each day; prophet always above."""

    errors = {CALREG: 10 * ALTERNATING, ETS: -10 * ALTERNATING, PROPHET: 10.0}

    def test_a_better_mean_takes_its_place_after_twelve_origins(self) -> None:
        assert choose(MEMBERS, rows(11, **self.errors)).act is None
        found = choose(MEMBERS, rows(14, **self.errors))
        assert (found.act, found.members) == ("promote", (CALREG, ETS))
        assert found.scores["calreg+ets7"] < 0.98 * found.scores["calreg+ets7+prophet_rc"]
        assert found.scores["pinball:calreg+ets7"] < found.scores["pinball:" + "+".join(MEMBERS)]

    def test_one_percent_better_changes_nothing(self) -> None:
        past = rows(14, **{CALREG: 10.0, ETS: 10.0, PROPHET: 10.3})
        assert choose(MEMBERS, past).act is None

    def test_better_centres_with_worse_quantiles_change_nothing(self) -> None:
        """Without prophet the mean errs 2.5 % less (20.3 against 20.8), its quantiles lose 1 %."""
        far = np.isin(np.arange(28), [0, 4, 5, 7, 8, 11, 12, 13, 16, 17, 18, 20, 24, 25])
        others, prophet = np.where(far, 37.5, 3.1), np.where(far, 34.0, 9.8)
        past = rows(14, **{CALREG: others, ETS: others, PROPHET: prophet})
        errors = [scores.mase(mean_of(past, one), 28) for one in (MEMBERS, (CALREG, ETS))]
        assert errors[1] < 0.98 * errors[0]
        assert choose(MEMBERS, past).act is None


class TestRecord:
    @pytest.fixture(autouse=True)
    def _today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")

    def test_a_change_is_written_once_with_its_scores_and_hash(self, hospital: Hospital) -> None:
        past = rows(8, **{CALREG: 10.0, ETS: 11.0, PROPHET: 16.0})
        history = History(LAST - timedelta(days=399), np.full(400, 100.0))
        assert members_of(hospital.home, KEY, pd.DataFrame(), history) == MEMBERS
        assert forecast_acts(hospital.home) == ()
        for _week in range(2):
            assert members_of(hospital.home, KEY, past, history) == (CALREG, ETS)
        (act,) = forecast_acts(hospital.home)
        assert (act.who, act.act, act.at) == ("worker", "drop", datetime(2026, 11, 22, 6, 30))
        assert act.scores == {CALREG: 1.0, ETS: 1.1, PROPHET: 1.6}
        assert len(act.data_hash) == 16
        assert recorded(hospital.home, KEY) == (CALREG, ETS)
        assert recorded(hospital.home, (KEY[0], KEY[1], "75+")) == MEMBERS
