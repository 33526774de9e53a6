"""The drivers of a simulation: what each is doing, where, and when it will have done it.

A driver is OFF, IDLE (standing, or driving where orders are likely), ANSWERING an offer, on the way TO_PICKUP, or ON_TRIP.
``next_ms`` is when the next thing happens to it; between these times nothing is computed, and a position follows from its leg.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from columns.table import F64, I64, Mask
from ops.evaluate import draws
from ops.evaluate.agent_loop import columns
from ops.evaluate.legs import Legs, length_m
from ops.evaluate.world import NEVER, PARTS, Scenario

OFF, IDLE, ANSWERING, TO_PICKUP, ON_TRIP = range(5)
STATUS_OF = np.array(["OFFLINE", "AVAILABLE", "AVAILABLE", "BUSY", "BUSY"], object)
PING_SLOTS = 3  # drivers' pings are passed on in so many groups, one after the other
YES, NO, SILENT = range(3)  # answers to an offer; who is silent lets its time run out
ANSWER_MS = (2_000, 12_000)  # how long a driver thinks
RUN_OUT = 0.3  # share of refusals that are silent
FAR_KM, DISLIKE = 1.0, 0.35  # the log odds of declining rise by so much for each km beyond


class Drivers:
    """Drivers as rows; times in ms."""

    def __init__(self, world: Scenario) -> None:
        self.world, supply = world, world.supply
        n = len(supply)
        self.mode = np.full(n, OFF, np.int64)
        self.legs = Legs(supply.lat, supply.lon)
        self.next_ms: I64 = np.full(n, NEVER, np.int64)
        self.order: I64 = np.full(n, -1, np.int64)
        self.answers: I64 = np.full(n, NO, np.int64)  # to the offers they are thinking about
        self.deserted: Mask = np.zeros(n, np.bool_)  # on the way to a rider who will have left by then
        self.wants = supply.online.copy()
        self.flip: I64 = np.zeros(n, np.int64)
        self.changed: Mask = np.zeros(n, np.bool_)  # its status, since its last report
        self.phase_ms: I64 = np.arange(n) % PING_SLOTS * (world.setting.ping_ms // PING_SLOTS)
        self.ping_ms: I64 = world.setting.start_ms + self.phase_ms
        self.nowhere = pl.DataFrame(schema=columns("driver-moves"))
        self.ids = np.array(supply.ids, object)
        with np.errstate(divide="ignore"):
            self.odds = np.log(1 - supply.acceptance) - np.log(supply.acceptance)  # -inf: never declines
        self.free(np.flatnonzero(self.wants), np.full(int(self.wants.sum()), world.setting.start_ms))

    def free(self, rows: I64, at: I64) -> None:
        """Drivers have nothing to do from ``at`` (n,) on: they wait for orders, or go home if their shift is over."""
        self.legs.stop(rows, at)
        stay = self.wants[rows]
        self.mode[rows] = np.where(stay, IDLE, OFF)
        self.next_ms[rows] = np.where(stay, self.world.idling.rests_until(rows, at), NEVER)
        self.order[rows] = -1
        self.deserted[rows] = False
        self.changed[rows] = True

    def roam(self, rows: I64) -> None:
        """Idle drivers look on for orders."""
        at = self.next_ms[rows].copy()
        to, parts, then = self.world.idling.drifts(rows, self.legs.at(rows, at), at)
        self.legs.set(rows, at, to, parts)
        self.next_ms[rows] = then

    def think(self, row: int, order: int, now: int, expires: int) -> None:
        """A driver stops to think about an order that is offered to it until ``expires`` ms."""
        one = np.array([row])
        self.legs.stop(one, np.array([now]))
        keys = (self.world.seed, draws.ANSWERS, row, order)
        think = now + int(ANSWER_MS[0] + draws.uniform(*keys)[0] * (ANSWER_MS[1] - ANSWER_MS[0]))
        answer = YES
        if self._refuses(one, order, now):
            answer = SILENT if draws.uniform(self.world.seed, draws.SILENCES, row, order)[0] < RUN_OUT else NO
        self.mode[row], self.order[row], self.answers[row] = ANSWERING, order, answer
        self.next_ms[row] = expires + 1 if answer == SILENT else min(think, expires)

    def _refuses(self, one: I64, order: int, now: int) -> bool:
        """Whether the driver refuses: by its nature, and more the farther the pickup is."""
        here, demand = self.legs.at(one, now), self.world.demand
        km = length_m(here[:, 0], here[:, 1], demand.lat[[order]], demand.lon[[order]]) / 1000
        chance = 1 / (1 + np.exp(-(self.odds[one] + DISLIKE * np.maximum(km - FAR_KM, 0.0))))
        return bool(draws.uniform(self.world.seed, draws.DECLINES, one, order)[0] < chance[0])

    def can_take(self, row: int, order: int) -> bool:
        """Whether the driver is free to take the order: idle, or one that has said yes to it."""
        said_yes = self.mode[row] == ANSWERING and self.order[row] == order and self.next_ms[row] == NEVER
        return bool(said_yes or self.mode[row] == IDLE)

    def left_waiting(self, now: int) -> tuple[I64, I64]:
        """Who has said yes and was not heard, and ``now`` for each: the order was over, or the time had run out."""
        rows = np.flatnonzero((self.mode == ANSWERING) & (self.next_ms == NEVER))
        return rows, np.full(len(rows), now)

    def fetch(self, rows: I64, orders: I64, now: int) -> None:
        """Drivers set off for their riders, who may lose patience on the way."""
        demand = self.world.demand
        to = np.stack((demand.lat[orders], demand.lon[orders]), axis=1)
        arrive = self._drive(rows, np.full(len(rows), now), to, self._traffic(rows, orders, 0))
        limit = np.maximum(demand.limit_ms[orders], now + 1)
        self.mode[rows], self.order[rows] = TO_PICKUP, orders
        self.deserted[rows] = arrive > limit
        self.next_ms[rows] = np.minimum(arrive, limit)
        self.changed[rows] = True

    def carry(self, rows: I64, at: I64) -> None:
        """Riders get in from ``at`` (n,) on and are driven to where they want."""
        orders, demand = self.order[rows], self.world.demand
        boarding = draws.uniform(self.world.seed, draws.BOARDS, orders) * 2000 * self.world.setting.boarding_s
        to = np.stack((demand.to_lat[orders], demand.to_lon[orders]), axis=1)
        self._drive(rows, at + boarding.astype(np.int64), to, self._traffic(rows, orders, 1))
        known = demand.trip_ms[orders] >= 0
        if known.any():
            some, ms = rows[known], demand.trip_ms[orders[known]]
            self.legs.set(some, at[known], to[known], np.repeat(ms[:, None] / PARTS, PARTS, axis=1))
        self.next_ms[rows] = self.legs.arrive_ms(rows)
        self.mode[rows] = ON_TRIP
        self.changed[rows] = True

    def change_shifts(self, now: int) -> None:
        """Who goes on or off by ``now``; those with an order finish it first."""
        flips = self.world.supply.flips_ms
        at = flips[np.arange(len(flips)), np.minimum(self.flip, flips.shape[1] - 1)]
        rows = np.flatnonzero((at <= now) & (self.flip < flips.shape[1]))
        if len(rows) == 0:
            return
        places = self.world.supply.flip_places[rows, self.flip[rows]]
        self.flip[rows] += 1
        self.wants[rows] ^= True
        idle = (self.mode[rows] == IDLE) | (self.mode[rows] == OFF)
        elsewhere = idle & ~np.isnan(places[:, 0])
        self.legs.put(rows[elsewhere], places[elsewhere])
        self.free(rows[idle], np.full(int(idle.sum()), now))

    def moves(self, now: int) -> pl.DataFrame:
        """Records of ``driver-moves`` at ``now``: a ping now and then, and each change of status."""
        ping = (self.ping_ms <= now) & (self.mode != OFF)
        rows = np.flatnonzero(self.changed | ping)
        if len(rows) == 0:
            return self.nowhere
        every, since = self.world.setting.ping_ms, now - self.world.setting.start_ms - self.phase_ms[rows]
        self.ping_ms[rows] = now + every - since % every
        self.changed[rows] = False
        place = self.legs.at(rows, now)
        return pl.DataFrame([
            pl.Series("driver_id", self.ids[rows].tolist(), pl.String),
            pl.Series("market", [self.world.market] * len(rows), pl.String),
            pl.Series("ts", np.full(len(rows), now, np.int64)),
            pl.Series("lat", np.ascontiguousarray(place[:, 0])),
            pl.Series("lon", np.ascontiguousarray(place[:, 1])),
            pl.Series("status", STATUS_OF[self.mode[rows]].tolist(), self.nowhere.schema["status"]),
        ])  # fmt: skip

    def _traffic(self, rows: I64, orders: I64, leg: int) -> F64:
        """What traffic and the driver make of a way's time, as factors (n,)."""
        out: F64 = (
            np.exp(self.world.setting.traffic * draws.normal(self.world.seed, draws.TRAFFIC, rows, orders, leg))
            / self.world.supply.pace[rows]
        )
        return out

    def _drive(self, rows: I64, at: I64, to: F64, factor: F64) -> I64:
        here = self.legs.at(rows, at)
        parts = self.world.roads.parts_ms(here[:, 0], here[:, 1], to[:, 0], to[:, 1], at)
        return self.legs.set(rows, at, to, parts * factor[:, None])
