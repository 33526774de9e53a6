"""The steady load of `tripo bench pricing`, in a process of its own: a ``Plan`` (JSON) in; records, and how late they were, out.

As bench/pace.py: the times of sending are fixed beforehand, so whoever falls behind shows as age.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from confluent_kafka import Producer

from bench.pricing_events import Traffic
from streams.avro import codec
from streams.settings import settings

SLICE_MS = 200
TICK_S = 0.002
ANSWER_MS = 4000  # riders think so long


@dataclass(frozen=True, slots=True)
class Plan:
    """``quotes`` and ``moves`` a second for ``seconds`` from ``start_ms`` (epoch) on, over ``markets``."""

    start_ms: int
    seconds: int
    quotes: int
    moves: int
    markets: int
    drivers: int
    seed: int

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))


Due = tuple[float, str, bytes, bytes]  # ms, topic, key, value


class Slices:
    """The records of a plan, slice by slice."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.traffic = Traffic(plan.markets, plan.drivers, plan.seed)
        self.asked: deque[pl.DataFrame] = deque()

    def slice(self, number: int) -> list[Due]:
        """Its records in order of time."""
        plan = self.plan
        start = plan.start_ms + number * SLICE_MS
        quotes = self.traffic.quotes(f"s{number}", self._times(start, plan.quotes))
        self.asked.append(quotes)
        frames = {
            "quote-requests": quotes,
            "driver-moves": self.traffic.moves(self._times(start, plan.moves)),
            "competitor-prices": self.traffic.competitors(self._times(start, 20)),
        }
        if len(self.asked) > ANSWER_MS // SLICE_MS:
            frames["quote-answers"] = self.traffic.answers(self.asked.popleft(), ANSWER_MS)
        due: list[Due] = []
        for topic, frame in frames.items():
            keys = [name.encode() for name in frame["market"]]
            values = codec(topic).encode(frame).values()
            due += zip(map(float, frame["ts"].to_list()), [topic] * len(keys), keys, values, strict=True)
        return sorted(due, key=lambda one: one[0])

    def _times(self, start: int, rate: int) -> np.typing.NDArray[np.int64]:
        count = max(1, rate * SLICE_MS // 1000)
        return (start + np.arange(count) * (SLICE_MS / count)).astype(np.int64)


def send(slice_of: Callable[[int], list[Due]], seconds: int) -> None:
    """Sends slices of SLICE_MS, made while the one before is under way; prints one JSON line."""
    late, failed = [], [0]
    conf = {"bootstrap.servers": settings().brokers, "partitioner": "murmur2_random", "acks": "all"}
    producer = Producer(conf)

    def delivered(error: object, message: object) -> None:
        failed[0] += error is not None

    following = slice_of(0)
    for number in range(seconds * 1000 // SLICE_MS):
        part, following = following, []
        for i, (at, topic, key, value) in enumerate(part):
            while (now := time.time() * 1000) < at:
                if not following and i > 0:
                    following = slice_of(number + 1)
                else:
                    producer.poll(0)
                    time.sleep(TICK_S)
            producer.produce(settings().topic(topic), value, key=key, timestamp=int(at), on_delivery=delivered)
            late.append(now - at)
            if i % 100 == 0:
                producer.poll(0)
        following = following or slice_of(number + 1)
    producer.flush(30)
    figures = {"sent": len(late), "failed": failed[0], "late_p99_ms": float(np.quantile(late, 0.99)), "late_max_ms": float(np.max(late))}
    print(json.dumps(figures), flush=True)


def main() -> None:
    """Sends the plan given as the only argument."""
    plan = Plan(**json.loads(sys.argv[1]))
    send(Slices(plan).slice, plan.seconds)


if __name__ == "__main__":
    main()
