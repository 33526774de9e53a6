"""What the matching agent does with orders, drivers and time, case by case."""

from __future__ import annotations

import pytest

from agents.matching.agent import AGENT
from agents.matching.policy import DEFAULT
from tests.pure.matching_events import HOUR, LAT, LON, NOW, SECOND, Row, Task, change, ends, move, order, profile


def test_a_match_says_who_why_and_instead_of_whom() -> None:
    task = Task()
    profiles = [profile("near", rating_30d=4.0), profile("good", rating_30d=5.0)]
    (row,) = task.step(profiles=profiles, moves=[move("near"), move("good", lat=LAT + 0.001)], orders=[order(ts=NOW - 2000)])
    factors = {factor["name"]: factor for factor in row.pop("factors")}
    (other,) = row.pop("alternatives")
    assert row == {
        "decision_id": "matching/orders/3/0/0",
        "order_id": "o1",
        "market": "sf",
        "outcome": "MATCHED",
        "reason": "BEST_SCORE",
        "driver_id": "good",
        "service": "RIDE",
        "topic": "orders",
        "partition": 3,
        "offset": 0,
        "event_ts": NOW - 2000,
        "decided_at": NOW,
        "waited_ms": 2000,
        "eta_s": pytest.approx(180 + 111.195 / (30 / 3.6), abs=0.001),
        "distance_m": pytest.approx(111.195, abs=0.001),
        "score": pytest.approx(sum(factor["value"] * factor["weight"] for factor in factors.values()), abs=1e-9),
        "candidates": 2,
        "code_version": AGENT.code_version,
        "policy_version": DEFAULT.version,
        "model_versions": [f"fairness:{NOW}"],
        "propensity": None,
        "guards": [],
        "cost_s": pytest.approx(193.343 + 300 * 0.15 / 0.5 * (1 - 0.87) + 20 * 0.2 / 0.8, abs=0.002),
        "price_s": 0.0,
        "proven": True,
        "boost_s": 0.0,
        "accept_s": 5.0,
        "future_s": 0.0,
        "chance": 0.8,
        "offer_id": None,
        "offers": 0,
        "bundle_id": None,
        "stop": 0,
        "price_cents": 1500,
        "pay_cents": 1275,
    }
    values = {name: factor["value"] for name, factor in factors.items()}
    assert values == pytest.approx({"eta": 0.935552, "rating": 1.0, "reliability": 0.87, "fairness": 0.5, "vehicle": 1.0}, abs=1e-6)
    assert [factor["weight"] for factor in factors.values()] == list(DEFAULT.weights)
    cost_s = 180 + 300 / 0.5 * (0.25 * (1 - 0.75) + 0.15 * (1 - 0.87)) + 5
    short_s = pytest.approx(cost_s - row["cost_s"], abs=0.002)
    assert other.pop("short_s") == short_s
    assert other == {
        "driver_id": "near",
        "score": pytest.approx(0.822),
        "eta_s": 180.0,
        "distance_m": 0.0,
        "cost_s": pytest.approx(cost_s, abs=0.001),
    }


def test_a_nearer_driver_that_another_order_got_is_named_as_the_guard() -> None:
    task = Task().with_driver("d1").with_driver("d2", lon=LON + 0.03)
    rows = {row["order_id"]: row for row in task.step(orders=[order("far", pickup_lat=LAT - 0.01), order("here")])}
    assert (rows["here"]["driver_id"], rows["here"]["guards"]) == ("d1", [])
    assert (rows["far"]["driver_id"], rows["far"]["guards"]) == ("d2", ["taken"])


def test_at_most_nine_alternatives() -> None:
    task = Task()
    names = [f"d{i}" for i in range(15)]
    moves = [move(name, lat=LAT + i / 1000) for i, name in enumerate(names)]
    (row,) = task.step(profiles=[profile(name) for name in names], moves=moves, orders=[order()])
    assert [row["driver_id"], *(other["driver_id"] for other in row["alternatives"])] == names[:10]
    assert row["candidates"] == 15


