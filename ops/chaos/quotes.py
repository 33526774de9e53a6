"""Inputs for long runs of pricing: quotes and answers, competitors, weather and events, complaints, policies; see ops.chaos.townsfolk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from agents.pricing.policy import ANSWERS, CONDITIONS, OBJECTIVES, SERVICES
from ops.chaos.garbage import MARKETS, Value
from ops.chaos.townsfolk import Townsfolk

HOUR_MS = 3_600_000


class Quotes(Townsfolk):
    """Riders who ask what it costs, and all that a price depends on."""

    topics = (
        "quote-requests", "quote-answers", "driver-moves", "orders", "competitor-prices", "market-conditions", "overcharge-reports",
        "driver-flags", "driver-profiles", "pricing-policies",
    )  # fmt: skip
    shares = (0.42, 0.27, 0.2, 0.05, 0.03, 0.01, 0.008, 0.006, 0.005, 0.001)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._asked: deque[tuple[str, str]] = deque(maxlen=1500)  # (quote, market)

    def first(self, now_ms: int) -> Iterator[tuple[str, Value]]:
        """Every driver's profile."""
        return self.drivers(now_ms)

    def value(self, topic: str, now_ms: int) -> Value:
        """A good record."""
        made: dict[str, Callable[[str], Value]] = {
            "quote-requests": self._quote, "quote-answers": self._answer, "competitor-prices": self._price, "driver-flags": self._flag,
            "overcharge-reports": self._report, "pricing-policies": self._policy,
        }  # fmt: skip
        if topic == "market-conditions":
            return self._condition(self._one(MARKETS), now_ms)
        return made[topic](self._one(MARKETS)) | {"ts": now_ms} if topic in made else super().value(topic, now_ms)

    def _quote(self, market: str) -> Value:
        rng, name = self._rng, self._name("q")
        self._asked.append((name, market))
        known = {one: self._maybe(float(rng.random())) for one in ("sensitivity", "loyalty", "churn_risk", "propensity")}
        known |= {"rider_id": self._maybe(f"r{rng.integers(5000)}"), "orders_week": self._maybe(float(rng.random() * 9))}
        return {"market": market, "quote_id": name} | self._trip(market) | known

    def _answer(self, market: str) -> Value:
        name, market = self._asked[int(self._rng.integers(len(self._asked)))] if self._asked else ("none", market)
        return {"quote_id": name, "market": market, "answer": self._one(ANSWERS)}

    def _price(self, market: str) -> Value:
        rng = self._rng
        price = {"competitor": f"rival-{rng.integers(3)}", "service": self._one(SERVICES), "price_cents": int(rng.integers(500, 4000))}
        return {"market": market} | price | {"distance_m": self._maybe(float(rng.random() * 20_000))} | self._perhaps_at(market)

    def _condition(self, market: str, now_ms: int) -> Value:
        rng = self._rng
        spans = {"ts": now_ms, "from_ts": now_ms - HOUR_MS, "until_ts": now_ms + int(rng.integers(24)) * HOUR_MS, "radius_m": 2000.0}
        named = {"market": market, "name": f"c{rng.integers(20)}", "kind": self._one(CONDITIONS), "value": float(rng.random())}
        return named | spans | self._perhaps_at(market)

    def _report(self, market: str) -> Value:
        said = {"conversation_id": f"c{self._rng.integers(3000)}", "service": self._maybe(self._one(SERVICES)), "amount": None}
        return {"market": market} | said | {"probability": float(self._rng.random())}

    def _flag(self, market: str) -> Value:
        rng = self._rng
        said = {"driver_id": f"{market}-{rng.integers(300)}", "conversation_id": f"c{rng.integers(3000)}"}
        return {"market": market, "cleared": bool(rng.random() < 0.5)} | said | {"reason": self._one(("SAFETY", "CONDUCT"))}

    def _policy(self, market: str) -> Value:
        rng = self._rng
        scope = {"name": f"p{rng.integers(12)}", "market": self._maybe(market), "service": self._maybe(self._one(SERVICES))}
        rules = {"objective": self._maybe(self._one(OBJECTIVES)), "personal": self._maybe(bool(rng.random() < 0.7)), "max_step": None}
        limits = {"floor": self._maybe(0.5 + float(rng.random()) / 3), "cap": self._maybe(1.5 + float(rng.random()))}
        rest = {"emergency_cap": None, "safety_hold": self._maybe(True), "recommendation_id": None, "deleted": bool(rng.random() < 0.3)}
        return scope | rules | limits | rest

    def _perhaps_at(self, market: str) -> Value:
        lat, lon = self._place(market) if self._rng.random() < 0.5 else (None, None)
        return {"lat": lat, "lon": lon}

    def absurd(self, topic: str, value: Value, now_ms: int) -> list[Value]:
        """Prices that are none, chances beyond 1, spans that end before they begin."""
        nan = float("nan")
        own: dict[str, list[Value]] = {
            "quote-requests": [{"quote_id": ""}, {"pickup_lat": nan}, {"dropoff_lon": 999.0}, {"sensitivity": 7.0}, {"loyalty": nan}],
            "quote-answers": [{"quote_id": ""}, {"quote_id": "none"}],
            "competitor-prices": [{"price_cents": 0}, {"price_cents": -5}, {"price_cents": 2**50}, {"distance_m": nan}, {"lat": nan}],
            "market-conditions": [{"value": -3.0}, {"value": nan}, {"until_ts": 1}, {"from_ts": -1}, {"radius_m": -1.0}],
            "overcharge-reports": [{"probability": 1.5}, {"probability": nan}, {"conversation_id": ""}],
            "driver-flags": [{"driver_id": ""}, {"conversation_id": ""}],
            "pricing-policies": [{"floor": 9.0, "cap": 1.0}, {"cap": nan}, {"max_step": -1.0}, {"name": ""}],
        }
        return own[topic] if topic in own else super().absurd(topic, value, now_ms)
