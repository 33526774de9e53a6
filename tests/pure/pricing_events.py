"""Builders of the pricing agent's input: rows as keyword arguments in, batches with the schemas' columns out; and a task to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, settings

from agents.pricing.agent import AGENT, PricingAgent
from agents.pricing.state import PricingState
from streams.avro_schema import polars_schema
from streams.batch import Batch, Decisions
from streams.contract import contract

NOW = 1_750_000_400_000
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000  # ms
LAT, LON = 37.77, -122.42
Row = dict[str, Any]
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

TOPICS = {
    "policies": "pricing-policies", "conditions": "market-conditions", "competitors": "competitor-prices", "flags": "driver-flags",
    "overcharges": "overcharge-reports", "profiles": "driver-profiles", "moves": "driver-moves", "orders": "orders",
    "quotes": "quote-requests", "answers": "quote-answers",
}  # fmt: skip


def batch(topic: str, rows: Sequence[Row], offset: int = 0, partition: int = 3) -> Batch:
    """One batch of a topic, offsets counting from ``offset``."""
    frame = pl.DataFrame(list(rows), schema=polars_schema(contract().schema(topic)), orient="row")
    return Batch(topic, partition, np.arange(offset, offset + len(rows), dtype=np.int64), frame)


def batches(offsets: Mapping[str, int] | int = 0, **rows: Sequence[Row]) -> Mapping[str, Batch]:
    """Batches by topic, from the names of TOPICS."""
    start = {name: offsets if isinstance(offsets, int) else offsets.get(name, 0) for name in rows}
    return {TOPICS[name]: batch(TOPICS[name], each, start[name]) for name, each in rows.items() if each}


def quote(quote_id: str = "q1", **changed: Any) -> Row:
    """Two kilometres from the centre."""
    row: Row = {"quote_id": quote_id, "market": "sf", "service": "RIDE", "tier": "STANDARD", "ts": NOW, "pickup_lat": LAT}
    row |= {"pickup_lon": LON, "dropoff_lat": LAT + 0.02, "dropoff_lon": LON, "rider_id": None, "sensitivity": None, "loyalty": None}
    return row | {"churn_risk": None, "propensity": None, "orders_week": None} | changed


def answer(quote_id: str = "q1", what: str = "ACCEPTED", **changed: Any) -> Row:
    """A rider takes it."""
    return {"quote_id": quote_id, "market": "sf", "ts": NOW, "answer": what} | changed


def move(driver_id: str = "d1", **changed: Any) -> Row:
    """A free driver's position."""
    return {"driver_id": driver_id, "market": "sf", "ts": NOW, "lat": LAT, "lon": LON, "status": "AVAILABLE"} | changed


def profile(driver_id: str = "d1", **changed: Any) -> Row:
    """A driver who offers rides."""
    row: Row = dict.fromkeys(polars_schema(contract().schema("driver-profiles")))
    row |= {"driver_id": driver_id, "market": "sf", "ts": NOW, "total_rides": 100, "vehicle": "SEDAN", "features": [], "services": ["RIDE"]}
    row |= {"completion_rate": 0.9, "acceptance_rate": 0.8, "cancellation_rate": 0.05, "eta_accuracy": 0.9}
    return row | {"tier": "STANDARD", "specialties": [], "deleted": False} | changed


def order(order_id: str = "o1", **changed: Any) -> Row:
    """A ride from the centre."""
    row: Row = {"order_id": order_id, "market": "sf", "rider_id": "r1", "service": "RIDE", "tier": "STANDARD", "premium_required": False}
    row |= {"requirements": [], "preferred_vehicle": None, "ts": NOW, "scheduled_ts": None, "patience_s": 120}
    row |= {"pickup_lat": LAT, "pickup_lon": LON, "dropoff_lat": LAT + 0.02, "dropoff_lon": LON}
    return row | {"ready_ts": None, "merchant_id": None, "offer_s": 0, "fare_cents": None} | changed


def competitor(price_cents: int = 1500, **changed: Any) -> Row:
    """What another asks for a ride."""
    row: Row = {"competitor": "other", "market": "sf", "service": "RIDE", "ts": NOW, "price_cents": price_cents}
    return row | {"distance_m": None, "lat": None, "lon": None} | changed


def condition(kind: str = "WEATHER", value: float = -1.0, **changed: Any) -> Row:
    """It rains for an hour."""
    row: Row = {"name": kind.lower(), "market": "sf", "kind": kind, "ts": NOW, "value": value, "from_ts": NOW, "until_ts": NOW + HOUR}
    return row | {"lat": None, "lon": None, "radius_m": None} | changed


def flag(driver_id: str = "d1", **changed: Any) -> Row:
    """A customer reports danger."""
    row: Row = {"driver_id": driver_id, "market": "sf", "conversation_id": "c1", "ts": NOW, "reason": "SAFETY", "cleared": False}
    return row | changed


def overcharge(**changed: Any) -> Row:
    """A customer disputes a charge."""
    return {"market": "sf", "conversation_id": "c1", "service": "RIDE", "ts": NOW, "amount": 20.0, "probability": 0.9} | changed


def policy(name: str = "p1", **changed: Any) -> Row:
    """Settings of all markets."""
    row: Row = dict.fromkeys(("market", "service", "objective", "personal", "floor", "cap", "max_step", "emergency_cap", "safety_hold"))
    return row | {"name": name, "ts": NOW, "deleted": False, "recommendation_id": None} | changed


class Task:
    """A pricing task stepped at times relative to NOW; the lists are the rows of its last step, ``all`` of all steps by topic."""

    def __init__(self, agent: PricingAgent = AGENT) -> None:
        self.agent = agent
        self.state: PricingState = agent.start(3)
        self.offsets: dict[str, int] = dict.fromkeys(TOPICS, 0)
        self.made = Decisions()
        self.all: dict[str, list[Row]] = {}

    def step(self, after: int = 0, **rows: list[Row]) -> list[Row]:
        """Step at NOW + ``after`` ms. → the price decisions"""
        self.made = self.agent.step(self.state, batches(self.offsets, **rows), NOW + after)
        for name, each in rows.items():
            self.offsets[name] += len(each)
        self.tables: dict[str, list[Row]] = {output.topic: output.frame.to_dicts() for output in self.made.outputs}
        for topic, made in self.tables.items():
            self.all.setdefault(topic, []).extend(made)
        self.errors = [one.error for one in self.made.rejected]
        return self.tables.get("pricing.decisions", [])

    def quote(self, after: int = 0, quote_id: str | None = None, **changed: Any) -> Row:
        """Price one request that comes at NOW + ``after`` ms. → its decision"""
        (row,) = self.step(after, quotes=[quote(quote_id or f"t{self.offsets['quotes']}", ts=NOW + after, **changed)])
        return row
