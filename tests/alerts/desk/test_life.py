"""Every step of the life of an alert, and no way to a state that means nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.alerts.desk.life import Act, Deed, Episode, Event, Sight, act, seen
from cockpit.alerts.model import Severity
from cockpit.errors import BadRequest

NOW = datetime(2026, 11, 22, 7, 30)
DAY = date(2026, 11, 20)
WHERE = {"rule": "boarders", "unit": "A"}


def sight(severity: Severity | None, *, back: bool = False, hours: int = 0, n: int = 1) -> Sight:
    at = NOW + timedelta(hours=hours)
    return Sight(at=at, generation=n, severity=severity, since=DAY, as_of=DAY, back=back)


def told(episode: Episode | None, one: Sight) -> tuple[Episode | None, list[str]]:
    after, events = seen(episode, one, **WHERE)
    return after, [event.what for event in events]


def opened(severity: Severity = "amber") -> Episode:
    found, _ = seen(None, sight(severity), **WHERE)
    assert found is not None
    return found


def done(episode: Episode, deed: Deed, who: str = "claire", **more: object) -> Episode:
    return act(episode, Act(at=NOW, who=who, deed=deed, **more))[0]


class TestFigures:
    def test_silence_after_silence_is_nothing(self) -> None:
        assert told(None, sight(None)) == (None, [])

    def test_an_alert_opens_an_episode(self) -> None:
        found, events = told(None, sight("red"))
        assert events == ["opened"]
        assert found is not None
        assert (found.stage(NOW), found.severity, found.worst) == ("firing", "red", "red")

    def test_the_same_again_says_nothing(self) -> None:
        assert told(opened(), sight("amber"))[1] == []

    def test_what_grows_worse_asks_again_for_somebody(self) -> None:
        taken = done(opened(), "acknowledge")
        snoozed = done(taken, "snooze", reason="réunion", until=NOW + timedelta(hours=4))
        worse, events = told(snoozed, sight("red"))
        assert events == ["worse"]
        assert worse is not None
        assert (worse.stage(NOW), worse.worst) == ("firing", "red")

    def test_an_assignment_outlives_a_worsening(self) -> None:
        worse, _ = told(done(opened(), "assign", to="marc"), sight("red"))
        assert worse is not None
        assert (worse.stage(NOW), worse.assignee) == ("assigned", "marc")
        assert not worse.is_taken(NOW)

    def test_what_grows_milder_keeps_its_worst(self) -> None:
        milder, events = told(opened("red"), sight("amber"))
        assert events == ["milder"]
        assert milder is not None
        assert (milder.severity, milder.worst) == ("amber", "red")

    def test_the_way_back_is_said_and_may_fail(self) -> None:
        back, first = told(opened(), sight("amber", back=True))
        again, second = told(back, sight("amber"))
        assert (first, second) == (["recovering"], ["again"])
        assert back is not None
        assert again is not None
        assert (back.stage(NOW), again.stage(NOW)) == ("recovering", "firing")

    def test_silence_ends_it(self) -> None:
        over, events = told(opened(), sight(None, hours=3))
        assert events == ["resolved"]
        assert over is not None
        assert (over.stage(NOW), over.resolved_at) == ("resolved", NOW + timedelta(hours=3))

    def test_a_closed_episode_is_not_opened_again(self) -> None:
        over, _ = told(opened(), sight(None))
        with pytest.raises(ValueError, match="closed"):
            seen(over, sight("red"), **WHERE)


class TestPeople:
    def test_acknowledging_takes_it_in_hand(self) -> None:
        taken = done(opened(), "acknowledge")
        assert (taken.stage(NOW), taken.acknowledged_by) == ("acknowledged", "claire")
        assert taken.is_taken(NOW)

    def test_assigning_names_somebody(self) -> None:
        assert done(opened(), "assign", to="marc").stage(NOW) == "assigned"
        with pytest.raises(BadRequest):
            done(opened(), "assign")

    def test_a_snooze_ends_by_itself(self) -> None:
        asleep = done(opened(), "snooze", reason="CODIR", until=NOW + timedelta(hours=2))
        assert asleep.stage(NOW) == "snoozed"
        assert asleep.stage(NOW + timedelta(hours=2)) == "firing"
        assert done(asleep, "wake").stage(NOW) == "firing"

    @pytest.mark.parametrize(
        "more",
        [
            {"reason": "CODIR"},
            {"reason": "CODIR", "until": NOW},
            {"reason": " ", "until": NOW + timedelta(hours=1)},
        ],
        ids=["no end", "an end that is past", "no reason"],
    )
    def test_a_snooze_needs_an_end_and_a_reason(self, more: dict[str, object]) -> None:
        with pytest.raises(BadRequest):
            done(opened(), "snooze", **more)

    def test_a_comment_changes_nothing_and_needs_words(self) -> None:
        assert done(opened(), "comment", reason="vu") == opened()
        with pytest.raises(BadRequest):
            done(opened(), "comment", reason=" ")

    def test_only_words_are_added_to_what_is_over(self) -> None:
        over = replace(opened(), resolved_at=NOW)
        assert done(over, "comment", reason="bilan fait") == over
        with pytest.raises(BadRequest):
            done(over, "acknowledge")

    def test_an_act_is_logged_with_who_and_why(self) -> None:
        _, event = act(opened(), Act(at=NOW, who="claire", deed="comment", reason="vu"))
        assert event == Event(at=NOW, who="claire", what="comment", severity="amber", reason="vu")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("figures"), st.sampled_from([None, "amber", "red"]), st.booleans()),
        st.tuples(
            st.just("person"),
            st.sampled_from(["acknowledge", "assign", "snooze", "wake", "comment"]),
            st.integers(-2, 50),
        ),
    ),
    max_size=30,
)


@given(steps)
def test_no_sequence_leaves_an_impossible_state(sequence: list[tuple[object, ...]]) -> None:
    episode: Episode | None = None
    log: list[str] = []
    for index, (by, what, more) in enumerate(sequence):
        at = NOW + timedelta(hours=index)
        if by == "figures":
            one = replace(sight(what), at=at, generation=index, back=bool(what and more))
            is_over = episode is None or episode.resolved_at is not None
            after, events = seen(None if is_over else episode, one, **WHERE)
            episode = after or episode
            log += [event.what for event in events]
        elif episode is not None:
            hours = timedelta(hours=int(str(more)))
            deed = Act(at=at, who="p", deed=what, reason="r", to="q", until=at + hours)
            try:
                episode, event = act(episode, deed)
                log.append(event.what)
            except BadRequest:
                pass
        _is_possible(episode, at, log)


def _is_possible(episode: Episode | None, at: datetime, log: list[str]) -> None:
    assert log.count("opened") - log.count("resolved") in {0, 1}
    if episode is None:
        assert not log
        return
    is_open = log.count("opened") > log.count("resolved")
    assert is_open == (episode.resolved_at is None)
    assert (episode.stage(at) == "resolved") == (not is_open)
    assert episode.worst == "red" or episode.severity == "amber"
    if episode.stage(at) == "snoozed":
        assert episode.snoozed_until is not None
        assert episode.snoozed_until > at
    if episode.resolved_at is not None:
        assert not episode.back
        assert episode.snoozed_until is None
    if episode.assignee:
        assert "assign" in log
