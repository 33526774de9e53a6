"""A seed in; events of every kind for the fuzz of pricing's guards, good and bad, step by step, out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from agents.pricing.policy import SERVICES
from ops.fuzzing import Row, schema_of

START = 1_790_000_000_000
MARKETS = ("bogota", "lisbon")
SPOTS = tuple((10.0 + 0.03 * i, 20.0 + 0.03 * (i % 3)) for i in range(4))
AWAY = "away"  # a driver that never says where it is
PERSONAL = ("rider_id", "sensitivity", "loyalty", "churn_risk", "propensity", "orders_week")


class Crowd:
    """Events by chance. Signals come alone, in a second of their own: so it is known from when on they hold."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.now = START
        self.made = 0
        self.flagged: list[tuple[str, str, str]] = []
        self.answerable: list[tuple[str, str]] = []

    def one(self, *values: Any) -> Any:
        """One of them."""
        return values[int(self.rng.integers(len(values)))]

    def steps(self, events: int) -> Iterator[tuple[str | None, dict[str, list[Row]]]]:
        """Steps of (the signal, or None; rows by topic), until there were so many events."""
        while self.made < events:
            self.now += int(self.one(1000, 1000, 1000, 2000, 7000, 60_000, 61_000, 700_000) * self.rng.uniform(1.0, 1.3))
            signal = self.one(*[None] * 8, "policy", "flags", "overcharges")
            rows = getattr(self, f"_{signal}")() if signal else self._traffic()
            self.made += sum(map(len, rows.values()))
            yield signal, rows

    def _traffic(self) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = {}
        for _ in range(int(self.rng.integers(1, self.one(4, 60, 2000)))):
            topic, row = getattr(self, self.one("_quote", "_quote", "_quote", "_order", "_move", "_competitor", "_condition", "_answer"))()
            rows.setdefault(topic, []).append(row)
        return rows

    def _common(self) -> Row:
        late = self.one(0, 0, 0, 0, 0, 0, 500, 30_000, 900_000, -(10**9), self.now)
        return {"market": self.one(*MARKETS), "ts": self.now - late}

    def _place(self, prefix: str = "") -> Row:
        lat, lon = SPOTS[int(self.rng.integers(len(SPOTS)))]
        return {f"{prefix}lat": self.one(*[lat] * 30, 95.0, math.nan), f"{prefix}lon": lon}

    def _quote(self) -> tuple[str, Row]:
        name, market = f"q{self.made}-{int(self.rng.integers(10**9))}", ""
        if self.answerable and self.rng.uniform() < 0.02:
            name, market = self.answerable[-1]  # asked for again
        row: Row = (
            self._common()
            | ({"market": market} if market else {})
            | {"quote_id": name, "service": self.one(*SERVICES), "tier": self.one("STANDARD", "STANDARD", "GOLD")}
        )
        row |= self._place("pickup_") | {"dropoff_lat": float(10.0 + self.rng.normal(0, 0.2)), "dropoff_lon": 20.0}
        row |= dict.fromkeys(PERSONAL) | {"sensitivity": self.one(None, 0.9, -4.0), "propensity": self.one(None, 0.9)}
        self.answerable.append((name, row["market"]))
        return "quote-requests", row

    def _order(self) -> tuple[str, Row]:
        row: Row = dict.fromkeys(schema_of("orders")) | self._common() | self._place("pickup_")
        row |= {"order_id": "o", "rider_id": "r", "service": self.one(*SERVICES), "tier": "STANDARD", "premium_required": False}
        return "orders", row | {"requirements": [], "dropoff_lat": 10.0, "dropoff_lon": 20.0, "patience_s": 60, "offer_s": 0}

    def _move(self) -> tuple[str, Row]:
        status = self.one("AVAILABLE", "AVAILABLE", "BUSY", "OFFLINE")
        return "driver-moves", self._common() | self._place() | {"driver_id": f"d{self.rng.integers(60)}", "status": status}

    def _competitor(self) -> tuple[str, Row]:
        price = int(self.one(-5, 0, 10**8, 700, 1500, 1500, 4000))
        row = {"competitor": self.one("a", "b"), "service": self.one(*SERVICES), "price_cents": price, "distance_m": None}
        return "competitor-prices", self._common() | row | self.one({"lat": None, "lon": None}, self._place())

    def _condition(self) -> tuple[str, Row]:
        kind = self.one("WEATHER", "EVENT", "HOLIDAY")
        row: Row = {"name": kind, "kind": kind, "value": self.one(-1.0, 1.0, 0.5, 7.0), "from_ts": self.now, "until_ts": self.now + 60_000}
        return "market-conditions", self._common() | row | {"lat": None, "lon": None, "radius_m": None}

    def _answer(self) -> tuple[str, Row]:
        name, market = self.one(*self.answerable[-50:], ("nobody", "lisbon"))
        return "quote-answers", self._common() | {"quote_id": name, "market": market, "answer": self.one("ACCEPTED", "REJECTED")}

    def _policy(self) -> dict[str, list[Row]]:
        row: Row = dict.fromkeys(("objective", "personal", "floor", "cap", "max_step", "emergency_cap", "safety_hold", "recommendation_id"))
        row |= {"name": self.one("a", "b", "c"), "market": self.one(None, *MARKETS), "service": self.one(None, *SERVICES), "ts": self.now}
        row |= {"deleted": self.rng.uniform() < 0.4, "floor": self.one(None, 0.5, 0.9, 1.4), "cap": self.one(None, 1.5, 3.0)}
        row |= {"emergency_cap": self.one(None, None, None, 0.5, 1.0), "max_step": self.one(None, 0.05, 0.5, 1.0)}
        row |= {"safety_hold": self.one(None, None, True), "objective": self.one(None, "MAXIMIZE_PROFIT")}
        return {"pricing-policies": [row | {"personal": self.one(None, True)}]}

    def _flags(self) -> dict[str, list[Row]]:
        if self.flagged and self.rng.uniform() < 0.6:
            market, driver, said = self.flagged.pop(0)
            cleared = True
        else:
            market, driver, said, cleared = self.one(*MARKETS), AWAY, f"c{self.made}", False
            self.flagged.append((market, driver, said))
        row = {"driver_id": driver, "market": market, "conversation_id": said, "ts": self.now, "reason": "SAFETY", "cleared": cleared}
        return {"driver-flags": [row]}

    def _overcharges(self) -> dict[str, list[Row]]:
        row = {"market": self.one(*MARKETS), "service": self.one(None, *SERVICES), "ts": self.now, "amount": None}
        many = [
            {"conversation_id": f"c{self.rng.integers(40)}", "probability": self.one(0.9, 0.9, 0.2)}
            for _ in range(int(self.rng.integers(1, 7)))
        ]
        return {"overcharge-reports": [row | each for each in many]}
