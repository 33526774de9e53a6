"""The world: time, offers and decisions in; everything that drivers and riders do until then out, as frames by topic.

A ride is what became of an order: WAITING for a decision, ACCEPTED by a driver on the way to the pickup, RIDING to the
drop-off; afterwards it is forgotten. A courier may carry several orders of one merchant. Of one seed, the same calls give the
same events.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
import polars as pl

from ops.city import answers, mix
from ops.city.answers import Answer, Answers
from ops.city.demand import LEAD_MS, Demand
from ops.city.fleet import IDLE, OFFLINE, ON_TRIP, TO_PICKUP, Fleet
from ops.city.merchants import Merchants
from ops.city.places import Floats, Ints, Places, markets
from ops.city.quoting import Quoting
from ops.city.surroundings import Surroundings

Events = dict[str, pl.DataFrame]  # by topic, in the order to publish

GIVES_UP = 0.25  # share of riders who cancel before their patience is over
CHANGES_MIND = 0.04  # share of riders who cancel while the driver is on the way
LATE_CANCEL_MS = 60_000  # mean time until they do, the world's time
DECISION_MS = 30_000  # a driver who has said yes waits so long for the order, real time
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
    ready_ms: int = 0  # nobody gets in and nothing is handed over before
    asked: bool = False  # the driver said yes to it
    stop: int = 0  # which of its driver's drop-offs it is


class World:
    """Several markets with their drivers and riders.

    ``speed`` is how many of the world's seconds pass in a real one: it speeds up driving, waiting, shifts and the hours
    of the day; ``orders_per_minute`` is real, over all markets, at a mean hour. Event times are real. ``offer_s`` is how long
    drivers have to answer an offer, the world's seconds; at 0 none is asked, and who will not go gives the order back.
    ``ahead``: some rides are wanted later, and meals and groceries are fetched at merchants, when they are ready.
    ``quotes``: riders ask for the price before they order, and there are weather, events and competitors.
    """

    def __init__(
        self, now_ms: int, *, cities: int = 4, drivers: int = 250, orders_per_minute: float = 240.0, speed: float = 1.0,
        seed: int = 1, run: str = "0", offer_s: float = 0.0, ahead: bool = False, quotes: bool = False,
    ) -> None:  # fmt: skip
        if not (drivers > 0 and orders_per_minute >= 0 and speed > 0 and offer_s >= 0):
            raise ValueError(
                "a world needs a driver a market, a speed above 0, and a rate of orders and a time to answer that are not negative"
            )
        self._rng = np.random.default_rng(seed)
        self._places = Places(markets(cities), self._rng)
        self._speed, self._now, self._started = speed, now_ms, now_ms
        self.fleet = Fleet(self._places, drivers, self._rng, now_ms)
        merchants = Merchants(self._places, self._rng) if ahead else None
        self._demand = Demand(self._places, orders_per_minute, run, speed, offer_s, merchants)
        self._answers = Answers(self._rng, speed)
        self._quoting = Quoting(np.random.default_rng((seed, 1))) if quotes else None
        self._around = Surroundings(self._places.cities, np.random.default_rng((seed, 2))) if quotes else None
        self.rides: dict[str, Ride] = {}
        self._loads: dict[int, list[Ride]] = {}  # by driver: what it is to drop off, in that order; rides not yet picked up included
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

    def advance(
        self, now_ms: int, decisions: pl.DataFrame | None = None, offers: pl.DataFrame | None = None, prices: pl.DataFrame | None = None
    ) -> Events:
        """Let the time come to ``now_ms``, with the `matching.decisions`, `matching.offers` and `pricing.decisions` heard since then.

        ``decisions`` needs the columns order_id and driver_id, and has ``stop`` where several orders may go to one driver at once.
        """
        before, self._now = self._now, max(now_ms, self._now)
        world_s = (self._now - before) * self._speed / 1000
        if decisions is not None:
            self._obey(decisions)
        if offers is not None:
            self._consider(offers)
        self._arrive(self.fleet.drive(world_s))
        self._carry_out_plans()
        self.fleet.change_shifts(self._rng, self._world_ms)
        wishes = self._demand.orders(self._rng, before, self._now, self._world_ms)
        asked, orders = self._ask(wishes, prices)
        self._await(orders)
        said = answers.frame(self._answer(), self._now)
        moves, changes = self.fleet.pings(self._now), self._take_changes()
        return _present(asked | {"driver-answers": said, "driver-moves": moves, "order-changes": changes, "orders": orders})

    def close(self, now_ms: int) -> Events:
        """The last events: riders who wait cancel, rides under way end, everyone goes home."""
        self._now = max(now_ms, self._now)
        ends = {Stage.WAITING: "CANCELLED_BY_RIDER", Stage.ACCEPTED: "CANCELLED_BY_DRIVER", Stage.RIDING: "COMPLETED"}
        for ride in list(self.rides.values()):
            self._end(ride, ends[ride.stage])
        online = np.flatnonzero(self.fleet.mode != OFFLINE)
        self.fleet.mode[online] = OFFLINE
        return _present({"driver-moves": self.fleet.moves(online, self._now), "order-changes": self._take_changes()})

    def _ask(self, wishes: pl.DataFrame, prices: pl.DataFrame | None) -> tuple[Events, pl.DataFrame]:
        """What riders ask and answer before they order, and the orders they place: all they wish for where no prices are asked for."""
        if self._quoting is None or self._around is None:
            return {}, wishes
        requests = self._quoting.ask(wishes)
        if prices is not None:
            self._quoting.hear(prices, self._now)
        said, orders = self._quoting.given(self._now)
        return self._around.happen(self._now) | {"quote-requests": requests, "quote-answers": said}, orders

    @property
    def _world_ms(self) -> int:
        return self._started + int((self._now - self._started) * self._speed)

    def _consider(self, offers: pl.DataFrame) -> None:
        """Our drivers begin to think about what they are offered. Others' offers are ignored."""
        ours = offers.filter(pl.col("order_id").is_in(list(self.rides)) & pl.col("driver_id").is_in(list(self.fleet.row)))
        acceptance: Floats = self.fleet.acceptance[[self.fleet.row[driver] for driver in ours["driver_id"]]]
        self._answers.hear(ours, acceptance, self._now)

    def _answer(self) -> list[Answer]:
        """What drivers say now. Who went home or drives already, or whose rider has left, has nothing to say any more."""
        said = []
        for answer in self._answers.given(self._now):
            ride, row = self.rides.get(answer.order_id), self.fleet.row[answer.driver_id]
            if ride is None or ride.stage is not Stage.WAITING or self.fleet.mode[row] != IDLE:
                continue
            if answer.accepts:
                self.fleet.stay(row, self._world_ms + DECISION_MS * self._speed)
            said.append(answer)
        return said

    def _obey(self, decisions: pl.DataFrame) -> None:
        """Decisions on our orders. Others' are ignored."""
        stops = decisions["stop"] if "stop" in decisions.columns else [0] * decisions.height
        for order_id, driver_id, stop in zip(decisions["order_id"], decisions["driver_id"], stops, strict=True):
            ride = self.rides.get(order_id)
            if ride is not None and ride.stage is Stage.WAITING:
                ride.stop = stop
                self._hear(ride, driver_id)

    def _hear(self, ride: Ride, driver_id: str | None) -> None:
        """A decision on an order: the driver sets off, or refuses, or the rider leaves."""
        if driver_id is None:
            del self.rides[ride.order_id]
            return
        row = self.fleet.row.get(driver_id, -1)
        if row < 0 or not (self.fleet.mode[row] == IDLE or self._fetches_there(row, ride)):
            self._end(ride, "CANCELLED_BY_DRIVER")  # gone home, or busy with what it took on a moment before
            return
        ride.stage, ride.driver = Stage.ACCEPTED, row
        self._loads[row] = sorted([*self._loads.get(row, []), ride], key=lambda each: each.stop)
        self.fleet.ride[row] = self._loads[row][0].order_id
        self.fleet.send(_one(row), TO_PICKUP, *ride.pickup)
        self._plan_after_match(ride)

    def _fetches_there(self, row: int, ride: Ride) -> bool:
        """Whether a driver is on the way to that very place."""
        return bool(self.fleet.mode[row] == TO_PICKUP) and self._loads[row][0].pickup == ride.pickup

    def _plan_after_match(self, ride: Ride) -> None:
        whim = self._rng.uniform(size=2)
        delay = self._rng.exponential(LATE_CANCEL_MS)
        if whim[0] > (1 - mix.GIVES_BACK if ride.asked else self.fleet.acceptance[ride.driver]):
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
            if max(ride.ready_ms for ride in self._loads[row]) <= self._now:
                for ride in self._loads[row]:
                    ride.stage = Stage.RIDING
                    self._change(ride, "PICKED_UP")
                self.fleet.send(_one(row), ON_TRIP, *self._loads[row][0].dropoff)
        for row in rows[mode == ON_TRIP]:
            self._end(self._loads[row][0], "COMPLETED")

    def _await(self, orders: pl.DataFrame) -> None:
        """Keep the new orders' riders in mind; some of them will not wait as long as they said."""
        whims = self._rng.uniform(size=(orders.height, 2))
        for row, (gives_up, when) in zip(orders.iter_rows(named=True), whims, strict=True):
            place, aim = (row["pickup_lat"], row["pickup_lon"]), (row["dropoff_lat"], row["dropoff_lon"])
            ride = Ride(row["order_id"], row["market"], place, aim, ready_ms=self._ready_ms(row), asked=row["offer_s"] > 0)
            self.rides[ride.order_id] = ride
            if gives_up < GIVES_UP:
                begins = max(0, (row["scheduled_ts"] or 0) - LEAD_MS - row["ts"])  # the search for a driver
                self._plan((begins + when * row["patience_s"] * 1000) * self._speed, ride, "CANCELLED_BY_RIDER")

    def _ready_ms(self, order: dict[str, Any]) -> int:
        """From when on an order can be picked up, real ms."""
        if order["scheduled_ts"] is not None:
            return int(order["scheduled_ts"]) - self._demand.later_ms
        return int(order["ready_ts"] or order["ts"])

    def _end(self, ride: Ride, change: str) -> None:
        """The ride is over by that change; its driver goes on to what else it has, or is free again."""
        if ride.driver >= 0:
            self._relieve(ride)
        del self.rides[ride.order_id]
        self._change(ride, change)

    def _relieve(self, ride: Ride) -> None:
        row = ride.driver
        self._loads[row].remove(ride)
        if not self._loads[row]:
            del self._loads[row]
            self.fleet.free(_one(row))
            return
        first = self._loads[row][0]
        self.fleet.ride[row] = first.order_id
        if first.stage is Stage.RIDING:
            self.fleet.send(_one(row), ON_TRIP, *first.dropoff)

    def _change(self, ride: Ride, change: str) -> None:
        self._changes.append((ride.order_id, ride.market, self._now, change))

    def _take_changes(self) -> pl.DataFrame:
        changes, self._changes = self._changes, []
        return pl.DataFrame(changes, schema=CHANGE_SCHEMA, orient="row")


def _one(row: int) -> Ints:
    return np.array([row], dtype=np.int64)


def _present(events: Events) -> Events:
    return {topic: frame for topic, frame in events.items() if frame.height}
