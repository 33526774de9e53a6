"""What the step learns from ordinary traffic, and that it decides by it: travel times, incomes, the value of places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.matching.agent import MatchingAgent
from agents.matching.future import FuturePolicy
from agents.matching.policy import DEFAULT
from tests.pure.matching_events import LAT, LON, NOW, SECOND, Row, Task, change, move, order, profile

MINUTE = 60 * SECOND
FAST = 5 * MINUTE  # for six kilometres: 72 km/h


def driven(task: Task, after: int, took: int, drives: int) -> None:
    """So many drives of ``took`` ms over six kilometres in a straight line, by as many drivers at once, begun ``after`` NOW."""
    names = [f"c{i}" for i in range(drives)]

    def there(at: int, share: float, status: str) -> list[Row]:
        return [move(name, ts=NOW + at, lat=LAT + 0.054 * share, status=status) for name in names]

    task.step(after - 1, moves=there(after - 1, 0.0, "AVAILABLE"))
    for i in range(6):
        at = after + took * i // 5
        task.step(at, moves=there(at, i / 5, "BUSY"))
    task.step(after + took + SECOND, moves=there(after + took + SECOND, 1.0, "AVAILABLE"))


def test_travel_times_are_learnt_from_drives_and_enter_the_eta() -> None:
    task = Task().with_driver("d1", status="OFFLINE")
    for i in range(8):
        driven(task, (i + 1) * 20 * MINUTE, FAST, 12)
    end = 9 * 20 * MINUTE
    task.step(end, moves=[move("d1", ts=NOW + end, lat=LAT + 0.045)])
    (row,) = task.step(end + SECOND, orders=[order(ts=NOW + end + SECOND)])
    straight_s = row["distance_m"] * 3.6 / 30
    assert row["driver_id"] == "d1"
    assert row["eta_s"] < 180 + 0.75 * straight_s  # at 30 km/h it would be 780 s
    assert any(version.startswith("travel:") for version in row["model_versions"])
    task.step(end + 3 * SECOND, moves=[move("d1", ts=NOW + end + 3 * SECOND)])
    (market,) = task.markets
    assert market["travel_mae_s"] < market["formula_mae_s"]
    assert market["speed_kmh"] > 35


def test_with_a_learnt_speed_drivers_farther_than_six_kilometres_are_in_reach() -> None:
    task, far = Task().with_driver("d1", status="OFFLINE"), LAT + 0.06  # 6.7 km: 980 s at 30 km/h
    task.step(MINUTE, moves=[move("d1", ts=NOW + MINUTE, lat=far)])
    assert task.step(MINUTE + SECOND, orders=[order("before", ts=NOW + MINUTE, patience_s=60)]) == []
    for i in range(8):
        driven(task, (i + 1) * 20 * MINUTE, FAST, 12)
    end = 9 * 20 * MINUTE
    task.step(end, moves=[move("d1", ts=NOW + end, lat=far)])
    (row,) = task.step(end + SECOND, orders=[order("after", ts=NOW + end + SECOND)])
    assert (row["order_id"], row["driver_id"]) == ("after", "d1")
    assert row["eta_s"] < DEFAULT.eta_limit_s
    assert row["proven"]


def served(task: Task, after: int, fare: int, order_id: str) -> Row:
    """An order matched ``after`` NOW and completed a minute later. → its decision"""
    (row,) = task.step(after, orders=[order(order_id, ts=NOW + after, fare_cents=fare)])
    task.step(after + SECOND, changes=[change(order_id, "PICKED_UP", ts=NOW + after + SECOND)])
    task.step(after + MINUTE, changes=[change(order_id, ts=NOW + after + MINUTE)])
    return row


def test_pay_of_completed_orders_makes_the_income_and_the_markets_statistics() -> None:
    task = Task().with_driver("d1").with_driver("d2", lat=LAT + 0.03)
    moving = 20 * MINUTE
    for at in range(MINUTE, moving, MINUTE):
        task.step(at, moves=[move("d1", ts=NOW + at), move("d2", ts=NOW + at, lat=LAT + 0.03)])
    row = served(task, moving, 4000, "o1")
    assert (row["driver_id"], row["price_cents"], row["pay_cents"]) == ("d1", 4000, 3400)
    standing = {one["driver_id"]: one for one in task.fairness}
    at = moving + 2 * MINUTE
    task.step(at, moves=[move("d1", ts=NOW + at), move("d2", ts=NOW + at, lat=LAT + 0.03)])
    standing |= {one["driver_id"]: one for one in task.fairness}
    assert standing["d1"]["income_cents"] == 3400
    assert standing["d2"]["income_cents"] == 0
    assert standing["d1"]["active_s"] == pytest.approx(22 * 60, abs=61)
    assert standing["d1"]["factor"] < 0.5 < standing["d2"]["factor"]
    assert standing["d1"]["boost_s"] > 0 > standing["d2"]["boost_s"]
    (market,) = task.markets
    assert market["gini"] == pytest.approx(0.5, abs=0.02)  # one of two has all
    assert market["income_h_p10"] == 0.0 < market["income_h_p90"]
    assert market["accepted"] == 1  # it was picked up


def test_a_driver_that_gives_orders_back_is_learnt_as_one_that_declines() -> None:
    task = Task().with_driver("d1")
    chances = []
    for i in range(6):
        at = (i + 1) * MINUTE
        task.step(at, moves=[move("d1", ts=NOW + at)])
        (row,) = task.step(at + SECOND, orders=[order(f"o{i}", ts=NOW + at + SECOND)])
        chances.append(row["chance"])
        task.step(at + 2 * SECOND, changes=[change(f"o{i}", "CANCELLED_BY_DRIVER", ts=NOW + at + 2 * SECOND)])
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < chances[0] == 0.8


def test_future_value_is_learnt_only_when_it_is_on_and_then_moves_costs() -> None:
    off, on = Task(), Task(MatchingAgent(replace(DEFAULT, future=FuturePolicy(weight=0.3, learnt=5.0))))
    for task in (off, on):
        near = [profile(f"n{i}") for i in range(3)]
        task.step(profiles=near, moves=[move(f"n{i}", lat=LAT + 0.001 * i) for i in range(3)])
        for i in range(40):
            at = (i + 1) * 3 * MINUTE
            task.step(at, moves=[move(f"n{j}", ts=NOW + at, lat=LAT + 0.001 * j) for j in range(3)])
            served(task, at + SECOND, 2000, f"o{i}")
    assert len(off.state.markets["sf"].future.areas) == 0
    future = on.state.markets["sf"].future
    assert future.usable(on.agent.policy.future)
    value = future.value_cents(np.array([LAT]), np.array([LON]), np.array([NOW + 2 * 60 * MINUTE]), on.agent.policy.future)
    assert value[0] > 0
    assert {row["future_s"] for row in off.all} == {0.0}
    assert {row["future_s"] for row in on.all} != {0.0}
