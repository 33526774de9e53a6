"""A finished meal-delivery day in; its figures by the instances' own objectives, out.

The measures are those of the instances' solution evaluator (grubhub/mdrplib, MDRP_code): minutes from placing to the door, from readiness
to pickup and door, over the target; orders per courier hour; a courier's pay is $ 10 an order, but at least $ 15 an hour on duty.
"""

from __future__ import annotations

import numpy as np

from columns.table import F64
from ops.evaluate.grubhub_day import Day
from ops.evaluate.report import Figure

SHOWN = {
    "click_to_door": Figure("click to door"),
    "click_to_door_p90": Figure("p90"),
    "over_target": Figure("over target", digits=2),
    "in_target": Figure("in target", 100.0),
    "ready_to_pickup": Figure("ready to pickup"),
    "ready_to_door": Figure("ready to door"),
    "orders_hour": Figure("orders an hour", digits=3),
    "cost_order": Figure("$ an order", digits=2),
    "bundled": Figure("bundled", 100.0),
    "undelivered": Figure("undelivered", 100.0, 2),
    "busy": Figure("busy", 100.0),
}


def figures(day: Day) -> dict[str, float]:
    """Minutes are means over the orders delivered; ``in_target`` and ``undelivered`` are shares of all orders.

    ``orders_hour``: delivered per courier hour on duty; ``cost_order``: all couriers' pay per order delivered; ``bundled``: share of
    those delivered that were taken with others; ``at_least``: share of couriers paid by the hour; ``busy``: driving, picking up and
    dropping off, per hour on duty; ``late``: share delivered after the limit; ``given_back``: routes that an off-time forbade.
    """
    one, served = day.instance, day.served
    rules, n = one.rules, len(one.orders)
    done = np.flatnonzero(served.courier >= 0)
    click, ready = served.door[done] - one.placed[done], served.door[done] - one.ready[done]
    each = np.bincount(served.courier[done], minlength=len(one.couriers))
    earned, least = rules.pay_order * each, rules.pay_hour * (one.off - one.on) / 60.0
    worked_min = float(served.driving.sum() + rules.pickup_min * served.routes.sum() + rules.dropoff_min * len(done))
    return {
        "orders": float(n), "courier_hours": one.hours,
        "click_to_door": _mean(click), "click_to_door_p90": float(np.percentile(click, 90)) if len(done) else float("nan"),
        "over_target": _mean(np.maximum(0.0, click - rules.target_min)),
        "in_target": float(np.count_nonzero(click <= rules.target_min)) / n,
        "late": float(np.count_nonzero(click > rules.limit_min)) / n,
        "ready_to_pickup": _mean(served.pickup[done] - one.ready[done]), "ready_to_door": _mean(ready),
        "orders_hour": len(done) / one.hours,
        "cost_order": float(np.maximum(earned, least).sum()) / max(1, len(done)),
        "at_least": float(np.count_nonzero(earned < least)) / len(one.couriers),
        "bundled": float(np.count_nonzero(served.bundle[done] > 1)) / max(1, len(done)),
        "orders_route": len(done) / max(1.0, float(served.routes.sum())),
        "undelivered": 1.0 - len(done) / n, "given_back": float(served.given_back),
        "busy": worked_min / (60.0 * one.hours), "steps": float(day.agent.steps),
        "step_ms": 1000 * day.agent.step_s / max(1, day.agent.steps),
    }  # fmt: skip


def _mean(values: F64) -> float:
    return float(values.mean()) if len(values) else float("nan")
