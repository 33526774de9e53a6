"""Bundles: which orders of a merchant go together, and in which order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.matching import geo
from agents.matching.bundles import NOBODY, Errands, Routes, bundle, timed
from agents.matching.courier import CourierPolicy
from columns import earth
from columns.table import F64, I64

LIMITS = CourierPolicy(most=3, gap_s=600.0, delay_s=900.0, stop_s=240.0, fetch_s=480.0)
MINUTE = 60_000


def drive(metres: F64) -> F64:
    """At 5 m/s."""
    return metres / 5.0


def errands(*orders: tuple[int, float, float, float]) -> Errands:
    """Orders as (merchant, ready in minutes, metres east and north of the merchant); merchants lie 10 km apart."""
    merchant, ready, east, north = (np.array(column, np.float64) for column in zip(*orders, strict=True))
    degrees = [np.degrees(metres / earth.EARTH_RADIUS_M) for metres in (north, east + 10_000 * merchant)]
    pickups = geo.points(np.zeros(len(orders)), np.degrees(10_000 * merchant / earth.EARTH_RADIUS_M))
    return Errands(merchant.astype(np.int64), (MINUTE * ready).astype(np.int64), pickups, geo.points(*degrees))


def stops(routes: Routes) -> list[list[int]]:
    """Each route's orders."""
    return [[order for order in row if order != NOBODY] for row in routes.stops.tolist()]


def value(given: Errands, worth: float, route: list[int]) -> int:
    """What a route costs against each of its orders going alone."""
    delay, length = timed(given, np.array([route]), LIMITS, drive)
    _, alone = timed(given, np.array(route)[:, None], LIMITS, drive)
    saved = int(alone.sum()) + (len(route) - 1) * round(1000 * LIMITS.fetch_s) - int(length[0, -1])
    return int(delay.sum()) - round(worth * saved)


some = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 30), st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=1, max_size=25
).map(lambda orders: errands(*orders))


def test_neighbours_whose_food_is_ready_together_go_together_where_couriers_are_few() -> None:
    assert stops(bundle(errands((1, 0, 900, 0), (1, 1, 1000, 0)), 1.0, LIMITS, drive)) == [[0, 1]]


def test_orders_go_alone_where_couriers_are_plenty() -> None:
    assert stops(bundle(errands((1, 0, 900, 0), (1, 1, 1000, 0)), 0.0, LIMITS, drive)) == [[0], [1]]


def test_orders_of_different_merchants_go_alone() -> None:
    assert stops(bundle(errands((1, 0, 900, 0), (2, 0, -9000, 0)), 1.0, LIMITS, drive)) == [[0], [1]]


def test_the_nearer_door_comes_first_though_its_food_is_ready_later() -> None:
    assert stops(bundle(errands((1, 0, 2000, 0), (1, 2, 1000, 0)), 1.0, LIMITS, drive)) == [[1, 0]]


def test_food_does_not_wait_for_what_is_ready_much_later() -> None:
    limits = CourierPolicy(most=3, gap_s=300.0, delay_s=1e6, fetch_s=1e6)
    assert stops(bundle(errands((1, 0, 900, 0), (1, 6, 900, 0), (1, 4, 900, 0)), 1.0, limits, drive)) == [[0, 2], [1]]


def test_delays_by_hand() -> None:
    """Ready after 2 min, at 1 km after 200 s and 4 min at the door, at 2 km after 200 s more; alone it would take 400 s."""
    delay, length = timed(errands((1, 0, 2000, 0), (1, 2, 1000, 0)), np.array([[1, 0]]), LIMITS, drive)
    assert delay.tolist() == [[0, 120_000 + 240_000]]
    assert length.tolist() == [[440_000, 880_000]]


@given(some, st.sampled_from([0.0, 0.3, 1.0]))
def test_each_order_is_in_one_route_within_the_limits(given: Errands, worth: float) -> None:
    routes = bundle(given, worth, LIMITS, drive)
    assert sorted(order for route in stops(routes) for order in route) == list(range(len(given)))
    assert routes.lead.tolist() == sorted(min(route) for route in stops(routes))
    assert routes.size.tolist() == [len(route) for route in stops(routes)]
    for route, ready in zip(stops(routes), routes.ready.tolist(), strict=True):
        delay, _ = timed(given, np.array([route]), LIMITS, drive)
        assert len(set(given.group[route].tolist())) == 1
        assert ready == given.ready[route].max() <= given.ready[route].min() + 1000 * LIMITS.gap_s
        assert delay.max() <= 1000 * LIMITS.delay_s
        assert len(route) <= LIMITS.most


@given(some)
def test_a_bundle_is_worth_more_than_its_orders_alone(given: Errands) -> None:
    assert all(value(given, 0.7, route) < 0 for route in stops(bundle(given, 0.7, LIMITS, drive)) if len(route) > 1)


@given(some)
def test_a_pair_is_dropped_off_in_its_best_order(given: Errands) -> None:
    for route in stops(bundle(given, 1.0, LIMITS, drive)):
        if len(route) == 2:
            assert value(given, 1.0, route) == min(value(given, 1.0, list(other)) for other in permutations(route))


@given(some)
@settings(max_examples=50)
def test_a_merchants_bundles_do_not_depend_on_other_merchants(given: Errands) -> None:
    together = {tuple(route) for route in stops(bundle(given, 1.0, LIMITS, drive))}
    for merchant in np.unique(given.group).tolist():
        own: I64 = np.flatnonzero(given.group == merchant)
        part = Errands(given.group[own], given.ready[own], given.pickups[own], given.dropoffs[own])
        for route in stops(bundle(part, 1.0, LIMITS, drive)):
            assert tuple(own[route].tolist()) in together


def test_no_orders_make_no_routes() -> None:
    nothing = Errands(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)))
    assert len(bundle(nothing, 1.0, LIMITS, drive)) == 0
