"""The platform's tables (FACTS, "The platform" and §3) and the limits that growth decides by.

Nothing flows in. Out: the symbols of the schemas' enums in their order, the catalogue of offers, and ``Policy``, whose ``version``
names its content in every decision. What an offer or a move brings is in none of them: it is learnt.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

SERVICES = ("RIDE", "MOTO", "FOOD", "GROCERY", "GOODS", "TRUCK_VAN")
TIERS = ("STANDARD", "BRONZE", "SILVER", "GOLD", "PLATINUM")
STATUSES = ("AVAILABLE", "BUSY", "OFFLINE")
CHANGES = ("PICKED_UP", "COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")
PICKED_UP, COMPLETED, BY_RIDER, BY_DRIVER = range(4)

TYPES = ("PREMIUM_SUBSCRIPTION", "CROSS_SELL", "UP_SELL", "PROMOTIONAL_OFFER", "LOYALTY_PROGRAM")
TIMINGS = ("IMMEDIATE", "WITHIN_24_HOURS", "WITHIN_3_DAYS")
OCCASIONS = ("APP_OPENED", "ORDER_COMPLETED", "ORDER_CANCELLED", "SCHEDULED")
RESPONSES = ("CONVERTED", "DECLINED", "OPTED_OUT")
CONVERTED, DECLINED, OPTED_OUT = range(3)
OUTCOMES = ("OFFER", "NO_OFFER")

ACTIONS = ("INCREASE", "DECREASE", "MAINTAIN")
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
PRICE_SOURCES = ("AGREED", "TARIFF")

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True)
class Offer:
    """One of the catalogue. ``service``: the position of the only service it is about; -1: any."""

    offer_id: str
    type: int
    words: str
    discount_cents: int
    service: int = -1


CATALOGUE = (
    Offer("premium-month", 0, "a month of premium at half its price", 500),
    Offer("first-meal", 1, "the first meal delivered free", 400, 2),
    Offer("first-groceries", 1, "the first groceries delivered free", 400, 3),
    Offer("tier-above", 2, "the tier above at the price of your own", 300),
    Offer("tenth-off", 3, "10 % off the next order", 150),
    Offer("fifth-off", 3, "20 % off the next order", 300),
    Offer("double-points", 4, "double points for a week", 100),
)


@dataclass(frozen=True)
class Policy:
    """Limits of the growth agent. Two policies of equal content have equal ``version``."""

    # offers
    catalogue: tuple[Offer, ...] = CATALOGUE
    personal: bool = True  # personal fields of riders who consent may have a say; False: of nobody
    learn_ms: int = 60_000  # outcomes are learnt at the end of each such span of event time
    draws: int = 32  # points of the posterior that a choice is made by
    explore: float = 0.02  # share of choices at random, so that every eligible offer has a propensity
    most_offers: int = 3  # to a rider in ``cap_days``; at most 3 are remembered
    cap_days: int = 7
    gap_h: int = 24  # from the contact for an offer to the next offer to a rider
    cooldown_days: int = 14  # until a type that a rider declined is offered again
    quiet_from: int = 22  # h, the rider's local time; until ``quiet_until`` nobody is contacted
    quiet_until: int = 8
    valid_h: int = 72  # from the contact, until which an answer counts
    remember_h: int = 168  # offers that are over, to tell a second answer from one to an offer never made
    opt_out_loss_cents: int = 2000  # what a rider who wants no more offers is taken to lose us
    value_limit_cents: int = 1_000_000  # of one conversion
    left_days: int = 30  # that older profiles of riders who left may come: as long as their topic keeps them

    # revenue: shares of the price in hundredths of a percent (FACTS §3)
    base_fee: int = 1000
    service_fee: int = 500
    peak_fee: int = 1500
    surge_fee: int = 2500
    surge_demand: float = 0.7
    surge_supply: float = 0.5
    fare_limit_cents: int = 10_000_000
    keep_days: int = 40  # of the figures by service and day
    forget_h: int = 48  # orders nothing is heard of any more, and orders that are over

    # drivers by zone and service
    zone_m: float = 2000.0  # edge of a zone
    slot_ms: int = 900_000  # decisions on zones are made at the end of each such span of event time; four an hour
    increase: float = 1.2  # FACTS §3
    decrease: float = 0.8
    stale_ms: int = 900_000  # a driver not heard of for longer is not counted
    reach_m: float = 12_000.0  # of a move
    neighbours: int = 8  # zones that a move may go to
    least: int = 20  # outcomes of a service before effects are told
    most_zones: int = 2000  # of a market: orders beyond count for the nearest known zone
    trip_limit_m: float = 500_000.0
    most_markets: int = 200  # of a task
    quiet_days: int = 40  # after which a market that nothing is heard of is forgotten: as long as its figures are kept

    # input
    future_ms: int = 60_000
    schedule_back_s: float = 3600.0  # an order's scheduled_ts lies at most this long before its ts, as matching has it …
    schedule_ahead_s: float = 30 * 86_400.0  # … and at most this long after

    @cached_property
    def version(self) -> str:
        """Eight hex digits of the content's SHA-256."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]


DEFAULT = Policy()
SLOTS = 4  # in an hour
MOST_SETTINGS, MOST_NAMED = 10_000, 30  # kept of them, and named in an answer


@dataclass(slots=True)
class Settings:
    """What growth-policies may change, with the time of the last change of each. Names: see ``known``."""

    values: dict[str, float]
    changed: dict[str, int]

    @classmethod
    def of(cls, policy: Policy) -> Settings:
        """As the policy has them."""
        values = {f"offer:{offer.offer_id}": 1.0 for offer in policy.catalogue}
        values |= {f"buffer:{service}": 1.0 for service in SERVICES}
        return cls(values | {"explore": policy.explore, "personal": float(policy.personal)}, {})

    def value(self, name: str) -> float:
        """Of a setting; ``buffer:SERVICE:MARKET`` is ``buffer:SERVICE`` until it was changed itself."""
        return self.values[name] if name in self.values else self.values[":".join(name.split(":", 2)[:2])]

    def problem(self, name: str, value: float) -> str | None:
        """What is wrong with a change, if anything."""
        buffer = name.split(":", 2)
        of_market = len(buffer) == 3 and buffer[0] == "buffer" and buffer[1] in SERVICES and bool(buffer[2])
        if name not in self.values and not of_market:
            return f"there is no setting {name!r}; there are buffer:SERVICE:MARKET, {', '.join(sorted(self.values)[:MOST_NAMED])}"
        if name not in self.values and len(self.values) >= MOST_SETTINGS:
            return f"there are {MOST_SETTINGS} settings already, and no more are kept"
        low, high = (0.5, 3.0) if name.startswith("buffer:") else (0.001, 0.5) if name == "explore" else (0.0, 1.0)
        if high == 1.0 and value not in (0.0, 1.0):
            return f"{name} {value:g} is neither 0, off, nor 1, on"
        if not low <= value <= high:
            return f"{name} {value:g} is outside {low:g}…{high:g}"
        return None

    def version(self, policy: Policy) -> str:
        """The policy's version; with what was changed, another one."""
        start = Settings.of(policy).values
        other = {name: value for name, value in sorted(self.values.items()) if start.get(name) != value}
        return policy.version if not other else f"{policy.version}-{hashlib.sha256(json.dumps(other).encode()).hexdigest()[:6]}"
