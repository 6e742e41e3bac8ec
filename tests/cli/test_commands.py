"""Every command: its JSON, its exit status, its sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.cli.out import table
from cockpit.settings import Home

SERIES = (
    "kpi",
    "series",
    "ed_visits",
    "--unit",
    "10",
    "--from",
    "2026-03-01",
    "--to",
    "2026-03-02",
)


class TestRefresh:
    def test_a_refresh_publishes_and_counts(self, cockpit, answer) -> None:
        """Three lines: two accepted, one refused (unit 77 does not exist)."""
        report = answer(cockpit("refresh", "--no-forecasts", "--json"))
        (run,) = report["runs"]
        assert report["published"] is True
        assert (run["status"], run["lines"], run["accepted"], run["refused"]) == ("ok", 3, 2, 1)

    def test_the_same_delivery_twice_changes_nothing(self, loaded, answer) -> None:
        report = answer(loaded("refresh", "--no-forecasts", "--json"))
        assert report["published"] is False
        assert [run["status"] for run in report["runs"]] == ["unchanged"]

    def test_a_refused_file_fails_and_keeps_what_was_published(
        self, loaded, answer, home: Home
    ) -> None:
        (home.drop / "urgences-bad.csv").write_text("autre;chose\n1;2\n", "utf-8")
        refused = loaded("refresh", "--no-forecasts")
        assert refused.exit_code == 1
        assert "urgences-bad.csv" in refused.stderr
        assert len(answer(loaded(*SERIES, "--json"))["points"]) == 2

    def test_a_source_that_does_not_exist_is_a_misuse(self, loaded) -> None:
        wrong = loaded("refresh", "inconnue", "--no-forecasts", "--json")
        assert (wrong.exit_code, wrong.stdout) == (2, "")
        assert "source list" in wrong.stderr

    def test_a_faulty_source_named_is_a_failed_run(self, loaded, answer, home: Home) -> None:
        (home.sources / "casse.toml").write_text('connector = "csv', "utf-8")
        failed = loaded("refresh", "casse", "--no-forecasts", "--json")
        assert failed.exit_code == 1
        assert [(run["source"], run["status"]) for run in answer(failed)["runs"]] == [
            ("casse", "failed")
        ]

    def test_a_faulty_local_indicator_stops_no_refresh(self, loaded, answer, home: Home) -> None:
        (home.kpis / "bad.toml").write_text('id = "bad', "utf-8")
        (home.drop / "urgences-later.csv").write_text("jour;uf;passages\n03/03/2026;10;7\n")
        report = answer(loaded("refresh", "--no-forecasts", "--json"))
        assert [run["status"] for run in report["runs"]] == ["ok"]

    def test_without_json_the_runs_are_a_table(self, loaded) -> None:
        said = loaded("refresh", "--no-forecasts")
        assert said.stdout.splitlines()[1].split() == ["urgences", "unchanged", *"0000"]
        assert "rien de nouveau" in said.stderr

    def test_a_rebuild_gives_the_same_figures(self, loaded, answer) -> None:
        before = answer(loaded(*SERIES, "--json"))
        assert answer(loaded("rebuild", "--json"))["generation"] > 1
        assert answer(loaded(*SERIES, "--json")) == before


class TestKpi:
    def test_series_answers_the_json_of_the_route(self, loaded, answer) -> None:
        found = answer(loaded(*SERIES, "--grain", "day", "--json"))
        assert (found["kpi"], found["unit"], found["grain"]) == ("ed_visits", "10", "day")
        assert [(p["period"], p["value"]) for p in found["points"]] == [
            ("2026-03-01", 100.0),
            ("2026-03-02", 110.0),
        ]

    def test_list_is_a_list_with_null_where_nothing_feeds(self, loaded, answer) -> None:
        kpis = {one["id"]: one for one in answer(loaded("kpi", "list", "--json"))}
        assert kpis["ed_visits"]["value"] == 110.0
        assert kpis["bed_occupancy_rate"]["value"] is None

    def test_without_json_it_is_a_table(self, loaded) -> None:
        lines = loaded(*SERIES).stdout.splitlines()
        assert lines[0].split() == ["period", "value", "numerator", "denominator", "status"]
        assert lines[1].split()[:2] == ["2026-03-01", "100"]

    def test_a_table_keeps_every_digit_of_an_amount(self) -> None:
        assert table([{"value": 13147076.02}, {"value": 0.0}], ["value"]).split() == [
            "value",
            "13147076.02",
            "0",
        ]

    def test_show_is_the_definition(self, loaded, answer) -> None:
        assert answer(loaded("kpi", "show", "ed_visits", "--json"))["definition"]

    @pytest.mark.parametrize(
        "wrong",
        [
            ("kpi", "series", "nothing"),
            ("kpi", "series", "ed_visits", "--unit", "99"),
            ("kpi", "series", "ed_visits", "--from", "hier"),
            ("kpi", "series", "ed_visits", "--grain", "hour"),
            ("kpi", "list", "--as", "root"),
            ("kpi", "show", "bed_occupancy_rate", "--as", "drh"),
            ("source", "check", "nothing"),
            ("kpi", "series"),
            ("nothing",),
        ],
    )
    def test_a_misuse_exits_2_and_says_nothing_on_standard_output(self, loaded, wrong) -> None:
        result = loaded(*wrong, "--json") if len(wrong) > 2 else loaded(*wrong)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr

    def test_before_the_first_publish_it_fails_with_what_to_do(self, cockpit) -> None:
        result = cockpit("kpi", "list", "--json")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "cockpit refresh" in result.stderr


class TestOrigin:
    def test_a_figure_leads_to_the_file_it_comes_from(self, loaded, answer) -> None:
        days = ("--from", "2026-03-01", "--to", "2026-03-02")
        found = answer(loaded("kpi", "lineage", "ed_visits", *days, "--json"))
        (one,) = found["deliveries"]
        assert (one["file"], one["rows"], one["lines"]) == ("drop/urgences-2026.csv", 2, 3)
        assert (one["first_day"], one["last_day"]) == ("2026-03-01", "2026-03-02")

    def test_reconciliations_wait_for_their_sources(self, loaded, answer) -> None:
        found = answer(loaded("kpi", "reconcile", "--json"))
        assert {"payroll", "census"} <= {one["id"] for one in found}
        assert not any(one["gaps"] for one in found)


class TestSource:
    def test_list_says_when_each_ran_last(self, loaded, answer) -> None:
        (source,) = answer(loaded("source", "list", "--json"))
        assert (source["source"], source["status"]) == ("urgences", "ok")

    def test_a_source_that_never_ran_says_so(self, cockpit, answer) -> None:
        assert answer(cockpit("source", "list", "--json"))[0]["status"] == "never"

    def test_check_reads_nothing(self, cockpit, answer, home: Home) -> None:
        assert answer(cockpit("source", "check", "urgences", "--json"))["ok"] is True
        assert not any(home.landing.iterdir())

    def test_check_of_an_absent_file_fails(self, cockpit, home: Home) -> None:
        (home.drop / "urgences-2026.csv").unlink()
        assert cockpit("source", "check", "urgences").exit_code == 1

    def test_preview_shows_rows_and_refusals_and_loads_nothing(
        self, cockpit, answer, home: Home
    ) -> None:
        found = answer(cockpit("source", "preview", "urgences", "--json"))
        assert (found["lines"], found["accepted"], found["refused"]) == (3, 2, 1)
        assert found["rows"][0]["value"] == 100.0
        assert found["refusals"][0]["line"] == 4
        assert not any(home.landing.iterdir())

    def test_preview_shows_the_file_that_waits(self, loaded, answer, home: Home) -> None:
        (home.drop / "urgences-later.csv").write_text("jour;uf;passages\n03/03/2026;10;7\n")
        found = answer(loaded("source", "preview", "urgences", "--json"))
        assert (found["file"], found["accepted"]) == ("drop/urgences-later.csv", 1)
        (top,) = [
            one for one in found["effects"] if (one["kpi"], one["unit"]) == ("ed_visits", "GHT")
        ]
        assert (top["period"], top["before"], top["after"]) == ("2026-03-03", None, 7)

    def test_history_lists_the_runs(self, loaded, answer) -> None:
        assert [run["status"] for run in answer(loaded("source", "history", "urgences", "--json"))]

    def test_a_faulty_source_is_named(self, cockpit, home: Home) -> None:
        (home.sources / "faux.toml").write_text("connector = 3", "utf-8")
        result = cockpit("source", "check", "faux")
        assert result.exit_code == 1
        assert "faux.toml" in result.stderr


class TestAlertsAndForecasts:
    def test_alert_list_is_a_list(self, loaded, answer) -> None:
        assert isinstance(answer(loaded("alert", "list", "--json")), list)

    def test_alert_evaluate_publishes_again(self, loaded, answer) -> None:
        assert isinstance(answer(loaded("alert", "evaluate", "--json")), list)

    def test_a_kpi_without_forecast_says_why(self, loaded, answer) -> None:
        found = answer(loaded("forecast", "show", "ed_visits", "--unit", "10", "--json"))
        assert found["points"] == []
        assert found["refused"]


class TestCheck:
    def test_a_healthy_home_passes(self, loaded, answer) -> None:
        found = answer(loaded("check", "--json"))
        assert [one["check"] for one in found if not one["ok"]] == []

    def test_a_damaged_generation_is_found_and_the_way_back_said(
        self, loaded, answer, home: Home
    ) -> None:
        name = (home.generations / "CURRENT").read_text("utf-8").strip()
        (home.generations / name).write_bytes(b"damaged")
        found = {one["check"]: one for one in answer(loaded("check", "--json"))}
        assert found["generations"]["ok"] is False
        assert "cockpit rebuild" in found["generations"]["sentence"]
        assert found["source urgences"]["ok"] is True

    def test_a_faulty_structure_is_found_and_the_rest_still_looked_at(
        self, loaded, answer, home: Home
    ) -> None:
        home.structure.write_text("unit;parent\n", "utf-8")
        result = loaded("check", "--json")
        faulty = {one["check"] for one in answer(result) if not one["ok"]}
        assert result.exit_code == 1
        assert faulty == {"structure.csv"}


class TestServe:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "cockpit.example"])
    def test_an_address_that_others_reach_is_refused(self, cockpit, host: str) -> None:
        result = cockpit("serve", "--host", host)
        assert result.exit_code == 2
        assert "127.0.0.1" in result.stderr

    def test_the_address_of_cockpit_toml_is_refused_too(self, cockpit, home: Home) -> None:
        (home.root / "cockpit.toml").write_text('host = "0.0.0.0"\n', "utf-8")
        assert cockpit("serve").exit_code == 2


class TestDemo:
    def test_it_never_builds_over_a_hospital(self, loaded, home: Home) -> None:
        before = home.structure.read_text("utf-8")
        assert loaded("demo").exit_code == 1
        assert loaded("demo", "--force").exit_code == 1
        assert home.structure.read_text("utf-8") == before


class TestBackup:
    def test_a_backup_restored_elsewhere_answers_the_same(
        self, loaded, answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = answer(loaded(*SERIES, "--json"))
        file = tmp_path / "sauvegarde.tar.gz"
        assert loaded("backup", str(file)).exit_code == 0
        monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "other"))
        assert loaded("restore", str(file)).exit_code == 0
        assert answer(loaded(*SERIES, "--json")) == before
        runs = answer(loaded("source", "history", "urgences", "--json"))
        assert [run["status"] for run in runs] == ["ok"]

    def test_a_restore_never_overwrites_without_force(
        self, loaded, tmp_path: Path, home: Home
    ) -> None:
        file = tmp_path / "sauvegarde.tar.gz"
        loaded("backup", str(file))
        before = sorted(path.name for path in home.root.rglob("*[!k]"))
        refused = loaded("restore", str(file))
        assert refused.exit_code == 1
        assert "--force" in refused.stderr
        assert sorted(path.name for path in home.root.rglob("*[!k]")) == before

    def test_with_force_what_was_there_is_moved_aside(
        self, loaded, tmp_path: Path, home: Home
    ) -> None:
        file = tmp_path / "sauvegarde.tar.gz"
        loaded("backup", str(file))
        (home.drop / "urgences-later.csv").write_text("x", "utf-8")
        assert loaded("restore", str(file), "--force").exit_code == 0
        assert not (home.drop / "urgences-later.csv").exists()
        (aside,) = home.root.glob("avant-restauration-*")
        assert (aside / "drop" / "urgences-later.csv").read_text("utf-8") == "x"

    def test_a_file_that_is_no_backup_changes_nothing(
        self, loaded, tmp_path: Path, home: Home
    ) -> None:
        wrong = tmp_path / "wrong.tar.gz"
        wrong.write_text("hello", "utf-8")
        assert loaded("restore", str(wrong), "--force").exit_code == 1
        assert home.structure.exists()
        assert not list(home.root.glob("avant-restauration-*"))

    def test_the_log_of_the_old_state_never_joins_the_restored_one(
        self, loaded, tmp_path: Path, home: Home
    ) -> None:
        file = tmp_path / "sauvegarde.tar.gz"
        loaded("backup", str(file))
        (home.root / "state.db-wal").write_bytes(b"left by a kill")
        assert loaded("restore", str(file), "--force").exit_code == 0
        assert not (home.root / "state.db-wal").exists()

    def test_a_damaged_backup_is_refused_in_one_sentence(
        self, loaded, tmp_path: Path, home: Home
    ) -> None:
        file = tmp_path / "sauvegarde.tar.gz"
        loaded("backup", str(file))
        data = bytearray(file.read_bytes())
        middle = len(data) // 2
        # Every bit, since empty pages of a warehouse compress to zeros.
        data[middle : middle + 64] = bytes(byte ^ 0xFF for byte in data[middle : middle + 64])
        file.write_bytes(data)
        refused = loaded("restore", str(file), "--force")
        assert refused.exit_code == 1
        assert "cockpit backup" in refused.stderr
        assert home.structure.exists()

    def test_only_the_current_generation_travels(self, loaded, tmp_path: Path, home: Home) -> None:
        import tarfile

        (home.generations / ".build-1.duckdb").write_text("x", "utf-8")
        loaded("backup", str(tmp_path / "b.tar.gz"))
        with tarfile.open(tmp_path / "b.tar.gz") as archive:
            kept = [name for name in archive.getnames() if name.startswith("generations/")]
        assert len(kept) == 2
        assert "generations/CURRENT" in kept


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('port = "x"', "« port » : attendu un entier"),
            ("port = 99999", "« port » : attendu un entier"),
            ('language = "de"', "attendu fr ou en"),
            ('duckdb_memory_limit = "lots"', "attendu une taille"),
            ("keep_generations = 0", "attendu un entier de 2"),
            ("nom = 1", "« nom » : attendu l'un des champs name"),
            ("name = ", "attendu du TOML valide"),
        ],
    )
    def test_a_wrong_setting_is_a_french_sentence(
        self, loaded, home: Home, text: str, said: str
    ) -> None:
        (home.root / "cockpit.toml").write_text(text, "utf-8")
        refused = loaded(*SERIES, "--json")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert said in refused.stderr

    def test_another_encoding_is_a_sentence_too(self, loaded, home: Home) -> None:
        (home.root / "cockpit.toml").write_bytes('name = "Hôpital"'.encode("cp1252"))
        assert "UTF-8" in loaded(*SERIES).stderr


@pytest.mark.parametrize(
    "words",
    [("user", "list")],
)
def test_a_promised_command_says_that_it_is_not_there_yet(cockpit, words: tuple[str, ...]) -> None:
    result = cockpit(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pas encore" in result.stderr