def test_an_order_waits_for_a_driver_and_is_matched_when_one_comes() -> None:
    task = Task()
    assert task.step(orders=[order()]) == []
    task.with_driver(after=30 * SECOND)
    assert [(row["driver_id"], row["waited_ms"]) for row in task.decided] == [("d1", 30 * SECOND)]


def test_patience_ends_by_the_clock_also_without_records() -> None:
    task = Task()
    task.step(orders=[order(patience_s=20)])
    assert task.step(20 * SECOND) == []
    (row,) = task.step(20 * SECOND + 1)
    assert (row["reason"], row["driver_id"], row["score"], row["factors"], row["guards"]) == (
        "NO_DRIVER",
        None,
        None,
        [],
        ["no_able_driver"],
    )
    assert task.step(HOUR) == []


def test_the_clock_is_event_time_so_old_recordings_replay() -> None:
    long_ago = 1_211_000_000_000
    task = Task()
    past = [profile(ts=long_ago)], [move(ts=long_ago)], [order(ts=long_ago)]
    assert ends(task.step(profiles=past[0], moves=past[1], orders=past[2])) == [("o1", "BEST_SCORE")]
    task.step(10 * SECOND, orders=[order("o2", ts=long_ago + 10 * SECOND)])
    assert task.state.markets["sf"].pace.clock == long_ago + 10 * SECOND
    assert ends(task.step(20 * SECOND, moves=[move(ts=long_ago + 10 * SECOND + 120_001)])) == [("o2", "NO_DRIVER")]


def test_markets_keep_their_own_clocks_drivers_and_orders() -> None:
    task = Task().with_driver("d1")
    assert task.step(orders=[order("o1", market="la"), order("o2", market="la", ts=NOW - 60 * SECOND)]) == []
    assert ends(task.step(70 * SECOND, moves=[move(ts=NOW + 70 * SECOND)])) == [("o2", "NO_DRIVER")]
    clocks = {name: market.pace.clock - NOW for name, market in task.state.markets.items()}
    assert clocks == {"sf": 70 * SECOND, "la": 70 * SECOND}


def test_an_order_later_than_its_patience_is_late() -> None:
    task = Task().with_driver()
    rows = task.step(orders=[order("late", ts=NOW - 120_001), order("just", ts=NOW - 120_000)])
    assert ends(rows) == [("late", "LATE"), ("just", "BEST_SCORE")]


@pytest.mark.parametrize(
    ("what", "reason"),
    [("CANCELLED_BY_RIDER", "CANCELLED"), ("CANCELLED_BY_DRIVER", "CLOSED"), ("COMPLETED", "CLOSED"), ("PICKED_UP", "CLOSED")],
)
@pytest.mark.parametrize("when", ["same step", "later step", "before the order"])
def test_a_change_ends_a_waiting_order(what: str, reason: str, when: str) -> None:
    task, one = Task(), change("o1", what)
    if when == "same step":
        task.step(orders=[order()], changes=[one])
    elif when == "later step":
        task.step(orders=[order()])
        task.step(changes=[one])
    else:
        task.step(changes=[one])
        task.with_driver().step(10, orders=[order()])
    assert ends(task.all) == [("o1", reason)]
    assert task.step(HOUR, changes=[one]) == []
    assert task.state.markets["sf"].counts.cancelled == (reason == "CANCELLED")


def test_what_ended_an_order_first_is_its_reason() -> None:
    task = Task()
    both = [change("o1", "CANCELLED_BY_RIDER"), change("o1", "COMPLETED"), change("late", "CANCELLED_BY_RIDER")]
    assert ends(task.step(orders=[order(), order("late", ts=NOW - HOUR)], changes=both)) == [("o1", "CANCELLED"), ("late", "LATE")]


def test_an_early_change_is_forgotten_after_a_while() -> None:
    task = Task()
    task.step(changes=[change("o1", "CANCELLED_BY_RIDER")])
    task.with_driver(after=600 * SECOND + 1)
    assert ends(task.step(600 * SECOND + 1, orders=[order(ts=NOW + 600 * SECOND + 1)])) == [("o1", "BEST_SCORE")]
    assert len(task.state.markets["sf"].early.changes) == 0


