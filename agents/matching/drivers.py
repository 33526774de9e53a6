"""Profiles and moves in; the driver table of one market, as columns, and which rows changed, out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat

import numpy as np

from agents.matching import geo
from agents.matching.acceptance import ANSWERED
from agents.matching.policy import Policy, services_by_vehicle
from agents.matching.reading import Rows
from agents.matching.travel_legs import LEG, Legs, follow
from columns.table import F64, I64, U8, Columns, Mask

AVAILABLE, BUSY, OFFLINE = 0, 1, 2  # positions in policy.STATUSES
NO_PROFILE, ACTIVE, DELETED = 0, 1, 2  # `standing`
S_AVAILABLE, S_ASSIGNED, S_BUSY, S_OFFLINE, S_DELETED, S_OFFERED, S_HIDDEN = 0, 1, 2, 3, 4, 5, 255  # positions in policy.SHOWN
SERVES = np.array(services_by_vehicle(), np.uint8)

SPEC = {
    "position_ts": ("i8", 0),  # of the last applied move, ms; 0: none yet
    "profile_ts": ("i8", 0),
    "touched_at": ("i8", 0),  # market clock of the last record
    "lat": ("f8", 0.0),
    "lon": ("f8", 0.0),
    "status": ("u1", OFFLINE),
    "standing": ("u1", NO_PROFILE),
    "vehicle": ("u1", 0),
    "tier": ("u1", 0),
    "features": ("u1", 0),  # bits of policy.FEATURES
    "serves": ("u1", 0),  # bits of policy.SERVICES offered with a vehicle that may serve them
    "rating": ("f8", 0.0),  # stars
    "completion": ("f8", 0.0),
    "acceptance": ("f8", 0.0),
    "holds": ("i8", 0),  # the number in its market of the live order, or of the one offered; 0: none
    "load": ("u1", 0),  # live orders: several only if they are one bundle
    "assignments": ("i8", 0),
    "free_at": ("i8", 0),  # market clock, ms: when a driver with live orders is expected to have none …
    "free_lat": ("f8", 0.0),  # … and where: the last drop-off
    "free_lon": ("f8", 0.0),
    "fairness": ("f8", 0.5),  # the score's factor, as of the last look at incomes: fairness.factor of the market's mean is 1/2
    "boost_ms": ("i8", 0),  # what fairness adds to the cost, likewise
    "flags": ("u1", 0),  # open complaints of support about it, 255 at most: not eligible until they are settled
    "advice": ("u1", 0),  # bits of advice.MEASURES in the last recommendation
    "shown_status": ("u1", S_HIDDEN),  # the last table row
    "shown_holds": ("i8", 0),
    "moved": ("u1", 0),  # 1: the position has changed since the last table row
    **ANSWERED,
    **LEG,
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What moves came to: ``late`` (n,) came too late, the others are at ``kept`` (k,) and of the drivers ``rows`` (k,), in offset order.

    ``changed``: rows of the drivers, each once; ``drives``: those that ended.
    """

    late: Mask
    kept: I64
    rows: I64
    changed: I64
    drives: Legs


