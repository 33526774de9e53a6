"""Revenue captured of orders, to the cent; drivers by zone, moves between zones, alerts, and recommendations that can be applied."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.growth.allocate import Outlook, allocate, ratios
from agents.growth.drivers import WHOLE, Drivers
from agents.growth.effects import UNKNOWN, Effects
from agents.growth.policy import DEFAULT, SERVICES, TIERS
from agents.growth.revenue import FEES, OTHER, cost_cents, fees, is_peak, tariff_cents
from agents.matching.pay import price_cents
from agents.pricing.policy import TariffPolicy
from columns import earth
from columns.table import F64, I64
from tests.pure.growth_events import DAY, HERE, HOUR, MINUTE, T0, Row, World, change, driver, move, order

NORTH = (HERE[0] + 0.05, HERE[1])
OFFPEAK, PEAK = T0 + 12 * HOUR, T0 + 8 * HOUR


@given(st.integers(0, 10_000_000), st.booleans(), st.booleans())
def test_fees_are_exact_and_their_sum_is_the_net_revenue(price: int, peak: bool, surge: bool) -> None:
    out = fees(np.array([price]), np.array([peak]), np.array([surge]), DEFAULT)
    for name, share, holds in zip(FEES, (10, 5, 15, 25), (True, True, peak, surge), strict=True):
        exact = Fraction(price * share, 100) if holds else Fraction(0)
        assert abs(int(out[name][0]) - exact) <= Fraction(1, 2), name
        assert int(out[name][0]) == int(exact + Fraction(1, 2)), "halves are rounded up"


@given(st.integers(0, 5), st.integers(0, 4), st.floats(0, 50_000), st.integers(T0, T0 + 14 * DAY), st.floats(-180, 180))
def test_the_tariff_is_matchings(service: int, tier: int, trip_m: float, ts: int, lon: float) -> None:
    of: tuple[I64, I64, F64] = (np.array([service]), np.array([tier]), np.array([trip_m]))
    at, where = np.array([ts]), np.array([lon])
    theirs = price_cents(of[0].astype(np.uint8), of[1].astype(np.uint8), of[2], earth.hour_of_week(at, where))
    assert tariff_cents(*of, at, where).tolist() == theirs.tolist()
    assert (len(SERVICES), len(TIERS)) == (6, 5)


def test_peaks_are_local() -> None:
    ts = T0 + np.array([7, 8.99, 9, 16.99, 17, 18.99, 19]) * HOUR
    assert is_peak(ts.astype(np.int64), np.zeros(7)).tolist() == [True, True, False, False, True, True, False]
    assert is_peak(np.array([T0 + 15 * HOUR]), np.array([-122.4])).tolist() == [True], "7 h in San Francisco"


def test_an_order_is_captured_when_it_is_completed_once() -> None:
    world = World()
    world.step(orders=[order("a", OFFPEAK, fare_cents=1999), order("b", PEAK, fare_cents=None), order("a", OFFPEAK + 1)])
    assert world.dead == [("orders", 2, "DuplicateOrder")]
    done = [change("a", OFFPEAK + HOUR // 2), change("a", OFFPEAK + HOUR), change("b", PEAK + 2 * HOUR)]
    world.step(order_changes=done)
    assert world.dead[1:] == [("order-changes", 1, "OrderOver")]
    by_id = {row["order_id"]: row for row in world.of("growth.revenue")}
    a, b = by_id["a"], by_id["b"]
    assert [a[name] for name in FEES] == [200, 100, 0, 0]
    assert (a["net_revenue_cents"], a["price_source"], a["guards"]) == (300, "AGREED", [])
    assert [b[name] for name in FEES] == [150, 75, 225, 0]
    assert (b["price_cents"], b["price_source"], b["guards"]) == (1500, "TARIFF", ["NO_FARE_AGREED"])
    assert a["decision_id"] == "growth/order-changes/0/0/0"
    world.reload()
    world.step(orders=[order("a", OFFPEAK + 2)], order_changes=[change("a", OFFPEAK + 2 * HOUR)])
    assert len(world.of("growth.revenue")) == 2


def test_a_completion_that_is_read_before_its_order_waits_for_it() -> None:
    world = World()
    world.step(order_changes=[change("a", OFFPEAK + 2 * MINUTE, "PICKED_UP"), change("a", OFFPEAK + 20 * MINUTE)])
    world.reload()
    assert not world.of("growth.revenue")
    world.step(orders=[order("a", OFFPEAK)])
    (row,) = world.of("growth.revenue")
    assert (row["decision_id"], row["event_ts"], row["requested_ts"]) == ("growth/order-changes/0/1/0", OFFPEAK + 20 * MINUTE, OFFPEAK)
    assert world.state.markets["sf"].effects.sums[3, 0] == 1200
    world.step(order_changes=[change("never-placed", OFFPEAK)])
    world.step(orders=[order("later", OFFPEAK + 3 * DAY), order("never-placed", OFFPEAK + 3 * DAY)])
    assert len(world.of("growth.revenue")) == 1, "after two days nobody waits any more"


def figures(world: World) -> dict[str, Row]:
    return {row["key"]: row for row in world.of("growth.services")}


def test_figures_by_service_and_day_are_the_sum_of_what_was_captured() -> None:
    rng, world = np.random.default_rng(3), World()
    orders = [order(f"o{i}", T0 + i * 7 * MINUTE, service=SERVICES[i % 3], fare_cents=int(rng.integers(5000))) for i in range(400)]
    changes = [change(f"o{i}", T0 + i * 7 * MINUTE + HOUR, "COMPLETED" if i % 4 else "CANCELLED_BY_DRIVER") for i in range(400)]
    world.step(orders=orders, order_changes=changes)
    assert len(world.of("growth.revenue")) == 300
    for key, row in figures(world).items():
        own = [
            one
            for one in world.of("growth.revenue")
            if one["service"] == row["service"] and one["event_ts"] // DAY == T0 // DAY + _day(key)
        ]
        for name in ("net_revenue_cents", *FEES):
            assert row[name] == sum(one[name] for one in own), (key, name)
        assert row["gross_cents"] == sum(one["price_cents"] for one in own)
        assert row["completed"] == len(own)
        assert row["cost_cents"] == int(Fraction(row["gross_cents"], 20) + Fraction(1, 2)), "5 % of the gross"
        assert row["profit_cents"] == row["net_revenue_cents"] - row["cost_cents"]
        assert row["profit_margin"] == round(row["profit_cents"] / row["gross_cents"], 6)
        assert row["net_revenue_cents"] == sum(row[name] for name in FEES)
    assert sum(row["cancelled"] for row in figures(world).values()) == 100
    lost = [round(one["fare_cents"] * 0.10 + 1e-9) + round(one["fare_cents"] * 0.05 + 1e-9) for one in orders[::4]]
    assert sum(row["leakage_cents"] for row in figures(world).values()) == pytest.approx(sum(lost), abs=100)


def _day(key: str) -> int:
    return int(key[-2:]) - 19


def test_an_order_nobody_came_for_is_lost_until_it_is_completed_after_all() -> None:
    world = World()
    world.step(orders=[order("a", OFFPEAK, fare_cents=1000), order("clock", OFFPEAK + 4 * HOUR)])
    row = figures(world)["sf/RIDE/2026-09-19"]
    assert (row["requested"], row["completed"], row["cancelled"], row["leakage_cents"]) == (2, 0, 1, 150)
    world.step(order_changes=[change("a", OFFPEAK + 5 * HOUR)])
    row = figures(world)["sf/RIDE/2026-09-19"]
    assert (row["completed"], row["cancelled"], row["leakage_cents"], row["margin"]) == (1, 0, 0, 0.15)


def test_an_order_costs_what_pricing_reckons_with() -> None:
    assert TariffPolicy().other == OTHER / 10_000
    assert [cost_cents(price) for price in (0, 9, 10, 2000)] == [0, 0, 1, 100]


def test_what_an_applied_recommendation_has_brought_is_told_hour_by_hour_for_a_day() -> None:
    """Every second order came to nothing before; after it is applied all are completed, but no surge is on any more."""
    world = World()
    shortage(world)
    (one,) = recommended(world)
    at = OFFPEAK + 7 * HOUR + HOUR // 2  # in the last hour of the shortage
    assert one["event_ts"] <= at
    applied = {"setting": one["setting"], "value": one["value"], "ts": at, "by": "ops", "recommendation_id": one["recommendation_id"]}
    world.step(growth_policies=[applied])
    assert recommended(world)[0] | {"measured_hours": None} == recommended(world)[0]
    for hour in range(1, 30):
        start = at // HOUR * HOUR + hour * HOUR
        later = [order(f"l{hour}-{i}", start + i * MINUTE // 2) for i in range(60)]
        world.step(orders=later, order_changes=[change(row["order_id"], row["ts"] + 10 * MINUTE) for row in later])
        world.reload()
    rows = [row for row in world.of("growth.recommendations") if row["measured_hours"]]
    assert list(dict.fromkeys(row["measured_hours"] for row in rows)) == list(range(1, 25)), "until a day is over"
    last, revenue = rows[-1], world.of("growth.revenue")
    assert last["applied_ts"] == at
    assert 24 * 60 <= last["measured_units"] <= 25 * 60
    earned = [(row["event_ts"] // HOUR - at // HOUR, row["net_revenue_cents"] - cost_cents(row["price_cents"])) for row in revenue]
    before, since = [cents for hour, cents in earned if hour < 0], [cents for hour, cents in earned if 0 < hour <= 24]
    a, b = sum(since) / last["measured_units"], sum(before) / (2 * len(before))
    assert last["measured_profit_cents"] == pytest.approx((a - b) * last["measured_units"], rel=0.02)
    assert 0 < last["measured_half_cents"] < 0.2 * sum(since)


def test_a_surge_is_a_busy_hour_with_too_few_drivers() -> None:
    """Demand above 0.7 of the busiest hour and less than half of the drivers that it needs; without any driver nothing is known."""

    def fee(drivers: int) -> int:
        world, start = World(), OFFPEAK
        world.step(driver_profiles=[driver(f"d{i}") for i in range(drivers)])
        orders = [order(f"o{i}", start + i * MINUTE) for i in range(120)]
        world.step(orders=orders, driver_moves=[move(f"d{i}", start + 118 * MINUTE) for i in range(drivers)])
        world.step(orders=[order("surge?", start + 121 * MINUTE, fare_cents=1000)], order_changes=[change("surge?", start + 130 * MINUTE)])
        (row,) = world.of("growth.revenue")
        return int(row["surge_fee_cents"])

    assert (fee(0), fee(2), fee(100)) == (0, 250, 0)


def test_a_driver_counts_once_for_all_its_services() -> None:
    drivers = Drivers()
    drivers.profiled(["a", "b"], np.array([1, 1]), np.array([0b000011, 0b111111]), np.array([False, False]))
    late = drivers.moved(["a", "b", "a", "c"], np.array([5, 5, 6, 6]), np.array([0, 1, 1, 0]), np.array([True] * 4))
    assert not late.any()
    zones, online = drivers.online(10, DEFAULT)
    assert zones.tolist() == [1], "of c no services are known"
    assert online.sum() == 2 * WHOLE
    assert online[0].tolist() == [40, 40, 10, 10, 10, 10]
    assert drivers.moved(["a"], np.array([4]), np.array([0]), np.array([False])).tolist() == [True]
    assert not len(drivers.online(6 + DEFAULT.stale_ms, DEFAULT)[0]), "nothing was heard of them for too long"


def outlook(needed: list[float], supply: list[float]) -> tuple[Outlook, Effects]:
    """Zones of one service in a row, two km apart; effects as learnt where drivers make a difference."""
    n, effects = len(needed), Effects()
    effects.served[0] = (500, 480, 450, 400, 300, 200, 100, 20)
    effects.lost[0] = 500 - effects.served[0]
    effects.sums[:, 0] = (1000, 1_500_000, 300_000, 1_200_000)
    where = 37.0 + 0.018 * np.arange(n)
    whole = np.arange(n)
    forecast = np.array(needed) / effects.cycle_h()[0]
    return Outlook(whole, np.zeros(n, np.int64), where, np.zeros(n), forecast, np.array(supply), np.array(needed)), effects


Zones = st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=8)


@given(Zones)
def test_actions_follow_the_ratio_and_moves_only_take_what_is_there(zones: list[tuple[float, float]]) -> None:
    what, effects = outlook([a for a, _ in zones], [b for _, b in zones])
    one = allocate(what, effects, DEFAULT)
    ratio = ratios(what.needed, what.supply)
    for i in range(len(zones)):
        if one.action[i] == 0:
            assert ratio[i] > 1.2
            assert one.amount[i] >= max(1, what.needed[i] - what.supply[i] - 1e-6)
        elif one.action[i] == 1:
            assert ratio[i] < 0.8
            assert 0 < one.amount[i] <= what.supply[i] - what.needed[i] + 1e-6, "what is let go is not needed"
        else:
            assert one.amount[i] == 0
    assert (one.moves_in <= np.where(one.action == 0, one.amount, 0)).all()
    assert (one.moves_out <= np.where(one.action == 1, one.amount, 0)).all()
    assert one.moves_in.sum() == one.moves_out.sum() == one.moves.drivers.sum()
    assert (one.moves.revenue > one.moves.cost).all(), "a move that does not pay is not recommended"
    assert np.isfinite(one.revenue).all()
    assert np.isfinite(one.others).all()


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=2), st.lists(st.integers(0, 3), min_size=2, max_size=2))
def test_moves_are_the_best_there_are(spare: list[int], short: list[int]) -> None:
    """Against all ways to move so few drivers."""
    what, effects = outlook([1.0, 3.0 + short[0], 3.0 + short[1], 1.0], [1.0 + spare[0], 3.0, 3.0, 1.0 + spare[1]])
    one = allocate(what, effects, DEFAULT)
    found = float((one.moves.revenue - one.moves.cost).sum())
    gain = np.where(one.amount > 0, one.revenue / np.maximum(1, one.amount), 0.0)
    km = np.abs(np.subtract.outer(what.lat, what.lat)) * 111.195
    hour, speed, busy = effects.driver_hour_cents()[0], effects.speed_mps(), what.needed / what.supply
    cost = km * 1000 / speed / 3600 * hour * busy[:, None]
    best = 0.0
    given_, wanted = (
        [one.amount[i] if one.action[i] == 1 else 0 for i in (0, 3)],
        [one.amount[i] if one.action[i] == 0 else 0 for i in (1, 2)],
    )
    for a, b, c, d in product(range(4), repeat=4):
        if a + b <= given_[0] and c + d <= given_[1] and a + c <= wanted[0] and b + d <= wanted[1]:
            value = a * (gain[1] - cost[0, 1]) + b * (gain[2] - cost[0, 2]) + c * (gain[1] - cost[3, 1]) + d * (gain[2] - cost[3, 2])
            best = max(best, float(value))
    assert found == pytest.approx(best, rel=1e-3, abs=1.0)


def test_what_is_expected_was_learnt() -> None:
    """Nothing is told before enough orders; where tight zones lost no orders, more drivers bring nothing."""
    what, effects = outlook([6.0, 0.0], [3.0, 8.0])
    one = allocate(what, effects, DEFAULT)
    assert one.learnt.all()
    assert one.revenue[0] > 0
    assert one.satisfaction[0] > 0
    assert len(one.moves.drivers) == 1
    assert one.others[0, 0] == pytest.approx(one.revenue[0] - one.cost[0])
    effects.served[0] += effects.lost[0]
    effects.lost[:] = 0
    indifferent = allocate(what, effects, DEFAULT)
    assert indifferent.revenue[0] < one.revenue[0] / 5
    fresh = allocate(what, Effects(), DEFAULT)
    assert not fresh.learnt.any()
    assert len(fresh.moves.drivers) == 0


def shortage(world: World, hours: int = 8) -> None:
    """A city whose drivers wait in the north while riders in the south lose patience, hour after hour."""
    names = [f"d{i}" for i in range(30)]
    world.step(driver_profiles=[driver(name) for name in names])
    for hour in range(hours):
        start = OFFPEAK + hour * HOUR
        orders = [order(f"o{hour}-{i}", start + i * MINUTE // 2, HERE if i % 4 else NORTH) for i in range(120)]
        over = [
            change(row["order_id"], row["ts"] + 10 * MINUTE, "CANCELLED_BY_RIDER" if i % 2 else "COMPLETED") for i, row in enumerate(orders)
        ]
        moves = [move(name, start + q * 15 * MINUTE + 1, NORTH) for name in names[:12] for q in range(4)]
        world.step(orders=orders, order_changes=over, driver_moves=moves)


def test_a_lasting_shortage_is_alerted_moves_are_recommended_and_a_buffer_that_can_be_applied() -> None:
    world = World()
    shortage(world)
    raised = {row["alert_id"]: row for row in world.of("growth.alerts")}
    assert raised["SHORTAGE/sf/RIDE"]["severity"] in {"WARNING", "CRITICAL"}
    assert raised["REVENUE_LEAK/sf/RIDE"]["active"]
    assert raised["REVENUE_LEAK/sf/RIDE"]["severity"] == "CRITICAL"
    for row in raised.values():
        assert row["what"]
        assert row["why"]
        assert row["suggested_action"]
    moves = world.of("growth.moves")
    assert moves
    assert {(row["from_zone"], row["to_zone"]) for row in moves} == {(_zone(NORTH), _zone(HERE))}
    found = [row for row in world.of("growth.recommendations") if row["kind"] == "MORE_BUFFER"]
    assert {row["status"] for row in found} == {"OPEN"}, "told again as it changes"
    one = found[-1]
    assert (one["setting"], one["value"], one["current"]) == ("buffer:RIDE:sf", 1.2, 1.0)
    assert one["expected_profit_cents"] > 0
    before = world.of("growth.allocations")[-1]
    applied = {"setting": one["setting"], "value": one["value"], "ts": one["event_ts"] + 1, "by": "ops"}
    world.reload()
    world.step(growth_policies=[applied | {"recommendation_id": one["recommendation_id"]}])
    assert world.of("growth.recommendations")[-1]["status"] == "APPLIED"
    world.step(growth_policies=[applied | {"recommendation_id": "of-another-partition"}])
    assert world.of("growth.recommendations")[-1]["recommendation_id"] == one["recommendation_id"]
    world.step(orders=[order("next", before["event_ts"] + 16 * MINUTE)])
    after = world.of("growth.allocations")[-1]
    assert after["policy_version"] != before["policy_version"]
    assert after["needed"] / after["forecast"] > 1.15 * before["needed"] / before["forecast"]


def _zone(at: tuple[float, float]) -> str:
    lat, lon = earth.middle(earth.area(np.array([at[0]]), np.array([at[1]]), DEFAULT.zone_m), DEFAULT.zone_m)
    return f"{lat[0]:.4f},{lon[0]:.4f}"


def test_an_alert_ends_when_it_is_over() -> None:
    world = World()
    shortage(world, 3)
    start = OFFPEAK + 4 * HOUR
    names = [f"d{i}" for i in range(90)]
    world.step(driver_profiles=[driver(name, T0 + 1) for name in names], orders=[order("x", start)])
    world.step(driver_moves=[move(name, start + 14 * MINUTE, HERE) for name in names], orders=[order("y", start + 16 * MINUTE)])
    rows = [row for row in world.of("growth.alerts") if row["alert_id"] == "SHORTAGE/sf/RIDE"]
    assert [row["active"] for row in rows][-1] is False
    assert rows[-1]["since"] == rows[0]["since"]


def test_a_leak_of_orders_of_another_market_is_its_own() -> None:
    world = World()
    shortage(world, 2)
    world.step(orders=[order("la1", OFFPEAK, market="la")], order_changes=[change("la1", OFFPEAK + MINUTE, market="la")])
    assert {row["market"] for row in world.of("growth.allocations")} == {"sf"}
    assert {row["market"] for row in world.of("growth.revenue")} == {"sf", "la"}


def test_the_share_served_never_rises_with_the_ratio_and_orders_without_a_forecast_do_not_count() -> None:
    rng, effects = np.random.default_rng(0), Effects()
    effects.served[:], effects.lost[:] = rng.integers(0, 50, (2, *effects.served.shape))
    ratio = np.linspace(0, 10, 200)
    for service in range(len(SERVICES)):
        curve = effects.share_served(np.full(200, service), ratio)
        assert (np.diff(curve) <= 1e-9).all()
        assert (curve >= 0).all()
        assert (curve <= 1).all()
    before = effects.evidence().tolist()
    effects.completed(0, UNKNOWN, 1000, 150, 60_000, 1000, 0)
    effects.failed(0, UNKNOWN)
    assert effects.evidence().tolist() == before
    assert effects.mean("net_cents")[0] == 150


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"fare_cents": -1}, "InvalidFare"),
        ({"fare_cents": 10**9}, "InvalidFare"),
        ({"pickup_lat": 95.0}, "InvalidPosition"),
        ({"dropoff_lon": float("nan")}, "InvalidPosition"),
        ({"dropoff_lat": -80.0}, "TripTooLong"),
        ({"market": ""}, "MissingId"),
        ({"ts": 0}, "InvalidTimestamp"),
        ({"ts": T0 + 500 * DAY}, "FromTheFuture"),
    ],
)
def test_a_wrong_order_is_refused_for_its_reason_and_the_others_are_taken(wrong: Row, error: str) -> None:
    world = World()
    world.step(orders=[order("good", T0), order("bad", T0) | wrong, order("too", T0)])
    assert world.dead == [("orders", 1, error)]
    assert sorted(world.state.markets["sf"].orders.live) == ["good", "too"]


def recommended(world: World) -> list[Row]:
    """The latest of each recommendation."""
    return list({row["recommendation_id"]: row for row in world.of("growth.recommendations")}.values())


@pytest.mark.parametrize("value", [1.1, 1.2, 2.0])
def test_what_is_recommended_is_withdrawn_when_its_setting_is_changed_and_reckoned_anew_from_there(value: float) -> None:
    world = World()
    shortage(world)
    (one,) = recommended(world)
    assert (one["status"], one["current"], one["value"]) == ("OPEN", 1.0, 1.2)
    world.step(growth_policies=[{"setting": "buffer:RIDE", "value": value, "ts": one["event_ts"] + 1, "by": "ops"}])
    (one,) = recommended(world)
    assert (one["status"], one["event_ts"]) == ("WITHDRAWN", world.state.settings.changed["buffer:RIDE"])
    again = OFFPEAK + 7 * HOUR
    names = [f"d{i}" for i in range(16)]
    orders = [order(f"more-{i}", again + i * MINUTE // 2, HERE if i % 4 else NORTH) for i in range(120)]
    over = [change(r["order_id"], r["ts"] + 10 * MINUTE, "CANCELLED_BY_RIDER" if i % 2 else "COMPLETED") for i, r in enumerate(orders)]
    world.step(
        orders=orders, order_changes=over, driver_moves=[move(n, again + q * 15 * MINUTE + 1, NORTH) for n in names for q in range(4)]
    )
    (one,) = recommended(world)
    open_now = [row for row in recommended(world) if row["status"] == "OPEN"]
    assert all(row["current"] == value for row in open_now)
    assert value < 2.0 or not open_now, "more than twice as many is never recommended"


def test_what_is_recommended_is_told_again_when_it_brings_other_than_was_told() -> None:
    world = World()
    shortage(world)
    rows = [row for row in world.of("growth.recommendations") if row["status"] == "OPEN"]
    gains = [row["expected_profit_cents"] for row in rows]
    assert all(abs(later - earlier) > 0.2 * earlier for earlier, later in pairwise(gains))
    (one,) = recommended(world)
    told = world.state.recommendations.told[one["recommendation_id"]]
    assert told["expected_profit_cents"] == gains[-1]


@pytest.mark.parametrize(("minutes", "expected"), [(1, 0), (10, 60), (14, 60)])
def test_before_any_hour_is_learnt_the_next_one_is_forecast_as_it_went_so_far(minutes: int, expected: int) -> None:
    world, start = World(), OFFPEAK + (15 - minutes) * MINUTE
    world.step(orders=[order(f"o{i}", start + i * MINUTE) for i in range(minutes)])
    world.step(orders=[order("next", OFFPEAK + 16 * MINUTE)])
    (row,) = world.of("growth.allocations")
    assert (row["demand_hour"], row["forecast"]) == (minutes, expected)
    assert "SEASON_NOT_LEARNT" in row["guards"]
    world.reload()
    world.step(orders=[order(f"p{i}", OFFPEAK + (17 + i) * MINUTE) for i in range(50)])
    assert world.state.markets["sf"].forecaster.hours == 1
    assert world.of("growth.allocations")[-1]["forecast"] == world.state.markets["sf"].forecaster.level[0], "what is learnt takes over"
