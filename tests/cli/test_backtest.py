"""`cockpit forecast backtest` and `cockpit forecast event`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cockpit.settings import Home
from cockpit.state.database import engine
from cockpit.state.forecasts import ForecastAct, record_forecast_act

BACKTEST = ("forecast", "backtest", "ed_visits", "--unit", "GHT")
DAYS = 100


@pytest.fixture
def a_hundred_days(cockpit, home: Home):
    """100 days that ended two years ago: 120 on Mondays, else 100, one more each fortnight."""
    first = date(2024, 1, 1)
    lines = [
        f"{first + timedelta(days=n):%d/%m/%Y};10;{(120 if n % 7 == 0 else 100) + n // 14}"
        for n in range(DAYS)
    ]
    (home.drop / "urgences-2026.csv").write_text("\n".join(["jour;uf;passages", *lines, ""]))
    assert cockpit("refresh", "--no-forecasts").exit_code == 0
    return cockpit


@pytest.mark.slow
class TestBacktest:
    def test_every_model_is_scored_on_data_that_ended_long_ago(
        self, a_hundred_days, answer
    ) -> None:
        """The last day is 9 April 2024; 14 days to come: origins 26 and 6 March, 15 February."""
        asked = ("--origins", "3", "--horizon", "14", "--step", "20")
        found = answer(
            a_hundred_days(*BACKTEST, *asked, "--against", "prophet", "--points", "--json")
        )
        assert found["origins"] == ["2024-03-06", "2024-03-26"]
        assert (found["step"], found["horizon"]) == (20, 14)
        names = ["mean", "calreg", "ets7", "prophet_rc", "naive7", "prophet"]
        assert list(found["models"]) == names
        naive, engine = found["models"]["naive7"], found["models"]["mean"]
        assert set(engine["mase"]) == {"1", "7", "14"}
        gain = 100 * (1 - engine["mase"]["7"] / naive["mase"]["7"])
        assert engine["gain_naive7_pct"]["7"] == pytest.approx(gain)
        assert engine["gain_prophet_pct"]["14"] is not None
        assert (
            engine["coverage"]["14"]["80"] is None
        )  # fewer than six origins: nothing to calibrate
        assert len(found["points"]) == 6 * 2 * 14
        assert found["points"][0].keys() >= {"model", "origin", "day", "step", "predicted", "low80"}

    def test_what_is_tried_is_what_is_shipped(self, a_hundred_days, answer, home: Home) -> None:
        """A member left the mean of the group; every other unit averages the three."""
        left = ForecastAct(
            at=datetime(2024, 4, 1),
            who="worker",
            act="drop",
            kpi="ed_visits",
            unit="GHT",
            subject="ets7, prophet_rc",
        )
        record_forecast_act(engine(home), left)
        asked = ("--origins", "1", "--horizon", "7", "--json", "--points")
        found = answer(a_hundred_days(*BACKTEST, *asked))
        assert found["members"] == ["ets7", "prophet_rc"]
        assert list(found["models"]) == ["mean", "ets7", "prophet_rc", "naive7"]
        said = {(row["model"], row["step"]): row["predicted"] for row in found["points"]}
        assert said["mean", 1] == pytest.approx((said["ets7", 1] + said["prophet_rc", 1]) / 2)
        below = answer(a_hundred_days(*BACKTEST[:-1], "10", *asked))
        assert below["members"] == ["calreg", "ets7", "prophet_rc"]

    def test_without_json_it_is_a_table_in_french(self, a_hundred_days) -> None:
        said = a_hundred_days(*BACKTEST, "--origins", "1", "--horizon", "7")
        header, first, *_ = said.stdout.splitlines()
        assert header.startswith("modèle")
        assert first.split()[0] == "mean"
        assert "1 origines" in said.stderr


class TestRefusals:
    def test_a_history_without_room_for_an_origin_says_how_much_is_missing(self, loaded) -> None:
        refused = loaded(*BACKTEST, "--json")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "2 jours : il en faut 84" in refused.stderr

    @pytest.mark.parametrize(
        "wrong",
        [
            ("--origins", "0"),
            ("--horizon", "29"),
            ("--step", "-1"),
            ("--unit", "99"),
            ("--against", "lgbm"),
        ],
    )
    def test_a_misuse_exits_2(self, loaded, wrong: tuple[str, str]) -> None:
        refused = loaded(*BACKTEST, *wrong)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr


class TestEvents:
    def test_an_event_is_added_listed_and_removed(self, cockpit, answer) -> None:
        add = ("forecast", "event", "add", "2026-03-01", "2026-03-02", "Grève", "--use", "exclude")
        assert answer(cockpit(*add, "--unit", "10", "--json"))["number"] == 1
        (listed,) = answer(cockpit("forecast", "event", "list", "--json"))
        assert (listed["first"], listed["unit"], listed["kpi"]) == ("2026-03-01", "10", None)
        assert cockpit("forecast", "event", "remove", "1").exit_code == 0
        assert answer(cockpit("forecast", "event", "list", "--json")) == []

    def test_a_faulty_file_is_a_finding_of_check(self, cockpit, answer, home: Home) -> None:
        (home.root / "events.toml").write_text("[[event]]\nfirst = 1\n", "utf-8")
        found = {one["check"]: one for one in answer(cockpit("check", "--json"))}
        assert found["events.toml"]["ok"] is False
