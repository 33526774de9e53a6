"""A market whose second begins in; what its quotes see in that second, published by cell, out.

In this order: windows move on, demand, supply (without whoever gamed it), weather and the like, competitors, settings, holds, prior.
"""

from __future__ import annotations

import numpy as np

from agents.pricing.cells import GAMING, MINUTE_MS, OVERCHARGE, SAFETY, Cells
from agents.pricing.contexts import F64, I64
from agents.pricing.market import Market
from agents.pricing.policy import Policy
from agents.pricing.prior import demand_weight, held, refresh, supply_weight
from agents.pricing.settings import settle
from agents.pricing.signals import EVERYWHERE
from agents.pricing.zones import ELSEWHERE


def publish(market: Market, clock_ms: int, policy: Policy) -> None:
    """Publish what is known at ``clock_ms``."""
    cells = market.cells
    cells.advance(clock_ms // MINUTE_MS)
    market.fleet.publish()
    cells["demand"] = cells.levels(clock_ms)
    fresh_ms = clock_ms - round(policy.position_ttl_s * 1000)
    drivers = market.fleet.free(cells.zones, fresh_ms)
    counted = _without_gaming(cells, drivers, clock_ms, policy)
    cells["drivers"] = drivers
    cells.heard = market.fleet.known(fresh_ms)
    cells["supply"] = cells.supply(counted) if cells.heard else np.full(drivers.shape, np.nan)
    cells["target"] = _target(cells["demand"], cells["supply"], policy)
    cells["balance"] = held(cells["balance"], cells["target"], policy.hysteresis)
    market.conditions.publish(clock_ms)
    market.competitors.publish(clock_ms, policy)
    market.settings = settle(market.policies, market.name, clock_ms, policy)
    before = np.where(np.isnan(cells["anchor"]), cells["prior"], cells["anchor"])
    cells.everywhere = np.zeros(cells["holds"].shape[1], np.uint8)
    place(market, clock_ms, policy)
    _hold(market, before, clock_ms, policy)


def place(market: Market, clock_ms: int, policy: Policy) -> None:
    """What depends on where a zone is, from what is published; to be done again when zones have come since the second began."""
    cells = market.cells
    weather, event, holiday = market.conditions.hold(cells.lat, cells.lon)
    cells["weather"], cells["event"], cells["holiday"] = weather, event, holiday.astype(np.uint8)
    cells["competitor"] = market.competitors.ratios(cells.zones)
    refresh(cells, clock_ms, policy.prior)
    new = (cells["holds"] & cells.everywhere) != cells.everywhere  # of a zone that was not there when the hold began, the prior is
    cells["ceiling"] = np.where(new & np.isinf(cells["ceiling"]), cells["prior"], cells["ceiling"])
    cells["holds"] = np.where(new, cells["holds"] | cells.everywhere, cells["holds"])


def _target(demand: F64, supply: F64, policy: Policy) -> F64:
    return demand_weight(demand, policy.prior) * supply_weight(supply, policy.prior)


def _without_gaming(cells: Cells, drivers: I64, clock_ms: int, policy: Policy) -> I64:
    """Free drivers as they count: where many logged off at once, which would raise the price, they go on counting for a while."""
    left = cells.left()
    gone, free = left.max(axis=1, initial=0), drivers.max(axis=1, initial=0)
    usual = cells.usual_offs()
    many = (gone >= policy.gaming_drivers) & (gone >= policy.gaming_share * (free + gone))
    many &= gone - usual >= policy.gaming_deviations * np.sqrt(np.maximum(usual, 1.0))
    rise = _target(cells["demand"], cells.supply(drivers), policy) / _target(cells["demand"], cells.supply(drivers + left), policy) - 1.0
    new = many & (rise.max(axis=1, initial=0.0) >= policy.gaming_rise) & (cells["ghosts_until"] <= clock_ms)
    cells["ghosts"][new] = (drivers + left)[new]
    cells["ghosts_until"][new] = clock_ms + round(policy.gaming_hold_s * 1000)
    cells["ghosts_left"][new] = gone[new]
    during = cells["ghosts_until"] > clock_ms
    return np.where(during[:, None], np.maximum(drivers, cells["ghosts"]), drivers)


def _hold(market: Market, before: F64, clock_ms: int, policy: Policy) -> None:
    """Where prices are held, none is above what it was when the hold began (``before``)."""
    cells = market.cells
    holds = np.zeros(cells["holds"].shape, np.uint8)
    zones = market.flags.zones(market.fleet, clock_ms, policy)
    unsafe = np.isin(cells.zones, sorted(zones)) | (EVERYWHERE in zones)
    unsafe |= (cells.zones == ELSEWHERE) & bool(zones - set(cells.zones.tolist()))
    holds |= SAFETY * (unsafe[:, None] | market.settings.safety_hold).astype(np.uint8)
    disputed = market.overcharges.by_service(clock_ms, policy) >= policy.overcharges
    holds |= OVERCHARGE * disputed.astype(np.uint8)
    whole = market.settings.safety_hold | (EVERYWHERE in zones)
    cells.everywhere = SAFETY * whole.astype(np.uint8) | OVERCHARGE * disputed.astype(np.uint8)
    ceiling = np.where(np.isinf(cells["ceiling"]), before, cells["ceiling"])
    cells["ceiling"] = np.where(holds > 0, ceiling, np.inf)
    during = cells["ghosts_until"] > clock_ms
    cells["holds"] = holds | (GAMING * during.astype(np.uint8))[:, None]
