"""How fast San Francisco's cabs really drove: the recorded trips in; the time for each part of a way at an hour, out.

``usual(distance) · exp(hour + (area + area) / 2)``: the median time over the straight line's length, less what getting in and paying takes;
the slowness of the hour of the week; and the mean of the slowness of the areas at both ends (backfitted: Hastie & Tibshirani, 1990).
What that leaves unexplained is ``spread``. The agent is told none of this; it learns from the positions that it is sent.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from columns.earth import WEEK_HOURS, area, hour_of_week
from columns.table import F64, I64
from ops.evaluate.legs import length_m
from ops.evaluate.world import PARTS

LEAST_M, FASTEST_MPS = 300.0, 120 / 3.6  # shorter trips went elsewhere and came back; faster ones are errors of position
LEAST_S, MOST_S = 30.0, 7200.0
BINS = 40  # of distance, equally many trips in each
NEAR_M = 2000.0  # time over shorter distances tells what getting in and paying takes
AREA_M, PRIOR, ROUNDS = 1000.0, 20.0, 5
FARTHEST_M = 200_000.0
NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation, of a normal


class RecordedRoads:
    """See world.Roads. ``trips``: pickup_ts, dropoff_ts (s), pickup_lat, pickup_lon, dropoff_lat, dropoff_lon (degrees) of recorded trips.

    Raises ValueError for too few trips to tell.
    """

    def __init__(self, trips: pl.DataFrame) -> None:
        lat, lon, to_lat, to_lon = (trips[name].to_numpy() for name in ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon"))
        took = (trips["dropoff_ts"] - trips["pickup_ts"]).to_numpy().astype(np.float64)
        way = length_m(lat, lon, to_lat, to_lon)
        good = np.flatnonzero((way >= LEAST_M) & (took >= LEAST_S) & (took <= MOST_S) & (way <= FASTEST_MPS * took))
        if len(good) < 10 * BINS:
            raise ValueError(f"{len(good)} usable trips do not tell how fast cabs drive; give a folder with whole days of them")
        lat, lon, to_lat, to_lon, took, way = (each[good] for each in (lat, lon, to_lat, to_lon, took, way))
        self._far_m, self._far_s, start_s = _curve(way, took)
        left = np.log(took / (start_s + self._usual_s(way)))
        hour = hour_of_week(trips["pickup_ts"].to_numpy()[good] * 1000, lon)
        self._hour = np.array([np.median(left[hour == h]) if (hour == h).any() else 0.0 for h in range(WEEK_HOURS)])
        left = left - self._hour[hour]
        self._cells, ends = np.unique(np.concatenate((area(lat, lon, AREA_M), area(to_lat, to_lon, AREA_M))), return_inverse=True)
        first, second = ends[: len(way)], ends[len(way) :]
        self._slow = _backfit(left, first, second, len(self._cells))
        left = left - (self._slow[first] + self._slow[second]) / 2
        self.spread = float(NORMAL_MAD * np.median(np.abs(left - np.median(left))))

    def parts_ms(self, lat: F64, lon: F64, to_lat: F64, to_lon: F64, at_ms: I64) -> F64:
        """As in world.Roads."""
        effect = self._hour[hour_of_week(at_ms, lon)] + (self._area(lat, lon) + self._area(to_lat, to_lon)) / 2
        way = length_m(lat, lon, to_lat, to_lon)
        seconds = np.maximum(self._usual_s(way) * np.exp(effect), way / FASTEST_MPS)
        return np.repeat((1000.0 * seconds / PARTS)[:, None], PARTS, axis=1)

    def _usual_s(self, way_m: F64) -> F64:
        out: F64 = np.interp(way_m, self._far_m, self._far_s)
        return out

    def _area(self, lat: F64, lon: F64) -> F64:
        here = area(lat, lon, AREA_M)
        at = np.minimum(np.searchsorted(self._cells, here), len(self._cells) - 1)
        out: F64 = np.where(self._cells[at] == here, self._slow[at], 0.0)
        return out


def _curve(way_m: F64, took_s: F64) -> tuple[F64, F64, float]:
    """Distances and the median times of driving them, ascending from nothing; and the time of getting in and paying, s."""
    order = np.argsort(way_m, kind="stable")
    bins = np.array_split(order, BINS)
    far = np.array([np.median(way_m[each]) for each in bins])
    time = np.maximum.accumulate([np.median(took_s[each]) for each in bins])
    near = far < NEAR_M
    start = max(0.0, float(np.polyfit(far[near], time[near], 1)[1])) if near.sum() > 1 else 0.0
    time = np.maximum.accumulate(np.maximum(time - start, far / FASTEST_MPS))
    slope = max((time[-1] - time[-5]) / (far[-1] - far[-5]), 1 / FASTEST_MPS)
    return np.r_[0.0, far, FARTHEST_M], np.r_[0.0, time, time[-1] + slope * (FARTHEST_M - far[-1])], start


def _backfit(left: F64, first: I64, second: I64, cells: int) -> F64:
    """The slowness of areas, shape (cells,), from ``left`` (n,), that of trips: the mean of both ends'. Little known is little."""
    slow = np.zeros(cells)
    count = np.bincount(first, minlength=cells) + np.bincount(second, minlength=cells)
    for _ in range(ROUNDS):
        total = np.bincount(first, 2 * left - slow[second], cells) + np.bincount(second, 2 * left - slow[first], cells)
        slow = (slow + total / (count + PRIOR)) / 2
    return slow
