"""A market in; which rows of its tables are due, and those rows, out.

A driver's row is written when its status or order changes, and while it moves at most every ``position_every_s`` of event time: a sweep
goes round the drivers at that pace, so that the rows are spread over time and a step's work is bounded.
"""

from __future__ import annotations

import numpy as np

from agents.matching.columns import I64
from agents.matching.drivers import ACTIVE, S_HIDDEN
from agents.matching.market import Market
from agents.matching.outputs import ShownDrivers
from agents.matching.policy import Policy

FREE = 2  # position in market_facts


def due_rows(market: Market, now: int, policy: Policy) -> I64:
    """The next drivers of the sweep that have moved since their last row, at most ``sweep_limit`` looked at."""
    pace, count = market.pace, len(market.drivers)
    if count == 0 or now - pace.sweep_now < policy.sweep_every_ms:
        return np.zeros(0, np.int64)
    period = int(policy.position_every_s * 1000)
    pace.sweep_now = now
    due = min(pace.clock - pace.swept_at, period) * count // period
    if due > policy.sweep_limit or pace.clock - pace.swept_at >= period:
        due = min(due, policy.sweep_limit)
        pace.swept_at = pace.clock
    else:
        pace.swept_at += due * period // count
    rows = (pace.sweep_row + np.arange(due)) % count
    pace.sweep_row = (pace.sweep_row + due) % count
    out: I64 = rows[market.drivers.columns["moved"][rows] > 0]
    return out


def shown_drivers(market: Market, touched: I64, moved: I64) -> ShownDrivers | None:
    """The table rows of the ``touched`` drivers whose status or order has changed, and of the ``moved`` ones, by driver row."""
    drivers, c = market.drivers, market.drivers.columns
    status = drivers.shown(touched)
    changed = (status != c["shown_status"][touched]) | (c["holds"][touched] != c["shown_holds"][touched])
    rows = np.unique(np.concatenate((touched[changed], moved)))
    status = drivers.shown(rows)
    visible = status != S_HIDDEN
    rows, status = rows[visible], status[visible]
    if len(rows) == 0:
        return None
    c["shown_status"][rows], c["shown_holds"][rows], c["moved"][rows] = status, c["holds"][rows], 0
    numbers = rows.tolist()
    return ShownDrivers(
        market=market.name,
        ids=[drivers.ids[row] for row in numbers],
        status=status,
        order_ids=[drivers.orders.get(row) for row in numbers],
        lat=c["lat"][rows],
        lon=c["lon"][rows],
        ts=c["position_ts"][rows],
        assignments=c["assignments"][rows],
    )


def market_facts(market: Market, clock: int, policy: Policy) -> list[int]:
    """What the market's table row says at ``clock``: the latest record's time, drivers known and free, and the orders' counts."""
    counts = market.counts
    known = int(np.count_nonzero(market.drivers.columns["standing"] == ACTIVE))
    free = len(market.drivers.eligible(clock, policy))
    orders = [len(market.pending), len(market.live), counts.orders, counts.matched, counts.unmatched, counts.cancelled]
    return [market.pace.record_clock, known, free, *orders]


def row_due(market: Market, clock: int, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``clock`` and ``now`` would write a row of a table."""
    if now - market.pace.shown_now >= policy.market_every_ms and market_facts(market, clock, policy) != market.pace.shown:
        return True
    return now - market.pace.sweep_now >= policy.sweep_every_ms and bool(market.drivers.columns["moved"].any())