@pytest.mark.parametrize("what", ["COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER"])
def test_the_end_of_a_live_order_frees_its_driver(what: str) -> None:
    task = Task().with_driver()
    task.step(orders=[order("o1"), order("o2", pickup_lat=LAT + 0.01)])
    assert ends(task.decided) == [("o1", "BEST_SCORE")]
    assert task.step(SECOND, changes=[change("o1", "PICKED_UP", ts=NOW + SECOND)]) == []
    assert task.step(2 * SECOND, changes=[change("o1", what, ts=NOW + 2 * SECOND)]) == []
    assert ends(task.step(3 * SECOND)) == [("o2", "BEST_SCORE")]
    assert task.state.markets["sf"].drivers.orders == {0: "o2"}


def test_a_lost_completion_does_not_hold_a_driver_forever() -> None:
    task = Task().with_driver()
    task.step(orders=[order("o1")])
    task.step(4 * HOUR - 1, moves=[move(ts=NOW + 4 * HOUR - 1)], orders=[order("o2", ts=NOW + 4 * HOUR - 1)])
    assert task.decided == []
    task.step(4 * HOUR)
    assert ends(task.step(4 * HOUR + 3 * SECOND)) == [("o2", "BEST_SCORE")]


def test_order_ids_are_remembered_for_a_day_and_then_forgotten() -> None:
    task = Task()
    accepted = []
    for hours in range(30):
        at = NOW + hours * HOUR
        task.step(hours * HOUR, orders=[order("o1", ts=at, patience_s=1), order(f"hourly-{hours}", ts=at)])
        if "DuplicateOrder" not in task.errors:
            accepted.append(hours)
        task.step(hours * HOUR + 2 * SECOND)
    assert accepted == [0, 25]
    assert [row["reason"] for row in task.all if row["order_id"] == "o1"] == ["NO_DRIVER", "NO_DRIVER"]


@pytest.mark.parametrize(
    ("driver", "wanted", "served"),
    [
        ({}, {}, True),
        ({"services": ["FOOD"], "vehicle": "CAR"}, {}, False),
        ({"services": ["RIDE", "FOOD"], "vehicle": "CAR"}, {}, False),
        ({"features": ["CHILD_SEAT"]}, {"requirements": ["CHILD_SEAT"]}, True),
        ({"features": ["CHILD_SEAT"]}, {"requirements": ["CHILD_SEAT", "PET_FRIENDLY"]}, False),
        ({"rating_30d": 4.5}, {"tier": "GOLD"}, True),
        ({"rating_30d": 4.49}, {"tier": "GOLD"}, False),
        ({"rating_30d": 4.9}, {"tier": "GOLD", "premium_required": True}, False),
        ({"rating_30d": 4.9, "tier": "GOLD"}, {"tier": "GOLD", "premium_required": True}, True),
        ({"rating_30d": 4.9, "tier": "PLATINUM"}, {"tier": "GOLD", "premium_required": True}, True),
        ({"rating_30d": 1.0}, {"premium_required": True}, True),
        ({"deleted": True}, {}, False),
    ],
)
def test_who_may_serve_what(driver: Row, wanted: Row, served: bool) -> None:
    task = Task()
    rows = task.step(profiles=[profile(**driver)], moves=[move()], orders=[order(**wanted)])
    assert [row["driver_id"] for row in rows] == (["d1"] if served else [])


def test_an_unmatched_order_says_which_rule_left_it_alone() -> None:
    task = Task().with_driver("d1")
    task.step(
        orders=[
            order("far", pickup_lat=LAT + 0.06),
            order("food", service="FOOD"),
            order("gold", tier="PLATINUM"),
            order("first"),
            order("second"),
        ]
    )
    rows = {row["order_id"]: row["guards"] for row in task.step(121 * SECOND)}
    assert rows == {
        "far": ["eta_limit"],
        "food": ["no_able_driver"],
        "gold": ["no_able_driver", "tier_minimum:PLATINUM>=4.8"],
        "second": ["all_taken"],
    }


