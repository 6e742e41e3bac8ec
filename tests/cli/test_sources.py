"""`cockpit source check --conformance` and `cockpit audit`."""

from __future__ import annotations

from cockpit.settings import Home


def test_a_check_with_conformance_tries_every_promise_on_the_live_source(
    cockpit, answer, home: Home
) -> None:
    done = cockpit("source", "check", "urgences", "--conformance", "--json")
    found = answer(done)
    assert done.exit_code == 0
    assert found["ok"]
    assert len(found["promises"]) >= 10
    assert all(one["ok"] for one in found["promises"])
    assert list(home.landing.glob("*/*")) == []
    assert "promises" not in answer(cockpit("source", "check", "urgences", "--json"))
    assert "only_asked" in cockpit("source", "check", "urgences", "--conformance").stdout


def test_a_broken_promise_fails_the_check(cockpit, answer, home: Home) -> None:
    (home.drop / "urgences-2026.csv").unlink()
    done = cockpit("source", "check", "urgences", "--conformance", "--json")
    assert done.exit_code == 1
    assert "text" in {one["promise"] for one in answer(done)["promises"] if not one["ok"]}


def test_the_sentence_of_a_refusal_is_never_cut(cockpit, home: Home) -> None:
    (home.drop / "urgences-2026.csv").write_text("jour;uf;autre\n01/03/2026;10;1\n", "utf-8")
    assert cockpit("refresh", "urgences", "--no-forecasts").exit_code == 1
    said = cockpit("source", "history", "urgences").stdout
    assert "ce qui était publié reste publié. Corrigez puis relancez." in said
    (home.drop / "urgences-2026.csv").write_bytes(b"\0\0\0\n")
    assert "Corrigez puis relancez." in cockpit("source", "check", "urgences").stdout


def test_a_path_outside_the_home_is_refused_and_noted_once(cockpit, answer, home: Home) -> None:
    path = home.sources / "urgences.toml"
    path.write_text(
        path.read_text("utf-8").replace("drop/urgences-*.csv", "../../etc/shadow"), "utf-8"
    )
    for _ in range(2):
        assert cockpit("refresh", "--no-forecasts").exit_code == 1
    (line,) = answer(cockpit("audit", "--json"))
    assert (line["who"], line["what"], line["subject"]) == ("cockpit refresh", "source", "urgences")
    assert "/etc/shadow" not in line["sentence"]


def test_a_link_out_of_the_home_is_refused_and_noted(cockpit, answer, home: Home) -> None:
    (home.drop / "urgences-9.csv").symlink_to("/etc/passwd")
    cockpit("refresh", "--no-forecasts")
    (line,) = answer(cockpit("audit", "--json"))
    assert line["what"] == "delivery"
    assert "urgences-9.csv" in line["sentence"]
