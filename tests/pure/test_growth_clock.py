"""The growth agent's clocks: what begins them, and that an outage, topics read apart and the order of reading change no decision."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.growth import backlog
from agents.growth.agent import AGENT
from agents.growth.backlog import AWAY_MS, IDLE_MS, PULSE_MS, Backlog
from agents.growth.monetization import Monetization
from agents.growth.reading import OF_MARKETS, OF_RIDERS
from tests.pure.growth_events import DAY, HERE, HOUR, LATER, MINUTE, T0, Row, World, change, driver, move, order, request, response, rider
from tests.pure.test_growth_step import DECISIONS, TABLES, busy_day, last

NORTH = (HERE[0] + 0.05, HERE[1])


def test_an_old_profile_does_not_begin_the_time() -> None:
    world = World()
    world.step(driver_profiles=[driver("d", T0 - 900 * DAY)], rider_profiles=[rider("r", T0 - 900 * DAY)])
    world.step(driver_profiles=[driver("e", T0 - 12 * HOUR)])
    market = world.state.markets["sf"]
    assert (market.slot, market.latest, world.state.latest, world.state.monetization.span) == (0, 0, 0, 0)
    assert not AGENT.due(world.state, LATER + PULSE_MS - 1)
    world.step(orders=[order("a", T0)], driver_moves=[move("e", T0 + 5 * MINUTE)])
    assert (market.latest, market.forecaster.hours) == (T0 + 5 * MINUTE, 0), "nothing is learnt of the hours before"
    world.step(orders=[order("b", T0 + 20 * MINUTE)])
    (row,) = world.of("growth.allocations")
    assert (row["event_ts"], row["supply"]) == (T0 + 15 * MINUTE, 1.0), "but the profile is known"


def hours(first: int, count: int, a_hour: int = 30) -> dict[str, list[Row]]:
    """Hours of orders, completed after ten minutes, and of a driver who moves every five."""
    orders = [order(f"o{first + i * HOUR // a_hour}", first + i * HOUR // a_hour) for i in range(count * a_hour)]
    changes = [change(row["order_id"], row["ts"] + 10 * MINUTE) for row in orders]
    moves = [move("d", first + i * 5 * MINUTE) for i in range(count * 12)]
    return {"orders": orders, "order-changes": [one for one in changes if one["ts"] < first + count * HOUR], "driver-moves": moves}


def learnt(world: World) -> dict[str, Any]:
    """What the forecaster of the market knows."""
    return {name: array.tolist() for name, array in world.state.markets["sf"].forecaster.arrays().items()}


def test_hours_that_were_not_read_yet_are_learnt_as_they_turn_out() -> None:
    """The worker is away for three hours, and then reads what drivers did before it reads the orders."""
    before, missed, after = hours(T0, 2), hours(T0 + 2 * HOUR, 3), hours(T0 + 5 * HOUR, 1)
    now, back = T0 + 2 * HOUR, T0 + 5 * HOUR
    never_away, away = World(now=now), World(now=now)
    for world in (never_away, away):
        world.take(before, now)
    never_away.state.now = back
    never_away.take(missed, back)
    away.take({"driver-moves": missed["driver-moves"]}, back)
    assert away.state.markets["sf"].forecaster.hours == 1, "no hour is over that is not read"
    away.reload()
    assert AGENT.due(away.state, back + 1000)
    away.take({"orders": missed["orders"][:50]}, back + 1000)
    away.take({"order-changes": missed["order-changes"], "orders": missed["orders"][50:]}, back + 2000)
    for world in (never_away, away):
        world.take({"driver-profiles": [driver("d", T0)]}, back + 2000 + IDLE_MS)
        world.state.now = T0 + 6 * HOUR
        world.take(after, T0 + 6 * HOUR)
    assert (away.state.of_markets.back, away.state.markets["sf"].forecaster.hours) == (0, 5)
    assert learnt(away) == learnt(never_away)
    assert learnt(away)["level"] == [30.0]


def test_a_market_that_was_quiet_while_the_worker_was_away_had_hours_without_orders() -> None:
    now = T0 + 2 * HOUR
    world = World(now=now)
    world.take(hours(T0, 2), now)
    world.take({}, now + 3 * HOUR)
    market = world.state.markets["sf"]
    assert market.forecaster.hours == 1, "there may be something to read"
    world.take({}, now + 3 * HOUR + IDLE_MS)
    assert market.forecaster.hours == 4, "there is not"
    assert market.effects.lost.sum() + market.effects.served.sum() > 0


def test_an_answer_that_was_given_in_time_counts_though_the_worker_was_away() -> None:
    noon = T0 + 12 * HOUR
    world = World(now=noon)
    world.step(noon, rider_profiles=[rider("a"), rider("b")])
    for i in range(50):
        at = noon + i * MINUTE
        world.step(at, monetization_requests=[request(f"q{i}", "a", at)])
        if (row := world.of("growth.offers")[-1])["outcome"] == "OFFER":
            break
    back = row["expires_ts"] + 5 * HOUR
    world.step(back, monetization_requests=[request("b", "b", back - HOUR)])
    world.step(back + 1000, offer_responses=[response(row["decision_id"], "a", row["expires_ts"] - MINUTE)])
    world.step(back + 1000 + IDLE_MS)
    world.step(back + 1000 + IDLE_MS + MINUTE)
    assert not world.dead
    assert world.state.monetization.learnt.counts[:, 1:5].sum(axis=0).tolist() == [1, 0, 0, 0]


ENDS = T0 + 8 * HOUR + 7 * MINUTE + 30_000
LAST = [
    *(("orders", order(f"end-{market}", ENDS, market=market)) for market in ("sf", "la")),
    ("monetization-requests", request("end", "r0", ENDS)),
]


def comparable(world: World) -> bytes:
    """The state without the times of its steps."""
    state = world.state
    assert (state.of_riders.back, state.of_markets.back) == (0, 0)
    state.now = state.since = 0
    state.of_riders, state.of_markets = Backlog(OF_RIDERS), Backlog(OF_MARKETS)
    for market in state.markets.values():
        market.since = market.heard = 0
    return AGENT.dump(state)


def without_times(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in {"decided_at", "updated_at"}} for row in rows]


@settings(max_examples=5, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 10_000))
def test_topics_that_are_read_apart_after_an_outage_come_to_the_same(seed: int) -> None:
    """However far one topic is read before another, once all of it was read within a moment."""
    random = Random(seed)
    events = sorted([*busy_day(seed), *LAST], key=lambda one: one[1]["ts"])
    by_topic = {topic: [row for name, row in events if name == topic] for topic in AGENT.inputs}
    whole, apart = World(), World(now=0)
    whole.take(by_topic)
    waiting = {topic: list(rows) for topic, rows in by_topic.items() if rows}
    while waiting:
        topic = random.choice(sorted(waiting))
        count = random.randint(1, 80)
        apart.take({topic: waiting[topic][:count]})
        waiting[topic] = waiting[topic][count:]
        waiting = {name: rows for name, rows in waiting.items() if rows}
        if random.random() < 0.2:
            apart.reload()
    for world in (whole, apart):
        world.take({}, LATER + IDLE_MS)
    for topic in DECISIONS:
        by_id = [sorted(without_times(w.of(topic)), key=lambda row: row.get("decision_id") or row["move_id"]) for w in (whole, apart)]
        assert by_id[0] == by_id[1], topic
    for topic in TABLES:
        rows = [last(without_times(world.of(topic)), topic) for world in (whole, apart)]
        assert rows[0] == rows[1], topic
    assert sorted(whole.dead) == sorted(apart.dead)
    assert comparable(whole) == comparable(apart)


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST_HELD", 20)
    world = World(now=0)
    world.step(LATER, driver_moves=[move("d", T0 + i * MINUTE) for i in range(15)])
    assert not world.state.markets
    world.step(LATER, driver_moves=[move("d", T0 + HOUR + i * MINUTE) for i in range(10)])
    assert world.state.markets["sf"].latest == T0 + HOUR + 9 * MINUTE
    assert not world.state.of_markets.held
    assert world.state.of_markets.back == LATER, "it is behind all the same"


@given(st.integers(1, AWAY_MS))
def test_a_worker_that_steps_in_time_holds_nothing_back(pause: int) -> None:
    world = World(now=T0)
    world.step(T0 + pause, orders=[order("a", T0)])
    assert "a" in world.state.markets["sf"].orders.live


@settings(max_examples=20)
@given(st.permutations(range(16)), st.lists(st.integers(1, 15), max_size=4, unique=True))
def test_zones_are_numbered_the_same_in_whatever_order_a_slot_is_read(order_of: list[int], cuts: list[int]) -> None:
    places = [(37.0 + 0.05 * i, -0.01) for i in range(6)]
    events: list[tuple[str, Row]] = [("orders", order(f"o{i}", T0 + i * MINUTE, places[i], fare_cents=900)) for i in range(6)]
    events += [("driver-moves", move(f"d{i}", T0 + i * MINUTE, places[5 - i])) for i in range(6)]
    events += [("order-changes", change(f"o{i}", T0 + 14 * MINUTE)) for i in range(4)]
    worlds = []
    for of, ends in ((list(range(16)), [16]), (order_of, [*sorted(cuts), 16])):
        world, start = World(), 0
        world.step(driver_profiles=[driver(f"d{i}") for i in range(6)])
        for end in ends:
            world.take({topic: [events[i][1] for i in of[start:end] if events[i][0] == topic] for topic in OF_MARKETS})
            start = end
        world.step(orders=[order("next", T0 + 16 * MINUTE, places[0])])
        worlds.append(world)
    one, other = ([{k: v for k, v in row.items() if k != "offset"} for row in w.of("growth.allocations")] for w in worlds)
    assert [{**row, "decision_id": ""} for row in one] == [{**row, "decision_id": ""} for row in other]
    assert worlds[0].state.markets["sf"].places == worlds[1].state.markets["sf"].places
    zones = [{row["order_id"]: row["zone"] for row in world.of("growth.revenue")} for world in worlds]
    assert zones[0] == zones[1]
    assert len(set(zones[0].values())) == 4


def test_beyond_the_limit_of_zones_the_nearest_stands_for_a_place() -> None:
    from agents.growth.agent import GrowthAgent
    from agents.growth.policy import Policy

    world = World(GrowthAgent(Policy(most_zones=2)))
    at = [(37.0, -0.01), (37.05, -0.01), (37.06, -0.01), (38.0, -0.01)]
    world.step(orders=[order(f"a{i}", T0 + i, place) for i, place in enumerate(at)])
    world.step(orders=[order(f"b{i}", T0 + 15 * MINUTE + i, place) for i, place in enumerate(at)])
    world.step(orders=[order("c", T0 + 30 * MINUTE)])
    counts = [sorted(row["demand_hour"] for row in world.of("growth.allocations")[i : i + 2]) for i in (0, 2)]
    assert counts == [[1, 3], [2, 6]]


def test_the_state_of_a_task_that_is_behind_goes_through_bytes() -> None:
    world = World(now=0)
    world.take({topic: [row for name, row in busy_day(4) if name == topic] for topic in ("rider-profiles", "driver-moves", "orders")})
    assert {topic: len(rows) for topic, rows in world.state.of_markets.held.items()} == {"driver-moves": 150, "orders": 150}
    assert not Monetization(0).riders.rows
    before = AGENT.dump(world.state)
    world.reload()
    assert AGENT.dump(world.state) == before
    assert np.array_equal(world.state.of_markets.held["orders"].offsets, np.arange(150))
