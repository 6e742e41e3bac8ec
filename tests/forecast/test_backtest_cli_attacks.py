"""`cockpit forecast backtest` on data that nobody chose: what it answers, and what it refuses.

The command runs in this process on a small published hospital whose other members a decision has
dropped: what is tested here is the road from the warehouse to the JSON, not how good a model is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from cockpit.cli import app
from cockpit.forecast.models import calreg
from cockpit.state.database import engine
from cockpit.state.forecasts import ForecastAct, record_forecast_act
from tests.support.hospital import Hospital

LAST = date(2026, 11, 21)
ASKED = ("--origins", "4", "--step", "20", "--horizon", "28", "--points", "--json")

Tried = Callable[..., Any]


@pytest.fixture
def tried(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Tried:
    """The command on these visits of A, with the options given."""
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
    monkeypatch.setenv("COCKPIT_HOME", str(hospital.home.root))
    _keep_one_member(hospital)

    def run(visits: Mapping[date, float], *options: str) -> Any:
        if visits:
            hospital.given("\n".join(f"ed_visits A1 {day} {n:.0f}" for day, n in visits.items()))
        asked = ("forecast", "backtest", "ed_visits", "--unit", "A", *(options or ASKED))
        result = CliRunner().invoke(app, list(asked))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def daily(values: Sequence[float], last: date = LAST) -> dict[date, float]:
    """One value per day, the last one on `last`."""
    return {last - timedelta(days=len(values) - 1 - n): value for n, value in enumerate(values)}


def visits(days: int, seed: int = 5) -> list[float]:
    """40 a day, 60 on one day in seven, with the chance of a count."""
    level = np.where(np.arange(days) % 7 == 0, 60.0, 40.0)
    return [float(value) for value in np.random.default_rng(seed).poisson(level)]


def strict(result: Any) -> Any:
    """Standard output as JSON without NaN nor Infinity, and nothing else on it."""
    assert result.exit_code == 0, result.stderr

    def never(name: str) -> None:
        raise AssertionError(name)

    return json.loads(result.stdout, parse_constant=never)


class TestProtocol:
    def test_mase_is_that_of_the_protocol_worked_out_from_the_delivered_days_alone(
        self, tried: Tried
    ) -> None:
        """At each origin the scale is the mean weekly difference of the days known then; the error
        up to 7 and 28 days is a mean over days, then over origins."""
        given = visits(200)
        found = strict(tried(daily(given)))
        known = {origin: given[: len(given) - _since(origin)] for origin in found["origins"]}
        assert [len(values) for values in known.values()] == [112, 132, 152, 172]
        for upto in (7, 28):
            each = []
            for values in known.values():
                scale = np.mean(np.abs(np.subtract(values[7:], values[:-7])))
                repeated = np.resize(values[-7:], upto)
                came = given[len(values) : len(values) + upto]
                each.append(np.mean(np.abs(np.subtract(came, repeated))) / scale)
            assert found["models"]["naive7"]["mase"][str(upto)] == pytest.approx(np.mean(each))

    def test_what_was_said_at_an_origin_is_the_same_on_a_file_cut_there(
        self, tried: Tried, hospital: Hospital
    ) -> None:
        """Two files of other days: one goes on after the third origin's horizon, one was cut."""
        given = daily(visits(200))
        whole = _points(strict(tried(given)))
        cut = {day: value for day, value in given.items() if day <= LAST - timedelta(days=20)}
        other = Hospital(hospital.home.root.parent / "other")
        _keep_one_member(other)
        other.given("\n".join(f"ed_visits A1 {day} {n:.0f}" for day, n in cut.items()))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COCKPIT_HOME", str(other.home.root))
            short = _points(strict(tried({}, *ASKED)))
        shared = whole.keys() & short.keys()
        assert len({origin for _, origin, _ in shared}) == 3
        assert [short[key] for key in shared] == [whole[key] for key in shared]


class TestHardSeries:
    @pytest.mark.parametrize(
        "values",
        [
            pytest.param([50.0] * 150, id="constant"),
            pytest.param([0.0] * 150, id="zeros"),
            pytest.param([0.0] * 100 + visits(100), id="opens_after_months_of_zeros"),
            pytest.param([value * 1e9 for value in visits(150)], id="very_large"),
        ],
    )
    def test_the_answer_is_strict_json_whatever_the_series(
        self, tried: Tried, values: list[float]
    ) -> None:
        found = strict(tried(daily(values)))
        assert list(found["models"]) == ["mean", calreg.NAME, "naive7"]
        assert all(row["low80"] is None for row in found["points"])  # four origins: no calibration

    def test_a_service_closed_at_the_week_end_is_tried_on_its_own_days(self, tried: Tried) -> None:
        open_days = {day: n for day, n in daily(visits(150)).items() if day.weekday() < 5}
        found = strict(tried(open_days))
        assert {date.fromisoformat(row["day"]).weekday() for row in found["points"]} == set(
            range(5)
        )

    def test_more_origins_than_the_history_allows_are_those_that_it_allows(
        self, tried: Tried
    ) -> None:
        """120 days: 120 - 28 = 92 known at the last origin, then 72; 52 is below eight weeks."""
        found = strict(tried(daily(visits(120)), "--origins", "18", "--json"))
        assert len(found["origins"]) == 2

    def test_a_scale_of_zero_gives_null_not_a_perfect_score(self, tried: Tried) -> None:
        mase = strict(tried(daily([50.0] * 150)))["models"]["mean"]["mase"]
        assert set(mase.values()) == {None}


class TestRefusals:
    def test_a_number_that_means_nothing_is_refused_not_replaced(self, tried: Tried) -> None:
        tried(daily(visits(20)))
        for option, value in (("step", "0"), ("horizon", "0"), ("horizon", "29"), ("origins", "0")):
            refused = tried({}, f"--{option}", value, "--json")
            assert (refused.exit_code, refused.stdout) == (2, "")
            assert f"« {option} » refusé : il faut un entier de 1 à" in refused.stderr

    def test_a_history_that_nothing_follows_says_how_much_is_known(self, tried: Tried) -> None:
        """Sixty days a year ago and one yesterday: no day after the origin before was observed."""
        given = daily(visits(60), LAST - timedelta(days=365)) | {LAST: 40.0}
        refused = tried(given, "--origins", "1", "--step", "60", "--json")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "61 jours : il en faut 84" in refused.stderr

    def test_a_history_one_day_too_short_says_so(self, tried: Tried) -> None:
        refused = tried(daily(visits(83)))
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "83 jours : il en faut 84" in refused.stderr


def _keep_one_member(hospital: Hospital) -> None:
    record_forecast_act(
        engine(hospital.home),
        ForecastAct(
            at=datetime(2026, 1, 1),
            who="worker",
            act="drop",
            kpi="ed_visits",
            unit="A",
            subject=calreg.NAME,
        ),
    )


def _since(origin: str) -> int:
    return (LAST - date.fromisoformat(origin)).days


def _points(found: Any) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["model"], row["origin"], row["day"]): row for row in found["points"]}
