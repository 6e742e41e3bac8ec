"""The ten stories: each is in the figures, on its days and its unit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.kpi.model import UnitId
from sample_data.stories import STORIES, flu_core, heat_week, story

END = date(2026, 11, 21)


def test_there_are_ten_and_their_units_exist(demo):
    stories = STORIES(END)
    assert len({story.id for story in stories}) == 10
    for told in stories:
        assert UnitId(told.unit) in demo.units
        assert told.start <= told.end <= END


@pytest.mark.parametrize(
    "end", [date(2026, 1, 3), date(2026, 8, 31), date(2027, 2, 28), date(2028, 2, 29)]
)
def test_a_seasonal_story_is_over_and_less_than_13_months_old(end):
    for told in STORIES(end):
        assert told.end <= end
        assert told.end > end - timedelta(days=400)


def test_the_dates_of_the_reference_demonstration():
    dates = {told.id: (told.start, told.end) for told in STORIES(END)}
    assert dates["flu"] == (date(2025, 12, 30), date(2026, 1, 20))
    assert dates["snow"] == (date(2026, 2, 5), date(2026, 2, 5))
    assert dates["outage"] == (date(2026, 6, 17), date(2026, 6, 17))
    assert dates["outbreak"][1] - dates["outbreak"][0] == timedelta(days=18)
    assert heat_week(END) == (date(2026, 8, 10), date(2026, 8, 16))


def _window(series, start: date, end: date):
    return series[str(start) : str(end)]


def test_flu_fills_the_emergency_departments(demo):
    core = flu_core(END)
    assert _window(demo.daily("boarders_0800"), *core).mean() == pytest.approx(14, abs=2.5)
    usual = demo.daily("ed_visits", facets={"75+"})
    assert _window(usual, *core).mean() > 1.5 * usual.mean()
    extra = demo.daily("beds_open") - demo.daily("beds_installed") + demo.daily("beds_closed")
    assert _window(extra, *core).min() == 12


def test_flu_puts_the_hospital_in_tension(demo):
    admitted = demo.daily("ed_admitted_minutes") / demo.daily("ed_admitted_valid")
    series = [
        demo.daily("ed_visits"),
        demo.daily("ed_visits", facets={"75+"}),
        admitted,
        demo.daily("ed_present_15h"),
        demo.daily("ed_admissions") / demo.daily("ed_visits_known_outcome"),
    ]
    tense = sum(_levels(one).ge(3).astype(int) for one in series)
    assert (_window(tense, *flu_core(END)) >= 2).sum() >= 9
    assert (_window(tense, *flu_core(END)) >= 3).sum() >= 4
    outside = tense["2026-03-01":"2026-11-01"]
    assert (outside >= 3).sum() == 0


def _levels(series):
    past = series.groupby(series.index.dayofweek)
    mean = past.transform(lambda s: s.shift(1).rolling(104, min_periods=26).mean())
    deviation = past.transform(lambda s: s.shift(1).rolling(104, min_periods=26).std())
    return (series - mean) / deviation


def test_two_surgical_units_close_in_august(demo):
    closed = demo.daily("beds_closed", units={"4130", "5120"})
    assert _window(closed, date(2026, 8, 3), date(2026, 8, 21)).min() >= 19
    assert demo.daily("beds_open", units=demo.wards("CHIR"))["2026-08-12"] < 60


def test_the_post_emergency_ward_overflows_in_the_heat(demo):
    full = demo.daily("patients_midnight", units={"2110"}) / demo.daily("beds_open", units={"2110"})
    assert _window(full, *heat_week(END)).mean() > 1.0


def test_endocrinology_has_six_beds_closed_ever_since(demo):
    told = story(END, "endocrinology")
    closed = demo.daily("beds_closed", units={"2150"}, facets={"RH"})
    assert _window(closed, told.start, told.end).eq(6).all()
    rows = demo.rows[(demo.rows["measure"] == "t2a_coded_eur") & (demo.rows["unit"] == "2150")]
    years = rows.groupby(rows["day"].dt.year)["value"].sum()
    assert years[2026] / 325 < 0.92 * years[2025] / 365


def test_pneumology_has_not_coded_two_months(demo, world):
    from sample_data.coding import UNITS

    told = story(END, "coding")
    days = (world.time.days >= "2026-08-01") & (world.time.days <= str(END))
    unit = UNITS.index("2130")
    waiting = (world.revenue.final - world.revenue.coded)[days][:, unit].sum()
    assert waiting / 1e6 == pytest.approx(0.9, abs=0.12)
    coded = demo.daily("coded_stays", units={"2130"})
    assert _window(coded, told.start + timedelta(days=4), told.end).sum() == 0


def test_eight_beds_are_frozen_for_nineteen_days(demo):
    told = story(END, "outbreak")
    frozen = demo.daily("frozen_beds", units={"2120"})
    assert _window(frozen, told.start, told.end).dropna().isin([0, 8]).all()
    assert (frozen == 8).sum() >= 18


def test_the_record_system_stopped_for_260_minutes(demo):
    down = demo.daily("app_down_minutes", facets={"DPI"})
    assert down[str(story(END, "outage").start)] == 260
    first = (demo.home.drop / "urgences_2026_06.csv").read_text("cp1252").splitlines()
    repaired = (demo.home.drop / "urgences_2026_06_20_reprise.csv").read_text("cp1252").splitlines()
    lost = [line for line in first if line.startswith("17/06/2026")]
    assert len(repaired) - 1 == len(lost) == 2
    assert set(lost).isdisjoint(repaired)
    assert demo.daily("ed_present_15h")["2026-06-17"] > 0


def test_radiology_locums_cost_twice_as_much_in_july(demo):
    cost = demo.daily("temp_staff_eur", units={"S811"})
    assert cost["2026-07-01"] > 2 * cost["2026-01-01":"2026-06-01"].mean()


def test_fewer_patients_wait_since_rehabilitation_opened(demo):
    told = story(END, "downstream")
    waiting = demo.daily("downstream_waiting")
    before = _window(
        waiting, told.start - timedelta(days=90), told.start - timedelta(days=1)
    ).mean()
    assert before - _window(waiting, told.start, told.end).mean() == pytest.approx(9, abs=4)

    def stay(start: str, end: str) -> float:
        nights = demo.daily("mco_passage_nights", units={"2120"})[start:end].sum()
        return nights / demo.daily("mco_passages", units={"2120"})[start:end].sum()

    assert stay("2026-09-01", "2026-11-21") < stay("2025-09-01", "2026-08-31") - 0.3


def test_visits_fall_on_the_day_of_the_strike(demo):
    told = story(END, "snow")
    visits = demo.daily("ed_visits")
    usual = visits[visits.index.dayofweek == told.start.weekday()]["2026-01-01":"2026-03-31"]
    assert visits[str(told.start)] < 0.82 * usual.mean()
