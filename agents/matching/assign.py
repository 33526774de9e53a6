"""Scored pairs in; which pairs become matches by a greedy rule, out: what the optimal assignment is measured against.

**Best first**: the best score of the whole batch, then the next. Ties go to the earlier order, then to the lower driver row. The result
is that of walking down the pairs from the best and taking each whose order and driver are both still free; most of it is found in
vectorised rounds that take every pair that is the best one left for both its order and its driver. **Nearest first**: in order of
arrival, each order takes its nearest driver.
"""

from __future__ import annotations

import numpy as np

from columns.table import F64, I64, Mask

SCALE = 10**9  # scores are rounded to nine digits
INDEX_BITS = 33
FEW = 0.05  # a round that matches a smaller share of the waiting orders is the last


def by_score(score: F64) -> I64:
    """Positions of the pairs from best to worst, shape (pairs,); equal scores keep their order."""
    worst_first = SCALE - np.rint(score * SCALE).astype(np.int64)
    keys = worst_first << INDEX_BITS | np.arange(len(score))
    keys.sort()
    out: I64 = keys & ((1 << INDEX_BITS) - 1)
    return out


def best_first(order: I64, driver: I64, score: F64, orders: int, drivers: int) -> I64:
    """The pair chosen for each of ``orders`` orders, -1 for none, shape (orders,).

    ``order`` and ``driver`` (pairs,) are numbers below ``orders`` and ``drivers``; pairs are sorted by (order, driver).
    """
    chosen: I64 = np.full(orders, -1, np.int64)
    pairs = by_score(score)
    taken_order: Mask = np.zeros(orders, np.bool_)
    taken_driver: Mask = np.zeros(drivers, np.bool_)
    best_order, best_driver = np.empty(orders, np.int64), np.empty(drivers, np.int64)
    waiting = orders
    while len(pairs):
        o, d = order[pairs], driver[pairs]
        rank = np.arange(len(pairs))
        best_order[o[::-1]] = rank[::-1]  # the last write stays: the best rank
        best_driver[d[::-1]] = rank[::-1]
        hit = (best_order[o] == rank) & (best_driver[d] == rank)
        chosen[o[hit]] = pairs[hit]
        taken_order[o[hit]] = True
        taken_driver[d[hit]] = True
        pairs = pairs[~(taken_order[o] | taken_driver[d])]
        hits = int(np.count_nonzero(hit))
        waiting -= hits
        if hits < FEW * waiting:
            _walk(order, driver, pairs, chosen, waiting)
            break
    return chosen


def nearest_first(order: I64, driver: I64, eta_s: F64, orders: int, drivers: int) -> I64:
    """In order of arrival each order takes, of the drivers still free, the one with the least ETA; as best_first."""
    chosen: I64 = np.full(orders, -1, np.int64)
    pairs = np.lexsort((driver, eta_s, order))
    done, gone = bytearray(orders), bytearray(drivers)
    for pair, o, d in zip(pairs.tolist(), order[pairs].tolist(), driver[pairs].tolist(), strict=True):
        if not done[o] and not gone[d]:
            done[o] = gone[d] = 1
            chosen[o] = pair
    return chosen


def _walk(order: I64, driver: I64, pairs: I64, chosen: I64, waiting: int) -> None:
    """What the rounds have left: a chain of orders that all want the same drivers has one match a round, so walk down it instead.

    The orders and drivers of ``pairs`` are free; at most ``waiting`` orders are left.
    """
    done, gone = bytearray(len(chosen)), bytearray(int(driver.max()) + 1)
    for pair, o, d in zip(pairs.tolist(), order[pairs].tolist(), driver[pairs].tolist(), strict=True):
        if not done[o] and not gone[d]:
            done[o] = gone[d] = 1
            chosen[o] = pair
            waiting -= 1
            if waiting == 0:
                return
