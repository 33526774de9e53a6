"""The platform's tables (FACTS, "The platform", §3) and the limits that pricing decides by.

Nothing flows in. Out: the symbols of the schemas' enums in their order, and ``Policy``, whose ``version`` names its content in every
decision. What may change while running, by market and service, comes as events on top of it (settings.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import ceil

from agents.pricing.acceptance import AcceptancePolicy
from agents.pricing.choice import ChoicePolicy

SERVICES = ("RIDE", "MOTO", "FOOD", "GROCERY", "GOODS", "TRUCK_VAN")
TIERS = ("STANDARD", "BRONZE", "SILVER", "GOLD", "PLATINUM")
STATUSES = ("AVAILABLE", "BUSY", "OFFLINE")
OBJECTIVES = ("MAXIMIZE_PROFIT", "MAXIMIZE_REVENUE", "MAXIMIZE_USER_SATISFACTION", "BALANCED")
ANSWERS = ("ACCEPTED", "REJECTED")
OUTCOMES = ("ACCEPTED", "REJECTED", "EXPIRED")
CONDITIONS = ("WEATHER", "EVENT", "HOLIDAY")
FLAGS = ("SAFETY", "CONDUCT")


@dataclass(frozen=True)
class TariffPolicy:
    """What a trip costs by the tariff, and what serving it costs. Cents by position in SERVICES; shares are of the service's base price.

    FACTS: the base prices, the tier multipliers, the premium fee. The rest is decided: what the base covers as in agents/matching/pay.py.
    """

    base_cents: tuple[int, ...] = (1500, 800, 1200, 1000, 1800, 3500)
    tier_multiplier: tuple[float, ...] = (1.0, 1.3, 1.5, 2.0, 2.5)
    premium_fee: float = 0.2  # of the base, premium tiers
    covered_m: float = 3000.0  # of the trip as the crow flies, within the base price
    per_km: float = 0.10  # beyond: distance and the time it takes
    pay_start: float = 0.42  # the driver's pay: for coming …
    pay_km: float = 0.045  # … for each km
    pay_minute: float = 0.02  # … for each minute, at speed_kmh
    pay_tier: float = 0.7  # … of what a premium tier's multiplier adds
    pay_scarcity: float = 0.15  # … at most, where drivers are scarce
    speed_kmh: float = 30.0  # FACTS §2
    other: float = 0.05  # of the reference price: payment, insurance


@dataclass(frozen=True)
class PriorPolicy:
    """The three multipliers of FACTS §3; what it leaves open is decided: slopes, and how much users' traits count."""

    demand_slope: float = 1.0  # at a demand level of 1 the price is times 1.5, at 0 half
    supply_slope: float = 1.0
    rush: tuple[float, float, float] = (1.3, 1.4, 1.2)  # 7 to 9 h, 17 to 19 h, 22 to 6 h
    weekend: float = 1.1
    holiday: float = 1.2
    weather: float = 0.15  # the worst weather adds so much, the best takes it off
    event: float = 0.5  # the largest event adds so much
    demand_range: tuple[float, float] = (0.5, 3.0)
    competitive_range: tuple[float, float] = (0.8, 1.2)
    user_range: tuple[float, float] = (0.7, 1.5)
    trust: tuple[float, float] = (0.4, 2.5)  # what is learnt may move the price by so much from the prior


@dataclass(frozen=True)
class Policy:
    """Limits of the pricing agent. Two policies of equal content have equal ``version``."""

    tariff: TariffPolicy = field(default_factory=TariffPolicy)
    prior: PriorPolicy = field(default_factory=PriorPolicy)
    acceptance: AcceptancePolicy = field(default_factory=AcceptancePolicy)
    choice: ChoicePolicy = field(default_factory=ChoicePolicy)
    seed: int = 1  # of all draws, with the market's name

    # guards; events on pricing-policies change the first five by market and service
    objective: str = "BALANCED"
    personal: bool = False  # personal pricing
    floor: float = 0.6  # least and highest price, in reference prices
    cap: float = 2.5
    max_step: float = 0.25  # between consecutive quotes of a zone and service
    hysteresis: float = 0.05  # demand and supply move a zone's prior by at least so much, or not at all
    safety_hold_s: float = 1800.0  # a safety flag that is not cleared holds the prices of its zone for so long
    overcharges: int = 5  # reports of one service in the window that hold its prices …
    overcharge_window_s: float = 3600.0
    overcharge_sure: float = 0.5  # … of those that are probably fare disputes

    # market state
    zone_m: float = 2000.0  # side of a zone's square
    zone_limit: int = 1024  # zones of a market; places beyond are one zone, "elsewhere"
    window_min: int = 10  # sliding window of demand and of log-offs
    usual_halflife_min: float = 360.0  # of what is usual
    usual_prior_min: float = 10.0  # minutes' worth of belief in the two below
    usual_requests: float = 0.1  # a minute, of one zone and service
    usual_drivers: float = 1.0
    order_weight: int = 2  # an order counts so much, a quote request 1: half of those who ask do not order
    position_ttl_s: float = 300.0  # older positions are no supply
    driver_limit: int = 200_000
    competitor_ttl_s: float = 1800.0
    competitor_memory: float = 0.3  # weight of a new price against the mean so far
    competitor_limit: int = 10_000
    competitor_range: tuple[float, float] = (0.1, 10.0)  # beyond these reference prices an observation is absurd
    condition_limit: int = 1000
    market_limit: int = 500  # of a task
    policy_limit: int = 1000  # names of policy events of a task

    # surge gaming
    gaming_drivers: int = 5  # that log off within two minutes, at least …
    gaming_share: float = 0.2  # … of those who were free, at least …
    gaming_deviations: float = 4.0  # … and so many standard deviations above the usual (Poisson)
    gaming_rise: float = 0.05  # and it would raise the prior by so much
    gaming_hold_s: float = 900.0  # for so long they count as if they were there

    # time, all against the market's clock (event time) unless said otherwise
    quote_ttl_s: float = 120.0  # a quoted price holds for so long
    late_s: float = 600.0  # a quote request older than the market's clock by more is refused; of orders, what is out of the window
    remember_min: int = 15  # ids of quotes are remembered for so long, or for as long as one may be open or late
    future_ms: int = 60_000  # a record further ahead of the step's now is refused
    trip_limit_m: float = 500_000.0
    show_ms: int = 5000  # between rows of the tables
    recommend_ms: int = 600_000  # between looks for recommendations
    recommend_quotes: int = 200  # of a service that a recommendation is reckoned from, at least

    @cached_property
    def remembered_min(self) -> int:
        """Minutes for which ids of quotes are remembered: never less than a quote may be open, or come late."""
        return max(self.remember_min, 1 + ceil(max(self.quote_ttl_s, self.late_s) / 60))

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of the content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


DEFAULT = Policy()
