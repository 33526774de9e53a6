"""Drivers' profiles and moves of one market in; drivers online by zone and service, out.

A driver that offers k services counts 1/k for each, in sixtieths, so that nobody counts twice and sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.growth.policy import SERVICES, Policy
from columns.packing import strings, strings_of
from columns.table import I64, Array, Columns, Mask

WHOLE = 60  # divisible by each number of services
SPEC: dict[str, tuple[str, float]] = {"ts": ("i8", 0), "zone": ("i8", 0), "online": ("?", 0), "services": ("u1", 0), "told": ("i8", 0)}
OFFERED = np.array([[bits >> i & 1 for i in range(len(SERVICES))] for bits in range(1 << len(SERVICES))], np.int64)
SHARE = OFFERED * (WHOLE // np.maximum(1, OFFERED.sum(axis=1)))[:, None]  # by services as bits: the driver's share of each


@dataclass(slots=True)
class Drivers:
    """One market's. ``ts``: of the last move; ``told``: of the last profile; ``zone``: the grid's."""

    rows: dict[str, int] = field(default_factory=dict)
    columns: Columns = field(default_factory=lambda: Columns(SPEC))

    def profiled(self, ids: Sequence[str], ts: I64, services: I64, deleted: Mask) -> None:
        """Profiles in the order of their times, (n,) each; one older than the last is passed over."""
        rows, told = self._rows(ids), self.columns["told"]
        for row, at, bits, gone in zip(rows.tolist(), ts.tolist(), services.tolist(), deleted.tolist(), strict=True):
            if at >= told[row]:
                told[row] = at
                self.columns["services"][row] = 0 if gone else bits

    def moved(self, ids: Sequence[str], ts: I64, zone: I64, online: Mask) -> Mask:
        """Moves in the order of their times, (n,) each. → which came too late: a later one was known before."""
        rows = self._rows(ids)
        late: Mask = ts < self.columns["ts"][rows]
        rows, kept = rows[~late], ~late
        for name, values in (("ts", ts), ("zone", zone), ("online", online)):
            self.columns[name][rows] = values[kept]  # of several moves of a driver the last one stays
        return late

    def online(self, clock: int, policy: Policy) -> tuple[I64, I64]:
        """Who is there at event time ``clock``: zones of the grid, (k,) in their order, and sixtieths of drivers, (k, services)."""
        of = self.columns
        seen = of["online"] & (of["ts"] > clock - policy.stale_ms) & (of["services"] > 0)
        zones, which = np.unique(of["zone"][seen], return_inverse=True)
        out = np.zeros((len(zones), len(SERVICES)), np.int64)
        np.add.at(out, which, SHARE[of["services"][seen]])
        return zones, out

    def forget(self, before: int) -> None:
        """Let go of those not heard of since that event time, ms, of whom there is no profile: it does not come again when they do."""
        kept = (np.maximum(self.columns["ts"], self.columns["told"]) >= before) | (self.columns["services"] > 0)
        if not kept.all():
            names = [name for name, keep in zip(self.rows, kept.tolist(), strict=True) if keep]
            self.rows = {name: row for row, name in enumerate(names)}
            self.columns.keep(kept)

    def arrays(self) -> dict[str, Array]:
        """The state, by driver in alphabetical order."""
        names = sorted(self.rows)
        rows = np.array([self.rows[name] for name in names], np.int64)
        return strings("ids", names) | {name: column[rows] for name, column in self.columns.items()}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Drivers:
        """The state whose ``arrays()`` these are."""
        out = cls()
        if names := strings_of("ids", arrays):
            out.columns.append({name: arrays[name] for name in SPEC})
            out.rows = {name: row for row, name in enumerate(names)}
        return out

    def _rows(self, ids: Sequence[str]) -> I64:
        """Their rows, new ones for who is new, (n,)."""
        rows = self.rows
        found = np.fromiter((rows.setdefault(name, len(rows)) for name in ids), np.int64, len(ids))
        self.columns.extend(len(rows) - len(self.columns))
        return found
