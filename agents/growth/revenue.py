"""Orders' prices and what held when they were placed in; what the platform captures of each, in whole cents, out.

Each fee is a share of the price, in hundredths of a percent, rounded to whole cents with halves up; net revenue is the fees' sum. All of
it is integer arithmetic, so it is exact, and the sum of the parts is the whole.
"""

from __future__ import annotations

import numpy as np

from agents.growth.policy import Policy
from columns.earth import hour_of_week
from columns.table import F64, I64, Mask

FEES = ("base_fee_cents", "service_fee_cents", "peak_fee_cents", "surge_fee_cents")

# FACTS, "The platform", §2: base prices and multipliers of the tiers; what a base price covers, and beyond it, is as matching decided.
BASE_CENTS = np.array([1500, 800, 1200, 1000, 1800, 3500], np.float64)
TIER_MULTIPLIER = np.array([1.0, 1.3, 1.5, 2.0, 2.5])
NIGHT, WEEKEND, PREMIUM_FEE = 1.1, 1.05, 0.2
OTHER = 500  # cost of an order in hundredths of a percent of its price: payment, insurance; as pricing decided
COVERED_M, PER_KM = 3000.0, 0.06 + 0.02 * 60.0 / 30.0


def fees(price_cents: I64, peak: Mask, surge: Mask, policy: Policy) -> dict[str, I64]:
    """The fees of prices ≥ 0, (n,) each, by name of FEES.

    >>> from agents.growth.policy import DEFAULT
    >>> {name: int(cents[0]) for name, cents in fees(np.array([1005]), np.array([True]), np.array([False]), DEFAULT).items()}
    {'base_fee_cents': 101, 'service_fee_cents': 50, 'peak_fee_cents': 151, 'surge_fee_cents': 0}
    """
    shares: tuple[int | I64, ...] = (policy.base_fee, policy.service_fee, peak * policy.peak_fee, surge * policy.surge_fee)
    return {name: (price_cents * share + 5000) // 10_000 for name, share in zip(FEES, shares, strict=True)}


def cost_cents(price_cents: int) -> int:
    """What an order of this price costs the platform, rounded as fees are; of the sum of prices, what they cost together."""
    return (price_cents * OTHER + 5000) // 10_000


def is_peak(ts: I64, lon: F64) -> Mask:
    """Whether event times, ms, lie in the peaks, 7-9 and 17-19 h local solar time, (n,)."""
    hour = hour_of_week(ts, lon) % 24
    out: Mask = ((hour >= 7) & (hour < 9)) | ((hour >= 17) & (hour < 19))
    return out


def tariff_cents(service: I64, tier: I64, trip_m: F64, ts: I64, lon: F64) -> I64:
    """What orders go for where no fare was agreed, whole cents, (n,): the base price, 10 % of it for each km beyond 3, and for premium
    tiers ``base · multiplier (· 1.1 at night, or · 1.05 at weekends) + 20 % of the base`` (FACTS §2); as matching has it."""
    base = BASE_CENTS[service] * (1.0 + PER_KM * (np.maximum(0.0, trip_m - COVERED_M) / 1000.0))
    hour = hour_of_week(ts, lon)
    by_hour = np.where((hour % 24 >= 22) | (hour % 24 < 6), NIGHT, np.where(hour >= 120, WEEKEND, 1.0))
    premium = base * TIER_MULTIPLIER[tier] * by_hour + PREMIUM_FEE * base
    out: I64 = np.floor(np.where(tier > 0, premium, base) + (0.5 + 1e-6)).astype(np.int64)
    return out
