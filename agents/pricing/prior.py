"""The market's state by cell in; the demand, competitive and user multipliers of FACTS §3, each with its factors, out.

The prior explains a price: reference price by demand multiplier by competitive multiplier by user multiplier. What is learnt moves it
from there. All of a cell's quotes of a second share the first two; the third is 1 unless personal pricing is on.
"""

from __future__ import annotations

import numpy as np

from agents.pricing.cells import Cells
from agents.pricing.contexts import F64, Mask
from agents.pricing.policy import PriorPolicy
from agents.pricing.zones import local_time

CELL_FACTORS = ("demand", "supply", "hysteresis", "hour", "weekend", "holiday", "weather", "event", "range", "competitor")
MIDDLE = 0.5  # of a trait of which nothing is known
USUAL_ORDERS = 3.0  # a week


def demand_weight(demand: F64, policy: PriorPolicy) -> F64:
    """1 at the usual level of demand."""
    return 1.0 + policy.demand_slope * (demand - 0.5)


def supply_weight(supply: F64, policy: PriorPolicy) -> F64:
    """1 at the usual level of supply, and where it is not known."""
    return 1.0 - policy.supply_slope * (np.where(np.isnan(supply), 0.5, supply) - 0.5)


def hour_weight(hour: F64, policy: PriorPolicy) -> F64:
    """Rush hours and night.

    >>> hour_weight(np.array([8.5, 12.0, 18.0, 23.0, 5.9, 6.0]), PriorPolicy()).tolist()
    [1.3, 1.0, 1.4, 1.2, 1.2, 1.0]
    """
    morning, evening, night = policy.rush
    late = (hour >= 22) | (hour < 6)
    return np.select([(hour >= 7) & (hour < 9), (hour >= 17) & (hour < 19), late], [morning, evening, night], 1.0)


def held(balance: F64, target: F64, hysteresis: float) -> F64:
    """The balance that goes on holding until the target is off by ``hysteresis``."""
    return np.where(np.abs(target / balance - 1.0) >= hysteresis, target, balance)


def refresh(cells: Cells, clock_ms: int, policy: PriorPolicy) -> None:
    """The local hour, whether it is a weekend, and the prior, by cell, from what else is published; also of zones that came since."""
    hour, day = local_time(clock_ms, cells.lon)
    cells["hour"], cells["weekend"] = hour, (day >= 5).astype(np.uint8)
    cells.factors = cell_factors(cells, policy)
    cells["prior"] = np.prod(cells.factors[1], axis=2)
    cells.fresh = False


def cell_factors(cells: Cells, policy: PriorPolicy) -> tuple[F64, F64]:
    """What was seen, and what the price was multiplied by for it: (zones, services, CELL_FACTORS) each. NaN is not known.

    ``hysteresis`` is what holding the balance changes, ``range`` what FACTS' range of the demand multiplier changes.
    """
    demand, supply, target, balance = (cells[name] for name in ("demand", "supply", "target", "balance"))
    by_demand = demand_weight(demand, policy)
    by_supply = target / by_demand
    hour = np.broadcast_to(hour_weight(cells["hour"], policy)[:, None], demand.shape)
    place = [
        hour,
        np.where(cells["weekend"] == 1, policy.weekend, 1.0)[:, None],
        np.where(cells["holiday"] == 1, policy.holiday, 1.0)[:, None],
        (1.0 - policy.weather * cells["weather"])[:, None],
        (1.0 + policy.event * cells["event"])[:, None],
    ]
    raw = balance.copy()
    for each in place:
        raw = raw * each
    within = np.clip(raw, *policy.demand_range)
    competitor = cells["competitor"]
    competitive = np.clip(np.where(np.isnan(competitor), 1.0, competitor), *policy.competitive_range)
    weights = [by_demand, by_supply, balance / target, *place, within / raw, competitive]
    told = (cells[name][:, None] for name in ("hour", "weekend", "holiday", "weather", "event"))
    values = [demand, supply, target, *told, raw, competitor]
    shape = (*demand.shape, 1)
    stacked = (np.concatenate([np.broadcast_to(x, demand.shape).reshape(shape) for x in each], axis=2) for each in (values, weights))
    seen, weighed = stacked
    return seen.astype(np.float64), weighed


def user_multiplier(traits: dict[str, F64], personal: Mask, policy: PriorPolicy) -> F64:
    """By FACTS from sensitivity, loyalty, churn risk, propensity and frequency (n,); 1 where ``personal`` (n,) is off."""
    if not personal.any():
        return np.ones(len(personal))
    sensitivity, loyalty, churn, propensity = (trait(traits[name]) for name in ("sensitivity", "loyalty", "churn_risk", "propensity"))
    orders = traits["orders_week"]
    known = (orders >= 0) & np.isfinite(orders)
    often = np.where(known, 1.0 - USUAL_ORDERS / (np.where(known, orders, 0.0) + USUAL_ORDERS), MIDDLE)
    middle = 1.0 + 0.4 * (propensity - MIDDLE) + 0.2 * (often - MIDDLE) - 0.4 * (sensitivity - MIDDLE)
    user = np.clip(middle - 0.2 * (loyalty - MIDDLE) - 0.3 * (churn - MIDDLE), *policy.user_range)
    return np.where(personal, user, 1.0)


def trait(values: F64) -> F64:
    """A trait in 0…1; the middle where it is not known or makes no sense."""
    return np.where((values >= 0) & (values <= 1), values, MIDDLE)
