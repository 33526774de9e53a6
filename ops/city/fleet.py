"""Drivers as columns: how many and a seed in; their profiles, movement and reported positions out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from agents.matching.policy import FEATURES, TIERS, VEHICLES
from ops.city import mix
from ops.city.places import M_PER_DEGREE, Floats, Ints, Places

OFFLINE, IDLE, TO_PICKUP, ON_TRIP = range(4)
STATUS = np.array(["OFFLINE", "AVAILABLE", "BUSY", "BUSY"], dtype=object)

PING_MS = 4_000  # a driver's app reports at least this often while online, real time
SHIFT_MS = (4 * 3_600_000, 2 * 3_600_000)  # mean time online and offline, the world's time
ROAM_SPEED = 0.5  # of the cruising speed, while looking for work


class Fleet:
    """All drivers of a world; every array has one row per driver, in the order of ``ids``."""

    def __init__(self, places: Places, per_market: int, rng: np.random.Generator, world_ms: int) -> None:
        count = per_market * len(places.cities)
        self._places = places
        self.market: Ints = np.repeat(np.arange(len(places.cities)), per_market)
        self.ids = np.array([f"{places.names[m]}-d{i % per_market:05d}" for i, m in enumerate(self.market)], dtype=object)
        self.row = {driver: i for i, driver in enumerate(self.ids)}
        self.vehicle: Ints = rng.choice(len(VEHICLES), count, p=mix.VEHICLE_SHARE)
        self.rating: Floats = np.clip(rng.normal(4.7, 0.22, count), 3.2, 5.0).round(2)
        self.acceptance: Floats = rng.beta(30, 2, count).round(3)
        self.completion: Floats = rng.beta(60, 1.5, count).round(3)
        self.speed_mps: Floats = mix.CRUISE_MPS * rng.uniform(0.8, 1.25, count)
        self.lat, self.lon = places.draw(rng, self.market, places.hours(world_ms)[self.market], leaving=True)
        self.to_lat, self.to_lon = self.lat.copy(), self.lon.copy()
        online = rng.uniform(size=count) < SHIFT_MS[0] / sum(SHIFT_MS)
        self.mode: Ints = np.where(online, IDLE, OFFLINE).astype(np.int64)
        self.shift_ends: Floats = world_ms + rng.exponential(np.where(online, *SHIFT_MS))
        self.ride = np.full(count, None, dtype=object)
        self.next_ping: Floats = np.zeros(count)

    def __len__(self) -> int:
        return len(self.ids)

    def profiles(self, rng: np.random.Generator, ts: int) -> pl.DataFrame:
        """Every driver's profile at ``ts`` (real ms), with the columns of `driver-profiles`."""
        n = len(self)
        vehicles = [VEHICLES[v] for v in self.vehicle]
        has = rng.uniform(size=(n, len(FEATURES))) < mix.FEATURE_OFFERED
        near = np.clip(self.rating[:, None] + rng.normal(0, 0.05, (n, 2)), 1.0, 5.0).round(2)
        reach = np.searchsorted(mix.TIER_RATING, self.rating, side="right") - 1  # the highest tier open to the driver
        tier = np.where(rng.uniform(size=n) < 0.5, 0, rng.integers(0, reach + 1))
        return pl.DataFrame({
            "driver_id": self.ids.tolist(),
            "market": self._places.names[self.market].tolist(),
            "ts": np.full(n, ts, dtype=np.int64),
            "rating_30d": near[:, 0],
            "rating_90d": near[:, 1],
            "rating_lifetime": self.rating,
            "total_rides": rng.integers(20, 8_000, n).astype(np.int32),
            "completion_rate": self.completion,
            "acceptance_rate": self.acceptance,
            "cancellation_rate": (1 - self.completion).round(3),
            "eta_accuracy": rng.beta(20, 2, n).round(3),
            "vehicle": vehicles,
            "features": [_features(v, row) for v, row in zip(vehicles, has, strict=True)],
            "services": [_offered(v, rng) for v in vehicles],
            "tier": [TIERS[t] for t in tier],
            "specialties": [[mix.SPECIALTIES[s]] if s < len(mix.SPECIALTIES) else [] for s in rng.integers(0, 12, n)],
            "deleted": np.zeros(n, dtype=bool),
        }, schema_overrides=dict.fromkeys(("features", "services", "specialties"), pl.List(pl.String)))  # fmt: skip

    def send(self, rows: Ints, mode: int, lat: Floats | float, lon: Floats | float) -> None:
        """Give drivers a way to drive (degrees) and the mode they drive it in; they report at once."""
        self.mode[rows], self.to_lat[rows], self.to_lon[rows] = mode, lat, lon
        self.next_ping[rows] = 0

    def free(self, rows: Ints | int) -> None:
        """Let drivers look for work from where they are."""
        self.mode[rows], self.ride[rows], self.next_ping[rows] = IDLE, None, 0
        self.to_lat[rows], self.to_lon[rows] = self.lat[rows], self.lon[rows]

    def drive(self, world_s: float) -> Ints:
        """Move everyone online for that many seconds of the world's; the rows that stand at their destination."""
        pace = np.select([self.mode == OFFLINE, self.mode == IDLE], [0.0, ROAM_SPEED], 1.0) * self.speed_mps * world_s
        north = (self.to_lat - self.lat) * M_PER_DEGREE
        east = (self.to_lon - self.lon) * M_PER_DEGREE * np.cos(np.radians(self.lat))
        left = np.hypot(north, east)
        part = np.where(left > pace, pace / np.maximum(left, 1e-9), 1.0)
        part[self.mode == OFFLINE] = 0.0
        self.lat += (self.to_lat - self.lat) * part
        self.lon += (self.to_lon - self.lon) * part
        return np.flatnonzero((left <= pace) & (self.mode != OFFLINE))

    def roam(self, rows: Ints, rng: np.random.Generator, world_ms: int) -> None:
        """Send idle drivers on to where orders are likely."""
        market = self.market[rows]
        self.to_lat[rows], self.to_lon[rows] = self._places.draw(rng, market, self._places.hours(world_ms)[market], leaving=True)

    def change_shifts(self, rng: np.random.Generator, world_ms: int) -> None:
        """Drivers without a ride go home, and those at home come back, when their time has come."""
        due = np.flatnonzero((self.shift_ends <= world_ms) & (self.mode <= IDLE))
        to_work = self.mode[due] == OFFLINE
        self.shift_ends[due] = world_ms + rng.exponential(np.where(to_work, *SHIFT_MS))
        self.mode[due] = np.where(to_work, IDLE, OFFLINE)
        self.next_ping[due] = 0

    def stay(self, row: int, until_world_ms: float) -> None:
        """A driver who has said yes does not go home before then."""
        self.shift_ends[row] = max(self.shift_ends[row], until_world_ms)

    def pings(self, now_ms: int) -> pl.DataFrame:
        """Reports that are due: `driver-moves` rows at ``now_ms`` of those online, and of those who just went off."""
        rows = np.flatnonzero(self.next_ping <= now_ms)
        first = self.next_ping[rows] == 0
        self.next_ping[rows] = np.where(self.mode[rows] == OFFLINE, np.inf, now_ms + PING_MS)
        spread = rows[first & (self.mode[rows] != OFFLINE)]
        self.next_ping[spread] -= (spread * 7919) % PING_MS  # not everyone in the same tick
        return self.moves(rows, now_ms)

    def moves(self, rows: npt.NDArray[np.int64], ts: int) -> pl.DataFrame:
        """The rows' positions and statuses as `driver-moves`."""
        return pl.DataFrame({
            "driver_id": self.ids[rows].tolist(),
            "market": self._places.names[self.market[rows]].tolist(),
            "ts": np.full(len(rows), ts, dtype=np.int64),
            "lat": self.lat[rows],
            "lon": self.lon[rows],
            "status": STATUS[self.mode[rows]].tolist(),
        }, schema_overrides={"driver_id": pl.String, "market": pl.String, "status": pl.String})  # fmt: skip


def _features(vehicle: str, has: npt.NDArray[np.bool_]) -> list[str]:
    """What a vehicle with seats offers; others offer nothing."""
    return [f for f, h in zip(FEATURES, has, strict=True) if h and vehicle in mix.PEOPLE]


def _offered(vehicle: str, rng: np.random.Generator) -> list[str]:
    """The services a driver of that vehicle offers: most of what it may serve, at least one."""
    possible = mix.OFFERS[vehicle]
    kept = rng.uniform(size=len(possible)) < 0.85
    kept[rng.integers(0, len(possible))] = True
    return [s for s, k in zip(possible, kept, strict=True) if k]
