"""The MLLP server over real sockets: answers, faults, kill -9, and 500 messages/s for a minute."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hl7.client import MLLPClient  # type: ignore[import-untyped]

from cockpit import children, listeners
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked, Delivery
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.frames import Frames, framed
from cockpit.connect.hl7.listener import MOST_CONNECTIONS, listen
from cockpit.errors import BadSource, SourceUnavailable
from cockpit.settings import Home
from connectors.hl7 import CONNECTOR
from tests.connectors.hl7_messages import CANARIES, adt

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).prepare()
    home.structure.write_text("unit;parent;level;label\n2110;;uf;Médecine\n", "utf-8")
    return home


def _until_open(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("the listener did not open")


@contextmanager
def listening(home: Home, **settings: object) -> Iterator[int]:
    """A listener in a thread; its port."""
    port = free_port()
    config = Hl7Config.model_validate({"listen": f"127.0.0.1:{port}", **settings})
    stop = threading.Event()
    thread = threading.Thread(target=listen, args=(home, "gam", config, stop))
    thread.start()
    try:
        _until_open(port)
        yield port
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        yield line


def answer(line: socket.socket) -> bytes:
    """Bytes up to the end of one frame; what is there when the peer closes."""
    found = b""
    while not found.endswith(b"\x1c\r"):
        with suppress(ConnectionResetError):
            if chunk := line.recv(1 << 16):
                found += chunk
                continue
        break
    return found


def records(home: Home, source: str = "gam") -> int:
    with hl7_spool.opened(home, source) as spool:
        return sum(len(one) for one in spool.visits())


def message(number: int) -> bytes:
    return adt("A01", f"202601{1 + number % 28:02}0825", visit=f"V{number}", movement=f"M{number}",
               control=f"C{number}")  # fmt: skip


def test_the_client_of_the_hl7_library_is_answered_and_its_message_is_kept(home: Home) -> None:
    with listening(home) as port:
        with MLLPClient("127.0.0.1", port) as client:
            for number in range(5):
                sent = client.send_message(message(number).decode("iso8859-1"))
                assert b"ACK^A01^ACK" in sent
                assert f"MSA|AA|C{number}\r".encode() in sent
                assert records(home) == number + 1  # on the disk before the answer
        asked = Asked(home, "gam")
        assert CONNECTOR.check(asked, Hl7Config(listen=f"127.0.0.1:{port}")).ok
    assert not CONNECTOR.check(asked, Hl7Config(listen=f"127.0.0.1:{port}")).ok


def test_what_cannot_be_placed_is_answered_and_counted(home: Home) -> None:
    cases = {
        adt("A01", "20260115", visit="", control="7"): b"MSA|AE|7\r",
        adt("A01", "hier", control="8"): b"MSA|AE|8\r",
        adt("A01", "20260115", mode="D", control="9"): b"MSA|AR|9\r",
        b"pas du HL7": b"MSA|AR|\r",
        adt("A28", "20260115", control="10"): b"MSA|AA|10\r",
    }
    with listening(home) as port, connected(port) as line:
        for sent, expected in cases.items():
            line.sendall(framed(sent))
            found = answer(line)
            assert expected in found
            assert not [one for one in CANARIES if one.encode("iso8859-1") in found]
    with hl7_spool.opened(home, "gam") as spool:
        assert [one.field for one in spool.refused_since(0)] == ["PV1-19", "EVN-2", "MSH-11", ""]
    assert records(home) == 0


def test_frames_may_be_cut_or_joined_anywhere(home: Home) -> None:
    data = b"".join(framed(message(number)) for number in range(30))
    draw = random.Random(3)
    with listening(home) as port, connected(port) as line:
        place = 0
        while place < len(data):
            size = draw.choice((1, 2, 7, 100, 3000))
            line.sendall(data[place : place + size])
            place += size
        found = b""
        while found.count(b"\x1c\r") < 30:
            found += line.recv(1 << 16)
        order = [int(one.split(b"\r")[0]) for one in found.split(b"MSA|AA|C")[1:]]
    assert order == list(range(30))
    assert records(home) == 30


def test_the_end_of_a_frame_may_be_cut_anywhere() -> None:
    data = framed(b"un") + framed(b"deux\x1ctrois")
    for place in range(len(data)):
        frames = Frames()
        assert frames.feed(data[:place]) + frames.feed(data[place:]) == [b"un", b"deux\x1ctrois"]
        assert not frames.is_inside


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", message(1),
                                  framed(message(0)) + b"x", b"\x0b" + b"A" * (3 << 20)],
                         ids=["http", "tls", "unframed", "after", "endless"])  # fmt: skip
def test_who_does_not_speak_mllp_is_cut_off_alone(home: Home, data: bytes) -> None:
    with listening(home) as port, connected(port) as other:
        with connected(port) as line:
            with suppress(OSError):
                line.sendall(data)
            with suppress(OSError):
                while line.recv(1 << 16):
                    pass
        other.sendall(framed(message(2)))
        assert b"MSA|AA|C2\r" in answer(other)


def test_more_connections_than_the_limit_are_refused_and_the_others_stay(home: Home) -> None:
    with listening(home) as port:
        time.sleep(0.3)  # the connection that waited for the opening is gone
        lines = [
            socket.create_connection(("127.0.0.1", port), timeout=5)
            for _ in range(MOST_CONNECTIONS)
        ]
        for line in lines:
            line.sendall(framed(message(1)))
            assert b"MSA|AA" in answer(line)
        with connected(port) as late:
            assert answer(late) == b""
        lines[-1].sendall(framed(message(2)))
        assert b"MSA|AA" in answer(lines[-1])
        for line in lines:
            line.close()


def test_a_peer_that_is_not_listed_is_refused(home: Home) -> None:
    with listening(home, peers=["10.1.2.0/24"]) as port, connected(port) as line:
        with suppress(OSError):
            line.sendall(framed(message(1)))
        assert answer(line) == b""
    assert records(home) == 0
    with listening(home, peers=["127.0.0.0/8"]) as port, connected(port) as line:
        line.sendall(framed(message(1)))
        assert b"MSA|AA" in answer(line)


def listened(home: Home, source: str, config: Hl7Config, stop: threading.Event) -> None:
    """`listen` in a thread of its own: the browser tests leave an event loop in the first one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(listen, home, source, config, stop).result()


