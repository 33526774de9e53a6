"""Inputs of the matching workload: eight simulated cities that react to what is decided, and poison among their records.

In: the decisions on their orders, followed in Kafka. Out: records of the four input topics, in order of time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from confluent_kafka import KafkaException

from ops.chaos.events import Encoder, Keyed, undecodable
from ops.city.fleet import PING_MS, SHIFT_MS
from ops.city.world import Events, World
from ops.following import Follower
from streams.contract import contract

MARKETS = 8
SPEED = 40.0  # rides of ten minutes take fifteen seconds
TICK_MS = 100
ORDER_SHARE = 0.08  # of all records
REPORT_SHARE = 0.7  # of all records: reports that are due by time alone
POISON = {"undecodable": 1e-3, "schema": 1e-3, "missing key": 2e-4, "wrong key": 2e-4, "repeated": 5e-4}


class Cities:
    """A source of records at about ``rate`` a second."""

    def __init__(self, seed: int, rate: float) -> None:
        online = SHIFT_MS[0] / sum(SHIFT_MS)
        drivers = max(20, int(rate * REPORT_SHARE * PING_MS / 1000 / online / MARKETS))
        self._world = World(
            time.time_ns() // 1_000_000, cities=MARKETS, drivers=drivers, orders_per_minute=rate * ORDER_SHARE * 60, speed=SPEED, seed=seed,
            run=f"c{seed}",
        )  # fmt: skip
        self._encoders = {
            t: Encoder(contract().schemas, contract().schema_id(t)) for t in ("driver-profiles", "driver-moves", "order-changes", "orders")
        }
        self._decisions = Follower(["matching.decisions"])
        self._rng = np.random.default_rng(seed)
        self._opened, self._due = False, 0
        self.poison: Counter[str] = Counter()

    def take(self, count: int, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """What happens until now; the pace is the world's own."""
        if now_ms < self._due:
            return iter(())
        self._due = now_ms + TICK_MS
        if not self._opened:
            self._opened = True
            return self._records(self._world.open())
        return self._records(self._world.advance(now_ms, self._heard()))

    def heard(self, topic: str, key: bytes | None, partition: int, offset: int) -> None:
        """Nothing here depends on where a record lies."""

    def close(self, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """Riders who wait leave, drivers go home."""
        try:
            yield from self._records(self._world.close(now_ms))
        finally:
            self._decisions.close()

    def _heard(self) -> pl.DataFrame | None:
        try:
            parts = self._decisions.poll(0)
        except KafkaException:
            return None  # the broker is away
        return pl.concat([part.frame.select("order_id", "driver_id") for part in parts]) if parts else None

    def _records(self, events: Events) -> Iterator[tuple[str, Keyed]]:
        for topic, frame in events.items():
            encode = self._encoders[topic]
            for row in frame.iter_rows(named=True):
                key, value = row["market"].encode(), encode(row)
                yield topic, Keyed(key, value, "")
                kind = self._kind()
                if kind:
                    self.poison[kind] += 1
                    yield topic, self._broken(kind, key, value, encode)

    def _kind(self) -> str:
        draw = self._rng.random()
        for kind, share in POISON.items():
            draw -= share
            if draw < 0:
                return kind
        return ""

    def _broken(self, kind: str, key: bytes, value: bytes, encode: Encoder) -> Keyed:
        """Poison made from a copy of a good record, which itself stays in the topic."""
        made: dict[str, Any] = {
            "undecodable": lambda: Keyed(key, undecodable(value, self._rng), kind),
            "schema": lambda: Keyed(key, b"\0" + int(self._rng.choice(encode.others)).to_bytes(4, "big") + value[5:], kind),
            "missing key": lambda: Keyed(None, value, kind),
            "wrong key": lambda: Keyed(key + b"?", value, kind),
            "repeated": lambda: Keyed(key, value, kind),
        }
        record: Keyed = made[kind]()
        return record
