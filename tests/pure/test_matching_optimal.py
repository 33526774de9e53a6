"""The optimal assignment costs least, whichever of its parts finds it, and its prices prove it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.matching import optimal
from agents.matching.optimal import NEVER, Choices, assign
from agents.matching.prices import prices
from columns.table import I64
from tests.pure.matching_events import unhurried


@st.composite
def some_choices(draw: st.DrawFn, most: int = 12, top: int = 30) -> Choices:
    """Few orders and drivers and small costs: many ties."""
    orders, drivers = draw(st.integers(1, most)), draw(st.integers(1, most))
    width = draw(st.integers(1, drivers))
    cost, driver = np.full((orders, width), NEVER), np.full((orders, width), drivers)
    for order in range(orders):
        able = draw(st.lists(st.integers(0, drivers - 1), max_size=width, unique=True).map(sorted))
        driver[order, : len(able)] = able
        cost[order, : len(able)] = draw(st.lists(st.integers(0, top), min_size=len(able), max_size=len(able)))
    outside = np.array(draw(st.lists(st.integers(0, 2 * top), min_size=orders, max_size=orders)))
    return Choices(cost, driver, outside, drivers)


def uniform(orders: int, drivers: int, width: int, seed: int = 7) -> Choices:
    """Costs without ties, each order's drivers drawn anew."""
    rng = np.random.default_rng(seed)
    driver = np.sort(rng.permuted(np.tile(np.arange(drivers), (orders, 1)), axis=1)[:, :width], axis=1)
    return Choices(rng.integers(0, 900_000, (orders, width)), driver, np.full(orders, 3_600_000), drivers)


def total(choices: Choices, place: I64) -> int:
    """The cost of an assignment; fails when a driver serves two orders or a pair is none."""
    hit = np.flatnonzero(place >= 0)
    drivers = choices.driver[hit, place[hit]]
    assert len(set(drivers.tolist())) == len(drivers)
    assert (drivers < choices.drivers).all()
    return int(choices.cost[hit, place[hit]].sum() + choices.outside[place < 0].sum())


def least(choices: Choices) -> int:
    """The least cost, by trying everything."""
    table = np.full((len(choices), choices.drivers + len(choices)), NEVER)
    for order in range(len(choices)):
        real = choices.driver[order] < choices.drivers
        table[order, choices.driver[order][real]] = choices.cost[order][real]
        table[order, choices.drivers + order] = choices.outside[order]
    rows = np.arange(len(choices))
    return min(int(table[rows, list(columns)].sum()) for columns in permutations(range(table.shape[1]), len(choices)))


@given(some_choices(most=4))
@unhurried
def test_no_assignment_costs_less(choices: Choices) -> None:
    assert total(choices, assign(choices)) == least(choices)


@given(some_choices())
@unhurried
def test_the_parts_agree_and_the_prices_prove_them(choices: Choices) -> None:
    by_paths = optimal._Auction(choices)
    for order in range(len(choices)):
        by_paths.augment(order)
    for place in (assign(choices), optimal._lapjv(choices), optimal._places(choices, by_paths.mine)):
        assert total(choices, place) == total(choices, optimal._lapjv(choices))
        found = prices(choices, place)
        assert found.proven.all()
        assert (found.slack(choices)[choices.driver < choices.drivers] >= 0).all()


@given(some_choices(), st.data())
@unhurried
def test_only_an_optimal_assignment_is_proven(choices: Choices, data: st.DataObject) -> None:
    place: I64 = np.full(len(choices), -1)
    taken: set[int] = set()
    for order in range(len(choices)):
        free = [i for i, d in enumerate(choices.driver[order].tolist()) if d < choices.drivers and d not in taken]
        place[order] = data.draw(st.sampled_from([-1, *free]))
        if place[order] >= 0:
            taken.add(int(choices.driver[order, place[order]]))
    optimal_cost = total(choices, assign(choices))
    assert prices(choices, place).proven.all() == (total(choices, place) == optimal_cost)


@given(some_choices())
@unhurried
def test_a_driver_nobody_got_would_have_won_with_a_cost_lower_by_its_slack(choices: Choices) -> None:
    place = assign(choices)
    before, slack = total(choices, place), prices(choices, place).slack(choices)
    held = set(choices.driver[np.flatnonzero(place >= 0), place[place >= 0]].tolist())
    for order in range(len(choices)):
        for at, driver in enumerate(choices.driver[order].tolist()):
            if driver < choices.drivers and driver not in held:
                cheaper = choices.cost.copy()
                cheaper[order, at] -= slack[order, at]  # as good as what was chosen …
                as_good = Choices(cheaper, choices.driver, choices.outside, choices.drivers)
                assert total(as_good, assign(as_good)) == before
                cheaper = cheaper.copy()
                cheaper[order, at] -= 1  # … and better
                better = Choices(cheaper, choices.driver, choices.outside, choices.drivers)
                assert assign(better)[order] == at


def test_where_drivers_are_plenty_the_auction_and_paths_do_it_alone() -> None:
    choices = uniform(400, 800, 12)
    auction = optimal._Auction(choices)
    auction.run(optimal.BIDS * len(choices))
    assert np.count_nonzero(auction.mine == optimal.OPEN) <= optimal.PATHS * len(choices) + 1
    assert total(choices, assign(choices)) == total(choices, optimal._lapjv(choices))


def test_where_drivers_are_scarce_the_result_is_optimal_too() -> None:
    for orders, drivers in ((400, 100), (300, 300), (300, 320)):
        choices = uniform(orders, drivers, 12)
        place = assign(choices)
        assert total(choices, place) == total(choices, optimal._lapjv(choices))
        assert prices(choices, place).proven.all()


def test_equal_costs_end() -> None:
    choices = Choices(np.full((50, 10), 7), np.tile(np.arange(10), (50, 1)), np.full(50, 100), 10)
    assert total(choices, assign(choices)) == 10 * 7 + 40 * 100


def test_nobody_to_choose_from() -> None:
    none = Choices(np.zeros((3, 0), np.int64), np.zeros((3, 0), np.int64), np.full(3, 5), 0)
    assert assign(none).tolist() == [-1, -1, -1]
    assert prices(none, assign(none)).proven.all()
