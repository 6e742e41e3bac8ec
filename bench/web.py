"""What a gesture on Synthèse costs the server, beside a stock page of twelve HTML cards.

The client speaks Streamlit's own protocol over one websocket, compressed as a browser's is: it
sends a rerun and reads until the script has finished. The two servers run together and are asked
in turns, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bench.rows import Row, against, show
from bench.stock import servers
from bench.stock.servers import Server

TITLE = "Réexécution sur le serveur (référence : page Streamlit de 12 cartes HTML)"
ROUNDS, PER_ROUND, WARM = 6, 50, 20
MOST_MS, MOST_CPU = 20.0, 1.5
SAME = ("",)
PERIODS = ("period=month", "period=day")


@dataclass(frozen=True, slots=True)
class Turns:
    """Milliseconds of each rerun, and milliseconds of processor per rerun."""

    times_ms: tuple[float, ...]
    cpu_ms: float

    @property
    def p50(self) -> float:
        """The median time."""
        return median(self.times_ms)

    @property
    def p95(self) -> float:
        """The time that one rerun in twenty exceeds."""
        return quantiles(self.times_ms, n=20)[-1]


def run() -> list[Row]:
    """Start the servers, measure, stop them; the rows."""
    with servers.home() as home, servers.cockpit(home) as ours, servers.stock("cards") as stock:
        same, other, reference = asyncio.run(_measure(ours, stock))
    return [
        _time("Synthèse, même adresse, p50", same.p50, reference.p50, bar=True),
        _time("Synthèse, même adresse, p95", same.p95, reference.p95),
        _time("Synthèse, changement de période, p50", other.p50, reference.p50, bar=True),
        _time("Synthèse, changement de période, p95", other.p95, reference.p95),
        against(
            "Processeur par geste, même adresse", same.cpu_ms, "ms", reference.cpu_ms, MOST_CPU
        ),
        against(
            "Processeur par geste, changement de période",
            other.cpu_ms,
            "ms",
            reference.cpu_ms,
            MOST_CPU,
        ),
    ]


def _time(name: str, value: float, reference: float, *, bar: bool = False) -> Row:
    if not bar:
        return against(name, value, "ms", reference)
    met = value <= MOST_MS
    return Row(name, value, "ms", reference, value / reference, f"≤ {MOST_MS:.0f} ms", met)


async def _measure(ours: Server, stock: Server) -> tuple[Turns, Turns, Turns]:
    """Same address, other period, reference: one after the other, `ROUNDS` times."""
    asked = (
        (ours, SAME, b"ck-tile"),
        (ours, PERIODS, b"ck-tile"),
        (stock, SAME, b'class="card"'),
    )
    async with connected(ours) as one, connected(stock) as two:
        sockets = (one, one, two)
        for socket, (_, queries, sign) in zip(sockets, asked, strict=True):
            await _turns(socket, queries, sign, WARM)
        parts: list[list[Turns]] = [[], [], []]
        for _ in range(ROUNDS):
            for part, socket, (server, queries, sign) in zip(parts, sockets, asked, strict=True):
                part.append(await _timed(server, socket, queries, sign))
    same, other, reference = map(_together, parts)
    return same, other, reference


def connected(server: Server) -> connect:
    """A session: the websocket that a browser would open."""
    address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
    return connect(
        address,
        max_size=None,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(server.url),
    )


async def _timed(
    server: Server, socket: ClientConnection, queries: Sequence[str], sign: bytes
) -> Turns:
    before = server.cpu_s()
    times = await _turns(socket, queries, sign, PER_ROUND)
    return Turns(tuple(times), 1000 * (server.cpu_s() - before) / PER_ROUND)


async def _turns(
    socket: ClientConnection, queries: Sequence[str], sign: bytes, count: int
) -> list[float]:
    return [await rerun(socket, queries[at % len(queries)], sign) for at in range(count)]


async def rerun(socket: ClientConnection, query: str, sign: bytes) -> float:
    """Milliseconds from the request to the end of the script; what was drawn must hold `sign`."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    start = time.perf_counter()
    await socket.send(asked.SerializeToString())
    seen = False
    while True:
        body = await socket.recv(decode=False)
        seen = seen or sign in body
        message = ForwardMsg.FromString(body)
        if message.WhichOneof("type") == "script_finished":
            took = 1000 * (time.perf_counter() - start)
            if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY or not seen:
                raise RuntimeError(f"?{query}: {message.script_finished}, drawn: {seen}")
            return took


def _together(parts: Sequence[Turns]) -> Turns:
    """All times; the median round's processor, which one disturbed round does not move."""
    times = tuple(took for part in parts for took in part.times_ms)
    return Turns(times, median(part.cpu_ms for part in parts))


if __name__ == "__main__":
    show(TITLE, run())
