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
from streams.batch import Batch
from streams.contract import contract
from streams.publish import Publisher
from streams.records import Records, read
from tables.lookup import Tables
from tests.conftest import CreateTopics
from tests.mirrors import mirror
from tests.workers import committed, decoded, eventually, worker

NEAR = {"driver_id": "ana", "lat": 38.7120, "lon": -9.1390, "status": "AVAILABLE"}  # 170 m from the pickup
FAR = {"driver_id": "rui", "lat": 38.7400, "lon": -9.1500, "status": "AVAILABLE"}  # 3.4 km
PICKUP, DROPOFF = (38.7107, -9.1380), (38.7700, -9.1280)


def publish(topic: str, *rows: dict[str, Any]) -> None:
    """An app of a driver or a rider tells what happened: events of one topic, in Avro, keyed by their market."""
    told = [{"market": "lisbon", "ts": time.time_ns() // 1_000_000} | row for row in rows]
    schema = {name: dtype for name, dtype in codec(topic).polars_schema.items() if name in told[0]}  # the others have their defaults
    frame = pl.DataFrame(told, schema=schema)
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


def row(table: str, key: str) -> dict[str, Any]:
    """A row of a table, looked up in Redis; empty where there is none."""
    found = Tables().get(table, key)
    return found.row or {} if found else {}


@pytest.fixture
def city(topics: CreateTopics, redis_server: RedisServer, tmp_path: Path) -> Iterator[Path]:
    """The agent's topics with two partitions, a Redis, and the mirror between them; the folder takes the logs."""
    topics([name for name, topic in contract().topics.items() if topic.writer == "matching" or "matching" in topic.readers], 2)
    with mirror(tmp_path):
        yield tmp_path


def test_one_order_from_request_to_replay(city: Path) -> None:
    with worker(city / "worker.log", "matching") as process:
        # Two drivers say who they are and where they are. Eva, close to Ana, asks for a ride with a child seat.
        publish("driver-profiles", profile("ana", rating=4.6), profile("rui", rating=4.9))
        publish("driver-moves", NEAR, FAR)
        publish("orders", order("o-1"))

        decision = decision_on("o-1")
        the_decision_says_who_and_why(decision)
        the_decision_names_the_record_that_it_answers(decision)
        the_journal_covers_it(decision)
        the_tables_in_redis_show_it(decision)

        # While Ana is on her way to Eva she holds a live order: the next rider at the same corner gets Rui.
        publish("orders", order("o-2"))
        assert decision_on("o-2")["driver_id"] == "rui"

        # Eva is picked up and dropped off. Ana is free again, and the next order is hers.
        publish("order-changes", {"order_id": "o-1", "change": "PICKED_UP"}, {"order_id": "o-1", "change": "COMPLETED"})
        eventually(lambda: row("drivers", "ana").get("order_id") is None, what="Ana is free")
        publish("driver-moves", NEAR)
        publish("orders", order("o-3"))
        assert decision_on("o-3")["driver_id"] == "ana"

        process.process.kill()  # the worker dies without a warning
        process.wait()

    # Its successor recovers the state from snapshot, journal and inputs: it knows that Ana holds an order, so Rui gets the next one.
    publish("order-changes", {"order_id": "o-2", "change": "PICKED_UP"}, {"order_id": "o-2", "change": "COMPLETED"})
    publish("driver-moves", FAR)
    publish("orders", order("o-4"))
    with worker(city / "worker.log", "matching") as process:
        assert decision_on("o-4")["driver_id"] == "rui"
        assert process.stop() == 0, process.tail()

    # Every order has exactly one decision, and whoever has the log can make them all again.
    assert sorted(d["order_id"] for d in decoded("matching.decisions")) == ["o-1", "o-2", "o-3", "o-4"]
    assert decoded("matching.dead-letters") == []
    the_log_replays_byte_for_byte()


def the_decision_says_who_and_why(decision: dict[str, Any]) -> None:
    """Ana is nearer, Rui rated better: the score weighs both, and the decision shows how."""
    assert (decision["outcome"], decision["reason"], decision["driver_id"]) == ("MATCHED", "BEST_SCORE", "ana")
    assert decision["distance_m"] == pytest.approx(169, abs=5)
    assert decision["eta_s"] == pytest.approx(decision["distance_m"] / (30 / 3.6) + 180, abs=0.01), "30 km/h and three minutes"
    factors = {f["name"]: f for f in decision["factors"]}
    assert list(factors) == ["eta", "rating", "reliability", "fairness", "vehicle"]
    assert sum(f["value"] * f["weight"] for f in factors.values()) == pytest.approx(decision["score"], abs=0.001)
    (other,) = decision["alternatives"]
    assert other["driver_id"] == "rui"
    assert other["score"] < decision["score"]
    assert decision["candidates"] == 2


def the_decision_names_the_record_that_it_answers(decision: dict[str, Any]) -> None:
    """Its coordinates are those of the order's record, and its own name is made of them: the same record, the same name."""
    at = (decision["partition"], decision["offset"])
    (asked,) = [m for m in committed(decision["topic"]) if (m.partition(), m.offset()) == at]
    assert journal.decode("orders", asked.value())["order_id"] == "o-1"
    assert asked.key() == b"lisbon"
    assert decision["decision_id"] == f"matching/orders/{at[0]}/{at[1]}/0"
    (answer,) = [m for m in committed("matching.decisions") if m.key() == b"o-1"]
    assert answer.partition() == asked.partition(), "what a task writes goes to its own partition"


def the_journal_covers_it(decision: dict[str, Any]) -> None:
    """Committed with the decision: which records the step saw, and the digest of what it wrote, chained to the record before."""
    values = [m.value() for m in committed("matching.journal") if m.partition() == decision["partition"]]
    records = [journal.decode("matching.journal", value) for value in values]
    assert [r["previous"] for r in records] == [b"", *(hashlib.sha256(value).digest() for value in values[:-1])]
    (covering,) = [r for r in records if any(covers(seen, decision) for step in r["steps"] for seen in step["ranges"])]
    assert covering["code_version"] == decision["code_version"]
    assert [step["now"] for step in covering["steps"] if any(covers(seen, decision) for seen in step["ranges"])] == [decision["decided_at"]]
    (output,) = [o for o in covering["outputs"] if o["topic"] == "matching.decisions"]
    assert output["count"] == 1


def covers(seen: dict[str, Any], decision: dict[str, Any]) -> bool:
    """Whether a range of offsets holds the decision's order."""
    return bool(seen["topic"] == decision["topic"] and seen["start"] <= decision["offset"] < seen["end"])


def the_tables_in_redis_show_it(decision: dict[str, Any]) -> None:
    """The mirror brings the compacted topics to Redis: the decision by order, the driver with her live order, the market's statistics."""
    eventually(lambda: row("decisions", "o-1"), what="the decision in Redis")
    assert row("decisions", "o-1") == decision
    assert eventually(lambda: row("drivers", "ana"), what="Ana in Redis")["order_id"] == "o-1"
    assert row("drivers", "ana")["status"] == "ASSIGNED"
    eventually(lambda: row("markets", "lisbon").get("matched") == 1, what="the market in Redis")


def the_log_replays_byte_for_byte() -> None:
    """Step a new task over the records that the journal names, at the journalled times: the decisions are the same, to the byte."""
    for partition in range(2):
        log = {topic: [m for m in committed(topic) if m.partition() == partition] for topic in (*AGENT.inputs, "matching.decisions")}
        state = AGENT.start(partition)
        again: list[bytes] = []
        for record in (journal.decode("matching.journal", m.value()) for m in committed("matching.journal") if m.partition() == partition):
            for step in record["steps"]:
                batches = {seen["topic"]: batch_of(log[seen["topic"]], partition, seen) for seen in step["ranges"]}
                for output in AGENT.step(state, batches, step["now"]).outputs:
                    again += codec(output.topic).encode(output.frame) if output.topic == "matching.decisions" else []
        assert again == [m.value() for m in log["matching.decisions"]]


def batch_of(messages: list[Any], partition: int, seen: dict[str, Any]) -> Batch:
    """The records of a journalled range, as the step saw them."""
    chosen = [m for m in messages if seen["start"] <= m.offset() < seen["end"]]
    return read(Records(seen["topic"], partition, chosen, seen["start"], seen["end"])).batch
