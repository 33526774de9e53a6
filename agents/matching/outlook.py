"""A market, the orders asked and its free drivers in; what the market has learnt that bears on pairs of them, out.

One look, before one matching: everything that depends on the driver alone or on the order alone is computed once for each, and pairs only
look it up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching import acceptance
from agents.matching.acceptance import Acceptance
from agents.matching.courier import counted_s, is_goods
from agents.matching.market import Market
from agents.matching.orders import Asked
from agents.matching.policy import Policy
from agents.matching.travel import Travel
from columns.table import F64, I64

GRID_M = 50.0  # to which the reach is known


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of drivers, by row of the driver table (drivers,), and of the orders asked (orders,).

    ``driver``, ``pickup``: slowness of the roads there; ``own``: each driver's own chance of accepting; ``future_ms``: what a driver's
    waiting on would be worth; ``least_driver``, ``least_ms``: the least slowness and the least that a free driver's own terms add to a
    cost; ``wait_s`` (drivers,): until each is free; ``patience_s``, ``slack_s``, ``many`` (orders,): until their patience ends, until goods
    are ready, and how many are asked for as one; ``limit_s`` (orders,): the ETA beyond which a driver had better wait for another order;
    ``reach_m``: no driver farther away is within the ETA limit of any order.
    """

    travel: Travel
    acceptance: Acceptance
    driver: F64
    own: F64
    future_ms: I64
    pickup: F64
    limit_s: F64
    patience_s: F64
    slack_s: F64
    many: I64
    wait_s: F64
    least_driver: float
    least_ms: int
    reach_m: float

    def take(self, index: I64) -> Outlook:
        """For the orders at these positions."""
        return Outlook(
            self.travel, self.acceptance, self.driver, self.own, self.future_ms, self.pickup[index], self.limit_s[index],
            self.patience_s[index], self.slack_s[index], self.many[index],
            self.wait_s, self.least_driver, self.least_ms, self.reach_m,
        )  # fmt: skip

    def eta_s(self, distance_m: F64, order: I64, driver: I64, policy: Policy) -> F64:
        """Expected seconds to the pickups of pairs, shape (pairs,)."""
        return self.travel.eta_s(distance_m, self.driver[driver], self.pickup[order], policy.pickup_overhead_s)

    def counted_s(self, eta_s: F64, order: I64, policy: Policy) -> F64:
        """What pickups of pairs in so many seconds cost, shape (pairs,)."""
        return counted_s(eta_s, self.slack_s[order], self.many[order], policy.courier)

    def chance(self, eta_s: F64, driver: I64, policy: Policy) -> F64:
        """That the drivers of pairs accept, shape (pairs,)."""
        return self.acceptance.chance(self.own[driver], eta_s, policy.acceptance)

    def floor_ms(self, beyond_m: F64, policy: Policy) -> I64:
        """No free driver farther away than ``beyond_m`` (orders,) from its order costs less than this, whole ms, shape (orders,)."""
        least = np.full(len(beyond_m), self.least_driver)
        eta = self.travel.eta_s(beyond_m.copy(), least, self.pickup, policy.pickup_overhead_s)
        counted = counted_s(eta, self.slack_s, self.many, policy.courier)
        out: I64 = np.floor(1000.0 * counted).astype(np.int64) - 1 + self.least_ms
        return out

    def within_m(self, cost_ms: I64, policy: Policy) -> F64:
        """No driver farther away than this from its order, metres to GRID_M, costs less than ``cost_ms``; shape (orders,) each."""
        low, high = np.zeros(len(cost_ms)), np.full(len(cost_ms), self.reach_m)
        for _ in range(int(np.ceil(np.log2(max(2.0, self.reach_m / GRID_M))))):
            middle = (low + high) / 2
            beyond = self.floor_ms(middle, policy) >= cost_ms
            low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
        return high


def outlook(market: Market, asked: Asked, free: I64, clock: int, policy: Policy) -> Outlook:
    """What bears on pairs of ``asked`` and the rows ``free`` of the driver table at ``clock`` ms."""
    columns, travel = market.drivers.columns, market.travel
    busy = columns["holds"][free] > 0
    lat = np.where(busy, columns["free_lat"][free], columns["lat"][free])
    lon = np.where(busy, columns["free_lon"][free], columns["lon"][free])
    driver, own = np.ones(len(columns)), np.ones(len(columns))
    driver[free] = travel.slowness(lat, lon, clock)
    own[free] = acceptance.own_chance(columns, free, policy.acceptance)
    future_ms = np.zeros(len(columns), np.int64)
    future_ms[free] = market.future.driver_ms(lat, lon, clock, policy.future)
    pickup = travel.slowness(asked["lat"], asked["lon"], clock)
    least_driver = float(driver[free].min(initial=1.0))
    least_ms = int((future_ms[free] + columns["boost_ms"][free]).min(initial=0))
    limit_s = np.full(len(asked), policy.eta_limit_s)
    if policy.future.hold:
        ride = asked.rides(clock, travel.eta_s(asked["trip_m"].copy(), pickup, pickup, 0.0))
        limit_s = np.minimum(limit_s, market.future.reach_ms(ride, policy.eta_limit_s, policy.future) / 1000.0)
    slack_s = np.where(is_goods(asked["service"]), (asked["wanted"] - clock) / 1000.0, 0.0)
    patience_s = (asked["until"] - clock) / 1000.0
    wait_s = market.drivers.wait_ms(clock) / 1000.0
    return Outlook(
        travel, market.acceptance, driver, own, future_ms, pickup, limit_s, patience_s, slack_s, asked["many"], wait_s,
        least_driver, least_ms,
        _reach_m(travel, least_driver * float(pickup.min(initial=1.0)), policy),
    )  # fmt: skip


def _reach_m(travel: Travel, slowness: float, policy: Policy) -> float:
    """The distance, rounded up to GRID_M, at which even the quickest drive takes the ETA limit."""
    fastest = policy.travel.fastest_kmh / 3.6 * policy.eta_limit_s
    grid = np.arange(0.0, fastest + GRID_M, GRID_M)
    eta = travel.eta_s(grid.copy(), np.full(len(grid), slowness), np.ones(len(grid)), policy.pickup_overhead_s)
    within = int(np.searchsorted(eta, policy.eta_limit_s, "right"))  # the eta grows with the distance
    return float(grid[min(within, len(grid) - 1)]) if within else 0.0
