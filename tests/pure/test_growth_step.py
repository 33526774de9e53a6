"""The growth agent's step: the same decisions however records are cut into batches, before and after its state went through bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.growth.agent import AGENT, GrowthAgent
from agents.growth.market import Market
from agents.growth.policy import DEFAULT, Policy
from streams.avro import codec
from streams.contract import contract
from tests.pure.growth_events import DAY, HOUR, LATER, MINUTE, T0, Row, World, change, driver, move, order, request, response, rider

ORDER = {topic: place for place, topic in enumerate(AGENT.inputs)}
DECISIONS = ("growth.offers", "growth.revenue", "growth.allocations", "growth.moves")
TABLES = ("growth.zones", "growth.services", "growth.alerts", "growth.recommendations", "growth.learnt")


def busy_day(seed: int, hours: int = 4) -> list[tuple[str, Row]]:
    """Events of all topics in the order of their times, some of them wrong, doubled or without what they are about."""
    rng = np.random.default_rng(seed)
    events: list[tuple[str, Row]] = []
    for i in range(12):
        events.append(("rider-profiles", rider(f"r{i}", T0 + i, personal_consent=bool(i % 3), contact_consent=bool(i % 5))))
        events.append(("driver-profiles", driver(f"d{i}", T0 + i, ("RIDE", "FOOD") if i % 2 else ("RIDE",))))
    span = hours * HOUR
    for i in range(60):
        ts, who = T0 + 100 + int(rng.integers(span)), f"r{rng.integers(14)}"
        events.append(("monetization-requests", request(f"q{rng.integers(50)}", who, ts, service="FOOD" if i % 4 else None)))
        answer = str(rng.choice(["CONVERTED", "DECLINED", "OPTED_OUT"], p=[0.6, 0.3, 0.1]))
        ids = [f"growth/monetization-requests/0/{offset}/0" for offset in rng.integers(60, size=2).tolist()]
        events += [("offer-responses", response(one, who, ts + int(rng.integers(HOUR)), answer)) for one in ids]
        if i % 6 == 0:
            said = {"tier": "GOLD", "contact_consent": bool(i % 4), "deleted": i % 18 == 6}
            events.append(("rider-profiles", rider(who, ts + MINUTE // 2, **said)))
    for i in range(150):
        ts, at = T0 + int(rng.integers(span)), (37.77 + 0.02 * int(rng.integers(4)), -0.01 + 0.03 * int(rng.integers(3)))
        number, service = int(rng.integers(140)), str(rng.choice(["RIDE", "FOOD"]))
        name, market = f"o{number}", {"market": "sf" if number % 9 else "la"}
        events.append(("orders", order(name, ts, at, service=service, fare_cents=None if i % 3 else 1800, **market)))
        what = str(rng.choice(["COMPLETED", "COMPLETED", "COMPLETED", "CANCELLED_BY_RIDER"]))
        events.append(("order-changes", change(name, ts + int(rng.integers(20 * MINUTE)), "PICKED_UP", **market)))
        events.append(("order-changes", change(name, ts + int(rng.integers(3 * HOUR)), what, **market)))
        events.append(("driver-moves", move(f"d{rng.integers(15)}", ts, at, str(rng.choice(["AVAILABLE", "BUSY", "OFFLINE"])))))
    return sorted(events, key=lambda one: (one[1]["ts"], ORDER[one[0]]))


def run(events: list[tuple[str, Row]], cuts: list[int], agent: GrowthAgent = AGENT, *, reload: bool = False) -> World:
    world = World(agent)
    for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        by_topic: dict[str, list[Row]] = {}
        for topic, row in events[start:end]:
            by_topic.setdefault(topic, []).append(row)
        world.take(by_topic)
        if reload:
            world.reload()
    return world


def counted(market: Market) -> int:
    """Orders that count as demand of the last hour."""
    return sum(orders for of_slot in market.recent.values() for orders in of_slot.values())


def last(rows: list[Row], topic: str) -> dict[Any, Row]:
    key = contract().topic(topic).key
    return {row[key]: row for row in rows}


@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 10_000), st.lists(st.integers(1, 700), max_size=5, unique=True), st.booleans())
def test_batches_do_not_matter(seed: int, cuts: list[int], reload: bool) -> None:
    events = busy_day(seed)
    whole = run(events, [])
    cut = run(events, sorted(c for c in cuts if c < len(events)), reload=reload)
    assert AGENT.dump(whole.state) == AGENT.dump(cut.state)
    for topic in DECISIONS:
        by_id = [sorted(world.of(topic), key=lambda row: row.get("decision_id") or row["move_id"]) for world in (whole, cut)]
        assert by_id[0] == by_id[1], topic
    for topic in TABLES:
        assert last(whole.of(topic), topic) == last(cut.of(topic), topic), topic
    assert sorted(whole.dead) == sorted(cut.dead)


@settings(max_examples=4, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 10_000), st.lists(st.integers(1, 700), min_size=1, max_size=8, unique=True))
def test_a_loaded_state_steps_to_the_same_rows_in_the_same_order(seed: int, cuts: list[int]) -> None:
    events = busy_day(seed)
    within = sorted(c for c in cuts if c < len(events))
    kept, loaded = run(events, within), run(events, within, reload=True)
    assert (loaded.rows, loaded.dead, AGENT.dump(loaded.state)) == (kept.rows, kept.dead, AGENT.dump(kept.state))


def test_the_busy_day_has_everything_in_it() -> None:
    world = run(busy_day(1), [])
    assert {row["outcome"] for row in world.of("growth.offers")} == {"OFFER", "NO_OFFER"}
    assert {"DuplicateOrder", "Duplicate", "UnknownOffer", "OrderOver"} <= {error for _, _, error in world.dead}
    assert {row["action"] for row in world.of("growth.allocations")} == {"INCREASE", "DECREASE", "MAINTAIN"}
    assert world.of("growth.revenue")
    assert world.of("growth.services")


def test_every_output_can_be_encoded_and_every_decision_says_what_decided_it() -> None:
    world = World()
    for topic, row in busy_day(3):
        if topic in ("rider-profiles", "driver-profiles"):
            world.take({topic: [row]})
    out = world.take({topic: [r for t, r in busy_day(3) if t == topic] for topic in AGENT.inputs if topic != "growth-policies"})
    for one in out.outputs:
        assert codec(one.topic).decode(list(codec(one.topic).encode(one.frame))).frame.equals(one.frame), one.topic
    for topic in ("growth.offers", "growth.revenue", "growth.allocations"):
        ids = [row["decision_id"] for row in world.of(topic)]
        assert len(set(ids)) == len(ids)
        for row in world.of(topic):
            assert row["code_version"] == AGENT.code_version
            assert row["policy_version"] == AGENT.policy.version
            assert {"factors", "alternatives", "propensity", "guards", "model_versions", "event_ts", "decided_at", "offset"} <= row.keys()


def test_a_record_gets_one_decision_or_one_dead_letter() -> None:
    events = busy_day(7)
    world = run(events, [])
    asked = sum(topic == "monetization-requests" for topic, _ in events)
    dead = sum(topic == "monetization-requests" for topic, _, _ in world.dead)
    assert len(world.of("growth.offers")) == asked - dead
    assert len({row["order_id"] for row in world.of("growth.revenue")}) == len(world.of("growth.revenue"))


def test_time_passes_without_records_and_only_then_a_tick_is_due() -> None:
    world = World()
    now = T0 + 10 * MINUTE
    world.state.now = now
    world.step(now, orders=[order(f"o{i}", T0 + MINUTE * i) for i in range(10)])
    assert not AGENT.due(world.state, now + MINUTE // 2)
    assert AGENT.due(world.state, now + MINUTE), "once a minute, so that it is known when no step was made"
    world.step(now + 3 * MINUTE)
    assert AGENT.due(world.state, now + 6 * MINUTE)
    out = world.step(now + 6 * MINUTE)
    assert "growth.allocations" in {one.topic for one in out.outputs}
    assert not AGENT.due(world.state, now + 6 * MINUTE)


def test_an_old_recording_goes_by_its_own_clock() -> None:
    world = World()
    world.step(LATER, orders=[order("o1", T0)])
    world.step(LATER + 5 * MINUTE, orders=[order("o2", T0 + 3 * MINUTE)])
    assert world.state.markets["sf"].clock_at(LATER + 5 * MINUTE) == T0 + 5 * MINUTE
    assert not world.of("growth.allocations")


def test_a_jump_of_the_clock_does_not_go_through_every_slot() -> None:
    world = World()
    world.step(orders=[order("o1", T0)])
    world.step(orders=[order("o2", T0 + 200 * DAY)])
    market = world.state.markets["sf"]
    assert not world.of("growth.allocations"), "nothing is known of the hours between"
    assert counted(market) == 1
    world.step(orders=[order("o3", T0 + 200 * DAY + HOUR)])
    assert [row["demand_hour"] for row in world.of("growth.allocations")] == [1, 1, 1, 1]
    assert world.of("growth.services")[-1]["requested"] == 2


def test_late_orders_count_in_their_own_slot_for_an_hour_and_then_no_more_as_demand() -> None:
    world = World()
    world.step(orders=[order("o1", T0 + 2 * HOUR)])
    world.step(orders=[order("late", T0 + 2 * HOUR - 20 * MINUTE), order("too-late", T0)])
    assert counted(world.state.markets["sf"]) == 2
    world.step(order_changes=[change("too-late", T0 + 2 * HOUR + MINUTE)])
    assert [row["order_id"] for row in world.of("growth.revenue")] == ["too-late"], "it brings money all the same"


def test_settings_change_what_is_decided_and_what_is_wrong_is_refused() -> None:
    def policy(setting: str, value: float, ts: int = T0, recommendation: str | None = None) -> Row:
        return {"setting": setting, "value": value, "ts": ts, "by": "ops", "recommendation_id": recommendation}

    world = World()
    world.step(growth_policies=[policy("buffer:RIDE", 2.0, T0 + 1), policy("buffer:RIDE", 1.5, T0), policy("nonsense", 1.0)])
    assert [error for _, _, error in world.dead] == ["OutOfOrder", "InvalidSetting"]
    assert world.state.settings.values["buffer:RIDE"] == 2.0
    world.step(growth_policies=[policy(f"offer:{offer.offer_id}", 0.0, T0 + 2) for offer in AGENT.policy.catalogue])
    world.step(rider_profiles=[rider("r")], monetization_requests=[request("q", "r", T0 + 10 * HOUR)])
    (decided,) = world.of("growth.offers")
    assert (decided["outcome"], decided["propensity"]) == ("NO_OFFER", None)
    assert "OFFER_PAUSED" in decided["guards"]
    assert decided["policy_version"].startswith(AGENT.policy.version + "-")
    world.reload()
    assert world.state.settings.values["buffer:RIDE"] == 2.0


def test_bytes_of_another_agent_or_format_are_refused() -> None:
    with pytest.raises(ValueError, match="another agent or format"):
        AGENT.load(b"TRPM1\nxxxx")
    other = AGENT.dump(AGENT.start(0)).replace(b'"format":2', b'"format":9')
    with pytest.raises(ValueError, match="format 9"):
        AGENT.load(other)


def test_another_policy_is_another_version() -> None:
    other = GrowthAgent(Policy(most_offers=1))
    assert other.code_version != AGENT.code_version
    assert pl.Series([other.policy.version])[0] != AGENT.policy.version


def test_a_market_that_is_quiet_for_long_is_forgotten_with_what_was_said_of_it() -> None:
    world, days = World(now=T0), DEFAULT.quiet_days
    for hour in range(3):
        orders = [order(f"o{hour}-{i}", T0 + hour * HOUR + i * MINUTE) for i in range(60)]
        lost = [change(row["order_id"], row["ts"] + 1, "CANCELLED_BY_RIDER") for row in orders]
        world.step(T0 + (hour + 1) * HOUR - MINUTE, orders=orders, order_changes=lost)
    world.step(T0 + 3 * HOUR, orders=[order("other", T0 + 3 * HOUR, market="la")])
    assert {row["active"] for row in last(world.of("growth.alerts"), "growth.alerts").values()} == {True}
    world.state.now = T0 + (days - 1) * DAY
    world.step(T0 + (days - 1) * DAY, orders=[order("again", T0 + (days - 1) * DAY, market="la")])
    assert sorted(world.state.markets) == ["la", "sf"]
    assert AGENT.due(world.state, T0 + (days + 1) * DAY)
    world.step(T0 + (days + 1) * DAY)
    assert sorted(world.state.markets) == ["la"]
    assert {row["active"] for row in last(world.of("growth.alerts"), "growth.alerts").values()} == {False}
    assert not world.state.alerts.active
    world.reload()


def test_a_task_takes_only_so_many_markets_and_the_same_ones_however_they_are_read() -> None:
    events = [("driver-moves", move("d", T0 + i, market=f"m{37 * i % 10}")) for i in range(10)]
    worlds = [World(GrowthAgent(Policy(most_markets=4))) for _ in range(2)]
    worlds[0].step(driver_moves=[row for _, row in events])
    for topic, row in events:
        worlds[1].take({topic: [row]})
    for world in worlds:
        assert sorted(world.state.markets) == ["m0", "m1", "m4", "m7"]
        assert world.dead == [("driver-moves", i, "TooManyMarkets") for i in range(4, 10)]
        world.step(orders=[order("o", T0 + HOUR, market="m7"), order("p", T0 + HOUR, market="m9")])
        assert world.dead[-1] == ("orders", 1, "TooManyMarkets")
        assert "o" in world.state.markets["m7"].orders.live
