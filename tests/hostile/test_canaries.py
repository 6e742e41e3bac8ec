"""No patient and no secret stays anywhere: a source of each kind, read by `refresh` from end to end
with a person planted in it, then broken in every way; then every byte is searched.

What was dropped, the sources' own TOML and queries are the hospital's: they are not searched.
"""

from __future__ import annotations

import hashlib
import io
import logging
import sqlite3
from contextlib import closing, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cockpit import log, state
from cockpit.cli import app
from cockpit.refresh import refresh
from tests.hostile.planted import CANARIES, KINDS, SECRETS, VAULT, WITNESS, Planted
from tests.hostile.searching import hits, places

SENTENCES = (" : attendu ", " a refusé : ", " n'a pas répondu : ")
EVERY_SECRET = frozenset({*SECRETS.values(), VAULT})


@dataclass
class Fall:
    """What one fault gave: status and sentence of the run; how many audit lines say it."""

    status: str
    sentence: str
    refused: bool
    audited: int


@dataclass
class Story:
    """One source read, broken, read again. said: answers of commands; heard: logs and stderr;
    found: what the search sees in its home.
    """

    planted: Planted
    first: state.RunRecord
    last: state.RunRecord
    falls: dict[str, Fall] = field(default_factory=dict)
    said: str = ""
    heard: str = ""
    found: dict[str, set[str]] = field(default_factory=dict)

    def where(self, needles: frozenset[str]) -> dict[str, set[str]]:
        """The places where some of these stand."""
        seen = {place: texts & needles for place, texts in self.found.items()}
        return {place: texts for place, texts in seen.items() if texts}


SLOW = frozenset({"excel", "s3", "sftp"})
"""A process for each workbook; the files of `csv` through a real server."""


KINDS_MARKED = [
    pytest.param(kind, marks=[pytest.mark.slow] if kind in SLOW else []) for kind in sorted(KINDS)
]


@pytest.fixture(scope="module", params=KINDS_MARKED)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp(request.param) / "home"
    heard = io.StringIO()
    listener = logging.StreamHandler(heard)
    before = logging.root.level
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(heard):
        for name, text in {**SECRETS, "COCKPIT_TODAY": "2026-01-25"}.items():
            patch.setenv(name, text)
        patch.setenv("COCKPIT_HOME", str(root))
        logging.root.addHandler(listener)
        logging.root.setLevel(logging.DEBUG)
        log.configure(level=logging.DEBUG)
        try:
            with KINDS[request.param](root) as planted:
                found = _told(planted)
        finally:
            logging.root.removeHandler(listener)
            logging.root.setLevel(before)
            state.engine(planted.home).dispose()
    found.heard = heard.getvalue()
    found.found = places(root, CANARIES | EVERY_SECRET | {WITNESS, planted.name})
    return found


def _told(planted: Planted) -> Story:
    first = _read(planted)
    found = Story(planted, first, first, said=_asked(planted.name))
    for name, fault in planted.faults.items():
        fault.begin()
        try:
            run = _read(planted)
            _read(planted)
            found.said += _asked(planted.name)
        finally:
            fault.end()
        audited = _audit(planted).count(run.sentence)
        found.falls[name] = Fall(run.status, run.sentence, fault.refused, audited)
    found.last = _read(planted)
    found.said += _asked(planted.name)
    for words in (["source", "history", planted.name], ["source", "list"], ["audit"], ["check"]):
        found.said += _answer(*words, "--json")
    return found


def _read(planted: Planted) -> state.RunRecord:
    (run,) = refresh(planted.home, (planted.name,), forecasts=False).runs
    return run


def _audit(planted: Planted) -> list[str]:
    lines = state.audit_lines(state.engine(planted.home), 1000)
    return [line.sentence for line in lines]


def _asked(name: str) -> str:
    """What the commands say of what a source would give now."""
    return "\n".join(_answer("source", command, name, "--json") for command in ("preview", "check"))


