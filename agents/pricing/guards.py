"""What limits quotes in; the lowest and the highest price that the guards leave, in whole cents, and which guards bound a price, out.

Guards come last: a price is chosen between their bounds, and put between them again afterwards. Where they contradict each other, what
protects the rider is stronger, then what protects from selling below cost, then the step:

    most  = min(max(step up, floor, cost), cap, emergency cap, ceiling of a hold)
    least = min(max(step down, floor, cost), most)

The step is one between any two consecutive quotes of a zone and service: quotes of one second lie within ``sqrt(1 + step)`` of the last
quote of the seconds before, on either side, and so within ``1 + step`` of each other (but for less than a cent). One that floor or cost
lifts above that takes those after it in its second with it, as far as the step needs (``following``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.pricing.cells import HOLDS
from agents.pricing.columns import U8
from agents.pricing.contexts import F64, I64, Mask, within

NEARLY = 1e-9  # what a product of doubles may be off by, as a share
UPPER = ("cap", "emergency-cap", "hold", "step")
LOWER = ("floor", "cost-floor", "step")
NAMES = ("cap", "emergency-cap", *HOLDS, "step", "floor", "cost-floor", "cost-above-cap", "hysteresis", "supply-unknown")
BIT = {name: 1 << i for i, name in enumerate(NAMES)}  # those of HOLDS follow one another, as in a cell's ``holds``
SAID = ("surge-gaming", "hysteresis", "supply-unknown")  # of the state that a price comes from: they bound none
BOUNDING = sum(bit for name, bit in BIT.items() if name not in SAID)
UPPER_BITS, LOWER_BITS = (np.array([BIT.get(name, 0) for name in names]) for names in (UPPER, LOWER))


@dataclass(frozen=True, slots=True)
class Limits:
    """Of quotes (n,): ``reference`` and ``cost`` in cents, all else in reference prices; infinite: none."""

    reference: I64
    cost: I64
    floor: F64
    cap: F64
    emergency_cap: F64
    ceiling: F64
    anchor: F64  # the last quote of the zone and service in the seconds before
    max_step: F64
    cell: I64  # the zone and service, as one number
    latest: F64  # the last quote of the zone and service in this second so far, before these; NaN: none


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whole cents, shape (n,) each; ``most`` is at least 1. The bounds of each guard, in cents, (n, UPPER) and (n, LOWER)."""

    least: I64
    most: I64
    upper: F64
    lower: F64
    cost: I64


def bounds(limits: Limits) -> Bounds:
    """What the guards leave."""
    reference, step = limits.reference.astype(np.float64), np.sqrt(1.0 + limits.max_step)
    follow = following(limits, limits.anchor * step) * reference
    upper = np.stack([limits.cap, limits.emergency_cap, limits.ceiling, limits.anchor * step], axis=1) * reference[:, None]
    lower = np.stack([limits.floor * reference, limits.cost.astype(np.float64), limits.anchor / step * reference], axis=1)
    lower[:, 2] = np.maximum(lower[:, 2], follow)
    needed = np.maximum(lower[:, :2].max(axis=1), follow)
    highest = np.minimum(np.maximum(upper[:, 3], needed), upper[:, :3].min(axis=1))
    lowest = np.minimum(lower.max(axis=1), highest)
    most = np.maximum(1, np.floor(highest * (1.0 + NEARLY))).astype(np.int64)
    least = within(np.ceil(lowest * (1.0 - NEARLY)).astype(np.int64), 1, most)
    return Bounds(least, most, upper, lower, limits.cost)


def following(limits: Limits, top: F64) -> F64:
    """The least multipliers (n,) that the step leaves after quotes of the same second that floor or cost lifted above ``top``; 0: any."""
    reference = limits.reference.astype(np.float64)
    hard = np.minimum(np.minimum(limits.cap, limits.emergency_cap), limits.ceiling) * reference
    needed = np.maximum(limits.floor * reference, limits.cost)
    out = np.zeros(len(top))
    lifted = (np.minimum(needed, hard) > top * reference) | (limits.latest > top)
    if not lifted.any():
        return out
    last: dict[int, float] = {}
    for i in np.flatnonzero(np.isin(limits.cell, limits.cell[lifted])).tolist():
        before = last.get(int(limits.cell[i]), float(limits.latest[i]))
        if before > top[i]:
            out[i] = before / (1.0 + limits.max_step[i])
        price = min(max(needed[i], out[i] * reference[i]), hard[i])
        last[int(limits.cell[i])] = max(1.0, float(np.floor(price * (1.0 + NEARLY)))) / reference[i]
    return out


def fired(found: Bounds, price: I64, wish: F64, holds: U8) -> I64:
    """Which guards bounded prices (n,) in whole cents, as bits of BIT: those whose bound it is that holds, where the price is at it or the
    ``wish`` (n,), the price by the prior, lies beyond it. ``holds``: bits of HOLDS, whose ceiling it is."""
    over: Mask = (price >= found.most) | (wish > found.most)
    under: Mask = (price <= found.least) | (wish < found.least)
    out: I64 = np.zeros(len(price), np.int64)
    at_most = over[:, None] & (np.floor(found.upper * (1.0 + NEARLY)) <= found.most[:, None])
    at_least = under[:, None] & (np.ceil(found.lower * (1.0 - NEARLY)) >= found.least[:, None])
    out |= (at_most * UPPER_BITS).sum(axis=1) | (at_least * LOWER_BITS).sum(axis=1)
    out |= at_most[:, UPPER.index("hold")] * (holds * np.int64(BIT[HOLDS[0]]))
    out |= (found.cost > found.most) * BIT["cost-above-cap"]
    return out


def names(bits: I64) -> list[list[str]]:
    """The guards' names.

    >>> names(np.array([0, BIT["cap"] | BIT["hysteresis"]]))
    [[], ['cap', 'hysteresis']]
    """
    kinds, inverse = np.unique(bits, return_inverse=True)
    each = [[name for name in NAMES if kind & BIT[name]] for kind in kinds.tolist()]
    return [each[i] for i in inverse.tolist()]
