"""Riders' profiles and what was offered to them in; who may be offered what, and the rules that say no, out.

Of who left, nothing is kept but a hash of the name and the time, for as long as older profiles may still come (``policy.left_days``): they
are refused. Of two profiles of one moment, the one by which the rider left holds.

A profile's personal fields are read only of riders who consented, and of nobody where the setting ``personal`` is off. How often a rider
was contacted is kept of everybody: it limits, and never chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from agents.growth.policy import DAY_MS, HOUR_MS, TYPES, Policy
from agents.growth.seen import hashed
from columns.packing import strings, strings_of
from columns.table import F64, I64, Array, Columns, Mask

NUMBERS = ("order_value_cents", "orders_week", "lifetime_value_cents", "churn_risk", "price_sensitivity", "loyalty")
PROFILE = ("ts", "personal", "contact", "tier", *NUMBERS)
RECENT = ("offered_0", "offered_1", "offered_2")  # event times of the last contacts to make offers, the latest last; some are to come
DECLINES = tuple(f"declined_{i}" for i in range(len(TYPES)))

SPEC: dict[str, tuple[str, float]] = {"ts": ("i8", 0), "personal": ("?", 0), "contact": ("?", 0), "tier": ("u1", 0)}
SPEC |= dict.fromkeys(NUMBERS, ("f8", 0.0))
SPEC |= {"opted_out": ("?", 0), "asked": ("i8", -1)}  # asked: the span of event time in which it was decided on last
SPEC |= dict.fromkeys((*RECENT, *DECLINES), ("i8", 0))

NEVER_HEARD_OF, NO_CONSENT, OPTED_OUT, ASKED_AGAIN = "UNKNOWN_RIDER", "NO_CONTACT_CONSENT", "OPTED_OUT", "ASKED_AGAIN"
TOO_SOON, TOO_OFTEN = "GAP_BETWEEN_OFFERS", "FREQUENCY_CAP"
REFUSALS = (NEVER_HEARD_OF, NO_CONSENT, OPTED_OUT, ASKED_AGAIN, TOO_SOON, TOO_OFTEN)


@dataclass(slots=True)
class Riders:
    """The riders that have profiles; row 0 stands for everybody who has none."""

    rows: dict[str, int] = field(default_factory=dict)
    columns: Columns = field(default_factory=lambda: Columns(SPEC, 1))
    free: list[int] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)  # hash of the name → event time, ms

    def find(self, ids: Sequence[str]) -> I64:
        """Their rows, 0 for who has none, (n,)."""
        rows = self.rows
        return np.fromiter((rows.get(name, 0) for name in ids), np.int64, len(ids))

    def profiled(self, rider_id: str, values: Mapping[str, float], deleted: bool) -> bool:
        """A profile of event time ``values["ts"]`` came. → False if a later one was there, and nothing changed."""
        row, key, ts = self.rows.get(rider_id, 0), hashed(rider_id), int(values["ts"])
        left = self.left.get(key, 0)
        if (row and ts < self.columns["ts"][row]) or ts < left or (ts == left and not deleted):
            return False
        if deleted:
            self.left[key] = ts
            if row:
                del self.rows[rider_id]
                self.free.append(row)
            return True
        if not row:
            row = self.rows[rider_id] = self._new_row()
        for name in PROFILE:
            self.columns[name][row] = values[name]
        if not values["contact"]:
            self.columns["opted_out"][row] = False  # whoever says so now has heard of it; consent has to be given anew
        return True

    def forget(self, before: int) -> None:
        """Nobody remembers any more who left before that event time, ms."""
        for key in [key for key, ts in self.left.items() if ts < before]:
            del self.left[key]

    def refusals(self, rows: I64, span: int, ts: I64, policy: Policy) -> I64:
        """Which of REFUSALS forbids any offer, (n,): the first; -1 for none. ``span``: of event time that is decided on now."""
        of = self.columns
        last, oldest = of[RECENT[-1]][rows], of[RECENT[-min(policy.most_offers, len(RECENT))]][rows]
        rules: tuple[Mask, ...] = (
            rows == 0,
            ~of["contact"][rows],
            of["opted_out"][rows],
            of["asked"][rows] == span,
            (last > 0) & (ts - last < policy.gap_h * HOUR_MS),
            (oldest > 0) & (ts - oldest < policy.cap_days * DAY_MS),
        )
        out = np.full(len(rows), -1, np.int64)
        for i in reversed(range(len(rules))):
            out[rules[i]] = i
        return out

    def cooling(self, rows: I64, ts: I64, policy: Policy) -> Mask:
        """Types that each declined not long ago, (n, types)."""
        declined = np.stack([self.columns[name][rows] for name in DECLINES], axis=1)
        out: Mask = (declined > 0) & (ts[:, None] - declined < policy.cooldown_days * DAY_MS)
        return out

    def offered(self, rows: I64, ts: I64) -> None:
        """Each of these, all different, is made an offer, for which they are contacted at ``ts``, (n,) each."""
        for older, newer in pairwise(RECENT):
            self.columns[older][rows] = self.columns[newer][rows]
        self.columns[RECENT[-1]][rows] = ts

    def declined(self, rider_id: str, kind: int, ts: int) -> None:
        """It declined an offer of that type."""
        if row := self.rows.get(rider_id, 0):
            self.columns[DECLINES[kind]][row] = ts

    def opted_out(self, rider_id: str) -> None:
        """It wants no more offers."""
        if row := self.rows.get(rider_id, 0):
            self.columns["opted_out"][row] = True

    def values(self, rows: I64) -> dict[str, F64]:
        """What features are made of, (n,) each."""
        return {name: self.columns[name][rows].astype(np.float64) for name in ("tier", *NUMBERS)}

    def arrays(self) -> dict[str, Array]:
        """The state, by rider in alphabetical order."""
        names = sorted(self.rows)
        rows = self.find(names)
        left = np.array(sorted((ts, key) for key, ts in self.left.items()), np.uint64)
        own = strings("ids", names) | {name: column[rows] for name, column in self.columns.items()}
        return own | {"left": left.ravel()}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Riders:
        """The state whose ``arrays()`` these are."""
        out = cls()
        names = strings_of("ids", arrays)
        if names:
            out.columns.append({name: arrays[name] for name in SPEC})
        out.rows = {name: i for i, name in enumerate(names, 1)}
        out.left = {key: ts for ts, key in arrays["left"].reshape(-1, 2).tolist()}
        return out

    def _new_row(self) -> int:
        if self.free:
            row = self.free.pop()
            for name, (_, fill) in SPEC.items():
                self.columns[name][row] = fill
            return row
        self.columns.extend(1)
        return len(self.columns) - 1
