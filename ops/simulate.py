"""`tripo simulate`: a seeded world of cities, live on Kafka. In: the decisions on its orders, and the offers.
Out: drivers', riders' and orders' events."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Annotated

import polars as pl
import typer
from confluent_kafka import KafkaException

from ops.city import answers, quoting
from ops.city.mix import OFFER_S
from ops.city.world import Events, World
from ops.following import ALL, Follower
from ops.meters import is_ready
from ops.reading import LogError
from ops.summary import fail, summarise
from ops.ticks import Ticks
from streams.publish import Publisher
from streams.settings import settings

TICK_S = 0.2
HEARD = {"matching.decisions": ("order_id", "driver_id", "stop"), "matching.offers": answers.HEARD, "pricing.decisions": quoting.HEARD}


class Simulation:
    """A world connected to Kafka."""

    def __init__(self, world: World, publisher: Publisher, heard: Follower) -> None:
        """``heard`` follows the topics of HEARD."""
        self._world, self._publisher, self._heard = world, publisher, heard
        self.published: Counter[str] = Counter()  # records by topic

    def run(self, ticks: Ticks) -> None:
        """Open the cities, let them live at every tick, and close them in order."""
        self._publish(self._world.open())
        self._publish(abandoned(self._world.market_names))
        for now in ticks:
            news = self._news()
            self._publish(self._world.advance(now, *(news.get(topic) for topic in HEARD)))
        self._publish(self._world.close(time.time_ns() // 1_000_000))
        self._publisher.flush()

    def _news(self) -> dict[str, pl.DataFrame]:
        """What was heard since the last look, by topic."""
        parts = defaultdict(list)
        for part in self._heard.poll(0):
            parts[part.topic].append(part.frame.select(HEARD[part.topic]))
        return {topic: pl.concat(frames) for topic, frames in parts.items()}

    def _publish(self, events: Events) -> None:
        for topic, frame in events.items():
            self.published[topic] += self._publisher.publish(topic, frame)


def simulate(
    *,
    markets: Annotated[int, typer.Option(min=1, help="cities")] = 4,
    drivers: Annotated[int, typer.Option(min=1, help="drivers of each city")] = 250,
    orders_per_minute: Annotated[float, typer.Option(min=0, help="of all cities together, at a mean hour of the day")] = 240.0,
    speed: Annotated[float, typer.Option(min=0.1, help="the cities' seconds in a real one: driving, waiting, hours of the day")] = 1.0,
    offer_s: Annotated[float, typer.Option(min=0, help="the cities' seconds that drivers have to accept; 0: nobody is asked")] = OFFER_S,
    ahead: Annotated[bool, typer.Option(help="some rides are wanted later, and meals when they are ready, at their merchants")] = True,
    quotes: Annotated[bool, typer.Option(help="riders ask the pricing agent first; there are weather, events, competitors")] = False,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so many; 0: at Ctrl-C")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="of all that is random")] = 1,
    ready: Annotated[list[int] | None, typer.Option(help="begin once the worker with this metrics port is ready; may be repeated")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="end with one JSON object")] = False,
) -> None:
    """Feed simulated cities: drivers and riders that react to what is decided. At the end riders leave and drivers go home."""
    now = time.time_ns() // 1_000_000
    world = World(
        now, cities=markets, drivers=drivers, orders_per_minute=orders_per_minute, speed=speed, seed=seed, run=run_name(now),
        offer_s=offer_s, ahead=ahead, quotes=quotes,
    )  # fmt: skip
    ticks = Ticks(TICK_S, seconds).stop_on_signals()
    try:
        heard = Follower(HEARD)
        with Publisher() as publisher:
            simulation = Simulation(world, publisher, heard)
            ticks.wait_until(lambda: all(map(is_ready, ready or ())))
            simulation.run(ticks)
        heard.close()
    except (KafkaException, LogError) as error:
        fail(f"cannot feed Kafka at {settings().brokers}: {error}")
    figures = {"markets": markets, "records": simulation.published.total()}
    summarise("Simulated cities", figures | dict(sorted(simulation.published.items())), as_json=as_json)


def abandoned(markets: Collection[str]) -> Events:
    """What ends the orders that drivers of these markets still hold, from a run that was killed: their drivers cancel. Raises LogError."""
    follower = Follower(["matching.drivers"], back={"matching.drivers": ALL})
    parts = follower.read_to_end()
    follower.close()
    if not parts:
        return {}
    last = pl.concat([part.frame for part in parts]).unique("driver_id", keep="last")
    held = last.filter(pl.col("order_id").is_not_null() & pl.col("market").is_in(list(markets)))
    now = pl.lit(time.time_ns() // 1_000_000, dtype=pl.Int64)
    changes = held.select("order_id", "market", ts=now, change=pl.lit("CANCELLED_BY_DRIVER")).sort("order_id")
    return {"order-changes": changes} if changes.height else {}


def run_name(now_ms: int) -> str:
    """Names a run inside its orders' ids, so that two runs' orders differ: the start in ms, in base 36."""
    digits = ""
    while now_ms:
        now_ms, digit = divmod(now_ms, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