class Drivers:
    """One market's drivers. A row number is valid until ``forget``."""

    def __init__(self) -> None:
        self.columns = Columns(SPEC)
        self.ids: list[str] = []
        self.index: dict[str, int] = {}
        self.orders: dict[int, str] = {}  # row → the live order's id
        self._points = np.zeros((0, 3))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def points(self) -> F64:
        """Positions as in geo.points, shape (drivers, 3)."""
        return self._points[: len(self.ids)]

    def rows(self, ids: list[str]) -> I64:
        """The rows of these drivers, shape (n,); unknown ones get a new row."""
        found = list(map(self.index.get, ids, repeat(-1)))
        if -1 in found:
            found = [self._row(name) for name in ids]
            self._grow()
        return np.array(found, np.int64)

    def _row(self, name: str) -> int:
        row = self.index.get(name)
        if row is None:
            row = self.index[name] = len(self.ids)
            self.ids.append(name)
        return row

    def _grow(self) -> None:
        self.columns.extend(len(self.ids) - len(self.columns))
        if len(self.ids) > len(self._points):
            grown = np.zeros((2 * len(self.ids), 3))
            grown[: len(self._points)] = self._points
            self._points = grown

    def apply_moves(self, moves: Rows, clock: int, gap_ms: int) -> Moved:
        """Take the newest move of each driver; ``gap_ms`` as in travel_legs.follow."""
        given = self.rows(moves.ids.to_list())
        late, newest = in_order(given, moves["ts"], self.columns["position_ts"])
        kept = np.flatnonzero(~late)
        drives = follow(self.columns, given[kept], {name: moves[name][kept] for name in ("ts", "lat", "lon", "status")}, gap_ms)
        rows = given[newest]
        lat, lon = moves["lat"][newest], moves["lon"][newest]
        self.columns["moved"][rows] |= (self.columns["lat"][rows] != lat) | (self.columns["lon"][rows] != lon)
        self.columns["position_ts"][rows] = moves["ts"][newest]
        self.columns["lat"][rows] = lat
        self.columns["lon"][rows] = lon
        self.columns["status"][rows] = moves["status"][newest]
        self.columns["touched_at"][rows] = clock
        self._points[rows] = geo.points(lat, lon)
        return Moved(late, kept, given[kept], rows, drives)

    def apply_profiles(self, profiles: Rows, clock: int) -> tuple[I64, I64, Mask]:
        """Take the newest profile of each driver; one of the same age replaces it.

        → rows changed and the positions of their profiles, shape (k,) each; mask (n,) of the profiles that came too late
        """
        rows = self.rows(profiles.ids.to_list())
        late, newest = in_order(rows, profiles["ts"], self.columns["profile_ts"] - 1, strict=False)
        rows = rows[newest]
        self.columns["profile_ts"][rows] = profiles["ts"][newest]
        self.columns["touched_at"][rows] = clock
        self.columns["standing"][rows] = np.where(profiles["deleted"][newest], DELETED, ACTIVE)
        self.columns["serves"][rows] = profiles["services"][newest] & SERVES[profiles["vehicle"][newest]]
        for name in ("vehicle", "tier", "features", "rating", "completion", "acceptance"):
            self.columns[name][rows] = profiles[name][newest]
        return rows, newest, late

    def eligible(self, clock: int, policy: Policy) -> I64:
        """Rows of the drivers free to take an order: profile, fresh position, AVAILABLE, no live order, no open complaint."""
        c = self.columns
        fresh = c["position_ts"] >= max(1, clock - int(policy.position_ttl_s * 1000))
        return np.flatnonzero(fresh & (c["standing"] == ACTIVE) & (c["status"] == AVAILABLE) & (c["holds"] == 0) & (c["flags"] == 0))

    def soon(self, clock: int, policy: Policy) -> I64:
        """Rows of the drivers with live orders who go on working and are expected to be free within ``soon_s``, or were so lately."""
        if policy.courier.soon_s <= 0:
            return np.zeros(0, np.int64)
        c, near = self.columns, self.wait_ms(clock) <= int(policy.courier.soon_s * 1000)
        fresh = c["position_ts"] >= max(1, clock - int(policy.position_ttl_s * 1000))
        return np.flatnonzero(fresh & (c["standing"] == ACTIVE) & (c["status"] != OFFLINE) & (c["load"] > 0) & (c["flags"] == 0) & near)

    def wait_ms(self, clock: int) -> I64:
        """How long until each driver is free, shape (drivers,): 0 for those without an order; one that is late is so for as long again."""
        out: I64 = np.where(self.columns["holds"] > 0, np.abs(self.columns["free_at"] - clock), 0)
        return out

    def free_points(self, rows: I64) -> F64:
        """Where drivers are, or will be when they are free, as in geo.points, shape (rows, 3)."""
        out = self.points[rows]
        busy = np.flatnonzero(self.columns["holds"][rows])
        if len(busy):
            out[busy] = geo.points(self.columns["free_lat"][rows[busy]], self.columns["free_lon"][rows[busy]])
        return out

    def expect(self, rows: I64, free_at: I64, lat: F64, lon: F64) -> None:
        """When and where drivers will be free, shape (n,) each; the last of a row counts."""
        for name, values in (("free_at", free_at), ("free_lat", lat), ("free_lon", lon)):
            self.columns[name][rows] = values

    def reserve(self, rows: I64, numbers: I64, order_ids: list[str]) -> None:
        """Each driver is kept for one order; ``numbers`` (n,) are the orders' numbers in the market."""
        self.columns["holds"][rows] = numbers
        self.orders.update(zip(rows.tolist(), order_ids, strict=True))

    def assign(self, rows: I64, numbers: I64, order_ids: list[str]) -> None:
        """Drivers take orders; one may take several, which it then holds all, under the first one's name."""
        first = np.unique(rows, return_index=True)[1]
        self.reserve(rows[first], numbers[first], [order_ids[i] for i in first.tolist()])
        np.add.at(self.columns["load"], rows, 1)
        np.add.at(self.columns["assignments"], rows, 1)

    def free(self, row: int) -> bool:
        """One of the driver's live orders is over, or what it was offered. → whether it holds no other"""
        c = self.columns
        c["load"][row] = max(0, int(c["load"][row]) - 1)
        if c["load"][row]:
            return False
        c["holds"][row] = 0
        del self.orders[row]
        return True

    def shown(self, rows: I64) -> U8:
        """What the table shows of these drivers: positions in policy.SHOWN, S_HIDDEN without a profile or a position."""
        c = self.columns
        standing = c["standing"][rows]
        as_said = np.array([S_AVAILABLE, S_BUSY, S_OFFLINE], np.uint8)[c["status"][rows]]
        held = np.where(c["load"][rows] > 0, np.uint8(S_ASSIGNED), np.uint8(S_OFFERED))
        out = np.where(c["holds"][rows] > 0, held, as_said)
        out = np.where(standing == DELETED, np.uint8(S_DELETED), out)
        hidden = (standing == NO_PROFILE) | (c["position_ts"][rows] == 0)
        return np.where(hidden, np.uint8(S_HIDDEN), out)

    def forget(self, clock: int, policy: Policy) -> I64 | None:
        """Let go of drivers without an active profile that nothing was heard of. → old row → new row (-1 gone), None if all stay."""
        c = self.columns
        gone = (c["standing"] != ACTIVE) & (c["holds"] == 0) & (c["flags"] == 0) & (c["touched_at"] < clock - int(policy.idle_ttl_s * 1000))
        if not gone.any():
            return None
        kept = ~gone
        moved = np.where(kept, np.cumsum(kept) - 1, -1)
        self.columns.keep(kept)
        self.ids = [self.ids[row] for row in np.flatnonzero(kept).tolist()]
        self.orders = {int(moved[row]): order for row, order in self.orders.items()}
        self.reindex()
        return moved

    def reindex(self) -> None:
        """Make again what follows from ids and columns."""
        self.index = dict(zip(self.ids, range(len(self.ids)), strict=True))
        self._points = np.zeros((len(self.ids), 3))
        self._points[: len(self.ids)] = geo.points(self.columns["lat"], self.columns["lon"])


