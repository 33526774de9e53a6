"""One order's story, from the rider's request to its replay: the place to start reading.

Everything here is real: a Kafka broker, a worker process of the matching agent, Redis and the mirror. The words are DESIGN §2's.

    driver-profiles ┐                          ┌ matching.decisions ┐
    driver-moves    ├→  matching, one task     ├ matching.drivers   ├→  tables in Redis
    order-changes   │   per partition          ├ matching.markets   ┘
    orders          ┘                          └ matching.journal: what each step saw, in a chain of hashes
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from agents.matching.agent import AGENT
from ops.broker import RedisServer
from streams import journal
from streams.avro import codec
from streams.publish import Publisher
from streams.records import Records, read
from tables.lookup import Tables
from tests.conftest import CreateTopics
from tests.mirrors import mirror
from tests.workers import committed, decoded, eventually, worker

NEAR = {"driver_id": "ana", "lat": 38.7120, "lon": -9.1390}  # 160 m from the pickup
FAR = {"driver_id": "rui", "lat": 38.7400, "lon": -9.1500}  # 3 km
PICKUP, DROPOFF = (38.7107, -9.1380), (38.7700, -9.1280)


def publish(topic: str, *rows: dict[str, Any]) -> None:
    """An app of a driver or a rider tells what happened: events of one topic, in Avro, keyed by their market."""
    frame = pl.DataFrame([{"market": "lisbon", "ts": time.time_ns() // 1_000_000} | row for row in rows], schema=codec(topic).polars_schema)
    with Publisher() as publisher:
        publisher.publish(topic, frame)


def profile(driver_id: str, rating: float) -> dict[str, Any]:
    ratings = dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), rating)
    rates = {"completion_rate": 0.99, "acceptance_rate": 0.95, "cancellation_rate": 0.01, "eta_accuracy": 0.9}
    vehicle = {"vehicle": "SEDAN", "features": ["CHILD_SEAT"], "services": ["RIDE"], "tier": "STANDARD", "specialties": []}
    return {"driver_id": driver_id, "total_rides": 500, "deleted": False, **ratings, **rates, **vehicle}


def order(order_id: str) -> dict[str, Any]:
    places = {"pickup_lat": PICKUP[0], "pickup_lon": PICKUP[1], "dropoff_lat": DROPOFF[0], "dropoff_lon": DROPOFF[1]}
    wishes = {"service": "RIDE", "tier": "STANDARD", "premium_required": False, "requirements": ["CHILD_SEAT"], "patience_s": 120}
    return {"order_id": order_id, "rider_id": "eva", "preferred_vehicle": None, "scheduled_ts": None, **places, **wishes}


def decision_on(order_id: str) -> dict[str, Any]:
    """The one decision on an order, as soon as its transaction is committed."""
    found = eventually(lambda: [d for d in decoded("matching.decisions") if d["order_id"] == order_id], what=f"a decision on {order_id}")
    (decision,) = found
    return dict(decision)


@pytest.fixture
def city(topics: CreateTopics, redis_server: RedisServer, tmp_path: Path) -> Iterator[Path]:
    """Topics of two partitions, a Redis, and the mirror between them; the folder takes the logs."""
    topics([name for name in ("driver-profiles", "driver-moves", "order-changes", "orders")] + [f"matching.{n}" for n in OUTPUTS], 2)
    with mirror(tmp_path):
        yield tmp_path


OUTPUTS = ("decisions", "drivers", "markets", "journal", "snapshots", "dead-letters")


def test_one_order_from_request_to_replay(city: Path) -> None:
    with worker(city / "worker.log", "matching") as process:
        # Two drivers say who they are and where they are. Eva, close to Ana, asks for a ride with a child seat.
        publish("driver-profiles", profile("ana", rating=4.6), profile("rui", rating=4.9))
        publish("driver-moves", {**NEAR, "status": "AVAILABLE"}, {**FAR, "status": "AVAILABLE"})
        publish("orders", order("o-1"))

        decision = decision_on("o-1")
        the_decision_says_who_and_why(decision)
        the_decision_names_the_record_it_answers(decision)
        the_journal_covers_it(decision)
        the_tables_in_redis_show_it(decision)

        # While Ana is on her way to Eva, she holds a live order: the next rider nearby gets Rui.
        publish("orders", order("o-2"))
        assert decision_on("o-2")["driver_id"] == "rui"

        # Eva is picked up and dropped off. Ana is free again, and gets the next order.
        publish("order-changes", {"order_id": "o-1", "change": "PICKED_UP"})
        publish("order-changes", {"order_id": "o-1", "change": "COMPLETED"})
        eventually(lambda: row("drivers", "ana")["status"] == "AVAILABLE", what="Ana is free")
        publish("driver-moves", {**NEAR, "status": "AVAILABLE"})
        publish("orders", order("o-3"))
        assert decision_on("o-3")["driver_id"] == "ana"

        process.process.kill()  # without any warning

    # Its successor recovers the state: it knows all three orders, and decides none of them a second time.
    with worker(city / "worker.log", "matching") as process:
        publish("orders", order("o-4"))
        assert decision_on("o-4")["reason"] in ("BEST_SCORE", "NO_DRIVER")
        assert process.stop() == 0, process.tail()
    assert sorted(d["order_id"] for d in decoded("matching.decisions")) == ["o-1", "o-2", "o-3", "o-4"]

    the_log_replays_byte_for_byte()
