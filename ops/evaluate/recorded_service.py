"""What the recorded cabs themselves did on a day: the day in; the figures that policies are compared by, out.

A cab's way to a pickup begins where it was when the order is issued, three minutes before the pickup, or where it dropped off its rider
after that. It takes as long as a policy's cab would need for it: by the same roads and the same chance. Nobody knows how long riders had
waited, nor who went without; so there is no waiting time, and completion is 1 by construction.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from columns.table import F64, I64, Mask
from ops.city.recorded import LEAD_MS
from ops.evaluate import draws
from ops.evaluate.figures import incomes, mean, percentile
from ops.evaluate.recorded_world import RecordedDay, pays
from ops.evaluate.report import Sample
from ops.evaluate.shifts import online_ms

STALE_MS = 300_000  # a position is unknown that lies further from pings than this


def recorded_service(day: RecordedDay) -> Sample:
    """As figures.figures; NaN for what is not known. ``known``: share of trips whose cab's place is known."""
    setting, own = day.setting, day.own.with_columns(driver_id=pl.lit("cab-") + pl.col("taxi"))
    first, last = setting.window
    at: I64 = own["pickup_ts"].to_numpy() * 1000 - LEAD_MS
    counted: Mask = (at > first) & (at <= last)
    way_s = _way_s(day, own, at)
    known = counted & np.isfinite(way_s)
    row = {cab: i for i, cab in enumerate(day.cabs)}
    cab: I64 = np.array([row.get(name, -1) for name in own["driver_id"].to_list()], np.int64)
    done = own["dropoff_ts"].to_numpy() * 1000
    paid = np.flatnonzero((done > first) & (done <= last) & (cab >= 0))
    cents = np.bincount(cab[paid], pays(own)[paid].astype(np.float64), len(row))
    online = online_ms(day.shifts, day.cabs, first, last)
    busy = np.clip(done, first, last) - np.clip(own["pickup_ts"].to_numpy() * 1000, first, last)
    unknown = dict.fromkeys(("wait_s", "wait_p90_s", "declines", "step_ms", "unfit", "eta_error_s", "objective_s"), float("nan"))
    return unknown | incomes(cents / 100, online, last - first) | {
        "orders": float(counted.sum()), "drivers_online": float(online.sum() / (last - first)),
        "pickup_s": mean(way_s[known]), "pickup_p90_s": percentile(way_s[known], 90), "known": float(known.sum() / max(1, counted.sum())),
        "completed": 1.0, "unmatched": 0.0, "cancelled": 0.0, "utilisation": float(busy.sum() / max(1, online.sum())),
    }  # fmt: skip


def _way_s(day: RecordedDay, own: pl.DataFrame, at: I64) -> F64:
    """How long each trip's cab needs to the pickup, seconds, shape (trips,); NaN where its place is not known."""
    place, begin = _places(day, own, at)
    known = np.flatnonzero(np.isfinite(place[:, 0]))
    to_lat, to_lon = own["pickup_lat"].to_numpy()[known], own["pickup_lon"].to_numpy()[known]
    parts = day.roads.parts_ms(place[known, 0], place[known, 1], to_lat, to_lon, begin[known])
    world_seed, cabs = int(day.day.replace("-", "")), {cab: i for i, cab in enumerate(day.cabs)}
    row = np.array([cabs.get(name, len(cabs)) for name in own["driver_id"].to_list()], np.int64)[known]
    chance = np.exp(day.roads.spread * draws.normal(world_seed, draws.TRAFFIC, row, known, 0))
    out = np.full(len(own), np.nan)
    out[known] = parts.sum(axis=1) * chance / 1000
    return out


def _places(day: RecordedDay, own: pl.DataFrame, at: I64) -> tuple[F64, I64]:
    """Where each trip's cab was when it could set off, degrees (trips, 2), NaN: unknown; and when that was, ms (trips,)."""
    asked = own.select("driver_id", row=pl.int_range(pl.len()), ts=pl.Series(at)).sort("ts")
    moves = day.moves.select("driver_id", "ts", "lat", "lon", seen="ts").sort("ts")
    both = [
        asked.join_asof(moves, on="ts", by="driver_id", strategy=s, check_sortedness=False).sort("row") for s in ("backward", "forward")
    ]
    (lat0, lon0, t0), (lat1, lon1, t1) = ([side[name].to_numpy().astype(np.float64) for name in ("lat", "lon", "seen")] for side in both)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(t1 > t0, (at - t0) / (t1 - t0), 0.0)
        near = (at - t0 <= STALE_MS) & (t1 - at <= STALE_MS)
    place = np.where(near[:, None], np.stack((lat0 + (lat1 - lat0) * share, lon0 + (lon1 - lon0) * share), axis=1), np.nan)
    before = own.sort("driver_id", "pickup_ts").select(
        trip_id="trip_id", **{name: pl.col(name).shift(1).over("driver_id") for name in ("dropoff_ts", "dropoff_lat", "dropoff_lon")}
    )
    last = own.select("trip_id").join(before, on="trip_id", how="left", maintain_order="left")
    freed = last["dropoff_ts"].fill_null(0).to_numpy() * 1000
    still = freed > at
    dropped = last.select("dropoff_lat", "dropoff_lon").to_numpy().astype(np.float64)
    return np.where(still[:, None], dropped, place), np.where(still, freed, at)
