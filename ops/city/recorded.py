"""Recorded days of San Francisco's cabs (cabspotting) → the events of a market, as frames by topic.

In: a folder with `cabspotting_pings_DAY.csv.gz` (ts, taxi, lat, lon, occ) and `cabspotting_trips_*.csv.gz` (trip_id, taxi,
pickup_ts, pickup_lat, pickup_lon, dropoff_ts, dropoff_lat, dropoff_lon, …); times in s since the epoch, positions in degrees.
Out: driver-moves from the pings, orders from the trips (each issued three minutes before its recorded pickup), order-changes at the
recorded pickups and drop-offs. What the recording does not know (ratings, vehicles) is drawn from the cab's name, so it is always the same.

**A pass** is one run through the recording. Event times are the recorded ones, later by ``weeks`` whole weeks (so that hour and weekday
stay): 0 in a market that has seen nothing, else as few as let the pass begin after all that the market has seen. Orders of a later pass
carry the weeks in their names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from agents.matching.policy import VEHICLES
from ops.city.world import Events

MARKET = "san-francisco"
LEAD_MS = 180_000  # an order is issued this long before its recorded pickup
PATIENCE_S = 600
WEEK_MS = 7 * 86_400_000
PINGS = re.compile(r"cabspotting_pings_(\d{4}-\d{2}-\d{2})\.csv(\.gz)?")


class NoRecordingError(ValueError):
    """The folder holds no such days; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The days of a folder that are replayed: consecutive ones, by date, with their pings' files and all trips' files."""

    days: dict[str, Path]
    trips: tuple[Path, ...]
    weeks: int = 0

    @staticmethod
    def find(folder: Path, day: str | None = None) -> Recording:
        """The recording in ``folder``: that ``day``, or its first and all that follow it without a gap. Raises NoRecordingError."""
        if not folder.is_dir():
            raise NoRecordingError(f"{folder} is not a folder; give the one that holds cabspotting_pings_*.csv.gz")
        found = sorted((match[1], path) for path in folder.iterdir() if (match := PINGS.fullmatch(path.name)))
        trips = tuple(sorted(folder.glob("cabspotting_trips_*.csv*")))
        if not found or not trips:
            missing = "cabspotting_trips_*.csv.gz" if found else "cabspotting_pings_*.csv.gz"
            raise NoRecordingError(f"no {missing} in {folder}; the feed reads pings and trips of the cabspotting data from one folder")
        days = dict(found)
        if day is not None and day not in days:
            raise NoRecordingError(f"no pings of {day} in {folder}; there are {', '.join(days)}")
        return Recording({day: days[day]} if day else _consecutive(days), trips)

    def begin_after(self, seen_ms: int | None) -> Recording:
        """The pass whose first event is later than ``seen_ms``, the last event time that the market has seen (None: nothing)."""
        if seen_ms is None:
            return replace(self, weeks=0)
        first = self._unshifted_start()
        return replace(self, weeks=max(0, -(-(seen_ms + 1 - first) // WEEK_MS)))

    @property
    def shift_ms(self) -> int:
        """What is added to every recorded time, ms."""
        return self.weeks * WEEK_MS

    @property
    def start_ms(self) -> int:
        """Event time of the pass's first ping."""
        return self._unshifted_start() + self.shift_ms

    def _unshifted_start(self) -> int:
        first = pl.scan_csv(next(iter(self.days.values())), n_rows=1).select("ts").collect()
        if first.is_empty():
            raise NoRecordingError(f"{next(iter(self.days.values()))} holds no pings")
        return int(first.item()) * 1000

    def moves(self, day: str) -> pl.DataFrame:
        """That day's `driver-moves`, in order of time."""
        pings = pl.scan_csv(self.days[day]).sort("ts", maintain_order=True)
        return pings.select(
            driver_id=pl.lit("cab-") + pl.col("taxi"),
            market=pl.lit(MARKET),
            ts=pl.col("ts") * 1000 + self.shift_ms,
            lat="lat",
            lon="lon",
            status=pl.when(pl.col("occ") == 1).then(pl.lit("BUSY")).otherwise(pl.lit("AVAILABLE")),
        ).collect()

    def rides(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The pass's `orders` and `order-changes`, each in order of time."""
        files = pl.concat([pl.scan_csv(path) for path in self.trips])
        trips = files.filter(pl.col("day").is_in(list(self.days)) & (pl.col("pickup_ts") * 1000 + self.shift_ms - LEAD_MS >= self.start_ms))
        named = trips.with_columns(order_id=pl.col("trip_id") + (f"-w{self.weeks}" if self.weeks else ""), market=pl.lit(MARKET))
        orders = named.select(
            "order_id", "market",
            rider_id=pl.lit("rider-") + pl.col("trip_id"),
            service=pl.lit("RIDE"),
            tier=pl.lit("STANDARD"),
            premium_required=pl.lit(value=False),
            requirements=pl.lit([], dtype=pl.List(pl.String)),
            preferred_vehicle=pl.lit(None, dtype=pl.String),
            ts=pl.col("pickup_ts") * 1000 + self.shift_ms - LEAD_MS,
            scheduled_ts=pl.lit(None, dtype=pl.Int64),
            pickup_lat="pickup_lat", pickup_lon="pickup_lon", dropoff_lat="dropoff_lat", dropoff_lon="dropoff_lon",
            patience_s=pl.lit(PATIENCE_S, dtype=pl.Int32),
        )  # fmt: skip
        changes = pl.concat([
            named.select("order_id", "market", ts=pl.col(when) * 1000 + self.shift_ms, change=pl.lit(change))
            for when, change in (("pickup_ts", "PICKED_UP"), ("dropoff_ts", "COMPLETED"))
        ])  # fmt: skip
        return orders.sort("ts", maintain_order=True).collect(), changes.sort("ts", maintain_order=True).collect()


class Pass:
    """One run through a recording, taken piece by piece in event time; reads a day's pings when it comes to them."""

    def __init__(self, recording: Recording, *, with_orders: bool = True, offer_s: int = 0) -> None:
        """``offer_s``: recorded seconds that drivers have to accept an order, 0 if they are not asked."""
        self._recording = recording
        self._waiting = list(recording.days)
        self._moves = recording.moves(self._waiting.pop(0))
        self._orders, self._changes = recording.rides() if with_orders else (pl.DataFrame(), pl.DataFrame())
        if offer_s and with_orders:
            self._orders = self._orders.with_columns(offer_s=pl.lit(offer_s, dtype=pl.Int32))
        self._known: set[str] = set()
        self._last: pl.DataFrame = self._moves.clear()  # the last move of every cab on the road
        self.until_ms = recording.start_ms - 1  # events up to here have been taken

    @property
    def over(self) -> bool:
        """Whether there is nothing left to take."""
        later = [frame["ts"][-1] for frame in (self._moves, self._changes) if frame.height]
        return not self._waiting and max(later, default=0) <= self.until_ms

    def take(self, until_ms: int) -> Events:
        """The events after the last piece up to ``until_ms``; the profile of a cab that is new to the pass comes with its first move."""
        after, self.until_ms = self.until_ms, max(until_ms, self.until_ms)
        moves = _between(self._moves, after, self.until_ms)
        while self._waiting and self.until_ms > self._moves["ts"][-1]:
            self._moves = self._recording.moves(self._waiting.pop(0))
            moves = pl.concat([moves, _between(self._moves, after, self.until_ms)])
        self._last = pl.concat([self._last, moves]).unique("driver_id", keep="last", maintain_order=True)
        events = {
            "driver-profiles": self._profiles(moves),
            "driver-moves": moves,
            "order-changes": _between(self._changes, after, self.until_ms),
            "orders": _between(self._orders, after, self.until_ms),
        }
        return {topic: frame for topic, frame in events.items() if frame.height}

    def close(self) -> Events:
        """The events that end a pass where it is: who was picked up is dropped off, other riders cancel, the cabs go home."""
        now = pl.lit(self.until_ms, dtype=pl.Int64)
        events = {"driver-moves": self._last.with_columns(ts=now, status=pl.lit("OFFLINE"))}
        if self._orders.height:
            past = self._changes.filter(pl.col("ts") <= self.until_ms)
            done, inside = (past.filter(pl.col("change") == change) for change in ("COMPLETED", "PICKED_UP"))
            open_orders = self._orders.filter(pl.col("ts") <= self.until_ms).join(done, on="order_id", how="anti")
            ended = pl.when(pl.col("order_id").is_in(inside["order_id"].to_list())).then(pl.lit("COMPLETED"))
            events["order-changes"] = open_orders.select("order_id", "market", ts=now, change=ended.otherwise(pl.lit("CANCELLED_BY_RIDER")))
        return {topic: frame for topic, frame in events.items() if frame.height}

    def _profiles(self, moves: pl.DataFrame) -> pl.DataFrame:
        fresh = [cab for cab in moves["driver_id"].unique(maintain_order=True) if cab not in self._known]
        self._known.update(fresh)
        return profiles(fresh, moves["ts"][0]) if fresh else pl.DataFrame()


def profiles(cabs: Iterable[str], ts: int) -> pl.DataFrame:
    """A plausible `driver-profiles` row of each cab, drawn from its name: the recording knows none of this. All are sedans for rides."""
    rows = []
    for cab in cabs:
        rng = np.random.default_rng(int.from_bytes(hashlib.sha256(cab.encode()).digest()[:8], "big"))
        rating = float(np.clip(rng.normal(4.7, 0.2), 3.5, 5.0))
        completion = float(rng.beta(60, 1.5))
        rows.append({
            "driver_id": cab, "market": MARKET, "ts": ts,
            "rating_30d": round(rating, 2), "rating_90d": round(rating, 2), "rating_lifetime": round(rating, 2),
            "total_rides": int(rng.integers(200, 20_000)),
            "completion_rate": round(completion, 3), "acceptance_rate": round(float(rng.beta(30, 2)), 3),
            "cancellation_rate": round(1 - completion, 3), "eta_accuracy": round(float(rng.beta(20, 2)), 3),
            "vehicle": VEHICLES[0], "features": [], "services": ["RIDE"], "tier": "STANDARD", "specialties": [], "deleted": False,
        })  # fmt: skip
    lists = dict.fromkeys(("features", "services", "specialties"), pl.List(pl.String))
    return pl.DataFrame(rows, schema_overrides={**lists, "total_rides": pl.Int32})


def _between(frame: pl.DataFrame, after: int, until: int) -> pl.DataFrame:
    """The rows of a frame sorted by ``ts`` with after < ts ≤ until."""
    if frame.is_empty():
        return frame
    times = frame["ts"]
    low, high = int(times.search_sorted(after, side="right")), int(times.search_sorted(until, side="right"))
    return frame.slice(low, high - low)


def _consecutive(days: dict[str, Path]) -> dict[str, Path]:
    kept: dict[str, Path] = {}
    for day, path in days.items():
        if kept and date.fromisoformat(day) - date.fromisoformat(list(kept)[-1]) != timedelta(days=1):
            break
        kept[day] = path
    return kept
