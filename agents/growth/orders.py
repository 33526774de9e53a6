"""Orders and their changes of one market in; what each completed one brings, and what was lost, out: each order counts once.

A change may be read before its order: it waits for it. An order that nobody was picked up for in ``WRITE_OFF_MS`` counts as lost, and no
more so if it is completed after all. One that was ordered ahead is as old as it is due: nobody has to come for it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.growth.effects import Effects
from agents.growth.policy import BY_DRIVER, BY_RIDER, COMPLETED, DAY_MS, HOUR_MS, PICKED_UP, SERVICES, Policy
from agents.growth.revenue import cost_cents
from agents.growth.seen import Seen
from columns.impact import Hours
from columns.packing import strings, strings_of
from columns.table import Array

WRITE_OFF_MS = 2 * HOUR_MS
FIGURES = (
    *("requested", "completed", "cancelled", "gross_cents", "base_fee_cents", "service_fee_cents", "peak_fee_cents", "surge_fee_cents"),
    *("net_revenue_cents", "leakage_cents"),
)
REQUESTED_, COMPLETED_, CANCELLED_, LEAKAGE_ = (FIGURES.index(name) for name in ("requested", "completed", "cancelled", "leakage_cents"))
FEES = slice(4, 8)  # of FIGURES
_NUMBERS = ("ts", "due", "service", "zone", "price", "agreed", "base", "service_fee", "peak", "surge", "bucket", "trip_m", "picked", "lost")
_REALS = ("demand", "supply")


@dataclass(slots=True)
class Order:
    """A live one. ``due``: when it is to be picked up, event time; ``price`` and fees in cents as they would be captured; ``zone``: the
    grid's; ``picked``, ``lost``: event times or 0."""

    order_id: str
    ts: int
    due: int
    service: int
    zone: int
    price: int
    agreed: int
    base: int
    service_fee: int
    peak: int
    surge: int
    bucket: int
    trip_m: int
    demand: float
    supply: float
    picked: int = 0
    lost: int = 0

    @property
    def net(self) -> int:
        """The fees' sum."""
        return self.base + self.service_fee + self.peak + self.surge


@dataclass(slots=True)
class Captured:
    """A completed order, by the change that said so."""

    order: Order
    offset: int
    ts: int


