"""What the warehouse refuses, in the run log of the source until it goes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cockpit import clock, i18n, state
from cockpit.errors import together
from cockpit.fetch import audit_line, refused_row
from cockpit.settings import Home
from cockpit.warehouse.aside import Refusal
from cockpit.warehouse.landing import Landed
from cockpit.warehouse.update import Outcome

Refusals = tuple[Refusal, ...]


def note(home: Home, outcome: Outcome, *, who: str) -> None:
    """Say in the newest run of each source what stays refused, and add one for what went in.

    The run log is in French, whoever asked for the publish: a sentence is known again by its text.
    """
    with i18n.use("fr"):
        _note(home, outcome, who)


def _note(home: Home, outcome: Outcome, who: str) -> None:
    engine = state.engine(home)
    for source, found in _by_source(outcome.admitted).items():
        state.record_run(engine, _went_in(source, found))
    for source, sentences in _sentences(outcome.refusals).items():
        errors = [one.error for one in outcome.refusals if one.landed.source == source]
        state.fail_last_run(engine, source, sentences, [refused_row(one) for one in errors])
        for error in errors:
            state.record_audit(engine, audit_line(source, error, who=who))


def told(run: state.RunRecord, refusals: Refusals) -> state.RunRecord:
    """The run as it stands after the publish."""
    said = _sentences(refusals).get(run.source)
    if not said:
        return run
    return replace(run, status="failed", sentence=" ".join(filter(None, (run.sentence, said))))


def _sentences(refusals: Refusals) -> Mapping[str, str]:
    sources = dict.fromkeys(one.landed.source for one in refusals)
    return {
        source: " ".join(together([one.error for one in refusals if one.landed.source == source]))
        for source in sources
    }


def _by_source(batches: Sequence[Landed]) -> Mapping[str, list[Landed]]:
    found: dict[str, list[Landed]] = {}
    for one in batches:
        found.setdefault(one.source, []).append(one)
    return found


def _went_in(source: str, batches: Sequence[Landed]) -> state.RunRecord:
    now = clock.utc_naive(clock.now())
    return state.RunRecord(
        source=source,
        started_at=now,
        ended_at=now,
        status="ok",
        files=len(batches),
        lines=sum(one.lines for one in batches),
        accepted=sum(one.accepted for one in batches),
        refused=sum(one.refused for one in batches),
        hashes=tuple(one.source_hash for one in batches),
    )
