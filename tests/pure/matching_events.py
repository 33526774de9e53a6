"""Builders of the matching agent's input: rows as keyword arguments in, batches with the schemas' columns out; and a task to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, settings

from agents.matching.agent import AGENT, MatchingAgent
from agents.matching.policy import ANSWERS, CHANGES, FEATURES, SERVICES, STATUSES, TIERS, VEHICLES
from agents.matching.state import MatchingState
from streams.batch import Batch

NOW = 1_750_000_000_000
SECOND, HOUR = 1000, 3_600_000  # ms
LAT, LON = 37.77, -122.42
Row = dict[str, Any]
unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)  # a busy machine is no failure

SCHEMAS: dict[str, dict[str, Any]] = {
    "driver-profiles": {
        "driver_id": pl.String,
        "market": pl.String,
        "ts": pl.Int64,
        "rating_30d": pl.Float64,
        "rating_90d": pl.Float64,
        "rating_lifetime": pl.Float64,
        "total_rides": pl.Int32,
        "completion_rate": pl.Float64,
        "acceptance_rate": pl.Float64,
        "cancellation_rate": pl.Float64,
        "eta_accuracy": pl.Float64,
        "vehicle": pl.Enum(VEHICLES),
        "features": pl.List(pl.Enum(FEATURES)),
        "services": pl.List(pl.Enum(SERVICES)),
        "tier": pl.Enum(TIERS),
        "specialties": pl.List(pl.String),
        "deleted": pl.Boolean,
    },
    "driver-moves": {
        "driver_id": pl.String,
        "market": pl.String,
        "ts": pl.Int64,
        "lat": pl.Float64,
        "lon": pl.Float64,
        "status": pl.Enum(STATUSES),
    },
    "orders": {
        "order_id": pl.String,
        "market": pl.String,
        "rider_id": pl.String,
        "service": pl.Enum(SERVICES),
        "tier": pl.Enum(TIERS),
        "premium_required": pl.Boolean,
        "requirements": pl.List(pl.Enum(FEATURES)),
        "preferred_vehicle": pl.Enum(VEHICLES),
        "ts": pl.Int64,
        "scheduled_ts": pl.Int64,
        "pickup_lat": pl.Float64,
        "pickup_lon": pl.Float64,
        "dropoff_lat": pl.Float64,
        "dropoff_lon": pl.Float64,
        "patience_s": pl.Int32,
        "ready_ts": pl.Int64,
        "merchant_id": pl.String,
        "offer_s": pl.Int32,
        "fare_cents": pl.Int64,
    },
    "order-changes": {"order_id": pl.String, "market": pl.String, "ts": pl.Int64, "change": pl.Enum(CHANGES)},
    "driver-answers": {
        "driver_id": pl.String,
        "market": pl.String,
        "order_id": pl.String,
        "ts": pl.Int64,
        "answer": pl.Enum(ANSWERS),
    },
    "driver-flags": {
        "driver_id": pl.String,
        "market": pl.String,
        "conversation_id": pl.String,
        "ts": pl.Int64,
        "reason": pl.Enum(["SAFETY", "CONDUCT"]),
        "cleared": pl.Boolean,
    },
}


def batch(topic: str, rows: Sequence[Row], offset: int = 0, partition: int = 3) -> Batch:
    """One batch of a topic, offsets counting from ``offset``."""
    frame = pl.DataFrame(list(rows), schema=SCHEMAS[topic], orient="row")
    return Batch(topic, partition, np.arange(offset, offset + len(rows), dtype=np.int64), frame)


def batches(offset: int = 0, **rows: Sequence[Row]) -> Mapping[str, Batch]:
    """Batches by topic, from ``profiles``, ``moves``, ``orders``, ``changes``, ``answers``, ``flags``."""
    topics = {"profiles": "driver-profiles", "moves": "driver-moves", "orders": "orders", "changes": "order-changes"}
    topics |= {"answers": "driver-answers", "flags": "driver-flags"}
    return {topics[name]: batch(topics[name], each, offset) for name, each in rows.items() if each}


def profile(driver_id: str = "d1", **changed: Any) -> Row:
    """A good driver's profile."""
    row: Row = dict.fromkeys(SCHEMAS["driver-profiles"])
    row |= {"driver_id": driver_id, "market": "sf", "ts": NOW, "total_rides": 100, "vehicle": "SEDAN", "features": [], "services": ["RIDE"]}
    row |= {"rating_30d": 4.6, "rating_90d": 4.5, "rating_lifetime": 4.4, "tier": "STANDARD", "specialties": [], "deleted": False}
    row |= {"completion_rate": 0.9, "acceptance_rate": 0.8, "cancellation_rate": 0.05, "eta_accuracy": 0.9}
    return row | changed


