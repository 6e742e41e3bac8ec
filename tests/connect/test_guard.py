from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cockpit.connect import guard
from cockpit.errors import BadDelivery
from cockpit.settings import Home

HOSTILE = [
    "", " ", "/etc/passwd", "../x", "..", "drop/../../x", "drop/..", "~/x", "~root/x", "drop/../x",
    "C:/x", "C:\\x", "\\\\host\\part", "drop\\x", "drop/\0x", "drop/\nx", "drop/\rx", "drop/\x1bx",
    "file:///etc/passwd", "http://h/x", "//etc/passwd", "/", "drop/**", "**/*.csv", "..%2f..:x",
    "drop/\u202ex", "a/../../b", "\t", "drop/\x7f",
]  # fmt: skip


def _read(home: Home, name: str, largest: int = guard.LARGEST_BYTES) -> bytes:
    with guard.opened(home, name, largest) as found:
        content = found.stream.read()
        found.refuse_changed()
    return content


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "secret.csv").write_text("a;b\n1;2\n")
    return Home(tmp_path / "home").prepare()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_path_that_could_leave_the_home_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="chemin"):
        guard.relative_pattern(text)


@pytest.mark.parametrize(
    "name", ["../secret.csv", "drop/../../secret.csv", "drop", "drop/none.csv", "drop/a\0b"]
)
def test_reading_a_name_outside_or_no_file_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadDelivery):
        _read(home, name)


def test_files_come_in_name_order_without_temporary_ones(home: Home) -> None:
    for name in ("b.csv", "a.csv", "~$a.csv", ".c.csv"):
        (home.drop / name).write_text("x")
    (home.drop / "d.csv").mkdir()
    assert guard.matching(home, "drop/*.csv") == ["drop/a.csv", "drop/b.csv"]


def test_a_link_inside_is_followed_and_one_outside_is_refused(home: Home) -> None:
    (home.drop / "real.csv").write_text("x")
    (home.drop / "in.csv").symlink_to(home.drop / "real.csv")
    (home.drop / "out.csv").symlink_to(home.root.parent / "secret.csv")
    (home.drop / "far").symlink_to(home.root.parent)
    (home.drop / "loop.csv").symlink_to(home.drop / "loop.csv")
    assert _read(home, "drop/in.csv") == b"x"
    for name in ("drop/out.csv", "drop/far/secret.csv", "drop/loop.csv"):
        with pytest.raises(BadDelivery):
            _read(home, name)


def test_a_pipe_and_a_too_large_file_are_refused(home: Home) -> None:
    os.mkfifo(home.drop / "pipe.csv")
    (home.drop / "big.csv").write_text("x" * 100)
    with pytest.raises(BadDelivery, match="ordinaire"):
        _read(home, "drop/pipe.csv")
    with pytest.raises(BadDelivery, match="d'au plus"):
        _read(home, "drop/big.csv", largest=99)


def test_a_link_swapped_while_reading_never_gives_what_lies_outside(home: Home) -> None:
    (home.drop / "inside.csv").write_text("inside")
    target, stop = home.drop / "a.csv", threading.Event()

    def swap() -> None:
        outside, inside = home.root.parent / "secret.csv", home.drop / "inside.csv"
        while not stop.is_set():
            for place in (outside, inside):
                spare = home.drop / "spare"
                spare.symlink_to(place)
                spare.replace(target)

    target.symlink_to(home.drop / "inside.csv")
    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for _ in range(1000):
            try:
                assert _read(home, "drop/a.csv") == b"inside"
            except BadDelivery:
                continue
    finally:
        stop.set()
        swapper.join()