def _answer(*words: str) -> str:
    """Both streams of a command."""
    return CliRunner().invoke(app, words).output


def test_the_source_is_read_and_its_faults_do_not_touch_what_it_gave(story: Story) -> None:
    assert story.first.status == "ok", story.first.sentence
    assert story.first.accepted > 0
    assert story.first.refused > 0
    assert story.last.status == "unchanged", story.last.sentence


def test_no_patient_is_left_anywhere(story: Story) -> None:
    assert story.where(CANARIES) == {}


def test_no_secret_is_left_anywhere(story: Story) -> None:
    assert story.where(EVERY_SECRET) == {}


def test_no_patient_and_no_secret_is_said_by_a_log_or_a_command(story: Story) -> None:
    for text in (story.heard, story.said):
        assert hits(text, CANARIES | EVERY_SECRET) == set()


def test_every_fault_is_one_sentence_and_one_audit_line(story: Story) -> None:
    assert story.falls
    for name, fall in story.falls.items():
        assert fall.status == "failed", name
        assert sum(fall.sentence.count(mark) for mark in SENTENCES) == 1, (name, fall.sentence)
        assert fall.audited == int(fall.refused), name
        assert hits(fall.sentence, CANARIES | EVERY_SECRET) == set(), name


def test_the_search_can_find_something_in_this_very_home(story: Story) -> None:
    """The unit is where figures are, the name of the source where runs are."""
    unit, source = WITNESS, story.planted.name
    found = story.where(frozenset({unit, source}))
    assert unit in found["parquet:landing"]
    assert {unit, source} <= found["duckdb:generations"]
    assert source in found["sqlite:state.db"]
    assert source in hits(story.said, {source})
    if source == "temoin-hl7":
        assert source in found["sqlite:hl7"]  # the file that a refused message came in


class TestTheSearch:
    """A canary in each kind of file, compressed or not, is found where it lies."""

    def test_finds_a_text_in_every_kind_of_file(self, tmp_path: Path) -> None:
        canary, rows = "CANARI-MÉSANGE", 5000
        for folder in ("landing", "generations", "hl7", "logs"):
            (tmp_path / folder).mkdir()
        table = pa.table({"note": [canary] * rows})
        pq.write_table(table, tmp_path / "landing" / "a.parquet", compression="zstd")
        with duckdb.connect(tmp_path / "generations" / "gen-000001.duckdb") as base:
            base.register("t", table)
            base.execute("CREATE TABLE kept AS SELECT note FROM t")
        with closing(sqlite3.connect(tmp_path / "hl7" / "a.db")) as spool, spool:
            spool.execute("CREATE TABLE movement (unit TEXT)")
            spool.execute("INSERT INTO movement VALUES (?)", (canary,))
        (tmp_path / "logs" / "a.log").write_bytes(canary.encode("cp1252"))
        (tmp_path / "logs" / f"{canary}.log").touch()
        found = set(places(tmp_path, {canary}))
        wanted = {"parquet:landing", "duckdb:generations", "sqlite:hl7", "bytes:logs", "name:logs"}
        assert wanted <= found

    @pytest.mark.parametrize(
        "written",
        [
            "231079913812345", "323331303739393133383132333435", "MjMxMDc5OTEzODEyMzQ1",
            "8e5ad2f5d84a5f5f",
        ],
    )  # fmt: skip
    def test_finds_a_number_however_it_is_written(self, written: str) -> None:
        written = written.replace(
            "8e5ad2f5d84a5f5f", hashlib.sha256(b"231079913812345").hexdigest()
        )
        assert hits(f"avant {written} après", {"231079913812345"}) == {"231079913812345"}

    def test_a_postcode_is_a_whole_number(self) -> None:
        assert hits("cp=99138;", {"99138"}) == {"99138"}
        assert hits("a99138f 1991380", {"99138"}) == set()
