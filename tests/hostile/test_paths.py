"""Attack 8: a path setting, or what lies in the drop folder, that points outside COCKPIT_HOME."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from cockpit.connect import guard
from cockpit.connect.contract import Asked
from cockpit.errors import BadDelivery
from cockpit.settings import Home
from connectors.csv import CONNECTOR, CsvConfig

SECRET = "canari-hors-du-dossier"
OUTSIDE = [
    "../secret.csv", "../../etc/shadow", "/etc/shadow", "//etc/shadow", "~/x", "~root/.ssh/id", "..",
    "drop/..", "drop/../../x", "drop/../x", "./../x", "drop/./../../x", "drop\\..\\x", "..\\x",
    "C:\\x", "C:/x", "file:///etc/passwd", "http://x/y", "\\\\server\\share", "drop/\0x", "drop/\n",
    "drop/\r\nx", "drop/\tx", "\x1b[2J", "", " ", "\u202etxt.vsc", "drop/**", "**/x", "drop/**/x",
    "/proc/self/environ", "/dev/stdin", "drop/*/../../x", "drop/..*/../../..", "../*", "/*",
    "drop/x:y", "\u2028", "drop/\u200b", "....//x/../..",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_could_leave_is_refused_when_written(path: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its French sentence is the settings' own
        CsvConfig(path=path)


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Home:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text(f"jour;uf;n\n{SECRET};1;1\n")
    return Home(tmp_path / "home").prepare()


def _kept(home: Home, path: str = "drop/*") -> list[str]:
    """Every cell that came out."""
    found = []
    asked = Asked(home, "essai", ("jour", "uf", "n"))
    for one in CONNECTOR.read(asked, CsvConfig(path=path)):
        if not isinstance(one, BadDelivery):
            found += [cell for part in one.parts for cell in part.table["jour"].to_pylist()]
    return found


def test_no_link_pipe_or_device_of_the_drop_folder_is_read(home: Home) -> None:
    outside = home.root.parent / "outside"
    (home.drop / "a.csv").symlink_to(outside / "secret.csv")
    (home.drop / "b").symlink_to(outside, target_is_directory=True)
    (home.drop / "c.csv").symlink_to("../../outside/secret.csv")
    (home.drop / "d.csv").symlink_to("d.csv")
    (home.drop / "e.csv").symlink_to("/dev/zero")
    (home.drop / "f.csv").symlink_to("/proc/self/environ")
    os.mkfifo(home.drop / "g.csv")
    (home.drop / "h.csv").symlink_to("nowhere")
    (home.drop / "z.csv").write_text("jour;uf;n\nbon;1;1\n")
    assert _kept(home) == ["bon"]
    assert _kept(home, "drop/?/*") == []
    assert _kept(home, "drop/b/secret.csv") == []


def test_a_link_to_a_file_inside_is_followed(home: Home) -> None:
    (home.root / "kept.csv").write_text("jour;uf;n\nbon;1;1\n")
    (home.drop / "a.csv").symlink_to("../kept.csv")
    assert _kept(home) == ["bon"]


@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_a_link_swapped_in_between_never_escapes(home: Home, swapped: str) -> None:
    """1,000 openings while another thread swaps a good file (or its folder) for a link outside."""
    outside = home.root.parent / "outside"
    place = home.drop / "sub"
    place.mkdir()
    good = place / "secret.csv"
    good.write_text("jour;uf;n\nbon;1;1\n")
    target = good if swapped == "file" else place
    aside, link = home.root / "aside", home.root / "link"
    stop = threading.Event()

    def swap() -> None:
        to = outside / "secret.csv" if swapped == "file" else outside
        while not stop.is_set():
            link.symlink_to(to)
            target.rename(aside)
            link.rename(target)
            target.unlink()
            aside.rename(target)

    thread = threading.Thread(target=swap)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the two threads meet between any two calls
    thread.start()
    read = refused = 0
    try:
        until = time.monotonic() + 15  # both outcomes must be seen, however threads are scheduled
        while read + refused < 1000 or (min(read, refused) < 5 and time.monotonic() < until):
            try:
                with guard.opened(home, "drop/sub/secret.csv") as found:
                    assert SECRET.encode() not in found.stream.read()
                    read += 1
            except BadDelivery:
                refused += 1
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(usual)
    print(f"{read} read, {refused} refused, 0 escaped")
    assert read
    assert refused
