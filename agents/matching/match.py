"""Waiting orders and free drivers in; which driver serves which order, what else was considered, and why others got nobody, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.market import Market
from agents.matching.optimal import NEVER
from agents.matching.orders import Asked
from agents.matching.outlook import Outlook, outlook
from agents.matching.policy import Policy
from agents.matching.rounds import Ask, one_round
from agents.matching.score import Pairs, joined
from columns.table import I64, U8, Mask

FOUND, NO_ABLE_DRIVER, ETA_LIMIT, ALL_TAKEN = 0, 1, 2, 3
GUARDS = ("", "no_able_driver", "eta_limit", "all_taken")  # why an order found nobody


@dataclass(frozen=True, slots=True)
class Assignment:
    """What matching some orders came to; ``chosen`` (orders,) is each one's pair, -1 for none.

    ``ranked`` (orders,) counts the drivers ranked for each, ``guard`` (orders,) are positions in GUARDS; ``short_ms`` (pairs,),
    ``price_ms`` and ``proven`` (orders,) as in rounds.Round; ``known`` is what the market had learnt.
    """

    pairs: Pairs
    chosen: I64
    ranked: I64
    guard: U8
    short_ms: I64
    price_ms: I64
    proven: Mask
    known: Outlook


def match(market: Market, orders: Asked, clock: int, policy: Policy, free: I64 | None = None) -> Assignment:
    """Match orders, in order of arrival, with the free drivers (rows ``free``, or all that are eligible); changes nothing.

    An order whose every candidate went to another order, while there may be more within reach, is asked again over the drivers that are
    left, twice as many of them.
    """
    count = len(orders)
    free = market.drivers.eligible(clock, policy) if free is None else free
    known = outlook(market, orders, free, clock, policy)
    asked, k = np.arange(count), policy.nearest
    parts: list[Pairs] = []
    shorts: list[I64] = [np.zeros(0, np.int64)]
    chosen: I64 = np.full(count, -1, np.int64)
    ranked, price = np.zeros(count, np.int64), np.zeros(count, np.int64)
    guard: U8 = np.full(count, NO_ABLE_DRIVER, np.uint8)
    proven: Mask = np.ones(count, np.bool_)
    seen = 0
    while len(asked) and len(free):
        ask = Ask(market.drivers, free, orders.take(asked), known.take(asked), market.refusals, clock, policy)
        done = one_round(ask, k)
        hit = done.chosen >= 0
        chosen[asked[hit]] = done.chosen[hit] + seen
        near = np.bincount(done.pairs.order, minlength=len(asked))
        ranked[asked] += near
        price[asked], proven[asked] = done.price_ms, proven[asked] & done.proven
        _explain(guard, asked, hit, near, done.able)
        seen += len(done.pairs)
        parts.append(done.pairs.among(asked))
        shorts.append(done.short_ms)
        free = np.setdiff1d(free, done.pairs.driver[done.chosen[hit]], assume_unique=True)
        asked, k = asked[~hit & done.more], k * 2
    return Assignment(joined(parts), chosen, ranked, guard, np.concatenate(shorts), price, proven, known)


def alternatives(result: Assignment, limit: int) -> I64:
    """The pairs of the other drivers of each matched order that cost least, least first, -1 where there are fewer: (matched, limit)."""
    pairs = result.pairs
    matched = np.flatnonzero(result.chosen >= 0)
    place: I64 = np.full(len(result.chosen), -1, np.int64)
    place[matched] = np.arange(len(matched))
    line = place[pairs.order]
    line[result.chosen[matched]] = -1
    other = np.flatnonzero(line >= 0)
    line = line[other]
    if (line[1:] < line[:-1]).any():
        by_line = np.argsort(line, kind="stable")
        other, line = other[by_line], line[by_line]
    many = np.bincount(line, minlength=len(matched))
    column = np.arange(len(other)) - np.repeat(np.cumsum(many) - many, many)
    shape = (len(matched), max(limit, int(many.max(initial=0))))
    cost, pair = np.full(shape, NEVER), np.full(shape, -1, np.int64)
    cost[line, column], pair[line, column] = pairs.cost_ms[other], other
    out: I64 = np.take_along_axis(pair, np.argsort(cost, axis=1, kind="stable")[:, :limit], axis=1)
    return out


def _explain(guard: U8, asked: I64, hit: Mask, near: I64, able: I64) -> None:
    """Why each order of this asking got nobody; an order that had candidates before lost them to others."""
    before = guard[asked] == ALL_TAKEN
    why = np.where(able == 0, NO_ABLE_DRIVER, np.where(near == 0, ETA_LIMIT, ALL_TAKEN))
    guard[asked] = np.where(hit, FOUND, np.where(before, ALL_TAKEN, why))
