"""What a rider is spared, an order placed ahead comes to, and a setting may be: found by walking through growth."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from agents.growth.agent import GrowthAgent
from agents.growth.alerts import of_offers
from agents.growth.conversion import FEATURES, Conversion, Outcome
from agents.growth.policy import Policy, Settings
from agents.growth.recommendations import of_offers as recommended
from tests.pure.growth_events import DAY, HOUR, MINUTE, T0, World, change, driver, move, order, request, rider
from tests.pure.test_growth_market import shortage

NOON = T0 + 12 * HOUR
EAGER = GrowthAgent(Policy(explore=0.5, opt_out_loss_cents=0))  # makes offers as often as it may


def test_an_order_placed_ahead_counts_when_it_is_due() -> None:
    world, start = World(now=NOON), NOON
    due = start + 19 * HOUR  # 7 h: a peak
    world.step(start, orders=[order(f"o{i}", start, scheduled_ts=due) for i in range(30)])
    for quarter in range(1, 19 * 4):
        world.step(start + quarter * 15 * MINUTE if quarter % 2 else start + quarter * 15 * MINUTE - MINUTE)
        world.state.now = start + (quarter + 1) * 15 * MINUTE - 2 * MINUTE  # steps every minute, to come to the same
    assert not world.of("growth.alerts"), "nobody had to come for them yet, and no drivers were needed"
    assert world.of("growth.services")[-1]["leakage_cents"] == 0
    world.reload()
    world.state.now = due + 19 * MINUTE
    changes = [change(f"o{i}", due + 5 * MINUTE, "PICKED_UP") for i in range(30)]
    world.step(due + 20 * MINUTE, order_changes=changes + [change(f"o{i}", due + 14 * MINUTE) for i in range(30)])
    assert {row["demand_hour"] for row in world.of("growth.allocations")} == {30}
    revenue = world.of("growth.revenue")
    assert len(revenue) == 30
    assert {row["peak_fee_cents"] for row in revenue} == {300}
    assert world.state.markets["sf"].effects.cycle_h()[0] < 0.5, "hours of waiting for the time are no work"


@pytest.mark.parametrize("ahead", [-2 * HOUR, 31 * DAY])
def test_an_order_scheduled_absurdly_is_refused(ahead: int) -> None:
    world = World()
    world.step(orders=[order("a", NOON, scheduled_ts=NOON + ahead), order("b", NOON, scheduled_ts=NOON - MINUTE)])
    assert world.dead == [("orders", 0, "InvalidSchedule")]


def test_a_late_request_is_decided_on_as_things_are_and_nobody_is_contacted_in_the_past() -> None:
    world, late = World(EAGER), NOON + 5 * DAY + 11 * HOUR  # 23 h
    world.step(rider_profiles=[rider(f"r{i}") for i in range(50)])
    world.step(monetization_requests=[request("on-time", "nobody", late)])
    world.step(monetization_requests=[request(f"q{i}", f"r{i}", NOON) for i in range(50)])
    rows = [row for row in world.of("growth.offers") if row["outcome"] == "OFFER"]
    assert rows
    assert min(row["contact_ts"] for row in rows) > late, "23 h is in the quiet hours, whatever the hour was that the request names"
    assert all(0 < row["hours_to_contact"] <= 72 for row in rows)
    world.step(monetization_requests=[request("next", "nobody", late + 2 * MINUTE)])
    assert world.state.monetization.learnt.learnt == 0, "nothing is over before it was made"


def test_contacts_keep_the_distance_that_offers_have() -> None:
    world = World(EAGER)
    world.step(rider_profiles=[rider(f"r{i}") for i in range(100)])
    for day in range(12):
        start = NOON + day * (DAY + 5 * MINUTE)
        world.step(monetization_requests=[request(f"q{day}-{i}", f"r{i}", start) for i in range(100)])
    contacts: dict[str, list[int]] = {}
    for row in world.of("growth.offers"):
        if row["outcome"] == "OFFER":
            contacts.setdefault(row["rider_id"], []).append(row["contact_ts"])
    policy = EAGER.policy
    assert sum(map(len, contacts.values())) > 200
    for times in contacts.values():
        assert all(b - a >= policy.gap_h * HOUR for a, b in pairwise(times))
        assert all(d - a >= policy.cap_days * DAY for a, d in zip(times, times[policy.most_offers :], strict=False))


def test_only_what_was_recommended_is_told_as_applied() -> None:
    world = World()
    shortage(world)
    (*_, one) = (row for row in world.of("growth.recommendations") if row["kind"] == "MORE_BUFFER")
    other = {"setting": "explore", "value": 0.3, "ts": one["event_ts"] + 1, "by": "ops", "recommendation_id": one["recommendation_id"]}
    told = len(world.of("growth.recommendations"))
    world.step(growth_policies=[other])
    assert len(world.of("growth.recommendations")) == told
    assert world.state.settings.values["explore"] == 0.3
    world.step(growth_policies=[other | {"setting": one["setting"], "value": one["value"]}])
    assert world.of("growth.recommendations")[-1]["status"] == "APPLIED"


@pytest.mark.parametrize("name", ["personal", "offer:tenth-off"])
def test_what_is_on_or_off_is_nothing_between(name: str) -> None:
    world = World()
    world.step(growth_policies=[{"setting": name, "value": 0.3, "ts": T0, "by": "ops", "recommendation_id": None}])
    assert world.dead == [("growth-policies", 0, "InvalidSetting")]
    assert world.state.settings.values[name] == 1.0


def test_a_buffer_of_one_market_is_not_of_another() -> None:
    """What is recommended by one market's figures changes that market alone; what is set for all holds where nothing else was set."""
    world = World()
    for i, (name, value) in enumerate([("buffer:RIDE", 1.5), ("buffer:RIDE:sf", 2.0)]):
        world.step(growth_policies=[{"setting": name, "value": value, "ts": T0 + i, "by": "ops", "recommendation_id": None}])
    for market in ("sf", "lisbon"):
        world.step(orders=[order(f"{market}{i}", NOON + i * MINUTE // 2, market=market) for i in range(40)])
    world.reload()
    needed = {
        row["market"]: row["needed"] / row["forecast"] for row in world.of("growth.allocations") if row["event_ts"] == NOON + HOUR // 4
    }
    assert needed["sf"] / needed["lisbon"] == pytest.approx(2.0 / 1.5)
    wrong = ["buffer:RIDE:", "buffer:SLEIGH:sf", "offer:tenth-off:sf"]
    world.step(growth_policies=[{"setting": name, "value": 1.0, "ts": T0, "by": "ops", "recommendation_id": None} for name in wrong])
    assert [error for _, _, error in world.dead] == ["InvalidSetting"] * 3


def test_an_alert_that_lasts_is_told_again_every_hour_with_its_figures() -> None:
    world = World()
    shortage(world)
    rows = [row for row in world.of("growth.alerts") if row["alert_id"] == "REVENUE_LEAK/sf/RIDE"]
    assert len(rows) > 5
    assert len({row["why"] for row in rows}) == len(rows), "lost orders grow in number"
    assert {row["since"] for row in rows} == {rows[0]["since"]}
    assert all(row["event_ts"] % HOUR == 0 for row in rows[1:])


def test_no_surge_is_taken_where_nothing_usual_is_known() -> None:
    """Before any hour was learnt, every zone with a few orders would be as busy as it ever was."""
    world = World()
    world.step(driver_profiles=[driver("d")], driver_moves=[move("d", NOON + 14 * MINUTE)])
    early = [order(f"o{i}", NOON + i * MINUTE // 2) for i in range(60)]
    world.step(orders=early, order_changes=[change(row["order_id"], row["ts"] + MINUTE) for row in early])
    assert {row["surge_fee_cents"] for row in world.of("growth.revenue")} == {0}


def test_a_buffer_does_not_make_the_shortage_that_it_is_recommended_for() -> None:
    """Orders alone need 1.2 times the drivers there, or it is no pressure, whatever is planned beyond."""
    pressed = []
    for buffer in (1.0, 3.0):
        world = World()
        world.step(growth_policies=[{"setting": "buffer:RIDE", "value": buffer, "ts": T0, "by": "ops", "recommendation_id": None}])
        shortage(world)
        pressed.append(world.state.markets["sf"].pressed[0])
    assert pressed[0] == pressed[1] > 0


def test_an_alert_of_opting_out_ends_when_nobody_does_any_more() -> None:
    learnt = Conversion()
    for i in range(100):
        learnt.learn(Outcome(2, np.eye(len(FEATURES))[0], 0.2, "opted_out" if i % 4 == 0 else "declined", 12), i)
    assert "OPT_OUTS" in {one.kind for one in of_offers(learnt, 0, NOON) if one.severity == "CRITICAL"}
    learnt = Conversion.of(learnt.facts(), learnt.arrays())
    learnt.forget(14 * DAY)
    assert {one.severity for one in of_offers(learnt, 0, NOON) if one.kind == "OPT_OUTS"} == {None}


def test_exploring_less_is_recommended_only_where_it_pays() -> None:
    learnt, policy = Conversion(), Policy()
    learnt.learnt, learnt.counts[:, 0] = 10_000, 1000
    learnt.mean[:] = 0.0  # all are alike
    found = [one for one in recommended(learnt, Settings.of(policy), policy, 0, 0, DAY) if one.kind == "LESS_EXPLORATION"]
    assert all(one.expected_profit_cents > 0.0 for one in found)
