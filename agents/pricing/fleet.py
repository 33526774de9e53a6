"""Drivers' moves and profiles in; where drivers are free, for which services, and who logged off where, out.

Of a driver the latest position counts, for so long as it is fresh. Until its profile is known a driver counts for every service; what a
profile ``offers`` are its services from the next second on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agents.pricing.columns import U8, Array, Columns
from agents.pricing.contexts import I64, Mask
from agents.pricing.policy import SERVICES, STATUSES
from agents.pricing.zones import ELSEWHERE
from columns.packing import strings, strings_of

AVAILABLE, BUSY, OFFLINE = (STATUSES.index(name) for name in ("AVAILABLE", "BUSY", "OFFLINE"))
NEVER = 255
ALL = (1 << len(SERVICES)) - 1
SPEC = {
    "zone": ("i8", 0),
    "status": ("u1", NEVER),
    "ts": ("i8", 0),
    "free_ts": ("i8", 0),  # when it was last free
    "services": ("u1", ALL),
    "offers": ("u1", ALL),
    "profile_ts": ("i8", 0),
}
FORGET_MS = 24 * 3_600_000
PRETEXT_MS = 120_000  # who says BUSY and logs off so soon after being free has logged off


@dataclass(frozen=True, slots=True)
class Moved:
    """What moves came to: which were older than one known, and which had no room, (n,) each; zones, services and times of log-offs."""

    late: Mask
    refused: Mask
    zone: I64
    services: U8
    ts: I64


class Fleet:
    """One market's drivers."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.index: dict[str, int] = {}
        self.columns = Columns(SPEC)

    def __len__(self) -> int:
        return len(self.index)

    def move(self, drivers: Array, zone: I64, ts: I64, status: U8) -> Moved:
        """Take positions in offset order, shape (n,) each; a driver may repeat."""
        rows = self._rows(drivers)
        refused = rows < 0
        order = np.argsort(rows, kind="stable")
        order = order[int(refused.sum()) :]
        r, t, s, z = rows[order], ts[order], status[order].astype(np.int64), zone[order]
        first = _starts(r)
        known = self.columns["ts"][r]
        newest = _running_max(np.maximum(t, known), first)
        before = np.where(first, known, _shifted(newest))
        late = t < before
        fresh = np.flatnonzero(~late)
        r, t, s, z = r[fresh], t[fresh], s[fresh], z[fresh]
        first = _starts(r)
        was = np.where(first, self.columns["status"][r], _shifted(s))
        at = np.where(first, self.columns["zone"][r], _shifted(z))
        was_free = self.columns["free_ts"][r]
        free = _running_max(np.maximum(np.where(s == AVAILABLE, t, 0), was_free), first)
        lately = t - np.where(first, was_free, _shifted(free)) <= PRETEXT_MS
        off = np.flatnonzero((s == OFFLINE) & ((was == AVAILABLE) | (lately & (was == BUSY))))
        last = np.flatnonzero(_starts(r[::-1])[::-1])
        for name, values in (("ts", t), ("status", s), ("zone", z), ("free_ts", free)):
            self.columns[name][r[last]] = values[last]
        older: Mask = np.zeros(len(rows), np.bool_)
        older[order[late]] = True
        return Moved(older, refused, at[off], self.columns["services"][r[off]], t[off])

    def profile(self, drivers: Array, ts: I64, services: U8) -> None:
        """Take profiles in offset order; older ones than known change nothing."""
        rows = self._rows(drivers)
        for row, at, offered in zip(rows.tolist(), ts.tolist(), services.tolist(), strict=True):
            if row >= 0 and at >= self.columns["profile_ts"][row]:
                self.columns["profile_ts"][row], self.columns["offers"][row] = at, offered

    def publish(self) -> None:
        """A second begins: what profiles said counts."""
        self.columns["services"][:] = self.columns["offers"]

    def free(self, zones: I64, since: int) -> I64:
        """Free drivers by zone of ``zones`` (ascending) and service, whose position is not older than ``since`` ms. Those in none of the
        zones are elsewhere, if that is one."""
        c = self.columns
        out = np.zeros((len(zones), len(SERVICES)), np.int64)
        here = (c["status"] == AVAILABLE) & (c["ts"] >= since)
        if len(zones) and here.any():
            zone, offered = c["zone"][here], c["services"][here]
            place = np.minimum(np.searchsorted(zones, zone), len(zones) - 1)
            there = (zones[place] == zone) | (zones[-1] == ELSEWHERE)
            place = np.where(zones[place] == zone, place, len(zones) - 1)
            for service in range(len(SERVICES)):
                out[:, service] = np.bincount(place[there & ((offered >> service & 1) > 0)], minlength=len(zones))
        return out

    def known(self, since: int) -> bool:
        """Whether it is known who is free: some position is not older than ``since`` ms, or everybody has logged off. Else moves have
        stopped coming, or never came."""
        said = self.columns["status"] != NEVER
        silent = bool((said & (self.columns["status"] != OFFLINE)).any()) or not bool(said.any())
        return not silent or bool((said & (self.columns["ts"] >= since)).any())

    def zone(self, driver: str) -> int | None:
        """The zone that a driver was last in; None if that is not known."""
        row = self.index.get(driver, -1)
        return int(self.columns["zone"][row]) if row >= 0 and self.columns["status"][row] != NEVER else None

    def forget(self, clock_ms: int) -> None:
        """Let go of drivers of whom nothing was heard for a day."""
        latest = np.maximum(self.columns["ts"], self.columns["profile_ts"])
        kept = latest >= clock_ms - FORGET_MS
        if not kept.all():
            names = list(self.index)
            self.index = {names[row]: i for i, row in enumerate(np.flatnonzero(kept).tolist())}
            self.columns.keep(kept)

    def arrays(self) -> dict[str, Array]:
        """The state, by drivers' names."""
        names = sorted(self.index)
        return self.columns.arrays(np.array([self.index[name] for name in names], np.int64)) | strings("ids", names)

    @classmethod
    def of(cls, arrays: Mapping[str, Array], limit: int) -> Fleet:
        """The fleet whose ``arrays()`` these are."""
        out = cls(limit)
        out.index = {name: row for row, name in enumerate(strings_of("ids", arrays))}
        out.columns.append({"offers": arrays["services"]} | {name: arrays[name] for name in SPEC if name in arrays})
        return out

    def _rows(self, drivers: Array) -> I64:
        """Rows of drivers, new ones added; -1 where there is no room."""
        index, start = self.index, len(self.index)
        out = np.fromiter((index.setdefault(name, len(index)) for name in drivers.tolist()), np.int64, len(drivers))
        if len(index) > self.limit:
            out[out >= self.limit] = -1
            for name in list(index)[self.limit :]:
                del index[name]
        if len(index) > start:
            self.columns.append({"zone": np.zeros(len(index) - start, np.int64)})
        return out


def _starts(values: I64) -> Mask:
    """Where runs of equal values (n,) begin."""
    out = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


def _shifted(values: I64) -> I64:
    """In each place the value (n,) before it; 0 in the first."""
    out = np.zeros_like(values)
    out[1:] = values[:-1]
    return out


def _running_max(values: I64, first: Mask) -> I64:
    """The largest so far in each group; ``first`` (n,) marks the groups' beginnings."""
    if len(values) == 0:
        return values
    low = int(values.min())
    step = int(values.max()) - low + 1
    group = (np.cumsum(first) - 1) * step
    out: I64 = np.maximum.accumulate(values - low + group) - group + low
    return out
