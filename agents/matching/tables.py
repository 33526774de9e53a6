"""A market in; which rows of its tables are due, and those rows, out.

A driver's row is written when its status or order changes, and while it moves at most every ``position_every_s`` of event time: a sweep
goes round the drivers at that pace, so that the rows are spread over time and a step's work is bounded.
"""

from __future__ import annotations

import numpy as np

from agents.matching.drivers import ACTIVE, S_HIDDEN
from agents.matching.fairness import Inequality, Standing
from agents.matching.market import Facts, Market
from agents.matching.policy import Policy
from agents.matching.shown import ShownDrivers, ShownFairness
from columns.table import I64, Array


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


def fairness_rows(market: Market, rows: I64, now: Standing) -> ShownFairness:
    """The table rows of these drivers' incomes."""
    values: dict[str, Array] = {
        "income_cents": now.cents[rows],
        "active_s": now.active_ms[rows] / 1000.0,
        "income_h_cents": np.round(now.per_hour[rows], 6),
        "relative": now.relative[rows],
        "factor": now.factor[rows],
        "boost_s": now.boost_ms[rows] / 1000.0,
    }
    return ShownFairness(market.name, [market.drivers.ids[row] for row in rows.tolist()], market.pace.clock, values)


def market_facts(market: Market, clock: int, policy: Policy) -> Facts:
    """What the market's table row says at ``clock``, but for its name and now; its clock here is that of the latest record."""
    counts, pending, drives = market.counts, market.pending, market.travel.error()
    travelled = drives["drives"] > 0
    return {
        "clock": market.pace.record_clock,
        "drivers": int(np.count_nonzero(market.drivers.columns["standing"] == ACTIVE)),
        "available": len(market.drivers.eligible(clock, policy)),
        "pending": len(pending),
        "live": len(market.live),
        **{name: getattr(counts, name) for name in ("orders", "matched", "unmatched", "cancelled", "offers", "accepted", "declined")},
        "pickup_eta_s": counts.eta_s / counts.matched if counts.matched else None,
        "pickup_distance_m": counts.distance_m / counts.matched if counts.matched else None,
        "scheduled": int(np.count_nonzero(pending["start"] > clock)),
        "offered": int(np.count_nonzero(pending["offered"])),
        **market.incomes,
        "travel_mae_s": drives["learnt_mae_s"] if travelled else None,
        "formula_mae_s": drives["formula_mae_s"] if travelled else None,
        "speed_kmh": drives["speed_kmh"] if travelled else None,
    }


def incomes(found: Inequality) -> Facts:
    """What the market's table row says of its drivers' incomes."""
    values = {"income_h_cents": found.mean, "income_h_p10": found.p10, "income_h_p90": found.p90, "gini": found.gini}
    return {name: None if np.isnan(value) else round(float(value), 6) for name, value in values.items()}


def row_due(market: Market, clock: int, now: int, policy: Policy) -> bool:
    """Whether a step without records at ``clock`` and ``now`` would write a row of a table."""
    if now - market.pace.shown_now >= policy.market_every_ms and market_facts(market, clock, policy) != market.pace.shown:
        return True
    return now - market.pace.sweep_now >= policy.sweep_every_ms and bool(market.drivers.columns["moved"].any())
