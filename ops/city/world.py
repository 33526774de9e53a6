"""The world: time and decisions in; everything that drivers and riders do until then out, as frames by topic.

A ride is what became of an order: WAITING for a decision, ACCEPTED by a driver on the way to the pickup, RIDING to the
drop-off; afterwards it is forgotten. Of one seed, the same calls give the same events.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import polars as pl

from ops.city.demand import Demand
from ops.city.fleet import IDLE, OFFLINE, ON_TRIP, TO_PICKUP, Fleet
from ops.city.places import Ints, Places, markets

Events = dict[str, pl.DataFrame]  # by topic, in the order to publish

GIVES_UP = 0.25  # share of riders who cancel before their patience is over
CHANGES_MIND = 0.04  # share of riders who cancel while the driver is on the way
LATE_CANCEL_MS = 60_000  # mean time until they do, the world's time
CHANGE_SCHEMA = {"order_id": pl.String, "market": pl.String, "ts": pl.Int64, "change": pl.String}


class Stage(Enum):
    """How far a ride is."""

    WAITING = auto()
    ACCEPTED = auto()
    RIDING = auto()


@dataclass(slots=True)
class Ride:
    """An order that is not over."""

    order_id: str
    market: str
    pickup: tuple[float, float]  # degrees
    dropoff: tuple[float, float]
    stage: Stage = Stage.WAITING
    driver: int = -1  # row in the fleet


class World:
    """Several markets with their drivers and riders.

    ``speed`` is how many of the world's seconds pass in a real one: it speeds up driving, waiting, shifts and the hours
    of the day; ``orders_per_minute`` is real, over all markets, at a mean hour. Event times are real.
    """

    def __init__(
        self, now_ms: int, *, cities: int = 4, drivers: int = 250, orders_per_minute: float = 240.0, speed: float = 1.0,
        seed: int = 1, run: str = "0",
    ) -> None:  # fmt: skip
        if not (drivers > 0 and orders_per_minute >= 0 and speed > 0):
            raise ValueError("a world needs at least one driver a market, a rate of orders that is not negative, and a speed above 0")
        self._rng = np.random.default_rng(seed)
        self._places = Places(markets(cities), self._rng)
        self._speed, self._now, self._started = speed, now_ms, now_ms
        self.fleet = Fleet(self._places, drivers, self._rng, now_ms)
        self._demand = Demand(self._places, orders_per_minute, run, speed)
        self.rides: dict[str, Ride] = {}
        self._plans: list[tuple[float, str, int, str]] = []  # (world ms, order, stage, change): what happens if it still is at that stage
        self._changes: list[tuple[str, str, int, str]] = []

    @property
    def market_names(self) -> list[str]:
        """The markets, in order."""
        return [m.name for m in self._places.cities]

    def open(self) -> Events:
        """The first events: every driver's profile and position."""
        profiles = self.fleet.profiles(self._rng, self._now)
        return {"driver-profiles": profiles, "driver-moves": self.fleet.pings(self._now)}

    def advance(self, now_ms: int, decisions: pl.DataFrame | None = None) -> Events:
        """Let the time come to ``now_ms``, with the decisions (`matching.decisions` rows) heard since the last call."""
        before, self._now = self._now, max(now_ms, self._now)
        world_s = (self._now - before) * self._speed / 1000
        if decisions is not None:
            for order_id, driver_id in decisions.select("order_id", "driver_id").iter_rows():
                self._hear(order_id, driver_id)
        self._arrive(self.fleet.drive(world_s))
        self._carry_out_plans()
        self.fleet.change_shifts(self._rng, self._world_ms)
        orders = self._demand.orders(self._rng, before, self._now, self._world_ms)
        self._await(orders)
        return _present({"driver-moves": self.fleet.pings(self._now), "order-changes": self._take_changes(), "orders": orders})

    def close(self, now_ms: int) -> Events:
        """The last events: riders who wait cancel, rides under way end, everyone goes home."""
        self._now = max(now_ms, self._now)
        ends = {Stage.WAITING: "CANCELLED_BY_RIDER", Stage.ACCEPTED: "CANCELLED_BY_DRIVER", Stage.RIDING: "COMPLETED"}
        for ride in list(self.rides.values()):
            self._end(ride, ends[ride.stage])
        online = np.flatnonzero(self.fleet.mode != OFFLINE)
        self.fleet.mode[online] = OFFLINE
        return _present({"driver-moves": self.fleet.moves(online, self._now), "order-changes": self._take_changes()})

    @property
    def _world_ms(self) -> int:
        return self._started + int((self._now - self._started) * self._speed)

    def _hear(self, order_id: str, driver_id: str | None) -> None:
        """A decision on one of our orders: the driver sets off, or refuses, or the rider leaves. Others' are ignored."""
        ride = self.rides.get(order_id)
        if ride is None or ride.stage is not Stage.WAITING:
            return
        if driver_id is None:
            del self.rides[order_id]
            return
        row = self.fleet.row.get(driver_id, -1)
        if row < 0 or self.fleet.mode[row] != IDLE:
            self._end(ride, "CANCELLED_BY_DRIVER")  # gone home, or busy with what it took on a moment before
            return
        ride.stage, ride.driver, self.fleet.ride[row] = Stage.ACCEPTED, row, order_id
        self.fleet.send(_one(row), TO_PICKUP, *ride.pickup)
        self._plan_after_match(ride)

    def _plan_after_match(self, ride: Ride) -> None:
        whim = self._rng.uniform(size=2)
        delay = self._rng.exponential(LATE_CANCEL_MS)
        if whim[0] > self.fleet.acceptance[ride.driver]:
            self._plan(delay / 4, ride, "CANCELLED_BY_DRIVER")
        elif whim[1] < CHANGES_MIND:
            self._plan(delay, ride, "CANCELLED_BY_RIDER")

    def _plan(self, delay_ms: float, ride: Ride, change: str) -> None:
        heapq.heappush(self._plans, (self._world_ms + delay_ms, ride.order_id, ride.stage.value, change))

    def _carry_out_plans(self) -> None:
        """What somebody had planned for this moment happens, unless the ride has gone on since."""
        while self._plans and self._plans[0][0] <= self._world_ms:
            _, order_id, stage, change = heapq.heappop(self._plans)
            ride = self.rides.get(order_id)
            if ride is not None and ride.stage.value == stage:
                self._end(ride, change)

    def _arrive(self, rows: Ints) -> None:
        """Drivers at their destination: pick up, complete, or roam on."""
        mode = self.fleet.mode[rows]
        self.fleet.roam(rows[mode == IDLE], self._rng, self._world_ms)
        for row in rows[mode == TO_PICKUP]:
            ride = self.rides[self.fleet.ride[row]]
            ride.stage = Stage.RIDING
            self._change(ride, "PICKED_UP")
            self.fleet.send(_one(row), ON_TRIP, *ride.dropoff)
        for row in rows[mode == ON_TRIP]:
            self._end(self.rides[self.fleet.ride[row]], "COMPLETED")

    def _await(self, orders: pl.DataFrame) -> None:
        """Keep the new orders' riders in mind; some of them will not wait as long as they said."""
        whims = self._rng.uniform(size=(orders.height, 2))
        places = ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon")
        for row, (gives_up, when) in zip(orders.select("order_id", "market", "patience_s", *places).iter_rows(), whims, strict=True):
            order_id, market, patience_s, *at = row
            self.rides[order_id] = ride = Ride(order_id, market, (at[0], at[1]), (at[2], at[3]))
            if gives_up < GIVES_UP:
                self._plan(when * patience_s * 1000 * self._speed, ride, "CANCELLED_BY_RIDER")

    def _end(self, ride: Ride, change: str) -> None:
        """The ride is over by that change; its driver is free again."""
        if ride.driver >= 0:
            self.fleet.free(_one(ride.driver))
        del self.rides[ride.order_id]
        self._change(ride, change)

    def _change(self, ride: Ride, change: str) -> None:
        self._changes.append((ride.order_id, ride.market, self._now, change))

    def _take_changes(self) -> pl.DataFrame:
        changes, self._changes = self._changes, []
        return pl.DataFrame(changes, schema=CHANGE_SCHEMA, orient="row")


def _one(row: int) -> Ints:
    return np.array([row], dtype=np.int64)


def _present(events: Events) -> Events:
    return {topic: frame for topic, frame in events.items() if frame.height}
