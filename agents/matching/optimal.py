"""Costs of orders and their candidate drivers in, the assignment of least total cost out. Costs are whole milliseconds: it is exact.

An order left without a driver costs ``outside``. Three parts, each exact:

- An **auction** (Bertsekas 1988, without its epsilon): all open orders bid at once for the driver that costs them least, price included,
  and raise its price by what their second choice would cost them more. Where drivers are plenty it settles nearly all orders.
- **Shortest augmenting paths** (Jonker & Volgenant 1987) for the orders whose bids are tied, from the auction's prices.
- Where drivers are scarce, bidding takes long: beyond a budget **scipy's sparse LAPJV** solves the whole from the start.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from columns.table import I64, Mask

NEVER = 1 << 50  # the cost of a pair that must not be: padding
OPEN, OUTSIDE = -1, -2  # of an order: not settled yet; better without a driver
BIDS = 40  # bids for each order that an auction may take, with PASS_COST more for each pass: about 60 ms for 10,000 orders
PASS_COST = 100
FEW = 24  # orders still bidding that are settled sooner one by one
PATHS = 0.03  # the share of orders left by the auction that is worth a search each


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: ``cost`` and ``driver`` (orders, width), padded by NEVER and the number ``drivers``; ``outside`` (orders,)."""

    cost: I64
    driver: I64
    outside: I64
    drivers: int

    def __len__(self) -> int:
        return len(self.outside)


def assign(choices: Choices) -> I64:
    """The place of each order's driver among its choices, -1 for none, shape (orders,): least total cost; equal input, equal output."""
    if choices.cost.shape[1] == 0:
        return np.full(len(choices), -1, np.int64)
    auction = _Auction(choices)
    auction.run((BIDS * len(choices)) if choices.drivers >= len(choices) else 0)
    left = np.flatnonzero(auction.mine == OPEN)
    if len(left) > PATHS * len(choices) + 1:
        return _lapjv(choices)
    for order in left.tolist():
        auction.augment(order)
    return _places(choices, auction.mine)


