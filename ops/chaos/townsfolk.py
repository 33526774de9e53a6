"""What pricing and growth both read, for long runs of them: drivers and orders of a few cities, a tenth of the records broken in every way
that is known. Seeded. Out: records with their topics; see ops.chaos.garbage, and below it ops.chaos.quotes and ops.chaos.riders.

Their time moves by ``RECORD_MS`` with every record, from ``BEHIND_MS`` ago on: a run of minutes has rush hours, nights, and spans of
learning in it. No bit is flipped in a readable record: a time beyond all others would end that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from agents.growth.policy import CHANGES, SERVICES, STATUSES, TIERS
from ops.chaos.events import HUGE, Keyed
from ops.chaos.garbage import MARKETS, Garbage, Value

DRIVERS = 300  # of each market
RECORD_MS = 200
BEHIND_MS = 3 * 86_400_000
SPREAD = 0.05  # degrees
RATES = ("completion_rate", "acceptance_rate", "cancellation_rate", "eta_accuracy")
STARS = ("rating_30d", "rating_90d", "rating_lifetime")


class Townsfolk(Garbage):
    """Drivers and orders of a few cities, whose time runs fast."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._clock = 0
        self._orders: deque[tuple[str, str]] = deque(maxlen=20_000)  # (order, market)

    def take(self, count: int, now_ms: int) -> Iterator[tuple[str, Keyed]]:
        """The next records, at the run's own time."""
        self._clock = min(now_ms, self._clock or now_ms - BEHIND_MS)
        yield from super().take(count, self._clock)
        self._clock += RECORD_MS * count

    def flipped(self, value: bytes) -> bytes:
        """Cut off instead."""
        return value[: int(self._rng.integers(1, len(value)))]

    def huge(self, topic: str, key: bytes, value: bytes, now_ms: int) -> Keyed:
        """Zeros without end."""
        return Keyed(key, value + bytes(HUGE - 1000), "huge")

    def absurd(self, topic: str, value: Value, now_ms: int) -> list[Value]:
        """Places that are nowhere, fares without end, no name."""
        nowhere: list[float] = [95.0, -1e9, float("nan"), float("inf")]
        own: dict[str, list[Value]] = {
            "driver-moves": [{"lat": nowhere[0]}, {"lon": nowhere[2]}, {"lon": nowhere[3]}, {"driver_id": "d" * 500}],
            "orders": [{"pickup_lat": nowhere[1]}, {"dropoff_lon": nowhere[2]}, {"dropoff_lat": -60.0}, {"fare_cents": -(2**40)}],
            "driver-profiles": [{"rating_30d": 9.0}, {"services": []}, {"driver_id": ""}],
            "order-changes": [{"order_id": ""}],
        }
        return [{"market": ""}, *own[topic]]

    def drivers(self, now_ms: int) -> Iterator[tuple[str, Value]]:
        """Every driver's profile."""
        return (("driver-profiles", self._profile(market, i, now_ms)) for market in MARKETS for i in range(DRIVERS))

    def value(self, topic: str, now_ms: int) -> Value:
        """A good record of a topic that both agents read."""
        market, driver = self._one(MARKETS), int(self._rng.integers(DRIVERS))
        if topic == "driver-profiles":
            return self._profile(market, driver, now_ms)
        if topic == "driver-moves":
            lat, lon = self._place(market)
            return {
                "driver_id": f"{market}-{driver}",
                "market": market,
                "ts": now_ms,
                "lat": lat,
                "lon": lon,
                "status": self._one(STATUSES),
            }
        if topic == "order-changes":
            name, market = self._orders[int(self._rng.integers(len(self._orders)))] if self._orders else ("none", market)
            return {"order_id": name, "market": market, "ts": now_ms, "change": self._one(CHANGES)}
        name = self._name("o")
        self._orders.append((name, market))
        asked: Value = {"order_id": name, "market": market, "rider_id": "r", "premium_required": False, "requirements": []}
        asked |= {"preferred_vehicle": None, "scheduled_ts": None, "ready_ts": None, "merchant_id": None, "offer_s": 0, "patience_s": 300}
        return asked | self._trip(market) | {"ts": now_ms, "fare_cents": self._maybe(int(self._rng.integers(300, 9000)))}

    def _trip(self, market: str) -> Value:
        (lat, lon), (to_lat, to_lon) = self._place(market), self._place(market)
        tier = self._one(TIERS) if self._rng.random() < 0.2 else "STANDARD"
        places = {"pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": to_lat, "dropoff_lon": to_lon}
        return places | {"service": self._one(SERVICES), "tier": tier}

    def _profile(self, market: str, driver: int, now_ms: int) -> Value:
        who: Value = {
            "driver_id": f"{market}-{driver}",
            "market": market,
            "ts": now_ms,
            "total_rides": 100,
            "vehicle": "CAR",
            "features": [],
        }
        who |= dict.fromkeys(RATES, 0.9) | dict.fromkeys(STARS, 4.7)
        services = [name for name in SERVICES if self._rng.random() < 0.5] or ["RIDE"]
        return who | {"services": services, "tier": "STANDARD", "specialties": [], "deleted": bool(self._rng.random() < 0.02)}

    def _place(self, market: str) -> tuple[float, float]:
        lat, lon = self._rng.normal(0, SPREAD, 2).tolist()
        return 10.0 + 5 * MARKETS.index(market) + lat, 20.0 + lon

    def _name(self, kind: str) -> str:
        self._number += 1
        return f"{self._run}-{kind}{self._number}"

    def _one(self, values: tuple[str, ...]) -> str:
        return values[int(self._rng.integers(len(values)))]

    def _maybe(self, value: Any) -> Any:
        return value if self._rng.random() < 0.5 else None
