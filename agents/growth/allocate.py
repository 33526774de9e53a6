"""Forecasts, drivers and learnt effects of a market's series in; what to do in each zone, and who should move where, out.

Moves are a transport problem in whole drivers: from zones with more than they need to zones with fewer, as much net profit as possible.
Its matrix is totally unimodular, so the linear programme (HiGHS) has whole-numbered corners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.growth.effects import TIGHTEST, Effects
from agents.growth.policy import ACTIONS, SERVICES, Policy
from columns.earth import haversine_m
from columns.table import F64, I64, Mask

INCREASE, DECREASE, MAINTAIN = range(len(ACTIONS))


@dataclass(slots=True)
class Outlook:
    """Of n series: where and what (zone numbers, services), their next hour and the drivers for it."""

    zone: I64
    service: I64
    lat: F64
    lon: F64
    forecast: F64
    supply: F64  # drivers
    needed: F64


@dataclass(slots=True)
class Moves:
    """Of m moves: from and to series by position, drivers, metres, cents; whether each goes to somewhere with no driver at all."""

    start: I64
    end: I64
    drivers: I64
    distance_m: F64
    travel_s: F64
    revenue: F64
    cost: F64


@dataclass(slots=True)
class Allocation:
    """Decisions on n series; money in cents an hour."""

    ratio: F64  # NaN without drivers
    action: I64
    amount: I64
    moves_in: I64
    moves_out: I64
    priority: I64
    revenue: F64
    cost: F64
    satisfaction: F64
    others: F64  # profit of each action, (n, actions)
    learnt: Mask
    moves: Moves


def ratios(needed: F64, supply: F64) -> F64:
    """Drivers needed by drivers there, at most TIGHTEST, (n,); 0 where none are needed."""
    out: F64 = np.minimum(TIGHTEST, needed / np.maximum(supply, 1e-3)).round(6)
    return out


def allocate(outlook: Outlook, effects: Effects, policy: Policy) -> Allocation:
    """Decide on each series, and recommend moves."""
    ratio = ratios(outlook.needed, outlook.supply)
    none = outlook.supply <= 0.0
    action = np.where(ratio > policy.increase, INCREASE, np.where((ratio < policy.decrease) & ~none, DECREASE, MAINTAIN))
    gap = outlook.needed - outlook.supply
    add, let_go = np.ceil(np.maximum(gap, 0.0).round(6)).astype(np.int64), np.floor(np.maximum(-gap, 0.0).round(6)).astype(np.int64)
    amount = np.where(action == INCREASE, np.maximum(1, add), np.where(action == DECREASE, let_go, 0))
    action = np.where((action == DECREASE) & (amount == 0), MAINTAIN, action)
    served, revenue = gains(outlook, effects, amount * np.array([1, -1, 0])[action])
    moves = _moves(outlook, effects, action, amount, revenue, policy)
    n = len(ratio)
    moves_in, moves_out = (np.bincount(at, moves.drivers, n).astype(np.int64) for at in (moves.end, moves.start))
    rest = amount - moves_in
    cost = np.bincount(moves.end, moves.cost, n).astype(np.float64) + np.where(
        action == INCREASE, idle_cost(outlook, effects, amount, rest), 0.0
    )
    size = np.maximum(1, np.ceil(np.abs(gap).round(6))).astype(np.int64)
    profits = [
        gains(outlook, effects, size)[1] - idle_cost(outlook, effects, size, size),
        gains(outlook, effects, -np.minimum(size, np.floor(outlook.supply).astype(np.int64)))[1],
        np.zeros(n),
    ]
    others = np.stack(profits, axis=1)
    others[np.arange(n), action] = revenue - cost
    learnt = effects.evidence()[outlook.service] >= policy.least
    tight = np.where(none & (outlook.needed >= 0.5), TIGHTEST, ratio)
    priority = np.where(action != INCREASE, 0, np.searchsorted(np.array([policy.increase, 1.5, 2.0]), tight, side="right"))
    priority = np.where(outlook.forecast < 0.5, np.minimum(priority, 1), priority)
    return Allocation(
        np.where(none, np.nan, ratio), action, amount, moves_in, moves_out, priority, revenue.round(3), cost.round(3), served.round(6),
        others.round(3), learnt, moves,
    )  # fmt: skip


def gains(outlook: Outlook, effects: Effects, change: I64) -> tuple[F64, F64]:
    """What so many more drivers in each series change in the next hour: the share of orders served, and net revenue in cents, (n,)."""
    before = effects.share_served(outlook.service, ratios(outlook.needed, outlook.supply))
    after = effects.share_served(outlook.service, ratios(outlook.needed, np.maximum(0.0, outlook.supply + change)))
    share = after - before
    return share, outlook.forecast * share * effects.mean("net_cents")[outlook.service]


def idle_cost(outlook: Outlook, effects: Effects, amount: I64, called: I64) -> F64:
    """Cents for the hour that drivers who are called would be without orders, at what they earn with orders, (n,)."""
    after = ratios(outlook.needed, outlook.supply + amount)
    out: F64 = np.maximum(called, 0) * (1.0 - np.minimum(after, 1.0)) * effects.driver_hour_cents()[outlook.service]
    return out


def _moves(outlook: Outlook, effects: Effects, action: I64, amount: I64, revenue: F64, policy: Policy) -> Moves:
    """All services' moves, those of greatest profit in all."""
    parts = []
    for service in range(len(SERVICES)):
        of = (outlook.service == service) & (amount > 0)
        start, end = np.flatnonzero(of & (action == DECREASE)), np.flatnonzero(of & (action == INCREASE))
        if len(start) and len(end) and effects.evidence()[service] >= policy.least:
            parts.append(_of_service(outlook, effects, service, start, end, amount, revenue, policy))
    if not parts:
        whole, real = np.zeros(0, np.int64), np.zeros(0)
        return Moves(whole, whole, whole, real, real, real, real)
    return Moves(*(np.concatenate([getattr(part, name) for part in parts]) for name in Moves.__slots__))


