"""The steady load of `tripo bench matching`, in a process of its own: a ``Plan`` (JSON) in; records, and how late they were, out.

The times of sending are fixed beforehand: record i is due at start + i / rate, whatever happened to the records before it. That time is its
Kafka timestamp and its event time, so a producer, broker or worker that falls behind shows as age, not as a lower load (no coordinated
omission). Every order is picked up and completed later, which frees its driver.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from confluent_kafka import Producer

from bench.market import Market, Times
from streams.avro import codec
from streams.settings import settings

SLICE_MS = 200  # frames are made for so much time at once, one slice ahead
TICK_S = 0.002


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: ``rate`` records/s for ``seconds``, of which ``orders`` orders/s, from ``start_ms`` (epoch) on.

    An order is picked up ``pickup_s`` after it was requested and completed ``complete_s`` after that request.
    """

    market: str
    drivers: int
    seed: int
    start_ms: int
    seconds: int
    rate: int
    orders: int
    pickup_s: int = 15
    complete_s: int = 40

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Due:
    """One record to be sent at ``at`` (ms since the epoch, with fractions)."""

    at: float
    topic: str
    value: bytes


class Traffic:
    """The records of a plan, slice by slice."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._market = Market(plan.market, plan.drivers, plan.seed)
        self._rng = np.random.default_rng((plan.seed, plan.rate))

    def slices(self) -> Iterator[list[Due]]:
        """Each slice's records in order of time."""
        for number in range(self._plan.seconds * 1000 // SLICE_MS):
            yield self._slice(number)

    def _slice(self, number: int) -> list[Due]:
        count = self._plan.rate * SLICE_MS // 1000
        at = self._plan.start_ms + number * SLICE_MS + np.arange(count) * (SLICE_MS / count)
        turns = self._rng.permutation(count)
        orders = self._plan.orders * SLICE_MS // 1000
        parts: list[tuple[str, pl.DataFrame, Times]] = []
        used = 0
        for name, ago_s in (("REQUESTED", 0), ("PICKED_UP", self._plan.pickup_s), ("COMPLETED", self._plan.complete_s)):
            batch = number - ago_s * 1000 // SLICE_MS
            if batch >= 0:
                rows = np.sort(turns[used : used + orders])
                used += orders
                parts.append(self._of_orders(name, batch, rows, at[rows].astype(np.int64)))
        rows = np.sort(turns[used:])
        parts.append(("driver-moves", self._market.moves(at[rows].astype(np.int64)), rows))
        due = [
            Due(float(at[row]), topic, value)
            for topic, frame, rows in parts
            for row, value in zip(rows, codec(topic).encode(frame).values(), strict=True)
        ]
        return sorted(due, key=lambda d: d.at)

    def _of_orders(self, change: str, batch: int, rows: Times, ts: Times) -> tuple[str, pl.DataFrame, Times]:
        ids = self._market.order_ids(f"s{batch}", len(rows))
        if change == "REQUESTED":
            return "orders", self._market.orders(ids, ts), rows
        return "order-changes", self._market.changes(ids, ts, change), rows


class Pacer:
    """Sends records when they are due and notes how late each was."""

    def __init__(self, market: str) -> None:
        conf = {"bootstrap.servers": settings().brokers, "partitioner": "murmur2_random", "acks": "all"}
        self._producer = Producer(conf)
        self._key = market.encode()
        self.late_ms: list[float] = []
        self.failed = 0

    def send(self, part: list[Due]) -> None:
        """Sends a slice; returns when its last record has been sent."""
        position = 0
        while position < len(part):
            now = time.time() * 1000
            while position < len(part) and part[position].at <= now:
                due = part[position]
                self._producer.produce(
                    settings().topic(due.topic), due.value, key=self._key, timestamp=int(due.at), on_delivery=self._delivered
                )
                self.late_ms.append(now - due.at)
                position += 1
            self._producer.poll(0)
            time.sleep(TICK_S)

    def finish(self) -> None:
        """Waits until all is delivered."""
        self._producer.flush(30)

    def _delivered(self, error: object, message: object) -> None:
        self.failed += error is not None


def main() -> None:
    """Sends the plan given as the only argument, prints one JSON line."""
    plan = Plan(**json.loads(sys.argv[1]))
    pacer = Pacer(plan.market)
    parts = Traffic(plan).slices()
    ready = next(parts)
    for following in parts:  # made while the one before it is not yet due
        pacer.send(ready)
        ready = following
    pacer.send(ready)
    pacer.finish()
    late = np.array(pacer.late_ms)
    figures = {"sent": len(late), "failed": pacer.failed, "late_p99_ms": float(np.quantile(late, 0.99)), "late_max_ms": float(late.max())}
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
