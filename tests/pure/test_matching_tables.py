"""What the matching agent writes to its tables, when it asks for ticks, and how its clocks go."""

from __future__ import annotations

import dataclasses

from agents.matching.agent import AGENT, MatchingAgent
from agents.matching.policy import DEFAULT
from tests.pure.matching_events import HOUR, LAT, LON, NOW, SECOND, Task, change, ends, move, order, profile


def test_ticks_are_asked_for_only_when_something_can_happen() -> None:
    task = Task()
    assert not AGENT.due(task.state, NOW)
    task.with_driver()
    task.step(2 * SECOND)
    assert not AGENT.due(task.state, NOW + 3 * SECOND)
    assert AGENT.due(task.state, NOW + HOUR)  # its position is too old by then: the market's row changes
    task.step(3 * SECOND, orders=[order(ts=NOW + 3 * SECOND, service="FOOD")])
    task.step(5 * SECOND)
    assert not AGENT.due(task.state, NOW + 6 * SECOND)
    assert AGENT.due(task.state, NOW + 3 * SECOND + 120 * SECOND + 1)


def test_driver_rows_tell_every_change_of_status_or_order() -> None:
    def shown() -> list[tuple[str, str | None, int]]:
        return [(row["status"], row["order_id"], row["assignments"]) for row in task.drivers]

    task = Task()
    task.step(profiles=[profile()])
    assert shown() == []  # nowhere yet
    task.step(moves=[move()])
    assert shown() == [("AVAILABLE", None, 0)]
    task.step(1, moves=[move(ts=NOW + 1)])
    assert shown() == []
    task.step(2, orders=[order()])
    assert shown() == [("ASSIGNED", "o1", 1)]
    task.step(9000, changes=[change()], orders=[order("o2", ts=NOW + 9000)])
    assert shown() == [("ASSIGNED", "o2", 2)]
    task.step(9001, changes=[change("o2")], moves=[move(ts=NOW + 9001, status="BUSY")])
    assert shown() == [("BUSY", None, 2)]
    task.step(9002, moves=[move(ts=NOW + 9002, status="OFFLINE")])
    assert shown() == [("OFFLINE", None, 2)]
    task.step(9003, profiles=[profile(deleted=True, ts=NOW + 9003)])
    assert shown() == [("DELETED", None, 2)]


def test_moving_drivers_are_shown_about_every_ten_seconds() -> None:
    task = Task()
    names = [f"d{i}" for i in range(20)]
    task.step(profiles=[profile(name) for name in names], moves=[move(name) for name in names])
    seen: list[str] = []
    for after in range(SECOND, 40 * SECOND + 1, SECOND):
        moves = [move(name, ts=NOW + after, lon=LON + after / 10**7) for name in names[:10]]
        task.step(after, moves=[*moves, *(move(name, ts=NOW + after) for name in names[10:])])
        seen += [row["driver_id"] for row in task.drivers]
        assert len(task.drivers) <= 3
    assert {name: seen.count(name) for name in seen} == dict.fromkeys(names[:10], 4)


def test_a_sweep_looks_at_a_bounded_number_of_drivers() -> None:
    agent = MatchingAgent(dataclasses.replace(DEFAULT, sweep_limit=5))
    task = Task(agent)
    names = [f"d{i}" for i in range(20)]
    task.step(profiles=[profile(name) for name in names], moves=[move(name) for name in names])
    counts = []
    for after in (60 * SECOND, 120 * SECOND, 180 * SECOND, 240 * SECOND):
        task.step(after, moves=[move(name, ts=NOW + after, lat=LAT + after / 10**8) for name in names])
        counts.append(len(task.drivers))
    assert counts == [5, 5, 5, 5]


def test_market_rows_count_and_come_at_most_once_a_second_and_only_when_changed() -> None:
    task = Task().with_driver("d1").with_driver("d2", lat=LAT + 0.01)
    assert len(task.markets) == 0  # one row this second already
    task.step(
        SECOND,
        orders=[order("o1"), order("o2", tier="PLATINUM"), order("o3", tier="PLATINUM")],
        changes=[change("o3", "CANCELLED_BY_RIDER")],
    )
    (row,) = task.markets
    assert row == {
        "market": "sf",
        "clock": NOW,
        "drivers": 2,
        "available": 1,
        "pending": 1,
        "live": 1,
        "orders": 3,
        "matched": 1,
        "unmatched": 1,
        "cancelled": 1,
        "pickup_eta_s": 180.0,
        "pickup_distance_m": 0.0,
        "updated_at": NOW + SECOND,
        "scheduled": 0,
        "offered": 0,
        "offers": 0,
        "accepted": 0,
        "declined": 0,
        "income_h_cents": None,
        "income_h_p10": None,
        "income_h_p90": None,
        "gini": None,
        "travel_mae_s": None,
        "formula_mae_s": None,
        "speed_kmh": None,
    }
    task.step(3 * SECOND)
    assert task.markets == []


def test_a_market_where_nothing_can_happen_sleeps_and_its_clock_goes_on() -> None:
    task = Task()
    task.step(orders=[order("o1", market="la", patience_s=1)])
    task.step(2 * SECOND)
    la = task.state.markets["la"]
    assert la.pace.asleep
    for after in range(3, 300):
        task.step(after * SECOND, moves=[move(ts=NOW + after * SECOND)])
    assert la.pace.stepped_now == NOW + 2 * SECOND
    assert ends(task.step(300 * SECOND, orders=[order("o2", market="la", ts=NOW + 100 * SECOND)])) == [("o2", "LATE")]
    assert la.pace.clock == NOW + 299 * SECOND
    assert not task.state.markets["sf"].pace.asleep


def test_a_market_with_free_drivers_sleeps_when_their_positions_are_too_old() -> None:
    task = Task().with_driver()
    for after in range(1, 320):
        task.step(after * SECOND)
    assert task.state.markets["sf"].pace.asleep
    assert not AGENT.due(task.state, NOW + HOUR)
    assert task.step(320 * SECOND, orders=[order(ts=NOW + 320 * SECOND)]) == []
    assert task.step(321 * SECOND, moves=[move(ts=NOW + 321 * SECOND)]) == []
    assert ends(task.step(323 * SECOND)) == [("o1", "BEST_SCORE")]


def test_time_that_goes_backwards_moves_no_clock_back() -> None:
    task = Task()
    task.step(10 * SECOND, orders=[order(patience_s=20)])
    task.step(5 * SECOND)
    assert task.state.markets["sf"].pace.clock == NOW
    assert ends(task.step(31 * SECOND)) == [("o1", "NO_DRIVER")]
