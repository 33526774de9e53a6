"""A trip in; its reference price, what its driver is paid, and what serving it costs, in whole cents, out.

The driver's pay is a sum of parts and knows nothing of what the rider pays (FACTS §6); the price is a product of factors.
"""

from __future__ import annotations

import numpy as np

from agents.pricing.columns import U8
from agents.pricing.contexts import F64, I64
from agents.pricing.policy import TariffPolicy

PARTS = ("start", "km", "minutes", "tier", "scarcity")


def reference_cents(service: U8, tier: U8, trip_m: F64, policy: TariffPolicy) -> I64:
    """The price before any multiplier, shape (n,): the base price, ``per_km`` of it for each km beyond those it covers, and for a premium
    tier times its multiplier, with the premium fee on top (FACTS §2). ``trip_m`` is a great circle.

    >>> one = lambda *values: [np.array([value]) for value in values]
    >>> int(reference_cents(*one(0, 0, 13_000.0), TariffPolicy())[0]), int(reference_cents(*one(0, 3, 2000.0), TariffPolicy())[0])
    (3000, 3300)
    """
    base: F64 = np.array(policy.base_cents, np.float64)[service] * (
        1.0 + policy.per_km * np.maximum(0.0, trip_m - policy.covered_m) / 1000.0
    )
    by_tier: F64 = np.array(policy.tier_multiplier)[tier] + np.where(tier > 0, policy.premium_fee, 0.0)
    return _whole(base * by_tier)


def pay_parts(service: U8, tier: U8, trip_m: F64, supply: F64, policy: TariffPolicy) -> tuple[F64, I64]:
    """What drivers are paid: how much of each of PARTS, and the cents for it, shape (n, parts) each. ``supply``: its level, NaN unknown."""
    base = np.array(policy.base_cents, np.float64)[service]
    km = trip_m / 1000.0
    extra = np.array(policy.tier_multiplier)[tier] - 1.0
    scarce = np.maximum(0.0, 1.0 - 2.0 * np.where(np.isnan(supply), 0.5, supply))
    amounts = np.stack([np.ones(len(km)), km, km * 60.0 / policy.speed_kmh, extra, scarce], axis=1)
    rates = np.array([policy.pay_start, policy.pay_km, policy.pay_minute, policy.pay_tier, policy.pay_scarcity])
    return amounts, _whole(amounts * rates * base[:, None])


def cost_cents(reference: I64, pay: I64, policy: TariffPolicy) -> I64:
    """What serving a quote is expected to cost, shape (n,): the driver's pay and all else."""
    out: I64 = pay + _whole(reference.astype(np.float64) * policy.other)
    return out


def _whole(cents: F64) -> I64:
    """To whole cents, halves up; a millionth of a cent that a product fell short of a half is given back."""
    out: I64 = np.floor(cents + (0.5 + 1e-6)).astype(np.int64)
    return out
