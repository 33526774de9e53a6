"""A day of San Francisco's cabs as a closed loop's world: a folder of recordings and a day in; orders, cabs, roads and cruising, out.

Orders are the recorded trips, each asked for three minutes before its recorded pickup (street hails: nobody knows when the rider began to
wait) and taking as long as recorded. Drivers are the cabs, on the road when they were (`shifts`), beginning where they did; they take
every order. How fast they drive (`recorded_roads`) and where they go when idle (`cruising`) is learnt from the recording, too. Riders wait
`PATIENCE_S` for a decision and, once they have a cab, for that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from agents.matching.pay import pay_cents
from columns.earth import haversine_m, hour_of_week
from columns.table import I64
from ops.city.recorded import LEAD_MS, MARKET, PATIENCE_S, NoRecordingError, Recording, profiles
from ops.evaluate.agent_loop import shaped
from ops.evaluate.cruising import Cruising
from ops.evaluate.recorded_roads import RecordedRoads
from ops.evaluate.shifts import flips, shifts
from ops.evaluate.world import NEVER, Demand, Scenario, Setting, Supply

HOUR_MS = 3_600_000
PING_MS = 60_000  # the recording's median
SETTING = Setting(orders_per_hour=0.0, warm_up=60.0, cool_down=30.0, tick_ms=5000, ping_ms=PING_MS, boarding_s=0.0)


@dataclass(frozen=True)
class RecordedDay:
    """One recorded day, between two hours of it; every policy meets the same, and so did the real cabs."""

    folder: Path
    day: str
    hours: tuple[float, float] = (0.0, 24.0)
    plan: Setting = SETTING

    @cached_property
    def recording(self) -> Recording:
        """The recording of that day alone. Raises NoRecordingError."""
        return Recording.find(self.folder, self.day)

    @cached_property
    def trips(self) -> pl.DataFrame:
        """All recorded trips, those of other days, too."""
        return pl.concat([pl.scan_csv(path) for path in self.recording.trips]).collect()

    @cached_property
    def own(self) -> pl.DataFrame:
        """The trips asked for within the setting, by time: the i-th is the i-th order."""
        first, last = self.setting.start_ms, self.setting.end_ms
        at = pl.col("pickup_ts") * 1000 - LEAD_MS
        day = self.trips.filter((pl.col("day") == self.day) & (at > first) & (at <= last))
        if day.is_empty():
            raise NoRecordingError(f"no trips on {self.day} between {self.hours[0]:g} and {self.hours[1]:g} h in {self.folder}")
        return day.sort("pickup_ts", "trip_id")

    @cached_property
    def roads(self) -> RecordedRoads:
        """How fast cabs drive."""
        return RecordedRoads(self.trips)

    @cached_property
    def moves(self) -> pl.DataFrame:
        """The cabs' recorded moves within the setting."""
        return self.recording.moves(self.day).filter(pl.col("ts").is_between(self.setting.start_ms, self.setting.end_ms))

    @cached_property
    def shifts(self) -> pl.DataFrame:
        """When cabs were on the road; see shifts.shifts."""
        return shifts(self.moves)

    @cached_property
    def cabs(self) -> list[str]:
        """The cabs that were on the road, by name."""
        return self.shifts["driver_id"].unique().sort().to_list()

    @property
    def setting(self) -> Setting:
        """When it begins and what is measured."""
        plan, (begin, end) = self.plan, self.hours
        around = plan.warm_up + plan.cool_down
        minutes = (end - begin) * 60 - around
        if minutes <= 0:
            raise NoRecordingError(f"{begin:g} to {end:g} h leaves nothing: {around:g} min are for before and after what is measured")
        return replace(plan, start_ms=self.recording.start_ms + int(begin * HOUR_MS), minutes=minutes)

    def world(self) -> Scenario:
        """The closed loop's world."""
        seed = int(self.day.replace("-", ""))
        setting = replace(self.setting, traffic=self.roads.spread)
        return Scenario(seed, setting, MARKET, self.roads, Cruising(seed, self.trips, self.day), self._demand(), self._supply())

    def _demand(self) -> Demand:
        own, n = self.own, len(self.own)
        at: I64 = own["pickup_ts"].to_numpy() * 1000 - LEAD_MS
        lat, lon, to_lat, to_lon = (own[name].to_numpy() for name in ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon"))
        never = np.full(n, NEVER)
        frame = pl.DataFrame({
            "order_id": [f"o{i}" for i in range(n)], "market": [MARKET] * n, "rider_id": [f"r{i}" for i in range(n)],
            "service": ["RIDE"] * n, "tier": ["STANDARD"] * n, "premium_required": [False] * n,
            "requirements": pl.Series([[]] * n, dtype=pl.List(pl.String)), "ts": at,
            "pickup_lat": lat, "pickup_lon": lon, "dropoff_lat": to_lat, "dropoff_lon": to_lon, "patience_s": [PATIENCE_S] * n,
        })  # fmt: skip
        return Demand(
            at_ms=at, lat=lat, lon=lon, to_lat=to_lat, to_lon=to_lon, pay_cents=pays(own),
            patience_ms=np.full(n, PATIENCE_S * 1000), leaves_ms=never, limit_ms=never,
            trip_ms=(own["dropoff_ts"] - own["pickup_ts"]).to_numpy() * 1000, frame=shaped("orders", frame),
        )  # fmt: skip

    def _supply(self) -> Supply:
        cabs, n = self.cabs, len(self.cabs)
        times, places = flips(self.shifts, cabs)
        return Supply(
            ids=cabs, lat=places[:, 0, 0].copy(), lon=places[:, 0, 1].copy(), online=np.zeros(n, np.bool_),
            acceptance=np.ones(n), pace=np.ones(n), flips_ms=times, flip_places=places,
            profiles=shaped("driver-profiles", profiles(cabs, self.setting.start_ms)),
        )  # fmt: skip


def pays(trips: pl.DataFrame) -> I64:
    """What the drivers of recorded trips earn by agents.matching.pay, whole cents, shape (n,): the recording knows no fares."""
    lat, lon, to_lat, to_lon = (trips[name].to_numpy() for name in ("pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon"))
    standard = np.zeros(len(trips), np.uint8)
    hour = hour_of_week(trips["pickup_ts"].to_numpy() * 1000 - LEAD_MS, lon)
    return pay_cents(standard, standard, haversine_m(lat, lon, to_lat, to_lon), hour)
