"""Orders and free drivers in; one round of assigning them, out: optimally, or by a greedy rule.

The optimal round begins with each order's nearest drivers. Its prices tell for which orders a driver further away could still be better:
these look further, and the assignment is solved again, until there are none, so that it is optimal over **all** eligible drivers, or
until there would be too many pairs; then ``proven`` says for which orders it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.assign import best_first, nearest_first
from agents.matching.candidates import Found, find
from agents.matching.columns import I64, Mask
from agents.matching.drivers import Drivers
from agents.matching.optimal import NEVER, Choices, assign
from agents.matching.orders import Asked
from agents.matching.policy import NEAREST_FIRST, OPTIMAL, Policy
from agents.matching.prices import Prices, prices
from agents.matching.score import Pairs, floor_ms, joined, score_pairs

WIDER = 4  # times as many drivers, for an order that may find a better one further away
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Round:
    """Pairs by order, then driver; ``chosen`` (orders,) is each order's pair, -1 for none; ``more``, ``able`` (orders,) as in Found.

    ``short_ms`` (pairs,): by how much a pair's cost would have to fall to be chosen, 0 for the chosen; ``price_ms`` (orders,): what the
    chosen driver was worth to other orders; both UNKNOWN after a greedy rule. ``proven`` (orders,): no eligible driver would be better.
    """

    pairs: Pairs
    chosen: I64
    more: Mask
    able: I64
    short_ms: I64
    price_ms: I64
    proven: Mask


def one_round(drivers: Drivers, free: I64, orders: Asked, k: int, *, clock: int, policy: Policy) -> Round:
    """Assign the rows ``free`` of the driver table to ``orders`` by the policy's rule, beginning with each one's ``k`` nearest."""
    found = find(drivers, free, orders, k, policy)
    pairs = score_pairs(drivers, orders, found.order, found.driver, clock=clock, policy=policy)
    if policy.assignment != OPTIMAL:
        return _greedy(drivers, pairs, found, len(orders), policy)
    place_of: I64 = np.full(len(drivers), len(free), np.int64)
    place_of[free] = np.arange(len(free))
    outside = _outside_ms(orders, clock, policy)
    while True:
        table, column = _choices(pairs, place_of, len(free), outside)
        place = assign(table)
        dual = prices(table, place)
        floor = floor_ms(found.beyond_m, policy) + (int(dual.price[:-1].min()) if len(free) else 0)
        unsure = found.more & (dual.pays > floor)
        k *= WIDER
        wider = np.flatnonzero(unsure)
        if len(wider) == 0 or len(pairs) + len(wider) * min(k, len(free)) > policy.pair_limit:
            return _round(pairs, found, table, column, place, dual, dual.proven & ~unsure)
        found, pairs = _look_further(drivers, free, orders, found, pairs, wider, k, clock, policy)


def _outside_ms(orders: Asked, clock: int, policy: Policy) -> I64:
    """What leaving an order costs: more for one that has waited longer, and a little more for one that came before others."""
    limit = round(1000 * policy.unmatched_s)
    came_first = np.arange(len(orders))[::-1]
    out: I64 = limit + np.clip(clock - orders["ts"], 0, limit) + np.minimum(came_first, limit)
    return out


def _choices(pairs: Pairs, place_of: I64, free: int, outside: I64) -> tuple[Choices, I64]:
    """The pairs as a table of choices, and each pair's column in it."""
    orders = len(outside)
    many = np.bincount(pairs.order, minlength=orders)
    column = np.arange(len(pairs)) - np.repeat(np.cumsum(many) - many, many)
    shape = (orders, int(many.max(initial=0)))
    cost, driver = np.full(shape, NEVER), np.full(shape, free)
    cost[pairs.order, column] = pairs.cost_ms
    driver[pairs.order, column] = place_of[pairs.driver]
    return Choices(cost, driver, outside, free), column


def _look_further(
    drivers: Drivers, free: I64, orders: Asked, found: Found, pairs: Pairs, wider: I64, k: int, clock: int, policy: Policy
) -> tuple[Found, Pairs]:
    """The orders ``wider`` with their ``k`` nearest drivers, the others as they were."""
    some = orders.take(wider)
    new = find(drivers, free, some, k, policy)
    more, beyond = found.more.copy(), found.beyond_m.copy()
    more[wider], beyond[wider] = new.more, new.beyond_m
    stay: Mask = np.ones(len(orders), np.bool_)
    stay[wider] = False
    kept = pairs.take(np.flatnonzero(stay[pairs.order]))
    scored = score_pairs(drivers, some, new.order, new.driver, clock=clock, policy=policy)
    both = joined([kept, scored.among(wider)])
    by_order = np.argsort(both.order, kind="stable")
    return Found(new.order, new.driver, more, found.able, beyond), both.take(by_order)


def _round(pairs: Pairs, found: Found, table: Choices, column: I64, place: I64, dual: Prices, proven: Mask) -> Round:
    matched = np.flatnonzero(place >= 0)
    chosen: I64 = np.full(len(table), -1, np.int64)
    first = np.searchsorted(pairs.order, matched)
    chosen[matched] = first + place[matched]
    price: I64 = np.zeros(len(table), np.int64)
    price[matched] = dual.price[table.driver[matched, place[matched]]]
    return Round(pairs, chosen, found.more, found.able, dual.slack(table)[pairs.order, column], price, proven)


def _greedy(drivers: Drivers, pairs: Pairs, found: Found, orders: int, policy: Policy) -> Round:
    by_eta = policy.assignment == NEAREST_FIRST
    rule, value = (nearest_first, pairs.eta_s) if by_eta else (best_first, pairs.score)
    chosen = rule(pairs.order, pairs.driver, value, orders, len(drivers))
    unknown_pair, unknown = np.full(len(pairs), UNKNOWN), np.full(orders, UNKNOWN)
    return Round(pairs, chosen, found.more, found.able, unknown_pair, unknown, np.zeros(orders, np.bool_))
