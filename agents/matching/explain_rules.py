"""A driver and an order in; each rule for serving it, what the driver had and what was asked, and which rules it did not meet, out.

Whether a rule is met is not decided here: a self of the driver that meets all the other rules is put before the market's own functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.candidates import able_drivers, requirement_class
from agents.matching.drivers import ACTIVE, AVAILABLE
from agents.matching.explain_selves import Row, free_of, selves
from agents.matching.market import Market
from agents.matching.orders import Asked
from agents.matching.policy import FEATURES, SERVICES, STATUSES, TIERS, VEHICLES, Policy
from columns.table import I64

STANDING = ("NONE", "ACTIVE", "DELETED")
Said = str | float | None
NOTHING: I64 = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name, what the driver had, what was asked (None: nothing), the unit of both, and whether it was met."""

    name: str
    value: Said
    limit: Said
    unit: str
    met: bool


def rules(market: Market, driver: Row, holds: str | None, asked: Asked, clock: int, policy: Policy) -> tuple[list[Rule], dict[str, float]]:
    """The rules for one driver and the one order of ``asked``; ``holds`` is the id of the order that the driver has.

    → (the rules, the driver as it would be if it met those that it did not).
    """
    said = _said(driver, holds, asked, clock, policy)
    mended = _mended(driver, asked, clock, policy)
    names = list(mended)
    columns = {column: value for mend in mended.values() for column, value in mend.items()}
    changed = {column: np.full(len(names), value) for column, value in columns.items()}
    for i, name in enumerate(names):
        for column in mended[name]:
            changed[column][i] = driver[column]
    several = selves(market, driver, NOTHING, changed, len(names))
    free = free_of(several, asked, clock, policy)
    able = able_drivers(several.drivers.columns, free, int(requirement_class(asked)[0]), policy)
    met = np.isin(np.arange(len(names)), able).tolist()
    out = [Rule(name, *said[name], ok) for name, ok in zip(names, met, strict=True)]
    as_asked = dict(driver)
    for name, ok in zip(names, met, strict=True):
        as_asked |= {} if ok else mended[name]
    return out, as_asked


def _said(driver: Row, holds: str | None, asked: Asked, clock: int, policy: Policy) -> dict[str, tuple[Said, Said, str]]:
    """Rule → what the driver had, what was asked, the unit."""
    service, tier, wanted = int(asked["service"][0]), int(asked["tier"][0]), int(asked["requirements"][0])
    age_s = (clock - driver["position_ts"]) / 1000 if driver["position_ts"] else None
    return {
        "profile": (STANDING[int(driver["standing"])], STANDING[ACTIVE], ""),
        "position_age": (age_s, policy.position_ttl_s, "s"),
        "status": (STATUSES[int(driver["status"])], STATUSES[AVAILABLE], ""),
        "order_held": (holds, None, ""),
        "complaints": (float(driver["flags"]), 0.0, "open"),
        "service": (_names(int(driver["serves"]), SERVICES), SERVICES[service], f"with a {VEHICLES[int(driver['vehicle'])]}"),
        "features": (_names(int(driver["features"]), FEATURES), _names(wanted, FEATURES) if wanted else None, ""),
        "tier_rating": (driver["rating"], policy.tier_minimum[tier] if tier else None, "stars"),
        "tier": (TIERS[int(driver["tier"])], TIERS[tier] if asked["premium"][0] else None, ""),
    }


def _mended(driver: Row, asked: Asked, clock: int, policy: Policy) -> dict[str, dict[str, float]]:
    """Rule → the columns that would meet it, and no more."""
    service, tier, wanted = int(asked["service"][0]), int(asked["tier"][0]), int(asked["requirements"][0])
    return {
        "profile": {"standing": ACTIVE},
        "position_age": {"position_ts": clock},
        "status": {"status": AVAILABLE},
        "order_held": {"holds": 0, "load": 0},
        "complaints": {"flags": 0},
        "service": {"serves": int(driver["serves"]) | 1 << service},
        "features": {"features": int(driver["features"]) | wanted},
        "tier_rating": {"rating": max(driver["rating"], policy.tier_minimum[tier])},
        "tier": {"tier": max(driver["tier"], tier)},
    }


def _names(bits: int, symbols: tuple[str, ...]) -> str:
    return ", ".join(symbol for i, symbol in enumerate(symbols) if bits >> i & 1) or "none"
