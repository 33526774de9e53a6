"""Orders in; those waiting for a decision, those being served, and the changes that came before their orders.

Each keeps its own order: pending by arrival, live by the clock at which they were matched, early by the clock at which they came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np

from agents.matching import geo
from agents.matching.courier import is_goods
from agents.matching.future import Rides
from agents.matching.offers import OFFERED
from agents.matching.policy import Policy
from agents.matching.reading import NONE, Rows
from columns.table import F64, I64, Array, Columns, Mask

PICKED_UP, COMPLETED, CANCELLED_BY_RIDER, CANCELLED_BY_DRIVER = 0, 1, 2, 3  # positions in policy.CHANGES
NO_DRIVER, CANCELLED, CLOSED, LATE = 1, 2, 3, 4  # positions in policy.REASONS
ENDED_BY = {PICKED_UP: CLOSED, COMPLETED: CLOSED, CANCELLED_BY_RIDER: CANCELLED, CANCELLED_BY_DRIVER: CLOSED}  # a pending order

SPEC = {
    "number": ("i8", 0),  # of the order in its market, from 1: ascending
    "offset": ("i8", 0),
    "ts": ("i8", 0),
    "wanted": ("i8", 0),  # when the rider wants to be picked up, or the goods are ready; ts if at once
    "start": ("i8", 0),  # it is not matched before
    "until": ("i8", 0),  # its patience ends after
    "service": ("u1", 0),
    "tier": ("u1", 0),
    "premium": ("?", 0),
    "requirements": ("u1", 0),
    "preferred": ("u1", NONE),
    "merchant": ("i8", 0),  # a number for it; 0: none
    "many": ("i8", 1),  # orders asked for by one row: more than itself only where courier.plan has bundled them
    "lat": ("f8", 0.0),
    "lon": ("f8", 0.0),
    "to_lat": ("f8", 0.0),
    "to_lon": ("f8", 0.0),
    "trip_m": ("f8", 0.0),
    "price_cents": ("i8", 0),
    "pay_cents": ("i8", 0),
    "offer_ms": ("i8", 0),  # how long a driver has to answer; 0: it is not asked
    "ranked": ("i4", 0),  # drivers ranked when it was last tried
    "guard": ("u1", 0),  # position in match.GUARDS: why it found nobody when last tried
    "tried": ("?", 0),  # since it came, its start, or a refusal
    "offers": ("i8", 0),  # made so far
    **OFFERED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Orders to be matched, in order of arrival: columns as in SPEC, shape (orders,), and pickups as in geo.points."""

    columns: dict[str, Array]
    pickups: F64

    def __len__(self) -> int:
        return len(self.pickups)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def rides(self, clock: int, busy_s: F64) -> Rides:
        """What they are worth to a driver who is busy with each for so long, shape (orders,)."""
        c = self.columns
        return Rides(c["lat"], c["lon"], c["to_lat"], c["to_lon"], np.full(len(self), clock), busy_s, c["pay_cents"])

    def take(self, index: I64) -> Asked:
        """The orders at these positions."""
        return Asked({name: column[index] for name, column in self.columns.items()}, self.pickups[index])