def test_fifteen_minutes_are_within_the_limit_and_no_more() -> None:
    degrees_per_m = 1 / 111_195.08
    task = Task().with_driver("d1", lat=LAT + 5_999.9 * degrees_per_m)
    assert ends(task.step(orders=[order()])) == [("o1", "BEST_SCORE")]
    task = Task().with_driver("d1", lat=LAT + 6_000.1 * degrees_per_m)
    assert task.step(orders=[order()]) == []


def test_a_preferred_vehicle_counts_but_does_not_exclude() -> None:
    task = Task()
    task.step(profiles=[profile("a"), profile("b", vehicle="SUV")], moves=[move("a"), move("b", lat=LAT + 0.001)])
    (row,) = task.step(orders=[order(preferred_vehicle="SUV")])
    assert row["driver_id"] == "b"


def test_who_earned_more_an_active_hour_makes_way_for_others() -> None:
    task = Task().with_driver("rich").with_driver("poor", lat=LAT + 0.002)
    assert task.step(orders=[order("before", fare_cents=90_000)])[0]["driver_id"] == "rich"
    for after in range(0, 1200 * SECOND, 60 * SECOND):  # both are online for twenty minutes
        task.step(after, moves=[move("rich", ts=NOW + after), move("poor", ts=NOW + after, lat=LAT + 0.002)])
    end = 1200 * SECOND
    task.step(
        end, changes=[change("before", ts=NOW + end)], moves=[move("rich", ts=NOW + end), move("poor", ts=NOW + end, lat=LAT + 0.002)]
    )
    boosts = {row["driver_id"]: row["boost_s"] for row in task.fairness}
    assert boosts["rich"] > 0 > boosts["poor"]
    (row,) = task.step(end + SECOND, orders=[order("after", ts=NOW + end + SECOND)])
    assert (row["driver_id"], row["boost_s"]) == ("poor", boosts["poor"])


def test_waiting_orders_are_tried_again_when_drivers_change_but_not_at_every_step() -> None:
    task = Task()
    task.step(orders=[order()])
    task.with_driver(after=100, lat=LAT + 0.1)
    assert task.step(3000) == []  # too far away
    assert task.step(3100, moves=[move(ts=NOW + 3100)]) == []
    assert task.step(5999) == []
    assert AGENT.due(task.state, NOW + 6000)
    assert ends(task.step(6000)) == [("o1", "BEST_SCORE")]


def test_where_drivers_are_plenty_an_order_is_not_held() -> None:
    task = Task()
    for i in range(9):
        task.with_driver(f"d{i}")
    for after in (10, 20, 30):
        assert ends(task.step(after, orders=[order(f"o{after}", ts=NOW + after)])) == [(f"o{after}", "BEST_SCORE")]


def test_where_drivers_are_few_orders_are_held_and_assigned_together() -> None:
    task = Task().with_driver("north", lat=LAT + 0.01).with_driver("south", lat=LAT - 0.02)
    task.step(orders=[order("before", service="FOOD")])  # opens a window: nobody serves it, and there are two drivers for it
    assert task.step(100, orders=[order("middle", ts=NOW + 100)]) == []
    assert task.step(200, orders=[order("top", ts=NOW + 200, pickup_lat=LAT + 0.03)]) == []
    rows = {row["order_id"]: row["driver_id"] for row in task.step(1500)}
    assert rows == {
        "middle": "south",
        "top": "north",
    }  # alone, "middle" would have got the nearer driver


def test_no_order_is_held_beyond_its_patience() -> None:
    task = Task().with_driver("d1").with_driver("d2")
    task.step(orders=[order("before", service="FOOD")])
    assert ends(task.step(100, orders=[order(ts=NOW + 100, patience_s=2)])) == [("o1", "BEST_SCORE")]


def test_orders_are_not_held_while_a_backlog_is_caught_up() -> None:
    task = Task().with_driver("d1").with_driver("d2")
    task.step(orders=[order("before", service="FOOD", patience_s=600)])
    task.step(SECOND, orders=[order("o1", ts=NOW + SECOND, service="FOOD", patience_s=600)])
    assert ends(task.step(SECOND + 10, orders=[order("o2", ts=NOW + 9 * SECOND)])) == [("o2", "BEST_SCORE")]
