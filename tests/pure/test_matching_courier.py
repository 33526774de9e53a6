"""Couriers: what coming in time costs, when they leave, which orders go together, and how the step decides them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.matching.agent import MatchingAgent
from agents.matching.courier import CourierPolicy, after_ms, counted_s, hold_ms, wake
from agents.matching.policy import DEFAULT, Policy
from agents.matching.state import MatchingState
from columns.table import F64
from tests.pure.matching_events import LAT, LON, NOW, batches, change, move, order, profile, unhurried

COURIER = CourierPolicy(many_weight=1.0, drive_weight=0.0)
MINUTE = 60_000
seconds = st.floats(0, 3000)


def one(value: float) -> F64:
    """An array of it."""
    return np.array([value])


# formulas


@given(seconds, seconds, st.floats(-600, 3000), st.integers(1, 4))
def test_a_later_pickup_never_costs_less(eta: float, longer: float, slack: float, many: int) -> None:
    n, policy = np.array([many]), replace(COURIER, drive_weight=0.3)
    assert counted_s(one(eta), one(slack), n, policy) <= counted_s(one(eta + longer), one(slack), n, policy)


@given(seconds)
def test_an_order_alone_that_is_ready_costs_its_eta(eta: float) -> None:
    assert counted_s(one(eta), one(0.0), np.array([1]), COURIER) == pytest.approx(eta)


def test_lateness_counts_for_each_order_and_being_early_for_none() -> None:
    """Ready in 300 s: there after 200 s costs nothing; after 400 s one order is late by 100 s, or three by as much."""
    eta, slack = np.array([200.0, 400.0, 400.0]), np.full(3, 300.0)
    assert counted_s(eta, slack, np.array([1, 1, 3]), COURIER).tolist() == [0.0, 100.0, 200.0]


def test_a_courier_leaves_in_time() -> None:
    assert hold_ms(np.array([300.0, 580.0]), np.array([600.0, 600.0]), replace(COURIER, margin_s=30.0)).tolist() == [270_000, -10_000]


@given(st.integers(1, 10**7), st.integers(1, 10**6))
def test_what_is_held_is_looked_at_again_in_time(clock: int, wait_ms: int) -> None:
    (at,) = wake(clock, np.array([wait_ms]), COURIER).tolist()
    assert clock < at
    assert at % 5000 == 0
    assert at <= max(clock + min(wait_ms, 300_000), (clock // 5000 + 1) * 5000)


def test_a_courier_is_free_after_the_door_and_a_driver_when_the_rider_is_there() -> None:
    """1,000 m at 5 m/s, 240 s at the door and 120 s at the counter."""
    service, metres = np.array([2, 0], np.uint8), np.array([1000.0, 1000.0])
    assert after_ms(service, metres, COURIER, lambda distance: distance / 5.0).tolist() == [560_000, 200_000]


# the step: worked examples


def food(name: str, ready_min: float = 0.0, merchant: str | None = "m1", **fields: Any) -> dict[str, Any]:
    """An order of food a minute's drive from the drivers' usual place."""
    given: dict[str, Any] = {"service": "FOOD", "ready_ts": NOW + round(ready_min * MINUTE), "merchant_id": merchant, "patience_s": 7200}
    return order(name, **(given | {"dropoff_lat": LAT + 0.01, "dropoff_lon": LON} | fields))


class Town:
    """One agent and its couriers; ``at`` steps at minutes after NOW, and tells what was decided by then."""

    def __init__(self, couriers: int = 1, policy: Policy = DEFAULT) -> None:
        self.agent = MatchingAgent(policy)
        self.state: MatchingState = self.agent.start(0)
        names = [f"c{i}" for i in range(couriers)]
        self.at(0.0, profiles=[profile(name, vehicle="CAR", services=["FOOD"]) for name in names], moves=[move(name) for name in names])

    def at(self, minute: float, **records: list[dict[str, Any]]) -> pl.DataFrame:
        """The decisions of one step."""
        made = self.agent.step(self.state, batches(0, **records), NOW + round(minute * MINUTE))
        assert not [each for each in made.rejected if not each.expected]
        for output in made.outputs:
            if output.topic == "matching.decisions":
                return output.frame
        return pl.DataFrame({"order_id": []}, schema={"order_id": pl.String})

    def until(self, first: float, last: float) -> dict[str, float]:
        """Step when the agent is due, each half second: order → the minute after NOW at which it was decided."""
        found: dict[str, float] = {}
        for now in range(NOW + round(first * MINUTE), NOW + round(last * MINUTE), 500):
            if self.agent.due(self.state, now):
                minute = (now - NOW) / MINUTE
                found |= dict.fromkeys(self.at(minute)["order_id"].to_list(), minute)
        return found


LASTING = replace(DEFAULT, position_ttl_s=86_400.0)


def test_food_is_decided_when_its_courier_has_to_leave() -> None:
    town = Town(policy=LASTING)
    assert town.at(0.0, orders=[food("o1", 15.0)]).is_empty()
    decided = town.until(0.01, 16.0)
    row = town.state.markets["sf"].live.orders["o1"]
    leave = 15.0 - (row.eta_ms / 1000 + LASTING.courier.margin_s) / 60
    assert leave - 0.1 <= decided["o1"] <= leave + 0.01


def test_food_that_is_ready_is_decided_at_once() -> None:
    assert Town().at(0.0, orders=[food("o1")])["order_id"].to_list() == ["o1"]


def test_without_holding_it_is_decided_at_once() -> None:
    policy = replace(DEFAULT, courier=replace(DEFAULT.courier, hold=False))
    assert Town(policy=policy).at(0.0, orders=[food("o1", 15.0)])["order_id"].to_list() == ["o1"]


def test_a_scheduled_ride_is_decided_ahead_of_its_time() -> None:
    agent = MatchingAgent(DEFAULT)
    state = agent.start(0)
    records = batches(profiles=[profile("d1")], moves=[move("d1")], orders=[order("o1", scheduled_ts=NOW + 15 * MINUTE)])
    decisions = next(output.frame for output in agent.step(state, records, NOW).outputs if output.topic == "matching.decisions")
    assert decisions["driver_id"].to_list() == ["d1"]


def test_a_bundle_has_one_courier_one_name_and_its_stops() -> None:
    decided = Town(couriers=1).at(0.0, orders=[food("o1"), food("o2", dropoff_lat=LAT + 0.005)])
    assert decided.sort("stop").select("order_id", "driver_id", "bundle_id", "stop").rows() == [
        ("o2", "c0", "o1", 0),
        ("o1", "c0", "o1", 1),
    ]


def test_alone_there_is_no_bundle() -> None:
    decided = Town(couriers=1).at(0.0, orders=[food("o1")])
    assert decided.select("bundle_id", "stop").rows() == [(None, 0)]


@pytest.mark.parametrize(
    "other",
    [{"merchant": "m2"}, {"merchant": None}, {"requirements": ["PET_FRIENDLY"]}, {"pickup_lat": LAT + 0.001}, {"offer_s": 30}],
)
def test_orders_that_differ_go_alone(other: dict[str, Any]) -> None:
    town = Town(couriers=1)
    decided = town.at(0.0, orders=[food("o1"), food("o2", **other)])
    assert decided["bundle_id"].null_count() == len(decided)


def test_a_courier_of_a_bundle_is_free_when_all_of_it_is_delivered() -> None:
    town = Town(couriers=1)
    town.at(0.0, orders=[food("o1"), food("o2", dropoff_lat=LAT + 0.005)])
    ended = [change("o2", "COMPLETED", ts=NOW + 9 * MINUTE)]
    assert town.at(
        9.0, changes=ended, moves=[move("c0", ts=NOW + 9 * MINUTE)], orders=[food("o3", 9.0, "m2", ts=NOW + 9 * MINUTE)]
    ).is_empty()
    decided = town.at(12.0, changes=[change("o1", "COMPLETED", ts=NOW + 12 * MINUTE)], moves=[move("c0", ts=NOW + 12 * MINUTE)])
    assert decided["order_id"].to_list() == ["o3"]


def test_a_bundle_of_which_nothing_was_heard_ends_by_itself() -> None:
    town = Town(couriers=1)
    town.at(0.0, orders=[food("o1"), food("o2", dropoff_lat=LAT + 0.005)])
    later = DEFAULT.live_ttl_s / 60 + 1
    (decided,) = town.at(
        later, moves=[move("c0", ts=NOW + round(later * MINUTE))], orders=[food("o3", later, ts=NOW + round(later * MINUTE))]
    ).rows(named=True)
    assert (decided["order_id"], decided["driver_id"]) == ("o3", "c0")
    assert town.state.markets["sf"].drivers.columns["load"].tolist() == [1]


def test_an_order_waits_for_a_courier_that_will_be_near_soon_while_it_is_not_ready() -> None:
    """c0 delivers next to m2; c1 is free, but far away. Ready in 15 minutes, the order is kept for c0."""
    town = Town(couriers=1, policy=LASTING)
    near = {"pickup_lat": LAT + 0.0101, "pickup_lon": LON}
    town.at(0.0, orders=[food("o1")])
    far = [profile("c1", vehicle="CAR", services=["FOOD"])], [move("c1", lat=LAT - 0.03)]
    assert town.at(0.1, profiles=far[0], moves=far[1], orders=[food("o2", 15.0, "m2", **near)]).is_empty()
    done = 10.0
    decided = town.at(
        done,
        changes=[change("o1", "COMPLETED", ts=NOW + round(done * MINUTE))],
        moves=[move("c0", lat=LAT + 0.01, ts=NOW + round(done * MINUTE)), move("c1", lat=LAT - 0.03, ts=NOW + round(done * MINUTE))],
    )
    assert decided.is_empty()
    assert town.until(done + 0.01, 16.0)["o2"] > 11.0
    assert town.state.markets["sf"].live.orders["o2"].row == 0


def test_an_order_without_the_patience_to_wait_gets_who_is_free() -> None:
    """c0 will be free next to the merchant in some 10 minutes; c1 is a quarter of an hour away. Its patience decides."""
    for patience_s, found in ((300, ["o2"]), (3600, [])):
        town = Town(couriers=1, policy=LASTING)
        town.at(0.0, orders=[food("o1", dropoff_lat=LAT + 0.001)])
        others = [profile("c1", vehicle="CAR", services=["FOOD"])], [move("c1", lat=LAT - 0.049)]
        late = food("o2", 0.1, "m2", pickup_lat=LAT + 0.001, ts=NOW + 6000, patience_s=patience_s)
        assert town.at(0.1, profiles=others[0], moves=others[1], orders=[late])["order_id"].to_list() == found


def test_an_order_does_not_wait_for_a_courier_that_is_late() -> None:
    """c0 should be free next to the merchant after some 9 minutes, but is not heard of; c1 is a quarter of an hour away."""
    town = Town(couriers=1, policy=LASTING)
    town.at(0.0, orders=[food("o1", dropoff_lat=LAT + 0.001)])
    late = food("o2", 8.0, "m2", pickup_lat=LAT + 0.001, ts=NOW + 480_000, patience_s=3600)
    town.at(8.0, profiles=[profile("c1", vehicle="CAR", services=["FOOD"])], moves=[move("c1", lat=LAT - 0.049)], orders=[late])
    minutes = [
        minute for minute in range(9, 40) if not town.at(minute, moves=[move("c1", lat=LAT - 0.049, ts=NOW + minute * MINUTE)]).is_empty()
    ]
    assert len(minutes) == 1
    assert 15 < minutes[0] < 30


def test_a_courier_soon_to_be_free_may_say_that_it_is_busy() -> None:
    for status, waits in (("BUSY", True), ("OFFLINE", False)):
        town = Town(couriers=1, policy=LASTING)
        town.at(0.0, orders=[food("o1", dropoff_lat=LAT + 0.001)])
        others = [profile("c1", vehicle="CAR", services=["FOOD"])], [move("c0", ts=NOW + 6000, status=status), move("c1", lat=LAT - 0.049)]
        late = food("o2", 0.1, "m2", pickup_lat=LAT + 0.001, ts=NOW + 6000, patience_s=3600)
        assert town.at(0.1, profiles=others[0], moves=others[1], orders=[late]).is_empty() == waits


def test_steps_are_the_same_from_a_state_that_was_dumped() -> None:
    first = Town(couriers=2, policy=LASTING)
    first.at(0.0, orders=[food(f"o{i}", 5.0 + i, "m1" if i % 2 else "m2") for i in range(6)])
    second = Town(couriers=2, policy=LASTING)
    second.state = second.agent.load(first.agent.dump(first.state))
    assert first.until(0.01, 12.0) == second.until(0.01, 12.0)
    assert first.agent.dump(first.state) == second.agent.dump(second.state)


# the step: whatever comes


def played(seed: int, cut: bool = False) -> tuple[Town, list[dict[str, Any]]]:
    """An afternoon of few couriers, many orders of three merchants, some cancelled; ``cut``: the state is dumped and loaded on the way."""
    rng = np.random.default_rng(seed)
    town, rows = Town(couriers=3, policy=LASTING), list[dict[str, Any]]()
    busy: dict[str, int] = {}
    names = iter(range(1000))
    for second in range(5, 2700, 15):
        now, minute = NOW + 1000 * second, second / 60
        orders = [
            food(
                f"o{next(names)}", minute + float(rng.choice([0, 3, 12])), str(rng.choice(["m1", "m2", "m3"])), ts=now,
                dropoff_lat=LAT + rng.normal(0, 0.01), dropoff_lon=LON + rng.normal(0, 0.01), patience_s=int(rng.choice([60, 900])),
                offer_s=int(rng.choice([0, 0, 0, 20])), pickup_lat=LAT + 0.002,
            )
            for _ in range(int(rng.poisson(0.25)))
        ]  # fmt: skip
        over = [name for name, until in busy.items() if until <= second]
        changes = [change(name, str(rng.choice(["COMPLETED", "COMPLETED", "CANCELLED_BY_RIDER"])), ts=now) for name in over]
        busy = {name: until for name, until in busy.items() if until > second}
        if cut and second % 600 == 5:
            town.state = town.agent.load(town.agent.dump(town.state))
        for row in town.at(minute, orders=orders, changes=changes).to_dicts():
            rows.append(row | {"minute": minute})
            if row["driver_id"] is not None:
                busy[row["order_id"]] = second + int(rng.integers(600, 1500))
    return town, rows


@given(st.integers(0, 10**6))
@settings(parent=unhurried, max_examples=8)
def test_bundles_are_whole_and_couriers_have_one_at_a_time(seed: int) -> None:
    town, rows = played(seed)
    names = [row["order_id"] for row in rows]
    assert len(names) == len(set(names))
    assert set(names).isdisjoint(town.state.markets["sf"].pending.ids)
    taken: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for row in rows:
        if row["driver_id"] is not None:
            taken.setdefault((row["driver_id"], row["minute"]), []).append(row)
    for route in taken.values():
        assert sorted(row["stop"] for row in route) == list(range(len(route)))
        assert len(route) <= LASTING.courier.most
        lead = {row["bundle_id"] for row in route}
        assert lead == {None} if len(route) == 1 else lead < {row["order_id"] for row in route} and len(lead) == 1
    loads = Counter(ride.row for ride in town.state.markets["sf"].live.orders.values())
    columns = town.state.markets["sf"].drivers.columns
    assert [loads[row] for row in range(3)] == columns["load"].tolist()


@given(st.integers(0, 10**6))
@settings(parent=unhurried, max_examples=3)
def test_a_state_loaded_on_the_way_decides_the_same(seed: int) -> None:
    (whole, rows), (cut, others) = played(seed), played(seed, cut=True)
    assert rows == others
    assert whole.agent.dump(whole.state) == cut.agent.dump(cut.state)


def test_goods_that_a_courier_is_asked_about_are_not_looked_at_with_others() -> None:
    """Held until minute 5, o1 is offered at minute 1 already: its courier has gone, the others are far. Only one of them is kept for it."""
    town = Town(couriers=6, policy=LASTING)
    away = [move(f"c{i}", ts=NOW + 1, lat=LAT + 0.029 + 0.001 * i) for i in range(1, 6)]
    town.at(0.0, moves=away, orders=[food("o1", 9.0, offer_s=60)])
    pending, drivers = town.state.markets["sf"].pending, town.state.markets["sf"].drivers
    assert pending["start"].tolist() == [NOW + 5 * MINUTE]
    town.at(1.0, moves=[move("c0", ts=NOW + MINUTE, status="OFFLINE")], orders=[food("o2", 15.0, "m2", ts=NOW + MINUTE)])
    assert [drivers.ids[row] for row in drivers.orders] == ["c1"]
    town.at(1.1, orders=[food("o3", 15.0, "m3", ts=NOW + MINUTE + 6000)])
    assert (pending["offers"].tolist()[0], drivers.orders) == (1, {drivers.index["c1"]: "o1"})
    again = town.agent.load(town.agent.dump(town.state))
    assert again.markets["sf"].drivers.orders == drivers.orders
