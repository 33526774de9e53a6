"""Accepted moves of a market's drivers in; the drives they complete, from where and when to where and when, out.

A drive is a driver's run of BUSY positions, first to last: its length in time is what a straight line over a speed has to predict, and
where it begins and ends is the rider's choice. Single steps between two positions are not used: their ends are chosen by the clock of
the driver's telephone, so the short ones are those that stood at a light, and long ones leave the detours out. A driver who waits,
parks or roams for work is not BUSY and says nothing about traffic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from columns.table import F64, I64, Array, Columns, Mask

AVAILABLE, BUSY = 0, 1  # positions in policy.STATUSES

LEG = {  # columns of the driver table: where the driver's present drive began
    "leg_ts": ("i8", 0),  # ms; 0: none
    "leg_lat": ("f8", 0.0),
    "leg_lon": ("f8", 0.0),
}


@dataclass(frozen=True, slots=True)
class Legs:
    """Completed drives: degrees, and event times in ms, shape (n,) each."""

    lat: F64
    lon: F64
    ts: I64
    to_lat: F64
    to_lon: F64
    to_ts: I64

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, index: I64 | Mask) -> Legs:
        """The drives at these positions."""
        return Legs(self.lat[index], self.lon[index], self.ts[index], self.to_lat[index], self.to_lon[index], self.to_ts[index])


def follow(drivers: Columns, rows: I64, moves: Mapping[str, Array], gap_ms: int) -> Legs:
    """Take accepted moves into the LEG columns of the driver table. → the drives that they end, in the order of the ending moves

    To be called **before** the table's own position is overwritten. ``rows`` (n,) are the drivers, in offset order, a driver's times
    ascending; ``moves`` holds ``ts``, ``lat``, ``lon``, ``status``, shape (n,) each. A drive ends where the driver becomes AVAILABLE,
    at the last BUSY position. It is let go of without a word where it was BUSY before it was first heard of, where ``gap_ms`` passed
    without a position, and where the driver goes OFFLINE. However the moves are cut into batches, the drives are the same.
    """
    order = np.argsort(rows, kind="stable")
    r, place = rows[order], np.arange(len(rows))
    ts, lat, lon, status = (moves[name][order] for name in ("ts", "lat", "lon", "status"))
    first: Mask = np.ones(len(r), np.bool_)
    first[1:] = r[1:] != r[:-1]
    before_ts, before_lat, before_lon = (
        _before(column, drivers[name][r], first) for name, column in (("position_ts", ts), ("lat", lat), ("lon", lon))
    )
    was_busy: Mask = (_before(status, drivers["status"][r], first) == BUSY) & (before_ts > 0)
    busy, heard = status == BUSY, ts - before_ts <= gap_ms
    begins = busy & ~was_busy & (before_ts > 0)
    event = np.maximum.accumulate(np.where(begins | ~busy | ~heard, place, -1))  # the last move that began or cut a drive
    opened = np.maximum.accumulate(np.where(first, place, 0))  # each driver's first move of the batch
    earlier = np.r_[-1, event][: len(r)]
    start = _started(drivers, r, earlier, opened, begins, (ts, lat, lon))
    ends = (status == AVAILABLE) & was_busy & (start[0] > 0)
    last = np.flatnonzero(np.r_[first[1:], True]) if len(r) else place
    now = _started(drivers, r[last], event[last], opened[last], begins, (ts, lat, lon))
    for name, column in zip(LEG, now, strict=True):
        drivers[name][r[last]] = column
    done = np.flatnonzero(ends)
    done = done[np.argsort(order[done])]
    return Legs(start[1][done], start[2][done], start[0][done], before_lat[done], before_lon[done], before_ts[done])


def _before(column: Array, table: Array, first: Mask) -> Array:
    """What each move found: the value of the driver's move before it, the table's for the driver's first."""
    out = table.astype(column.dtype)
    later = np.flatnonzero(~first)
    out[later] = column[later - 1]
    return out


def _started(drivers: Columns, r: I64, event: I64, opened: I64, begins: Mask, moves: tuple[I64, F64, F64]) -> tuple[I64, F64, F64]:
    """When and where the drive under way began, given the last ``event`` (n,) of all moves and the driver's first move ``opened``.

    An event of the driver's own begins a drive or cuts it; without one the table knows.
    """
    own = event >= opened
    at = np.maximum(event, 0)
    began = own & begins[at]
    ts = np.where(began, moves[0][at], np.where(own, 0, drivers["leg_ts"][r]))
    lat = np.where(began, moves[1][at], np.where(own, 0.0, drivers["leg_lat"][r]))
    lon = np.where(began, moves[2][at], np.where(own, 0.0, drivers["leg_lon"][r]))
    return ts, lat, lon


def restart(drivers: Columns, rows: I64) -> None:
    """The riders of these drivers have got in: what was BUSY so far was the way to them, so the drive begins here and now."""
    under_way = (drivers["status"][rows] == BUSY) & (drivers["position_ts"][rows] > 0)
    rows = rows[under_way]
    for name, own in zip(LEG, ("position_ts", "lat", "lon"), strict=True):
        drivers[name][rows] = drivers[own][rows]