def test_an_address_of_the_network_must_be_opened_by_the_operator(home: Home) -> None:
    stop = threading.Event()
    stop.set()
    port = free_port()
    config = Hl7Config(listen=f"0.0.0.0:{port}")
    with pytest.raises(BadSource, match="allow"):
        listened(home, "gam", config, stop)
    (home.root / "cockpit.toml").write_text(f'[network]\nallow = ["0.0.0.0:{port}"]\n', "utf-8")
    listened(Home(home.root), "gam", config, stop)


def test_a_taken_port_is_said_so(home: Home) -> None:
    with listening(home) as port, pytest.raises(SourceUnavailable, match="prise"):
        listened(home, "autre", Hl7Config(listen=f"127.0.0.1:{port}"), threading.Event())


def test_a_spool_that_cannot_be_written_answers_nobody(home: Home) -> None:
    with listening(home) as port, connected(port) as line:
        line.sendall(framed(message(1)))
        assert b"MSA|AA" in answer(line)
        with hl7_spool.opened(home, "gam") as spool:
            spool._connection.execute("ALTER TABLE movement RENAME TO gone")
        line.sendall(framed(message(2)))
        assert answer(line) == b""  # closed without an answer: the sender keeps its message
        with hl7_spool.opened(home, "gam") as spool:
            spool._connection.execute("DROP TABLE movement")
            spool._connection.execute("ALTER TABLE gone RENAME TO movement")
        with connected(port) as again:
            again.sendall(framed(message(2)))
            assert b"MSA|AA|C2\r" in answer(again)
    assert records(home) == 2


