"""Inputs for the fuzz run of matching: good records of a few cities, a tenth of them broken in every way that is known. Seeded.

``Garbage`` breaks the records of any agent; what a good one is, and what is absurd in it, is for the classes below it. Out: records with
their topics. ``poison`` counts by way of breaking; what becomes of each is for the auditor to say, from the bytes
alone: a flipped bit may leave a good record.
"""

from __future__ import annotations

import json
import struct
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ops.chaos.events import HUGE, Encoder, Keyed
from streams.contract import contract

MARKETS = tuple(f"market-{i}" for i in range(8))
DRIVERS = 400  # of each market
BROKEN = 0.105
PATIENCE_S = 20
HUGE_SHARE = 1e-3  # of the broken records
LATEST_MS = 50_000  # ahead of now: past every rider's patience, and not yet refused as from the future
Value = dict[str, Any]


class Garbage:
    """A source of records, good and broken, on ``topics`` with their ``shares``."""

    topics: tuple[str, ...]
    shares: tuple[float, ...]

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._run = f"f{seed}"
        self._encoders = {t: Encoder(contract().schemas, contract().schema_id(t)) for t in self.topics}
        self._sent: dict[str, deque[tuple[bytes, bytes]]] = {t: deque(maxlen=500) for t in self.topics}
        self._number = 0
        self._begun = False
        self.poison: Counter[str] = Counter()

    def first(self, now_ms: int) -> Iterator[tuple[str, Value]]:
        """What comes before all others, with its topic."""
        raise NotImplementedError

    def value(self, topic: str, now_ms: int) -> Value:
        """A good record."""
        raise NotImplementedError

    def absurd(self, topic: str, value: Value, now_ms: int) -> list[Value]:
        """Values of some fields that the schema allows and the world does not, besides odd times."""
        raise NotImplementedError

    def huge(self, topic: str, key: bytes, value: bytes, now_ms: int) -> Keyed:
        """A readable record, or nearly one, near the largest that a topic takes."""
        raise NotImplementedError

    def take(self, count: int, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """The next records; at first those that the others need."""
        if not self._begun:
            self._begun = True
            for topic, value in self.first(now_ms):
                yield self._good(topic, value)
        topics = self._rng.choice(len(self.topics), count, p=self.shares).tolist()
        broken = (self._rng.random(count) < BROKEN).tolist()
        for number, bad in zip(topics, broken, strict=True):
            topic = self.topics[number]
            yield self._broken(topic, now_ms) if bad else self._good(topic, self.value(topic, now_ms))

    def flipped(self, value: bytes) -> bytes:
        """A record with one bit of its body flipped."""
        flipped = bytearray(value)
        flipped[int(self._rng.integers(5, len(value)))] ^= 1 << int(self._rng.integers(8))
        return bytes(flipped)

    def heard(self, topic: str, key: bytes | None, partition: int, offset: int) -> None:
        """Where a record came to lie."""

    def close(self, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """The last records: none."""
        yield from ()

    def _good(self, topic: str, value: Value) -> tuple[str, Keyed]:
        key, encoded = _key(topic, value), self._encoders[topic](value)
        self._sent[topic].append((key, encoded))
        return topic, Keyed(key, encoded, "")

    def _broken(self, topic: str, now_ms: int) -> tuple[str, Keyed]:
        ways: dict[str, Callable[[str, int], Keyed | None]] = {
            "bytes": self._bytes,
            "schema": self._schema,
            "type": self._type,
            "absurd": self._absurd,
            "key": self._wrong_key,
            "duplicate": self._duplicate,
            "late": self._late,
        }
        if self._rng.random() < HUGE_SHARE:
            way, made = "huge", self._huge(topic, now_ms)
        else:
            way = list(ways)[self._rng.integers(len(ways))]
            found = ways[way](topic, now_ms)
            if found is None:
                return self._good(topic, self.value(topic, now_ms))
            made = found
        self.poison[way] += 1
        return topic, made

    def _encoded(self, topic: str, now_ms: int) -> tuple[bytes, bytes]:
        value = self.value(topic, now_ms)
        return _key(topic, value), self._encoders[topic](value)

    def _bytes(self, topic: str, now_ms: int) -> Keyed:
        """Cut off, followed by more, a bit flipped, random, empty, none."""
        key, value = self._encoded(topic, now_ms)
        way = int(self._rng.integers(8))
        if way < 2:
            return Keyed(key, value[: int(self._rng.integers(1, len(value)))], "bytes")
        if way < 4:
            return Keyed(key, value + self._rng.bytes(int(self._rng.integers(1, 300))), "bytes")
        if way < 6:
            return Keyed(key, self.flipped(value), "bytes")
        if way == 6:
            return Keyed(key, b"\0" + self._rng.bytes(int(self._rng.integers(1, 400))), "bytes")
        return Keyed(key, (b"", None, b"\0", value[:5], json.dumps({"ts": 1}).encode())[self._rng.integers(5)], "bytes")

    def _schema(self, topic: str, now_ms: int) -> Keyed:
        """The id of no schema, or of another topic's."""
        key, value = self._encoded(topic, now_ms)
        numbers = [*self._encoders[topic].others, 0, 10**6, 2**32 - 1]
        return Keyed(key, b"\0" + int(self._rng.choice(numbers)).to_bytes(4, "big") + value[5:], "schema")

    def _type(self, topic: str, now_ms: int) -> Keyed:
        """Another topic's body, a text where a number is due, a number that is no int, text that is no UTF-8, a negative length."""
        key, value = self._encoded(topic, now_ms)
        other = self.topics[(self.topics.index(topic) + 1) % len(self.topics)]
        head, prefix = value[5:], value[:5]
        bodies = (
            self._encoded(other, now_ms)[1][5:],
            b"".join(bytes([2 * len(word) % 128]) + word for word in (b"text", key, b"noon", b"north", b"west")),
            head[:1] + b"\xff" * 10 + head[1:],
            head[:1] + b"\xff\xfe" + head[3:],
            b"\x01" + head[1:],
        )
        return Keyed(key, prefix + bodies[self._rng.integers(len(bodies))], "type")

    def _absurd(self, topic: str, now_ms: int) -> Keyed:
        """A value that the schema allows and the world does not."""
        value = self.value(topic, now_ms)
        changes: list[Value] = [{"ts": -1}, {"ts": 0}, {"ts": now_ms + 10**9}, {"ts": 2**62}, *self.absurd(topic, value, now_ms)]
        return Keyed(_key(topic, value), self._encoders[topic](value | changes[self._rng.integers(len(changes))]), "absurd")

    def _wrong_key(self, topic: str, now_ms: int) -> Keyed:
        """No key, or another than the record's own."""
        key, value = self._encoded(topic, now_ms)
        return Keyed((None, b"", key + b"x", b"market-99")[self._rng.integers(4)], value, "key")

    def _duplicate(self, topic: str, now_ms: int) -> Keyed | None:
        """A record once more."""
        sent = self._sent[topic]
        return Keyed(*sent[int(self._rng.integers(len(sent)))], "duplicate") if sent else None

    def _late(self, topic: str, now_ms: int) -> Keyed:
        """A record of two minutes ago: out of order for a driver or a conversation, past the patience of a rider."""
        value = self.value(topic, now_ms)
        return Keyed(_key(topic, value), self._encoders[topic](value | {"ts": now_ms - 120_000}), "late")

    def _huge(self, topic: str, now_ms: int) -> Keyed:
        """Near the largest that a topic takes: noise, or an endless text where the schema allows one."""
        key, value = self._encoded(topic, now_ms)
        if self._rng.random() < 0.5:
            return Keyed(key, value[:5] + self._rng.bytes(HUGE - 400), "huge")
        return self.huge(topic, key, value, now_ms)


class Cities(Garbage):
    """Drivers and orders of a few cities."""

    topics = ("driver-moves", "orders", "order-changes", "driver-profiles")
    shares = (0.72, 0.12, 0.12, 0.04)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._last: dict[tuple[str, int], int] = {}  # (market, driver) → ts of the last move
        self._orders: deque[tuple[str, str]] = deque(maxlen=20_000)  # (order, market)

    def first(self, now_ms: int) -> Iterator[tuple[str, Value]]:
        """Every driver's profile."""
        return (("driver-profiles", self._profile(market, driver, now_ms)) for market in MARKETS for driver in range(DRIVERS))

    def close(self, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """A last move in each market, past every rider's patience."""
        for market in MARKETS:
            yield self._good("driver-moves", self._move(market, 0, now_ms + LATEST_MS))

    def value(self, topic: str, now_ms: int) -> Value:
        """A good record."""
        market, driver = MARKETS[self._rng.integers(len(MARKETS))], int(self._rng.integers(DRIVERS))
        if topic == "orders":
            return self._order(market, now_ms)
        if topic == "order-changes":
            return self._change(market, now_ms)
        if topic == "driver-profiles":
            return self._profile(market, driver, now_ms)
        return self._move(market, driver, now_ms)

    def _place(self, market: str) -> tuple[float, float]:
        lat, lon = self._rng.uniform(-0.05, 0.05, 2).tolist()
        return 10.0 + 5 * MARKETS.index(market) + lat, 20.0 + lon

    def _move(self, market: str, driver: int, now_ms: int) -> Value:
        ts = self._last[(market, driver)] = max(now_ms, self._last.get((market, driver), 0) + 1)
        lat, lon = self._place(market)
        status = "AVAILABLE" if self._rng.random() < 0.9 else "BUSY"
        return {"driver_id": f"{market}-{driver}", "market": market, "ts": ts, "lat": lat, "lon": lon, "status": status}

    def _order(self, market: str, now_ms: int) -> Value:
        self._number += 1
        name = f"{self._run}-{self._number}"
        self._orders.append((name, market))
        (lat, lon), (to_lat, to_lon) = self._place(market), self._place(market)
        asked = {"order_id": name, "market": market, "rider_id": "r", "service": "RIDE", "tier": "STANDARD", "premium_required": False}
        asked |= {"requirements": [], "preferred_vehicle": None, "ts": now_ms, "scheduled_ts": None, "pickup_lat": lat, "pickup_lon": lon}
        return asked | {"dropoff_lat": to_lat, "dropoff_lon": to_lon, "patience_s": PATIENCE_S}

    def _change(self, market: str, now_ms: int) -> Value:
        """Of an order of some time ago, or of none at all."""
        name = f"{self._run}-none-{self._number}"
        if self._orders:
            name, market = self._orders[int(self._rng.integers(len(self._orders)))]
        changes = ("PICKED_UP", "COMPLETED", "COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")
        return {"order_id": name, "market": market, "ts": now_ms, "change": changes[self._rng.integers(len(changes))]}

    def _profile(self, market: str, driver: int, now_ms: int) -> Value:
        rates = dict.fromkeys(("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy"), 0.9)
        stars = dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), 4.7)
        who = {"driver_id": f"{market}-{driver}", "market": market, "ts": now_ms, "total_rides": 100, "vehicle": "SEDAN", "features": []}
        return who | rates | stars | {"services": ["RIDE"], "tier": "STANDARD", "specialties": ["night"], "deleted": False}

    def absurd(self, topic: str, value: Value, now_ms: int) -> list[Value]:
        """Places that are nowhere, rates beyond 1, patience without end, no name."""
        nowhere: list[float] = [95.0, -1e9, float("nan"), float("inf")]
        own: dict[str, list[Value]] = {
            "driver-moves": [{"lat": nowhere[0]}, {"lon": 181.0}, {"lat": nowhere[2]}, {"lon": nowhere[3]}],
            "orders": [
                {"pickup_lat": nowhere[1]},
                {"dropoff_lon": nowhere[2]},
                {"patience_s": 0},
                {"patience_s": 2**31 - 1},
                {"dropoff_lat": -60.0},
            ],
            "driver-profiles": [{"rating_30d": 9.0}, {"completion_rate": -0.1}, {"acceptance_rate": nowhere[2]}, {"total_rides": -5}],
            "order-changes": [{"order_id": ""}],
        }
        return [{"order_id" if "order_id" in value else "driver_id": ""}, *own[topic]]

    def huge(self, topic: str, key: bytes, value: bytes, now_ms: int) -> Keyed:
        """An endless speciality, or zeros without end."""
        profile = self._profile(key.decode(), 0, now_ms) | {"specialties": ["x" * (HUGE - 600)]}
        if topic == "driver-profiles":
            return Keyed(key, self._encoders[topic](profile), "huge")
        return Keyed(key, value + struct.pack(">q", -1) + bytes(HUGE - 600), "huge")


def _key(topic: str, value: Value) -> bytes:
    name = contract().topic(topic).key
    return b"" if name is None else str(value[name]).encode()
