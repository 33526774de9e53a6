"""Pairs of an order and a driver in; distance, expected time, the five factors, the score and the cost of each, out.

``score = 0.35 eta + 0.25 rating + 0.15 reliability + 0.15 fairness + 0.10 vehicle`` (FACTS §2; the weights are the policy's), each
factor in [0, 1]. The cost, which the assignment minimises, is in time: ``eta + quality_s · (1 - quality)``, where the quality is the
score's rating, reliability and vehicle, scaled to [0, 1] (docs/decisions/008); what is learnt of fairness, acceptance and future value
comes on top (docs/decisions/010). Scores and factors are rounded to nine digits, distances to the millimetre, costs to the millisecond,
so that a replay on another processor decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.matching import acceptance, geo
from agents.matching.drivers import Drivers
from agents.matching.orders import Asked
from agents.matching.outlook import Outlook
from agents.matching.policy import FACTORS, Policy
from agents.matching.reading import NONE
from columns.table import F64, I64, U8

COLUMNS = ("order", "driver", "distance_m", "eta_s", "chance", "factors", "score", "cost_ms")
QUALITIES = ("rating", "reliability", "vehicle")
BITS = np.array([i.bit_count() for i in range(256)], np.float64)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scored pairs within the ETA limit, shape (pairs,) each; ``factors`` (5, pairs) in the order of policy.FACTORS."""

    order: I64  # position among the orders asked
    driver: I64  # row of the driver table
    distance_m: F64
    eta_s: F64
    chance: F64  # that the driver accepts
    factors: F64
    score: F64
    cost_ms: I64

    def __len__(self) -> int:
        return len(self.order)

    def take(self, index: I64) -> Pairs:
        """The pairs at these positions."""
        f = index
        some = (self.order[f], self.driver[f], self.distance_m[f], self.eta_s[f], self.chance[f], self.factors[:, f])
        return Pairs(*some, self.score[f], self.cost_ms[f])

    def among(self, orders: I64) -> Pairs:
        """The same pairs, where the order at position i is called ``orders[i]``."""
        return replace(self, order=orders[self.order])


def joined(parts: list[Pairs]) -> Pairs:
    """All pairs of the parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return Pairs(none, none, nothing, nothing, nothing, np.zeros((5, 0)), nothing, none)
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


def vehicle_factor(requirements: U8, features: U8, preferred: U8, vehicle: U8) -> F64:
    """The share met of: a vehicle that may serve the service (always so here), each required feature, the preferred vehicle if named."""
    asked = BITS[requirements] + (preferred != NONE)
    met = BITS[requirements & features] + ((preferred == vehicle) & (preferred != NONE))
    out: F64 = (1.0 + met) / (1.0 + asked)
    return out


def score_pairs(drivers: Drivers, asked: Asked, order: I64, driver: I64, *, known: Outlook, policy: Policy) -> Pairs:
    """Score the pairs (``order``, ``driver``), shape (pairs,) each, and let go of those beyond the limits of the ETA."""
    distance = geo.distance_m(asked.pickups[order], drivers.free_points(driver))
    drive = known.eta_s(distance, order, driver, policy)
    near = (drive <= known.limit_s[order]) & (known.wait_s[driver] <= known.patience_s[order])
    if not near.all():
        order, driver, distance, drive = order[near], driver[near], distance[near], drive[near]
    eta = drive + known.wait_s[driver]
    c = drivers.columns
    factors = np.empty((5, len(order)))
    factors[0] = eta_factor(drive, policy)
    factors[1] = rating_factor(c["rating"][driver])
    factors[2] = reliability_factor(c["completion"][driver], c["acceptance"][driver], policy)
    factors[3] = c["fairness"][driver]
    factors[4] = vehicle_factor(asked["requirements"][order], c["features"][driver], asked["preferred"][order], c["vehicle"][driver])
    np.round(factors, 9, out=factors)
    chance = known.chance(eta, driver, policy)
    cost = own_cost_ms(known.counted_s(eta, order, policy), factors, policy) + acceptance.risk_ms(chance, policy.acceptance)
    cost += c["boost_ms"][driver] + known.future_ms[driver]
    return Pairs(order, driver, distance, eta, chance, factors, weighted(factors, policy), cost)


def own_cost_ms(eta_s: F64, factors: F64, policy: Policy) -> I64:
    """ETA (pairs,) and factors (5, pairs) → whole milliseconds (pairs,): ``eta + quality_s · (1 - quality)``.

    The quality is that of rating, reliability and vehicle: fairness enters the cost as its boost, which is bounded.
    """
    own = [i for i, name in enumerate(FACTORS) if name in QUALITIES]
    rest = sum(policy.weights[i] for i in own)
    lack = np.zeros(len(eta_s))
    for i in own:
        lack += policy.weights[i] * (1.0 - factors[i])
    out: I64 = np.rint(1000.0 * eta_s + (1000.0 * policy.quality_s / rest) * lack).astype(np.int64)
    return out


def weighted(factors: F64, policy: Policy) -> F64:
    """Factors (5, pairs) → scores (pairs,): the weighted sum, term by term in the order of FACTORS."""
    out = np.zeros(factors.shape[1])
    for weight, factor in zip(policy.weights, factors, strict=True):
        out += weight * factor
    return np.round(out, 9)
