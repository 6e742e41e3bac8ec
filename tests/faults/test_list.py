"""The list of faults: each has its test, and the count is printed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

FAULTS = {f"f{number:02d}" for number in range(1, 23)}
NAME = re.compile(r"test_(f\d\d)_")


def faults_named() -> dict[str, int]:
    """How many tests name each fault."""
    found: dict[str, int] = {}
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match = NAME.match(node.name) if isinstance(node, ast.FunctionDef) else None
            if match:
                found[match[1]] = found.get(match[1], 0) + 1
    return found


def test_every_fault_of_the_list_has_its_test(capsys) -> None:
    found = faults_named()
    with capsys.disabled():
        print(
            f"\nfaults F1-F22: {len(FAULTS & set(found))}/{len(FAULTS)}, {sum(found.values())} tests"
        )
    assert FAULTS - set(found) == set()
