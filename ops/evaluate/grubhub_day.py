"""A meal-delivery instance and a policy in; what became of its orders and couriers under the agent's own decisions, out.

The rules are those of the instances' own solution evaluator (grubhub/mdrplib, MDRP_code) and of Reyes, Erera, Savelsbergh, Sahasrabudhe,
O'Neil: The Meal Delivery Routing Problem (2018): travel takes whole minutes; half of a stop's service time comes before the food changes
hands and half after; nothing is picked up before all of its bundle is ready, nor after the courier's off-time; couriers stay where their
last drop-off was. Time goes in minutes. A courier who could not be at the restaurant by the off-time gives the orders back and goes off;
they are asked for again, under new ids. An order is cancelled when nobody has been found and nobody could deliver it within the limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count

import numpy as np
import polars as pl

from agents.matching.policy import Policy
from columns.table import F64, I64
from ops.evaluate.agent_loop import AgentLoop
from ops.evaluate.grubhub_instances import Instance

START_MS = 1_780_272_000_000  # the instance's minute 0: a midnight, UTC
MINUTE_MS = 60_000
MARKET = "mdrp"
OPEN, UNDELIVERED = -1, -2  # in Served.courier, of orders that nobody has

Event = tuple[float, int, str, int]  # (minute, nth, what, row of a courier or of an order)


@dataclass(slots=True)
class Served:
    """What became of the orders (n,) and couriers (m,): minutes since the instance's minute 0, zero for orders that nobody took."""

    courier: I64  # row, or OPEN, UNDELIVERED
    assigned: F64
    pickup: F64
    door: F64
    bundle: I64  # orders it was taken with, itself included
    driving: F64  # by courier
    routes: I64  # by courier
    given_back: int = 0  # routes that would have begun after the off-time

    @classmethod
    def nothing_yet(cls, orders: int, couriers: int) -> Served:
        """Before the first decision."""
        never, none = np.zeros((3, orders)), np.zeros(couriers, np.int64)
        return cls(np.full(orders, OPEN), never[0], never[1], never[2], np.zeros(orders, np.int64), np.zeros(couriers), none)


