"""Completed drives in; the expected time of a drive by distance, area and hour, and how wrong that was so far, out.

The expected time of a drive over a straight line of ``d`` metres is ``T(d) · exp(effect)``:

- ``T(d)`` is learnt at thirteen distances and linear between them. Before anything is learnt it is ``d / 30 km/h`` (FACTS §2). A curve,
  because straight-line speed grows fivefold between 500 m and 20 km: short drives meet lights and detours, long ones motorways.
- ``effect`` is the mean of the slowness at both ends: that of the hour of the day, of the area, of the area at that hour, and of the market
  within the last hour.

Each part is a mean of ``log(observed / expected by the parts before it)``, hence near the median, which is what a mean absolute error asks
for; few observations are shrunk towards the part before, and old ones fade (additive model fitted by backfitting: Hastie & Tibshirani,
*Generalized Additive Models*, 1990; shrinkage: Efron & Morris 1973). ``start`` is what ``T`` tends to at no distance at all: getting
in, paying. A pickup has its own overhead instead, so ``eta_s`` leaves ``start`` out.

What is learnt in an epoch of event time is published at its end and used from then on. All sums are integers, so neither the order of the
drives of an epoch nor their cut into batches changes what is learnt. Bounded by ``cells`` areas, as many areas at hours, and the drives
of one epoch: thirty a driver at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.matching.travel_cells import ONE, Cells, faded, fading
from agents.matching.travel_curve import MICRO, Curve, curve, knot
from agents.matching.travel_legs import Legs
from columns import earth
from columns.table import F64, I64, Array, Columns

DAY_S = 86_400.0
PARTS = ("distance", "hour", "area", "area_hour", "live")
PREDICTORS = ("learnt", "speed_only", "formula")  # T(d)·exp(effect); d / 30 km/h; the same plus the pickup's overhead
WAITING = {"lat": ("f8", 0.0), "lon": ("f8", 0.0), "ts": ("i8", 0), "to_lat": ("f8", 0.0), "to_lon": ("f8", 0.0), "to_ts": ("i8", 0)}


@dataclass(frozen=True)
class TravelPolicy:
    """How travel time is learnt. The values do best, by a little, on San Francisco's cabs; none of them is critical."""

    speed_kmh: float = 30.0  # before anything is learnt
    fastest_kmh: float = 120.0  # faster drives are errors of position; no drive is expected to be faster
    area_m: float = 1000.0
    epoch_s: float = 900.0  # what was learnt is used after at most this long
    gap_s: float = 300.0  # a drive with a longer gap between positions is not one
    least_m: float = 300.0  # shorter ones went elsewhere and came back, or never went
    least_s: float = 30.0
    most_s: float = 7200.0
    clip: float = 1.0  # of a logarithm: a drive counts as at most 2.7 times as slow or as fast as expected
    halflife_d: float = 28.0  # an observation of distance, hour or area counts half after this long
    live_halflife_s: float = 1800.0
    prior_distance: int = 5  # observations' worth of belief in the part before
    prior_hour: int = 20
    prior_area: int = 20
    prior_area_hour: int = 200
    prior_live: int = 20
    cells: int = 50_000
    error_halflife_d: float = 1.0
    overhead_s: float = 180.0  # of the formula that the learnt time is compared with (FACTS §2)


