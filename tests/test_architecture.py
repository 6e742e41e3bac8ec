"""The drawing of `cockpit/__init__.py` and the arrows of the code are the same."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

import cockpit

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted(
    path
    for folder in ("cockpit", "connectors", "pages", "sample_data")
    for path in (ROOT / folder).rglob("*.py")
)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def importers(library: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in CODE
        if any(name == library or name.startswith(library + ".") for name in imports(path))
    }


def test_the_path_drawn_in_the_docstring_exists() -> None:
    drawn = re.findall(r"(?:cockpit|connectors|pages)/[\w/]*\.py", cockpit.__doc__ or "")
    assert len(drawn) >= 8
    assert [name for name in drawn if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("streamlit", ("cockpit/web/", "cockpit/views/", "pages/", "cockpit/cli/")),
        ("duckdb", ("cockpit/warehouse/", "cockpit/refresh.py")),
        ("prophet", ("cockpit/forecast/models/",)),
        ("openpyxl", ("cockpit/views/", "sample_data/")),
    ],
)
def test_a_library_is_imported_only_where_it_belongs(
    library: str, allowed: tuple[str, ...]
) -> None:
    assert [name for name in importers(library) if not name.startswith(allowed)] == []


def test_only_the_clock_reads_the_system_time() -> None:
    pattern = re.compile(
        r"(date\.today\(|datetime\.(now|utcnow|today)\(|time\.time\(|Timestamp\.now)"
    )
    readers = {
        str(path.relative_to(ROOT)) for path in CODE if pattern.search(path.read_text("utf-8"))
    }
    assert readers == {"cockpit/clock.py"}


@pytest.mark.parametrize("forbidden", ["pickle", "marshal", "shelve", "unittest.mock"])
def test_no_code_imports_what_runs_or_fakes_code(forbidden: str) -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name != Path(__file__).name]
    found = [str(path) for path in (*CODE, *tests) if forbidden in imports(path)]
    assert found == []


def test_no_code_evaluates_text() -> None:
    called = {
        str(path.relative_to(ROOT))
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile"}
    }
    assert called == set()


def test_no_file_names_an_outside_host_of_packages_or_a_machine_path() -> None:
    pattern = re.compile(r"pypi\.org|pythonhosted|npmjs|deb\.debian|/(?:root|work|home/\w+)/")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    text = {".py", ".toml", ".md", ".lock", ".css", ".js", ".sh", ".yml", ".service", ""}
    kept = [ROOT / name for name in listed if Path(name).suffix in text and (ROOT / name).is_file()]
    found = [
        str(path.relative_to(ROOT))
        for path in kept
        if path.name != Path(__file__).name and pattern.search(path.read_text("utf-8", "ignore"))
    ]
    assert found == []
