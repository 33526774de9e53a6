"""The ways that drivers are on: where each set off and when, and how long its parts take, in; where it is at a time, out."""

from __future__ import annotations

import numpy as np

from columns.table import F64, I64
from ops.city.places import M_PER_DEGREE
from ops.evaluate.world import PARTS


def length_m(lat: F64, lon: F64, to_lat: F64, to_lon: F64) -> F64:
    """Metres between places in degrees, shape (n,), on a city's flat map."""
    out: F64 = np.hypot((to_lat - lat) * M_PER_DEGREE, (to_lon - lon) * M_PER_DEGREE * np.cos(np.radians(lat)))
    return out


class Legs:
    """The way each driver is on, one row per driver; at its end it stands there."""

    def __init__(self, lat: F64, lon: F64) -> None:
        """Everybody stands at (lat, lon), degrees, shape (drivers,)."""
        self.start = np.stack((lat, lon), axis=1)
        self.end = self.start.copy()
        self.start_ms: I64 = np.zeros(len(lat), np.int64)
        self.upto_ms = np.zeros((len(lat), PARTS + 1))

    def set(self, rows: I64, at_ms: I64, to: F64, parts_ms: F64) -> I64:
        """Drivers set off at ``at_ms`` (n,) from where they are then, for ``to`` (n, 2). → when they arrive, ms."""
        self.start[rows] = self.at(rows, at_ms)
        self.end[rows] = to
        self.start_ms[rows] = at_ms
        self.upto_ms[rows, 1:] = np.cumsum(parts_ms, axis=1)
        return self.arrive_ms(rows)

    def arrive_ms(self, rows: I64) -> I64:
        """When drivers are at the end of their ways, ms, shape (n,)."""
        out: I64 = self.start_ms[rows] + np.ceil(self.upto_ms[rows, -1] - 1e-6).astype(np.int64)
        return out

    def stop(self, rows: I64, at_ms: I64) -> None:
        """Drivers stand where they are at ``at_ms`` (n,)."""
        self.start[rows] = self.end[rows] = self.at(rows, at_ms)
        self.upto_ms[rows] = 0.0

    def put(self, rows: I64, places: F64) -> None:
        """Drivers stand at these places (n, 2), degrees, from now on."""
        self.start[rows] = self.end[rows] = places
        self.upto_ms[rows] = 0.0

    def at(self, rows: I64, now: I64 | int) -> F64:
        """Where drivers are, degrees, shape (n, 2)."""
        gone = np.asarray(now - self.start_ms[rows], np.float64)[:, None]
        upto = self.upto_ms[rows]
        part = np.clip((gone - upto[:, :-1]) / np.maximum(upto[:, 1:] - upto[:, :-1], 1e-9), 0.0, 1.0)
        share = part.mean(axis=1, keepdims=True)
        out: F64 = self.start[rows] + (self.end[rows] - self.start[rows]) * share
        return out
