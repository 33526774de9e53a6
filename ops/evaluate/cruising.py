"""What idle cabs do: recorded trips of other days in; where an idle cab drives, as one did that became empty near there at that hour, out.

A recorded **vacancy** leads from a drop-off to the cab's next pickup, in the time it took. A cab without an order follows one of the
vacancies that began nearest to it in place and time of day, on another day of the same kind (working or weekend), drawn by its name; at
its end, another. So idle cabs are where cabs look for riders, and no policy is told of the day's orders by it.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from columns.earth import WEEK_HOURS, hour_of_week
from columns.table import F64, I64
from ops.city.places import M_PER_DEGREE
from ops.evaluate import draws
from ops.evaluate.legs import length_m
from ops.evaluate.recorded_roads import FASTEST_MPS
from ops.evaluate.world import PARTS

LEAST_S, MOST_S = 30, 3600  # of a vacancy; after longer ones the cab had not been looking for riders all the time
LIKE = 8  # vacancies to draw from
HOUR_M = 1000.0  # an hour's difference counts as so many metres
WEEKEND = 120  # hour of the week from which on it is weekend
DAY_MS = 86_400_000


class Cruising:
    """See world.Idling. ``trips``: taxi, pickup_ts, dropoff_ts (s), and their places, of all days; those of ``but`` are left out."""

    def __init__(self, seed: int, trips: pl.DataFrame, but: str) -> None:
        self.seed = seed
        legs = vacancies(trips.filter(pl.col("day") != but))
        self._lon = float(legs["lon"].median() or 0.0)  # type: ignore[arg-type]
        self._lat = float(legs["lat"].median() or 0.0)  # type: ignore[arg-type]
        here = legs.select("lat", "lon").to_numpy()
        self._to, took_ms = legs.select("to_lat", "to_lon").to_numpy(), legs["took_s"].to_numpy() * 1000
        at_ms = legs["from_ts"].to_numpy() * 1000
        self._took_ms: I64 = took_ms
        kind = self._weekend(at_ms)
        self._rows = [np.flatnonzero(kind == each) for each in (0, 1)]
        self._trees = [cKDTree(self._points(here[rows], at_ms[rows])) if len(rows) else None for rows in self._rows]

    def rests_until(self, rows: I64, at_ms: I64) -> I64:
        """Cabs do not rest."""
        return at_ms

    def drifts(self, rows: I64, here: F64, at_ms: I64) -> tuple[F64, F64, I64]:
        """As in world.Idling."""
        leg = np.empty(len(rows), np.int64)
        kind, nth = self._weekend(at_ms), draws.uniform(self.seed, draws.RESTS, rows, at_ms // 1000)
        for each, (own, tree) in enumerate(zip(self._rows, self._trees, strict=True)):
            some = np.flatnonzero(kind == each)
            if len(some) == 0:
                continue
            if tree is None:
                raise ValueError("no recorded day of the same kind, working or weekend, tells where idle cabs drive")
            near = np.atleast_2d(tree.query(self._points(here[some], at_ms[some]), k=np.arange(1, min(LIKE, len(own)) + 1))[1])
            leg[some] = own[near[np.arange(len(some)), (nth[some] * near.shape[1]).astype(np.int64)]]
        took = self._took_ms[leg]
        return self._to[leg], np.repeat(took[:, None] / PARTS, PARTS, axis=1), at_ms + took

    def _weekend(self, at_ms: I64) -> I64:
        week = hour_of_week(at_ms, np.full(len(at_ms), self._lon))
        return (week % WEEK_HOURS >= WEEKEND).astype(np.int64)

    def _points(self, places: F64, at_ms: I64) -> F64:
        """Places (n, 2), degrees, and times of day on a circle: in metres, shape (n, 4)."""
        radius = 24 * HOUR_M / (2 * np.pi)
        turn = 2 * np.pi * (at_ms % DAY_MS) / DAY_MS
        east = places[:, 1] * M_PER_DEGREE * np.cos(np.radians(self._lat))
        return np.stack((places[:, 0] * M_PER_DEGREE, east, radius * np.cos(turn), radius * np.sin(turn)), axis=1)


def vacancies(trips: pl.DataFrame) -> pl.DataFrame:
    """From each trip's end to the same cab's next pickup: lat, lon, to_lat, to_lon, from_ts, took_s."""
    following = {name: pl.col(name).shift(-1).over("taxi") for name in ("pickup_ts", "pickup_lat", "pickup_lon")}
    legs = trips.sort("taxi", "pickup_ts").select(
        lat="dropoff_lat",
        lon="dropoff_lon",
        to_lat=following["pickup_lat"],
        to_lon=following["pickup_lon"],
        from_ts="dropoff_ts",
        took_s=following["pickup_ts"] - pl.col("dropoff_ts"),
    )
    legs = legs.drop_nulls().filter(pl.col("took_s").is_between(LEAST_S, MOST_S))
    way = length_m(*(legs[name].to_numpy() for name in ("lat", "lon", "to_lat", "to_lon")))
    return legs.filter(pl.Series(way <= FASTEST_MPS * legs["took_s"].to_numpy()))