def _of_service(outlook: Outlook, effects: Effects, service: int, start: I64, end: I64, amount: I64, revenue: F64, policy: Policy) -> Moves:
    lat, lon = outlook.lat, outlook.lon
    distance = haversine_m(lat[start][:, None], lon[start][:, None], lat[end], lon[end]).round(1)
    near = np.argsort(distance, axis=1, kind="stable")[:, : policy.neighbours]
    i, j = np.repeat(np.arange(len(start)), near.shape[1]), near.ravel()
    within = distance[i, j] <= policy.reach_m
    i, j = i[within], j[within]
    travel_s = (distance[i, j] / effects.speed_mps()).round(1)
    busy = np.minimum(1.0, ratios(outlook.needed, outlook.supply))[start[i]]  # of the time that a driver who stays has orders
    cost = travel_s / 3600.0 * busy * effects.driver_hour_cents()[service]
    gain = revenue[end[j]] / amount[end[j]]
    pays = np.flatnonzero(gain - cost > 0.0)
    i, j, travel_s, cost, gain = i[pays], j[pays], travel_s[pays], cost[pays], gain[pays]
    drivers = _transport(np.rint(100.0 * (gain - cost)).astype(np.int64), i, j, amount[start], amount[end])
    used = np.flatnonzero(drivers)
    i, j, drivers = i[used], j[used], drivers[used]
    return Moves(
        start[i], end[j], drivers, distance[i, j], travel_s[used], (gain[used] * drivers).round(3), (cost[used] * drivers).round(3)
    )


def _transport(profit: I64, start: I64, end: I64, given: I64, wanted: I64) -> I64:
    """Drivers on each of m pairs, so that the sum of ``profit`` (m,) is greatest; ``given`` and ``wanted``: at most, by start and end."""
    m = len(profit)
    if m == 0:
        return np.zeros(0, np.int64)
    from scipy.optimize import linprog  # a quarter of a second: only where drivers move, and before a worker's first record
    from scipy.sparse import coo_array

    rows = np.concatenate([start, len(given) + end])
    matrix = coo_array((np.ones(2 * m), (rows, np.tile(np.arange(m), 2))), shape=(len(given) + len(wanted), m)).tocsr()
    limits = np.concatenate([given, wanted]).astype(np.float64)
    found = linprog(-profit.astype(np.float64), A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs-ds")
    if found.x is None:
        raise ArithmeticError(f"the linear programme of {m} moves has no solution: {found.message}")
    out: I64 = np.rint(found.x).astype(np.int64)
    return out
