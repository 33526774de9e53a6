"""A market whose open slot is over in; what was learnt of its hour, the next one's forecast, and decisions on its zones, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.growth.allocate import INCREASE, Allocation, Outlook, allocate, ratios
from agents.growth.drivers import WHOLE
from agents.growth.effects import UNKNOWN
from agents.growth.forecast import Forecaster
from agents.growth.policy import DAY_MS, HOUR_MS, SERVICES, SLOTS, Policy, Settings
from columns.earth import EPOCH_HOUR, WEEK_HOURS
from columns.table import F64, I64, Array

if TYPE_CHECKING:
    from agents.growth.market import Market

LEAST_SEEN_MS = 300_000  # of orders, before any forecast
LEAST_SHOWN = 0.05  # orders forecast, of a series without drivers that none are sent to


@dataclass(slots=True)
class Allocated:
    """Decisions on a market's series at the end of a slot, ``at`` ms; arrays have a row for each series."""

    market: str
    at: int
    offset: int
    outlook: Outlook
    allocation: Allocation
    demand: I64  # orders of the last hour
    parts: F64  # (parts, series)
    weights: F64
    likely: I64
    names: list[str]  # of zones
    shown: I64  # the series that are told of
    guards: dict[str, Array]
    policy_version: str
    hours: int  # that the forecaster has seen


def close(market: Market, settings: Settings, policy: Policy) -> Allocated:
    """A market's open slot is over: learn, look ahead, decide."""
    end = (market.slot + 1) * policy.slot_ms
    market.orders.pass_time(end, market.effects, policy)
    demand, online = _counted(market, end, policy)
    zone, service = market.places.zone_of(), market.places.service_of()
    parts = _look_ahead(market, demand.astype(np.float64), end)
    forecast = market.forecaster.forecast(parts) if market.forecaster.hours else _so_far(market, demand, end)
    buffer = np.array([settings.value(f"buffer:{name}:{market.name}") for name in SERVICES])
    lats, lons = market.places.middles(policy)
    needed = (forecast * (market.effects.cycle_h() * buffer)[service]).round(6)
    outlook = Outlook(zone, service, lats[zone], lons[zone], forecast, online[zone, service] / WHOLE, needed)
    allocation = allocate(outlook, market.effects, policy)
    _note(market, outlook, demand, buffer)
    if end % DAY_MS == 0:
        market.effects.day_is_over()
        market.drivers.forget(end - 2 * DAY_MS)
    shown = np.flatnonzero((demand > 0) | (forecast >= LEAST_SHOWN) | (outlook.supply > 0.0) | (allocation.moves_in > 0))
    known = np.full(len(zone), market.forecaster.hours >= WEEK_HOURS)
    guards = {"NO_DRIVERS_SEEN": outlook.supply <= 0.0, "SEASON_NOT_LEARNT": ~known, "EFFECTS_NOT_LEARNT": ~allocation.learnt}
    more = (allocation.action == INCREASE) & allocation.learnt
    guards["NO_MOVE_PAYS"], guards["COSTS_MORE_THAN_IT_BRINGS"] = (
        more & (allocation.moves_in == 0),
        more & (allocation.cost > allocation.revenue),
    )
    return Allocated(
        market.name, end, market.offset, outlook, allocation, demand, parts, market.forecaster.weights.copy(), Forecaster.likely(forecast),
        market.places.names(policy), shown, guards, settings.version(policy), market.forecaster.hours,
    )  # fmt: skip


def _counted(market: Market, end: int, policy: Policy) -> tuple[I64, I64]:
    """The last hour's orders by series, and sixtieths of drivers by zone and service, at the end of a slot; new places are learnt."""
    zones, drivers = market.drivers.online(end, policy)
    within = [item for slot, of_slot in sorted(market.recent.items()) if slot <= market.slot for item in sorted(of_slot.items())]
    keys, orders = np.array(within, np.int64).reshape(-1, 2).T
    market.places.learn(np.concatenate([keys // len(SERVICES), zones]), policy)
    online = np.zeros((len(market.places.zones), len(SERVICES)), np.int64)
    np.add.at(online, market.places.find(zones, policy), drivers)
    there = np.argwhere(online > 0)
    zone, service = market.places.find(keys // len(SERVICES), policy), keys % len(SERVICES)
    market.places.columns(np.concatenate([zone, there[:, 0]]), np.concatenate([service, there[:, 1]]))
    demand = np.zeros(len(market.places.series), np.int64)
    np.add.at(demand, market.places.columns(zone, service), orders)
    market.forecaster.grow(len(demand))
    return demand, online


def _so_far(market: Market, demand: I64, end: int) -> F64:
    """The next hour's orders before any hour is learnt: as many as came until now would be in an hour; of a few minutes, none."""
    seen_ms = end - market.first
    if seen_ms < LEAST_SEEN_MS:
        return np.zeros(len(demand))
    out: F64 = (demand.astype(np.float64) * (HOUR_MS / min(seen_ms, HOUR_MS))).round(6)
    return out


def _look_ahead(market: Market, demand: F64, end: int) -> F64:
    """What the forecast of the hour from ``end`` is made of; if a whole hour is over, it is learnt first."""
    hour = (end // HOUR_MS + EPOCH_HOUR + market.shift_h) % WEEK_HOURS
    if end % HOUR_MS:
        return market.forecaster.parts(demand, hour, end % HOUR_MS / HOUR_MS)
    if market.slot + 1 >= market.begun + SLOTS:
        market.forecaster.hour(demand, (hour - 1) % WEEK_HOURS)
    parts = market.forecaster.parts(demand, hour)
    market.forecaster.keep(parts)
    return parts


def _note(market: Market, outlook: Outlook, demand: I64, buffer: F64) -> None:
    """What holds for orders until the next slot is over, and how tight each service is."""
    busy = np.minimum(1.0, demand / np.maximum(market.forecaster.peak(), SLOTS))
    if not market.forecaster.hours:
        busy[:] = 0.0  # nothing is known of what is usual: nor is that
    manned = np.minimum(1.0, outlook.supply / np.maximum(outlook.needed, 1e-3))
    if not outlook.supply.any():
        manned[:] = 1.0  # nothing is known of drivers: that is no reason for a surge
    tight = ratios(outlook.needed, outlook.supply) if market.forecaster.hours else np.full(len(demand), float(UNKNOWN))
    market.levels = np.stack([busy, manned, tight]).round(6)
    both = (outlook.needed, outlook.supply)
    tightness: F64 = np.stack([np.bincount(outlook.service, each, len(SERVICES)) for each in both]).astype(np.float64)
    market.tightness = tightness.round(6)
    short = market.tightness[0] > 1.2 * buffer * np.maximum(market.tightness[1], 1e-3)  # of what orders alone need
    market.pressed = np.where(short, market.pressed + 1, 0.0)
