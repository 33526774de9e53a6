"""One seed's simulated world: its riders' orders, its drivers and their shifts, its roads.

Everything here follows from the seed, the setting and the state of the market alone, so every policy meets the same. The demand does not
even depend on the market's state: states differ by the number of drivers.

A market's state is its **offered load**: the driver hours that the demand asks for (each order's real trip, boarding, and
`NOMINAL_PICKUP_S` to get there) over the driver hours that are online.

Where the numbers come from. San Francisco's cabs on the cabspotting days (`tripo matching evaluate --cabspotting`): 16,000 to 21,000 trips
a day, 700 an hour and more, in a city of this size; cabs occupied for 41 % of their time, so with the ways to pickups the load that is
called plenty; the speed of the roads, and what is left unexplained of a way's time (0.25 of the logarithm). FACTS: services, tiers,
prices, 30 km/h and 15 minutes as the agent's own beliefs, and an acceptance below 0.9 as remarkable. Decided here, for want of figures:
the other two loads, how long riders wait, bursts, and what distance changes in a driver's answer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from agents.matching.pay import pay_cents
from agents.matching.policy import FEATURES, TIERS
from columns.earth import haversine_m, hour_of_week
from columns.table import F64, I64, Mask
from ops.city import mix
from ops.city.fleet import IDLE, SHIFT_MS, Fleet
from ops.city.places import Floats, Places, markets
from ops.evaluate import draws
from ops.evaluate.agent_loop import shaped
from ops.evaluate.legs import length_m
from ops.evaluate.roads import CityRoads
from ops.evaluate.world import NEVER, Demand, Roads, Scenario, Setting, Supply

LOADS = {"plenty": 0.45, "balanced": 0.8, "scarce": 1.15}  # states of the market, by offered load

BURST_SHARE, BURST_SIZE, BURST_MS, BURST_M = 0.2, 6, 60_000, 150.0  # orders that come many at once at one place: a train, a concert's end
SHORTEST_TRIP_M = 800.0
GIVES_UP = 0.25  # share of riders who cancel before their patience is over
LIMIT_S, LIMIT_SPREAD, LIMITS_S = 840.0, 0.35, (300.0, 1200.0)  # from the order to the pickup: median, log spread, bounds
NOMINAL_PICKUP_S = 240.0
SUVS, ROAMERS = 0.2, 0.6  # shares of drivers
OFFER_S = 15  # drivers have so long to answer, as at Uber and Lyft
MOST_WILLING = 0.995  # nobody accepts everything
FLIPS = 12  # changes of shift foreseen for each driver
DRIFT_PACE = 0.4  # of the roads' speed
REST_MS = (60_000, 240_000)  # how long an idle driver stands before it drifts
TARGET_MS = 600_000  # where idle drivers drift to changes this often


class Roaming:
    """Some drivers stand and wait; the others soon drift to where orders are likely, elsewhere every TARGET_MS; see world.Idling.

    ``roams`` (drivers,): who drifts; ``targets`` (drivers, n, 2): where to, degrees, by TARGET_MS since the start.
    """

    def __init__(self, seed: int, start_ms: int, roads: Roads, roams: Mask, targets: F64) -> None:
        self.seed, self.start_ms, self.roads, self.roams, self.targets = seed, start_ms, roads, roams, targets

    def rests_until(self, rows: I64, at_ms: I64) -> I64:
        """Until when drivers stand who have nothing to do from ``at_ms`` (n,) on."""
        rest = draws.uniform(self.seed, draws.RESTS, rows, (at_ms - self.start_ms) // REST_MS[1])
        begin = at_ms + (REST_MS[0] + rest * (REST_MS[1] - REST_MS[0])).astype(np.int64)
        return np.where(self.roams[rows], begin, NEVER)

    def drifts(self, rows: I64, here: F64, at_ms: I64) -> tuple[F64, F64, I64]:
        """As in world.Idling."""
        bucket = (at_ms - self.start_ms) // TARGET_MS
        to = self.targets[rows, np.minimum(bucket, self.targets.shape[1] - 1)]
        parts = self.roads.parts_ms(here[:, 0], here[:, 1], to[:, 0], to[:, 1], at_ms) / DRIFT_PACE
        return to, parts, self.start_ms + (bucket + 1) * TARGET_MS


def scenario(seed: int, state: str, setting: Setting) -> Scenario:
    """The world of that seed and state; raises KeyError for a state that is not of LOADS."""
    of_places, of_roads, of_demand, of_supply = (np.random.default_rng([seed, part]) for part in range(4))
    (city,) = markets(1)
    places = Places((city,), of_places)
    roads = CityRoads(city, of_roads)
    demand = _demand(places, setting, of_demand)
    count = drivers_for(LOADS[state], demand, roads, setting)
    supply = _supply(places, count, setting, of_supply)
    roams = of_supply.uniform(size=count) < ROAMERS
    idling = Roaming(seed, setting.start_ms, roads, roams, _targets(places, count, setting, of_supply))
    return Scenario(seed, setting, city.name, roads, idling, demand, supply)


def drivers_for(load: float, demand: Demand, roads: Roads, setting: Setting) -> int:
    """How many drivers make the demand an offered ``load``, given the share of them that is online."""
    parts = roads.parts_ms(demand.lat, demand.lon, demand.to_lat, demand.to_lon, demand.at_ms)
    service_h = float((parts.sum(axis=1) / 1000 + setting.boarding_s + NOMINAL_PICKUP_S).sum()) / 3600
    hours = (setting.end_ms - setting.start_ms) / 3_600_000
    online = SHIFT_MS[0] / sum(SHIFT_MS)
    return max(1, round(service_h / hours / load / online))


def _demand(places: Places, setting: Setting, rng: np.random.Generator) -> Demand:
    at, lat, lon = _pickups(places, setting, rng)
    n = len(at)
    hours = places.hours(setting.start_ms)[np.zeros(n, np.int64)]
    to_lat, to_lon = places.draw(rng, np.zeros(n, np.int64), hours, leaving=False)
    short = length_m(lat, lon, to_lat, to_lon) < SHORTEST_TRIP_M
    again = places.draw(rng, np.zeros(n, np.int64), hours, leaving=True)
    to_lat, to_lon = np.where(short, again[0], to_lat), np.where(short, again[1], to_lon)
    shortest, longest = np.log(mix.PATIENCE_S)
    patience_s = np.exp(rng.uniform(shortest, longest, n)).astype(np.int64)
    leaves = np.where(rng.uniform(size=n) < GIVES_UP, at + (rng.uniform(size=n) * patience_s * 1000).astype(np.int64), NEVER)
    limit_s = np.clip(LIMIT_S * np.exp(rng.normal(0.0, LIMIT_SPREAD, n)), *LIMITS_S)
    orders = Demand(
        at_ms=at, lat=lat, lon=lon, to_lat=to_lat, to_lon=to_lon,
        pay_cents=np.zeros(n, np.int64),
        patience_ms=patience_s * 1000, leaves_ms=leaves, limit_ms=at + (limit_s * 1000).astype(np.int64),
        trip_ms=np.full(n, -1), frame=pl.DataFrame(),
    )  # fmt: skip
    frame = _orders_frame(orders, str(places.names[0]), rng)
    tier = frame["tier"].to_physical().cast(pl.UInt8).to_numpy()
    pay = pay_cents(np.zeros(n, np.uint8), tier, haversine_m(lat, lon, to_lat, to_lon), hour_of_week(at, lon))
    return replace(orders, frame=frame, pay_cents=pay)


def _pickups(places: Places, setting: Setting, rng: np.random.Generator) -> tuple[I64, Floats, Floats]:
    """When and where orders come, by time: most at a steady rate, some in bursts."""
    span = setting.end_ms - setting.start_ms
    mean = setting.orders_per_hour * span / 3_600_000
    single = int(rng.poisson(mean * (1 - BURST_SHARE)))
    sizes = 1 + rng.poisson(BURST_SIZE - 1, int(rng.poisson(mean * BURST_SHARE / BURST_SIZE)))
    places_of = np.r_[np.arange(single), np.repeat(np.arange(len(sizes)) + single, sizes)]
    n = single + len(sizes)
    first = rng.integers(0, span, n)
    lat, lon = places.draw(rng, np.zeros(n, np.int64), places.hours(setting.start_ms)[np.zeros(n, np.int64)], leaving=True)
    late = np.where(places_of >= single, rng.uniform(0, BURST_MS, len(places_of)), 0.0).astype(np.int64)
    aside = np.where(places_of >= single, BURST_M, 0.0) / 111_320 * rng.normal(size=(2, len(places_of)))
    at = setting.start_ms + 1 + np.minimum(first[places_of] + late, span - 1)
    order = np.argsort(at, kind="stable")
    return at[order], (lat[places_of] + aside[0])[order], (lon[places_of] + aside[1])[order]


def _orders_frame(orders: Demand, market: str, rng: np.random.Generator) -> pl.DataFrame:
    n = len(orders)
    tier = rng.choice(len(TIERS), n, p=mix.TIER_SHARE)
    asks = rng.uniform(size=(n, len(FEATURES))) < mix.FEATURE_ASKED
    frame = pl.DataFrame({
        "order_id": [f"o{i}" for i in range(n)],
        "market": [market] * n,
        "rider_id": [f"r{i}" for i in range(n)],
        "service": ["RIDE"] * n,
        "tier": [TIERS[t] for t in tier],
        "premium_required": (tier > 0) & (rng.uniform(size=n) < 0.3),
        "requirements": [[f for f, a in zip(FEATURES, row, strict=True) if a] for row in asks],
        "ts": orders.at_ms,
        "pickup_lat": orders.lat,
        "pickup_lon": orders.lon,
        "dropoff_lat": orders.to_lat,
        "dropoff_lon": orders.to_lon,
        "patience_s": orders.patience_ms // 1000,
        "offer_s": [OFFER_S] * n,
    }, schema_overrides={"requirements": pl.List(pl.String)})  # fmt: skip
    return shaped("orders", frame)


def _supply(places: Places, drivers: int, setting: Setting, rng: np.random.Generator) -> Supply:
    fleet = Fleet(places, drivers, rng, setting.start_ms)
    fleet.vehicle = (rng.uniform(size=drivers) < SUVS).astype(np.int64)  # all are for rides
    online = fleet.mode == IDLE
    spans = rng.exponential(np.where(online[:, None] == (np.arange(FLIPS) % 2 == 0), *SHIFT_MS))
    spans[:, 0] = fleet.shift_ends - setting.start_ms
    flips = setting.start_ms + 1 + np.cumsum(spans, axis=1).astype(np.int64)
    return Supply(
        ids=fleet.ids.tolist(),
        lat=fleet.lat,
        lon=fleet.lon,
        online=online,
        acceptance=np.minimum(fleet.acceptance, MOST_WILLING),
        pace=np.exp(rng.normal(0.0, 0.08, drivers)),
        flips_ms=flips,
        flip_places=np.full((*flips.shape, 2), np.nan),
        profiles=shaped("driver-profiles", fleet.profiles(rng, setting.start_ms)),
    )


def _targets(places: Places, drivers: int, setting: Setting, rng: np.random.Generator) -> F64:
    """Where idle drivers drift to, (drivers, n, 2): where orders are likely."""
    buckets = (setting.end_ms - setting.start_ms) // TARGET_MS + 1
    nobody = np.zeros(drivers * buckets, np.int64)
    both = places.draw(rng, nobody, places.hours(setting.start_ms)[nobody], leaving=True)
    return np.stack(both, axis=1).reshape(drivers, buckets, 2)