class Travel:
    """What one market knows about travel times."""

    def __init__(self, policy: TravelPolicy) -> None:
        self.policy = policy
        self.epoch = 0  # of the newest drive learnt; 0: none yet
        self.learnt = self.refused = 0  # drives, ever
        self.parts = {name: Cells() for name in PARTS}
        self.live = [0, 0]  # weight and total as published
        self.errors = np.zeros(1 + 2 * len(PREDICTORS), np.int64)  # weight; absolute, ms; relative, millionths
        self.curve = Curve(curve(self.parts["distance"], policy.prior_distance, policy.speed_kmh))
        self.waiting = Columns(WAITING)  # the drives of the epoch under way

    def slowness(self, lat: F64, lon: F64, ts: int | I64) -> F64:
        """How slow drives from or to each point in degrees are at ``ts``, ms, shape (n,): 1 is usual.

        A drive takes its distance's usual time, times the slowness where it begins, times that where it ends: each is half of an effect.
        """
        if self.epoch == 0:
            return np.ones(len(lat))
        cell, hour = earth.area(lat, lon, self.policy.area_m), earth.hour_of_week(np.asarray(ts), lon) % 24
        known = self.parts["hour"][hour] + self.parts["area"][cell] + self.parts["area_hour"][_at_hour(cell, hour)]
        effect = (known + self._lately(ts)) / MICRO
        out: F64 = np.exp(0.5 * np.clip(effect, -self.policy.clip, self.policy.clip))
        return out

    def drive_s(self, distance_m: F64, start: F64, end: F64) -> F64:
        """Expected seconds of whole drives, shape (n,), getting in and out included; ``start`` and ``end`` are the slowness there."""
        out: F64 = np.round(self.curve.usual_s(distance_m) * start * end, 3)
        return out

    def usual_s(self, distance_m: F64) -> F64:
        """Expected seconds of drives at no particular place or time, shape (n,), without getting in and out."""
        out: F64 = np.round(self.curve.usual_s(distance_m.copy()) - self.curve.start_s, 3)
        return out

    def eta_s(self, distance_m: F64, driver: F64, pickup: F64, overhead_s: float) -> F64:
        """Expected seconds to pickups, shape (pairs,), to the ms; ``driver`` and ``pickup`` are the slowness at both ends (pairs,).

        ``overhead_s + (T(d) - start) · slowness · slowness``: with nothing learnt ``overhead_s + d / 30 km/h``. Grows with the distance.
        """
        out = self.curve.usual_s(distance_m)
        out -= self.curve.start_s
        out *= driver
        out *= pickup
        np.maximum(out, distance_m * (3.6 / self.policy.fastest_kmh), out=out)
        out += overhead_s
        return np.round(out, 3, out=out)

    def _lately(self, ts: int | I64) -> I64:
        """The market's slowness of late as published, which fades until something newer is."""
        age_s = np.maximum(0.0, np.asarray(ts) / 1000.0 - self.epoch * self.policy.epoch_s)
        left = np.exp2(-age_s / self.policy.live_halflife_s)
        weight, total = self.live
        out: I64 = np.rint(total * left * ONE / (weight * left + self.policy.prior_live * ONE)).astype(np.int64)
        return out

    def learn(self, drives: Legs) -> None:
        """Take drives in, in the order of the moves that ended them; what is absurd is counted and let go of.

        They are learnt when their epoch of event time is over. One that ended in an epoch gone by counts with the present one.
        """
        policy = self.policy
        distance = _straight_m(drives)
        took_s = (drives.to_ts - drives.ts) / 1000.0
        sane = (distance >= policy.least_m) & (took_s >= policy.least_s) & (took_s <= policy.most_s)
        sane &= distance * 3.6 <= policy.fastest_kmh * took_s
        self.refused += len(drives) - int(np.count_nonzero(sane))
        drives = drives.take(sane)
        ended = drives.to_ts // int(policy.epoch_s * 1000)
        epochs = np.maximum.accumulate(np.maximum(ended, self.epoch))
        for epoch in np.unique(epochs).tolist():
            if epoch > self.epoch:
                self._turn(epoch)
            self.waiting.append({name: getattr(drives, name)[epochs == epoch] for name in WAITING})

    def _turn(self, epoch: int) -> None:
        """An epoch has ended: judge the predictions of its drives, then learn them, let its time pass over all sums, and publish."""
        policy = self.policy
        elapsed_s = (epoch - self.epoch) * policy.epoch_s
        drives = Legs(**{name: self.waiting[name] for name in WAITING})
        distance, took_s = _straight_m(drives), (drives.to_ts - drives.ts) / 1000.0
        self._judge(drives, distance, took_s)
        self.errors = faded(self.errors, fading(elapsed_s, policy.error_halflife_d * DAY_S))
        self._observe(drives, distance, took_s, elapsed_s)
        self.learnt += len(drives)
        self.epoch, self.waiting = epoch, Columns(WAITING)

    def _judge(self, drives: Legs, distance: F64, took_s: F64) -> None:
        """Add to the errors those of the predictors for these drives (prequential evaluation: Dawid 1984)."""
        start, end = self.slowness(drives.lat, drives.lon, drives.ts), self.slowness(drives.to_lat, drives.to_lon, drives.ts)
        plain = distance * 3.6 / self.policy.speed_kmh
        self.errors[0] += len(drives) * ONE
        for i, expected in enumerate((self.drive_s(distance, start, end), plain, plain + self.policy.overhead_s)):
            off = np.abs(expected - took_s)
            self.errors[1 + i] += int(np.rint(off * 1000).astype(np.int64).sum())
            self.errors[1 + len(PREDICTORS) + i] += int(np.rint(off / took_s * MICRO).astype(np.int64).sum())

    def _observe(self, drives: Legs, distance: F64, took_s: F64, elapsed_s: float) -> None:
        """Part by part: add what the parts before, renewed, leave unexplained; let ``elapsed_s`` pass; publish.

        Renewed first: else, whatever is new would be learnt by every part at once and count several times. Both ends lie in one hour, which
        shows ``whole``; but only half of an area's effect shows in a drive that ends elsewhere, so an area is off by twice the drive.
        """
        policy, parts = self.policy, self.parts
        clip = int(policy.clip * MICRO)
        slow, quick = fading(elapsed_s, policy.halflife_d * DAY_S), fading(elapsed_s, policy.live_halflife_s)
        parts["distance"].add(knot(distance), np.clip(_micro_log(took_s / (distance * 3.6 / policy.speed_kmh)), -3 * clip, 3 * clip))
        parts["distance"].fade(slow, policy.cells)
        self.curve = Curve(curve(parts["distance"], policy.prior_distance, policy.speed_kmh))
        left = _micro_log(took_s / self.curve.usual_s(distance))
        lat, lon = np.r_[drives.lat, drives.to_lat], np.r_[drives.lon, drives.to_lon]  # both ends, one after the other
        hour = earth.hour_of_week(np.r_[drives.ts, drives.ts], lon) % 24
        cell = earth.area(lat, lon, policy.area_m)
        keys = {"hour": hour, "area": cell, "area_hour": _at_hour(cell, hour)}
        for name, prior, whole in (
            ("hour", policy.prior_hour, 1),
            ("area", policy.prior_area, 2),
            ("area_hour", policy.prior_area_hour, 2),
        ):
            known = parts[name][keys[name]]
            off = np.clip(left - _mean_of_ends(known), -clip, clip)
            parts[name].add(keys[name], known + whole * np.r_[off, off])
            parts[name].fade(slow, policy.cells)
            parts[name].publish(prior)
            left = left - _mean_of_ends(parts[name][keys[name]])
        parts["live"].add(np.zeros(len(drives), np.int64), np.clip(left, -clip, clip))
        parts["live"].fade(quick, policy.cells)
        self.live = [int(parts["live"].weight.sum()), int(parts["live"].total.sum())]

    def error(self) -> dict[str, float]:
        """How wrong the predictions of late were, each drive's made before it was learnt: older ones fade by ``error_halflife_d``.

        ``drives`` they rest on; for each of PREDICTORS the mean absolute error in s and relative to the time taken; ``speed_kmh`` over
        a straight line of 2 km, and ``start_s``. Errors are 0 where ``drives`` is.
        """
        weight = max(1, int(self.errors[0]))
        out = {"drives": round(weight / ONE, 3) if self.errors[0] else 0.0}
        for i, name in enumerate(PREDICTORS):
            out[f"{name}_mae_s"] = round(int(self.errors[1 + i]) / weight, 3)
            out[f"{name}_mape"] = round(int(self.errors[1 + len(PREDICTORS) + i]) * ONE / weight / MICRO, 6)
        two_km = float(self.curve.usual_s(np.array([2000.0]))[0])
        return out | {"speed_kmh": round(7200.0 / two_km, 3), "start_s": self.curve.start_s}

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {"epoch": self.epoch, "learnt": self.learnt, "refused": self.refused, "live": list(self.live)}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        out: dict[str, Array] = {"curve_ms": self.curve.ms, "errors": self.errors} | {
            f"waiting.{name}": column for name, column in self.waiting.items()
        }
        return out | {f"{part}.{name}": column for part, cells in self.parts.items() for name, column in cells.arrays().items()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: TravelPolicy) -> Travel:
        """The state whose ``facts()`` and ``arrays()`` these are."""
        travel = cls(policy)
        travel.epoch, travel.learnt, travel.refused, travel.live = (facts[name] for name in ("epoch", "learnt", "refused", "live"))
        travel.live = list(travel.live)
        travel.errors = arrays["errors"].copy()
        columns = ("keys", "weight", "total", "mean")
        travel.parts = {part: Cells.of({name: arrays[f"{part}.{name}"] for name in columns}) for part in PARTS}
        travel.curve = Curve(arrays["curve_ms"].copy())
        travel.waiting.append({name: arrays[f"waiting.{name}"] for name in WAITING})
        return travel


def _at_hour(cell: I64, hour: I64) -> I64:
    return cell * 24 + hour


def _mean_of_ends(known: I64) -> I64:
    """Of values (2n,), those of the starts before those of the ends → (n,)."""
    out: I64 = (known[: len(known) // 2] + known[len(known) // 2 :]) // 2
    return out


def _straight_m(drives: Legs) -> F64:
    return np.round(earth.haversine_m(drives.lat, drives.lon, drives.to_lat, drives.to_lon), 3)


def _micro_log(ratio: F64) -> I64:
    out: I64 = np.rint(np.log(ratio) * MICRO).astype(np.int64)
    return out
