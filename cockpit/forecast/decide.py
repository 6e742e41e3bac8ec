"""Champion and challenger: which models a series averages, judged on what they said in the past.

A member much worse than the best is dropped; another combination takes the place of the present
one only when it is better and its intervals are no worse. Levels: docs/decisions/021. Every
change is in the state's log, with its scores and the hash of the data that it was judged on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from cockpit import clock
from cockpit.forecast import backtest, combination, reasons, scores
from cockpit.state.database import engine
from cockpit.state.forecasts import Act, ForecastAct, forecast_acts, record_forecast_act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.history import History
    from cockpit.forecast.store import Key
    from cockpit.settings import Home

WORKER = "worker"
DROP_RATIO, DROP_ORIGINS = 1.15, 8
PROMOTE_GAIN, PROMOTE_ORIGINS = 0.02, 12
_STEPS = 28
_JUDGED_DAYS = 365
_FEWEST_AVERAGED = 2

Members = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """members: models to average. act: "drop" or "promote" when they change, else None.

    scores: MASE up to 28 days of each member and combination compared, and `pinball:` of both when
    it decided.
    """

    members: Members
    act: Act | None = None
    reason: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)


def members_of(home: Home, key: Key, past: pd.DataFrame, history: History) -> Members:
    """The models that this series averages now; a change is written in the log.

    key: (kpi, unit, facet). past: `Job.past`, empty the first time.
    """
    champion = recorded(home, key)
    if past.empty:
        return champion
    rows = backtest.joined([past], history)
    found = choose(champion, rows)
    if found.act is not None:
        _record(home, key, found, rows)
    return found.members


def recorded(home: Home, key: Key) -> Members:
    """The members of the last decision; all of them before any."""
    kpi, unit, facet = key
    acts = forecast_acts(home, kpi=kpi, unit=unit, only=("drop", "promote"))
    last = next((one for one in acts if one.facet == facet), None)
    known = tuple(last.subject.split(", ")) if last else ()
    return known if known and set(known) <= set(combination.MEMBERS) else combination.MEMBERS


def choose(champion: Members, rows: pd.DataFrame) -> Choice:
    """What the origins of the last year decide; rows: `scores`'s, of every model.

    A member that was dropped is not fitted any more: when its last origins are a year old it
    is averaged again, and judged again.
    """
    recent = _recent(rows)
    unknown = [m for m in combination.MEMBERS if m not in set(recent["model"])]
    back = tuple(m for m in combination.MEMBERS if m in champion or m in unknown)
    if recent.empty:
        return Choice(champion)
    if back != champion:
        again = ", ".join(name for name in back if name not in champion)
        reason = reasons.TRIED_AGAIN.format(models=again)
        return Choice(back, "promote", reason)
    worse = _much_worse(recent)
    fit = tuple(m for m in combination.MEMBERS if worse is None or m not in worse.members)
    if worse and set(champion) & set(worse.members):
        kept = tuple(m for m in champion if m not in worse.members)
        return replace(worse, members=kept or fit)
    return _promoted(champion, fit, recent) or Choice(champion)


def _recent(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    after = rows["origin"].max() - timedelta(days=_JUDGED_DAYS)
    kept: pd.DataFrame = rows[rows["origin"] > after]
    return kept


def _much_worse(rows: pd.DataFrame) -> Choice | None:
    """As `members`, those more than 15 % worse than the best, on the origins that all of them have.

    A member that may not come back by a promotion either, or it would leave again next week.
    """
    same = _shared(rows, combination.MEMBERS)
    if same["origin"].nunique() < DROP_ORIGINS:
        return None
    found = {m: scores.mase(same[same["model"] == m], _STEPS) for m in combination.MEMBERS}
    best = min(found.values())
    worse = tuple(m for m, error in found.items() if error > DROP_RATIO * best)
    if not worse:
        return None
    reason = reasons.MUCH_WORSE.format(models=", ".join(worse), origins=_count(same))
    return Choice(worse, "drop", reason, found)


def _promoted(champion: Members, fit: Members, rows: pd.DataFrame) -> Choice | None:
    """The best other mean when it gains 2 % and its quantiles lose nothing."""
    same = _shared(rows, combination.MEMBERS)
    if same["origin"].nunique() < PROMOTE_ORIGINS:
        return None
    now = mean_of(same, champion)
    found = {_name(champion): scores.mase(now, _STEPS)}
    challengers = {_name(one): one for one in _challengers(champion, fit)}
    if not challengers:
        return None
    found |= {n: scores.mase(mean_of(same, one), _STEPS) for n, one in challengers.items()}
    best = min(challengers, key=lambda name: found[name])
    if not found[best] <= (1 - PROMOTE_GAIN) * found[_name(champion)]:
        return None
    found |= {f"pinball:{_name(champion)}": _pinball(now)}
    found |= {f"pinball:{best}": _pinball(mean_of(same, challengers[best]))}
    if not found[f"pinball:{best}"] <= found[f"pinball:{_name(champion)}"]:
        return None
    reason = reasons.BETTER.format(models=_name(champion), origins=_count(same))
    return Choice(challengers[best], "promote", reason, found)


def _challengers(champion: Members, fit: Members) -> list[Members]:
    """Every other mean of at least two members: one alone loses to a mean (docs/decisions/021)."""
    sizes = range(_FEWEST_AVERAGED, len(fit) + 1)
    return [one for size in sizes for one in combinations(fit, size) if one != champion]


def mean_of(rows: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """What the equal mean of these members would have said, as rows of one model."""
    kept = rows[rows["model"].isin(list(members))]
    keys = ["origin", "day", "step"]
    means = kept.groupby(keys, as_index=False)[["predicted", "observed", "scale"]].mean()
    return means.assign(model=combination.NAME)


def _shared(rows: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """The rows of the origins that every one of these members has."""
    kept = rows[rows["model"].isin(list(members))]
    known = kept.groupby("origin")["model"].nunique()
    return kept[kept["origin"].isin(known[known == len(members)].index)]


def _pinball(rows: pd.DataFrame) -> float:
    return scores.pinball(backtest.with_intervals(rows), _STEPS)


def _count(rows: pd.DataFrame) -> int:
    return int(rows["origin"].nunique())


def _name(members: Members) -> str:
    return "+".join(members)


def _record(home: Home, key: Key, found: Choice, rows: pd.DataFrame) -> None:
    kpi, unit, facet = key
    judged = pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()
    act = ForecastAct(
        at=clock.utc_naive(clock.now()),
        who=WORKER,
        act=found.act or "drop",
        kpi=kpi,
        unit=unit,
        facet=facet,
        reason=found.reason,
        subject=", ".join(found.members),
        scores={name: round(value, 4) for name, value in found.scores.items()},
        data_hash=hashlib.sha256(judged).hexdigest()[:16],
    )
    record_forecast_act(engine(home), act)
