"""Candidates are those of a scan over all drivers, and the matches those of walking down all pairs from the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from agents.matching.assign import best_first, by_score
from agents.matching.candidates import find
from agents.matching.market import Market
from agents.matching.match import ALL_TAKEN, ETA_LIMIT, FOUND, NO_ABLE_DRIVER, Assignment, alternatives, match
from agents.matching.orders import Asked, Pending
from agents.matching.outlook import Outlook, outlook
from agents.matching.policy import BEST_FIRST, DEFAULT, FEATURES, NEAREST_FIRST, SERVED_BY, SERVICES, TIERS, VEHICLES, Policy
from agents.matching.reading import read_moves, read_orders, read_profiles
from agents.matching.rounds import outside_ms
from agents.matching.score import score_pairs
from columns import earth
from columns.table import I64
from tests.pure.matching_events import LAT, LON, NOW, Row, batch, move, order, profile, unhurried

WIDE = replace(DEFAULT, nearest=10_000)


def table(profiles: list[Row], moves: list[Row]) -> Market:
    market = Market("sf")
    market.drivers.apply_profiles(read_profiles(batch("driver-profiles", profiles), NOW, DEFAULT, []), NOW)
    market.drivers.apply_moves(read_moves(batch("driver-moves", moves), NOW, DEFAULT, []), NOW, 300_000)
    return market


def looked(market: Market, orders: Asked, policy: Policy = DEFAULT) -> Outlook:
    return outlook(market, orders, market.drivers.eligible(NOW, policy), NOW, policy)


def asked(orders: list[Row]) -> Asked:
    pending = Pending()
    pending.add(read_orders(batch("orders", orders), NOW, DEFAULT, []), 1)
    return pending.asked(np.arange(len(orders)))


def may_serve(driver: Row, wanted: Row, policy: Policy) -> bool:
    """The rules of eligibility, row by row."""
    if wanted["service"] not in driver["services"] or driver["vehicle"] not in SERVED_BY[wanted["service"]]:
        return False
    if not set(wanted["requirements"]) <= set(driver["features"]):
        return False
    tier = TIERS.index(wanted["tier"])
    if tier and driver["rating_30d"] < policy.tier_minimum[tier]:
        return False
    return not (wanted["premium_required"] and TIERS.index(driver["tier"]) < tier)


def city(seed: int, drivers: int, orders: int, spread: float) -> tuple[list[Row], list[Row], list[Row]]:
    """Profiles, moves and orders at random; several share places and ratings, so that scores tie."""
    rng = np.random.default_rng(seed)

    def some(names: tuple[str, ...]) -> list[str]:
        return [name for name in names if rng.random() < 0.5]

    def place() -> tuple[float, float]:
        return LAT + spread * int(rng.integers(-9, 10)) / 9, LON + spread * int(rng.integers(-9, 10)) / 9

    profiles, moves, wanted = [], [], []
    for i in range(drivers):
        rating, tier = float(rng.choice([3.9, 4.1, 4.5, 4.9])), str(rng.choice(TIERS))
        vehicle = str(rng.choice(VEHICLES))
        profiles.append(profile(f"d{i}", vehicle=vehicle, services=some(SERVICES), features=some(FEATURES), rating_30d=rating, tier=tier))
        lat, lon = place()
        moves.append(move(f"d{i}", lat=lat, lon=lon))
    for i in range(orders):
        lat, lon = place()
        requirements = some(FEATURES) if rng.random() < 0.3 else []
        tier, premium = (str(rng.choice(TIERS)), bool(rng.random() < 0.3)) if rng.random() < 0.4 else ("STANDARD", False)
        to = {"pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": lat, "dropoff_lon": lon}
        service = str(rng.choice(SERVICES))
        wanted.append(order(f"o{i}", service=service, requirements=requirements, tier=tier, premium_required=premium, **to))
    return profiles, moves, wanted


cities = st.tuples(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 12), st.sampled_from([0.001, 0.03, 0.3]))


@given(cities, st.sampled_from([1, 3, 10_000]))
@unhurried
def test_candidates_are_the_nearest_of_a_scan(size: tuple[int, int, int, float], k: int) -> None:
    profiles, moves, wanted = city(*size)
    market = table(profiles, moves)
    drivers, orders = market.drivers, asked(wanted)
    reach_m = looked(market, orders).reach_m
    assert 6_000 <= reach_m <= 6_050  # with nothing learnt: twelve minutes at 30 km/h
    found = find(drivers, drivers.eligible(NOW, DEFAULT), orders, k, reach_m=np.full(len(wanted), reach_m), policy=DEFAULT, known={})
    for i, each in enumerate(wanted):
        able = [row for row, one in enumerate(profiles) if may_serve(one, each, DEFAULT)]
        place = (np.array([each["pickup_lat"]]), np.array([each["pickup_lon"]]))
        away = {row: float(earth.haversine_m(*place, np.array([moves[row]["lat"]]), np.array([moves[row]["lon"]]))[0]) for row in able}
        near = sorted(distance for distance in away.values() if distance <= reach_m)
        got = found.driver[found.order == i].tolist()
        assert found.able[i] == len(able)
        assert got == sorted(set(got))
        assert set(got) <= set(able)
        assert np.allclose(sorted(away[row] for row in got), near[:k], atol=0.02)
        assert bool(found.more[i]) == (len(near) >= k and len(able) > k)


def walked(order_of: np.ndarray, driver_of: np.ndarray, score: np.ndarray) -> dict[int, int]:
    """Best score first over all pairs, the plain way: order → driver."""
    matched: dict[int, int] = {}
    for pair in sorted(range(len(score)), key=lambda i: (-score[i], order_of[i], driver_of[i])):
        o, d = int(order_of[pair]), int(driver_of[pair])
        if o not in matched and d not in matched.values():
            matched[o] = d
    return matched


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9])), max_size=60))
@unhurried
def test_best_first_is_the_walk_down_all_pairs(given_pairs: list[tuple[int, int, float]]) -> None:
    unique = sorted({(o, d): s for o, d, s in given_pairs}.items())
    o = np.array([pair[0] for pair, _ in unique], np.int64)
    d = np.array([pair[1] for pair, _ in unique], np.int64)
    s = np.array([score for _, score in unique])
    chosen = best_first(o, d, s, 10, 10)
    assert {i: int(d[pair]) for i, pair in enumerate(chosen.tolist()) if pair >= 0} == walked(o, d, s)
    assert all(o[pair] == i for i, pair in enumerate(chosen.tolist()) if pair >= 0)


@given(st.integers(0, 10**6), st.integers(1, 60))
@unhurried
def test_orders_that_all_want_the_same_drivers_are_walked_down_too(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    o, d = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    s = np.round(np.tile(rng.random(count), count) * 0.99 + np.repeat(rng.random(count), count) * 0.01, 9)
    chosen = best_first(o, d, s, count, count)
    assert {i: int(d[pair]) for i, pair in enumerate(chosen.tolist())} == walked(o, d, s)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50))
@unhurried
def test_equal_scores_keep_their_order(parts: list[int]) -> None:
    scores = np.array(parts) / 10**9
    assert by_score(scores).tolist() == sorted(range(len(parts)), key=lambda i: (-parts[i], i))


@given(cities)
@unhurried
def test_matching_is_the_walk_over_all_eligible_pairs(size: tuple[int, int, int, float]) -> None:
    profiles, moves, wanted = city(*size)
    market, orders = table(profiles, moves), asked(wanted)
    pairs = [(i, row) for i, each in enumerate(wanted) for row, one in enumerate(profiles) if may_serve(one, each, DEFAULT)]
    o, d = (np.array(part, np.int64) for part in zip(*pairs, strict=True)) if pairs else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    scored = score_pairs(market.drivers, orders, o, d, known=looked(market, orders), policy=WIDE)
    result = match(market, orders, NOW, replace(WIDE, assignment=BEST_FIRST))
    got = {i: int(result.pairs.driver[pair]) for i, pair in enumerate(result.chosen.tolist()) if pair >= 0}
    assert got == walked(scored.order, scored.driver, scored.score)
    assert result.ranked.tolist() == np.bincount(scored.order, minlength=len(wanted)).tolist()
    able = [sum(may_serve(one, each, DEFAULT) for one in profiles) for each in wanted]
    for i, guard in enumerate(result.guard.tolist()):
        near = int(result.ranked[i])
        assert guard == (FOUND if i in got else NO_ABLE_DRIVER if not able[i] else ETA_LIMIT if not near else ALL_TAKEN)


@given(cities, st.sampled_from([1, 4, 16]))
@example((21, 21, 5, 0.03), 1)  # prices rise after nobody better was found nearby
@example((250, 23, 11, 0.001), 1)  # two want the same driver, and the later one costs less by what it counts to have come first
@unhurried
def test_the_optimum_is_that_of_all_eligible_pairs_and_greedy_is_never_better(size: tuple[int, int, int, float], nearest: int) -> None:
    profiles, moves, wanted = city(*size)
    market, orders = table(profiles, moves), asked(wanted)
    policies = [replace(DEFAULT, nearest=nearest), replace(DEFAULT, nearest=10_000)]
    policies += [replace(DEFAULT, assignment=rule) for rule in (BEST_FIRST, NEAREST_FIRST)]
    results = [match(market, orders, NOW, policy) for policy in policies]
    some, everything, *greedy = [objective(result, outside_ms(orders, NOW, DEFAULT)) for result in results]
    assert some == everything
    assert results[0].proven.all()
    assert all(total >= some for total in greedy)


def objective(result: Assignment, outside: I64) -> int:
    """What the optimal assignment makes least of, ms; ``outside`` (orders,) is what leaving each costs."""
    chosen = result.chosen[result.chosen >= 0]
    assert len(set(result.pairs.driver[chosen].tolist())) == len(chosen)
    return int(result.pairs.cost_ms[chosen].sum()) + int(outside[result.chosen < 0].sum())


def test_nearest_first_is_each_order_taking_its_nearest_in_order_of_arrival() -> None:
    crowd = table([profile(f"d{i}") for i in range(3)], [move(f"d{i}", lat=LAT + i * 0.01) for i in range(3)])
    orders = asked([order("a", pickup_lat=LAT + 0.011), order("b", pickup_lat=LAT + 0.01), order("c")])
    result = match(crowd, orders, NOW, replace(DEFAULT, assignment=NEAREST_FIRST))
    assert result.pairs.driver[result.chosen].tolist() == [1, 0, 2]


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 30))
@unhurried
def test_a_crowd_at_one_place_is_served_beyond_its_first_candidates(seed: int, drivers: int, orders: int) -> None:
    rng = np.random.default_rng(seed)
    moves = [move(f"d{i}", lat=LAT + float(rng.uniform(-0.02, 0.02))) for i in range(drivers)]
    crowd = table([profile(f"d{i}") for i in range(drivers)], moves)
    result = match(crowd, asked([order(f"o{i}") for i in range(orders)]), NOW, replace(DEFAULT, nearest=2))
    served = result.pairs.driver[result.chosen[result.chosen >= 0]].tolist()
    assert len(served) == len(set(served)) == min(drivers, orders)


@given(cities, st.integers(1, 5))
@unhurried
def test_alternatives_are_the_others_that_cost_least(size: tuple[int, int, int, float], limit: int) -> None:
    profiles, moves, wanted = city(*size)
    result = match(table(profiles, moves), asked(wanted), NOW, replace(DEFAULT, nearest=4))
    others = alternatives(result, limit)
    pairs = result.pairs
    for line, i in enumerate(np.flatnonzero(result.chosen >= 0).tolist()):
        mine = [pair for pair in range(len(pairs)) if pairs.order[pair] == i and pair != result.chosen[i]]
        best = sorted(mine, key=lambda pair: (pairs.cost_ms[pair], pair))[:limit]
        assert [pair for pair in others[line].tolist() if pair >= 0] == best
