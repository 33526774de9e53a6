"""Inputs for long runs of growth: riders, occasions, what they say to offers, orders and their ends; see ops.chaos.townsfolk."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from agents.growth.policy import CATALOGUE, OCCASIONS, RESPONSES, SERVICES, TIERS
from ops.chaos.garbage import Value
from ops.chaos.townsfolk import Townsfolk

RIDERS = 8000


class Riders(Townsfolk):
    """Riders who may be made an offer, and their cities."""

    topics = (
        "monetization-requests", "offer-responses", "rider-profiles", "driver-moves", "orders", "order-changes", "driver-profiles",
        "growth-policies",
    )  # fmt: skip
    shares = (0.22, 0.1, 0.05, 0.33, 0.14, 0.15, 0.009, 0.001)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._asked: deque[tuple[str, str]] = deque(maxlen=4000)  # (decision, rider)

    def first(self, now_ms: int) -> Iterator[tuple[str, Value]]:
        """Every driver's profile, and most riders'."""
        yield from self.drivers(now_ms)
        yield from (("rider-profiles", self._rider(f"r{i}", now_ms)) for i in range(RIDERS * 3 // 4))

    def heard(self, topic: str, key: bytes | None, partition: int, offset: int) -> None:
        """Where a request lies is in the id of its decision, which the answer to an offer names."""
        if topic == "monetization-requests" and key:
            self._asked.append((f"growth/{topic}/{partition}/{offset}/0", key.decode(errors="replace")))

    def value(self, topic: str, now_ms: int) -> Value:
        """A good record."""
        rng, rider = self._rng, f"r{self._rng.integers(RIDERS)}"
        if topic == "monetization-requests":
            asked = {"request_id": self._name("m"), "rider_id": rider, "ts": now_ms, "occasion": self._one(OCCASIONS)}
            return asked | {"service": self._maybe(self._one(SERVICES)), "utc_offset_min": int(rng.integers(-12, 15)) * 60}
        if topic == "offer-responses":
            made, rider = self._asked[int(rng.integers(len(self._asked)))] if self._asked else ("none", rider)
            said = RESPONSES[int(rng.choice(3, p=(0.4, 0.58, 0.02)))]
            value = int(rng.integers(100, 3000)) if said == "CONVERTED" else 0
            return {"decision_id": made, "rider_id": rider, "ts": now_ms, "response": said, "value_cents": value}
        if topic == "rider-profiles":
            return self._rider(rider, now_ms)
        if topic == "growth-policies":
            names = [*(f"offer:{one.offer_id}" for one in CATALOGUE), *(f"buffer:{one}" for one in SERVICES), "explore", "personal"]
            name = self._one(tuple(names))
            to = float(rng.random() < 0.8) if name.startswith(("offer", "personal")) else float(rng.random() * 0.2)
            changed: Value = {"setting": name, "value": 1.0 + to if name.startswith("buffer") else to}
            return changed | {"recommendation_id": None, "by": "a person", "ts": now_ms}
        return super().value(topic, now_ms)

    def _rider(self, name: str, now_ms: int) -> Value:
        rng = self._rng
        row: Value = {"rider_id": name, "ts": now_ms, "tier": self._one(TIERS), "segment": None, "deleted": bool(rng.random() < 0.02)}
        row |= {"personal_consent": bool(rng.random() < 0.7), "contact_consent": bool(rng.random() < 0.9)}
        row |= {"order_value_cents": int(rng.integers(600, 4000)), "lifetime_value_cents": int(rng.integers(1000, 500_000))}
        row |= {"orders_week": float(rng.integers(80)) / 10}
        return row | dict(zip(("churn_risk", "price_sensitivity", "loyalty"), rng.random(3).round(3).tolist(), strict=True))

    def absurd(self, topic: str, value: Value, now_ms: int) -> list[Value]:
        """Chances beyond 1, values of nothing, settings that there are not."""
        nan = float("nan")
        own: dict[str, list[Value]] = {
            "monetization-requests": [{"request_id": ""}, {"utc_offset_min": 9999}, {"rider_id": "r" * 300}],
            "offer-responses": [{"value_cents": -1}, {"response": "DECLINED", "value_cents": 5}, {"decision_id": "growth/x"}],
            "rider-profiles": [{"churn_risk": 2.0}, {"loyalty": nan}, {"order_value_cents": -1}, {"orders_week": float("inf")}],
            "growth-policies": [{"setting": "kindness"}, {"value": nan}, {"value": -5.0}, {"by": ""}],
        }
        return own[topic] if topic in own else super().absurd(topic, value, now_ms)
