"""Recorded moves of cabs in; when each was on the road, as intervals, out.

A cab is on the road from its first vacant ping to its last ping before a silence of more than ``SILENT_S``. One that stands vacant for
``PARKED_S`` or longer is parked: half of those stand at one company's yard. Queues, as at the airport, are shorter.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from columns.table import F64, I64
from ops.evaluate.world import NEVER

SILENT_S = 900.0  # the median time between pings is 60 s, and a tunnel or an underground queue is no break
PARKED_S, STEP_DEGREES = 3600.0, 0.001  # a standing cab's position strays by less than that
LEAST_S = 300.0  # shorter intervals are not shifts


def shifts(moves: pl.DataFrame) -> pl.DataFrame:
    """``moves``: driver_id, ts (ms), lat, lon, status. → driver_id, begin, end (ms), lat, lon where it begins; by driver, then time."""
    ordered = on_the_road(moves.sort("driver_id", "ts", maintain_order=True))
    silent = (pl.col("ts") - pl.col("ts").shift(1).over("driver_id")).fill_null(NEVER) > SILENT_S * 1000
    spans = ordered.with_columns(span=silent.cast(pl.Int64).cum_sum())
    vacant = pl.col("status").cast(pl.String) == "AVAILABLE"
    first = {name: pl.col(name).filter(vacant).first() for name in ("ts", "lat", "lon")}
    found = spans.group_by("driver_id", "span", maintain_order=True).agg(
        begin=first["ts"], end=pl.col("ts").last(), lat=first["lat"], lon=first["lon"]
    )
    return found.drop_nulls("begin").filter(pl.col("end") - pl.col("begin") >= LEAST_S * 1000).drop("span")


def on_the_road(moves: pl.DataFrame) -> pl.DataFrame:
    """``moves``, by driver_id, then ts, without those of parked cabs."""
    strayed = pl.max_horizontal((pl.col(name) - pl.col(name).shift(1).over("driver_id")).abs() for name in ("lat", "lon"))
    goes = (pl.col("status").cast(pl.String) != "AVAILABLE") | (strayed.fill_null(1.0) > STEP_DEGREES)
    stood = (pl.col("ts").last() - pl.col("ts").first()).over("driver_id", "stop")
    return moves.with_columns(stop=goes.cast(pl.Int64).cum_sum()).filter(stood < PARKED_S * 1000).drop("stop")


def flips(found: pl.DataFrame, cabs: list[str]) -> tuple[I64, F64]:
    """Intervals as the changes of shift of ``cabs``: times (cabs, n), ms, and places (cabs, n, 2), as in world.Supply."""
    row = {cab: i for i, cab in enumerate(cabs)}
    most = int(found.group_by("driver_id").len()["len"].max() or 0)  # type: ignore[arg-type]
    times, places = np.full((len(cabs), 2 * most), NEVER), np.full((len(cabs), 2 * most, 2), np.nan)
    filled = np.zeros(len(cabs), np.int64)
    for cab, begin, end, lat, lon in found.select("driver_id", "begin", "end", "lat", "lon").iter_rows():
        at = row[cab], filled[row[cab]]
        times[at], places[at] = begin, (lat, lon)
        times[at[0], at[1] + 1] = end
        filled[row[cab]] += 2
    return times, places


def online_ms(found: pl.DataFrame, cabs: list[str], first: int, last: int) -> I64:
    """How long each cab was on the road between two times, ms, shape (cabs,)."""
    times, _ = flips(found, cabs)
    inside = np.clip(times, first, last)
    out: I64 = (inside[:, 1::2] - inside[:, 0::2]).sum(axis=1)
    return out
