"""Every way in which a record can be wrong has its class and a message that says what; what is right passes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.matching.agent import AGENT
from agents.matching.policy import DEFAULT
from agents.matching.reading import NONE, read_moves, read_orders, read_profiles
from streams.batch import Batch, Rejected
from tests.pure.matching_events import LAT, NOW, SCHEMAS, Row, batch, change, move, order, profile, unhurried

TOPICS = {"driver-profiles": profile, "driver-moves": move, "orders": order, "order-changes": change}
MAKERS: dict[str, Any] = TOPICS
TOO_LATE = NOW + DEFAULT.future_ms + 1
FAR = {"pickup_lat": 0.0, "pickup_lon": 0.0, "dropoff_lat": 0.0, "dropoff_lon": 4.6}

WRONG = [
    ("driver-profiles", {"driver_id": ""}, "MissingId", "driver_id is empty"),
    ("driver-profiles", {"market": ""}, "MissingId", "market is empty"),
    ("driver-profiles", {"rating_30d": 7.0}, "InvalidProfile", "rating_30d 7.0 is outside 0…5"),
    ("driver-profiles", {"rating_90d": -0.1}, "InvalidProfile", "rating_90d"),
    ("driver-profiles", {"rating_lifetime": math.nan}, "InvalidProfile", "rating_lifetime nan"),
    ("driver-profiles", {"completion_rate": 1.01}, "InvalidProfile", "completion_rate 1.01 is outside 0…1"),
    ("driver-profiles", {"acceptance_rate": -1.0}, "InvalidProfile", "acceptance_rate"),
    ("driver-profiles", {"cancellation_rate": math.inf}, "InvalidProfile", "cancellation_rate"),
    ("driver-profiles", {"eta_accuracy": 2.0}, "InvalidProfile", "eta_accuracy"),
    ("driver-profiles", {"total_rides": -1}, "InvalidProfile", "total_rides -1 is negative"),
    ("driver-profiles", {"vehicle": None}, "UnknownSymbol", "vehicle"),
    ("driver-profiles", {"ts": 0}, "InvalidTimestamp", "ts 0 is not after the epoch"),
    ("driver-moves", {"driver_id": ""}, "MissingId", "driver_id"),
    ("driver-moves", {"market": ""}, "MissingId", "market"),
    ("driver-moves", {"lat": 95.0}, "InvalidPosition", "latitude 95.0 is outside -90…90"),
    ("driver-moves", {"lat": math.nan}, "InvalidPosition", "latitude nan"),
    ("driver-moves", {"lon": -180.5}, "InvalidPosition", "longitude -180.5"),
    ("driver-moves", {"lon": math.inf}, "InvalidPosition", "longitude inf"),
    ("driver-moves", {"ts": -5}, "InvalidTimestamp", "ts -5"),
    ("driver-moves", {"ts": -(2**63)}, "InvalidTimestamp", "not after the epoch"),
    ("driver-moves", {"ts": TOO_LATE}, "FromTheFuture", "60001 ms after the step's now"),
    ("driver-moves", {"ts": 2**63 - 1}, "FromTheFuture", "after the step's now"),
    ("orders", {"order_id": ""}, "MissingId", "order_id"),
    ("orders", {"rider_id": ""}, "MissingId", "rider_id"),
    ("orders", {"market": ""}, "MissingId", "market"),
    ("orders", {"pickup_lat": -90.1}, "InvalidPosition", "pickup latitude -90.1"),
    ("orders", {"dropoff_lon": math.nan}, "InvalidPosition", "drop-off longitude nan"),
    ("orders", {"patience_s": 0}, "InvalidPatience", "patience_s 0"),
    ("orders", {"patience_s": -10}, "InvalidPatience", "patience_s -10"),
    ("orders", {"patience_s": 86_401}, "InvalidPatience", "patience_s 86401"),
    ("orders", {"scheduled_ts": NOW - 3_600_001}, "InvalidSchedule", "scheduled_ts lies -3600 s after ts"),
    ("orders", {"scheduled_ts": NOW + 31 * 86_400_000}, "InvalidSchedule", "scheduled_ts"),
    ("orders", {"scheduled_ts": 2**63 - 1}, "InvalidSchedule", "scheduled_ts"),
    ("orders", FAR, "TripTooLong", "drop-off lies 511 km from the pickup; the limit is 500 km"),
    ("orders", {"ts": TOO_LATE}, "FromTheFuture", "60001 ms"),
    ("orders", {"service": None}, "UnknownSymbol", "service"),
    ("order-changes", {"order_id": ""}, "MissingId", "order_id"),
    ("order-changes", {"ts": TOO_LATE}, "FromTheFuture", "60001 ms"),
    ("order-changes", {"change": None}, "UnknownSymbol", "change None is not of the schema"),
]


@pytest.mark.parametrize(("topic", "broken", "error", "message"), WRONG)
def test_a_wrong_record_is_rejected_with_its_reason_and_the_rest_of_its_batch_is_not(
    topic: str, broken: Row, error: str, message: str
) -> None:
    names = {"driver_id": "other"} if topic.startswith("driver") else {"order_id": "other"}
    rows = [MAKERS[topic](**names), MAKERS[topic](**broken), MAKERS[topic](**names | {"market": "la"})]
    decisions = AGENT.step(AGENT.start(3), {topic: batch(topic, rows, offset=70)}, NOW)
    (rejected,) = decisions.rejected
    assert (rejected.topic, rejected.offset, rejected.error, rejected.expected) == (topic, 71, error, False)
    assert message in rejected.message
    only_good = AGENT.step(AGENT.start(3), {topic: without(batch(topic, rows, offset=70), 1)}, NOW)
    assert len(decisions.outputs) == len(only_good.outputs)
    assert all(a.frame.equals(b.frame) for a, b in zip(decisions.outputs, only_good.outputs, strict=True))


def without(given: Batch, row: int) -> Batch:
    """The batch as if the runtime had left one record out."""
    kept = [i for i in range(len(given)) if i != row]
    return Batch(given.topic, given.partition, given.offsets[kept], given.frame[kept])


def test_a_record_is_rejected_once_for_its_first_fault() -> None:
    decisions = AGENT.step(AGENT.start(3), {"driver-moves": batch("driver-moves", [move("", lat=95.0, ts=0)])}, NOW)
    assert [one.error for one in decisions.rejected] == ["MissingId"]


def test_the_borders_are_inside() -> None:
    rejected: list[Any] = []
    read_moves(
        batch("driver-moves", [move(lat=90.0, lon=-180.0, ts=1), move(lat=-90.0, lon=180.0, ts=TOO_LATE - 1)]), NOW, DEFAULT, rejected
    )
    read_profiles(
        batch("driver-profiles", [profile(rating_30d=5.0, rating_90d=0.0, completion_rate=1.0, acceptance_rate=0.0)]),
        NOW,
        DEFAULT,
        rejected,
    )
    edges = [
        order("a", patience_s=1),
        order("b", patience_s=86_400, scheduled_ts=NOW - 3_600_000),
        order("c", scheduled_ts=NOW + 86_400_000),
    ]
    read_orders(batch("orders", edges), NOW, DEFAULT, rejected)
    assert rejected == []


def test_enums_may_come_as_strings() -> None:
    row = order(requirements=["PET_FRIENDLY", "CHILD_SEAT"], preferred_vehicle="SUV", tier="GOLD", service="GOODS")
    as_enums = batch("orders", [row, order("o2")])
    text = [pl.col("service", "tier", "preferred_vehicle").cast(pl.String), pl.col("requirements").cast(pl.List(pl.String))]
    as_text = Batch("orders", 3, as_enums.offsets, as_enums.frame.with_columns(text))
    reads = [read_orders(each, NOW, DEFAULT, []) for each in (as_enums, as_text)]
    for rows in reads:
        assert {name: rows[name].tolist() for name in ("service", "tier", "requirements", "preferred")} == {
            "service": [4, 0],
            "tier": [3, 0],
            "requirements": [0b011, 0],
            "preferred": [1, NONE],
        }


def expected_of(rejected: list[Rejected]) -> list[tuple[str, int, str, bool]]:
    return [(one.topic, one.offset, one.error, one.expected) for one in rejected]


def test_late_moves_are_expected_and_rejected_in_offset_order() -> None:
    state = AGENT.start(3)
    rows = [move(ts=NOW - 20), move(ts=NOW - 10), move(ts=NOW - 10, lat=LAT + 1), move(ts=NOW - 30), move(ts=NOW - 5)]
    decisions = AGENT.step(state, {"driver-moves": batch("driver-moves", rows)}, NOW)
    late = [("driver-moves", 2, "OutOfOrder", True), ("driver-moves", 3, "OutOfOrder", True)]
    assert expected_of(list(decisions.rejected)) == late
    decisions = AGENT.step(state, {"driver-moves": batch("driver-moves", [move(ts=NOW - 5), move(ts=NOW - 4)], offset=5)}, NOW)
    assert expected_of(list(decisions.rejected)) == [("driver-moves", 5, "OutOfOrder", True)]
    assert state.markets["sf"].drivers.columns["position_ts"].tolist() == [NOW - 4]


def test_an_older_profile_is_expected_and_rejected() -> None:
    state = AGENT.start(3)
    rows = [profile(ts=NOW), profile(ts=NOW - 1)]
    decisions = AGENT.step(state, {"driver-profiles": batch("driver-profiles", rows)}, NOW)
    assert expected_of(list(decisions.rejected)) == [("driver-profiles", 1, "OutOfOrder", True)]


def test_a_repeated_order_is_expected_and_rejected_in_the_same_batch_and_later() -> None:
    state = AGENT.start(3)
    decisions = AGENT.step(state, {"orders": batch("orders", [order(), order(), order("o2")])}, NOW)
    assert expected_of(list(decisions.rejected)) == [("orders", 1, "DuplicateOrder", True)]
    decisions = AGENT.step(state, {"orders": batch("orders", [order("o3"), order("o2")], offset=3)}, NOW)
    assert expected_of(list(decisions.rejected)) == [("orders", 4, "DuplicateOrder", True)]
    assert state.markets["sf"].counts.orders == 3


def test_the_same_order_id_in_another_market_is_another_order() -> None:
    decisions = AGENT.step(AGENT.start(3), {"orders": batch("orders", [order(), order(market="la")])}, NOW)
    assert decisions.rejected == []


WILD: dict[Any, tuple[Any, ...]] = {
    pl.String: ("", "x", "\x00", "é" * 300, "sf", "d1"),
    pl.Int32: (0, -1, 2**31 - 1, -(2**31), 60),
    pl.Int64: (0, -1, 2**63 - 1, -(2**63), NOW, NOW - 1, 1),
    pl.Float64: (0.0, -0.0, math.nan, math.inf, -math.inf, 1e308, 90.0, 37.7, 1.0),
    pl.Boolean: (True, False),
}


def wild(row: Row, topic: str, rng: np.random.Generator) -> Row:
    """The row with some fields of their types' oddest values."""
    for field, kind in SCHEMAS[topic].items():
        if kind in WILD and rng.random() < 0.15:
            row[field] = WILD[kind][int(rng.integers(len(WILD[kind])))]
    return row


@given(st.integers(0, 10**9))
@unhurried
def test_no_values_of_the_schemas_types_stop_a_step(seed: int) -> None:
    rng, state = np.random.default_rng(seed), AGENT.start(3)
    accepted = decided = 0
    for i in range(3):
        given_batches = {}
        for topic, make in MAKERS.items():
            name = "driver_id" if topic.startswith("driver") else "order_id"
            rows = [wild(make(**{name: f"{name[0]}{rng.integers(9)}"}), topic, rng) for _ in range(int(rng.integers(1, 12)))]
            given_batches[topic] = batch(topic, rows, offset=100 * i)
        made = AGENT.step(state, given_batches, NOW + i)
        accepted += len(given_batches["orders"]) - sum(one.topic == "orders" for one in made.rejected)
        decided += sum(output.frame.height for output in made.outputs if output.topic == "matching.decisions")
    state = AGENT.load(AGENT.dump(state))
    ended = AGENT.step(state, {}, NOW + 86_400_000 * 2)
    decided += sum(output.frame.height for output in ended.outputs if output.topic == "matching.decisions")
    assert decided == accepted
