"""How likely riders take each arm, and what that is worth, in; one arm each, or none, with the chance that it was chosen, out.

Thompson sampling (Thompson 1933) over fixed points of the posterior: each arm's share is how many of the points it is best at, a little
is given to every eligible one, and the choice is drawn from exactly these chances. So the logged propensity is exact, never 0, and the
draw depends on nothing but the request's coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from agents.growth.conversion import Arms, Conversion
from agents.growth.policy import TIMINGS, TYPES, Policy
from columns.parts import parts
from columns.table import F64, I64, Mask

if TYPE_CHECKING:
    from scipy.special import ndtri
else:
    ndtri = parts("scipy.special", "_ufuncs")[0].ndtri

NOTHING = -1
CHUNK = 256  # requests looked at together: what is needed for them stays in the processor's cache


@dataclass(slots=True)
class Chosen:
    """Of n requests: the arm (n,), NOTHING for none; chances (n, 1 + arms), nothing first; the others (n, arms) or (n,)."""

    arm: I64
    chances: F64
    propensity: F64  # NaN where nothing but nothing was eligible
    conversion: F64
    value: F64  # cents
    confidence: F64


def choose(learnt: Conversion, arms: Arms, riders: F64, eligible: Mask, keys: I64, explore: float, policy: Policy) -> Chosen:
    """Choose for riders (n, features) among ``eligible`` (n, arms) and nothing. ``keys`` (n,) name the requests: the draw's only source."""
    parts = [_weigh(learnt, arms, riders[i : i + CHUNK], eligible[i : i + CHUNK], policy) for i in range(0, len(keys), CHUNK)]
    conversion, value, share = (np.concatenate([part[i] for part in parts]) for i in range(3))
    allowed = np.concatenate([np.ones((len(keys), 1), np.bool_), eligible], axis=1)
    count = allowed.sum(axis=1)
    chances = (1.0 - explore) * share + np.where(allowed, explore / count[:, None], 0.0)
    index = np.minimum((np.cumsum(chances, axis=1) <= uniform(keys)[:, None]).sum(axis=1), len(arms.types))
    index = np.where(allowed[np.arange(len(keys)), index], index, 0)  # the last sum may fall short of 1 by rounding
    rows = np.arange(len(keys))
    propensity = np.where(count > 1, chances[rows, index].round(9), np.nan)
    return Chosen(index - 1, chances, propensity, conversion, value, share[rows, index])


def uniform(keys: I64) -> F64:
    """A number in [0, 1) for each key, (n,): the mixer of SplitMix64 (Steele, Lea & Flood 2014).

    >>> uniform(np.array([1, 2, 1])).round(3).tolist()
    [0.883, 0.432, 0.883]
    """
    with np.errstate(over="ignore"):
        z = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    out: F64 = (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return out


@cache
def points(count: int) -> F64:
    """Points of a standard normal with a dimension for each type at each timing, (count, types · timings): an additive recurrence with
    the root of x^(d+1) = x + 1 (Roberts 2018), which fills the space evenly."""
    dimensions, root = len(TYPES) * len(TIMINGS), 2.0
    for _ in range(60):
        root = (1.0 + root) ** (1.0 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    out: F64 = ndtri((0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0).round(9)
    return out


def _weigh(learnt: Conversion, arms: Arms, riders: F64, eligible: Mask, policy: Policy) -> tuple[F64, F64, F64]:
    """Expected conversion and value (n, arms), and the share of the points (n, 1 + arms) at which each is best."""
    mean, variance = learnt.predict(riders, arms)
    worth = learnt.values()[arms.types] - arms.discounts
    loss = (learnt.opt_out() * policy.opt_out_loss_cents)[arms.types]
    conversion = (1.0 / (1.0 + np.exp(-mean / np.sqrt(1.0 + np.pi * variance / 8.0)))).round(6)
    value = (conversion * worth - loss).round(3)
    odds = mean[:, None, :] + np.sqrt(variance)[:, None, :] * points(policy.draws)[None, :, arms.types * len(TIMINGS) + arms.timings]
    at_points = (worth / (1.0 + np.exp(-odds)) - loss).round(6)
    at_points[~np.broadcast_to(eligible[:, None, :], at_points.shape)] = -np.inf
    best = np.where(at_points.max(axis=2) > 0.0, at_points.argmax(axis=2) + 1, 0)
    width = 1 + len(arms.types)
    counted = np.bincount((best + width * np.arange(len(riders))[:, None]).ravel(), minlength=width * len(riders))
    return conversion, value, counted.reshape(len(riders), width) / policy.draws
