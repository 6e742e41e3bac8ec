"""The MLLP server: one process per source, `python -m cockpit.connect.hl7.listener NAME`.

A message is answered only once its movement is on the disk. Those that wait, of all connections,
share one transaction (group commit): the disk is asked once for many of them. When the spool cannot
be written the connection is closed without an answer, so that the sender keeps its messages.
"""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import ssl
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import cast

import structlog

from cockpit import clock, log, settings
from cockpit.connect.config import load_source
from cockpit.connect.contract import Asked
from cockpit.connect.hl7 import key as hl7_key
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7 import tls
from cockpit.connect.hl7.ack import acknowledgment
from cockpit.connect.hl7.config import Hl7Config, bind_address
from cockpit.connect.hl7.frames import BadFrame, Frames, framed
from cockpit.connect.hl7.movements import Heard, Pseudonyms, hear
from cockpit.connect.hl7.spool import Spool
from cockpit.errors import BadSource, CockpitError, SourceUnavailable
from cockpit.settings import Home

MOST_CONNECTIONS = 64
_CHUNK = 1 << 16
_MOST_PENDING = 512  # messages of one connection that share a commit
_FINISH_S = 30.0  # a message that began must end
_IDLE_S = 3600.0 * 12  # nobody is admitted at night, and the GAM keeps its connection
_POLL_S = 0.2
_REPORT_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass
class _GroupCommit:
    """Messages of all connections, written together; one thread owns the spool's file."""

    spool: Spool
    thread: ThreadPoolExecutor
    _waiting: list[tuple[Sequence[Heard], asyncio.Future[None]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def keep(self, heard: Sequence[Heard]) -> None:
        """Return when they are on the disk. Raises what kept them from it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((heard, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            whole = [one for heard, _ in taken for one in heard]
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self.thread, self.spool.add, whole, _now())
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody is answered
                for _, done in taken:
                    _fail(done, error)
            else:
                for _, done in taken:
                    if not done.done():
                        done.set_result(None)


def _fail(done: asyncio.Future[None], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)


@dataclass
class _Server:
    """What the connections of one listener share."""

    source: str
    config: Hl7Config
    names: Pseudonyms
    commit: _GroupCommit
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    taken: int = 0
    refused: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self.connections.add(task)
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        try:
            if self._is_welcome(peer):
                await self._converse(reader, writer)
        except asyncio.CancelledError:
            pass  # the listener stops; asyncio would print the trace of a cancelled connection
        except BadFrame:
            _log.warning("hl7 connection closed", source=self.source, peer=peer, why="not MLLP")
        except TimeoutError:
            _log.warning("hl7 connection closed", source=self.source, peer=peer, why="silent")
        except OSError:
            pass  # the peer went away: what was not answered will come again
        except Exception as error:  # noqa: BLE001 - the spool; its message is never logged
            why = type(error).__name__
            _log.error("hl7 connection closed unanswered", source=self.source, why=why)
        finally:
            self.connections.discard(task)
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), _POLL_S)

    def _is_welcome(self, peer: str) -> bool:
        allowed = [ipaddress.ip_network(text) for text in self.config.peers]
        address = ipaddress.ip_address(peer.partition("%")[0])
        listed = not allowed or any(address in network for network in allowed)
        if listed and len(self.connections) <= MOST_CONNECTIONS:
            return True
        why = "too many connections" if listed else "not an allowed peer"
        _log.warning("hl7 connection refused", source=self.source, peer=peer, why=why)
        return False

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        finish_by: float | None = None
        while True:
            wait = _IDLE_S if finish_by is None else finish_by - _clock()
            chunk = await asyncio.wait_for(reader.read(_CHUNK), max(wait, 0))
            if not chunk:
                return
            found = frames.feed(chunk)
            for first in range(0, len(found), _MOST_PENDING):
                await self._answer(found[first : first + _MOST_PENDING], writer)
            if found or finish_by is None:
                finish_by = _clock() + _FINISH_S
            if not frames.is_inside:
                finish_by = None

    async def _answer(self, messages: Sequence[bytes], writer: asyncio.StreamWriter) -> None:
        now = _now()
        processing = frozenset(self.config.processing)
        heard = [hear(data, self.names, now, processing) for data in messages]
        await self.commit.keep(heard)
        self.taken += len(heard)
        self.refused += sum(one.problem is not None for one in heard)
        for one in heard:
            writer.write(framed(acknowledgment(one.message, one.problem, now)))
        await asyncio.wait_for(writer.drain(), _FINISH_S)

    def report(self) -> None:
        """How many since the last report, in the log."""
        if self.taken:
            _log.info("hl7 received", source=self.source, messages=self.taken, refused=self.refused)
        self.taken = self.refused = 0


def _now() -> int:
    return int(clock.now().timestamp())


def _clock() -> float:
    return asyncio.get_running_loop().time()


def listen(home: Home, source_name: str, config: Hl7Config, stop: Event) -> None:
    """Take messages until `stop` is set.

    Raises BadSource for an address that the operator did not open or a certificate that cannot be
    used, SourceUnavailable when the address is taken, SourceRefused when the spool is damaged or
    its key is another one.
    """
    asked = Asked(home, source_name)
    address, context = bind_address(asked, config), tls.context(asked, config)
    names = hl7_key.pseudonyms(home)
    with hl7_spool.opened(home, source_name) as spool, ThreadPoolExecutor(1) as thread:
        server = _Server(source_name, config, names, _GroupCommit(spool, thread))
        asyncio.run(_run(server, address, context, stop))


async def _run(
    server: _Server, address: tuple[str, int], context: ssl.SSLContext | None, stop: Event
) -> None:
    host, port = address
    patience_s = _FINISH_S if context else None
    try:
        listening = await asyncio.start_server(
            server.serve, host, port, limit=_CHUNK, ssl=context, ssl_handshake_timeout=patience_s
        )
    except OSError as error:
        raise SourceUnavailable(
            source=server.source, reason=f"l'adresse d'écoute {host}:{port} est prise ou interdite"
        ) from error
    _log.info("hl7 listening", source=server.source, host=host, port=port, tls=bool(context))
    next_report = _clock() + _REPORT_S
    while not stop.is_set():
        await asyncio.sleep(_POLL_S)
        if _clock() >= next_report:
            server.report()
            next_report = _clock() + _REPORT_S
    listening.close()
    for task in list(server.connections):
        task.cancel()  # what is on the disk and not answered will come again: it counts once
    await asyncio.gather(*server.connections, return_exceptions=True)
    server.report()
    _log.info("hl7 stopped", source=server.source)


def main(arguments: Sequence[str]) -> int:
    """The process of one source; 0 when it was asked to stop, 1 with a sentence otherwise."""
    log.configure()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_ask, stop))
    home = settings.home()
    try:
        name = arguments[0] if len(arguments) == 1 else ""
        source = load_source(home.sources / f"{name}.toml")
        if source.connector != "hl7":
            raise BadSource(file=f"{name}.toml", field="connector", expected="hl7")
        listen(home, name, Hl7Config.model_validate(source.settings), stop)
    except CockpitError as error:
        _log.error("hl7 listener stopped", **error.log_line())
        sys.stderr.write(error.sentence() + "\n")
        return 1
    return 0


def _ask(stop: Event, number: int, _frame: object) -> None:
    del number
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
