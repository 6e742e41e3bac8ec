"""Secrets at rest: encrypted, bound to their name, turned to a new key without loss."""

from __future__ import annotations

import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cockpit import archive
from cockpit.cli import app
from cockpit.connect.contract import Asked
from cockpit.connect.secrets import reveal
from cockpit.errors import BadRequest, BadSettings, BadSource
from cockpit.settings import Home
from cockpit.state import vault

CANARY = "correct-cheval-pile-agrafe"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv(vault.KEY, raising=False)
    monkeypatch.delenv(vault.KEY_FILE, raising=False)
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home").prepare()


def everything(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())


def test_a_kept_secret_is_read_back_by_a_source_and_lies_nowhere_in_clear(home: Home) -> None:
    vault.keep(home, "dpi", CANARY)
    assert reveal(Asked(home, "urgences"), "secret:dpi", "password") == CANARY
    assert CANARY.encode() not in everything(home)
    assert stat.S_IMODE((home.root / "secret.key").stat().st_mode) == 0o600


def test_an_unknown_secret_is_refused_without_its_name_being_guessed(home: Home) -> None:
    with pytest.raises(BadSource, match="password"):
        reveal(Asked(home, "urgences"), "secret:absent", "password")


def test_rotation_makes_a_new_key_and_keeps_every_secret(home: Home) -> None:
    vault.keep(home, "a", CANARY)
    vault.keep(home, "b", "autre-secret")
    before = (home.root / "secret.key").read_text("ascii")
    assert vault.rotate(home) == 2
    after = (home.root / "secret.key").read_text("ascii")
    assert before.strip() not in after
    assert (vault.text_of(home, "a"), vault.text_of(home, "b")) == (CANARY, "autre-secret")


def test_a_key_of_the_environment_is_turned_by_naming_both(home: Home, monkeypatch) -> None:
    old, new = "o" * 40, "n" * 40
    monkeypatch.setenv(vault.KEY, old)
    vault.keep(home, "dpi", CANARY)
    with pytest.raises(BadRequest, match="nouvelle clé"):
        vault.rotate(home)
    monkeypatch.setenv(vault.KEY, f"{new},{old}")
    assert vault.rotate(home) == 1
    monkeypatch.setenv(vault.KEY, new)
    assert vault.text_of(home, "dpi") == CANARY
    monkeypatch.setenv(vault.KEY, old)
    assert vault.text_of(home, "dpi") == ""
    assert [(one.name, one.readable) for one in vault.kept(home)] == [("dpi", False)]
    assert not (home.root / "secret.key").exists()


def test_a_key_file_named_by_the_environment_is_used(home: Home, monkeypatch, tmp_path) -> None:
    (tmp_path / "key").write_text("k" * 32 + "\n")
    monkeypatch.setenv(vault.KEY_FILE, str(tmp_path / "key"))
    vault.keep(home, "dpi", CANARY)
    assert vault.text_of(home, "dpi") == CANARY
    monkeypatch.setenv(vault.KEY_FILE, str(tmp_path / "absent"))
    with pytest.raises(BadSettings, match="absent"):
        vault.text_of(home, "dpi")


def test_a_short_key_is_refused(home: Home, monkeypatch) -> None:
    monkeypatch.setenv(vault.KEY, "court")
    with pytest.raises(BadSettings, match="32"):
        vault.keep(home, "dpi", CANARY)


def test_a_sealed_text_moved_under_another_name_opens_nothing(home: Home) -> None:
    vault.keep(home, "dpi", CANARY)
    vault.keep(home, "paie", "autre-secret")
    with sqlite3.connect(home.root / "state.db") as base:
        base.execute("UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE name = 'dpi')")
    base.close()
    assert vault.text_of(home, "paie") == ""


def test_a_backup_holds_no_key(home: Home, tmp_path: Path) -> None:
    vault.keep(home, "dpi", CANARY)
    archive.backup(home, tmp_path / "b.tar.gz")
    with tarfile.open(tmp_path / "b.tar.gz") as found:
        names = found.getnames()
    assert "state.db" in names
    assert not [name for name in names if "secret.key" in name]
    archive.restore(home, tmp_path / "b.tar.gz", force=True)
    assert vault.text_of(home, "dpi") == CANARY


def test_the_commands_take_a_secret_from_standard_input_and_never_print_it(home: Home) -> None:
    run = CliRunner()
    done = [
        run.invoke(app, ["secret", "set", "dpi"], input=CANARY + "\n"),
        run.invoke(app, ["secret", "list", "--json"]),
        run.invoke(app, ["secret", "rotate"]),
        run.invoke(app, ["audit", "--json"]),
    ]
    assert [one.exit_code for one in done] == [0, 0, 0, 0]
    assert CANARY not in "".join(one.output + one.stderr for one in done)
    assert vault.text_of(home, "dpi") == CANARY
    assert '"secret"' in done[3].stdout
    assert run.invoke(app, ["secret", "forget", "dpi"]).exit_code == 0
    assert run.invoke(app, ["secret", "forget", "dpi"]).exit_code == 2
    assert run.invoke(app, ["secret", "set", "Mauvais Nom"], input="x\n").exit_code == 2