def test_a_listener_whose_source_is_removed_answers_nobody(home: Home) -> None:
    """The worker ends it a moment later; meanwhile nothing is acknowledged and nothing is kept."""
    with listening(home) as port, connected(port) as line:
        line.sendall(framed(message(1)))
        assert b"MSA|AA|C1\r" in answer(line)
        CONNECTOR.forget(home, "gam")
        line.sendall(framed(message(2)))
        assert answer(line) == b""
    assert [one.name for one in (home.root / "hl7").iterdir()] == ["key"]


class Listener:
    """The real process, as the worker runs it, that can be killed and started again."""

    def __init__(self, home: Home) -> None:
        self.home, self.port = home, free_port()
        (home.sources / "gam.toml").write_text(
            'connector = "hl7"\nschedule = "*/15 * * * *"\nstale_after = "36h"\n'
            f'listen = "127.0.0.1:{self.port}"\n',
            "utf-8",
        )
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cockpit.connect.hl7.listener", "gam"],
            cwd=ROOT, env=os.environ | {"COCKPIT_HOME": str(self.home.root)}, stderr=subprocess.PIPE,
        )  # fmt: skip
        _until_open(self.port)

    def end(self, number: int = signal.SIGTERM) -> bytes:
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=20)
        return log


def test_a_listener_whose_settings_are_edited_starts_again_under_them(home: Home) -> None:
    """A new port is listened to and the old one closed; another label cuts no connection."""
    running: listeners.Listeners = {}
    first, second = free_port(), free_port()

    def kept(port: int, label: str = "GAM") -> int:
        path = home.sources / "gam.toml"
        path.write_text(
            f'connector = "hl7"\nlabel = "{label}"\nschedule = "0 5 * * *"\nstale_after = "36h"\n'
            f'listen = "127.0.0.1:{port}"\n',
            "utf-8",
        )
        listeners.keep(home, running, [load_source(path)])
        return running["gam"].child.process.pid

    try:
        before = kept(first)
        _until_open(first)
        with connected(first) as line:
            assert kept(first, "Admissions") == before
            line.sendall(framed(message(1)))
            assert b"MSA|AA|C1\r" in answer(line)
        assert kept(second, "Admissions") != before
        _until_open(second)
        with connected(second) as line:
            line.sendall(framed(message(2)))
            assert b"MSA|AA|C2\r" in answer(line)
        with pytest.raises(ConnectionRefusedError), connected(first):
            pass
    finally:
        children.end_all(one.child for one in running.values())
    assert records(home) == 2


def test_a_listener_that_dies_is_started_again(home: Home) -> None:
    running: listeners.Listeners = {}
    port = free_port()
    path = home.sources / "gam.toml"
    path.write_text(
        'connector = "hl7"\nschedule = "0 5 * * *"\nstale_after = "36h"\n'
        f'listen = "127.0.0.1:{port}"\n',
        "utf-8",
    )
    try:
        listeners.keep(home, running, [load_source(path)])
        _until_open(port)
        dead = running["gam"].child.process
        dead.kill()
        dead.wait(10)
        deadline = time.monotonic() + 20
        while running["gam"].child.process is dead and time.monotonic() < deadline:
            listeners.keep(home, running, [load_source(path)])
            time.sleep(0.05)
        _until_open(port)
    finally:
        children.end_all(one.child for one in running.values())