@dataclass(slots=True)
class Day:
    """One instance under one policy; ``run`` it once, then read ``served`` and ``agent``."""

    instance: Instance
    policy: Policy
    agent: AgentLoop = field(init=False)
    served: Served = field(init=False)
    _place: F64 = field(init=False)  # where each courier was last, metres
    _on_duty: list[bool] = field(init=False)
    _carrying: list[int] = field(init=False)  # orders, by courier
    _deadline: F64 = field(init=False)  # the last minute to be assigned in, by order
    _attempt: list[int] = field(init=False)
    _events: list[Event] = field(default_factory=list)
    _nth: count[int] = field(default_factory=count)
    _asking: list[int] = field(default_factory=list)
    _moved: dict[int, None] = field(default_factory=dict)
    _changes: list[tuple[float, str, str]] = field(default_factory=list)  # (minute, order id, change)

    def __post_init__(self) -> None:
        one = self.instance
        n, m = len(one.orders), len(one.couriers)
        self.agent, self.served = AgentLoop(self.policy), Served.nothing_yet(n, m)
        self._place, self._on_duty, self._carrying, self._attempt = one.couriers.copy(), [False] * m, [0] * m, [0] * n
        way = one.minutes(one.restaurants[one.restaurant], one.orders)
        half_stops = (one.rules.pickup_min + one.rules.dropoff_min) / 2
        self._deadline = (one.placed - way).astype(np.float64) + (one.rules.limit_min - half_stops)
        for what, minutes in (("ON", one.on), ("OFF", one.off), ("PLACED", one.placed), ("TOO_LATE", self._deadline)):
            self._events += [(float(at), next(self._nth), what, row) for row, at in enumerate(minutes.tolist())]
        heapify(self._events)

    def run(self) -> Day:
        """Let the day pass until nothing can happen any more."""
        self.agent.send("driver-profiles", self._profiles())
        minute = int(self._events[0][0])
        while self._events or (self.served.courier == OPEN).any():
            self.tick(minute)
            minute += 1
        return self

    def tick(self, minute: int) -> None:
        """Let the time come to ``minute``."""
        while self._events and self._events[0][0] <= minute:
            at, _, what, row = heappop(self._events)
            self._happen(at, what, row)
        self.agent.send("driver-moves", self._take_moves(minute))
        self.agent.send("order-changes", self._take_changes())
        self.agent.send("orders", self._take_orders(minute))
        decisions = self.agent.step(_ms(minute))
        if decisions is not None:
            self._hear(decisions, minute)

    def _happen(self, at: float, what: str, row: int) -> None:
        if what == "PLACED":
            self._asking.append(row)
        elif what == "TOO_LATE":
            if self.served.courier[row] == OPEN:
                self._changes.append((at, self._id(row), "CANCELLED_BY_RIDER"))
        elif what in ("ON", "OFF"):
            self._on_duty[row] = what == "ON"
            self._moved[row] = None
        else:
            courier = int(self.served.courier[row])
            one, taken = self.instance, what == "PICKED_UP"
            self._place[courier] = one.restaurants[one.restaurant[row]] if taken else one.orders[row]
            self._carrying[courier] -= not taken
            self._moved[courier] = None
            self._changes.append((at, self._id(row), what))

    def _hear(self, decisions: pl.DataFrame, minute: int) -> None:
        """Couriers set off with the orders decided for them in this step, in the order of the stops."""
        routes: dict[str, list[int]] = {}
        for order_id, driver_id in decisions.sort("stop", maintain_order=True).select("order_id", "driver_id").iter_rows():
            row = int(order_id[1:].partition("#")[0])
            if driver_id is None:
                self.served.courier[row] = UNDELIVERED
            else:
                routes.setdefault(driver_id, []).append(row)
        for driver_id, orders in routes.items():
            self._set_off(int(driver_id[1:]), orders, minute)

    def _set_off(self, courier: int, orders: list[int], minute: int) -> None:
        one, served, rules = self.instance, self.served, self.instance.rules
        stops = np.concatenate([self._place[[courier]], one.restaurants[one.restaurant[orders[:1]]], one.orders[orders]])
        ways = one.minutes(stops[:-1], stops[1:])
        pickup = max(minute + ways[0] + rules.pickup_min / 2, *one.ready[orders].tolist())
        if pickup > one.off[courier]:
            self._give_back(courier, orders, minute)
            return
        each = np.arange(len(orders))
        door = pickup + rules.pickup_min / 2 + np.cumsum(ways[1:]) + rules.dropoff_min * (each + 0.5)
        served.courier[orders], served.assigned[orders], served.pickup[orders], served.door[orders] = courier, minute, pickup, door
        served.bundle[orders] = self._carrying[courier] = len(orders)
        served.driving[courier] += ways.sum()
        served.routes[courier] += 1
        for i, row in enumerate(orders):
            heappush(self._events, (pickup, next(self._nth), "PICKED_UP", row))
            heappush(self._events, (float(door[i]) + rules.dropoff_min / 2, next(self._nth), "COMPLETED", row))

    def _give_back(self, courier: int, orders: list[int], minute: int) -> None:
        """The route would begin after the courier's off-time."""
        self.served.given_back += 1
        self._changes += [(minute, self._id(row), "CANCELLED_BY_DRIVER") for row in orders]
        self._asking += orders
        self._on_duty[courier] = False
        self._moved[courier] = None

    def _id(self, row: int) -> str:
        return f"o{row}#{self._attempt[row]}"

    def _take_moves(self, minute: int) -> pl.DataFrame:
        rows, self._moved = list(self._moved), {}
        lat, lon = self.instance.degrees(self._place[rows])
        status = ["OFFLINE" if not self._on_duty[row] else "BUSY" if self._carrying[row] else "AVAILABLE" for row in rows]
        ids = [f"c{row}" for row in rows]
        return pl.DataFrame({"driver_id": ids, "market": MARKET, "ts": _ms(minute), "lat": lat, "lon": lon, "status": status})

    def _take_changes(self) -> pl.DataFrame:
        changes, self._changes = self._changes, []
        ids, ts, what = [c[1] for c in changes], [_ms(c[0]) for c in changes], [c[2] for c in changes]
        return pl.DataFrame({"order_id": ids, "market": MARKET, "ts": ts, "change": what})

    def _take_orders(self, minute: int) -> pl.DataFrame:
        asking, self._asking = self._asking, []
        late = [row for row in asking if self._deadline[row] <= minute]  # given back, and now too late
        self.served.courier[late] = UNDELIVERED
        rows = [row for row in asking if self._deadline[row] > minute]
        for row in rows:
            self._attempt[row] += 1
        one = self.instance
        lat, lon = one.degrees(one.restaurants[one.restaurant[rows]])
        to_lat, to_lon = one.degrees(one.orders[rows])
        return pl.DataFrame(
            {
                "order_id": [self._id(row) for row in rows], "market": MARKET, "rider_id": [f"r{row}" for row in rows],
                "service": "FOOD", "tier": "STANDARD", "premium_required": False, "ts": _ms(minute),
                "patience_s": round(60 * one.rules.limit_min), "fare_cents": round(100 * one.rules.pay_order),
                "pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": to_lat, "dropoff_lon": to_lon,
                "ready_ts": [_ms(max(minute, ready)) for ready in one.ready[rows].tolist()],
                "merchant_id": [f"m{restaurant}" for restaurant in one.restaurant[rows].tolist()],
            },
            schema_overrides={"rider_id": pl.String},
        ).with_columns(pl.lit([], dtype=pl.List(pl.String)).alias("requirements"))  # fmt: skip

    def _profiles(self) -> pl.DataFrame:
        """Couriers that differ only in where they are and when they work."""
        ids = [f"c{row}" for row in range(len(self.instance.couriers))]
        stars = dict.fromkeys(("rating_30d", "rating_90d", "rating_lifetime"), 5.0)
        rates = {"completion_rate": 1.0, "acceptance_rate": 1.0, "cancellation_rate": 0.0, "eta_accuracy": 1.0}
        facts = {"total_rides": 0, "vehicle": "CAR", "tier": "STANDARD", "deleted": False}
        lists = {"features": [], "services": ["FOOD"], "specialties": []}
        columns = [pl.lit(value, dtype=pl.List(pl.String)).alias(name) for name, value in lists.items()]
        first = _ms(self._events[0][0])
        return pl.DataFrame({"driver_id": ids, "market": MARKET, "ts": first, **stars, **rates, **facts}).with_columns(columns)


def _ms(minute: float) -> int:
    return START_MS + round(MINUTE_MS * minute)
