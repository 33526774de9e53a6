"""Accepted moves, assignments, ends of orders and pay in; each driver's income and active time by hour, and windows of them, out.

Exact: whole milliseconds and whole cents, in event time. A driver is active from one sign of it (a move, an order's end) to the next, if
it said that it was available or busy, or was on an order; of a longer silence only the first part counts. The ledger keeps the last
hours of a market's drivers, eight bytes for each driver and hour, and nothing else of the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.matching.fairness import DEFAULT, HOUR_MS, FairnessPolicy, Inequality, Standing, inequality, standing
from columns.table import I64, Array, Columns, Mask

U32 = npt.NDArray[np.uint32]
MOST = (1 << 32) - 1  # cents in one hour of one driver

SPEC = {
    "at": ("i8", 0),  # event time of the last sign, ms; 0: none yet
    "online": ("u1", 0),  # 1: said at its last move that it was available or busy
    "on_order": ("u1", 0),
    "shown": ("f8", -1.0),  # the factor of its last row in the table; -1: none yet
}


class Ledger:
    """One market's income and active time; rows are those of the driver table, told of by ``extend`` and ``keep``."""

    def __init__(self, hours: int = DEFAULT.hours) -> None:
        self.hours = hours
        self.hour = 0  # the newest hour since the epoch: that of the market's clock
        self.columns = Columns(SPEC)
        self._active: U32 = np.zeros((hours, 0), np.uint32)  # ms by hour modulo hours, and driver
        self._cents: U32 = np.zeros((hours, 0), np.uint32)

    def __len__(self) -> int:
        return len(self.columns)

    def extend(self, count: int) -> None:
        """Add ``count`` drivers, of whom nothing is known."""
        self.columns.extend(count)
        if len(self) > self._active.shape[1]:
            room = 2 * len(self)
            self._active, self._cents = (_widened(table, room) for table in (self._active, self._cents))

    def keep(self, mask: Mask) -> None:
        """Let go of the drivers where ``mask`` (drivers,) is false; the others keep their order."""
        rows = np.flatnonzero(mask)
        self._active, self._cents = self._active[:, rows], self._cents[:, rows]
        self.columns.keep(mask)

    def advance(self, clock: int) -> None:
        """The market's clock is ``clock`` ms now: hours that lie too far back are forgotten."""
        hour = clock // HOUR_MS
        for new in range(max(self.hour + 1, hour - self.hours + 1), hour + 1):
            self._active[new % self.hours] = 0
            self._cents[new % self.hours] = 0
        self.hour = max(self.hour, hour)

    def moved(self, rows: I64, ts: I64, online: Mask, policy: FairnessPolicy = DEFAULT) -> None:
        """Moves that were not late, in offset order, shape (n,) each; a driver may repeat. ``online``: available or busy.

        However the moves are cut into batches, the ledger comes out the same.
        """
        if len(rows) == 0:
            return
        order = np.argsort(rows, kind="stable")
        rows, ts, said = rows[order], ts[order], online[order].astype(np.uint8)
        first = np.append(True, rows[1:] != rows[:-1])
        at = self.columns["at"][rows]
        start = np.where(first, at, np.maximum(at, np.append(0, ts[:-1])))
        was_online = np.where(first, self.columns["online"][rows], np.append(0, said[:-1]))
        self._count(rows, start, ts, was_online, policy)
        last = np.append(first[1:], True)
        self.columns["at"][rows[last]] = np.maximum(at[last], ts[last])
        self.columns["online"][rows[last]] = said[last]

    def took(self, rows: I64) -> None:
        """Each of these drivers took an order: it is active until the next sign of it."""
        self.columns["on_order"][rows] = 1

    def ended(self, rows: I64, ts: I64, policy: FairnessPolicy = DEFAULT) -> None:
        """The orders of these drivers, all different, were over at ``ts`` ms, shape (n,) each."""
        if len(rows):
            at = self.columns["at"][rows]
            self._count(rows, at, ts, self.columns["online"][rows], policy)
            self.columns["at"][rows] = np.maximum(at, ts)
            self.columns["on_order"][rows] = 0

    def expired(self, rows: I64) -> None:
        """The orders of these drivers only expired: nobody said when they were over, so this is no sign of the driver."""
        self.columns["on_order"][rows] = 0

    def earn(self, rows: I64, cents: I64, ts: I64) -> None:
        """Drivers earned ``cents`` ≥ 0 at ``ts`` ms, shape (n,) each; a driver may repeat. Raises ValueError for less than 0."""
        if len(rows) == 0:
            return
        if int(cents.min()) < 0:
            raise ValueError(f"a driver cannot earn {int(cents.min())} cents: pay is not negative")
        self.advance(int(ts.max()))
        self._add(self._cents, rows, ts // HOUR_MS, cents)

    def window(self, hours: int) -> tuple[I64, I64]:
        """Cents and active ms of each driver, shape (drivers,), in the clock's hour and the ``hours`` - 1 before it."""
        buckets = np.arange(self.hour - min(hours, self.hours) + 1, self.hour + 1) % self.hours
        cents, active = (table[buckets, : len(self)].sum(axis=0, dtype=np.int64) for table in (self._cents, self._active))
        return cents, active

    def standing(self, policy: FairnessPolicy = DEFAULT) -> Standing:
        """How each driver stands against the market in the policy's window."""
        return standing(*self.window(policy.window_h), policy)

    def statistics(self, policy: FairnessPolicy = DEFAULT) -> list[Inequality]:
        """The market in each of the policy's windows."""
        return [inequality(hours, *self.window(hours)) for hours in policy.windows_h]

    def due(self, now: Standing, least: float = 0.02) -> I64:
        """Rows of drivers whose factor has changed by ``least`` since their last row in the table, or who were active and never had one."""
        shown = self.columns["shown"]
        fresh = (shown < 0) & ((now.active_ms > 0) | (now.cents > 0))
        return np.flatnonzero(fresh | ((shown >= 0) & (np.abs(now.factor - shown) >= least)))

    def show(self, rows: I64, now: Standing) -> None:
        """These rows go to the table."""
        self.columns["shown"][rows] = now.factor[rows]

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {"hours": self.hours, "hour": self.hour}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        count = len(self)
        return dict(self.columns.items()) | {"active": self._active[:, :count].ravel(), "cents": self._cents[:, :count].ravel()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Ledger:
        """The ledger whose ``facts()`` and ``arrays()`` these are."""
        ledger = cls(facts["hours"])
        ledger.hour = facts["hour"]
        ledger.columns.append({name: arrays[name] for name in SPEC})
        ledger._active, ledger._cents = (arrays[name].reshape(ledger.hours, -1).copy() for name in ("active", "cents"))
        return ledger

    def _count(self, rows: I64, start: I64, end: I64, was_online: Array, policy: FairnessPolicy) -> None:
        """From ``start`` to ``end`` these drivers were active, if online or on an order, and as long as the silence was not too long."""
        on_order = self.columns["on_order"][rows] != 0
        most = np.where(on_order, round(policy.silent_on_order_s * 1000), round(policy.silent_s * 1000))
        active = ((was_online != 0) | on_order) & (start > 0) & (end > start)
        self.advance(int(end.max()))
        rows, start = rows[active], start[active]
        end = np.minimum(end[active], start + most[active])
        while len(rows):
            hour = start // HOUR_MS
            until = np.minimum(end, (hour + 1) * HOUR_MS)
            self._add(self._active, rows, hour, until - start)
            longer = until < end
            rows, start, end = rows[longer], until[longer], end[longer]

    def _add(self, table: U32, rows: I64, hour: I64, amount: I64) -> None:
        kept = (hour > self.hour - self.hours) & (amount > 0)
        hour, rows, amount = hour[kept] % self.hours, rows[kept], amount[kept]
        width = table.shape[1]
        cells, inverse = np.unique(hour * width + rows, return_inverse=True)
        sums = np.bincount(inverse, weights=amount, minlength=len(cells)).astype(np.int64)
        where = (cells // width, cells % width)
        table[where] = np.minimum(table[where] + sums, MOST).astype(np.uint32)


def _widened(table: U32, room: int) -> U32:
    out: U32 = np.zeros((table.shape[0], room), np.uint32)
    out[:, : table.shape[1]] = table
    return out
