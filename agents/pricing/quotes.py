"""Priced quotes in; those still open, what became of them, and which ids are known, out. A quote is closed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.pricing.cells import MINUTE_MS
from agents.pricing.columns import U64, Array, Columns
from agents.pricing.contexts import I64, Contexts, Mask
from columns.packing import strings, strings_of

OPEN, ACCEPTED, REJECTED, EXPIRED, GONE = 0, 1, 2, 3, 255  # status; the first after OPEN by position in policy.OUTCOMES + 1

CONTEXT = {  # fields of Contexts
    "zone": ("i8", 0), "service": ("i8", 0), "demand": ("f8", 0.5), "supply": ("f8", 0.5), "hour": ("f8", 12.0), "weekend": ("?", 0),
    "holiday": ("?", 0), "weather": ("f8", 0.0), "event": ("f8", 0.0), "competitor": ("f8", 1.0), "sensitivity": ("f8", 0.5),
    "loyalty": ("f8", 0.5), "churn": ("f8", 0.5),
}  # fmt: skip
PRICED = {
    "key": ("u8", 0), "at": ("i8", 0), "expires": ("i8", 0), "offset": ("i8", 0), "ts": ("i8", 0), "square": ("i8", 0), "tier": ("u1", 0),
    "trip_m": ("f8", 0.0), "scarcity": ("f8", np.nan), "reference": ("i8", 0), "prior": ("i8", 0), "price": ("i8", 0), "cost": ("i8", 0),
    "pay": ("i8", 0), "propensity": ("f8", 0.0), "acceptance": ("f8", 0.0), "held": ("?", 0), "status": ("u1", OPEN),
}  # fmt: skip
SPEC: dict[str, tuple[str, float]] = {**CONTEXT, **PRICED}


class Quotes:
    """One market's. Rows are in the order of pricing; one that is closed stays until its outcome is learnt."""

    def __init__(self) -> None:
        self.table = Columns(SPEC)
        self.ids: list[str] = []
        self.row: dict[int, int] = {}  # of open ones, by key
        self.sealed: dict[int, U64] = {}  # keys of the quotes priced in a minute, ascending
        self.loose: set[int] = set()  # … in the newest minute
        self.minute = 0

    def __len__(self) -> int:
        return len(self.row)

    def known(self, keys: U64) -> Mask:
        """Whether quotes (n,) were priced before, of late."""
        out: Mask = np.fromiter((key in self.loose for key in keys.tolist()), np.bool_, len(keys))
        for minute in self.sealed.values():
            at = np.minimum(np.searchsorted(minute, keys), len(minute) - 1)
            out |= minute[at] == keys
        return out

    def add(self, ids: list[str], values: Mapping[str, Array]) -> None:
        """Remember quotes that are priced."""
        first = len(self.table)
        self.table.append(values)
        self.ids += ids
        keys = values["key"].tolist()
        self.row.update(zip(keys, range(first, first + len(ids)), strict=True))
        self.loose.update(keys)

    def close(self, rows: I64, status: int) -> None:
        """These quotes are over."""
        self.table["status"][rows] = status
        for key in self.table["key"][rows].tolist():
            del self.row[key]

    def expired(self, clock_ms: int) -> I64:
        """Rows of open quotes whose time is over."""
        if not self.row:
            return np.zeros(0, np.int64)
        return np.flatnonzero((self.table["status"] == OPEN) & (self.table["expires"] < clock_ms))

    def first_expiry(self) -> int | None:
        """When the next quote expires, ms; None without any."""
        return int(self.table["expires"][next(iter(self.row.values()))]) if self.row else None

    def to_learn(self) -> I64:
        """Rows of quotes that were closed since ``learnt``."""
        status = self.table["status"]
        return np.flatnonzero((status != OPEN) & (status != GONE))

    def learnt(self, rows: I64) -> None:
        """The outcomes of these are learnt: they are let go of."""
        self.table["status"][rows] = GONE
        if 2 * len(self.row) < len(self.table):
            self._keep(self._alive())

    def contexts(self, rows: I64) -> Contexts:
        """What was known of these when they were priced."""
        return Contexts(**{name: self.table[name][rows] for name in CONTEXT})

    def move_on(self, clock_ms: int, minutes: int) -> None:
        """It is ``clock_ms``: ids of quotes longer ago than so many minutes are forgotten."""
        minute = clock_ms // MINUTE_MS
        if minute <= self.minute:
            return
        if self.loose:
            self.sealed[self.minute] = np.sort(np.fromiter(self.loose, np.uint64, len(self.loose)))
            self.loose = set()
        self.minute = minute
        self.sealed = {each: keys for each, keys in self.sealed.items() if each >= minute - minutes}

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        return {"minute": self.minute, "sealed": sorted(self.sealed)}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        rows = self._alive()
        loose = np.sort(np.fromiter(self.loose, np.uint64, len(self.loose)))
        own = self.table.arrays(rows) | strings("ids", [self.ids[row] for row in rows.tolist()]) | {"loose": loose}
        return own | {f"sealed.{minute}": self.sealed[minute] for minute in sorted(self.sealed)}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Quotes:
        """The quotes whose ``facts()`` and ``arrays()`` these are."""
        out = cls()
        out.minute = facts["minute"]
        out.table.append({name: arrays[name] for name in SPEC})
        out.ids, out.loose = strings_of("ids", arrays), set(arrays["loose"].tolist())
        out.sealed = {minute: arrays[f"sealed.{minute}"] for minute in facts["sealed"]}
        out._index()
        return out

    def _alive(self) -> I64:
        return np.flatnonzero(self.table["status"] != GONE)

    def _keep(self, rows: I64) -> None:
        self.table.keep(rows)
        self.ids = [self.ids[row] for row in rows.tolist()]
        self._index()

    def _index(self) -> None:
        rows = np.flatnonzero(self.table["status"] == OPEN)
        self.row = dict(zip(self.table["key"][rows].tolist(), rows.tolist(), strict=True))
