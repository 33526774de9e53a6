"""Events of a small world for tests of the growth agent: riders, requests, answers, drivers and orders; and how to step over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from agents.growth.agent import AGENT, GrowthAgent
from agents.growth.state import GrowthState
from streams.avro_schema import polars_schema
from streams.batch import Batch, Decisions
from streams.contract import contract

Row = dict[str, Any]
Events = Mapping[str, Sequence[Row]]
T0 = 1_789_776_000_000  # Saturday, 2026-09-19, 0 h UTC
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LATER = T0 + 400 * DAY  # a step's now at which nothing lies in the future
HERE = (37.77, -0.01)  # on Greenwich's meridian: local time is UTC


def frame(topic: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows of a topic; what they do not name is null."""
    schema = polars_schema(contract().schema(topic))
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")


def rider(name: str, ts: int = T0, **more: Any) -> Row:
    """A profile; the rider consents to everything."""
    usual: Row = {"rider_id": name, "ts": ts, "personal_consent": True, "contact_consent": True, "tier": "STANDARD", "deleted": False}
    usual |= {"order_value_cents": 1500, "orders_week": 2.0, "lifetime_value_cents": 50_000}
    return usual | {"churn_risk": 0.5, "price_sensitivity": 0.5, "loyalty": 0.5, "segment": None} | more


def request(name: str, who: str, ts: int, **more: Any) -> Row:
    """A request for an offer."""
    return {"request_id": name, "rider_id": who, "ts": ts, "occasion": "APP_OPENED", "service": None, "utc_offset_min": 0} | more


def response(decision_id: str, who: str, ts: int, answer: str = "CONVERTED", cents: int | None = None) -> Row:
    """An answer to an offer."""
    value = (900 if answer == "CONVERTED" else 0) if cents is None else cents
    return {"decision_id": decision_id, "rider_id": who, "ts": ts, "response": answer, "value_cents": value}


def order(name: str, ts: int, at: tuple[float, float] = HERE, **more: Any) -> Row:
    """An order of a ride."""
    usual: Row = {"order_id": name, "market": "sf", "rider_id": "r", "service": "RIDE", "tier": "STANDARD", "premium_required": False}
    usual |= {"requirements": [], "ts": ts, "pickup_lat": at[0], "pickup_lon": at[1], "dropoff_lat": at[0], "dropoff_lon": at[1]}
    return usual | {"patience_s": 300, "offer_s": 0, "fare_cents": 2000} | more


def change(name: str, ts: int, what: str = "COMPLETED", **more: Any) -> Row:
    """What became of an order."""
    return {"order_id": name, "market": "sf", "ts": ts, "change": what} | more


def driver(name: str, ts: int = T0, services: Sequence[str] = ("RIDE",), **more: Any) -> Row:
    """A driver's profile."""
    usual: Row = {"driver_id": name, "market": "sf", "ts": ts, "vehicle": "SEDAN", "tier": "STANDARD", "features": [], "deleted": False}
    usual |= dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), 4.8) | {"total_rides": 10, "specialties": []}
    return (
        usual
        | dict.fromkeys(("completion_rate", "acceptance_rate", "eta_accuracy"), 0.9)
        | {"cancellation_rate": 0.0, "services": list(services)}
        | more
    )


def move(name: str, ts: int, at: tuple[float, float] = HERE, status: str = "AVAILABLE", **more: Any) -> Row:
    """A driver's place."""
    return {"driver_id": name, "market": "sf", "ts": ts, "lat": at[0], "lon": at[1], "status": status} | more


class World:
    """One task that is stepped; offsets go on from step to step. Its worker was never away, unless ``now`` tells when it stepped last."""

    def __init__(self, agent: GrowthAgent = AGENT, partition: int = 0, now: int = LATER) -> None:
        self.agent, self.partition = agent, partition
        self.state: GrowthState = agent.start(partition)
        self.state.now = now
        self.offsets: dict[str, int] = {}
        self.rows: dict[str, list[Row]] = {}
        self.dead: list[tuple[str, int, str]] = []

    def step(self, now: int = LATER, **events: Sequence[Row]) -> Decisions:
        """Step over events by topic, ``_`` for ``-``; what comes out is kept, too."""
        return self.take({name.replace("_", "-"): rows for name, rows in events.items()}, now)

    def take(self, events: Events, now: int = LATER) -> Decisions:
        """Step over events by topic."""
        batches = {}
        for topic, rows in events.items():
            if rows:
                start = self.offsets.get(topic, 0)
                batches[topic] = Batch(topic, self.partition, np.arange(start, start + len(rows)), frame(topic, rows))
                self.offsets[topic] = start + len(rows)
        out = self.agent.step(self.state, batches, now)
        for one in out.outputs:
            self.rows.setdefault(one.topic, []).extend(one.frame.to_dicts())
        self.dead += [(one.topic, one.offset, one.error) for one in out.rejected]
        return out

    def of(self, topic: str) -> list[Row]:
        """All rows of an output topic so far."""
        return self.rows.get(topic, [])

    def reload(self) -> None:
        """The state goes through its bytes."""
        data = self.agent.dump(self.state)
        self.state = self.agent.load(data)
        assert self.agent.dump(self.state) == data
