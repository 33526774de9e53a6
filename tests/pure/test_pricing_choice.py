"""A price is chosen between its bounds by what is known of acceptance, and the propensity it is logged with is its true chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.pricing.acceptance import Acceptance, AcceptancePolicy
from agents.pricing.choice import ALTERNATIVES, OBJECTIVES, ChoicePolicy, Chosen, choose, grid, points
from agents.pricing.contexts import F64, Contexts
from tests.pure.pricing_contexts import contexts
from tests.pure.test_pricing_acceptance import taught

POLICY = ChoicePolicy()
PROFIT = (0.0, 1.0, 0.0, 0.0)
MODEL, FRESH = taught(4000), Acceptance(AcceptancePolicy())
quick = settings(deadline=None, max_examples=25)


def chosen(
    some: Contexts, *, model: Acceptance = MODEL, floor: F64 | float = 10.0, cap: F64 | float = 30.0, cost: float = 9.0,
    weights: tuple[float, float, float, float] = PROFIT, seed: int = 1, first: int = 0,
) -> Chosen:  # fmt: skip
    """Quotes with a reference price of 15."""
    full = np.ones(len(some))
    keys = np.arange(first, first + len(some), dtype=np.uint64)
    return choose(model, some, 15.0 * full, floor * full, cap * full, cost * full, weights, seed, keys, POLICY)


def test_prices_lie_between_floor_and_cap_in_whole_cents() -> None:
    rng = np.random.default_rng(0)
    floor = np.round(rng.uniform(5, 20, 400), 2)
    cap = np.round(floor * rng.uniform(1, 3, 400), 2)
    price = chosen(contexts(rng, 400), floor=floor, cap=cap).effects.price
    assert (price >= floor).all()
    assert (price <= cap).all()
    np.testing.assert_array_equal(np.rint(100 * price) / 100, price)


@quick
@given(st.integers(0, 10_000), st.sampled_from(sorted(OBJECTIVES)), st.booleans())
def test_chances_are_chances(seed: int, objective: str, fresh: bool) -> None:
    one = chosen(contexts(np.random.default_rng(seed), 30), model=FRESH if fresh else MODEL, weights=OBJECTIVES[objective])
    np.testing.assert_allclose(one.chances.sum(axis=1), 1.0)
    assert (one.chances >= POLICY.explore / POLICY.arms - 1e-12).all()
    assert (one.propensity > 0).all()
    assert (one.propensity <= 1 + 1e-9).all()
    assert ((one.confidence >= 0) & (one.confidence <= 1)).all()


def test_propensities_are_how_often_a_price_is_chosen() -> None:
    some, times = contexts(np.random.default_rng(4), 3), 6000
    again = some.take(np.repeat(np.arange(3), times))
    one = chosen(again, model=FRESH)
    for i in range(3):
        rows = slice(i * times, (i + 1) * times)
        often = np.bincount(one.arm[rows], minlength=POLICY.arms) / times
        np.testing.assert_allclose(often, one.chances[i * times], atol=4.5 * 0.5 / times**0.5)
        np.testing.assert_array_equal(one.propensity[rows], one.chances[i * times][one.arm[rows]])


def test_where_floor_is_cap_the_price_is_certain() -> None:
    one = chosen(contexts(np.random.default_rng(1), 20), floor=14.0, cap=14.0)
    assert (one.effects.price == 14.0).all()
    np.testing.assert_allclose(one.propensity, 1.0)


@quick
@given(st.integers(1, 300), st.integers(0, 1000))
def test_a_quote_is_priced_alike_alone_and_among_others(count: int, seed: int) -> None:
    some = contexts(np.random.default_rng(seed), count)
    whole = chosen(some)
    for i in {0, count // 2, count - 1}:
        alone = chosen(some.take(np.array([i])), first=i)
        assert alone.effects.price[0] == whole.effects.price[i]
        assert alone.chances[0].tobytes() == whole.chances[i].tobytes()
        assert alone.effects.profit[0] == whole.effects.profit[i]


def test_another_seed_draws_other_prices_from_the_same_chances() -> None:
    some = contexts(np.random.default_rng(2), 200)
    one, two = chosen(some, model=FRESH), chosen(some, model=FRESH, seed=2)
    np.testing.assert_array_equal(one.chances, two.chances)
    assert (one.arm != two.arm).any()


def test_what_is_known_well_is_chosen_with_confidence_and_near_the_best() -> None:
    some = contexts(np.random.default_rng(3), 400)
    known, unknown = chosen(some), chosen(some, model=FRESH)
    assert known.confidence.mean() > unknown.confidence.mean() + 0.1
    prices = known.prices
    odds = 0.8 + 0.2 * some.service[:, None] + (some.demand[:, None] - 0.5) - 4.0 * np.log(prices / 15)
    profit = (prices - 9.0) / (1 + np.exp(-odds))
    got = profit[np.arange(400), known.arm].sum() / profit.max(axis=1).sum()
    assert got > 0.95
    assert got > profit[np.arange(400), unknown.arm].sum() / profit.max(axis=1).sum()


def test_objectives_pull_prices_their_way() -> None:
    some = contexts(np.random.default_rng(5), 300)
    mean = {name: float(chosen(some, weights=weights).effects.price.mean()) for name, weights in OBJECTIVES.items()}
    profit = float(chosen(some).effects.price.mean())
    assert profit > mean["maximize_profit"] > mean["maximize_revenue"] > mean["maximize_user_satisfaction"]
    assert mean["maximize_profit"] > mean["balanced"] > mean["maximize_user_satisfaction"]


def test_dearer_supply_and_higher_cost_raise_prices() -> None:
    some = contexts(np.random.default_rng(6), 300)
    assert chosen(some, cost=12.0).effects.price.mean() > chosen(some, cost=8.0).effects.price.mean()


def test_alternatives_are_in_order_and_say_what_they_bring() -> None:
    one = chosen(contexts(np.random.default_rng(7), 200))
    low, middle, high = (one.alternatives[name] for name in ALTERNATIVES)
    assert (low.price <= middle.price).all()
    assert (middle.price <= high.price).all()
    assert (low.acceptance >= high.acceptance).all()
    for each in (low, middle, high):
        np.testing.assert_allclose(each.revenue, each.price * each.acceptance)
        np.testing.assert_allclose(each.profit, (each.price - 9.0) * each.acceptance)
    assert (low.profit >= 0.94 * middle.profit).all()


def test_cost_above_the_cap_still_gives_a_price() -> None:
    one = chosen(contexts(np.random.default_rng(8), 50), cost=40.0)
    assert (one.effects.profit <= 0).all()
    assert np.isfinite(one.effects.price).all()


def test_no_quotes_are_no_prices() -> None:
    assert len(chosen(contexts(np.random.default_rng(8), 0)).arm) == 0


def test_points_are_standard_normal() -> None:
    for count in (8, 32, 64):
        first, second = points(count)
        np.testing.assert_allclose([first.mean(), second.mean(), (first * second).mean()], 0.0, atol=1e-12)
        np.testing.assert_allclose([np.square(first).mean(), np.square(second).mean()], 1.0)


def test_grids_reach_from_floor_to_cap() -> None:
    prices = grid(np.array([10.0, 7.5]), np.array([30.0, 7.5]), 16)
    assert prices[0, 0] == 10.0
    assert prices[0, -1] == 30.0
    assert (np.diff(prices[0]) > 0).all()
    assert (prices[1] == 7.5).all()


def test_more_exploring_flattens_chances() -> None:
    some = contexts(np.random.default_rng(9), 50)
    full, keys = np.ones(50), np.arange(50, dtype=np.uint64)
    flat = choose(MODEL, some, 15 * full, 10 * full, 30 * full, 9 * full, PROFIT, 1, keys, replace(POLICY, explore=1.0))
    np.testing.assert_allclose(flat.chances, 1 / POLICY.arms)
