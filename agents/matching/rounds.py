"""Orders and free drivers in; one round of assigning them, out: optimally, or by a greedy rule.

The optimal round begins with each order's nearest drivers. Its prices tell for which orders a driver further away could still be better:
these look further, and the assignment is solved again, until there are none, so that it is optimal over **all** eligible drivers, or
until there would be too many pairs; then ``proven`` says for which orders it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.matching.assign import best_first, nearest_first
from agents.matching.candidates import Found, find
from agents.matching.columns import I64, Mask
from agents.matching.drivers import Drivers
from agents.matching.offers import Refusals
from agents.matching.optimal import NEVER, Choices, assign
from agents.matching.orders import Asked
from agents.matching.outlook import Outlook
from agents.matching.policy import NEAREST_FIRST, OPTIMAL, Policy
from agents.matching.prices import Prices, prices
from agents.matching.score import Pairs, joined, score_pairs

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


@dataclass(frozen=True, slots=True)
class Ask:
    """Orders, the rows of the driver table that are free for them, and what is known of both."""

    drivers: Drivers
    free: I64
    orders: Asked
    known: Outlook
    refusals: Refusals
    clock: int
    policy: Policy

    def take(self, index: I64) -> Ask:
        """The same for the orders at these positions."""
        return replace(self, orders=self.orders.take(index), known=self.known.take(index))

    def find(self, k: int) -> Found:
        """The ``k`` nearest able drivers of each order."""
        return find(self.drivers, self.free, self.orders, k, reach_m=self.known.reach_m, policy=self.policy)

    def score(self, found: Found) -> Pairs:
        """The pairs found that nobody has refused, scored."""
        order, driver = found.order, found.driver
        if len(self.refusals):
            left = ~self.refusals.among(self.orders["number"][order], driver)
            order, driver = order[left], driver[left]
        return score_pairs(self.drivers, self.orders, order, driver, known=self.known, policy=self.policy)


def one_round(ask: Ask, k: int) -> Round:
    """Assign free drivers to orders by the policy's rule, beginning with each one's ``k`` nearest."""
    found, policy = ask.find(k), ask.policy
    pairs = ask.score(found)
    if policy.assignment != OPTIMAL:
        return _greedy(ask, pairs, found)
    count = len(ask.free)
    place_of: I64 = np.full(len(ask.drivers), count, np.int64)
    place_of[ask.free] = np.arange(count)
    outside = _outside_ms(ask.orders, ask.clock, policy)
    while True:
        table, column = _choices(pairs, place_of, count, outside)
        place = assign(table)
        dual = prices(table, place)
        floor = ask.known.floor_ms(found.beyond_m, policy) + (int(dual.price[:-1].min()) if count else 0)
        unsure = found.more & (dual.pays > floor)
        k *= WIDER
        wider = np.flatnonzero(unsure)
        if len(wider) == 0 or len(pairs) + len(wider) * min(k, count) > policy.pair_limit:
            return _round(pairs, found, table, column, place, dual, dual.proven & ~unsure)
        found, pairs = _look_further(ask, found, pairs, wider, k)


def _outside_ms(orders: Asked, clock: int, policy: Policy) -> I64:
    """What leaving an order costs: more for one that has waited longer, and a little more for one that came before others."""
    limit = round(1000 * policy.unmatched_s)
    came_first = np.arange(len(orders))[::-1]
    out: I64 = limit + np.clip(clock - orders["start"], 0, limit) + np.minimum(came_first, limit)
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


def _look_further(ask: Ask, found: Found, pairs: Pairs, wider: I64, k: int) -> tuple[Found, Pairs]:
    """The orders ``wider`` with their ``k`` nearest drivers, the others as they were."""
    some = ask.take(wider)
    new = some.find(k)
    more, beyond = found.more.copy(), found.beyond_m.copy()
    more[wider], beyond[wider] = new.more, new.beyond_m
    stay: Mask = np.ones(len(ask.orders), np.bool_)
    stay[wider] = False
    kept = pairs.take(np.flatnonzero(stay[pairs.order]))
    both = joined([kept, some.score(new).among(wider)])
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


def _greedy(ask: Ask, pairs: Pairs, found: Found) -> Round:
    orders, by_eta = len(ask.orders), ask.policy.assignment == NEAREST_FIRST
    rule, value = (nearest_first, pairs.eta_s) if by_eta else (best_first, pairs.score)
    chosen = rule(pairs.order, pairs.driver, value, orders, len(ask.drivers))
    unknown_pair, unknown = np.full(len(pairs), UNKNOWN), np.full(orders, UNKNOWN)
    return Round(pairs, chosen, found.more, found.able, unknown_pair, unknown, np.zeros(orders, np.bool_))