def in_order(rows: I64, ts: I64, last: I64, strict: bool = True) -> tuple[Mask, I64]:
    """Which records come too late for their driver, and which are each driver's newest.

    ``rows`` and ``ts`` (n,) are in offset order; ``last`` (drivers,) is each driver's newest time so far. A record is late when a
    newer one, or with ``strict`` one as old, came before it. → (late (n,), positions of the newest of each driver).
    """
    count = len(rows)
    place = np.arange(count)
    final = np.empty(len(last), np.int64)
    final[rows] = place  # where a driver repeats, its last position stays
    if (final[rows] == place).all():
        late = ts <= last[rows]
        return late, np.flatnonzero(~late)
    order = np.argsort(rows, kind="stable")
    r, t = rows[order], ts[order]
    starts = np.r_[True, r[1:] != r[:-1]]
    group = np.cumsum(starts) - 1
    base = int(min(t.min(), last.min()))
    span = int(max(t.max(), last.max())) - base + 2
    top = np.maximum.accumulate(group * span + (t - base))  # a new driver's group lifts it above all before
    before = np.maximum(last[r], np.where(starts, base, np.r_[0, top[:-1]] - group * span + base))
    late_sorted = t <= before if strict else (t <= last[r]) | (t < before)
    late = np.empty(count, np.bool_)
    late[order] = late_sorted
    good = np.flatnonzero(~late)
    final[rows[good]] = good
    return late, good[final[rows[good]] == good]
