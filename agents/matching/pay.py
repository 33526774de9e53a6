"""An order's service, tier, distance and hour in; the price it goes for and what its driver earns by it, in whole cents, out.

Used where an order carries no fare. Nothing about the rider enters (FACTS §6: driver pay is separate from rider price).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from columns.table import F64, I64, U8, Mask

WEEKEND_HOUR = 120  # Saturday, 0 h, in earth.hour_of_week


@dataclass(frozen=True)
class PayPolicy:
    """Prices in cents by position in policy.SERVICES, multipliers by position in policy.TIERS.

    FACTS: the base prices, the tier multipliers, night, weekend and premium fee (§ The platform, §2), the platform's fees (§3: 10 % + 5 %).
    Decided here: what a service's base price covers, and the rates beyond it as shares of it.
    """

    base_cents: tuple[int, ...] = (1500, 800, 1200, 1000, 1800, 3500)
    tier_multiplier: tuple[float, ...] = (1.0, 1.3, 1.5, 2.0, 2.5)
    night: float = 1.1  # 22 h to 6 h, premium tiers
    weekend: float = 1.05  # Saturday and Sunday outside the night, premium tiers
    premium_fee: float = 0.2  # of the base, premium tiers
    covered_m: float = 3000.0  # of the trip, within the base price
    per_km: float = 0.06  # of the base price, beyond
    per_minute: float = 0.02
    speed_kmh: float = 30.0  # FACTS §2; makes minutes of metres
    driver_share: float = 0.85  # of the price


DEFAULT = PayPolicy()


def base_cents(service: U8, trip_m: F64, policy: PayPolicy = DEFAULT) -> F64:
    """The base of an order in cents, not yet rounded, shape (n,): its service's base price, and for each km beyond those covered
    ``per_km`` of it and ``per_minute`` of it for each minute the km takes: 10 % a km in all.

    ``trip_m`` is the great-circle distance from pickup to drop-off.
    """
    beyond_km = np.maximum(0.0, trip_m - policy.covered_m) / 1000.0
    a_km = policy.per_km + policy.per_minute * 60.0 / policy.speed_kmh
    out: F64 = np.array(policy.base_cents, np.float64)[service] * (1.0 + a_km * beyond_km)
    return out


def price_cents(service: U8, tier: U8, trip_m: F64, hour_of_week: I64, policy: PayPolicy = DEFAULT) -> I64:
    """What an order goes for in whole cents, shape (n,). For premium tiers ``base · tier multiplier (· 1.1 at night, or · 1.05 at
    weekends) + 20 % of the base`` (FACTS §2; decided: a night of the weekend is a night), for standard the base.

    ``service``, ``tier``: positions in policy.SERVICES and policy.TIERS; ``hour_of_week``: as earth.hour_of_week, 0 to 167.

    >>> one = lambda *values: [np.array([value]) for value in values]
    >>> int(price_cents(*one(0, 3, 2000.0, 60))[0]), int(price_cents(*one(0, 3, 2000.0, 47))[0])  # GOLD, 12 h and 23 h
    (3300, 3600)
    """
    base = base_cents(service, trip_m, policy)
    night, weekend = _night(hour_of_week), hour_of_week >= WEEKEND_HOUR
    by_hour = np.where(night, policy.night, np.where(weekend, policy.weekend, 1.0))
    premium = base * np.array(policy.tier_multiplier)[tier] * by_hour + policy.premium_fee * base
    return _whole(np.where(tier > 0, premium, base))


def pay_cents(service: U8, tier: U8, trip_m: F64, hour_of_week: I64, policy: PayPolicy = DEFAULT) -> I64:
    """What the driver of an order earns, shape (n,), whole cents: the price less the platform's fees. Arguments as for price_cents."""
    return share_cents(price_cents(service, tier, trip_m, hour_of_week, policy), policy)


def share_cents(price: I64, policy: PayPolicy = DEFAULT) -> I64:
    """The driver's share of prices in cents, whole cents, shape (n,)."""
    share: F64 = policy.driver_share * price.astype(np.float64)
    return _whole(share)


def _night(hour_of_week: I64) -> Mask:
    hour = hour_of_week % 24
    out: Mask = (hour >= 22) | (hour < 6)
    return out


def _whole(cents: F64) -> I64:
    """To whole cents, halves up; a millionth of a cent that a product fell short of a half is given back."""
    out: I64 = np.floor(cents + (0.5 + 1e-6)).astype(np.int64)
    return out
