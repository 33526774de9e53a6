"""Matches and idle drivers in; what being somewhere at an hour is worth, and what that changes in an assignment's costs, out.

V(area, hour) is what a driver idle there earns from then on, income a ``horizon_s`` ahead counting 1/e: the value of Xu et al. (KDD 2018)
and Tang et al. (KDD 2019), learnt while deciding as at Lyft (Han et al., KDD 2022; Azagirre et al., 2023). An idle driver leaves its area
by a match, worth pay + exp(-T / horizon) · V(drop-off), or by driving into another area, worth V there. Temporal differences over this
semi-Markov process settle where

    V(area) = sum of what the exits were worth / (exits + idle time / horizon)

so decayed sums by area and hour are the whole model: no learning rate, and rows count the same in any order. V of where an exit leads to
is taken from the table of the clock's last mark. Areas with few exits lean on wider ones and on what they were at that hour before.

V less the market's mean V, over the market's mean income by second, is time: how many seconds of average work a place is worth more. That
is what enters costs, so no currency has to be weighed against minutes by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from columns.earth import area, hour_of_week, middle
from columns.table import F64, I64, Array

HOURS = 24  # of the local solar day
EXITS, IDLE_S, GAIN, KEPT = range(4)  # columns of sums: exits, seconds, cents, millionths of exp(-T / horizon)
MILLION = 1_000_000
NO_AREA = -(1 << 62)
HALVINGS = 16
FRESH_LIMIT = 65_536  # rows kept apart before they are added up
FACTS = ("mark", "level", "rate", "paid", "worked_s", "fresh_paid", "fresh_worked_s")
LINES = ("areas", "wide", "wide_above", "last_area", "last_mark")
SHAPES: dict[str, tuple[int, ...]] = dict.fromkeys(LINES, ()) | {"recent": (4,), "history": (HOURS, 4), "above": (HOURS,)}


@dataclass(frozen=True)
class FuturePolicy:
    """How future value is learnt, and how much of it enters the costs: nothing, by default.

    Recommended: ``weight=0.3, hold=True``. A change of ``horizon_s``, ``area_m`` or ``wide`` calls for a new FutureValue.
    """

    weight: float = 0.0  # share of a driver's present value that enters the cost of choosing it; 0: off
    hold: bool = False  # an order waits rather than take a driver from so far that it would pay less than waiting
    margin_s: float = 100.0  # … by more than this
    limit_s: float = 300.0  # the most that a driver's value may move its cost, up or down
    learnt: float = 100.0  # recent exits of the market before any of it is used
    horizon_s: float = 1800.0  # income that far ahead counts 1/e
    area_m: float = 1000.0
    wide: float = 4.0  # a wider area has sides this many times as long
    period_s: float = 60.0  # between marks: idle drivers are sampled and the table is made anew
    recent_halflife_s: float = 3600.0
    history_halflife_s: float = 14 * 86_400.0  # of what is kept by hour of the day
    prior: float = 5.0  # exits that the wider estimate counts for
    areas_limit: int = 4096  # the areas with least evidence are forgotten first

    @property
    def on(self) -> bool:
        """Whether it has a say at all; if not, nothing is learnt."""
        return self.weight != 0 or self.hold


class FutureValue:
    """One market's sums and the table made of them. Between two marks of the clock the table does not change."""

    def __init__(self) -> None:
        self.mark = 0  # the last mark: clock // period
        self.level = 0.0  # V of the market's idle drivers on average, cents
        self.rate = 0.0  # the market's mean income, cents by second of a driver, idle or busy
        self.paid, self.worked_s = 0.0, 0.0  # recent sums behind ``rate``
        self.fresh_paid, self.fresh_worked_s = 0, 0
        self.areas: I64 = np.zeros(0, np.int64)  # ascending
        self.recent: F64 = np.zeros((0, 4))
        self.history: F64 = np.zeros((0, HOURS, 4))
        self.above: I64 = np.zeros((0, HOURS), np.int64)  # V less level, cents
        self.wide: I64 = np.zeros(0, np.int64)  # wider areas, ascending
        self.wide_above: I64 = np.zeros(0, np.int64)
        self.last_area: I64 = np.zeros(0, np.int64)  # of each driver row, where it was last seen idle …
        self.last_mark: I64 = np.zeros(0, np.int64)  # … and at which mark
        self._fresh: list[tuple[I64, I64]] = []  # keys (n,) and sums (n, 4) since the last mark

    def due(self, clock: int, policy: FuturePolicy) -> bool:
        """Whether a mark has passed by ``clock`` (ms) since the last ``turn``."""
        return clock // _period_ms(policy) > self.mark

    def turn(self, clock: int, rows: I64, lat: F64, lon: F64, policy: FuturePolicy) -> None:
        """Take the idle drivers at a mark, their rows and degrees, shape (n,) each, each driver once; and make the table anew."""
        mark = clock // _period_ms(policy)
        self._fold(mark - self.mark, policy)
        here, hour = area(lat, lon, policy.area_m), _hour(np.full(len(rows), clock), lon)
        more = np.full(max(0, int(rows.max(initial=-1)) + 1 - len(self.last_mark)), -1, np.int64)
        self.last_area, self.last_mark = np.append(self.last_area, more), np.append(self.last_mark, more)
        self._add(here * HOURS + hour, idle_s=round(policy.period_s))
        self.fresh_worked_s += len(rows) * round(policy.period_s)
        left = (self.last_mark[rows] == self.mark) & (self.last_area[rows] != here)
        there = self._above(here[left], lat[left], lon[left], hour[left], policy)
        self._add(self.last_area[rows[left]] * HOURS + hour[left], exits=1, gain=there, kept=MILLION)
        self.last_area[rows], self.last_mark[rows], self.mark = here, mark, mark

    def matched(self, ride: Rides, policy: FuturePolicy) -> None:
        """Learn from matches. Rows may come in any order, and in any batches between two marks."""
        kept, pay = _discounted(ride.busy_s, ride.pay_cents, policy)
        above = ride.worth_there(self, policy) - round(self.level)
        keys = area(ride.lat, ride.lon, policy.area_m) * HOURS + _hour(ride.ts, ride.lon)
        self._add(keys, exits=1, gain=np.rint(pay + kept * above), kept=np.rint(kept * MILLION))
        self.fresh_paid += int(ride.pay_cents.sum())
        self.fresh_worked_s += int(np.rint(ride.busy_s).sum())

    def value_cents(self, lat: F64, lon: F64, ts: I64, policy: FuturePolicy) -> I64:
        """V in whole cents of being idle at points in degrees at event times in ms, shape (n,)."""
        above = self._above(area(lat, lon, policy.area_m), lat, lon, _hour(ts, lon), policy)
        out: I64 = round(self.level) + above
        return out

    def advantage_cents(self, ride: Rides, policy: FuturePolicy) -> I64:
        """Pay and V(drop-off), discounted, less V(driver now): what a match is worth more to its driver than waiting, shape (n,)."""
        kept, pay = _discounted(ride.busy_s, ride.pay_cents, policy)
        then, now = ride.worth_there(self, policy), self.value_cents(ride.lat, ride.lon, ride.ts, policy)
        out: I64 = np.rint(pay + kept * then - now).astype(np.int64)
        return out

    def driver_ms(self, lat: F64, lon: F64, ts: int, policy: FuturePolicy) -> I64:
        """What to add to the cost of each pair of a driver at these points, shape (n,): more where waiting is worth more."""
        if policy.weight == 0 or not self.usable(policy):
            return np.zeros(len(lat), np.int64)
        above = self.value_cents(lat, lon, np.full(len(lat), ts), policy) - self.level
        seconds = np.clip(policy.weight * above / self.rate, -policy.limit_s, policy.limit_s)
        out: I64 = np.rint(seconds * 1000).astype(np.int64)
        return out

    def reach_ms(self, ride: Rides, top_s: float, policy: FuturePolicy) -> I64:
        """The pickup time from which on a driver of mean value had better wait than take the order, in ms up to ``top_s``, shape (n,).

        ``ride.busy_s`` is the trip without the pickup; ``ride.lat`` and ``ride.lon`` are not looked at. All ``top_s`` where nothing is to
        be held or too little is known. Found by halving: pay and drop-off are worth less the longer all of it takes.
        """
        low, step = np.zeros(len(ride.ts)), top_s
        if not (policy.hold and self.usable(policy)):
            return np.full(len(ride.ts), round(top_s * 1000), np.int64)
        there = ride.worth_there(self, policy)
        for _ in range(HALVINGS):
            step /= 2
            kept, pay = _discounted(ride.busy_s + low + step, ride.pay_cents, policy)
            low += np.where(pay + kept * there > self.level, step, 0.0)
        out: I64 = np.rint(np.minimum(low + policy.margin_s, top_s) * 1000).astype(np.int64)
        return out

    def usable(self, policy: FuturePolicy) -> bool:
        """Whether the market has been seen enough of late to go by what was learnt."""
        return self.rate > 0 and float(self.recent[:, EXITS].sum()) >= policy.learnt

    def _above(self, here: I64, lat: F64, lon: F64, hour: I64, policy: FuturePolicy) -> I64:
        """V less level of areas at hours; of areas unknown, that of the wider area; 0 where that is unknown too."""
        out: I64 = np.append(self.wide_above, 0)[_places(self.wide, area(lat, lon, policy.area_m * policy.wide))]
        at = _places(self.areas, here)
        known = np.flatnonzero(at >= 0)
        out[known] = self.above[at[known], hour[known]]
        return out

    def _add(self, keys: I64, *, exits: int = 0, idle_s: int = 0, gain: F64 | I64 | int = 0, kept: F64 | int = 0) -> None:
        """Whole numbers for cells of area and hour."""
        sums = np.empty((len(keys), 4), np.int64)
        sums[:, EXITS], sums[:, IDLE_S], sums[:, GAIN], sums[:, KEPT] = exits, idle_s, gain, kept
        self._fresh.append((keys, sums))
        if sum(len(keys) for keys, _ in self._fresh) > FRESH_LIMIT:
            self._fresh = [self._added()]

    def _added(self) -> tuple[I64, I64]:
        """The fresh rows added up by key, ascending. All are whole numbers: the order they came in leaves no trace."""
        keys = np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in self._fresh)])
        rows = np.concatenate([np.zeros((0, 4), np.int64), *(sums for _, sums in self._fresh)])
        unique, inverse = np.unique(keys, return_inverse=True)
        sums = np.zeros((len(unique), 4), np.int64)
        np.add.at(sums, inverse, rows)
        return unique, sums

    def _fold(self, marks: int, policy: FuturePolicy) -> None:
        """Add what is fresh, let ``marks`` periods pass, and make the table."""
        keys, sums = self._added()
        self._fresh = []
        areas = np.union1d(self.areas, keys // HOURS)
        recents, histories = np.zeros((len(areas), 4)), np.zeros((len(areas), HOURS, 4))
        at, new = np.searchsorted(areas, self.areas), np.searchsorted(areas, keys // HOURS)
        recents[at], histories[at] = self.recent, self.history
        np.add.at(recents, new, sums)
        histories[new, keys % HOURS] += sums
        elapsed_s = marks * policy.period_s
        recent, history = 0.5 ** (elapsed_s / policy.recent_halflife_s), 0.5 ** (elapsed_s / policy.history_halflife_s)
        self.areas, self.recent, self.history = areas, recents * recent, histories * history
        self.paid, self.worked_s = (self.paid + self.fresh_paid) * recent, (self.worked_s + self.fresh_worked_s) * recent
        self.fresh_paid = self.fresh_worked_s = 0
        self._forget(policy)
        self.rate = self.paid / self.worked_s if self.worked_s > 1 else 0.0
        every = self.recent.sum(axis=0)
        lasting = float(_evidence(every, policy) - every[KEPT] / MILLION)
        self.level = float(every[GAIN]) / lasting if lasting > 1e-6 else 0.0
        self._publish(policy)

    def _forget(self, policy: FuturePolicy) -> None:
        """Let go of the areas of least evidence beyond the limit, and of those with next to none."""
        evidence = _evidence(self.history, policy).sum(axis=1)
        order = np.argsort(-evidence, kind="stable")[: policy.areas_limit]
        kept = np.sort(order[evidence[order] > 0.001])
        self.areas, self.recent, self.history = self.areas[kept], self.recent[kept], self.history[kept]

    def _publish(self, policy: FuturePolicy) -> None:
        """Wide areas lean on the market, an area at its hour on other days on the wide area, the area of late on that."""
        lat, lon = middle(self.areas, policy.area_m)
        self.wide, member = np.unique(area(lat, lon, policy.area_m * policy.wide), return_inverse=True)
        wide_sums = np.zeros((len(self.wide), 4))
        np.add.at(wide_sums, member, self.recent)
        wide = self._leaning(wide_sums, np.zeros(len(self.wide)), np.zeros(1), policy)
        by_hour = self.history.sum(axis=0)
        usual = self._leaning(by_hour, np.zeros(1), np.zeros(1), policy)  # the market at that hour against now
        past = self._leaning(self.history, wide[member][:, None], usual, policy)
        above = self._leaning(self.recent[:, None, :], past, np.zeros(1), policy)
        self.above, self.wide_above = np.rint(above).astype(np.int64), np.rint(wide).astype(np.int64)

    def _leaning(self, sums: F64, wider: F64, usual: F64, policy: FuturePolicy) -> F64:
        """V less level of ``sums`` (..., 4), with ``prior`` exits' worth of the ``wider`` estimate; ``usual`` is taken off first."""
        evidence = _evidence(sums, policy)
        excess = sums[..., GAIN] + self.level * (sums[..., KEPT] / MILLION - evidence)  # cents beyond the market's average
        out: F64 = (excess - usual * evidence + policy.prior * wider) / (evidence + policy.prior)
        return out

    def renumber(self, moved: I64) -> None:
        """Driver rows have moved: old row → new row, -1 for those forgotten (drivers.Drivers.forget)."""
        rows = np.flatnonzero(moved[: len(self.last_mark)] >= 0)
        self.last_area, self.last_mark = self.last_area[rows], self.last_mark[rows]

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {name: getattr(self, name) for name in FACTS}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays, each of one dimension."""
        keys, sums = self._added()
        return {name: getattr(self, name).ravel().copy() for name in SHAPES} | {"fresh_keys": keys, "fresh_sums": sums.ravel()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> FutureValue:
        """The state whose ``facts()`` and ``arrays()`` these are."""
        future = cls()
        for name, value in facts.items():
            setattr(future, name, value)
        for name, shape in SHAPES.items():
            setattr(future, name, arrays[name].reshape(-1, *shape).copy())
        future._fresh = [(arrays["fresh_keys"].copy(), arrays["fresh_sums"].reshape(-1, 4).copy())]
        return future


@dataclass(frozen=True, slots=True)
class Rides:
    """Orders with their drivers, columns of shape (n,): degrees, ms, seconds until the drop-off, cents."""

    lat: F64  # of the driver
    lon: F64
    to_lat: F64  # of the drop-off
    to_lon: F64
    ts: I64  # of the match
    busy_s: F64  # pickup and trip
    pay_cents: I64

    def worth_there(self, future: FutureValue, policy: FuturePolicy) -> I64:
        """V at the drop-off when it is reached, cents."""
        return future.value_cents(self.to_lat, self.to_lon, self.ts + np.rint(self.busy_s * 1000).astype(np.int64), policy)


def _discounted(busy_s: F64, pay_cents: I64, policy: FuturePolicy) -> tuple[F64, F64]:
    """exp(-T / horizon), and the pay in cents spread evenly over T and discounted (Tang et al. 2019, in continuous time)."""
    spans = np.maximum(busy_s, 1.0) / policy.horizon_s
    kept: F64 = np.exp(-spans)
    pay: F64 = pay_cents / spans * (1.0 - kept)
    return kept, pay


def _evidence(sums: F64, policy: FuturePolicy) -> F64:
    out: F64 = sums[..., EXITS] + sums[..., IDLE_S] / policy.horizon_s
    return out


def _period_ms(policy: FuturePolicy) -> int:
    return round(policy.period_s * 1000)


def _hour(ts: I64, lon: F64) -> I64:
    return hour_of_week(ts, lon) % HOURS


def _places(keys: I64, wanted: I64) -> I64:
    """Where each wanted key stands among ``keys``, ascending; -1 for none."""
    at = np.searchsorted(keys, wanted)
    return np.where(np.append(keys, NO_AREA)[at] == wanted, at, -1)