def move(driver_id: str = "d1", **changed: Any) -> Row:
    """A free driver's position."""
    return {"driver_id": driver_id, "market": "sf", "ts": NOW, "lat": LAT, "lon": LON, "status": "AVAILABLE"} | changed


def order(order_id: str = "o1", **changed: Any) -> Row:
    """A ride from the centre, two kilometres long."""
    row: Row = {"order_id": order_id, "market": "sf", "rider_id": "r1", "service": "RIDE", "tier": "STANDARD", "premium_required": False}
    row |= {"requirements": [], "preferred_vehicle": None, "ts": NOW, "scheduled_ts": None, "patience_s": 120}
    row |= {"pickup_lat": LAT, "pickup_lon": LON, "dropoff_lat": LAT + 0.02, "dropoff_lon": LON}
    row |= {"ready_ts": None, "merchant_id": None, "offer_s": 0, "fare_cents": None}
    return row | changed


def change(order_id: str = "o1", what: str = "COMPLETED", **changed: Any) -> Row:
    """What became of an order."""
    return {"order_id": order_id, "market": "sf", "ts": NOW, "change": what} | changed


def answer(driver_id: str = "d1", order_id: str = "o1", **changed: Any) -> Row:
    """A driver takes what it was offered."""
    return {"driver_id": driver_id, "market": "sf", "order_id": order_id, "ts": NOW, "answer": "ACCEPTED"} | changed


def flag(driver_id: str = "d1", conversation_id: str = "c1", **changed: Any) -> Row:
    """A customer complains of a driver to support."""
    row: Row = {"driver_id": driver_id, "market": "sf", "conversation_id": conversation_id, "ts": NOW, "reason": "SAFETY", "cleared": False}
    return row | changed


class Task:
    """A matching task stepped at times relative to NOW; ``decided``, ``drivers`` and ``markets`` are the rows of its last step."""

    def __init__(self, agent: MatchingAgent = AGENT) -> None:
        self.agent = agent
        self.state: MatchingState = agent.start(3)
        self.offset = 0
        self.all: list[Row] = []

    def step(self, after: int = 0, **rows: list[Row]) -> list[Row]:
        """Step at NOW + ``after`` ms. → the decisions"""
        made = self.agent.step(self.state, batches(self.offset, **rows), NOW + after)
        self.offset += max(map(len, rows.values()), default=0)
        tables: dict[str, list[Row]] = {output.topic: output.frame.to_dicts() for output in made.outputs}
        self.decided = tables.get("matching.decisions", [])
        self.drivers = tables.get("matching.drivers", [])
        self.markets = tables.get("matching.markets", [])
        self.offers = tables.get("matching.offers", [])
        self.fairness = tables.get("matching.fairness", [])
        self.advice = tables.get("matching.recommendations", [])
        self.errors = [one.error for one in made.rejected]
        self.all += self.decided
        return self.decided

    def with_driver(self, driver_id: str = "d1", after: int = 0, **moved: Any) -> Task:
        """With a driver there, after a step."""
        self.step(after, profiles=[profile(driver_id, ts=NOW + after)], moves=[move(driver_id, ts=NOW + after, **moved)])
        return self


def ends(decisions: list[Row]) -> list[tuple[str, str]]:
    return [(row["order_id"], row["reason"]) for row in decisions]