@dataclass(slots=True)
class Orders:
    """One market's live orders, the changes that wait for theirs, the names of those that are over, and figures by service and day."""

    live: dict[str, Order] = field(default_factory=dict)
    early: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)  # order → changes: what, event time, offset
    over: Seen = field(default_factory=Seen)
    ending: dict[int, list[str]] = field(default_factory=dict)  # hour since the epoch → orders to look at when it is over
    figures: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # service, day since the epoch → FIGURES
    changed: set[tuple[int, int]] = field(default_factory=set)  # of them, since they were shown
    ended: Hours = field(default_factory=lambda: Hours(len(SERVICES)))  # profit of orders that are over, by service, cents

    def placed(self, order: Order, effects: Effects) -> list[Captured]:
        """An order of a new name. → itself, if its completion came before it."""
        self.live[order.order_id] = order
        self.ending.setdefault((order.due + WRITE_OFF_MS) // HOUR_MS, []).append(order.order_id)
        self._count(order.service, order.ts, {REQUESTED_: 1})
        waiting = sorted(self.early.pop(order.order_id, ()), key=lambda one: (one[1], one[2]))
        found = [self.became(order.order_id, *one, effects) for one in waiting]
        return [one for one in found if one is not None]

    def knows(self, order_id: str) -> bool:
        """Whether an order of that name was placed, and is not long over."""
        return order_id in self.live or order_id in self.over

    def became(self, order_id: str, change: int, ts: int, offset: int, effects: Effects) -> Captured | None:
        """What became of an order at event time ``ts``. → what is captured, if it was completed."""
        order = self.live.get(order_id)
        if order is None:
            self.early.setdefault(order_id, []).append((change, ts, offset))
            self.ending.setdefault((ts + 2 * DAY_MS) // HOUR_MS, []).append(order_id)
            return None
        if change == PICKED_UP:
            order.picked = order.picked or ts
            return None
        del self.live[order_id]
        self.over.add([order_id], max(ts, order.ts))
        if change == COMPLETED:
            return self._completed(order, ts, offset, effects)
        assert change in {BY_RIDER, BY_DRIVER}
        self._lose(order, ts, effects)
        return None

    def pass_time(self, clock: int, effects: Effects, policy: Policy) -> None:
        """Orders that nobody came for count as lost; what nothing is heard of any more is forgotten."""
        for hour in sorted(hour for hour in self.ending if (hour + 1) * HOUR_MS <= clock):
            for name in self.ending.pop(hour):
                order = self.live.get(name)
                if order is None:
                    self.early.pop(name, None)
                elif order.due + policy.forget_h * HOUR_MS <= clock:
                    self._lose(order, clock, effects)
                    del self.live[name]
                    self.over.add([name], clock)
                else:
                    if not order.picked:
                        self._lose(order, clock, effects)
                    self.ending.setdefault((order.due + policy.forget_h * HOUR_MS) // HOUR_MS, []).append(name)
        self.over.forget(clock - policy.forget_h * HOUR_MS)
        self.ended.forget(clock)
        for key in [key for key in self.figures if key[1] < clock // DAY_MS - policy.keep_days]:
            del self.figures[key]
            self.changed.discard(key)

    def _completed(self, order: Order, ts: int, offset: int, effects: Effects) -> Captured:
        if order.lost:
            effects.failed(order.service, order.bucket, -1)
            self._count(order.service, order.lost, {CANCELLED_: -1, LEAKAGE_: -(order.base + order.service_fee)})
            self.ended.add(order.lost, order.service, 0, -1)
        trip_ms = max(0, ts - order.picked) if order.picked else 0
        effects.completed(order.service, order.bucket, order.price, order.net, ts - order.due, order.trip_m, trip_ms)
        money = (order.price, order.base, order.service_fee, order.peak, order.surge, order.net)
        self._count(order.service, ts, {COMPLETED_: 1} | dict(zip(range(3, 9), money, strict=True)))
        self.ended.add(ts, order.service, order.net - cost_cents(order.price))
        return Captured(order, offset, ts)

    def _lose(self, order: Order, ts: int, effects: Effects) -> None:
        if not order.lost:
            order.lost = ts
            effects.failed(order.service, order.bucket)
            self._count(order.service, ts, {CANCELLED_: 1, LEAKAGE_: order.base + order.service_fee})
            self.ended.add(ts, order.service, 0)

    def _count(self, service: int, ts: int, what: Mapping[int, int]) -> None:
        key = (service, ts // DAY_MS)
        row = self.figures.setdefault(key, [0] * len(FIGURES))
        for figure, amount in what.items():
            row[figure] += amount
        self.changed.add(key)

    def arrays(self) -> dict[str, Array]:
        """The state."""
        live = [self.live[name] for name in sorted(self.live)]
        early = [(name, *one) for name in sorted(self.early) for one in sorted(self.early[name])]
        ending = [(hour, name) for hour in sorted(self.ending) for name in sorted(self.ending[hour])]
        figures = [(*key, int(key in self.changed), *self.figures[key]) for key in sorted(self.figures)]
        out = {name: np.array([getattr(order, name) for order in live], np.int64) for name in _NUMBERS}
        out |= {name: np.array([getattr(order, name) for order in live], np.float64) for name in _REALS}
        out |= strings("live", [order.order_id for order in live]) | strings("early", [one[0] for one in early])
        out |= strings("ending", [name for _, name in ending])
        out |= {"change": np.array([one[1:] for one in early], np.int64).ravel(), "hour": np.array([hour for hour, _ in ending], np.int64)}
        out |= {"figures": np.array(figures, np.int64).ravel()}
        parts = {"over": self.over.arrays(), "ended": self.ended.arrays()}
        return out | {f"{part}.{name}": array for part, arrays in parts.items() for name, array in arrays.items()}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Orders:
        """The state whose ``arrays()`` these are."""
        out = cls()
        numbers = {name: arrays[name].tolist() for name in (*_NUMBERS, *_REALS) if name in arrays}
        numbers.setdefault("due", numbers["ts"])  # of an older state: nothing was known of orders placed ahead
        for i, name in enumerate(strings_of("live", arrays)):
            out.live[name] = Order(name, **{field: values[i] for field, values in numbers.items()})
        for name, change in zip(strings_of("early", arrays), arrays["change"].reshape(-1, 3).tolist(), strict=True):
            out.early.setdefault(name, []).append(tuple(change))
        for name, hour in zip(strings_of("ending", arrays), arrays["hour"].tolist(), strict=True):
            out.ending.setdefault(hour, []).append(name)
        for service, day, changed, *row in arrays["figures"].reshape(-1, 3 + len(FIGURES)).tolist():
            out.figures[service, day] = row
            if changed:
                out.changed.add((service, day))
        out.over = Seen.of({name: arrays[f"over.{name}"] for name in ("hour", "hash")})
        out.ended.load({name.removeprefix("ended."): array for name, array in arrays.items() if name.startswith("ended.")})
        return out
