"""What stands between a phone and the server: carries, goes silent as a tunnel does, or hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any, Literal, TypeVar

_CHUNK = 65_536

State = Literal["open", "silent", "shut"]
Given = TypeVar("Given")


class Front:
    """One address of its own, in front of a server of this machine that may come and go.

    "open" carries; "silent" loses every byte and answers nothing, as where there is no network;
    "shut" hangs up on who is connected and on who tries.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._state: State = "open"
        self._heard = asyncio.Event()
        self._wires: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def turn(self, state: State) -> None:
        """From now on. A wire that was silent is gone: no byte of it is delivered late."""

        async def turned() -> None:
            was, self._state = self._state, state
            if state == "silent":
                self._heard.clear()
            else:
                self._heard.set()
            if state == "shut" or was == "silent":
                for wire in list(self._wires):
                    wire.transport.abort()

        self._do(turned())

    def close(self) -> None:
        """Hang up for good."""
        self.turn("shut")
        self._server.close()
        self._do(asyncio.sleep(0.05))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Given]) -> Given:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._wires.add(writer)
        there = None
        try:
            if self._state == "shut":
                return
            with suppress(OSError):
                out, there = await asyncio.open_connection("127.0.0.1", self._to)
                self._wires.add(there)
                await asyncio.gather(self._pump(reader, there), self._pump(out, writer))
        finally:
            for wire in (writer, there):
                if wire is not None:
                    self._wires.discard(wire)
                    wire.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await source.read(_CHUNK):
                if self._state == "open":
                    to.write(some)
                    await to.drain()
            if self._state == "silent":  # even the end is not heard
                await self._heard.wait()
        to.close()