class Pending:
    """Orders waiting for their decision, in order of arrival: columns as in SPEC, and ``ids``."""

    def __init__(self) -> None:
        self.columns = Columns(SPEC)
        self.ids: list[str] = []
        self.index: dict[str, int] = {}  # order id → number

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, order_id: str) -> bool:
        return order_id in self.index

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def points(self, slots: I64) -> F64:
        """The pickups as in geo.points, shape (slots, 3)."""
        return geo.points(self.columns["lat"][slots], self.columns["lon"][slots])

    def add(self, orders: Rows, first_number: int) -> None:
        """Take these orders in, numbered from ``first_number``."""
        names = orders.ids.to_list()
        numbers = np.arange(first_number, first_number + len(names))
        begun = np.where(is_goods(orders["service"]), orders["wanted"] - orders["start"], 0)  # nobody waits for goods before they are ready
        self.columns.append(orders.columns | {"number": numbers, "offset": orders.offsets, "until": orders["until"] + begun})
        self.ids += names
        self.index.update(zip(names, numbers.tolist(), strict=True))

    def slot(self, order_id: str) -> int:
        """Where the order stands now."""
        return int(np.searchsorted(self.columns["number"], self.index[order_id]))

    def asked(self, slots: I64) -> Asked:
        """What these orders ask for."""
        return Asked({name: column[slots] for name, column in self.columns.items()}, self.points(slots))

    def open(self, clock: int) -> Mask:
        """Which orders are looking for a driver: their time has come, and no driver is being asked."""
        out: Mask = (self.columns["start"] <= clock) & (self.columns["offered"] == 0)
        return out

    def held(self, clock: int, policy: Policy) -> I64:
        """Slots of the goods held until their couriers have to leave, no driver being asked: at most ``hold_limit``, those ready first."""
        c = self.columns
        begun = (c["start"] > clock) & (c["wanted"] - int(policy.lead_s * 1000) <= clock) & is_goods(c["service"]) & (c["offered"] == 0)
        slots = np.flatnonzero(begun)
        limit = policy.courier.hold_limit
        if len(slots) > limit:
            slots = np.sort(slots[np.argsort(c["wanted"][slots], kind="stable")[:limit]])
        return slots

    def out_of_patience(self, clock: int) -> I64:
        """Slots of the orders whose patience has ended; one that a driver is being asked about waits for the answer."""
        return np.flatnonzero((self.columns["until"] < clock) & (self.columns["offered"] == 0))

    def first_to_leave(self) -> int:
        """The last clock at which all orders are still patient; there must be one."""
        return int(self.columns["until"].min())

    def drop(self, slots: I64) -> None:
        """Let go of these orders; the others move up."""
        if len(slots) == 0:
            return
        kept: Mask = np.ones(len(self.ids), np.bool_)
        kept[slots] = False
        for slot in slots.tolist():
            del self.index[self.ids[slot]]
        self.columns.keep(kept)
        self.ids = [self.ids[slot] for slot in np.flatnonzero(kept).tolist()]


class Ride(NamedTuple):
    """A live order."""

    row: int  # of its driver
    since: int  # market clock at the match, ms
    pay_cents: int
    eta_ms: int  # as expected at the match
    answered: int  # 1 when the driver is known to have accepted


@dataclass(slots=True)
class Live:
    """Matched orders not yet over, by order id."""

    orders: dict[str, Ride] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.orders)

    def add(self, order_ids: list[str], rows: I64, clock: int, pay_cents: I64, eta_s: F64, answered: I64) -> None:
        """These orders are now served by these drivers; the columns are those of Ride, shape (n,) each."""
        columns = (rows, np.full(len(rows), clock), pay_cents, np.rint(1000.0 * eta_s).astype(np.int64), answered)
        rides = map(Ride._make, zip(*(column.tolist() for column in columns), strict=True))
        self.orders.update(zip(order_ids, rides, strict=True))

    def expired(self, clock: int, policy: Policy) -> list[Ride]:
        """Let go of the orders whose completion never came."""
        oldest = clock - int(policy.live_ttl_s * 1000)
        over = list(takewhile(lambda order_id: self.orders[order_id].since <= oldest, self.orders))
        return [self.orders.pop(order_id) for order_id in over]

    def overdue(self, clock: int, policy: Policy) -> bool:
        """Whether ``expired`` would let go of any."""
        return any(ride.since <= clock - int(policy.live_ttl_s * 1000) for ride in islice(self.orders.values(), 1))

    def renumber(self, moved: I64) -> None:
        """Driver rows have moved: old row → new row."""
        self.orders = {order: ride._replace(row=int(moved[ride.row])) for order, ride in self.orders.items()}


@dataclass(slots=True)
class Early:
    """Changes of orders not yet seen: order id → (first change, market clock when it came)."""

    changes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def remember(self, order_id: str, change: int, clock: int, policy: Policy) -> None:
        """Keep the first change of an order for a while; when too many wait, the oldest is dropped."""
        if order_id not in self.changes:
            self.changes[order_id] = (change, clock)
            if len(self.changes) > policy.early_limit:
                del self.changes[next(iter(self.changes))]

    def take(self, order_id: str, clock: int, policy: Policy) -> int | None:
        """The change that waited for this order, if one came within ``early_ttl_s``."""
        change, since = self.changes.pop(order_id, (None, 0))
        return change if since >= clock - int(policy.early_ttl_s * 1000) else None

    def forget(self, clock: int, policy: Policy) -> None:
        """Drop the changes whose order has not come in time."""
        oldest = clock - int(policy.early_ttl_s * 1000)
        for order_id in list(takewhile(lambda name: self.changes[name][1] < oldest, self.changes)):
            del self.changes[order_id]
