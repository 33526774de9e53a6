"""Files of real demand in; orders that bring it, and how many each zone had in each hour, out.

Both files name no coordinates that matter here: each zone gets a square of its own on the meridian of Greenwich, where local solar time is
the file's time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from streams.avro_schema import polars_schema
from streams.contract import contract

I64 = npt.NDArray[np.int64]
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
APART = 0.05  # degrees between zones: several of growth's squares
WHEN = ("lpep_pickup_datetime", "tpep_pickup_datetime", "pickup_datetime", "Date/Time")
WHERE = ("PULocationID", "pickup_location_id")
FORMATS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M")
SPARSE = 0.01  # of the usual day's trips: a day with fewer is a slip of somebody's clock


class NoDemandError(ValueError):
    """A file that is none of demand; the message says what is missing."""


@dataclass(frozen=True)
class Demand:
    """Orders by event time ``ts`` (ms, sorted) in ``zone`` (0 to zones - 1)."""

    name: str
    ts: I64
    zone: I64
    zones: int

    @property
    def first_day(self) -> int:
        """Days since the epoch."""
        return int(self.ts[0]) // DAY_MS

    @property
    def days(self) -> int:
        """How many, the last one included."""
        return int(self.ts[-1]) // DAY_MS - self.first_day + 1

    def counts(self) -> I64:
        """Orders by hour since the first day's midnight, and zone, (hours, zones)."""
        hour = self.ts // HOUR_MS - self.first_day * 24
        out: I64 = np.bincount(hour * self.zones + self.zone, minlength=self.days * 24 * self.zones).reshape(-1, self.zones)
        return out

    def by_day(self) -> Iterator[pl.DataFrame]:
        """The orders of each day as frames of the topic ``orders``."""
        schema = polars_schema(contract().schema("orders"))
        ends = np.searchsorted(self.ts, (self.first_day + np.arange(self.days + 1)) * DAY_MS)
        for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            lat = pl.Series(self.zone[start:end] * APART - 60.0)
            given = {"ts": pl.Series(self.ts[start:end]), "pickup_lat": lat, "dropoff_lat": lat}
            given["order_id"] = pl.Series([f"{self.name}-{i}" for i in range(start, end)], dtype=pl.String)
            usual = {"market": self.name, "rider_id": "rider", "service": "RIDE", "tier": "STANDARD", "premium_required": False}
            usual |= {"patience_s": 300, "offer_s": 0, "pickup_lon": 0.0, "dropoff_lon": 0.0, "requirements": []}
            rest = [pl.lit(usual.get(name), dtype=kind).alias(name) for name, kind in schema.items() if name not in given]
            yield pl.DataFrame(given).with_columns(rest).select(list(schema))


def hourly(path: Path) -> Demand:
    """A table of hours and counts (``Date/Time``, ``Count``); an hour's orders are spread evenly over it. Raises NoDemandError."""
    frame = _read(path)
    if "Count" not in frame.columns:
        raise NoDemandError(f"{path}: has no column Count; it has {', '.join(frame.columns)}")
    when, count = _times(path, frame), frame["Count"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    if len(count) == 0 or bool((count < 0).any()):
        raise NoDemandError(f"{path}: counts must not be negative, and there must be some")
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    ts = np.repeat(when, count) + (place * HOUR_MS) // np.repeat(count, count)
    return Demand("hourly", np.sort(ts), np.zeros(len(ts), np.int64), 1)


def trips(path: Path) -> Demand:
    """A table of trips with pickup time and zone, as the TLC has it; days that hardly have any are left out. Raises NoDemandError."""
    frame = _read(path)
    column = next((name for name in WHERE if name in frame.columns), None)
    if column is None:
        raise NoDemandError(f"{path}: has none of the columns {', '.join(WHERE)}; it has {', '.join(frame.columns)}")
    ts, zone = _times(path, frame), frame[column].cast(pl.Int64, strict=False).fill_null(-1).to_numpy()
    day, of_day, size = np.unique(ts // DAY_MS, return_inverse=True, return_counts=True)
    usual = size[of_day] >= SPARSE * np.median(size[size > SPARSE * size.max()])
    kept = np.flatnonzero(usual & (zone >= 0) & (ts > 0))
    if not len(kept):
        raise NoDemandError(f"{path}: no trips with a time and a zone on {len(day)} days")
    kept = kept[np.argsort(ts[kept], kind="stable")]
    known, zones = np.unique(zone[kept], return_inverse=True)
    return Demand("trips", ts[kept], zones, len(known))


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NoDemandError(f"{path}: {error}") from error


def _times(path: Path, frame: pl.DataFrame) -> I64:
    """Event times, ms, as if local time were UTC; -1 where there is none, which is the day before the epoch."""
    column = next((name for name in WHEN if name in frame.columns), None)
    if column is None:
        raise NoDemandError(f"{path}: has none of the columns {', '.join(WHEN)}; it has {', '.join(frame.columns)}")
    tried = [pl.col(column).str.to_datetime(pattern, strict=False) for pattern in FORMATS]
    times = frame.select(pl.coalesce(tried).dt.epoch("ms"))[column]
    if times.null_count() == len(times):
        raise NoDemandError(f"{path}: no time in {column} is like {FORMATS[0]} or {FORMATS[1]}")
    return times.fill_null(-1).to_numpy()
