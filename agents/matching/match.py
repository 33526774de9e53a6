"""Waiting orders and free drivers in; which driver serves which order, what else was considered, and why others got nobody, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.assign import best_first, by_score
from agents.matching.candidates import Found, find
from agents.matching.columns import I64, U8, Mask
from agents.matching.drivers import Drivers
from agents.matching.orders import Asked
from agents.matching.policy import Policy
from agents.matching.score import Pairs, score_pairs

FOUND, NO_ABLE_DRIVER, ETA_LIMIT, ALL_TAKEN = 0, 1, 2, 3
GUARDS = ("", "no_able_driver", "eta_limit", "all_taken")  # why an order found nobody


@dataclass(frozen=True, slots=True)
class Assignment:
    """What matching some orders came to; ``chosen`` (orders,) is each one's pair, -1 for none.

    ``ranked`` (orders,) counts the drivers ranked for each, ``guard`` (orders,) are positions in GUARDS.
    """

    pairs: Pairs
    chosen: I64
    ranked: I64
    guard: U8


def match(drivers: Drivers, orders: Asked, clock: int, policy: Policy) -> Assignment:
    """Match orders, in order of arrival, with the free drivers; changes nothing.

    Each order ranks its nearest able drivers. An order whose every candidate went to another order, while there may be more within
    reach, is asked again over the drivers that are left, twice as many of them.
    """
    count = len(orders)
    free = drivers.eligible(clock, policy)
    asked, k = np.arange(count), policy.nearest
    parts: list[Pairs] = []
    chosen: I64 = np.full(count, -1, np.int64)
    ranked: I64 = np.zeros(count, np.int64)
    guard: U8 = np.full(count, NO_ABLE_DRIVER, np.uint8)
    known = 0
    while len(asked) and len(free):
        some = orders.take(asked)
        found = find(drivers, free, some, k, policy)
        pairs = score_pairs(drivers, some, found.order, found.driver, clock=clock, policy=policy)
        best = best_first(pairs.order, pairs.driver, pairs.score, len(asked), len(drivers))
        hit = best >= 0
        chosen[asked[hit]] = best[hit] + known
        near = np.bincount(pairs.order, minlength=len(asked))
        ranked[asked] += near
        _explain(guard, asked, hit, near, found)
        known += len(pairs)
        parts.append(_among(pairs, asked))
        free = np.setdiff1d(free, pairs.driver[best[hit]], assume_unique=True)
        asked, k = asked[~hit & found.more], k * 2
    return Assignment(_joined(parts), chosen, ranked, guard)


def alternatives(result: Assignment, limit: int) -> I64:
    """The pairs of the best other drivers of each matched order, best first, -1 where there are fewer: shape (matched, limit)."""
    pairs = result.pairs
    matched = np.flatnonzero(result.chosen >= 0)
    place: I64 = np.full(len(result.chosen), -1, np.int64)
    place[matched] = np.arange(len(matched))
    other: Mask = place[pairs.order] >= 0
    other[result.chosen[matched]] = False
    best = by_score(pairs.score)
    best = best[other[best]]
    line = place[pairs.order[best]]
    short = line.astype(np.uint16) if len(matched) < 65_536 else line  # numpy sorts short integers by radix
    by_line = np.argsort(short, kind="stable")
    best, line = best[by_line], line[by_line]
    nth = np.arange(len(line)) - np.searchsorted(line, np.arange(len(matched)))[line]
    out: I64 = np.full((len(matched), limit), -1, np.int64)
    shown = nth < limit
    out[line[shown], nth[shown]] = best[shown]
    return out


def _explain(guard: U8, asked: I64, hit: Mask, near: I64, found: Found) -> None:
    """Why each order of this asking got nobody; an order that had candidates before lost them to others."""
    before = guard[asked] == ALL_TAKEN
    why = np.where(found.able == 0, NO_ABLE_DRIVER, np.where(near == 0, ETA_LIMIT, ALL_TAKEN))
    guard[asked] = np.where(hit, FOUND, np.where(before, ALL_TAKEN, why))


def _among(pairs: Pairs, asked: I64) -> Pairs:
    return Pairs(asked[pairs.order], pairs.driver, pairs.distance_m, pairs.eta_s, pairs.factors, pairs.score)


def _joined(parts: list[Pairs]) -> Pairs:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Pairs(none, none, nothing, nothing, np.zeros((5, 0)), nothing)
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in ("order", "driver", "distance_m", "eta_s")]
    factors = np.concatenate([part.factors for part in parts], axis=1)
    return Pairs(joined[0], joined[1], joined[2], joined[3], factors, np.concatenate([part.score for part in parts]))
