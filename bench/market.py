"""One market's traffic for the matching benches: a seed in; profiles, moves, orders and changes of orders, as frames, out.

Simpler than the simulator's city (ops/city) and open-loop: what is sent does not depend on what is decided, so the load stays what it is
meant to be however slowly the worker answers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

CENTRE = (37.76, -122.44)
HALF_DEGREES = 0.09  # about 20 km from side to side: at 20,000 drivers some thousands are in reach of an order
STEP_DEGREES = 0.0004  # about 40 m between two reports

Times = npt.NDArray[np.int64]


class Market:
    """Drivers that wander and riders that ask, in one market. ``drivers`` are named {name}-d0 and on."""

    def __init__(self, name: str, drivers: int, seed: int) -> None:
        self.name = name
        self.drivers = drivers
        self._rng = np.random.default_rng((seed, drivers))
        self._lat, self._lon = self._places(drivers)
        self._ids = (name + "-d" + pl.Series(np.arange(drivers)).cast(pl.String)).alias("driver_id")
        self._turn = 0

    def profiles(self, ts: int) -> pl.DataFrame:
        """A driver-profiles row for every driver: half of them sedans, all offering rides, a tenth with a tier."""
        n, rng = self.drivers, self._rng
        vehicle = pl.Series(["SEDAN", "SUV"]).gather(rng.integers(0, 2, n))
        tier = pl.Series(["STANDARD", "GOLD"]).gather((rng.random(n) < 0.1).astype(np.int64))
        stars = np.round(rng.uniform(4.0, 5.0, n), 2)
        return pl.DataFrame(
            {
                "driver_id": self._ids,
                "market": [self.name] * n,
                "ts": np.full(n, ts, dtype=np.int64),
                "rating_30d": stars,
                "rating_90d": stars,
                "rating_lifetime": stars,
                "total_rides": rng.integers(0, 8000, n).astype(np.int32),
                "completion_rate": np.round(rng.uniform(0.9, 1, n), 3),
                "acceptance_rate": np.round(rng.uniform(0.8, 1, n), 3),
                "cancellation_rate": np.round(rng.uniform(0, 0.05, n), 3),
                "eta_accuracy": np.round(rng.uniform(0.8, 1, n), 3),
                "vehicle": vehicle,
                "features": [["CHILD_SEAT"] if child else [] for child in (rng.random(n) < 0.2).tolist()],
                "services": [["RIDE"]] * n,
                "tier": tier,
                "specialties": pl.Series([[]] * n, dtype=pl.List(pl.String)),
                "deleted": np.zeros(n, dtype=np.bool_),
            }
        )

    def moves(self, ts: Times) -> pl.DataFrame:
        """A driver-moves row for each time: the drivers take turns, each a step from where it was."""
        rows = (self._turn + np.arange(len(ts))) % self.drivers
        self._turn = int(self._turn + len(ts)) % self.drivers
        self._lat[rows] += self._rng.uniform(-STEP_DEGREES, STEP_DEGREES, len(ts))
        self._lon[rows] += self._rng.uniform(-STEP_DEGREES, STEP_DEGREES, len(ts))
        return pl.DataFrame(
            {
                "driver_id": self._ids.gather(rows),
                "market": [self.name] * len(ts),
                "ts": ts,
                "lat": np.round(self._lat[rows], 6),
                "lon": np.round(self._lon[rows], 6),
                "status": ["AVAILABLE"] * len(ts),
            }
        )

    def orders(self, ids: pl.Series, ts: Times, patience_s: int = 600) -> pl.DataFrame:
        """An orders row for each id and time: rides from a place in the market to another."""
        n = len(ts)
        pickup, dropoff = self._places(n), self._places(n)
        return pl.DataFrame(
            {
                "order_id": ids,
                "market": [self.name] * n,
                "rider_id": self.name + "-r" + pl.Series(self._rng.integers(0, 100_000, n)).cast(pl.String),
                "service": ["RIDE"] * n,
                "tier": ["STANDARD"] * n,
                "premium_required": np.zeros(n, dtype=np.bool_),
                "requirements": pl.Series([[]] * n, dtype=pl.List(pl.String)),
                "preferred_vehicle": pl.Series([None] * n, dtype=pl.String),
                "ts": ts,
                "scheduled_ts": pl.Series([None] * n, dtype=pl.Int64),
                "pickup_lat": pickup[0],
                "pickup_lon": pickup[1],
                "dropoff_lat": dropoff[0],
                "dropoff_lon": dropoff[1],
                "patience_s": np.full(n, patience_s, dtype=np.int32),
            }
        )

    def changes(self, ids: pl.Series, ts: Times, change: str) -> pl.DataFrame:
        """An order-changes row for each id and time."""
        return pl.DataFrame({"order_id": ids, "market": [self.name] * len(ts), "ts": ts, "change": [change] * len(ts)})

    def order_ids(self, batch: str, count: int) -> pl.Series:
        """Names of orders, unique within a batch's name."""
        return self.name + f"-{batch}-" + pl.Series(np.arange(count)).cast(pl.String)

    def _places(self, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        spread = self._rng.uniform(-HALF_DEGREES, HALF_DEGREES, (2, count))
        return np.round(CENTRE[0] + spread[0], 6), np.round(CENTRE[1] + spread[1], 6)