class _Auction:
    """Prices (drivers + 1,) from zero up; ``mine`` (orders,): the driver an order holds; ``owner`` (drivers + 1,): the order holding it."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.price: I64 = np.zeros(choices.drivers + 1, np.int64)
        self.owner: I64 = np.full(choices.drivers + 1, OPEN, np.int64)
        self.mine: I64 = np.full(len(choices), OPEN, np.int64)

    def run(self, budget: int) -> None:
        """Bid until every order is settled or tied, or the budget is spent."""
        active: I64 = np.arange(len(self.choices))
        while len(active) > FEW and budget > 0:
            budget -= len(active) + PASS_COST
            active = self._bid(active)

    def _bid(self, active: I64) -> I64:
        """One bid of each active order. → the orders that are without a driver now, and may bid again."""
        choices, price = self.choices, self.price
        net = choices.cost[active] + price[choices.driver[active]]
        row = np.arange(len(active))
        place = net.argmin(axis=1)
        best = net[row, place]
        net[row, place] = NEVER
        second = np.minimum(net.min(axis=1), choices.outside[active])
        driver = choices.driver[active, place]
        better_without = best >= choices.outside[active]
        self.mine[active[better_without]] = OUTSIDE
        tied = (second <= best) & (self.owner[driver] != OPEN)  # a bid that raises nothing would be answered by its like, for ever
        go = ~(better_without | tied)
        bidder, driver = active[go], driver[go]
        bid = price[driver] + (second - best)[go]
        low_first = np.lexsort((-bidder, bid))  # of equal bids the earlier order's comes last
        bidder, driver = bidder[low_first], driver[low_first]
        before = self.owner[driver]
        self.owner[driver] = bidder  # the last write stays: the highest bid
        price[driver] = bid[low_first]
        won = self.owner[driver] == bidder
        self.mine[bidder[won]] = driver[won]
        ousted = before[won]
        ousted = ousted[ousted != OPEN]
        self.mine[ousted] = OPEN
        return np.concatenate([bidder[~won], ousted])

    def augment(self, order: int) -> None:
        """Settle one open order by the cheapest chain of moves, and raise the prices along it (Dijkstra over reduced costs)."""
        distance: dict[int, int] = {}  # driver → the least cost of reaching it so far
        giver: dict[int, int] = {}  # driver → the order that would take it
        done: dict[int, int] = {}  # owned driver → its final distance
        heap: list[tuple[int, int]] = []
        exit_cost, exit_order, exit_driver = NEVER, order, OPEN
        at, reached = order, 0
        while True:
            drivers, nets = self._nets(at)
            own = min(nets) if at == order else self._net_of(at)
            outside = int(self.choices.outside[at])
            if at == order:
                own = min(own, outside)
            if reached + outside - own < exit_cost:
                exit_cost, exit_order, exit_driver = reached + outside - own, at, OPEN
            for driver, net in zip(drivers, nets, strict=True):
                cost = reached + net - own
                if net < NEVER and cost < distance.get(driver, exit_cost):
                    distance[driver], giver[driver] = cost, at
                    heapq.heappush(heap, (cost, driver))
            while heap and (heap[0][1] in done or heap[0][0] > distance[heap[0][1]]):
                heapq.heappop(heap)
            if not heap or heap[0][0] >= exit_cost:
                break
            reached, driver = heapq.heappop(heap)
            if self.owner[driver] == OPEN:
                exit_cost, exit_order, exit_driver = reached, giver[driver], driver
                break
            done[driver] = reached
            at = int(self.owner[driver])
        for driver, cost in done.items():
            self.price[driver] += exit_cost - cost
        self._shift(order, exit_order, exit_driver, giver)

    def _nets(self, order: int) -> tuple[list[int], list[int]]:
        drivers = self.choices.driver[order]
        return drivers.tolist(), (self.choices.cost[order] + self.price[drivers]).tolist()

    def _net_of(self, order: int) -> int:
        """What the order pays for the driver it holds."""
        place = int(np.flatnonzero(self.choices.driver[order] == self.mine[order])[0])
        return int(self.choices.cost[order, place] + self.price[self.mine[order]])

    def _shift(self, order: int, last: int, driver: int, giver: dict[int, int]) -> None:
        """Along the chain each order takes the next one's driver; the last takes ``driver``, or goes without."""
        at, takes = last, driver
        while True:
            gave, self.mine[at] = int(self.mine[at]), OUTSIDE if takes == OPEN else takes
            if takes != OPEN:
                self.owner[takes] = at
            if at == order:
                return
            at, takes = giver[gave], gave


def _places(choices: Choices, mine: I64) -> I64:
    """Drivers by order → their places among the order's choices."""
    same: Mask = choices.driver == mine[:, None]
    return np.where(mine >= 0, same.argmax(axis=1), -1)


def _lapjv(choices: Choices) -> I64:
    """The same by scipy's sparse LAPJV, with a column of its own for each order's going without."""
    from scipy.sparse import csr_array  # an eighth of a second: only where drivers are scarce, and before a worker's first record
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    orders, width = choices.cost.shape
    cost = np.column_stack((choices.cost, choices.outside))
    driver = np.column_stack((choices.driver, choices.drivers + np.arange(orders)))
    real = cost < NEVER
    places = np.broadcast_to(np.arange(width + 1), cost.shape)[real]
    starts = np.concatenate([[0], np.cumsum(real.sum(axis=1))])
    floor = int(choices.outside.min()) if orders else 0
    floor = min(floor, int(cost[real].min())) if real.any() else floor  # LAPJV takes explicit zeros for absent pairs
    weights = (cost[real] - floor + 1).astype(np.float64)
    matrix = csr_array((weights, driver[real].astype(np.int32), starts.astype(np.int32)), shape=(orders, choices.drivers + orders))
    _, column = min_weight_full_bipartite_matching(matrix)
    place: I64 = np.full(orders, -1, np.int64)
    row = np.repeat(np.arange(orders), np.diff(starts))
    hit = driver[real] == column[row]
    place[row[hit]] = places[hit]
    return np.where(place == width, -1, place)
