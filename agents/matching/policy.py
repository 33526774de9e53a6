"""The platform's tables (FACTS, "The platform") and the weights and limits that matching decides by.

Nothing flows in. Out: the symbols of the schemas' enums in their order, which vehicles serve which service, and ``Policy``,
whose ``version`` names its content in every decision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property

from agents.matching.acceptance import AcceptancePolicy
from agents.matching.courier import CourierPolicy
from agents.matching.fairness import FairnessPolicy
from agents.matching.future import FuturePolicy
from agents.matching.pay import PayPolicy
from agents.matching.travel import TravelPolicy

SERVICES = ("RIDE", "MOTO", "FOOD", "GROCERY", "GOODS", "TRUCK_VAN")
VEHICLES = ("SEDAN", "SUV", "LUXURY_SEDAN", "LUXURY_SUV", "MOTO", "SCOOTER", "CAR", "VAN", "TRUCK_VAN")
FEATURES = ("CHILD_SEAT", "PET_FRIENDLY", "WHEELCHAIR_ACCESSIBLE")
TIERS = ("STANDARD", "BRONZE", "SILVER", "GOLD", "PLATINUM")
STATUSES = ("AVAILABLE", "BUSY", "OFFLINE")
CHANGES = ("PICKED_UP", "COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")
OUTCOMES = ("MATCHED", "UNMATCHED")
REASONS = ("BEST_SCORE", "NO_DRIVER", "CANCELLED", "CLOSED", "LATE")
SHOWN = ("AVAILABLE", "ASSIGNED", "BUSY", "OFFLINE", "DELETED", "OFFERED")
ANSWERS = ("ACCEPTED", "DECLINED")
OPTIMAL, BEST_FIRST, NEAREST_FIRST = "optimal", "best-first", "nearest-first"  # ways to assign
FACTORS = ("eta", "rating", "reliability", "fairness", "vehicle")

SERVED_BY: dict[str, tuple[str, ...]] = {
    "RIDE": ("SEDAN", "SUV", "LUXURY_SEDAN", "LUXURY_SUV"),
    "MOTO": ("MOTO",),
    "FOOD": ("MOTO", "SCOOTER", "CAR"),
    "GROCERY": ("SCOOTER", "CAR", "VAN"),
    "GOODS": ("SCOOTER", "CAR", "VAN", "TRUCK_VAN"),
    "TRUCK_VAN": ("TRUCK_VAN",),
}


@dataclass(frozen=True)
class Policy:
    """Weights and limits of the matching agent. Two policies of equal content have equal ``version``."""

    # the score: weights in the order of FACTORS (FACTS §2)
    weights: tuple[float, float, float, float, float] = (0.35, 0.25, 0.15, 0.15, 0.10)
    eta_limit_s: float = 900.0  # beyond it a driver is not eligible
    eta_floor: float = 0.7  # the ETA factor at the limit; 1 at 0 s
    pickup_overhead_s: float = 180.0
    completion_share: float = 0.7  # of reliability; acceptance is the rest
    unrated: float = 4.0  # stars of a driver nobody has rated yet
    tier_minimum: tuple[float, float, float, float, float] = (0.0, 4.0, 4.2, 4.5, 4.8)  # stars, in the order of TIERS

    # the assignment (docs/decisions/008)
    assignment: str = OPTIMAL
    quality_s: float = 300.0  # the best driver is worth this much more pickup time than the worst, seconds
    unmatched_s: float = 3600.0  # what leaving an order costs, and as much again as it has waited: more than any driver in reach
    plenty: float = 3.0  # free drivers for each waiting order from which on orders are not held
    window_ms: int = 3000  # the longest time between two assignments, where there is a driver for each order or less

    # what is learnt, and what enters the cost by it
    travel: TravelPolicy = field(default_factory=TravelPolicy)
    fairness: FairnessPolicy = field(default_factory=FairnessPolicy)
    acceptance: AcceptancePolicy = field(default_factory=AcceptancePolicy)
    future: FuturePolicy = field(default_factory=FuturePolicy)
    pay: PayPolicy = field(default_factory=PayPolicy)
    courier: CourierPolicy = field(default_factory=CourierPolicy)
    standing_every_ms: int = 10_000  # between looks at how drivers' incomes stand

    # candidates and alternatives
    nearest: int = 16  # eligible drivers ranked for an order at first; more until no other could be better
    pair_limit: int = 1_000_000  # most pairs of orders and drivers looked at at once
    alternatives: int = 9

    # time, all against the market's clock (event time) unless said otherwise
    position_ttl_s: float = 300.0  # an older position makes a driver not eligible
    live_ttl_s: float = 4 * 3600.0  # a live order ends by itself: its completion was lost
    early_ttl_s: float = 600.0  # a change waits this long for its order
    early_limit: int = 100_000  # most changes waiting for their orders in a market
    seen_ttl_s: float = 24 * 3600.0  # order ids are remembered at least this long
    idle_ttl_s: float = 24 * 3600.0  # drivers deleted or without a profile are forgotten after this long
    retry_ms: int = 250  # orders that found nobody are tried again at most this often
    future_ms: int = 60_000  # a record further ahead of the step's now is refused
    patience_limit_s: int = 24 * 3600
    schedule_back_s: float = 3600.0  # scheduled_ts lies at most this long before ts …
    schedule_ahead_s: float = 30 * 86_400.0  # … and at most this long after
    trip_limit_m: float = 500_000.0  # pickup to drop-off
    lead_s: float = 1200.0  # an order wanted later is matched from this long before on: the ETA limit and five minutes to find a driver
    offer_limit_s: int = 600  # the longest time for an answer
    fare_limit_cents: int = 10_000_000

    # output tables
    position_every_s: float = 10.0  # event time between a moving driver's table rows
    sweep_every_ms: int = 500  # of now, between looks for drivers whose row is due
    sweep_limit: int = 2000  # most drivers looked at in one such look
    market_every_ms: int = 1000  # of now, between a market's table rows

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of the content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


DEFAULT = Policy()


def services_by_vehicle() -> list[int]:
    """For each vehicle, in the order of VEHICLES, the bits of the services it may serve."""
    return [sum(1 << s for s, service in enumerate(SERVICES) if vehicle in SERVED_BY[service]) for vehicle in VEHICLES]
