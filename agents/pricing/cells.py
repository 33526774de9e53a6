"""Requests and log-offs by zone and service in; their sliding windows, what is usual, and the state last published, out.

A cell is a zone and a service. What is counted changes at once; what quotes see is what was published when their second began, so it does
not matter how a second's records were cut into batches. All counts are whole numbers. Zones are kept in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.columns import U8, Array
from agents.pricing.contexts import F64, I64
from agents.pricing.policy import SERVICES, Policy
from agents.pricing.zones import ELSEWHERE, centre

MINUTE_MS = 60_000
S = len(SERVICES)
NAN, INF = float("nan"), float("inf")
FADED = 0.5  # of what is usual, fading: less is as good as nothing
QUIET_MIN = 360  # no zone is let go of sooner
BLUR = 2.0  # added to what is seen and to what is usual: few say little

BY_CELL: dict[str, tuple[str, float]] = {  # (zones, services): numpy dtype, and the value of a new zone
    "total": ("f8", 0.0),  # of requests by minute, fading
    "free_total": ("f8", 0.0),  # of free drivers, likewise
    "anchor": ("f8", NAN),  # multiplier of the last quote of the seconds that are over
    "latest": ("f8", NAN),  # … of the last quote
    "ceiling": ("f8", INF),  # no multiplier above it
    "ghosts": ("i8", 0),  # drivers that are counted at least while ghosts_until
    "asked": ("u1", 0),  # 1: there ever was a request
    # published
    "requests_seen": ("i8", 0),
    "drivers": ("i8", 0),
    "demand": ("f8", 0.5),
    "supply": ("f8", NAN),
    "target": ("f8", 1.0),  # what demand and supply come to
    "balance": ("f8", 1.0),  # … and what of it the hysteresis lets through
    "competitor": ("f8", NAN),
    "prior": ("f8", 1.0),  # demand and competitive multiplier
    "holds": ("u1", 0),  # bits of HOLDS
    "shown": ("f8", NAN),  # the multiplier, prior, counts … of the last row in the table, as one number
}
BY_ZONE: dict[str, tuple[str, float]] = {
    "weight": ("f8", 0.0),  # minutes that are in the totals, fading
    "off_total": ("f8", 0.0),  # of log-offs by minute, fading
    "ghosts_until": ("i8", 0),  # event time, ms
    "ghosts_left": ("i8", 0),  # drivers that had logged off then
    "born": ("i8", 0),  # minute
    "number": ("i8", -1),  # for the acceptance model; -1: no quote yet
    # published
    "hour": ("f8", 12.0),
    "weekend": ("u1", 0),
    "holiday": ("u1", 0),
    "weather": ("f8", 0.0),
    "event": ("f8", 0.0),
}
BY_MINUTE = ("requests", "offs")  # (zones, services, minutes of the window)
HOLDS = ("safety", "overcharge-reports", "surge-gaming")
SAFETY, OVERCHARGE, GAMING = 1, 2, 4


class Cells:
    """One market's zones. ``cells["demand"]`` is (zones, services); rows are those of ``zones``, ascending."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.minute = -1  # the newest of the windows; -1: none yet
        self.numbered = 0  # zones that have a number
        self.heard = False  # of drivers of late, when it was published last
        self.everywhere: U8 = np.zeros(S, np.uint8)  # bits of HOLDS that held in the whole market then, by service
        self.fresh = True  # there are zones that were not there then
        self.factors: tuple[F64, F64] = np.zeros((0, S, 0)), np.zeros((0, S, 0))  # of the priors; follow from the arrays, so not kept
        self.zones: I64 = np.zeros(0, np.int64)
        self._arrays: dict[str, Array] = {name: np.zeros((0, S), dtype) for name, (dtype, _) in BY_CELL.items()}
        self._arrays |= {name: np.zeros(0, dtype) for name, (dtype, _) in BY_ZONE.items()}
        self._arrays |= {name: np.zeros((0, S, policy.window_min), np.int32) for name in BY_MINUTE}
        self.lat, self.lon = centre(self.zones, policy.zone_m)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, values: Array) -> None:
        self._arrays[name] = values

    def rows(self, zones: I64, asked: bool) -> I64:
        """The rows of zones by number, shape (n,); new ones are added, while there is room: where nobody has ``asked`` yet, half of it."""
        known = self._find(zones)
        if (known < 0).any():
            fresh, first = np.unique(zones[known < 0], return_index=True)
            own = self.zones != ELSEWHERE
            room = self.policy.zone_limit - 1 - int(own.sum())
            if not asked:
                room = min(room, self.policy.zone_limit // 2 - int((own & (self["asked"] == 0).all(axis=1)).sum()))
            if len(fresh) > room:  # who comes first is let in
                fresh = np.append(fresh[np.argsort(first)][: max(0, room)], ELSEWHERE)
            self._insert(np.setdiff1d(fresh, self.zones))
            known = self._find(zones)
            known = np.where(known < 0, len(self.zones) - 1, known)
        return known

    def find(self, zones: I64) -> I64:
        """The rows of zones by number, shape (n,); that of elsewhere, or -1, for those there are not."""
        known = self._find(zones)
        away = len(self.zones) - 1 if len(self.zones) and self.zones[-1] == ELSEWHERE else -1
        return np.where(known < 0, away, known)

    def forget(self, clock_ms: int) -> None:
        """Let go of zones where nobody asks or drives, what was usual has faded, and nothing of their own is learnt or held."""
        busy = self["requests"].any(axis=(1, 2)) | self["offs"].any(axis=(1, 2)) | self["drivers"].any(axis=1) | self["holds"].any(axis=1)
        busy |= (self["total"].sum(axis=1) >= FADED) | (self.heard & (self["free_total"].max(axis=1, initial=0.0) >= FADED))
        busy |= (self["ghosts_until"] > clock_ms) | (self.minute - self["born"] < QUIET_MIN)
        busy |= (self["number"] >= 0) & (self["number"] < self.policy.acceptance.zones)
        if not busy.all():
            self.zones, self.lat, self.lon = self.zones[busy], self.lat[busy], self.lon[busy]
            self._arrays = {name: array[busy] for name, array in self._arrays.items()}
            self.factors = (self.factors[0][busy], self.factors[1][busy])

    def numbers(self, rows: I64) -> I64:
        """The acceptance model's numbers of the zones at these rows, in whose order new ones are given."""
        own = self["number"]
        fresh, first = np.unique(rows[own[rows] < 0], return_index=True)
        if len(fresh):
            fresh = fresh[np.argsort(first)]
            own[fresh] = self.numbered + np.arange(len(fresh))
            self.numbered += len(fresh)
        out: I64 = own[rows]
        return out

    def count(self, name: str, rows: I64, service: U8 | I64, ts: I64, weight: int) -> Array:
        """Count requests (n,) at their times, ms. → which were too old for the window and count for nothing, shape (n,)"""
        minute = ts // MINUTE_MS
        late: Array = minute <= self.minute - self.policy.window_min
        kept = ~late
        place = np.minimum(minute[kept], self.minute) % self.policy.window_min
        np.add.at(self[name], (rows[kept], service[kept], place), weight)
        return late

    def advance(self, minute: int) -> None:
        """It is ``minute``: what was counted in those over is learnt as usual, and windows move on. Of a gap longer than the window, in
        which nothing at all was heard of the market, only so much counts."""
        for over in range(self.minute, minute)[: self.policy.window_min] if self.minute >= 0 else ():
            self._learn_usual(over % self.policy.window_min)
            for name in BY_MINUTE:
                self[name][:, :, (over + 1) % self.policy.window_min] = 0
        self.minute = max(self.minute, minute)

    def levels(self, clock_ms: int) -> F64:
        """Level of demand by cell at the beginning of a second: requests in the window against what is usual in it; 0.5 is usual."""
        into = (clock_ms % MINUTE_MS) / MINUTE_MS
        minutes = np.maximum(1.0, np.minimum(self.policy.window_min - 1, self.minute - self["born"]) + into)
        seen = self["requests"].sum(axis=2)
        self["requests_seen"] = seen.astype(np.int64)
        usual = self._usual("total", self.policy.usual_requests) * minutes[:, None]
        out: F64 = (seen + BLUR) / (seen + usual + 2 * BLUR)
        return out

    def supply(self, drivers: I64) -> F64:
        """Level of supply by cell, likewise, from the free drivers (zones, services)."""
        return (drivers + BLUR) / (drivers + self._usual("free_total", self.policy.usual_drivers) + 2 * BLUR)

    def usual_offs(self) -> F64:
        """Log-offs in two minutes that are usual, by zone."""
        out: F64 = 2.0 * self["off_total"] / (self["weight"] + self.policy.usual_prior_min)
        return out

    def left(self) -> I64:
        """Log-offs of this minute and the one before, by cell."""
        width = self.policy.window_min
        out: I64 = (self["offs"][:, :, self.minute % width] + self["offs"][:, :, (self.minute - 1) % width]).astype(np.int64)
        return out

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {"minute": self.minute, "numbered": self.numbered, "heard": self.heard, "everywhere": self.everywhere.tolist()}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        return {"zones": self.zones} | self._arrays

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: Policy) -> Cells:
        """The cells whose ``facts()`` and ``arrays()`` these are."""
        out = cls(policy)
        out.minute, out.numbered, out.heard, out.zones = facts["minute"], facts["numbered"], facts["heard"], arrays["zones"]
        out.everywhere = np.array(facts["everywhere"], np.uint8)
        out._arrays = {name: arrays[name] for name in out._arrays}
        out.lat, out.lon = centre(out.zones, policy.zone_m)
        return out

    def _usual(self, name: str, prior: float) -> F64:
        believed = self.policy.usual_prior_min
        out: F64 = (self[name] + prior * believed) / (self["weight"] + believed)[:, None]
        return out

    def _learn_usual(self, place: int) -> None:
        """The minute at this place of the windows is over: it counts, and those before it count a little less."""
        keep = 2.0 ** (-1.0 / self.policy.usual_halflife_min)
        self["total"] = self["total"] * keep + self["requests"][:, :, place]
        free = self["drivers"] if self.heard else self._usual("free_total", self.policy.usual_drivers)  # what is not known is as usual
        self["free_total"] = self["free_total"] * keep + free
        self["off_total"] = self["off_total"] * keep + self["offs"][:, :, place].max(axis=1, initial=0)
        self["weight"] = self["weight"] * keep + 1.0

    def _find(self, zones: I64) -> I64:
        if len(self.zones) == 0:
            return np.full(len(zones), -1)
        at = np.minimum(np.searchsorted(self.zones, zones), len(self.zones) - 1)
        return np.where(self.zones[at] == zones, at, -1)

    def _insert(self, zones: I64) -> None:
        at = np.searchsorted(self.zones, zones)
        self.zones = np.insert(self.zones, at, zones)
        new = {name: fill for name, (_, fill) in (BY_CELL | BY_ZONE).items()} | {"born": self.minute, "supply": 0.5 if self.heard else NAN}
        self.fresh = True
        self._arrays = {name: np.insert(array, at, new.get(name, 0), axis=0) for name, array in self._arrays.items()}
        self.lat, self.lon = centre(self.zones, self.policy.zone_m)
