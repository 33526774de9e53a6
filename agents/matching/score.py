"""Pairs of an order and a driver in; distance, expected time, the five factors, the score and the cost of each, out.

``score = 0.35 eta + 0.25 rating + 0.15 reliability + 0.15 fairness + 0.10 vehicle`` (FACTS §2; the weights are the policy's), each
factor in [0, 1]. The cost, which the assignment minimises, is in time: ``eta + quality_s · (1 - quality)``, where the quality is the
score without its ETA part, scaled to [0, 1] (docs/decisions/008). Scores and factors are rounded to nine digits, distances to the
millimetre, costs to the millisecond, so that a replay on another processor decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.matching import geo
from agents.matching.columns import F64, I64, U8
from agents.matching.drivers import Drivers
from agents.matching.orders import Asked
from agents.matching.policy import Policy
from agents.matching.reading import NONE

COLUMNS = ("order", "driver", "distance_m", "eta_s", "factors", "score", "cost_ms")
BITS = np.array([i.bit_count() for i in range(256)], np.float64)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scored pairs within the ETA limit, shape (pairs,) each; ``factors`` (5, pairs) in the order of policy.FACTORS."""

    order: I64  # position among the orders asked
    driver: I64  # row of the driver table
    distance_m: F64
    eta_s: F64
    factors: F64
    score: F64
    cost_ms: I64

    def __len__(self) -> int:
        return len(self.order)

    def take(self, index: I64) -> Pairs:
        """The pairs at these positions."""
        f = index
        return Pairs(self.order[f], self.driver[f], self.distance_m[f], self.eta_s[f], self.factors[:, f], self.score[f], self.cost_ms[f])

    def among(self, orders: I64) -> Pairs:
        """The same pairs, where the order at position i is called ``orders[i]``."""
        return replace(self, order=orders[self.order])


def joined(parts: list[Pairs]) -> Pairs:
    """All pairs of the parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Pairs(none, none, nothing, nothing, np.zeros((5, 0)), nothing, none)
    columns = {name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in COLUMNS}
    return Pairs(**columns)


def eta_factor(eta_s: F64, policy: Policy) -> F64:
    """1 at 0 s, falling linearly to 0.7 at the limit of 15 minutes: ``1 - 0.3 · eta / 900``."""
    out: F64 = 1.0 - (1.0 - policy.eta_floor) * eta_s / policy.eta_limit_s
    return out


def rating_factor(stars: F64) -> F64:
    """Stars from 1 to 5 → 0 to 1: ``(stars - 1) / 4``, at least 0."""
    out: F64 = np.maximum(0.0, (stars - 1.0) / 4.0)
    return out


def reliability_factor(completion: F64, acceptance: F64, policy: Policy) -> F64:
    """``0.7 completion + 0.3 acceptance``."""
    out: F64 = policy.completion_share * completion + (1.0 - policy.completion_share) * acceptance
    return out


def fairness_factor(recent: F64, policy: Policy) -> F64:
    """``1 / (1 + (n / 12)²)`` of n recent assignments, each halving in weight every two hours.

    Close to the steps of Tripo04OS's document, but without their edges: 0.85 at 5, 0.59 at 10, 0.39 at 15, 0.26 at 20.
    """
    out: F64 = 1.0 / (1.0 + (recent / policy.fair_assignments) ** 2)
    return out


def vehicle_factor(requirements: U8, features: U8, preferred: U8, vehicle: U8) -> F64:
    """The share met of: a vehicle that may serve the service (always so here), each required feature, the preferred vehicle if named."""
    asked = BITS[requirements] + (preferred != NONE)
    met = BITS[requirements & features] + ((preferred == vehicle) & (preferred != NONE))
    out: F64 = (1.0 + met) / (1.0 + asked)
    return out


def score_pairs(drivers: Drivers, asked: Asked, order: I64, driver: I64, *, clock: int, policy: Policy) -> Pairs:
    """Score the pairs (``order``, ``driver``), shape (pairs,) each, and let go of those beyond the ETA limit."""
    distance = geo.distance_m(asked.pickups[order], drivers.points[driver])
    eta = np.round(geo.eta_s(distance, policy.speed_mps, policy.pickup_overhead_s), 3)
    near = eta <= policy.eta_limit_s
    if not near.all():
        order, driver, distance, eta = order[near], driver[near], distance[near], eta[near]
    c = drivers.columns
    factors = np.empty((5, len(order)))
    factors[0] = eta_factor(eta, policy)
    factors[1] = rating_factor(c["rating"][driver])
    factors[2] = reliability_factor(c["completion"][driver], c["acceptance"][driver], policy)
    factors[3] = fairness_factor(drivers.recent(driver, clock, policy), policy)
    factors[4] = vehicle_factor(asked["requirements"][order], c["features"][driver], asked["preferred"][order], c["vehicle"][driver])
    np.round(factors, 9, out=factors)
    return Pairs(order, driver, distance, eta, factors, weighted(factors, policy), cost_ms(eta, factors, policy))


def cost_ms(eta_s: F64, factors: F64, policy: Policy) -> I64:
    """ETA (pairs,) and factors (5, pairs) → whole milliseconds (pairs,): ``eta + quality_s · (1 - quality)``."""
    rest = sum(policy.weights[1:])
    lack = np.zeros(len(eta_s))
    for weight, factor in zip(policy.weights[1:], factors[1:], strict=True):
        lack += weight * (1.0 - factor)
    out: I64 = np.rint(1000.0 * eta_s + (1000.0 * policy.quality_s / rest) * lack).astype(np.int64)
    return out


def floor_ms(beyond_m: F64, policy: Policy) -> I64:
    """No driver further away than ``beyond_m`` costs less than this, whole milliseconds; shapes are equal."""
    out: I64 = np.floor(1000.0 * geo.eta_s(beyond_m, policy.speed_mps, policy.pickup_overhead_s)).astype(np.int64) - 1
    return out


def weighted(factors: F64, policy: Policy) -> F64:
    """Factors (5, pairs) → scores (pairs,): the weighted sum, term by term in the order of FACTORS."""
    out = np.zeros(factors.shape[1])
    for weight, factor in zip(policy.weights, factors, strict=True):
        out += weight * factor
    return np.round(out, 9)