class Sender(threading.Thread):
    """A GAM: sends its numbers, `depth` at a time, until each is answered; reconnects."""

    def __init__(self, port: int, numbers: range, *, depth: int = 1, pause_s: float = 0) -> None:
        super().__init__()
        self.port, self.numbers, self.depth, self.pause_s = port, numbers, depth, pause_s
        self.acked: set[int] = set()
        self.sent = self.failed = 0
        self.next_at = time.monotonic()

    def run(self) -> None:
        waiting = list(self.numbers)
        while waiting:
            try:
                with connected(self.port) as line:
                    while waiting:
                        self._some(line, waiting)
                        waiting = [
                            one for one in waiting[: self.depth] if one not in self.acked
                        ] + waiting[self.depth :]
            except OSError:
                self.failed += 1
                time.sleep(0.05)

    def _some(self, line: socket.socket, waiting: list[int]) -> None:
        time.sleep(max(0, self.next_at - time.monotonic()))
        self.next_at = max(self.next_at, time.monotonic() - 1) + self.pause_s
        some = waiting[: self.depth]
        line.sendall(b"".join(framed(message(one)) for one in some))
        self.sent += len(some)
        found = b""
        while found.count(b"\x1c\r") < len(some):
            chunk = line.recv(1 << 16)
            if not chunk:
                raise ConnectionResetError
            found += chunk
            self._note(found)

    def _note(self, found: bytes) -> None:
        for one in found.split(b"\x1c\r")[:-1]:
            if b"MSA|AA|C" in one:
                self.acked.add(int(one.split(b"MSA|AA|C")[1].split(b"\r")[0]))


def _check_all_once(home: Home, numbers: range) -> None:
    """Every acknowledged message is in the spool, and counts once."""
    assert records(home) == len(numbers)
    config = Hl7Config(listen="127.0.0.1:1")
    (delivery,) = CONNECTOR.read(Asked(home, "gam", ("jour", "uf", "presents_minuit")), config)
    assert isinstance(delivery, Delivery)
    rows = [row for part in delivery.parts for row in part.table.to_pylist()]
    last = [row for row in rows if row["presents_minuit"]][-1]
    # everyone was admitted before the night of the 27th, except those of the 28th
    assert int(last["presents_minuit"]) == sum(one % 28 < 27 for one in numbers)
    assert (last["jour"], last["uf"]) == ("2026-01-27", "2110")


@pytest.mark.real
def test_kill_9_loses_no_acknowledged_message_and_counts_none_twice(home: Home) -> None:
    listener = Listener(home)
    numbers = range(3000)
    senders = [Sender(listener.port, range(n, 3000, 4), depth=1 + n * 5) for n in range(4)]
    for one in senders:
        one.start()
    for _ in range(4):
        time.sleep(0.25)
        listener.end(signal.SIGKILL)
        acked = set().union(*(one.acked.copy() for one in senders))
        assert records(home) >= len(acked)
        listener.start()
    for one in senders:
        one.join(60)
    acked = set().union(*(one.acked for one in senders))
    log = listener.end()
    assert acked == set(numbers)
    assert sum(one.failed for one in senders) > 0
    print(f"resent after kills: {sum(one.sent for one in senders) - len(numbers)}")
    assert listener.process.returncode == 0, log
    assert not [one for one in CANARIES if one.encode() in log]
    _check_all_once(home, numbers)


@pytest.mark.real
@pytest.mark.slow
def test_500_messages_a_second_for_a_minute_without_a_loss(home: Home) -> None:
    """Five connections that wait for each answer, 100 messages/s each, for 60 s."""
    listener = Listener(home)
    per_line, pause_s = 6000, 0.01
    senders = [
        Sender(listener.port, range(n * per_line, (n + 1) * per_line), pause_s=pause_s)
        for n in range(5)
    ]
    began = time.monotonic()
    for one in senders:
        one.start()
    for one in senders:
        one.join(180)
    seconds = time.monotonic() - began
    acked = sum(len(one.acked) for one in senders)
    listener.end()
    print(f"{acked} acknowledged in {seconds:.1f} s: {acked / seconds:.0f} messages/s")
    assert acked == 30000
    assert acked / seconds > 490  # the senders keep time by themselves: 500 at best
    _check_all_once(home, range(30000))


@pytest.mark.real
def test_the_rate_of_senders_that_never_pause(home: Home) -> None:
    listener = Listener(home)
    senders = [Sender(listener.port, range(n * 500, (n + 1) * 500)) for n in range(8)]
    began = time.monotonic()
    for one in senders:
        one.start()
    for one in senders:
        one.join(60)
    rate = 4000 / (time.monotonic() - began)
    listener.end()
    print(f"{rate:.0f} messages/s over 8 connections, one at a time each")
    assert rate > 500
    _check_all_once(home, range(4000))
