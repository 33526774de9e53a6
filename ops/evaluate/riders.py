"""The riders of a run: what has become of each order so far.

An order is AHEAD until its time, then WAITING for a driver, EXPECTING the one that was found, RIDING, and in the end COMPLETED, CANCELLED
(its rider would not wait for the driver any longer) or UNMATCHED (nobody was found before its patience ended or its rider left).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from columns.table import F64, I64
from ops.evaluate.world import NEVER, Demand

AHEAD, WAITING, EXPECTING, RIDING, COMPLETED, CANCELLED, UNMATCHED = range(7)
GRACE_MS = 10_000  # the agent has this long after a patience's end to say that nobody was found


class Riders:
    """Orders as rows, in order of time; times in ms, 0 where a thing has not happened."""

    def __init__(self, demand: Demand) -> None:
        n = len(demand)
        self.demand = demand
        self.stage = np.full(n, AHEAD, np.uint8)
        self.driver: I64 = np.full(n, -1, np.int64)
        self.way_s: F64 = np.zeros(n)  # of its driver to the pickup, as the agent expected it
        self.lack_s: F64 = np.zeros(n)  # what its driver's quality added to the cost
        self.matched_ms: I64 = np.zeros(n, np.int64)
        self.pickup_ms: I64 = np.zeros(n, np.int64)
        self.done_ms: I64 = np.zeros(n, np.int64)
        self.leave_ms: I64 = np.full(n, NEVER, np.int64)  # when a waiting rider goes
        self.refusals: I64 = np.zeros(n, np.int64)
        self.arrived = 0

    def waits(self, row: int) -> bool:
        """Whether nobody has been found for this order yet."""
        return bool(self.stage[row] == WAITING)

    def asking(self, now: int) -> pl.DataFrame:
        """The records of ``orders`` that come until ``now``."""
        d, first = self.demand, self.arrived
        self.arrived = int(np.searchsorted(d.at_ms, now, side="right"))
        new = np.arange(first, self.arrived)
        self.stage[new] = WAITING
        self.leave_ms[new] = np.minimum(np.minimum(d.leaves_ms[new], d.limit_ms[new]), d.at_ms[new] + d.patience_ms[new] + GRACE_MS)
        return d.frame.slice(first, len(new))

    def expect(self, rows: I64, drivers: I64, expected: F64, now: int) -> None:
        """Drivers have taken these orders, shape (n,) each; ``expected`` (n, 2): ``way_s`` and ``lack_s``."""
        self.stage[rows], self.driver[rows], self.matched_ms[rows] = EXPECTING, drivers, now
        self.way_s[rows], self.lack_s[rows] = expected.T
        self.leave_ms[rows] = NEVER

    def leaving(self, now: int) -> I64:
        """Rows of the waiting riders that have gone by ``now``; they are UNMATCHED from then on."""
        rows = np.flatnonzero(self.leave_ms <= now)
        self.end(rows, UNMATCHED, self.leave_ms[rows])
        return rows

    def end(self, rows: I64, stage: int, at: I64 | int) -> None:
        """These orders are over."""
        self.stage[rows], self.done_ms[rows], self.leave_ms[rows] = stage, at, NEVER
