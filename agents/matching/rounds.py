"""Orders and free drivers in; one round of assigning them, out: optimally, or by a greedy rule.

The optimal round begins with each order's nearest drivers. Its prices tell for which orders a driver further away could still be better:
these look further, and the assignment is solved again, until there are none, so that it is optimal over **all** eligible drivers, or
until there would be too many pairs; then ``proven`` says for which orders it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from agents.matching.assign import best_first, nearest_first
from agents.matching.candidates import Able, Found, find
from agents.matching.drivers import Drivers
from agents.matching.offers import Refusals
from agents.matching.optimal import NEVER, Choices, assign
from agents.matching.orders import Asked
from agents.matching.outlook import Outlook
from agents.matching.policy import NEAREST_FIRST, OPTIMAL, Policy
from agents.matching.prices import Prices, prices
from agents.matching.score import Pairs, joined, score_pairs
from columns.table import F64, I64, Mask

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
    able: dict[int, Able] = field(default_factory=dict)  # filled by ``find``

    def take(self, index: I64) -> Ask:
        """The same for the orders at these positions."""
        return replace(self, orders=self.orders.take(index), known=self.known.take(index))

    def find(self, k: int, within_m: F64 | None = None) -> Found:
        """The ``k`` nearest able drivers of each order, within reach or within metres (orders,)."""
        reach_m = np.full(len(self.orders), self.known.reach_m) if within_m is None else within_m
        return find(self.drivers, self.free, self.orders, k, reach_m=reach_m, policy=self.policy, known=self.able)

    def score(self, found: Found) -> Pairs:
        """The pairs found that nobody has refused, scored."""
        order, driver = found.order, found.driver
        if len(self.refusals):
            left = ~self.refusals.among(self.orders["number"][order], driver)
            order, driver = order[left], driver[left]
        return score_pairs(self.drivers, self.orders, order, driver, known=self.known, policy=self.policy)


def one_round(ask: Ask, k: int) -> Round:
    """Assign free drivers to orders by the policy's rule, beginning with each one's ``k`` nearest."""
    found = ask.find(k)
    pairs = ask.score(found)
    if ask.policy.assignment != OPTIMAL:
        return _greedy(ask, pairs, found)
    optimum = _Optimum(ask, found, pairs, k)
    while optimum.better_beyond():
        optimum.solve()
    return optimum.round()


class _Optimum:
    """The optimal assignment over some pairs, and other pairs that have been looked at since and would not make it better.

    Looking further adds to a table of choices only pairs that are better than what an order pays under the prices (column generation:
    Gilmore & Gomory 1961), so that most of it needs no second solution.
    """

    def __init__(self, ask: Ask, found: Found, pairs: Pairs, k: int) -> None:
        self.ask, self.pairs, self.k = ask, pairs, k
        self.others = pairs.take(np.zeros(0, np.int64))
        self.more, self.able, self.beyond_m = found.more.copy(), found.able, found.beyond_m.copy()
        self.place_of: I64 = np.full(len(ask.drivers), len(ask.free), np.int64)
        self.place_of[ask.free] = np.arange(len(ask.free))
        self.outside = outside_ms(ask.orders, ask.clock, ask.policy)
        self.solve()

    def solve(self) -> None:
        """Assign over the pairs, and find the prices that prove it."""
        table = _choices(self.pairs, self.place_of, len(self.ask.free), self.outside)
        place = assign(table)
        matched = np.flatnonzero(place >= 0)
        self.chosen: I64 = np.full(len(table), -1, np.int64)
        self.chosen[matched] = np.searchsorted(self.pairs.order, matched) + place[matched]
        self.dual: Prices = prices(table, place)

    def short_ms(self, pairs: Pairs) -> I64:
        """By how much the cost of pairs would have to fall to be chosen, (pairs,): below 0 they would be better than what is."""
        out: I64 = pairs.cost_ms + self.dual.price[self.place_of[pairs.driver]] - self.dual.pays[pairs.order]
        return out

    def unsure(self) -> Mask:
        """For which orders a driver beyond those looked at may be better, (orders,)."""
        out: Mask = self.more & (self._worth_ms() > self.ask.known.floor_ms(self.beyond_m, self.ask.policy))
        return out

    def _worth_ms(self) -> I64:
        """A driver that nobody holds would have to cost an order less than this, to be better than what it has, (orders,)."""
        cheapest = int(self.dual.price[:-1].min()) if len(self.ask.free) else 0
        out: I64 = self.dual.pays - cheapest
        return out

    def better_beyond(self) -> bool:
        """Look further until there is a pair that makes the assignment better, which is among the pairs then, or surely none."""
        while True:
            better = self.short_ms(self.others) < 0
            if better.any():
                self.pairs = _by_order(joined([self.pairs, self.others.take(np.flatnonzero(better))]))
                self.others = self.others.take(np.flatnonzero(~better))
                return True
            wider = np.flatnonzero(self.unsure())
            self.k *= WIDER
            most = len(wider) * min(self.k, len(self.ask.free))
            if len(wider) == 0 or len(self.pairs) + len(self.others) + most > self.ask.policy.pair_limit:
                return False
            self._look_further(wider)

    def _look_further(self, wider: I64) -> None:
        """Look at the ``k`` nearest drivers of the orders ``wider``: what is not in the table of choices is among the others then."""
        some = self.ask.take(wider)
        within_m = some.known.within_m(self._worth_ms()[wider], self.ask.policy)
        found = some.find(self.k, within_m)
        self.more[wider] = found.more | (within_m < some.known.reach_m)  # at other prices there may be a better one beyond
        self.beyond_m[wider] = found.beyond_m
        new = some.score(found).among(wider)
        wide = np.zeros(len(self.chosen), np.bool_)
        wide[wider] = True
        width = len(self.ask.drivers)
        mine = np.flatnonzero(wide[self.pairs.order])
        known = np.append(np.sort(self.pairs.order[mine] * width + self.pairs.driver[mine]), -1)
        keys = new.order * width + new.driver
        fresh = known[np.searchsorted(known[:-1], keys)] != keys
        self.others = joined([self.others.take(np.flatnonzero(~wide[self.others.order])), new.take(np.flatnonzero(fresh))])

    def round(self) -> Round:
        """What it came to, over all pairs that were looked at."""
        matched = np.flatnonzero(self.chosen >= 0)
        price: I64 = np.zeros(len(self.chosen), np.int64)
        price[matched] = self.dual.price[self.place_of[self.pairs.driver[self.chosen[matched]]]]
        pairs = joined([self.pairs, self.others]) if len(self.others) else self.pairs
        return Round(pairs, self.chosen, self.more, self.able, self.short_ms(pairs), price, self.dual.proven & ~self.unsure())


def outside_ms(orders: Asked, clock: int, policy: Policy) -> I64:
    """What leaving an order costs: more for one that has waited longer, and a little more for one that came before others."""
    limit = round(1000 * policy.unmatched_s)
    came_first = np.arange(len(orders))[::-1]
    out: I64 = limit * orders["many"] + np.clip(clock - orders["start"], 0, limit) + np.minimum(came_first, limit)
    return out


def _choices(pairs: Pairs, place_of: I64, free: int, outside: I64) -> Choices:
    """The pairs, which are by order, as a table of choices: each order's in its row, in their order."""
    orders = len(outside)
    many = np.bincount(pairs.order, minlength=orders)
    column = np.arange(len(pairs)) - np.repeat(np.cumsum(many) - many, many)
    shape = (orders, int(many.max(initial=0)))
    cost, driver = np.full(shape, NEVER), np.full(shape, free)
    cost[pairs.order, column] = pairs.cost_ms
    driver[pairs.order, column] = place_of[pairs.driver]
    return Choices(cost, driver, outside, free)


def _by_order(pairs: Pairs) -> Pairs:
    return pairs.take(np.argsort(pairs.order, kind="stable"))


def _greedy(ask: Ask, pairs: Pairs, found: Found) -> Round:
    orders, by_eta = len(ask.orders), ask.policy.assignment == NEAREST_FIRST
    rule, value = (nearest_first, pairs.eta_s) if by_eta else (best_first, pairs.score)
    chosen = rule(pairs.order, pairs.driver, value, orders, len(ask.drivers))
    unknown_pair, unknown = np.full(len(pairs), UNKNOWN), np.full(orders, UNKNOWN)
    return Round(pairs, chosen, found.more, found.able, unknown_pair, unknown, np.zeros(orders, np.bool_))
