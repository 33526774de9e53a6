"""One market: its orders and drivers in, revenue captured and decisions on zones out; and its state.

Event time goes in slots of ``policy.slot_ms``; decisions on zones are made when a slot is over. A record that comes late counts in the slot
that is open; only as demand it still counts in its own, if that is of the last hour. An order placed ahead is demand when it is due. So
however records in the order of their event times are cut into batches, decisions and state are the same.

The clock begins with the first order, change or move: they happen when they say. A driver's profile may be years old; before the clock
begins it is noted and no more. A silence of more than a day is not gone through slot by slot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.growth.closing import Allocated, close
from agents.growth.drivers import Drivers
from agents.growth.effects import UNKNOWN, Effects, buckets
from agents.growth.forecast import Forecaster
from agents.growth.orders import Captured, Order, Orders
from agents.growth.places import Places
from agents.growth.policy import SERVICES, SLOTS, Policy, Settings
from agents.growth.reading import MOVES, ORDER_CHANGES, ORDERS, PROFILES, Rows, event_slots, newest
from agents.growth.revenue import FEES, fees, is_peak, tariff_cents
from columns import earth
from columns.records import Rejection
from columns.table import F64, I64, Array

SILENCE = 96  # slots: after a longer one the last hours are not gone through one by one, and learning begins anew with the next
_PARTS = ("places", "forecaster", "drivers", "effects", "orders")


Look = Callable[["Market", Allocated], None]


@dataclass
class Market:
    """``slot``: the open one, by its number since the epoch; 0 before the first record. ``latest``: event time, ms, and ``since``: the
    step's time then. ``levels`` (3, series): demand and supply, 0 to 1, and the ratio when the last slot ended."""

    name: str
    slot: int = 0
    begun: int = 0  # the slot since which hours are whole
    first: int = 0  # event time, ms, since which orders are counted
    latest: int = 0
    since: int = 0
    shift_h: int = 0  # local solar time less UTC
    offset: int = -1  # of the last order counted
    heard: int = 0  # the step's time of its last record
    places: Places = field(default_factory=Places)
    forecaster: Forecaster = field(default_factory=Forecaster)
    drivers: Drivers = field(default_factory=Drivers)
    effects: Effects = field(default_factory=Effects)
    orders: Orders = field(default_factory=Orders)
    recent: dict[int, dict[int, int]] = field(default_factory=dict)  # slot → orders by zone of the grid · services + service
    levels: F64 = field(default_factory=lambda: np.zeros((3, 0)))
    tightness: F64 = field(default_factory=lambda: np.zeros((2, len(SERVICES))))  # drivers needed and there when the last slot ended
    pressed: F64 = field(default_factory=lambda: np.zeros(len(SERVICES)))  # slots in a row with more needed than there

    def step(
        self,
        given: Mapping[str, Rows],
        now: int,
        settings: Settings,
        policy: Policy,
        rejected: list[Rejection],
        decided: Look,
        *,
        behind: bool = False,
    ) -> list[Captured]:
        """Take in a step's records; then, unless it is ``behind``, let the time pass that has passed by the steps' ``now``. ``decided``
        gets what is decided whenever a slot is over. → what was captured"""
        captured: list[Captured] = []
        if given:
            self.heard = now
        slots, begins = event_slots(given, policy.slot_ms, self.slot, (PROFILES,))
        for slot in np.unique(np.concatenate([*slots.values(), np.zeros(0, np.int64)])).tolist():
            if slot >= begins:
                self.open(int(slot), settings, policy, decided)
            of_slot = {topic: rows.where(slots[topic] == slot).in_order() for topic, rows in given.items() if topic in slots}
            self._begin({topic: rows for topic, rows in of_slot.items() if topic != PROFILES}, policy)
            self._drivers(of_slot.get(PROFILES), of_slot.get(MOVES), policy, rejected)
            if ORDERS in of_slot:
                captured += self._placed(of_slot[ORDERS], policy, rejected)
            if ORDER_CHANGES in of_slot:
                captured += self._became(of_slot[ORDER_CHANGES], rejected)
        if self.slot and newest(given) > self.clock_at(now):
            self.latest, self.since = newest(given), now
        if not behind:
            self.open(self.clock_at(now) // policy.slot_ms, settings, policy, decided)
        return captured

    def clock_at(self, now: int) -> int:
        """Event time, ms: the latest seen, and what has passed since then by the steps' time; 0 before the first record."""
        return self.latest + max(0, now - self.since) if self.latest else 0

    def open(self, slot: int, settings: Settings, policy: Policy, decided: Look) -> None:
        """A slot begins: those before it are over, one by one."""
        if slot <= self.slot:
            return
        if not self.slot or slot - self.slot > SILENCE:
            self.first = self.first if not self.slot else slot * policy.slot_ms
            self.slot, self.begun = slot, slot + (-slot) % SLOTS
            self.recent = {due: orders for due, orders in self.recent.items() if due >= slot}
            self.forecaster.last_parts = None
            self.orders.pass_time(slot * policy.slot_ms, self.effects, policy)
        while self.slot < slot:
            decided(self, close(self, settings, policy))
            self.slot += 1
            for old in [old for old in self.recent if old <= self.slot - SLOTS]:
                del self.recent[old]

    def _begin(self, events: Mapping[str, Rows], policy: Policy) -> None:
        """Orders are counted since the first event of the slot that the time began with."""
        start = self.slot * policy.slot_ms
        for rows in events.values():
            if len(rows) and (not self.first or self.first >= start):
                ts = max(start, int(rows["ts"].min()))
                self.first = min(self.first or ts, ts)

    def _drivers(self, profiles: Rows | None, moves: Rows | None, policy: Policy, rejected: list[Rejection]) -> None:
        if profiles is not None and len(profiles):
            self.drivers.profiled(profiles.ids.tolist(), profiles["ts"], profiles["services"], profiles["deleted"])
        if moves is not None and len(moves):
            zone = earth.area(moves["lat"], moves["lon"], policy.zone_m)
            late = self.drivers.moved(moves.ids.tolist(), moves["ts"], zone, moves["online"])
            for i in np.flatnonzero(late).tolist():
                why = f"a later move of {moves.ids[i]} was read before"
                rejected.append(Rejection(MOVES, int(moves.offsets[i]), "OutOfOrder", why, True))

    def _placed(self, orders: Rows, policy: Policy, rejected: list[Rejection]) -> list[Captured]:
        orders = self._unheard(orders, rejected)
        if not len(orders):
            return []
        if self.offset < 0:
            self.shift_h = round(float(orders["lon"][0]) / 15.0)
        self.offset = max(self.offset, int(orders.offsets.max()))
        zone = earth.area(orders["lat"], orders["lon"], policy.zone_m)
        own = orders["due"] // policy.slot_ms
        for slot, key in zip(own.tolist(), (zone * len(SERVICES) + orders["service"]).tolist(), strict=True):
            if slot > self.slot - SLOTS:
                of_slot = self.recent.setdefault(slot, {})
                of_slot[key] = of_slot.get(key, 0) + 1
        return self._live(orders, zone, policy)

    def _live(self, orders: Rows, zone: I64, policy: Policy) -> list[Captured]:
        """Make them live, with the price and the fees that hold now."""
        series = self.places.known(self.places.find(zone, policy), orders["service"])
        fare, ts, due, lon = orders["fare_cents"], orders["ts"], orders["due"], orders["lon"]
        series = np.where(due // policy.slot_ms > self.slot, -1, series)  # nothing is known of later slots
        agreed = ~np.isnan(fare)
        tariff = tariff_cents(orders["service"], orders["tier"], orders["trip_m"], due, lon)
        price = np.where(agreed, np.nan_to_num(fare), tariff).astype(np.int64)
        nothing_known = np.array([[0.0], [1.0], [UNKNOWN]])  # of places that no slot has brought yet: the last column
        demand, supply, ratio = (level[series] for level in np.concatenate([self.levels, nothing_known], axis=1))
        surge = (demand > policy.surge_demand) & (supply < policy.surge_supply)
        captured = fees(price, is_peak(due, lon), surge, policy)
        columns = (orders["service"], zone, price, agreed.astype(np.int64), *(captured[name] for name in FEES), buckets(ratio))
        columns += (np.rint(orders["trip_m"]).astype(np.int64), demand, supply)
        out = []
        for name, *values in zip(orders.ids.tolist(), ts.tolist(), due.tolist(), *(column.tolist() for column in columns), strict=True):
            out += self.orders.placed(Order(name, *values), self.effects)
        return out

    def _unheard(self, orders: Rows, rejected: list[Rejection]) -> Rows:
        """Those whose names are new."""
        known, names = self.orders.knows, orders.ids.tolist()
        first = {name: i for i, name in reversed(list(enumerate(names)))}
        again = np.array([first[name] < i or known(name) for i, name in enumerate(names)], np.bool_)
        rejected += [
            Rejection(ORDERS, int(orders.offsets[i]), "DuplicateOrder", f"order {names[i]} was placed before", True)
            for i in np.flatnonzero(again).tolist()
        ]
        return orders.take(np.flatnonzero(~again)) if again.any() else orders

    def _became(self, changes: Rows, rejected: list[Rejection]) -> list[Captured]:
        out = []
        columns = (changes["change"].tolist(), changes["ts"].tolist(), changes.offsets.tolist())
        for name, change, ts, offset in zip(changes.ids.tolist(), *columns, strict=True):
            if name not in self.orders.live and name in self.orders.over:
                rejected.append(Rejection(ORDER_CHANGES, offset, "OrderOver", f"order {name} was over before", True))
            elif (one := self.orders.became(name, change, ts, offset, self.effects)) is not None:
                out.append(one)
        return out

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        names = ("name", "slot", "begun", "first", "latest", "since", "shift_h", "offset", "heard")
        return {name: getattr(self, name) for name in names} | {"forecaster": self.forecaster.facts()}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        own = {name: getattr(self, name).ravel() for name in ("levels", "tightness", "pressed")}
        recent = [(slot, *item) for slot in sorted(self.recent) for item in sorted(self.recent[slot].items())]
        own["recent"] = np.array(recent, np.int64).ravel()
        return own | {f"{part}.{name}": array for part in _PARTS for name, array in getattr(self, part).arrays().items()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Market:
        """The market of these ``facts()`` and ``arrays()``."""
        parts: dict[str, dict[str, Array]] = {name: {} for name in ("", *_PARTS)}
        for name, array in arrays.items():
            part, _, key = name.partition(".") if "." in name else ("", "", name)
            parts[part][key] = array
        own = {name: value for name, value in facts.items() if name != "forecaster"}
        out = cls(**own, places=Places.of(parts["places"]), drivers=Drivers.of(parts["drivers"]), orders=Orders.of(parts["orders"]))
        out.forecaster, out.effects = Forecaster.of(facts["forecaster"], parts["forecaster"]), Effects.of(parts["effects"])
        for slot, key, orders in parts[""]["recent"].reshape(-1, 3).tolist():
            out.recent.setdefault(slot, {})[key] = orders
        for name, rows in (("levels", 3), ("tightness", 2)):
            setattr(out, name, parts[""][name].reshape(rows, -1).copy())
        out.pressed = parts[""]["pressed"].copy()
        return out
