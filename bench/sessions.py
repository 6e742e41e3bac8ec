"""Many people at once: each makes a gesture on Synthèse, looks at it for 5 s, makes another.

The clients speak Streamlit's protocol from this process, on the same cores as the server: what is
measured holds for less than the machine. One server process.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from statistics import median, quantiles

import psutil

from bench.rows import Row, show
from bench.stock import servers
from bench.stock.servers import Server
from bench.web import PERIODS, connected, rerun

TITLE = "Le serveur : beaucoup de monde à la fois, un geste toutes les 5 s"
THINK_S, LASTS_S, ARRIVE_S = 5.0, 60.0, 20.0
_TILE = b"ck-tile"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Milliseconds of each gesture after the arrivals; failures; the server's resident MB."""

    times_ms: list[float]
    errors: int
    memory_mb: float


def run() -> list[Row]:
    """Start the server, let them come, stop it; the rows."""
    with servers.home() as home, servers.cockpit(home) as ours:
        hundred = asyncio.run(_crowd(ours, 100))
        two = asyncio.run(_crowd(ours, 200))
    return [
        _ms("100 sessions, p50", median(hundred.times_ms), 15),
        _ms("100 sessions, p95", _p95(hundred), 60),
        _ms("200 sessions, p50", median(two.times_ms)),
        _ms("200 sessions, p95", _p95(two), 150),
        Row("200 sessions, erreurs", two.errors, "", bar="0", met=not two.errors),
        Row("200 sessions, gestes", len(two.times_ms), ""),
        Row(
            "200 sessions, mémoire résidente",
            two.memory_mb,
            "Mo",
            bar="≤ 500 Mo",
            met=two.memory_mb <= 500,
        ),
    ]


def _ms(name: str, value: float, bar: float = 0) -> Row:
    return Row(name, value, "ms", bar=f"≤ {bar:g} ms" if bar else "", met=value <= bar or not bar)


def _p95(crowd: Crowd) -> float:
    return quantiles(crowd.times_ms, n=20)[-1]


async def _crowd(server: Server, people: int) -> Crowd:
    """They arrive over 20 s; what they wait for is counted once all are there."""
    loop = asyncio.get_running_loop()
    begins = loop.time() + ARRIVE_S
    times: list[float] = []
    failures: list[BaseException] = []
    chance = random.Random(people)

    async def person(arrives: float) -> None:
        await asyncio.sleep(arrives)
        try:
            async with connected(server) as socket:
                number = 0
                while loop.time() < begins + LASTS_S:
                    took = await rerun(socket, PERIODS[number % 2], _TILE)
                    if loop.time() > begins:
                        times.append(took)
                    number += 1
                    await asyncio.sleep(THINK_S * chance.uniform(0.5, 1.5))
        except Exception as error:  # noqa: BLE001 - counted, whatever it is
            failures.append(error)

    await asyncio.gather(*(person(ARRIVE_S * 0.9 * one / people) for one in range(people)))
    memory = psutil.Process(server.pid).memory_info().rss / 1e6
    return Crowd(times, len(failures), memory)


if __name__ == "__main__":
    show(TITLE, run())
