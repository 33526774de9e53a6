"""A finished simulation in; its figures by name, those that policies are compared by, out."""

from __future__ import annotations

import numpy as np

from agents.matching.policy import DEFAULT
from columns.table import F64, I64, Mask
from ops.evaluate.closed_loop import ClosedLoop
from ops.evaluate.intervals import gini
from ops.evaluate.report import Figure
from ops.evaluate.riders import CANCELLED, COMPLETED, RIDING, UNMATCHED

LEAST_ACTIVE = 1 / 3  # of the window; drivers online for less say nothing about fairness
CENTS = 100.0

SHOWN = {
    "utilisation": Figure("busy", 100.0),
    "pickup_s": Figure("pickup s"),
    "pickup_p90_s": Figure("p90"),
    "objective_s": Figure("objective s"),
    "wait_s": Figure("wait s"),
    "completed": Figure("completed", 100.0),
    "unmatched": Figure("unmatched", 100.0),
    "cancelled": Figure("cancelled", 100.0),
    "declines": Figure("declines", digits=3),
    "income": Figure("income", digits=0),
    "income_h": Figure("an hour", digits=2),
    "income_h_p10": Figure("p10", digits=2),
    "income_h_p90": Figure("p90", digits=2),
    "gini": Figure("Gini", digits=3),
    "eta_error_s": Figure("ETA off s"),
}


def figures(loop: ClosedLoop) -> dict[str, float]:
    """Of the orders that came in the measured window, and of the income and the hours within it.

    ``pickup_s``: the driver's way from match to pickup; ``wait_s``: from the first request to the pickup; ``completed``: share of orders
    that came to their pickup (whoever gets in arrives); ``declines``: offers refused, per order; ``utilisation``: hours with an order
    per hour online; ``eta_error_s``: how far the agent's expected way was off, on average, without the pickup's overhead;
    ``objective_s``: what the agent makes least, per order: the way, what its driver's quality and standing add, and ``unmatched_s`` for who
    was not served (docs/decisions/008, 010). See incomes for the rest.
    """
    riders, demand, hours = loop.riders, loop.world.demand, loop.hours
    first, last = loop.world.setting.window
    counted = (demand.at_ms > first) & (demand.at_ms <= last)
    served = np.flatnonzero(counted & ((riders.stage == RIDING) | (riders.stage == COMPLETED)))
    pickup_s = (riders.pickup_ms[served] - riders.matched_ms[served]) / 1000
    wait_s = (riders.pickup_ms[served] - demand.at_ms[served]) / 1000
    orders = max(1, int(counted.sum()))
    cost_s = float((pickup_s + riders.lack_s[served]).sum()) + DEFAULT.unmatched_s * (orders - len(served))
    return incomes(earned(loop, first, last), hours.online_ms, last - first) | {
        "orders": float(orders),
        "drivers_online": float(hours.online_ms.sum() / (last - first)),
        "pickup_s": mean(pickup_s), "pickup_p90_s": percentile(pickup_s, 90),
        "wait_s": mean(wait_s), "wait_p90_s": percentile(wait_s, 90),
        "completed": len(served) / orders,
        "unmatched": _share(counted & (riders.stage == UNMATCHED), orders),
        "cancelled": _share(counted & (riders.stage == CANCELLED), orders),
        "declines": float(riders.refusals[counted].sum()) / orders,
        "utilisation": float(hours.busy_ms.sum() / max(1, hours.online_ms.sum())),
        "objective_s": cost_s / orders,
        "eta_error_s": mean(np.abs(riders.way_s[served] - pickup_s)),
        "step_ms": 1000 * loop.agent.step_s / max(1, loop.agent.steps), "unfit": float(loop.unfit),
    }  # fmt: skip


def incomes(income: F64, online_ms: I64, window_ms: int) -> dict[str, float]:
    """Figures of drivers' ``income`` and ``online_ms`` in a window of ``window_ms``, shape (drivers,) each.

    ``income``: of all; ``income_h``: of all per hour online of all; its p10, p90 and Gini are over the drivers that were online for
    LEAST_ACTIVE of the window or longer.
    """
    active_h = online_ms / 3_600_000
    regular = online_ms >= LEAST_ACTIVE * window_ms
    rate = income[regular] / active_h[regular]
    return {
        "income": float(income.sum()), "income_h": float(income.sum() / max(1e-9, active_h.sum())),
        "income_h_p10": percentile(rate, 10), "income_h_p90": percentile(rate, 90), "gini": gini(rate),
    }  # fmt: skip


def earned(loop: ClosedLoop, first: int, last: int) -> F64:
    """Each driver's pay (agents.matching.pay) for the orders completed after ``first`` up to ``last`` ms, shape (drivers,)."""
    riders = loop.riders
    done: I64 = np.flatnonzero((riders.stage == COMPLETED) & (riders.done_ms > first) & (riders.done_ms <= last))
    cents = np.bincount(riders.driver[done], loop.world.demand.pay_cents[done].astype(np.float64), len(loop.world.supply))
    return np.asarray(cents / CENTS, np.float64)


def mean(values: F64) -> float:
    """The mean, NaN of nothing."""
    return float(values.mean()) if len(values) else float("nan")


def percentile(values: F64, q: float) -> float:
    """The ``q``-th percentile, NaN of nothing."""
    return float(np.percentile(values, q)) if len(values) else float("nan")


def _share(of: Mask, orders: int) -> float:
    return float(np.count_nonzero(of)) / orders
